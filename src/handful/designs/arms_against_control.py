"""What the families with several treatment arms share: the arms, how they are allocated, and their analysis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Self

import numpy as np
from pydantic import BeforeValidator, Field, GetJsonSchemaHandler, StringConstraints, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from handful.analyses.base import Aim, Analysis
from handful.analyses.hypotheses import Hypothesis
from handful.analyses.registry import AnalysisChoice, make
from handful.designs.arrangements import Arrangement, SideBySide
from handful.designs.base import Design, Question, fits
from handful.designs.own_control import null_of
from handful.designs.pieces import KnownOutcomes, Looks, interim_sizes
from handful.designs.randomised import DEFAULT_ANALYSIS
from handful.designs.several_arms import DealtArms
from handful.designs.single_arm import default_analysis
from handful.designs.words import count_words, list_words
from handful.participants.endpoint import Endpoint
from handful.participants.observations import Outcomes
from handful.spec.base import wanted
from handful.spec.quantities import AscendingPercentList, Number, PositiveCount, Ratio

MOST_ARMS = 8
MOST_LOOKS = 20


def _numbered(value: Any) -> Any:
    """`3` stands for three arms without names of their own."""
    if isinstance(value, int) and not isinstance(value, bool):
        if not 0 < value <= MOST_ARMS:
            raise wanted(f"1 to {MOST_ARMS} arms, or a list of their names")
        return tuple(f"arm {number}" for number in range(1, value + 1))
    return value


class _OrTheirNumber:
    """Tell editors that the number of arms may be written in place of their names."""

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Add the numbers to what is allowed."""
        return {"anyOf": [{"type": "integer", "minimum": 1, "maximum": MOST_ARMS}, handler(core)]}


if TYPE_CHECKING:
    ArmNames = tuple[str, ...]
else:
    ArmNames = Annotated[
        tuple[Annotated[str, StringConstraints(min_length=1, max_length=40)], ...],
        BeforeValidator(_numbered),
        _OrTheirNumber,
    ]
"""Names of treatment arms, or how many there are."""


class ArmsAgainstControl(Design):
    """Several treatments, doses or products beside one control, randomised in permuted blocks."""

    arms: ArmNames = Field(
        min_length=1,
        max_length=MOST_ARMS,
        description="Names of the treatment arms, such as [low dose, high dose], or their number.",
    )
    participants: PositiveCount = Field(
        ge=2, le=100_000, description="Participants of all arms and control together, if no arm is dropped."
    )
    allocation: Ratio = Field((1, 1), description="Each treatment arm to control, such as 1:1 or 1:2.")
    blocks_of: PositiveCount | None = Field(
        None,
        description="Participants in a block at the start; the smallest that keeps the ratio when empty.",
    )
    looks: AscendingPercentList = Field(
        (0.5, 1.0), description="Share of the information at each look; the last one is 100%."
    )
    margin: Number | None = Field(
        None,
        description="Margin of non-inferiority: a ratio above 1 for ratios, else a difference; none for superiority.",
    )
    analysis: AnalysisChoice | None = Field(
        None,
        description="Analysis of one arm against control; the usual one for the endpoint when empty.",
    )

    @model_validator(mode="after")
    def _arms_fit(self) -> Self:
        if len(set(self.arms)) < len(self.arms) or "control" in self.arms:
            raise wanted("names that differ from each other and from control", at="arms")
        if self.blocks_of is not None and self.blocks_of % self._smallest_block:
            raise wanted(f"a multiple of {self._smallest_block}", at="blocks_of")
        if self.looks[-1] != 1:
            raise wanted("looks that end with 100%", at="looks")
        if len(self.looks) > MOST_LOOKS:
            raise wanted(f"at most {MOST_LOOKS} looks", at="looks")
        return self

    @property
    def _smallest_block(self) -> int:
        """Participants in the smallest block that keeps the ratio."""
        return len(self.arms) * self.allocation[0] + self.allocation[1]

    def hypotheses(self) -> tuple[Hypothesis, ...]:
        """One null hypothesis for each arm."""
        return tuple(Hypothesis(name=name, arm=number) for number, name in enumerate(self.arms, start=1))

    def allocator(self) -> DealtArms:
        """Who gets what."""
        multiple = (self.blocks_of or self._smallest_block) // self._smallest_block
        each, control = (part * multiple for part in self.allocation)
        return DealtArms((control, *(each for _ in self.arms)))

    def planned_looks(self) -> Looks:
        """When the data are looked at: whole blocks."""
        return KnownOutcomes(interim_sizes(self.looks, self.participants, self.allocator().block))

    def chosen_analysis(self, endpoint: Endpoint) -> Analysis:
        """The analysis of one arm against control, checked against the endpoint.

        Raises:
            ValueError: When it does not suit or has no z scale, or the endpoint is a time to event.
        """
        if endpoint.kind == "time to event":
            raise ValueError(
                f"a design of kind {self.kind!r} looks at participants whose outcome is known, and this endpoint is a time to "
                "event; `arm selection` can wait for events"
            )
        analysis = self.analysis or make(default_analysis(DEFAULT_ANALYSIS, endpoint.kind, self.kind))
        fits(analysis, endpoint, "control arm", self.margin or 0.0, reads=(Outcomes,))
        try:
            analysis.as_z(np.zeros(1))
        except TypeError:
            raise ValueError(
                f"analysis {analysis.kind!r} has no z scale, and the arms are compared on it"
            ) from None
        return analysis

    def arrangement(self) -> Arrangement:
        """How participants are observed."""
        return SideBySide(arms=len(self.arms))

    def aim(self, question: Question) -> Aim:
        """What the analysis is asked."""
        endpoint = question.endpoint
        return Aim(endpoint.sign, null_of(self.margin, endpoint.measure.ratio), self.level(question))

    def size_words(self) -> str:
        """How many take part, and how they are allocated."""
        people = count_words(self.participants, "participant")
        each, control = self.allocation
        ratio = "with equal chances" if each == control else f"with {each} to each for {control} to control"
        block = self.allocator().block
        named = list_words([*self.arms, "control"])
        return f"Up to {people} are randomised to {named}, {ratio}, in permuted blocks of {block}."
