"""Arrivals, pools, dropout and manufacture beside theory."""

from __future__ import annotations

import math

import numpy as np
import pytest

from handful.participants.block import Block
from handful.scenarios.operations import Product, Recruitment
from tests.statistical.scenarios.test_moments import assert_mean, assert_variance

BLOCK = Block(seed=3, first=0, trials=4000)


def test_arrivals_in_a_window_are_poisson():
    months = Recruitment(rate=1.5).arrivals(BLOCK, 60)
    in_a_year = (months < 12).sum(axis=1)
    assert_mean(in_a_year, 18)
    assert_variance(in_a_year, 18)


def test_sites_that_open_one_by_one_add_their_share_of_the_rate():
    recruitment = Recruitment(rate=3, sites_open=(3, 0, 6))
    months = recruitment.arrivals(BLOCK, 80)
    for low, high in ((0, 3), (3, 6), (6, 12)):
        expected = np.diff(recruitment.expected(np.array([low, high], dtype=float)))[0]
        came = ((months >= low) & (months < high)).sum(axis=1)
        assert_mean(came, expected)
        assert_variance(came, expected)
    assert recruitment.expected(np.array([3.0, 6.0, 12.0])).tolist() == [3.0, 9.0, 27.0]


def test_a_pool_runs_out_and_nobody_comes_after():
    months = Recruitment(rate=2, pool=10).arrivals(BLOCK, 15)
    assert np.isfinite(months[:, :10]).all()
    assert np.isinf(months[:, 10:]).all()
    assert_mean(months[:, 9], 5.0)
    assert_variance(months[:, 9], 10 / 4)


def test_beyond_the_pool_participants_come_as_new_cases_appear():
    months = Recruitment(rate=1000, pool=5, new_cases=0.5).arrivals(BLOCK, 9)
    # Sites are idle: the k-th new case enrols when it appears, k / 0.5 months on average; screening takes 9/1000.
    assert_mean(months[:, 8], 8.0)
    assert_variance(months[:, 8], 4 / 0.25)


def test_new_cases_appear_whatever_the_sites_do():
    months = Recruitment(rate=1, pool=1, new_cases=1).arrivals(BLOCK, 2)
    # The later of the second visit of recruiters, Gamma(2), and the first new case, Exponential: 2 + (1/2)^2.
    assert_mean(months[:, 1], 2.25)


def test_a_pool_bounds_a_trial_whose_participants_are_all_there():
    months = Recruitment(pool=3).arrivals(Block(1, 0, 2), 5)
    assert months.tolist() == [[0, 0, 0, math.inf, math.inf]] * 2
    assert Recruitment(pool=5).arrivals(Block(1, 0, 2), 5) is None


def test_recruitment_ends():
    months = Recruitment(rate=2, until=6).arrivals(BLOCK, 40)
    assert months[np.isfinite(months)].max() <= 6
    assert_mean(np.isfinite(months).sum(axis=1), 12)


def test_dropout_is_exponential_at_the_stated_yearly_share():
    recruitment = Recruitment(dropout="5% per year")
    lost = recruitment.losses(BLOCK, 20)
    assert_mean(lost < 12, 0.05)
    assert_mean(lost < 24, 1 - 0.95**2)


@pytest.mark.parametrize("failure", [0.08, 0.5])
def test_manufacture_fails_at_the_stated_share(failure):
    assert_mean(~Product(manufacturing_failure=failure).made(BLOCK, 20), failure)
