"""What it takes to redraw the page on which a design is explored, for one step of a slider: read, plan, walk, draw and write."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import ClassVar
from urllib.parse import urlencode

from starlette.testclient import TestClient

from benchmarks.measuring import Bar, Benchmark
from handful.app.guard import Keys
from handful.app.server import hosts, make_app, secret_of

_PORT = 8321


class Step(Benchmark):
    """One step of a slider; no state is asked for twice, so that nothing is remembered."""

    unit: ClassVar[str] = "CPU-ms"
    better = "lower"
    bar: ClassVar[Bar] = Bar(150.0, "150 ms, the median of six steps")
    base: ClassVar[dict[str, str]]
    moved: ClassVar[str]
    values: ClassVar[Sequence[object]]

    def track_figure(self) -> float:
        with TemporaryDirectory() as folder:
            keys = Keys(secret_of(Path(folder)), hosts("127.0.0.1", _PORT))
            address = f"http://127.0.0.1:{_PORT}"
            with TestClient(make_app(Path(folder), keys), base_url=address) as client:
                client.get(f"/?token={keys.token}")
                return median([self._asked(client, value) for value in self.values][1:])

    def _asked(self, client: TestClient, value: object) -> float:
        """CPU milliseconds of one step; the first fills caches that do not depend on the state."""
        began = time.process_time()
        answer = client.get(f"/explore/figures?{urlencode({**self.base, self.moved: str(value)})}")
        spent = time.process_time() - began
        assert answer.status_code == 200
        assert 'data-told="yes"' in answer.text
        assert "There is no exact" not in answer.text
        return 1e3 * spent


class ExploreSimon(Step):
    job = "explore: a step of the target of Simon's design"
    base: ClassVar[dict[str, str]] = {
        "family": "simon",
        "design.benchmark": "20%",
        "design.participants": "60",
    }
    moved = "design.target"
    values = ("40%", "41%", "42%", "43%", "44%", "45%", "46%")


class ExploreSingleArm(Step):
    job = "explore: a step of the size of a single arm, two looks"
    base: ClassVar[dict[str, str]] = {"family": "single arm", "design.looks": "50%, 100%"}
    moved = "design.participants"
    values = (26, 27, 28, 29, 30, 31, 32)


class ExploreBoschloo(Step):
    job = "explore: a step of the size of two arms of 40, Boschloo, two looks, exact boundaries"
    base: ClassVar[dict[str, str]] = {
        "family": "group sequential",
        "design.analysis": "boschloo",
        "design.boundaries": "exact",
    }
    moved = "design.participants"
    values = (24, 28, 32, 36, 40, 44, 48)


class ExploreMeans(Step):
    job = "explore: a step of the size of two arms, means, three looks with futility"
    base: ClassVar[dict[str, str]] = {
        "family": "group sequential",
        "endpoint": "continuous",
        "design.looks": "33%, 67%, 100%",
        "design.futility": "{}",
    }
    moved = "design.participants"
    values = (36, 40, 44, 48, 52, 56, 60)
