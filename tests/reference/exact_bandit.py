"""Two-arm trials by other means: every path in fractions, and polynomials integrated term by term."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from functools import cache
from itertools import product
from math import comb

State = tuple[int, int, int, int]  # successes and failures on arm 0, then on arm 1


def optimum(participants, prior=((1, 1), (1, 1)), degree=Fraction(1), least=0, penalty=0, afterwards=0):
    """Value of the best allocation and its chance of arm 1 in every state before the end."""
    chances = {}

    def mean(arm, state):
        s, f = state[2 * arm : 2 * arm + 2]
        return (Fraction(prior[arm][0]) + s) / (Fraction(prior[arm][0]) + Fraction(prior[arm][1]) + s + f)

    @cache
    def value(state):
        if sum(state) == participants:
            short = state[0] + state[1] < least or state[2] + state[3] < least
            return afterwards * max(mean(0, state), mean(1, state)) - (penalty if short else 0)
        with_arm = []
        for arm in (0, 1):
            chance = mean(arm, state)
            with_arm.append(
                chance * (1 + value(one_more(state, arm, True)))
                + (1 - chance) * value(one_more(state, arm, False))
            )
        gap = with_arm[1] - with_arm[0]
        chances[state] = Fraction(1, 2) if gap == 0 else degree if gap > 0 else 1 - degree
        return degree * max(with_arm) + (1 - degree) * min(with_arm)

    return value((0, 0, 0, 0)), chances


def one_more(state, arm, success):
    """The state after one more participant."""
    place = 2 * arm + (0 if success else 1)
    return tuple(count + (i == place) for i, count in enumerate(state))


def distribution(participants, chance, p0, p1):
    """Probability of every final state, participant by participant, where `chance(state)` is that of arm 1."""
    mass = {(0, 0, 0, 0): Fraction(1)}
    for _ in range(participants):
        grown = defaultdict(Fraction)
        for state, weight in mass.items():
            for arm, share, p in ((0, 1 - chance(state), p0), (1, chance(state), p1)):
                grown[one_more(state, arm, True)] += weight * share * p
                grown[one_more(state, arm, False)] += weight * share * (1 - p)
        mass = grown
    return mass


def randomisation_p_value(outcomes, arms, chance, statistic):
    """Share of all 2**n allocations of the same outcomes that are as extreme; `chance` of a state at the last look is given."""
    seen = statistic(final_state(outcomes, arms))
    reached = Fraction(0)
    for other in product((0, 1), repeat=len(outcomes)):
        if statistic(final_state(outcomes, other)) < seen:
            continue
        weight = Fraction(1)
        for i in range(len(outcomes)):
            of_1 = chance(i, outcomes, other)
            weight *= of_1 if other[i] else 1 - of_1
        reached += weight
    return reached


def final_state(outcomes, arms):
    """Successes and failures of both arms."""
    state = (0, 0, 0, 0)
    for outcome, arm in zip(outcomes, arms, strict=True):
        state = one_more(state, arm, bool(outcome))
    return state


def chances_of_largest(parameters):
    """Probability that each of independent beta(a, b) variables with whole parameters is the largest, as fractions."""
    found = []
    for k, (a, b) in enumerate(parameters):
        integrand = times([Fraction(a * comb(a + b - 1, a))], power_product(a - 1, b - 1))
        for j, other in enumerate(parameters):
            if j != k:
                integrand = times(integrand, cdf(*other))
        found.append(sum(c / (i + 1) for i, c in enumerate(integrand)))
    return found


def cdf(a, b):
    """The distribution function of beta(a, b) as a polynomial, lowest power first: a sum of binomial probabilities."""
    n = a + b - 1
    total = [Fraction(0)] * (n + 1)
    for i in range(a, n + 1):
        for power, c in enumerate(power_product(i, n - i)):
            total[power] += comb(n, i) * c
    return total


def power_product(i, j):
    """x**i (1 - x)**j as a polynomial."""
    return [Fraction(0)] * i + [Fraction((-1) ** m * comb(j, m)) for m in range(j + 1)]


def times(first, second):
    """The product of two polynomials."""
    product_ = [Fraction(0)] * (len(first) + len(second) - 1)
    for i, a in enumerate(first):
        if a:
            for j, b in enumerate(second):
                product_[i + j] += a * b
    return product_
