"""Which populations go on after a look, everybody or a subgroup or both: how a study file says it."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import BeforeValidator, Field

from handful.participants.observations import Flags, Floats
from handful.spec.base import Spec
from handful.spec.quantities import NonNegativeNumber, Number

Scale = Literal["estimate", "z"]

WHOLE, SUBGROUP = 0, 1
"""Columns of the two hypotheses."""


@dataclass(frozen=True)
class Standing:
    """What is known of the populations at a look, each of shape (trials,); minus infinity where nothing is.

    Attributes:
        whole: What speaks for everybody.
        subgroup: What speaks for the subgroup.
        others: What speaks for those who do not belong to it.
    """

    whole: Floats
    subgroup: Floats
    others: Floats


class Populations(Spec):
    """A rule that decides from the evidence so far who is studied on."""

    kind: str
    meaning: ClassVar[str]

    by: Scale = Field(
        "z",
        description="What populations are judged by: the z value of treatment against control, or the estimated benefit on the "
        "scale of the endpoint's measure (a difference, or the logarithm of a ratio).",
    )

    @abstractmethod
    def kept(self, now: Standing, both: Flags) -> Flags:
        """The populations that go on, the whole and the subgroup; shape (trials, 2).

        Args:
            now: What is known.
            both: Trials in which both are still studied; in the others there is nothing to choose between.
        """

    @abstractmethod
    def words(self) -> list[str]:
        """The rule in whole sentences."""

    @property
    def scale_words(self) -> str:
        """What populations are judged by."""
        return "z" if self.by == "z" else "estimated benefit"


class ByThresholds(Populations):
    """Each population goes on that is good enough by itself; if none is, the trial ends (Jenkins, Stone and Jennison 2011).

    Example:
        >>> now = Standing(np.array([1.0, 0.1, -0.5]), np.array([1.5, 0.9, 0.0]), np.zeros(3))
        >>> ByThresholds(whole=0.5, subgroup=0.5).kept(now, np.ones(3, dtype=np.bool_)).tolist()
        [[True, True], [False, True], [False, False]]
    """

    kind: Literal["thresholds"] = "thresholds"
    meaning: ClassVar[str] = "each population that is good enough by itself"

    whole: Number = Field(0.0, description="What the whole population must reach to go on.")
    subgroup: Number = Field(0.0, description="What the subgroup must reach to go on.")

    def kept(self, now: Standing, both: Flags) -> Flags:
        """Each for itself."""
        return np.column_stack([now.whole >= self.whole, now.subgroup >= self.subgroup])

    def words(self) -> list[str]:
        """In words."""
        return [
            f"The whole population goes on if its {self.scale_words} is at least {self.whole:g}, and the subgroup if its "
            f"{self.scale_words} is at least {self.subgroup:g}; if neither is, the trial ends.",
        ]


class WithFloor(Populations):
    """The rules that choose between the populations first, and then ask whether what was chosen is good enough."""

    at_least: Number | None = Field(
        None,
        description="What a population must reach to go on at all; the trial never ends for futility when empty.",
    )

    @abstractmethod
    def chosen(self, now: Standing) -> Flags:
        """What the rule would go on with, were it good enough; shape (trials, 2)."""

    def kept(self, now: Standing, both: Flags) -> Flags:
        """What is chosen and good enough."""
        chosen = self.chosen(now) | ~both[:, None]
        if self.at_least is None:
            return chosen
        return chosen & (np.column_stack([now.whole, now.subgroup]) >= self.at_least)

    @property
    def floor_words(self) -> list[str]:
        """What is asked of whatever was chosen."""
        if self.at_least is None:
            return []
        return [
            f"What is chosen must have reached a {self.scale_words} of {self.at_least:g}; otherwise it is given up."
        ]


class ByDifference(WithFloor):
    """Both go on while they are close, else the better one alone (Friede, Parsons and Stallard 2012).

    Example:
        >>> now = Standing(np.array([1.0, 0.1, 1.5]), np.array([1.5, 1.9, 0.0]), np.zeros(3))
        >>> ByDifference(margin=1).kept(now, np.ones(3, dtype=np.bool_)).tolist()
        [[True, True], [False, True], [True, False]]
    """

    kind: Literal["difference"] = "difference"
    meaning: ClassVar[str] = "both while they are close, else the better one"

    margin: NonNegativeNumber = Field(
        1.0,
        description="How much better one population must be for the other to be left; 0 keeps the better one alone.",
    )

    def chosen(self, now: Standing) -> Flags:
        """Those within the margin of the better one."""
        best = np.maximum(now.whole, now.subgroup)
        needed = np.where(np.isfinite(best), best - self.margin, -np.inf)
        return np.column_stack([now.whole >= needed, now.subgroup >= needed])

    def words(self) -> list[str]:
        """In words."""
        return [
            f"Both populations go on unless the {self.scale_words} of one is more than {self.margin:g} above that of the other; "
            "then only the better one does.",
            *self.floor_words,
        ]


class ByOthers(WithFloor):
    """Everybody goes on unless those outside the subgroup seem to gain too little (Wang, O'Neill and Hung 2007).

    Example:
        >>> now = Standing(np.array([1.0, 0.1]), np.array([1.5, 1.9]), np.array([0.3, -1.0]))
        >>> ByOthers(others=0).kept(now, np.ones(2, dtype=np.bool_)).tolist()
        [[True, True], [False, True]]
    """

    kind: Literal["others"] = "others"
    meaning: ClassVar[str] = "everybody unless those outside the subgroup gain too little"

    others: Number = Field(
        0.0, description="What those outside the subgroup must reach for everybody to go on."
    )

    def chosen(self, now: Standing) -> Flags:
        """The subgroup always, everybody if the others do well enough."""
        return np.column_stack([now.others >= self.others, np.ones(len(now.others), dtype=np.bool_)])

    def words(self) -> list[str]:
        """In words."""
        return [
            f"Only the subgroup goes on if the {self.scale_words} of those outside it is below {self.others:g}; otherwise both "
            "populations do.",
            *self.floor_words,
        ]


def _short_form(value: Any) -> Any:
    """`difference` stands for `{kind: difference}`."""
    return {"kind": value} if isinstance(value, str) else value


PopulationsChoice = Annotated[ByThresholds | ByDifference | ByOthers, Field(discriminator="kind")]
GoOnWith = Annotated[PopulationsChoice, BeforeValidator(_short_form)]
"""A rule that decides who is studied on: its name, or its name with its settings."""
