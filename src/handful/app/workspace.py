"""The folder that the app works in: its studies by name, and no path that leads out of it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from handful.report.folder import results_folder
from handful.store.project import INDEX

_DEPTH = 3
_SEPARATOR = "~"
_ENDINGS = (".yaml", ".yml")
_PART = re.compile(r"[^\W_.][\w .+()-]{0,99}")
_STUDY = re.compile(rb"^(?:title|designs|scenarios)\s*:", re.MULTILINE)
_MOST_STUDIES = 500


class Outside(ValueError):
    """A name that is no name of a study in this folder."""


@dataclass(frozen=True)
class StudyPlace:
    """Where a study lies.

    Attributes:
        name: Its name in addresses: the path below the folder without its ending, with `~` between the parts.
        file: The study file.
        results: Where its results go.
    """

    name: str
    file: Path
    results: Path

    @property
    def compared(self) -> bool:
        """Whether there is a folder of results."""
        return (self.results / INDEX).is_file()


class Workspace:
    """The folder that the app was started in.

    Args:
        root: The folder; it has to exist.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.resolve(strict=True)

    def studies(self) -> list[StudyPlace]:
        """The studies in the folder and a few levels below, by name; folders of results and hidden ones are left out."""
        found: dict[str, StudyPlace] = {}
        for file in self._files(self.root, _DEPTH):
            name = _SEPARATOR.join([*file.parent.relative_to(self.root).parts, file.stem])
            if name not in found and self._named(name) and _looks_like_a_study(file):
                found[name] = self._place(name, file)
            if len(found) >= _MOST_STUDIES:
                break
        return [found[name] for name in sorted(found, key=str.casefold)]

    def study(self, name: str) -> StudyPlace:
        """The study of a name.

        Raises:
            Outside: When there is none in this folder.
        """
        for ending in _ENDINGS:
            file = self.path(name, ending)
            if file.is_file():
                return self._place(name, file)
        raise Outside(f"there is no study “{name}” in this folder")

    def path(self, name: str, ending: str = ".yaml") -> Path:
        """Where a study of a name lies or would lie.

        Raises:
            Outside: When the name leads out of the folder or is none.
        """
        if not self._named(name):
            raise Outside("a study is named by letters, digits, spaces and .+()-, with ~ between folders")
        wanted = self.root.joinpath(*name.split(_SEPARATOR))
        path = wanted.with_name(wanted.name + ending)
        # A link inside the folder may point out of it.
        if not path.resolve().is_relative_to(self.root):
            raise Outside(f"“{name}” lies outside this folder")
        return path

    def _named(self, name: str) -> bool:
        """Whether a name can be one."""
        parts = name.split(_SEPARATOR)
        return len(parts) <= _DEPTH + 1 and all(_PART.fullmatch(part) for part in parts)

    def _place(self, name: str, file: Path) -> StudyPlace:
        """The place of a study file."""
        return StudyPlace(name, file, results_folder(file))

    def _files(self, folder: Path, depth: int) -> Iterator[Path]:
        """Study files of a folder and those below it."""
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            return
        if any(entry.name == INDEX for entry in entries):
            return
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_file() and entry.name.endswith(_ENDINGS):
                yield Path(entry.path)
            elif depth > 0 and entry.is_dir(follow_symlinks=False):
                yield from self._files(Path(entry.path), depth - 1)


def _looks_like_a_study(file: Path) -> bool:
    """Whether the beginning of a file has the fields of a study; mistakes in it are for its own page."""
    try:
        with file.open("rb") as opened:
            head = opened.read(65536)
    except OSError:
        return False
    return len(set(_STUDY.findall(head))) >= 2
