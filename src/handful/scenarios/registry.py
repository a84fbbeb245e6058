"""The kinds of scenario there are."""

from __future__ import annotations

from handful.scenarios.base import Scenario
from handful.scenarios.binary import BinaryScenario
from handful.scenarios.continuous import ContinuousScenario
from handful.scenarios.count import CountScenario
from handful.scenarios.ordinal import OrdinalScenario
from handful.scenarios.time_to_event import TimeToEventScenario
from handful.spec.registry import Registry

scenario_kinds: Registry[Scenario] = Registry(Scenario, "scenario", group="handful.scenarios")
"""Every kind of scenario; other packages add theirs through the entry-point group `handful.scenarios`."""

for _kind in (BinaryScenario, ContinuousScenario, CountScenario, TimeToEventScenario, OrdinalScenario):
    scenario_kinds.register(_kind)
