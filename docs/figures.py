"""Draw the figures of the pages of the families, from the examples on those pages: python docs/figures.py [NAME ...]."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from xml.sax.saxutils import escape

import handful as hf
from handful.designs.base import Design
from handful.participants.endpoint import Endpoint
from handful.report.plot import Plot, Scale, Series, percent_ticks, plain_ticks
from handful.report.still import Still, still
from handful.scenarios.base import Scenario
from handful.select.figure import Figure

FOLDER = Path(__file__).parent / "_static" / "families"
WIDTH, HEIGHT, TRIALS = 430, 250, 2000
LETTERS = 15

RESPONSE = hf.Endpoint(name="response", kind="binary")
LATE_RESPONSE = hf.Endpoint(name="response", kind="binary", known_after="6 months")
ACUITY = hf.Endpoint(name="change in acuity", kind="continuous", unit="letters", known_after="6 months")
WALK = hf.Endpoint(name="six-minute walk", kind="continuous", unit="m", known_after="6 months")
SCORE = hf.Endpoint(name="score", kind="continuous", known_after="6 months", unit="points")
DOSES = ["low dose", "medium dose", "high dose"]


class Told(Protocol):
    """What is known of a design, exactly or from simulated trials."""

    success: Figure
    analysed: Figure
    inferior: Figure


@dataclass(frozen=True)
class Picture:
    """What a page shows.

    Attributes:
        endpoint: The endpoint of its example.
        truth: The scenario at a place of the horizontal axis.
        places: Places that are looked at.
        axis: What the horizontal axis is.
        designs: The designs of the example that are drawn.
        exact: Whether every possible trial is walked; otherwise trials are simulated.
        second: Heading of the panel at the right.
        shown: What it shows.
    """

    endpoint: Endpoint
    truth: Callable[[float], Scenario]
    places: Sequence[float]
    axis: str
    designs: Mapping[str, Design]
    exact: bool = False
    second: str = "Participants analysed, on average"
    shown: Callable[[Told], Figure] = lambda told: told.analysed


def responses(untreated: float) -> Callable[[float], Scenario]:
    """Shares of those treated who respond, against a share of the others."""
    return lambda treated: hf.BinaryScenario(untreated=untreated, treated=treated)


def gained(sd: float, **more: object) -> Callable[[float], Scenario]:
    """Effects on a mean."""
    return lambda effect: hf.ContinuousScenario(untreated={"sd": sd}, effect=effect, **more)


def variant(effect: float) -> Scenario:
    """An effect on those with a variant alone, two in five."""
    factor = {"name": "variant", "share": "40%", "effect without": 0}
    return hf.ContinuousScenario(untreated={"sd": 6}, effect=effect, factors=[factor])


def read_twice(effect: float) -> Scenario:
    """A rise of acuity over what was read before."""
    baseline = {"mean": 45, "sd": 10, "within sd": 3}
    return hf.ContinuousScenario(untreated={"mean": 0, "sd": 6}, effect=effect, baseline=baseline)


def steps(first: float, last: float, number: int = 9) -> list[float]:
    """So many places, evenly."""
    return [round(first + (last - first) * k / (number - 1), 6) for k in range(number)]


def on_control(told: Told) -> Figure:
    """Participants who get the poorer option."""
    return told.inferior


TREATED = "Share of those treated who respond"
PICTURES: Mapping[str, Picture] = {
    "single-arm": Picture(
        RESPONSE,
        responses(0.2),
        steps(0.2, 0.7, 11),
        TREATED,
        {
            "one look": hf.SingleArm(participants=20, benchmark="20%"),
            "two looks": hf.SingleArm(participants=20, benchmark="20%", looks=["50%", "100%"], futility={}),
        },
        exact=True,
    ),
    "simon": Picture(
        RESPONSE,
        responses(0.2),
        steps(0.1, 0.6, 11),
        TREATED,
        {
            criterion: hf.Simon(benchmark=0.2, target=0.4, alpha=0.05, power=0.8, criterion=criterion)
            for criterion in ("optimal", "minimax")
        },
        exact=True,
    ),
    "bayesian-single-arm": Picture(
        RESPONSE,
        responses(0.2),
        steps(0.1, 0.6, 11),
        TREATED,
        {
            "predictive, 97.5%": hf.BayesianSingleArm(
                participants=30, benchmark=0.2, rule="predictive", certainty=0.975
            ),
            "BOP2": hf.BayesianSingleArm(participants=30, benchmark=0.2, rule="bop2", target=0.5),
        },
        exact=True,
    ),
    "own-control": Picture(
        hf.Endpoint(name="acuity", kind="continuous", unit="letters", known_after="12 months"),
        read_twice,
        steps(0, 8),
        "True benefit, letters",
        {
            "before and after": hf.OwnControl(participants=16),
            "own slope": hf.OwnControl(
                participants=16, lead_in="12 months", visits_every="3 months", analysis="slope break"
            ),
        },
    ),
    "within-participant": Picture(
        hf.Endpoint(name="wound closed", kind="binary", known_after="6 months"),
        lambda treated: hf.BinaryScenario(untreated=0.2, treated=treated, correlation=0.3),
        steps(0.2, 0.8),
        "Share of treated wounds that close",
        {
            "one pair, 22 people": hf.WithinParticipant(participants=22),
            "three pairs, 10 people": hf.WithinParticipant(participants=10, pairs=3),
        },
    ),
    "randomised": Picture(
        RESPONSE,
        responses(0.2),
        steps(0.2, 0.9, 15),
        TREATED,
        {
            analysis: hf.Randomised(participants=30, allocation="2:1", blocks_of=6, analysis=analysis)
            for analysis in ("fisher", "boschloo")
        },
        exact=True,
    ),
    "group-sequential": Picture(
        LATE_RESPONSE,
        responses(0.2),
        steps(0.1, 0.8, 15),
        TREATED,
        {
            "without futility": hf.GroupSequential(participants=48, looks=["50%", "100%"]),
            "with futility": hf.GroupSequential(
                participants=48, looks=["50%", "100%"], futility={"spending": "pocock"}
            ),
        },
        exact=True,
    ),
    "bayesian": Picture(
        LATE_RESPONSE,
        responses(0.2),
        steps(0.1, 0.8, 15),
        TREATED,
        {
            name: hf.Bayesian(participants=40, first_look=16, look_every=12, **rule)
            for name, rule in {
                "as it stands": {"success_above": 0.975},
                "calibrated": {"calibrate": "type I error"},
                "and gives up": {"calibrate": "type I error", "predictive_below": 0.1},
            }.items()
        },
        exact=True,
    ),
    "blinded-reassessment": Picture(
        WALK,
        lambda sd: hf.ContinuousScenario(untreated={"sd": sd}, effect=50),
        steps(40, 100),
        "True standard deviation, m, for an effect of 50 m",
        {
            "48 people": hf.Randomised(participants=48),
            "chosen again": hf.BlindedReassessment(participants=48, at_most=120, effect=50),
        },
    ),
    "unblinded-reassessment": Picture(
        WALK,
        gained(60),
        steps(0, 80),
        "True benefit, m",
        {
            "48 people": hf.Randomised(participants=48),
            "promising zone": hf.UnblindedReassessment(participants=48, at_most=120, test="promising zone"),
            "inverse normal": hf.UnblindedReassessment(participants=48, at_most=120),
        },
    ),
    "arm-selection": Picture(
        ACUITY,
        gained(8, arm_effects=(0.25, 0.75, 1)),
        steps(0, 12),
        "True benefit of the high dose, letters",
        {
            "the best dose": hf.ArmSelection(arms=DOSES, participants=80),
            "all within 3 letters": hf.ArmSelection(
                arms=DOSES, participants=80, keep={"kind": "within", "margin": 3}
            ),
        },
    ),
    "drop-the-losers": Picture(
        ACUITY,
        gained(8, arm_effects=(0, 0, 0, 1)),
        steps(0, 12),
        "True benefit of one product of four, letters",
        {
            "one look": hf.DropTheLosers(arms=4, participants=100),
            "two looks": hf.DropTheLosers(
                arms=4, participants=105, keep=[2, 1], looks=["33%", "67%", "100%"]
            ),
        },
    ),
    "multi-arm": Picture(
        ACUITY,
        gained(8, arm_effects=(0, 0, 1)),
        steps(0, 12),
        "True benefit of the high dose, letters",
        {
            "triangular": hf.MultiArm(arms=DOSES, participants=80),
            "drop nothing": hf.MultiArm(arms=DOSES, participants=80, upper="obrien fleming", lower="none"),
        },
    ),
    "enrichment": Picture(
        SCORE,
        variant,
        steps(0, 8),
        "True benefit of those with the variant, points",
        {
            "enrichment": hf.Enrichment(subgroup="variant", participants=80),
            "no subgroup": hf.Randomised(participants=80),
        },
    ),
    "response-adaptive": Picture(
        hf.Endpoint(name="response", kind="binary", known_after="1 month"),
        lambda treated: hf.BinaryScenario(
            untreated=0.3, treated=treated, recruitment={"rate": "2 per month"}
        ),
        steps(0.3, 0.9, 7),
        TREATED,
        {
            "equal arms": hf.Randomised(participants=40),
            "posterior": hf.ResponseAdaptive(participants=40),
            "randomisation test": hf.ResponseAdaptive(participants=40, test="randomisation"),
        },
        second="Participants with the poorer option",
        shown=on_control,
    ),
    "optimal-allocation": Picture(
        RESPONSE,
        responses(0.3),
        steps(0.3, 0.9, 7),
        TREATED,
        {
            "as it comes": hf.OptimalAllocation(participants=40),
            "degree 70%": hf.OptimalAllocation(participants=40, degree=0.7),
            "a coin": hf.OptimalAllocation(participants=40, degree=0.5, at_least=0),
        },
        second="Participants with the poorer option",
        shown=on_control,
    ),
}
"""By the name of the page."""


def drawn(name: str) -> str:
    """Draw the figure of a page.

    Args:
        name: Name of the page.

    Returns:
        A drawing that is complete in itself: the chance of claiming benefit at the left, what it takes at the right.
    """
    picture = PICTURES[name]
    told = {
        label: [(x, _told(picture, design, x)) for x in picture.places]
        for label, design in picture.designs.items()
    }
    chance = {label: [(x, c.success) for x, c in points] for label, points in told.items()}
    taken = {label: [(x, picture.shown(c)) for x, c in points] for label, points in told.items()}
    scale = Scale.around(
        [f.value or 0.0 for points in taken.values() for _, f in points], zero=True, room=0.05
    )
    panels = [
        _panel(f"{name}-chance", "Chance of claiming benefit", picture, chance, Scale(0.0, 1.0)),
        _panel(f"{name}-size", picture.second, picture, taken, scale),
    ]
    height = max(panel.height for panel in panels)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{2 * WIDTH}" height="{height:g}" '
        f'viewBox="0 0 {2 * WIDTH} {height:g}" role="img"><title>{escape(_said(chance))}</title>'
        f'<rect width="100%" height="100%" fill="#ffffff"/>{panels[0].svg}'
        f'<g transform="translate({WIDTH} 0)">{panels[1].svg}</g></svg>\n'
    )


def _told(picture: Picture, design: Design, place: float) -> Told:
    """What a design does at a place."""
    truth = picture.truth(place)
    if picture.exact:
        return hf.characteristics(design, truth, picture.endpoint)
    return hf.simulate(design, truth, picture.endpoint, trials=TRIALS).characteristics


Points = Mapping[str, Sequence[tuple[float, Figure]]]


def _panel(name: str, title: str, picture: Picture, told: Points, y: Scale) -> Still:
    """One panel."""
    x = Scale(picture.places[0], picture.places[-1])
    plot = Plot(name, title, _said(told), x, y, height=HEIGHT)
    plot.y_axis(title, percent_ticks(y, 5) if y.high == 1.0 else plain_ticks(y, 5))
    plot.x_axis(picture.axis, percent_ticks(x, 6) if x.high < 1.0 else plain_ticks(x, 6))
    ends = []
    for k, (label, points) in enumerate(told.items()):
        series = Series(k, label, k == len(told) - 1)
        values = [(at, f.value) for at, f in points if f.value is not None]
        plot.line(values, series.classes)
        for at, figure in points:
            if figure.value is not None:
                plot.marker(at, figure.value, series, hollow=figure.error is not None)
        ends.append((series, [value for _, value in values]))
    plot.end_labels(ends, LETTERS)
    return still(str(plot.svg()), WIDTH)


def _said(told: Points) -> str:
    """What there is to see, for those who do not see it."""
    ends = ", ".join(
        f"{label} {p[0][1].value or 0:.3g} to {p[-1][1].value or 0:.3g}" for label, p in told.items()
    )
    return f"From the left to the right: {ends}."


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for each in sys.argv[1:] or PICTURES:
        (FOLDER / f"{each}.svg").write_text(drawn(each), encoding="utf-8")
