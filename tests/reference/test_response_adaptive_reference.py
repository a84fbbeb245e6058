"""Response-adaptive allocation beside BinaryBandit, adaptr, and exact arithmetic in plain Python."""

from __future__ import annotations

import json
from fractions import Fraction
from functools import cache
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.adaptive_jobs import A2
from handful.designs.base import Question
from handful.engine.simulate import Job, conduct_block
from handful.kernels.several_arms import draw_from
from handful.kernels.streams import Purpose, uniforms
from handful.participants.block import Block
from handful.participants.potential import Exposure
from handful.stats.allocation_policy import AllocationPolicy, counts_at
from handful.stats.allocation_rules import still_open, thall_wathen, with_control_matched
from handful.stats.bernoulli_bandit import optimal_policy
from handful.stats.exact_allocation import FinalCounts, pooled_z, probability_with_drift
from handful.stats.posterior_best import posterior_best, posterior_better
from handful.stats.randomisation_test import exact_randomisation_p_values
from tests.reference import exact_bandit

FIXTURE = Path(__file__).parent / "fixtures" / "response_adaptive.json"
PUBLISHED: dict[str, Any] = json.loads(FIXTURE.read_text())
RNG = np.random.default_rng(20261122)


def test_binary_bandit_finds_the_same_value_and_the_same_first_step() -> None:
    case = PUBLISHED["binary_bandit"]
    policy, value = optimal_policy(case["participants"])
    assert value == pytest.approx(case["bayes_value"], rel=1e-14)
    assert policy.chance([[0, 0]], [[0, 0]]) == 0.5


def test_binary_bandit_gives_the_same_mean_and_variance_of_successes() -> None:
    case = PUBLISHED["binary_bandit"]
    found = FinalCounts.of(optimal_policy(case["participants"]).policy).characteristics(*case["p"])
    assert found.successes == pytest.approx(case["successes_mean"], rel=1e-14)
    assert found.successes_sd**2 == pytest.approx(case["successes_variance"], rel=1e-13)


SETTINGS = [
    {"participants": 9},
    {"participants": 8, "degree": Fraction(9, 10), "least": 2, "penalty": 8},
    {"participants": 7, "prior": ((Fraction(1, 2), Fraction(3, 2)), (2, 1)), "degree": Fraction(3, 4)},
    {"participants": 6, "afterwards": 20},
]


def as_floats(settings: dict[str, Any]) -> dict[str, Any]:
    known = {name: value for name, value in settings.items() if name not in ("participants", "prior")}
    prior = [[float(w) for w in pair] for pair in settings.get("prior", ((1, 1), (1, 1)))]
    return {"prior": prior, **{name: v if name == "least" else float(v) for name, v in known.items()}}


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_recursion_in_fractions_gives_the_same_policy_and_value(settings: dict[str, Any]) -> None:
    value, chances = exact_bandit.optimum(**settings)
    solution = optimal_policy(settings["participants"], **as_floats(settings))
    assert solution.value == pytest.approx(float(value), rel=1e-14)
    for total in range(settings["participants"]):
        successes, totals = counts_at(total)
        states = np.stack([successes, totals - successes], axis=2).reshape(-1, 4).tolist()
        expected = [float(chances[tuple(state)]) for state in states]
        np.testing.assert_allclose(solution.policy.chance(successes, totals), expected, rtol=1e-15)


@pytest.mark.parametrize("drift", [Fraction(0), Fraction(1, 20)])
@pytest.mark.parametrize("looks", [None, [0, 3, 5]])
def test_all_paths_in_fractions_give_the_same_distribution(looks: list[int] | None, drift: Fraction) -> None:
    def rule(successes: np.ndarray, totals: np.ndarray) -> np.ndarray:
        chance = (successes[:, 1] + 1) / (successes.sum(axis=1) + 2)
        return np.stack([1 - chance, chance], axis=1)

    participants = 7
    response = [(Fraction(1, 5) + drift * i, Fraction(7, 10) - 2 * drift * i) for i in range(participants)]
    # A state with its last look's chance: (state, chance of arm 1 until the next look).
    mass = {((0, 0, 0, 0), Fraction(1, 2)): Fraction(1)}
    for enrolled, of_arm in enumerate(response):
        grown: dict[Any, Fraction] = {}
        for (state, held), weight in mass.items():
            anew = Fraction(state[2] + 1, state[0] + state[2] + 2)
            chance = anew if looks is None or enrolled in looks else held
            for arm, share in ((0, 1 - chance), (1, chance)):
                for success, q in ((True, of_arm[arm]), (False, 1 - of_arm[arm])):
                    key = (exact_bandit.one_more(state, arm, success), chance)
                    grown[key] = grown.get(key, Fraction(0)) + weight * share * q
        mass = grown
    expected: dict[Any, Fraction] = {}
    for (state, _), weight in mass.items():
        expected[state] = expected.get(state, Fraction(0)) + weight

    policy = AllocationPolicy.from_rule(participants, rule, looks)
    final = FinalCounts.of(policy)
    states = np.stack([final.successes, final.totals - final.successes], axis=2).reshape(-1, 4)
    wanted = [float(expected.get(tuple(state), 0)) for state in states.tolist()]
    in_floats = [[float(p) for p in of_arm] for of_arm in response]
    np.testing.assert_allclose(probability_with_drift(policy, in_floats), wanted, rtol=1e-13)
    if drift == 0:
        np.testing.assert_allclose(final.probability(*in_floats[0]), wanted, rtol=1e-13)


def test_all_paths_in_fractions_give_the_same_characteristics() -> None:
    participants, p0, p1 = 8, Fraction(3, 10), Fraction(3, 5)
    _, chances = exact_bandit.optimum(participants, degree=Fraction(9, 10), least=2, penalty=8)
    mass = exact_bandit.distribution(participants, chances.__getitem__, p0, p1)
    final = FinalCounts.of(optimal_policy(participants, degree=0.9, least=2).policy)
    rejects = pooled_z(final.successes, final.totals) > 1.5
    found = final.characteristics(float(p0), float(p1), rejects)

    both = {state: weight for state, weight in mass.items() if state[0] + state[1] and state[2] + state[3]}
    estimable = sum(both.values())
    errors = [
        (Fraction(s1, s1 + f1) - Fraction(s0, s0 + f0) - (p1 - p0), weight)
        for (s0, f0, s1, f1), weight in both.items()
    ]
    z_squared = {  # difference in proportions over its pooled standard error, squared, sign apart
        (s0, f0, s1, f1): Fraction(s1 * f0 - s0 * f1) ** 2
        * participants
        / ((s0 + s1) * (f0 + f1) * (s0 + f0) * (s1 + f1))
        for s0, f0, s1, f1 in both
        if (s0 + s1) * (f0 + f1) and s1 * f0 > s0 * f1
    }
    assert found.successes == pytest.approx(float(sum((s[0] + s[2]) * w for s, w in mass.items())), rel=1e-13)
    on_1 = sum((s[2] + s[3]) * w for s, w in mass.items()) / participants
    assert found.on_better == pytest.approx(float(on_1), rel=1e-13)
    assert found.estimable == pytest.approx(float(estimable), rel=1e-13)
    assert found.bias == pytest.approx(float(sum(e * w for e, w in errors) / estimable), rel=1e-11)
    assert found.mse == pytest.approx(float(sum(e * e * w for e, w in errors) / estimable), rel=1e-12)
    rejection = sum(mass[state] for state, z in z_squared.items() if z > Fraction(9, 4))
    assert found.rejection == pytest.approx(float(rejection), rel=1e-13)


def test_fisher_is_the_conditional_test_of_a_fixed_allocation() -> None:
    """Given the sizes of the arms, a coin's conditional distribution is hypergeometric; SciPy has its tail."""
    from scipy.stats import fisher_exact

    coin = AllocationPolicy.from_rule(12, lambda successes, totals: np.full(successes.shape, 0.5))
    final = FinalCounts.of(coin)
    at = (final.totals == (5, 7)).all(axis=1)
    # Other sizes are made less extreme than anything, so that their share can be divided out.
    p = final.conditional_p_values(np.where(at, final.successes[:, 1], -1))
    number = final.successes.sum(axis=1)
    for state in np.flatnonzero(at):
        s0, s1 = final.successes[state]
        share = (
            final.weights[at & (number == number[state])].sum() / final.weights[number == number[state]].sum()
        )
        expected = fisher_exact([[s1, 7 - s1], [s0, 5 - s0]], alternative="greater").pvalue
        assert p[state] == pytest.approx(expected * share, rel=1e-12)


@pytest.mark.parametrize(
    "counts",
    [
        ([3, 5, 9], [15, 15, 15]),
        ([0, 12], [4, 31]),
        ([20, 0, 7, 7], [20, 1, 20, 9]),
        ([1, 1, 0, 2, 1, 2], [2] * 6),
    ],
    ids=str,
)
def test_polynomials_in_fractions_give_the_same_probabilities_of_being_best(counts: Any) -> None:
    successes, totals = counts
    parameters = [(1 + s, 1 + n - s) for s, n in zip(successes, totals, strict=True)]
    expected = [float(chance) for chance in exact_bandit.chances_of_largest(parameters)]
    np.testing.assert_allclose(posterior_best([successes], [totals])[0], expected, rtol=0, atol=1e-13)
    others = [1 + n - s for s, n in zip(successes, totals, strict=True)]
    mirrored = [(b, a) for (a, _), b in zip(parameters, others, strict=True)]
    lowest = [float(chance) for chance in exact_bandit.chances_of_largest(mirrored)]
    np.testing.assert_allclose(
        posterior_best([successes], [totals], highest=False)[0], lowest, rtol=0, atol=1e-13
    )
    better = posterior_better([successes], [totals])[0]
    for arm in range(1, len(totals)):
        pair = exact_bandit.chances_of_largest([parameters[0], parameters[arm]])
        assert better[arm] == pytest.approx(float(pair[1]), abs=1e-13)


@pytest.mark.parametrize(
    "prior", [(0.5, 0.5), (0.1, 0.4), (1.3, 2.7), [(0.5, 0.5), (1, 1), (0.3, 2)]], ids=str
)
def test_scipy_integrates_to_the_same_probabilities_under_any_prior(prior: Any) -> None:
    """`integrate.quad` over the logit, which is smooth for every prior; it says how far it is off."""
    from scipy import integrate, special

    weights = np.broadcast_to(prior, (3, 2))
    for _ in range(5):
        totals = RNG.integers(0, 40, 3)
        successes = RNG.binomial(totals, RNG.random(3))
        a, b = weights[:, 0] + successes, weights[:, 1] + totals - successes
        for k in range(3):
            others = [j for j in range(3) if j != k]

            def integrand(
                logit: float, k: int = k, others: list[int] = others, a: Any = a, b: Any = b
            ) -> float:
                x, rest = special.expit(logit), special.expit(-logit)
                density = np.exp(a[k] * np.log(x) + b[k] * np.log(rest) - special.betaln(a[k], b[k]))
                below = [
                    special.betainc(a[j], b[j], x) if x < 0.5 else special.betaincc(b[j], a[j], rest)
                    for j in others
                ]
                return float(density * np.prod(below))

            pieces = [
                integrate.quad(integrand, low, low + 10, epsabs=1e-13, limit=200)
                for low in range(-300, 300, 10)
            ]
            expected, error = sum(p[0] for p in pieces), sum(p[1] for p in pieces)
            found = posterior_best([successes], [totals], prior)[0, k]
            assert found == pytest.approx(expected, abs=1e-10 + error)


@pytest.mark.parametrize("case", PUBLISHED["reallocate_probs"]["cases"], ids=lambda case: case["name"])
def test_adaptr_gives_the_same_allocation_probabilities(case: dict[str, Any]) -> None:
    best = np.array([PUBLISHED["reallocate_probs"]["best"]])
    fixed = case.get("fixed", [None] * 3)
    least = [
        f if f is not None else low or 0.0
        for f, low in zip(fixed, case.get("least", [None] * 3), strict=True)
    ]
    most = [f if f is not None else 1.0 for f in fixed]
    weights = with_control_matched(best, case["match"]) if "match" in case else best
    np.testing.assert_allclose(thall_wathen(weights, least=least, most=most)[0], case["chances"], atol=1e-6)


@pytest.mark.parametrize("looks", [None, [0, 4]])
def test_every_allocation_enumerated_gives_the_same_randomisation_p_value(looks: list[int] | None) -> None:
    participants = 8
    policy = AllocationPolicy.from_rule(participants, lambda s, n: posterior_best(s, n), looks)
    asked = range(participants) if looks is None else looks

    def chance(i: int, outcomes: list[int], arms: tuple[int, ...]) -> Fraction:
        look = max(total for total in asked if total <= i)
        return thompson(*exact_bandit.final_state(outcomes[:look], arms[:look]))

    @cache
    def thompson(s0: int, f0: int, s1: int, f1: int) -> Fraction:
        return exact_bandit.chances_of_largest([(1 + s0, 1 + f0), (1 + s1, 1 + f1)])[1]

    def difference(state: tuple[int, ...]) -> Fraction:
        s0, f0, s1, f1 = state
        return Fraction(s1, max(1, s1 + f1)) - Fraction(s0, max(1, s0 + f0))

    def in_floats(successes: np.ndarray, totals: np.ndarray) -> np.ndarray:
        rates = successes / np.maximum(totals, 1)
        return np.asarray(rates[:, 1] - rates[:, 0])

    outcomes, arms = RNG.integers(0, 2, (4, participants)), RNG.integers(0, 2, (4, participants))
    found = exact_randomisation_p_values(outcomes, arms, policy, in_floats)
    for t in range(4):
        expected = exact_bandit.randomisation_p_value(
            outcomes[t].tolist(), arms[t].tolist(), chance, difference
        )
        assert found[t] == pytest.approx(float(expected), rel=1e-12)


def test_adaptr_simulates_the_same_three_arm_trial() -> None:
    """Speed job A2 from the pieces here, without the 5,000 draws that adaptr makes at each look.

    Means and shares lie within four standard errors of the difference between its 1,000 trials and our 20,480.
    """
    case = PUBLISHED["adaptr_a2"]
    trials, participants, truth = 20_480, case["looks"][-1], np.array(case["truth"])
    places = uniforms(4131, 0, trials, participants, Purpose.ALLOCATION)
    favourable = uniforms(4131, 0, trials, participants, Purpose.OUTCOME_UNIT)
    enrols = np.ones((trials, participants), dtype=np.bool_)
    arms = np.zeros((trials, participants), dtype=np.int8)
    chances, is_open = np.full((trials, 3), 1 / 3), np.ones((trials, 3), dtype=np.bool_)
    size, winner, enrolled = np.full(trials, participants), np.full(trials, -1), 0
    successes, totals = np.zeros((trials, 3), dtype=np.int64), np.zeros((trials, 3), dtype=np.int64)
    for look in case["looks"]:
        arms = draw_from(arms, places, np.full(trials, enrolled), chances, enrols)
        of_arm = (arms[:, enrolled:look, None] == np.arange(3)) & (winner < 0)[:, None, None]
        totals += of_arm.sum(axis=1)
        successes += (of_arm & (favourable[:, enrolled:look, None] < truth)).sum(axis=1)
        best = posterior_best(successes, totals, is_open=is_open)
        for _ in range(2):  # dropping one of three arms may drop a second
            is_open = np.where((winner < 0)[:, None], still_open(best, case["inferiority"], is_open), is_open)
            best = posterior_best(successes, totals, is_open=is_open)
        chances = thall_wathen(best, case["soften_power"], least=case["min_prob"], is_open=is_open)
        wins = (winner < 0) & (best.max(axis=1) > case["superiority"])
        winner[wins], size[wins] = best[wins].argmax(axis=1), look
        enrolled = look

    published = case["result"]
    responses, share = successes.sum(axis=1), successes.sum(axis=1) / size
    for found, name in ((size, "size"), (responses, "sum_ys"), (share, "ratio_ys")):
        error = sqrt(published[f"{name}_sd"] ** 2 / case["trials"] + found.var() / trials)
        assert abs(found.mean() - published[f"{name}_mean"]) < 4 * error, name
    superior = np.mean(winner >= 0)
    assert abs(superior - published["prob_superior"]) < 4 * sqrt(
        superior * (1 - superior) * (1 / case["trials"] + 1 / trials)
    )


def test_the_family_makes_of_adaptr_s_trial_what_adaptr_makes_of_it() -> None:
    """Speed job A2 as a study would ask for it, within four standard errors of adaptr's 1,000 trials and our 20,000.

    adaptr drops arms until none is left to drop at a look, and here a second one goes at the next; it claims above 0.98 and
    not at it. Neither shows in as many trials. Whoever gets an arm responds with its chance, so that the participants on each
    arm say how many responses are expected.
    """
    case, trials = PUBLISHED["adaptr_a2"], 20_000
    design, scenario, endpoint = A2().what()
    plan = design.plan(Question(endpoint))
    assert list(plan.looks.planned()) == case["looks"]
    assert [scenario.on_arm(arm, 3).share(Exposure.TREATED) for arm in (1, 2, 3)] == case["truth"]
    assert (plan.rule.upper[0], plan.rule.lower[0]) == (case["superiority"], case["inferiority"])
    found, published = (
        conduct_block(Job(plan, scenario, 4131, trials), Block(4131, 0, trials)),
        case["result"],
    )
    expected = found.allocated[:, 1:] @ np.array(case["truth"])
    for ours, name in ((found.enrolled, "size"), (expected, "sum_ys")):
        error = sqrt(published[f"{name}_sd"] ** 2 / case["trials"] + ours.var() / trials)
        assert abs(ours.mean() - published[f"{name}_mean"]) < 4 * error, name
    claimed = found.success.mean()
    error = sqrt(claimed * (1 - claimed) * (1 / case["trials"] + 1 / trials))
    assert abs(claimed - published["prob_superior"]) < 4 * error
