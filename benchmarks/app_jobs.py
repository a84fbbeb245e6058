"""The app among people: how long pages take while a comparison keeps both processors busy, and how much the first page weighs."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import ClassVar

from benchmarks.measuring import Bar, Benchmark
from benchmarks.whole_runs import STUDY
from handful.report.folder import ResultsFolder
from handful.study.file import StudyFile

PEOPLE, SECONDS, PAUSE = 20, 30.0, 1.0
PAGES = (
    "/studies",
    "/explore",
    "/study/done",
    "/study/done/compare",
    "/study/done/compare?format=json",
    "/study/done/designs/fellow%20eye",
    "/study/done/explore",
    "/study/done/runs",
    "/study/done/documents",
    "/study/busy/compare",
)


class Visitor:
    """Somebody who was let in.

    Args:
        port: Where the app listens.
        cookie: What the link gave.
    """

    def __init__(self, port: int, cookie: str = "") -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookie = cookie

    def get(self, path: str, **headers: str) -> tuple[HTTPResponse, bytes]:
        """Ask for a page."""
        self.connection.request(
            "GET", path, headers={"cookie": self.cookie, "accept-encoding": "gzip", **headers}
        )
        answer = self.connection.getresponse()
        return answer, answer.read()

    def post(self, path: str, form: str) -> int:
        """Press a button."""
        host = f"http://127.0.0.1:{self.connection.port}"
        told = {
            "cookie": self.cookie,
            "origin": host,
            "content-type": "application/x-www-form-urlencoded",
        }
        self.connection.request("POST", path, form, told)
        answer = self.connection.getresponse()
        answer.read()
        return answer.status


@contextmanager
def served(folder: Path) -> Iterator[Visitor]:
    """Serve a folder, and let somebody in."""
    command = [sys.executable, "-m", "handful", "serve", str(folder), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            link = re.search(r"http://127\.0\.0\.1:(\d+)(/\S+)", process.stdout.readline())
            assert link is not None
            visitor = Visitor(int(link[1]))
            answer, _ = visitor.get(link[2])
            visitor.cookie = str(answer.getheader("set-cookie")).split(";")[0]
            yield visitor
        finally:
            process.terminate()


class BusyPages(Benchmark):
    job = f"app: {PEOPLE} people who turn a page every second while a comparison runs on both processors, 95th percentile"
    unit: ClassVar[str] = "ms"
    bar = Bar(300.0, "300 ms")
    better = "lower"

    def track_figure(self) -> float:
        with tempfile.TemporaryDirectory(prefix="handful-benchmark-") as name:
            folder = Path(name)
            text = STUDY.read_text(encoding="utf-8")
            (folder / "busy.yaml").write_text(
                text.replace("trials: 10000", "trials: 1000000"), encoding="utf-8"
            )
            (folder / "done.yaml").write_text(text.replace("trials: 10000", "trials: 1000"), encoding="utf-8")
            ResultsFolder(folder / "done-results").fill(StudyFile.read(folder / "done.yaml"))
            with served(folder) as visitor:
                self._begin(visitor)
                with ThreadPoolExecutor(PEOPLE) as people:
                    taken = [
                        t
                        for some in people.map(lambda k: self._turned(visitor, k), range(PEOPLE))
                        for t in some
                    ]
                visitor.connection.close()  # it was quiet for so long that the app has let it go
                _, told = visitor.get("/study/busy/compare?format=json")
                assert b'"running"' in told, "the comparison ended before the pages"
                self._end(visitor)
                shutil.rmtree(folder / "busy-results", ignore_errors=True)
        taken.sort()
        return 1e3 * taken[int(0.95 * len(taken))]

    def _begin(self, visitor: Visitor) -> None:
        """Begin the comparison, and wait until it simulates."""
        assert visitor.post("/study/busy/compare", f"form-mark={self._mark(visitor)}") == 303
        for _ in range(600):
            if b'"running"' in visitor.get("/study/busy/compare?format=json")[1]:
                break
            time.sleep(0.1)
        time.sleep(3.0)

    def _end(self, visitor: Visitor) -> None:
        """Stop the comparison."""
        assert visitor.post("/study/busy/compare/cancel", f"form-mark={self._mark(visitor)}") == 303

    @staticmethod
    def _mark(visitor: Visitor) -> str:
        """The mark of the page's forms."""
        _, page = visitor.get("/study/busy/compare", **{"accept-encoding": "identity"})
        found = re.search(rb'name="form-mark" value="([^"]+)"', page)
        assert found is not None
        return found[1].decode()

    @staticmethod
    def _turned(visitor: Visitor, person: int) -> list[float]:
        """What one person waited for each page."""
        chance, own = random.Random(person), Visitor(int(visitor.connection.port), visitor.cookie)
        taken, end = [], time.monotonic() + SECONDS
        while time.monotonic() < end:
            time.sleep(PAUSE * 2 * chance.random())
            began = time.perf_counter()
            answer, _ = own.get(chance.choice(PAGES))
            taken.append(time.perf_counter() - began)
            assert answer.status == 200
        return taken


class FirstPage(Benchmark):
    job = "app: the first page with all that it loads, compressed as it is sent"
    unit: ClassVar[str] = "kB"
    bar = Bar(150.0, "150 kB")
    better = "lower"

    def track_figure(self) -> float:
        with tempfile.TemporaryDirectory(prefix="handful-benchmark-") as name, served(Path(name)) as visitor:
            _, page = visitor.get("/studies", **{"accept-encoding": "identity"})
            loads = re.findall(rb'<(?:script|link)[^>]*(?:src|href)="(/static/[^"]+)"', page)
            assert loads
            return sum(len(visitor.get(path)[1]) for path in ["/studies", *(p.decode() for p in loads)]) / 1e3
