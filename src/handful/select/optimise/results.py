"""What a search has found, as data: everything that a terminal, a page or a script needs, and all of it JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handful.select.figure import Figure
from handful.select.results import Provenance, Result, TypeOneError

if TYPE_CHECKING:
    import polars as pl


class Judged(Result):
    """A design with figures that had no part in choosing it.

    Attributes:
        name: Its name in the results.
        origin: The design of the study that it is a variant of.
        changes: The searched fields that are not as they are written, with their values.
        most: Most participants that it can enrol.
        type_one: Type I error at its worst point.
        power: Probability of a claim in the scenario hoped for.
        participants: Expected participants there.
        months: Expected duration there; None when recruitment has no timing.
        utility: What the choice makes as good as possible, over all scenarios.
        broken: The constraints that it breaks, one sentence with its number an item.
    """

    name: str
    origin: str
    changes: dict[str, Any]
    most: int
    type_one: TypeOneError
    power: Figure
    participants: Figure
    months: Figure | None
    utility: Figure
    broken: tuple[str, ...]

    @property
    def kept(self) -> bool:
        """Whether every constraint is kept."""
        return not self.broken


class Searched(Result):
    """What was searched of one design.

    Attributes:
        design: Its name in the study.
        fields: The values that were tried, by field.
    """

    design: str
    fields: dict[str, tuple[Any, ...]]


class RoundTold(Result):
    """One round of the race.

    Attributes:
        trials: Trials that every design in it had seen in each scenario; 0 when none was needed.
        entered: Designs that entered it.
        broke: Designs that left because they break a constraint.
        behind: Designs that left because they are behind the leader.
    """

    trials: int
    entered: int
    broke: int
    behind: int


class Optimisation(Result):
    """A search for the best design of a study, by the study's own utility under its own constraints.

    Attributes:
        title: Title of the study.
        hoped_for: Name of the scenario that is hoped for.
        best: What is made as good as possible, in words.
        searched: What was searched.
        combinations: Combinations of values.
        variants: Designs among them that can be planned, each once.
        refused: Why combinations were refused, with how many.
        unfilled: Combinations left out because their size does not fill whole randomisation blocks.
        alike: Combinations left out because they are the same trial as another.
        enumerated: Designs that were judged by enumeration alone.
        rounds: The race.
        strictness: Standard errors by which a design had to be behind to leave.
        lost: Largest probability that the best of all left the race.
        chosen: The design to take; None when no design keeps the constraints.
        gain: By how much its utility is above that of the design as it is written, from trials that both saw.
        at_the_end: Fields in which the chosen design lies at the end of the numbers that were tried.
        passed_over: Designs that seemed better and were found to break a constraint in new trials.
        declared: The searched designs as they are written in the study.
        curve: The trade-off: designs of which none costs fewer participants and gives as much, ascending.
        paste: The chosen design as it is written in a study file.
        answer: The answer in a few sentences.
        race_seed: Seed of the trials that the designs raced on; figures are of trials with the study's own seed.
        provenance: Where all this comes from.
    """

    title: str
    hoped_for: str
    best: str
    searched: tuple[Searched, ...]
    combinations: int
    variants: int
    refused: dict[str, int]
    unfilled: int
    alike: int
    enumerated: int
    rounds: tuple[RoundTold, ...]
    strictness: float
    lost: float
    chosen: Judged | None
    gain: Figure | None
    at_the_end: tuple[str, ...]
    passed_over: tuple[Judged, ...]
    declared: tuple[Judged, ...]
    curve: tuple[Judged, ...]
    paste: str
    answer: tuple[str, ...]
    race_seed: int
    provenance: Provenance

    def frame(self) -> pl.DataFrame:
        """The trade-off curve and the designs as written, one row each."""
        import polars as pl

        rows = []
        for told in (*self.declared, *self.curve):
            row: dict[str, object] = {"design": told.name, "keeps all": told.kept, "most": told.most}
            figures = {
                "type I error": told.type_one.worst,
                "power": told.power,
                "participants": told.participants,
                "months": told.months,
                "utility": told.utility,
            }
            for name, figure in figures.items():
                row[name] = figure.value if figure is not None else None
                row[f"{name}, error"] = figure.error if figure is not None else None
                row[f"{name}, how"] = figure.how if figure is not None else None
            rows.append(row)
        return pl.DataFrame(rows, infer_schema_length=None)

    def _repr_html_(self) -> str:
        """The answer and the curve, for notebooks."""
        from handful.select.tabulation import html_of

        return html_of(self.title, self.answer, self.frame())
