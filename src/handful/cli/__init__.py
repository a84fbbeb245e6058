"""The command line: one file a verb, faces without logic of their own.

Only the standard library and typer are imported before a verb runs, so that `handful --help` answers at once.
"""

from __future__ import annotations


def main() -> None:
    """Run the command line and leave the process with its exit code: 0 fine, 1 no, 2 wrong input, 70 our mistake."""
    from handful.cli.verbs import app

    app(prog_name="handful")
