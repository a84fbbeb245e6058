"""Progress with the time left: a bar on a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

from handful.cli.failure import say

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

SECONDS_BETWEEN_LINES = 5.0


class Told:
    """Shows how far a comparison has come, on standard error; a context manager that is called as `Progress`.

    Example:
        >>> with Told() as told:
        ...     told(1, 1, "choosing")
    """

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._spoke = self._began
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            self._bar = _bar()
            self._task = self._bar.add_task("reading", total=None)
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, done: int, total: int, label: str) -> None:
        """Show that so many of all jobs are done and what comes now."""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=done, total=total, description=label)
            return
        now = time.monotonic()
        if now - self._spoke >= SECONDS_BETWEEN_LINES:
            self._spoke = now
            say(f"{done} of {total} done, {_left(now - self._began, done, total)}; now: {label}")


def _bar() -> Progress:
    """A bar that goes away when all is done."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from handful.cli.terminal import console

    return Progress(
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeRemainingColumn(elapsed_when_finished=True),
        TextColumn("{task.description}", markup=False),
        console=console(stderr=True),
        transient=True,
    )


def _left(elapsed: float, done: int, total: int) -> str:
    """The time left, from the time that the jobs so far have taken.

    Example:
        >>> _left(10, 5, 20), _left(600, 1, 3), _left(1, 0, 3)
        ('about 30 s left', 'about 20 min left', 'time left not yet known')
    """
    if done == 0:
        return "time left not yet known"
    seconds = elapsed / done * (total - done)
    return f"about {seconds / 60:.0f} min left" if seconds >= 100 else f"about {seconds:.0f} s left"
