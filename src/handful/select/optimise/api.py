"""The search as one function of a study."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path

from handful.engine.simulate import worker_threads
from handful.select.optimise.asked import asked
from handful.select.optimise.results import Optimisation
from handful.select.optimise.search import search
from handful.select.rehearsal import rehearse
from handful.select.runs import Progress, Runner
from handful.select.stored import Stored
from handful.store.project import Project
from handful.store.shelf import Shelf
from handful.study.model import Study
from handful.study.searched import Over


def optimise(
    study: Study,
    project: Project | Path | str | None = None,
    *,
    design: str | None = None,
    over: Over | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Optimisation:
    """Look through sizes, looks and thresholds for the best design by the study's utility under its constraints.

    Exact where trials can be enumerated, else by a race over simulated trials that all designs share. The figures of the best
    come from trials that had no part in choosing it.

    Args:
        study: The study, from `load` or `loads`.
        project: A project, or its folder, in which the search and its last runs are kept and taken up again; None to keep
            nothing.
        design: The one design to search; those that the study names under `optimise`, or all, when None.
        over: Fields of that design with their values: a range such as `"20..60"`, or a list; the usual ones of the family
            when None.
        threads: Threads; the study's own number when None. They change no figure.
        progress: Called with (done, in all, what is being done).

    Returns:
        The best design, its figures, the trade-off curve and how it was found.

    Raises:
        handful.SpecError: When a field or value is wrong, when nothing can be planned, or a design cannot be conducted.
        handful.StoreError: When the project cannot be used.

    Example:
        >>> import handful as hf
        >>> study = hf.loads('''
        ... title: A first study
        ... population: {prevalence: 900}
        ... endpoint: {name: response, kind: binary}
        ... scenarios:
        ...   nothing: {untreated: 20%, effect: 0}
        ...   hoped for: {base: nothing, effect: 0.4}
        ... designs:
        ...   one arm: {kind: single arm, participants: 20, benchmark: 20%}
        ... choose: {best: expected participants, subject to: {power: {hoped for: 80%}}}
        ... compute: {trials: 500}
        ... ''')
        >>> found = hf.optimise(study, over={"participants": "10..30"})
        >>> print(found.chosen.changes, found.chosen.power)
        {'participants': 12} 0.8418 (exact)
    """
    searched = asked(study, design, over)
    rehearse(study)
    with ExitStack() as stack:
        executor = worker_threads(threads or study.compute.threads)
        if executor is not None:
            stack.enter_context(executor)
        if project is None:
            return search(study, searched, executor=executor, progress=progress)
        kept = project if isinstance(project, Project) else stack.enter_context(Project(project))
        shelf = stack.enter_context(Shelf(kept.folder))

        def runner(whole: Study) -> Runner:
            kept.keep_study(_text_of(whole), whole.digest())
            return Stored(kept, whole, executor)

        return search(study, searched, runner=runner, shelf=shelf, executor=executor, progress=progress)


def _text_of(study: Study) -> str:
    """A study as a file that says the same."""
    return json.dumps(study.canonical(), indent=1, ensure_ascii=False) + "\n"
