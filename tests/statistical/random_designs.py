"""Random small designs whose trials can be enumerated, each with a random truth."""

from __future__ import annotations

from typing import Any

from hypothesis import reject
from hypothesis import strategies as st

from handful.designs.base import Question
from handful.designs.registry import families
from handful.engine.simulate import Job
from handful.participants.endpoint import Endpoint
from handful.scenarios.registry import scenario_kinds

SEED = 20261122
TRIALS = 8192

chances = st.sampled_from([0.0, 0.01, 0.05, 0.1, 0.2, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9, 0.99, 1.0]) | st.floats(
    0, 1
)
inner = st.floats(0.05, 0.9)
TWO_ARM_TESTS = ("fisher", "barnard", "boschloo", "z pooled", "beta binomial two arms")


@st.composite
def truths(draw: st.DrawFn, better: str) -> tuple[Endpoint, dict[str, Any]]:
    """An endpoint with its estimand, and a truth: chances, drift, what manufacture and dropout do."""
    intercurrent = {}
    product: dict[str, Any] = {}
    recruitment: dict[str, Any] = {}
    if draw(st.booleans()):
        product["manufacturing failure"] = draw(st.floats(0.01, 0.5))
        intercurrent["not dosed"] = draw(st.sampled_from(["composite", "treatment policy"]))
    if draw(st.booleans()):
        recruitment["dropout"] = f"{draw(st.integers(1, 40))}% per year"
    if draw(st.booleans()):
        recruitment["rate"] = "3 per month"
    endpoint = Endpoint.model_validate(
        {
            "name": "response",
            "kind": "binary",
            "better": better,
            "known after": draw(st.sampled_from([0, 6, 12])),
            "estimand": {"intercurrent": intercurrent},
        }
    )
    truth = {
        "kind": "binary",
        "untreated": draw(chances),
        "treated": draw(chances),
        "drift": draw(st.sampled_from([0.0, 0.0, 0.05, -0.1])),
        "learning": draw(st.sampled_from([0.0, 0.0, 0.05])),
        "product": product,
        "recruitment": recruitment,
    }
    return endpoint, truth


@st.composite
def jobs(draw: st.DrawFn, family: str) -> Job:
    """A run of a random design of a family."""
    design = {"kind": family, **draw(_SPECS[family])}
    counts_responses = family in ("simon", "bayesian single arm")
    endpoint, truth = draw(
        truths("higher" if counts_responses else draw(st.sampled_from(["higher", "lower"])))
    )
    if family == "within participant":
        truth |= {"correlation": draw(st.floats(0, 1)), "contamination": draw(st.floats(0, 1))}
    question = Question(endpoint, draw(st.sampled_from([0.025, 0.05, 0.1])), 0.8)
    try:
        plan = families.get(family).model_validate(design).plan(question)
    except ValueError:  # looks that do not fit, no two-stage design of this size
        reject()
    return Job(plan, scenario_kinds.get("binary").model_validate(truth), SEED, TRIALS)


def looks(most: int) -> st.SearchStrategy[dict[str, Any]]:
    """Looks, how error is spent over them, futility, and boundaries from the normal process or exact ones."""
    fractions = st.lists(
        st.sampled_from([20, 25, 33, 40, 50, 60, 67, 75, 80]), max_size=most - 1, unique=True
    )
    spending = st.sampled_from(["obrien fleming", "pocock", {"kind": "hwang shih decani", "gamma": -2}])
    futility = st.none() | st.fixed_dictionaries({"spending": spending, "binding": st.booleans()})
    return st.fixed_dictionaries(
        {
            "looks": fractions.map(lambda shares: [f"{share}%" for share in (*sorted(shares), 100)]),
            "spending": spending,
            "futility": futility,
            "boundaries": st.sampled_from(["normal", "exact"]),
        }
    )


@st.composite
def single_arms(draw: st.DrawFn) -> dict[str, Any]:
    """An exact or Bayesian test of one proportion, with one to four looks."""
    prior = [draw(st.sampled_from([0.5, 1.0, 3.0])), draw(st.sampled_from([0.5, 1.0, 2.0]))]
    tests = st.sampled_from(["binomial", {"kind": "beta binomial", "prior": prior}])
    fixed = {"participants": draw(st.integers(1, 40)), "benchmark": draw(inner), "analysis": draw(tests)}
    return fixed | draw(looks(4))


@st.composite
def simon_designs(draw: st.DrawFn) -> dict[str, Any]:
    """A two-stage design for a difference that thirty-five participants can show."""
    benchmark = draw(st.sampled_from([0.05, 0.1, 0.2, 0.3, 0.5]))
    criterion = draw(st.sampled_from(["optimal", "minimax", "admissible"]))
    target = benchmark + draw(st.sampled_from([0.25, 0.3, 0.35]))
    return {"benchmark": benchmark, "target": target, "criterion": criterion, "participants": 35}


@st.composite
def bayesian_single_arms(draw: st.DrawFn) -> dict[str, Any]:
    """Monitoring by one of the three rules, with up to seven looks."""
    participants, benchmark = draw(st.integers(8, 36)), draw(st.sampled_from([0.1, 0.2, 0.3, 0.5]))
    return {
        "participants": participants,
        "benchmark": benchmark,
        "target": benchmark + draw(st.sampled_from([0.2, 0.3])),
        "rule": draw(st.sampled_from(["posterior", "predictive", "bop2"])),
        "first look": draw(st.integers(2, participants)),
        "look every": draw(st.integers(5, 10)),
        "certainty": draw(st.sampled_from([0.8, 0.9, 0.95])),
        "futility below": draw(st.sampled_from([0.01, 0.05, 0.2])),
        "success above": draw(st.sampled_from([0.9, 0.99, 1.0])),
    }


@st.composite
def two_arms(draw: st.DrawFn) -> dict[str, Any]:
    """Allocation in blocks of any ratio, or by coin flips in the smallest trials, and a test of two proportions."""
    test = draw(st.sampled_from(TWO_ARM_TESTS))
    if draw(st.integers(0, 3)) == 0:
        return {"participants": draw(st.integers(2, 9)), "method": "coin flips", "analysis": test}
    ratio = draw(st.sampled_from([(1, 1), (2, 1), (1, 2), (3, 2), (1, 3)]))
    block = sum(ratio) * draw(st.integers(1, 3))
    return {
        "participants": block * draw(st.integers(1, max(1, 36 // block))),
        "allocation": f"{ratio[0]}:{ratio[1]}",
        "blocks of": block,
        "analysis": test,
    }


@st.composite
def group_sequential(draw: st.DrawFn) -> dict[str, Any]:
    """Two arms with one to four looks."""
    return draw(two_arms()) | draw(looks(4))


matched = st.fixed_dictionaries(
    {
        "participants": st.integers(1, 24),
        "analysis": st.sampled_from(["exact", "mid-p", "unconditional"]).map(
            lambda method: {"kind": "mcnemar", "method": method}
        ),
    }
)

_SPECS = {
    "single arm": single_arms(),
    "simon": simon_designs(),
    "bayesian single arm": bayesian_single_arms(),
    "within participant": matched,
    "randomised": two_arms(),
    "group sequential": group_sequential(),
}
DESIGNS = {
    "single arm": 45,
    "simon": 25,
    "bayesian single arm": 35,
    "within participant": 25,
    "randomised": 45,
    "group sequential": 65,
}
"""How many different random designs of each family are tried."""
