"""The comparison as data: everything that a report, a page or a script needs, and all of it JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from handful.select.characteristics import Characteristics
from handful.select.figure import Figure

if TYPE_CHECKING:
    import polars as pl


class Result(BaseModel):
    """Base of everything in a comparison: frozen and strict."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class TypeOneError(Result):
    """Type I error of a design: what it promises and what it spends.

    Attributes:
        worst: At the worst point of the null: over the nuisance parameter where trials can be enumerated, else over the
            scenarios without benefit.
        at: Where the worst point is, in words.
        nominal: The level that the design promises to keep; None where it promises none, as with a posterior probability that is
            read as it stands.
        exceeded: Whether the worst type I error is above what is promised by more than can be Monte Carlo error.
    """

    worst: Figure | None
    at: str
    nominal: float | None
    exceeded: bool

    @property
    def remark(self) -> str:
        """What has to be said of the promise in a few words; nothing of one that is kept."""
        if self.nominal is None:
            return "none promised"
        return f"above the nominal {100 * self.nominal:g}%" if self.exceeded else ""


class CurvePoint(Result):
    """Probability of success at one true benefit.

    Attributes:
        benefit: True benefit on the scale of the endpoint's measure.
        success: Probability of claiming benefit.
    """

    benefit: float
    success: Figure


class StressPoint(Result):
    """A design under one amount of one stress.

    Attributes:
        amount: How much of it.
        false_claim: Probability of claiming benefit when there is none.
        power: Probability of claiming benefit in the scenario hoped for.
        bias: Bias of the reported estimate in the scenario hoped for.
    """

    amount: float
    false_claim: Figure | None
    power: Figure | None
    bias: Figure | None


class StressResult(Result):
    """How a design bears one stress.

    Attributes:
        design: Name of the design.
        stress: Name of the stress.
        why: Why the family is fragile to it.
        unit: What an amount counts.
        points: The design under growing amounts; the first is none of it.
        turns_at: The smallest amount (interpolated) at which the conclusion turns: false claims beyond twice what is
            allowed, or power below what is wanted. None when no amount that was tried turns it.
        broken: What is no longer kept then.
    """

    design: str
    stress: str
    why: str
    unit: str
    points: tuple[StressPoint, ...]
    turns_at: float | None
    broken: str


class Verdict(Result):
    """What the choice says of a design.

    Attributes:
        design: Name of the design.
        rank: 1 for the best; designs that break a constraint come after those that keep all.
        chosen: Whether this is the design to take.
        kept: Whether every constraint is kept.
        utility: What the choice makes as good as possible.
        frontier: Whether no design that keeps every constraint is at least as good in power, participants, duration and
            type I error, and better in one.
        reasons: Why it was chosen or not, one sentence with its number an item.
    """

    design: str
    rank: int
    chosen: bool
    kept: bool
    utility: Figure
    frontier: bool
    reasons: tuple[str, ...]


class DesignSummary(Result):
    """A design as it entered the comparison.

    Attributes:
        name: Its name in the study.
        kind: Family.
        meaning: The family in one line.
        rule: The rule in plain words, a sentence an item.
        references: Keys of the papers it rests on.
        participants: Most participants that can be enrolled.
        type_one: Type I error.
        curve: Probability of success over the true benefit.
    """

    name: str
    kind: str
    meaning: str
    rule: tuple[str, ...]
    references: tuple[str, ...]
    participants: int
    type_one: TypeOneError
    curve: tuple[CurvePoint, ...]


class ScenarioSummary(Result):
    """A scenario as it entered the comparison.

    Attributes:
        name: Its name in the study.
        note: What it stands for.
        benefit: True benefit.
        weight: Plausibility, as a share of all.
        is_null: Whether there is no benefit in it.
    """

    name: str
    note: str
    benefit: float
    weight: float
    is_null: bool


class Cell(Result):
    """One design in one scenario.

    Attributes:
        design: Name of the design.
        scenario: Name of the scenario.
        run: Identity of the stored run; None when nothing was stored.
        characteristics: What the design does there.
    """

    design: str
    scenario: str
    run: str | None
    characteristics: Characteristics


class Provenance(Result):
    """Where a comparison comes from.

    Attributes:
        version: Version of handful.
        kernels: Hash of the kernels' sources.
        study_digest: SHA-256 of the study.
        seed: Seed of all randomness.
        trials: Trials asked for in each run.
        precision: Precision at which runs stop early.
    """

    version: str
    kernels: str
    study_digest: str
    seed: int
    trials: int
    precision: float | None


class Comparison(Result):
    """All runs of a study, the choice among its designs, and why.

    Attributes:
        title: Title of the study.
        hoped_for: Name of the scenario that is hoped for.
        measure: Scale of the benefit, in words.
        ratio: Whether benefits are logarithms of ratios.
        unit: Unit of the endpoint.
        designs: The designs, in the order of the study.
        scenarios: The scenarios, in the order of the study.
        cells: Every design in every scenario.
        stresses: Every design under the stresses.
        verdicts: The choice, best first.
        answer: The answer in about five sentences.
        warnings: What a reader must not miss.
        provenance: Where all this comes from.
    """

    title: str
    hoped_for: str
    measure: str
    ratio: bool
    unit: str
    designs: tuple[DesignSummary, ...]
    scenarios: tuple[ScenarioSummary, ...]
    cells: tuple[Cell, ...]
    stresses: tuple[StressResult, ...]
    verdicts: tuple[Verdict, ...]
    answer: tuple[str, ...]
    warnings: tuple[str, ...]
    provenance: Provenance

    def cell(self, design: str, scenario: str) -> Characteristics:
        """What a design does in a scenario.

        Raises:
            KeyError: When there is no such design or scenario.
        """
        for cell in self.cells:
            if (cell.design, cell.scenario) == (design, scenario):
                return cell.characteristics
        raise KeyError((design, scenario))

    @property
    def chosen(self) -> str | None:
        """Name of the design to take; None when no design keeps the constraints."""
        return next((verdict.design for verdict in self.verdicts if verdict.chosen), None)

    def frame(self) -> pl.DataFrame:
        """The operating characteristics as a table, one row for each design and scenario."""
        import polars as pl

        rows = []
        for cell in self.cells:
            told = cell.characteristics
            row: dict[str, object] = {"design": cell.design, "scenario": cell.scenario, "truth": told.truth}
            for name in ("success", "unfinished", "analysed", "inferior", "bias", "rmse", "coverage"):
                figure: Figure = getattr(told, name)
                row |= {name: figure.value, f"{name}_error": figure.error, f"{name}_how": figure.how}
            row["participants"] = told.participants.mean.value
            row["months"] = told.months.mean.value if told.months is not None else None
            rows.append(row)
        return pl.DataFrame(rows, infer_schema_length=None)

    def _repr_html_(self) -> str:
        """The answer and the table, for notebooks."""
        from html import escape

        said = "".join(f"<p>{escape(sentence)}</p>" for sentence in self.answer)
        return f"<h3>{escape(self.title)}</h3>{said}{self.frame()._repr_html_()}"
