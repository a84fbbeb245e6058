"""The papers behind the methods: named by key where they are used, listed by the report that used them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from handful.spec.messages import one_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


class UnknownReference(LookupError):
    """No paper has this key."""


@dataclass(frozen=True, slots=True)
class Reference:
    """One paper, book or guideline.

    Attributes:
        key: Short name without spaces, such as "simon1989".
        authors: Authors as printed, such as "Simon R".
        year: Year of publication.
        title: Title without a full stop at its end.
        journal: Journal, volume and pages; or the publisher.
        doi: Digital object identifier without "https://doi.org/", or empty.

    Raises:
        ValueError: When the key is empty or contains a space.

    Example:
        >>> simon = Reference(
        ...     key="simon1989", authors="Simon R", year=1989,
        ...     title="Optimal two-stage designs for phase II clinical trials",
        ...     journal="Controlled Clinical Trials 10:1-10", doi="10.1016/0197-2456(89)90015-9",
        ... )
        >>> simon.short, simon.url
        ('Simon 1989', 'https://doi.org/10.1016/0197-2456(89)90015-9')
    """

    key: str
    authors: str
    year: int
    title: str
    journal: str
    doi: str = ""

    def __post_init__(self) -> None:
        if not self.key or any(letter.isspace() for letter in self.key):
            raise ValueError(f"the key of a reference is one word: {self.key!r}")

    @property
    def url(self) -> str:
        """The address of the paper, or an empty text; what an address may not hold, as some old identifiers do, is encoded."""
        return f"https://doi.org/{quote(self.doi, safe='/():;')}" if self.doi else ""

    @property
    def short(self) -> str:
        """The citation inside a sentence: first author and year."""
        families = [name.strip().rsplit(" ", 1)[0] for name in self.authors.split(",")]
        if len(families) == 2:
            return f"{families[0]} and {families[1]} {self.year}"
        return f"{families[0]}{' et al.' if len(families) > 2 else ''} {self.year}"

    def __str__(self) -> str:
        address = f" {self.url}" if self.url else ""
        return f"{self.authors} ({self.year}). {self.title}. {self.journal}.{address}"


class Bibliography:
    """All papers by key.

    Args:
        load: Gives the papers that are there from the beginning; called when a paper is first asked for.

    Example:
        >>> papers = Bibliography()
        >>> fisher = Reference("fisher1935", "Fisher RA", 1935, "The Design of Experiments", "Oliver & Boyd")
        >>> papers.add(fisher).key
        'fisher1935'
        >>> papers.cited(["fisher1935", "A letter to the editor, 1950"])
        ('A letter to the editor, 1950', 'Fisher RA (1935). The Design of Experiments. Oliver & Boyd.')
    """

    def __init__(self, load: Callable[[], Iterable[Reference]] = tuple) -> None:
        self._by_key: dict[str, Reference] = {}
        self._load: Callable[[], Iterable[Reference]] | None = load

    @property
    def _papers(self) -> dict[str, Reference]:
        """All papers, those from the beginning loaded."""
        if self._load is not None:
            load, self._load = self._load, None
            for reference in load():
                self.add(reference)
        return self._by_key

    def add(self, reference: Reference) -> Reference:
        """Make a paper known; adding the same paper again changes nothing.

        Args:
            reference: The paper.

        Returns:
            The same paper.

        Raises:
            ValueError: When another paper has the key.
        """
        if self._by_key.setdefault(reference.key, reference) != reference:
            raise ValueError(f"another paper has the key {reference.key}: {self._by_key[reference.key]}")
        return reference

    def __getitem__(self, key: str) -> Reference:
        if key not in self._papers:
            raise UnknownReference(f'no paper has the key "{key}", known is {one_of(self._papers, key)}')
        return self._papers[key]

    def __contains__(self, key: object) -> bool:
        return key in self._papers

    def __iter__(self) -> Iterator[Reference]:
        return iter(self._papers.values())

    def cited(self, used: Iterable[str]) -> tuple[str, ...]:
        """List what was used, each once, in alphabetical order.

        Args:
            used: Keys, and whole citations for papers without one (told apart by their spaces).

        Returns:
            Citations.

        Raises:
            UnknownReference: When a key is not known.
        """
        citations = {item if " " in item else str(self[item]) for item in used}
        return tuple(sorted(citations, key=str.casefold))


def _from_the_beginning() -> Iterable[Reference]:
    """The papers behind handful's own designs and scenarios."""
    from handful.spec.bibliography import PAPERS

    return PAPERS


BIBLIOGRAPHY = Bibliography(_from_the_beginning)
"""The papers of all methods; a module with papers of its own adds them when it is imported."""
