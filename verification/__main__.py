"""Run the verification studies and write their report: `python -m verification [--trials N] [--design TEXT] [NAME ...]`.

The process ends with 1 when a requirement is not kept.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from verification import error_rates, estimates
from verification.verdicts import Study, Verdict

STUDIES: tuple[Study, ...] = (error_rates.STUDY, estimates.STUDY)
HEADINGS = ("design", "truth", "figure", "value", "Monte Carlo error", "required", "verdict")
WORDS = {True: "kept", False: "NOT KEPT", None: "reported"}


def row(verdict: Verdict) -> tuple[str, ...]:
    """One verdict as cells."""
    required = "" if verdict.limit is None else f"{verdict.relation} {verdict.limit:.4g}"
    error = "exact" if verdict.error == 0 else f"{verdict.error:.2g}"
    return (
        verdict.subject,
        verdict.setting,
        verdict.what,
        f"{verdict.value:.5f}",
        error,
        required,
        WORDS[verdict.holds],
    )


def main(arguments: list[str]) -> int:
    """Run the studies that were named, or all of them."""
    parser = argparse.ArgumentParser(prog="python -m verification", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="; ".join(s.name for s in STUDIES))
    parser.add_argument(
        "--trials", type=int, help="trials for each figure (default: what the requirement asks for)"
    )
    parser.add_argument("--design", default="", metavar="TEXT", help="only designs whose name contains this")
    parser.add_argument(
        "--out", type=Path, default=Path("build/verification.md"), help="where the report is written"
    )
    said = parser.parse_args(arguments)
    chosen = [study for study in STUDIES if not said.names or study.name in said.names]
    if not chosen or len(chosen) < len(set(said.names)):
        parser.error(f"studies are called {', '.join(repr(study.name) for study in STUDIES)}")
    lines, kept = ["# Verification", ""], True
    for study in chosen:
        trials, began = said.trials or study.trials, time.process_time()
        head = [f"## {study.name.capitalize()}", "", f"{study.about} {trials:,} trials a figure.", ""]
        head += ["| " + " | ".join(HEADINGS) + " |", "|---|---|---|--:|--:|---|---|"]
        print("\n".join(head), flush=True)
        lines += head
        for verdict in study.run(trials, said.design):
            kept &= verdict.holds is not False
            lines.append("| " + " | ".join(row(verdict)) + " |")
            print(lines[-1], flush=True)
        took = f"Took {time.process_time() - began:.0f} CPU-seconds."
        print(took)
        lines += ["", took, ""]
    said.out.parent.mkdir(parents=True, exist_ok=True)
    said.out.write_text("\n".join(lines), encoding="utf-8")
    print(f"Report: {said.out}")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
