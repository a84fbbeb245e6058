"""A study file with its text: what is read, what was asked otherwise on top of it, and what is kept of both."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from handful.spec.source import read_source
from handful.study.loading import loads
from handful.study.model import Study


@dataclass(frozen=True)
class StudyFile:
    """A study together with the text that it was read from.

    Attributes:
        text: The file as it is written, comments and all.
        study: The study, with what was asked otherwise.
        otherwise: What was asked otherwise than the text says, by the name of the field.
        name: Name of the file, for messages; None when there is none.
    """

    text: str
    study: Study
    otherwise: tuple[tuple[str, int], ...] = ()
    name: str | None = None

    @classmethod
    def read(cls, path: Path | str) -> Self:
        """Read and check a study file.

        Args:
            path: The YAML file.

        Returns:
            The study with its text.

        Raises:
            handful.spec.SpecError: Naming every problem with file, line, field, what was found and what would be right.
        """
        text = read_source(path)
        return cls(text, loads(text, str(path)), name=str(path))

    def asked(self, *, trials: int | None = None, seed: int | None = None) -> Self:
        """The same study with another number of trials or another seed.

        Args:
            trials: Simulated trials; the study's own when None.
            seed: Seed; the study's own when None.

        Returns:
            The study as asked; itself when nothing differs.

        Example:
            >>> text = '''
            ... title: A first study
            ... population: {prevalence: 900}
            ... endpoint: {name: response, kind: binary}
            ... scenarios: {hoped for: {untreated: 20%, treated: 60%}}
            ... designs: {fixed: {kind: randomised, participants: 30}}
            ... '''
            >>> file = StudyFile(text, loads(text)).asked(seed=7)
            >>> file.study.compute.seed, file.kept().splitlines()[0]
            (7, '# Compared with seed: 7, whatever is written below.')
        """
        compute = self.study.compute
        new = {"trials": trials, "seed": seed}
        otherwise = {
            name: value
            for name, value in new.items()
            if value is not None and value != getattr(compute, name)
        }
        if not otherwise:
            return self
        study = self.study.replace(compute=compute.replace(**otherwise))
        return replace(self, study=study, otherwise=(*self.otherwise, *otherwise.items()))

    def kept(self) -> str:
        """The text to be kept beside the results: the file, with what was asked otherwise in a comment above it."""
        if not self.otherwise:
            return self.text
        said = ", ".join(f"{name}: {value}" for name, value in self.otherwise)
        return f"# Compared with {said}, whatever is written below.\n{self.text}"
