"""Finding the folder of a comparison and a run in it by what a person types."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from handful.spec.base import Spec
from handful.spec.registry import Registry
from handful.store.project import INDEX, Project, StoredRun, StoreError

_DEPTH = 2

Kind = TypeVar("Kind", bound=Spec)


def find_project(folder: Path | None = None, start: Path = Path()) -> Path:
    """Find the folder of a comparison.

    Args:
        folder: The folder that was named; None to look around.
        start: Where to look around: here, and in folders up to two levels below.

    Returns:
        The folder.

    Raises:
        StoreError: When there is no comparison, or more than one.
    """
    if folder is not None:
        if not (folder / INDEX).is_file():
            raise StoreError(f"{folder} is no folder of a comparison: there is no {INDEX} in it")
        return folder
    if (start / INDEX).is_file():
        return start
    patterns = ("/".join([*["*"] * depth, INDEX]) for depth in range(1, _DEPTH + 1))
    found = sorted(path.parent for pattern in patterns for path in start.glob(pattern))
    if not found:
        raise StoreError("no comparison is found here; name its folder with --project")
    if len(found) > 1:
        names = ", ".join(str(path) for path in found[:5])
        raise StoreError(f"more than one comparison is found here ({names}); name one with --project")
    return found[0]


def find_run(project: Project, words: str) -> StoredRun:
    """Find a run by the beginning of its identity, or by the names of its design and scenario.

    Args:
        project: Where it is kept.
        words: Such as `3fa9` or `fellow eye / hoped for`.

    Returns:
        The run.

    Raises:
        StoreError: When there is none, or more than one.
    """
    design, slash, scenario = words.partition("/")
    if slash:
        return project.find(design.strip(), scenario.strip())
    if not words.strip():
        raise StoreError("a run is named by the beginning of its identity, or by “design / scenario”")
    return project.run(words.strip().lower())


def find_kind(registry: Registry[Kind], words: str) -> type[Kind]:
    """Find a class by its kind, whatever stands between the words.

    Args:
        registry: Where to look.
        words: The kind, with spaces, hyphens or underscores.

    Returns:
        The class.

    Raises:
        handful.spec.registry.UnknownKind: When there is none, with what was probably meant.

    Example:
        >>> from handful.designs.registry import families
        >>> find_kind(families, "single-arm").__name__
        'SingleArm'
    """
    by_words = {_words(kind): kind for kind in registry.kinds()}
    return registry.get(by_words.get(_words(words), words))


def _words(kind: str) -> tuple[str, ...]:
    """The words of a kind."""
    return tuple(kind.lower().replace("-", " ").replace("_", " ").split())
