"""Closed combination tests: what an adaptive trial of several hypotheses may claim, whatever it changed at its looks.

Every intersection of the hypotheses gets a p-value from each stage, of those hypotheses in it that were still tested then.
The stages are combined with weights fixed beforehand, and a hypothesis is rejected when every intersection that holds it is.
With one hypothesis this is the plain combination test, which for two stages is the weighted statistic of Cui, Hung and Wang.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator
from scipy.special import log_ndtr, ndtr, ndtri

from handful.analyses.base import Aim, Evidence, Floats, Integers
from handful.analyses.several import Several
from handful.analyses.stages import NOTHING, StageEvidence, stages
from handful.participants.observations import Cut, Observations
from handful.spec.base import Spec, wanted
from handful.spec.quantities import NonNegativeNumber, Number, PositiveNumber
from handful.stats.dunnett import dunnett_p_value, loadings
from handful.stats.graphical import Graph
from handful.stats.multiplicity import bonferroni_test, intersections, sidak_test, simes_test
from handful.stats.nested import nested_correlation, nested_p_value

Members = tuple[int, ...]
Test = Callable[[Floats], Floats]
Combination = Literal["inverse normal", "fisher"]
NamedTest = Literal["dunnett", "spiessens debois", "simes", "bonferroni", "sidak"]

_OF_P_VALUES: dict[str, Test] = {"simes": simes_test, "bonferroni": bonferroni_test, "sidak": sidak_test}


class GraphTest(Spec):
    """Weighted Bonferroni tests of the intersections, with weights from a graph of the hypotheses.

    Of an intersection the weights of those hypotheses are used that are still tested, after all others have passed theirs
    on (Bretz, Maurer, Brannath and Posch 2009).
    """

    weights: tuple[NonNegativeNumber, ...] = Field(
        min_length=1, max_length=8, description="Weight of each hypothesis: its share of the level."
    )
    transitions: tuple[tuple[NonNegativeNumber, ...], ...] = Field(
        description="Row by row how each hypothesis divides its weight among the others when it is rejected."
    )

    @model_validator(mode="after")
    def _is_a_graph(self) -> Self:
        try:
            self.graph()
        except ValueError as refused:
            raise wanted(f"a graph of hypotheses ({refused})", at="transitions") from None
        return self

    def graph(self) -> Graph:
        """The graph."""
        return Graph(self.weights, self.transitions)


Intersection = NamedTest | GraphTest


class Closed(Several):
    """The closed test of several hypotheses, with the stages of the trial combined.

    The statistic of a hypothesis is the smallest of the combined statistics of the intersections that hold it, so that one
    threshold decides all of them. With the inverse normal combination it is on the z scale (Lehmacher and Wassmer 1999), with
    Fisher's it is minus the logarithm of the product of the stage-wise p-values (Bauer and Koehne 1994), each to the power
    that makes the first 1 and the others the square root of their weight relative to it.
    """

    kind: str = "closed"
    meaning: ClassVar[str] = "closed combination test"
    references: ClassVar[tuple[str, ...]] = ("bauer1994", "lehmacher1999")

    weights: tuple[PositiveNumber, ...] = Field(
        min_length=1, description="Weight of each stage: its planned share of the information."
    )
    intersection: Intersection = Field("dunnett", description="Test of an intersection of hypotheses.")
    combination: Combination = Field("inverse normal", description="How the stages are combined.")
    rejects_at: tuple[Number | None, ...] = Field(
        (),
        description="Threshold of each look, for an intersection that reached one to stay rejected; nothing where none can.",
    )

    @model_validator(mode="after")
    def _test_suits_the_hypotheses(self) -> Self:
        asked = self.hypotheses
        nested = (
            len(asked) == 2 and asked[0].arm == asked[1].arm and asked[0].in_subgroup != asked[1].in_subgroup
        )
        if self.intersection == "spiessens debois" and not nested:
            raise wanted(
                "another test: this one is for a treatment in everybody and in a subgroup", at="intersection"
            )
        return self

    def evidence(self, seen: Observations, cut: Cut, aim: Aim) -> Evidence:
        """The smallest combined statistic over the intersections that hold each hypothesis; finite."""
        return Evidence(self.combined(stages(self.base, self.hypotheses, seen, cut, aim)))

    def combined(self, told_of_stages: Iterable[StageEvidence]) -> Floats:
        """The statistic of each hypothesis from what the stages say, shape (trials, hypotheses).

        Args:
            told_of_stages: The stages that were held, in order.
        """
        number = len(self.hypotheses)
        told = [_Tested.of(stage) for stage in told_of_stages]
        statistic = np.full((len(told[0].sets), number), np.inf)
        for members in intersections(number):
            combined = self._combined([self._intersection(stage, members) for stage in told])
            for member in members:
                np.minimum(statistic[:, member], combined, out=statistic[:, member])
        return statistic

    def critical(self, alpha: float) -> float:
        """Upper normal quantile of the level; with Fisher's combination minus the logarithm of the level of one stage."""
        return float(-ndtri(alpha)) if self.combination == "inverse normal" else float(-np.log(alpha))

    def from_z(self, z: float) -> float:
        """The statistic is on the z scale with the inverse normal combination; else that of one stage."""
        return z if self.combination == "inverse normal" else float(-log_ndtr(-z))

    def _combined(self, z: list[Floats]) -> Floats:
        """Combine the z-values of the stages that were held; what was rejected before keeps a statistic that rejects."""
        now = self._up_to(z)
        last = len(z) - 1
        if last == 0 or len(self.rejects_at) <= last or (needed := self.rejects_at[last]) is None:
            return now
        for look, threshold in enumerate(self.rejects_at[:last]):
            if threshold is not None:
                then = self._up_to(z[: look + 1])
                now = np.where(then >= threshold, np.maximum(now, np.maximum(then, needed)), now)
        return now

    def _up_to(self, z: list[Floats]) -> Floats:
        """The combined statistic of some first stages."""
        weights = np.asarray(self.weights[: len(z)])
        if self.combination == "fisher":
            powers = np.sqrt(weights / weights[0])
            return np.asarray(sum(-power * log_ndtr(-stage) for power, stage in zip(powers, z, strict=True)))
        shares = np.sqrt(weights / weights.sum())
        return np.asarray(sum(share * stage for share, stage in zip(shares, z, strict=True)))

    def _intersection(self, stage: _Tested, members: Members) -> Floats:
        """The z-value of one stage against an intersection; no evidence at all where none of it was still tested."""
        found = np.full(len(stage.sets), NOTHING)
        left = stage.sets & _as_set(members)
        # Trials differ in what they dropped, and there are few ways to do so.
        for which in np.flatnonzero(np.bincount(left)).tolist():
            still = tuple(member for member in members if which >> member & 1)
            if still:
                here = slice(None) if stage.alike else np.flatnonzero(left == which)
                found[here] = self._of(stage, here, still)
        return found

    def _of(self, stage: _Tested, here: slice | Integers, still: Members) -> Floats:
        """The z-value of one stage of some trials against an intersection of hypotheses that were all tested."""
        z = stage.told.z[here]
        if len(still) == 1 and not isinstance(self.intersection, GraphTest):
            return z[:, still[0]]
        z = z[:, list(still)]
        if self.intersection == "dunnett":
            arms = [self.hypotheses[member].arm for member in still]
            # An arm without anybody has no say; a size of one keeps its loading defined.
            sizes = np.maximum(stage.told.sizes[here], 1)
            p = dunnett_p_value(z, loadings(sizes[:, arms], sizes[:, 0]))
        elif self.intersection == "spiessens debois":
            p = nested_p_value(z, stage.nesting(self.hypotheses[0].arm)[here])
        elif isinstance(self.intersection, GraphTest):
            p = bonferroni_test(ndtr(-z), _graph(self.intersection).weights_of(still))
        else:
            p = _OF_P_VALUES[self.intersection](ndtr(-z))
        return np.asarray(np.clip(-ndtri(p), NOTHING, -NOTHING))


class ClosedByProducts(Closed):
    """The closed test with Fisher's combination, whose statistic bears another name."""

    statistic_name: ClassVar[str] = "minus the logarithm of the product of p-values"

    combination: Combination = Field("fisher", description="How the stages are combined.")


@dataclass(frozen=True)
class _Tested:
    """A stage with the hypotheses that each trial tested in it, as the bits of a number.

    Attributes:
        told: The stage.
        sets: What each trial tested, shape (trials,).
        alike: Whether all trials tested the same.
    """

    told: StageEvidence
    sets: Integers
    alike: bool

    @classmethod
    def of(cls, told: StageEvidence) -> _Tested:
        """Read what was tested."""
        sets = told.tested @ (1 << np.arange(told.tested.shape[1]))
        return cls(told, sets, bool((sets == sets[:1]).all()))

    def nesting(self, arm: int) -> Floats:
        """Correlation of the statistic of an arm in the subgroup with that in everybody, shape (trials,)."""
        if self.told.information is not None:
            smaller, larger = np.sort(self.told.information, axis=1).T
            return np.asarray(
                np.sqrt(np.divide(smaller, larger, out=np.zeros_like(larger), where=larger > 0))
            )
        whole, part = self.told.sizes, self.told.in_subgroup
        assert part is not None
        return nested_correlation(whole[:, 0], whole[:, arm], part[:, 0], part[:, arm])


def _as_set(members: Members) -> int:
    """Members as the bits of a number."""
    return sum(1 << member for member in members)


@lru_cache(maxsize=64)
def _graph(test: GraphTest) -> Graph:
    """The graph of a test, with its weights of all intersections."""
    return test.graph()
