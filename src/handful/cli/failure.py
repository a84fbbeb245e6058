"""What is said when something goes wrong, and the exit code that goes with it.

Whatever a user can put right ends with one clear message and exit code 2. What only we can put right ends with exit code
70, a short message and the place of the full report. A traceback is shown when HANDFUL_DEBUG is 1.
"""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any, NoReturn

from typer import Exit
from typer.core import TyperGroup
from typer.exceptions import Abort

WRONG_INPUT = 2
OUR_MISTAKE = 70
STOPPED = 130
NOBODY_LISTENS = 141

# typer keeps its usage errors under a private name; they are told by what they can do.
_USAGE = ("format_message", "exit_code")


class UserError(Exception):
    """Something the user can put right; the text says what and how."""


def say(message: str) -> None:
    """Print a message on standard error."""
    print(message, file=sys.stderr)


class Verbs(TyperGroup):
    """The group of all verbs, with errors in words."""

    def main(self, *args: Any, **settings: Any) -> NoReturn:
        """Run a verb and leave with its exit code."""
        settings["standalone_mode"] = False
        try:
            code = super().main(*args, **settings)
        except Exception as error:
            if not all(hasattr(error, name) for name in _USAGE):
                raise
            code = told_usage(error)
        sys.exit(code if isinstance(code, int) else 0)

    def invoke(self, ctx: Any) -> Any:
        """Run the verb; turn what goes wrong into a message and an exit code."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
            return result
        except (Exit, Abort):
            raise
        except KeyboardInterrupt:
            say("Stopped.")
            raise Exit(STOPPED) from None
        except BrokenPipeError:
            # Nothing more can be said, and the interpreter must not try to when it flushes at its end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise Exit(NOBODY_LISTENS) from None
        except Exception as error:
            if all(hasattr(error, name) for name in _USAGE):
                raise
            if os.environ.get("HANDFUL_DEBUG") == "1":
                traceback.print_exc()
            raise Exit(explained(error)) from None


def told_usage(error: Any) -> int:
    """Say what is wrong with the command itself."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "handful"
    message = error.format_message()
    if message:
        say(f"{path}: {message[:1].lower() + message[1:]}")
    say(f"`{path} --help` says what is possible.")
    return WRONG_INPUT


def explained(error: Exception) -> int:
    """Say what went wrong, and give the exit code.

    Args:
        error: Whatever a verb raised.

    Returns:
        2 when the user can put it right, else 70.
    """
    from handful.spec.messages import SpecError
    from handful.spec.registry import UnknownKind
    from handful.store.project import StoreError

    if isinstance(error, SpecError | StoreError | UnknownKind | UserError):
        say(str(error))
        return WRONG_INPUT
    if isinstance(error, OSError) and error.filename is not None:
        say(f"{os.fsdecode(error.filename)}: {error.strerror or error}")
        return WRONG_INPUT
    place = _full_report(error)
    say(f"handful made a mistake of its own: {_short(error)}")
    say(f"The full report lies in {place}; please open an issue where you had handful from and attach it.")
    return OUR_MISTAKE


def _short(error: Exception) -> str:
    """The kind of an error and the first line of its text."""
    first = next(iter(str(error).splitlines()), "")
    return f"{type(error).__name__}: {first[:200]}" if first else type(error).__name__


def _full_report(error: Exception) -> Path:
    """Write the traceback to a file of its own, and say where."""
    from importlib.metadata import version

    lines = [
        f"handful {version('handful')}, Python {platform.python_version()}, {platform.platform()}",
        "handful " + " ".join(sys.argv[1:]),
        "",
        *traceback.format_exception(error),
    ]
    handle, name = tempfile.mkstemp(prefix="handful-report-", suffix=".txt")
    with os.fdopen(handle, "w", encoding="utf-8") as report:
        report.write("\n".join(lines))
    return Path(name)
