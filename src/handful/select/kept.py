"""A stored run with what it means: its job, made again from its record, and its operating characteristics."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache

from handful.engine.simulate import Job
from handful.engine.summary import Summary
from handful.select.characteristics import Characteristics, characteristics
from handful.select.stored import job_of
from handful.spec.messages import SpecError
from handful.store.files import canonical
from handful.store.project import StoredRun, StoreError


@dataclass(frozen=True)
class KeptRun:
    """A stored run that this release can read.

    Attributes:
        run: The run as the store knows it.
        job: What it simulates.
        told: Its operating characteristics over the trials that are done.
    """

    run: StoredRun
    job: Job
    told: Characteristics


def kept_job(run: StoredRun) -> Job:
    """The job of a stored run.

    Args:
        run: The run.

    Returns:
        The job; the same object when it was asked for lately, because planning a design can take long.

    Raises:
        StoreError: When another release wrote a record that this one cannot read.
    """
    try:
        return _job(canonical(run.record))
    except (SpecError, LookupError, ValueError, TypeError) as unread:
        by = run.record.get("handful", "unknown")
        raise StoreError(
            f"run {run.identity} was made by handful {by}, and this release cannot read its record; compare again"
        ) from unread


def read_run(run: StoredRun) -> KeptRun:
    """A stored run with its operating characteristics.

    Args:
        run: The run.

    Returns:
        The run with what it means.

    Raises:
        StoreError: When nothing of it is done yet, or as for `kept_job`.
    """
    if run.summary is None:
        raise StoreError(f"nothing of run {run.identity} is done yet; compare again to begin it")
    job = kept_job(run)
    return KeptRun(run, job, _told(canonical(run.record), canonical(run.summary)))


@lru_cache(maxsize=64)
def _job(record: str) -> Job:
    """The job of a record."""
    return job_of(json.loads(record))


@lru_cache(maxsize=64)
def _told(record: str, summary: str) -> Characteristics:
    """What the sums over the trials of a job say."""
    job = _job(record)
    return characteristics(job.plan, job.scenario, Summary.from_plain(json.loads(summary)))
