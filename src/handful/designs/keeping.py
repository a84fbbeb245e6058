"""Which arms go on at a look: how a study file says it."""

from __future__ import annotations

from abc import abstractmethod
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import BeforeValidator, Field

from handful.designs.quantities import Amount
from handful.designs.spending_choice import short_form
from handful.designs.words import count_words
from handful.participants.observations import Flags, Floats
from handful.spec.base import Spec
from handful.spec.quantities import PositiveCount

Scale = Literal["estimate", "z"]


class Keeping(Spec):
    """A rule that chooses among the arms that are still in the trial."""

    kind: str
    meaning: ClassVar[str]

    by: Scale = Field(
        "estimate",
        description="What arms are judged by: their estimated benefit over control, on the scale of the endpoint's measure "
        "(a difference, or the logarithm of a ratio), or its z value.",
    )
    at_least: Amount | None = Field(
        None,
        description="What an arm must reach to go on, on that scale; no arm is dropped for it when empty.",
    )

    @abstractmethod
    def chosen(self, look: int, values: Floats, candidates: Flags) -> Flags:
        """The arms that the rule would keep, whatever they must reach; shape (trials, arms).

        Args:
            look: Number of the look, from 0.
            values: What arms are judged by, minus infinity where nothing is known.
            candidates: Arms that are still in the trial.
        """

    @abstractmethod
    def words(self, look: int) -> str:
        """Which arms go on at a look, in words that follow "control and"."""

    def planned(self, look: int, arms: int) -> int:
        """Arms that are planned to go on, for the information that is planned; all where their number is left open."""
        return arms

    def kept(self, look: int, values: Floats, candidates: Flags) -> Flags:
        """The arms that go on, shape (trials, arms).

        Args:
            look: Number of the look, from 0.
            values: What arms are judged by, not a number where nothing is known.
            candidates: Arms that are still in the trial.

        Example:
            >>> rule = KeepWithin(margin=0.5, at_least=0.0)
            >>> rule.kept(0, np.array([[1.0, 0.6, 0.4], [-1.0, -0.8, -2.0]]), np.ones((2, 3), dtype=np.bool_)).tolist()
            [[True, True, False], [False, False, False]]
        """
        known = np.where(candidates & ~np.isnan(values), values, -np.inf)
        kept = candidates & self.chosen(look, known, candidates)
        return kept if self.at_least is None else kept & (known >= self.at_least)

    @property
    def floor_words(self) -> str:
        """What an arm must reach, in words; empty when nothing."""
        if self.at_least is None:
            return ""
        what = "z" if self.by == "z" else "estimated benefit"
        return f" An arm whose {what} is below {self.at_least:g} is dropped whatever the others do."


def _one_or_several(value: Any) -> Any:
    """`1` stands for `[1]`."""
    return (value,) if isinstance(value, int) else value


class KeepBest(Keeping):
    """The best arms go on, so many at each look; of equal ones those that are named first."""

    kind: Literal["best"] = "best"
    meaning: ClassVar[str] = "the best arms, so many of them"

    arms: Annotated[tuple[PositiveCount, ...], BeforeValidator(_one_or_several)] = Field(
        (1,),
        min_length=1,
        max_length=20,
        description="How many arms go on, at each interim look if they are several: `1`, or `[3, 1]`; the last holds for later "
        "looks.",
    )

    def chosen(self, look: int, values: Floats, candidates: Flags) -> Flags:
        """Those with the largest values."""
        ranks = np.argsort(np.argsort(-values, axis=1, kind="stable"), axis=1, kind="stable")
        return np.asarray(ranks < self._number(look))

    def planned(self, look: int, arms: int) -> int:
        """As many as are kept."""
        return min(arms, self._number(look))

    def words(self, look: int) -> str:
        """In words."""
        number = self._number(look)
        return "the best arm" if number == 1 else f"the best {number} arms"

    def _number(self, look: int) -> int:
        return self.arms[min(look, len(self.arms) - 1)]


class KeepWithin(Keeping):
    """Every arm goes on that is not much worse than the best one (the epsilon rule)."""

    kind: Literal["within"] = "within"
    meaning: ClassVar[str] = "all arms within a margin of the best"

    margin: Amount = Field(
        ge=0,
        description="How much worse than the best arm an arm may be, on the scale it is judged by.",
    )

    def chosen(self, look: int, values: Floats, candidates: Flags) -> Flags:
        """Those within the margin of the largest value."""
        best = values.max(axis=1, keepdims=True)
        return np.asarray(values >= np.where(np.isfinite(best), best, 0.0) - self.margin)

    def words(self, look: int) -> str:
        """In words."""
        what = "z" if self.by == "z" else "estimated benefit"
        return f"every arm whose {what} is at most {self.margin:g} below that of the best arm"


class KeepAbove(Keeping):
    """Every arm goes on that is good enough."""

    kind: Literal["above"] = "above"
    meaning: ClassVar[str] = "all arms that are good enough"

    at_least: Amount = Field(
        0.0,
        description="What an arm must reach to go on, on the scale it is judged by.",
    )

    def chosen(self, look: int, values: Floats, candidates: Flags) -> Flags:
        """All: what they must reach decides."""
        return candidates

    def words(self, look: int) -> str:
        """In words."""
        what = "z" if self.by == "z" else "estimated benefit"
        return f"every arm whose {what} is at least {self.at_least:g}"

    @property
    def floor_words(self) -> str:
        """Said already."""
        return ""


KeepingChoice = Annotated[KeepBest | KeepWithin | KeepAbove, Field(discriminator="kind")]
Keep = Annotated[KeepingChoice, BeforeValidator(short_form)]
"""A rule that keeps arms: its name, or its name with its settings."""


def keeping_words(rule: Keeping, looks: int) -> str:
    """Who goes on after each interim look.

    Args:
        rule: The rule.
        looks: Interim looks.

    Example:
        >>> keeping_words(KeepBest(arms=(3, 1)), 2)
        'After look 1 control and the best 3 arms go on, after look 2 control and the best arm.'
    """
    said = [rule.words(look) for look in range(looks)]
    changes = [look for look in range(looks) if look == 0 or said[look] != said[look - 1]]
    if len(changes) == 1:
        when = "the interim look" if looks == 1 else f"each of the {count_words(looks, 'interim look')}"
        return f"After {when} control and {said[0]} go on.{rule.floor_words}"
    later = [f"after look {look + 1} control and {said[look]}" for look in changes[1:]]
    return f"{', '.join([f'After look 1 control and {said[0]} go on', *later])}.{rule.floor_words}"
