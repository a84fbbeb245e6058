"""Binary outcomes: a share of people respond, untreated and treated."""

from __future__ import annotations

import math
from typing import Literal, Self

import numpy as np
from pydantic import Field, model_validator

from handful.kernels.streams import Purpose, uniforms
from handful.participants.block import Block
from handful.participants.endpoint import Endpoint
from handful.participants.potential import Exposure, Floats, Participants
from handful.scenarios.base import Scenario, Simulated
from handful.spec.quantities import Number, Probability, Share


class BinaryScenario(Scenario):
    """Each person (or eye, or wound) has the favourable or unfavourable result with a probability that depends on exposure.

    Units of one person share a result-making draw with probability sqrt(correlation) each, which gives exactly that
    intra-class correlation at every proportion (Lunn and Davies 1998). The same draw decides the outcome under every
    exposure, so that a more effective product never harms a simulated person whom a weaker one helps.
    """

    kind: Literal["binary"] = "binary"
    untreated: Probability = Field(description="Share with the event when untreated.")
    treated: Probability | None = Field(None, description="Share with the event when treated.")
    effect: Number | None = Field(None, ge=-1, le=1, description="Treated minus untreated, instead of `treated`.")
    correlation: Share = Field(0.0, description="Intra-class correlation between the units of one participant.")

    @model_validator(mode="after")
    def _one_way_to_say_it(self) -> Self:
        if (self.treated is None) == (self.effect is None):
            raise ValueError("give either `treated` or `effect`, and not both")
        if self.effect is not None and not 0 <= self.untreated + self.effect <= 1:
            raise ValueError(f"untreated {self.untreated:g} plus effect {self.effect:g} is not a probability")
        return self

    def share(self, exposure: Exposure, sign: int = 1) -> float:
        """Probability of the event under an exposure, in the trial (drift and learning included)."""
        treated = self.treated if self.treated is not None else self.untreated + (self.effect or 0.0)
        base = {
            Exposure.UNTREATED: self.untreated,
            Exposure.TREATED: treated,
            Exposure.BESIDE: self.untreated + self.contamination * (treated - self.untreated),
        }[exposure]
        return min(1.0, max(0.0, base + sign * (self.drift + self.learning)))

    def benefit(self, endpoint: Endpoint) -> float:
        """Difference in the probability of the event, signed so that positive is good."""
        sign = endpoint.sign
        return sign * (self.share(Exposure.TREATED, sign) - self.share(Exposure.UNTREATED, sign))

    def participants(self, block: Block, count: int, endpoint: Endpoint) -> Participants:
        """Draw the people of a block."""
        return _BinaryParticipants(block, count, self, endpoint)

    def chances(self, endpoint: Endpoint) -> dict[str, float] | None:
        """Chances of a favourable result for one observed participant, when every outcome is seen or counted as failure."""
        sign, product = endpoint.sign, self.product
        kept = math.exp(-self.recruitment.dropout * endpoint.known_after)
        if (kept < 1 and endpoint.strategy("dropout") != "composite") or (
            product.manufacturing_failure > 0
            and endpoint.strategy("not dosed") not in ("composite", "treatment policy")
        ):
            return None
        good = {e: self.share(e, sign) if sign > 0 else 1 - self.share(e, sign) for e in Exposure}
        made = 1 - product.manufacturing_failure
        undosed = good[Exposure.UNTREATED] if endpoint.strategy("not dosed") == "treatment policy" else 0.0
        chances = {
            "control": kept * good[Exposure.UNTREATED],
            "treated": kept * (made * good[Exposure.TREATED] + (1 - made) * undosed),
            "half": 0.5,
        }
        if made == 1 and kept == 1:
            treated, beside = good[Exposure.TREATED], good[Exposure.BESIDE]
            both = self.correlation * min(treated, beside) + (1 - self.correlation) * treated * beside
            chances |= {"treated only": treated - both, "control only": beside - both}
        return chances


    def variance(self, endpoint: Endpoint) -> dict[str, float] | None:
        """Variance of a proportion's contribution."""
        chances = self.chances(endpoint)
        return None if chances is None else {arm: chances[arm] * (1 - chances[arm]) for arm in ("control", "treated")}


class _BinaryParticipants(Simulated):
    scenario: BinaryScenario

    def _draw(self, unit: int) -> Floats:
        """The uniform that decides the unit's result."""
        block, shape = self.block, (self.block.trials, self.count)
        own = uniforms(block.seed, block.first, *shape, Purpose.OUTCOME_UNIT, unit)
        if self.scenario.correlation == 0:
            return own
        shared = uniforms(block.seed, block.first, *shape, Purpose.OUTCOME_PERSON)
        copies = uniforms(block.seed, block.first, *shape, Purpose.OUTCOME_OCCASION, unit)
        return np.where(copies < math.sqrt(self.scenario.correlation), shared, own)

    def outcome(self, exposure: Exposure, unit: int = 0) -> Floats:
        """1 with the event, 0 without. Benefit is comonotone whichever way the event points."""
        share = self.scenario.share(exposure, self.endpoint.sign)
        drawn = self._draw(unit)
        return (drawn < share).astype(np.float64)

    def before(self, months: float, unit: int = 0) -> Floats:
        """Before treatment nobody has the favourable result: people enter because they lack it."""
        return np.full((self.block.trials, self.count), 0.0 if self.endpoint.sign > 0 else 1.0)
