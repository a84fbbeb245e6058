"""Measure everything, or what is named, and print one table: `python -m benchmarks [R1 R2 ...]`.

The process ends with 1 when a figure does not reach its bar.
"""

from __future__ import annotations

import inspect
import sys

from benchmarks import adaptive_jobs, app_jobs, exact_jobs, explore_jobs, peers_jobs, whole_runs
from benchmarks.measuring import Benchmark

HEADINGS = ("job", "handful", "", "bar", "ratio", "")


def every() -> list[type[Benchmark]]:
    """All benchmarks that can be run, in the order of their files."""
    return [
        kind
        for module in (peers_jobs, adaptive_jobs, exact_jobs, explore_jobs, app_jobs, whole_runs)
        for kind in vars(module).values()
        if inspect.isclass(kind)
        and issubclass(kind, Benchmark)
        and hasattr(kind, "job")
        and kind.__module__ == module.__name__
    ]


def row(kind: type[Benchmark]) -> tuple[str, ...]:
    """Measure one benchmark: job, figure, unit, bar, how many times as good as the bar, verdict."""
    benchmark = kind()
    benchmark.setup()
    figure, bar = benchmark.track_figure(), kind.bar.value
    against = bar if bar is not None else kind.reference
    if against is None:
        return kind.job, shown(figure), kind.unit, "", "", ""
    ratio = figure / against if kind.better == "higher" else against / max(figure, 1e-9)
    verdict = "" if bar is None else "pass" if ratio >= 1 else "FAIL"
    return kind.job, shown(figure), kind.unit, kind.bar.source, f"{min(ratio, 9999):.3g}", verdict


def shown(figure: float) -> str:
    """A figure with as many digits as it deserves."""
    return f"{figure:,.0f}" if figure >= 1000 else f"{figure:.3g}"


def main(names: list[str]) -> int:
    """Measure, print a Markdown table line by line, and say whether every bar was reached."""
    print("| " + " | ".join(HEADINGS) + " |\n|---|--:|---|---|--:|---|", flush=True)
    missed = False
    for kind in every():
        if names and kind.__name__ not in names:
            continue
        cells = row(kind)
        missed |= cells[-1] == "FAIL"
        print("| " + " | ".join(cells) + " |", flush=True)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
