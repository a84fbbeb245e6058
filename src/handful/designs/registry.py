"""The families there are."""

from __future__ import annotations

from handful.designs.arm_selection import ArmSelection
from handful.designs.base import Design
from handful.designs.bayesian import Bayesian
from handful.designs.bayesian_single_arm import BayesianSingleArm
from handful.designs.blinded_reassessment import BlindedReassessment
from handful.designs.drop_the_losers import DropTheLosers
from handful.designs.enrichment import Enrichment
from handful.designs.group_sequential import GroupSequential
from handful.designs.multi_arm import MultiArm
from handful.designs.optimal_allocation import OptimalAllocation
from handful.designs.own_control import OwnControl
from handful.designs.randomised import Randomised
from handful.designs.response_adaptive import ResponseAdaptive
from handful.designs.simon import Simon
from handful.designs.single_arm import SingleArm
from handful.designs.unblinded_reassessment import UnblindedReassessment
from handful.designs.within_participant import WithinParticipant
from handful.spec.registry import Registry

families: Registry[Design] = Registry(Design, "design", group="handful.designs")
"""Every family by its `kind`; other packages add theirs through the entry point group `handful.designs`."""

for _family in (
    OwnControl,
    WithinParticipant,
    SingleArm,
    Simon,
    BayesianSingleArm,
    Randomised,
    GroupSequential,
    BlindedReassessment,
    UnblindedReassessment,
    ResponseAdaptive,
    OptimalAllocation,
    ArmSelection,
    DropTheLosers,
    MultiArm,
    Enrichment,
    Bayesian,
):
    families.register(_family)


def known_stresses() -> tuple[str, ...]:
    """Names of every stress that some family names."""
    return tuple(dict.fromkeys(stress.name for family in families for stress in family.fragile_to))
