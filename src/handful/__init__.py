"""Compare, choose and run clinical trial designs for small populations.

Names are loaded when they are first used, so that `import handful` costs nothing.

Example:
    >>> import handful as hf
    >>> endpoint = hf.Endpoint(name="response at 12 months", kind="binary")
    >>> scenario = hf.BinaryScenario(untreated=0.2, treated=0.6)
    >>> print(hf.characteristics(hf.SingleArm(participants=16, benchmark=0.2), scenario, endpoint).success)
    0.8577 (exact)
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from handful.analyses.registry import analyses as analysis_kinds
    from handful.designs.arm_selection import ArmSelection
    from handful.designs.base import Question
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
    from handful.designs.registry import families
    from handful.designs.response_adaptive import ResponseAdaptive
    from handful.designs.simon import Simon
    from handful.designs.single_arm import SingleArm
    from handful.designs.unblinded_reassessment import UnblindedReassessment
    from handful.designs.within_participant import WithinParticipant
    from handful.engine.replay import TrialStory
    from handful.participants.endpoint import Endpoint
    from handful.scenarios.binary import BinaryScenario
    from handful.scenarios.continuous import ContinuousScenario
    from handful.scenarios.count import CountScenario
    from handful.scenarios.ordinal import OrdinalScenario
    from handful.scenarios.registry import scenario_kinds
    from handful.scenarios.time_to_event import TimeToEventScenario
    from handful.select.api import Simulation, assurance, characteristics, compare, replay, simulate
    from handful.select.assess import Assessment
    from handful.select.assurance import Assurance
    from handful.select.characteristics import Characteristics
    from handful.select.figure import Figure
    from handful.select.optimise.api import optimise
    from handful.select.optimise.results import Optimisation
    from handful.select.results import Comparison
    from handful.select.size import SizeFound, smallest_size
    from handful.spec.messages import SpecError
    from handful.store.project import Project, StoreError
    from handful.study.loading import load, loads
    from handful.study.model import Study

_HOMES = {
    "analyses.registry": ("analysis_kinds",),
    "designs.arm_selection": ("ArmSelection",),
    "designs.base": ("Question",),
    "designs.bayesian": ("Bayesian",),
    "designs.bayesian_single_arm": ("BayesianSingleArm",),
    "designs.blinded_reassessment": ("BlindedReassessment",),
    "designs.enrichment": ("Enrichment",),
    "designs.drop_the_losers": ("DropTheLosers",),
    "designs.group_sequential": ("GroupSequential",),
    "designs.multi_arm": ("MultiArm",),
    "designs.optimal_allocation": ("OptimalAllocation",),
    "designs.own_control": ("OwnControl",),
    "designs.randomised": ("Randomised",),
    "designs.registry": ("families",),
    "designs.response_adaptive": ("ResponseAdaptive",),
    "designs.simon": ("Simon",),
    "designs.single_arm": ("SingleArm",),
    "designs.unblinded_reassessment": ("UnblindedReassessment",),
    "designs.within_participant": ("WithinParticipant",),
    "engine.replay": ("TrialStory",),
    "participants.endpoint": ("Endpoint",),
    "scenarios.binary": ("BinaryScenario",),
    "scenarios.continuous": ("ContinuousScenario",),
    "scenarios.count": ("CountScenario",),
    "scenarios.ordinal": ("OrdinalScenario",),
    "scenarios.registry": ("scenario_kinds",),
    "scenarios.time_to_event": ("TimeToEventScenario",),
    "select.api": ("Simulation", "assurance", "characteristics", "compare", "replay", "simulate"),
    "select.assess": ("Assessment",),
    "select.assurance": ("Assurance",),
    "select.characteristics": ("Characteristics",),
    "select.figure": ("Figure",),
    "select.optimise.api": ("optimise",),
    "select.optimise.results": ("Optimisation",),
    "select.results": ("Comparison",),
    "select.size": ("SizeFound", "smallest_size"),
    "spec.messages": ("SpecError",),
    "store.project": ("Project", "StoreError"),
    "study.loading": ("load", "loads"),
    "study.model": ("Study",),
}
_OTHER_NAMES = {"analysis_kinds": "analyses"}
_MODULES = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "ArmSelection",
    "Assessment",
    "Assurance",
    "Bayesian",
    "BayesianSingleArm",
    "BinaryScenario",
    "BlindedReassessment",
    "Characteristics",
    "Comparison",
    "ContinuousScenario",
    "CountScenario",
    "DropTheLosers",
    "Endpoint",
    "Enrichment",
    "Figure",
    "GroupSequential",
    "MultiArm",
    "OptimalAllocation",
    "Optimisation",
    "OrdinalScenario",
    "OwnControl",
    "Project",
    "Question",
    "Randomised",
    "ResponseAdaptive",
    "Simon",
    "Simulation",
    "SingleArm",
    "SizeFound",
    "SpecError",
    "StoreError",
    "Study",
    "TimeToEventScenario",
    "TrialStory",
    "UnblindedReassessment",
    "WithinParticipant",
    "analysis_kinds",
    "assurance",
    "characteristics",
    "compare",
    "families",
    "load",
    "loads",
    "optimise",
    "replay",
    "scenario_kinds",
    "simulate",
    "smallest_size",
]


def __getattr__(name: str) -> Any:
    """Load a public name when it is first asked for."""
    if name == "__version__":
        from importlib.metadata import version

        return version("handful")
    if name not in _MODULES:
        raise AttributeError(f"module 'handful' has no attribute {name!r}")
    module = importlib.import_module(f"handful.{_MODULES[name]}")
    value = getattr(module, _OTHER_NAMES.get(name, name))
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Every public name, loaded or not."""
    return sorted([*globals(), *__all__, "__version__"])
