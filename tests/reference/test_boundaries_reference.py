"""Boundaries, drift, inflation and expected information against the quadrature, rpact and gsDesign."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.reference.group_sequential_designs import design

FIXTURES = Path(__file__).parent / "fixtures"
QUADRATURE = json.loads((FIXTURES / "group_sequential_quadrature.json").read_text())["designs"]
RPACT = json.loads((FIXTURES / "group_sequential_rpact.json").read_text())["designs"]
GSDESIGN = json.loads((FIXTURES / "group_sequential_gsdesign.json").read_text())["designs"]

RPACT_ERROR = 1.1e-8  # its largest deviation from the quadrature, in boundaries and inflation
GSDESIGN_ERROR = 2e-5  # at its default grid


@pytest.mark.parametrize("identifier", QUADRATURE)
def test_boundaries_agree_with_the_400_node_quadrature_within_1e_11(identifier: str) -> None:
    case, solved = QUADRATURE[identifier], design(identifier)
    assert np.array(solved.upper) == pytest.approx(np.array(case["upper"]), abs=1e-11)
    if case["lower"] is not None:
        assert np.array(solved.lower) == pytest.approx(np.array(case["lower"]), abs=1e-11)
    assert solved.drift == pytest.approx(case["drift"], abs=1e-11)
    assert solved.inflation == pytest.approx(case["inflation"], abs=1e-11)


@pytest.mark.parametrize("identifier", RPACT)
def test_boundaries_and_expected_information_of_rpact(identifier: str) -> None:
    case, solved = RPACT[identifier], design(identifier)
    assert np.array(solved.upper) == pytest.approx(np.array(case["criticalValues"], ndmin=1), abs=RPACT_ERROR)
    assert solved.inflation == pytest.approx(case["inflationFactor"], abs=RPACT_ERROR)
    futility = np.array(case["futilityBounds"], dtype=float, ndmin=1)
    if solved.sided == 1 and np.any(futility > -6):
        assert np.array(solved.lower[:-1]) == pytest.approx(futility, abs=RPACT_ERROR)
    if case["ASN_H0"] is not None:
        expected = solved.expected_information([0.0, 0.5 * solved.drift, solved.drift])
        theirs = [case["ASN_H0"], case["ASN_H01"], case["ASN_H1"]]
        assert expected == pytest.approx(np.array(theirs), abs=RPACT_ERROR)


@pytest.mark.parametrize("identifier", GSDESIGN)
def test_boundaries_and_expected_information_of_gsdesign(identifier: str) -> None:
    case, solved = GSDESIGN[identifier], design(identifier)
    assert np.array(solved.upper) == pytest.approx(np.array(case["upper"]), abs=GSDESIGN_ERROR)
    if case["lower"] is not None:
        assert np.array(solved.lower) == pytest.approx(np.array(case["lower"]), abs=GSDESIGN_ERROR)
    information = solved.inflation * np.array(solved.information_fractions)
    assert information == pytest.approx(np.array(case["n.I"]), abs=GSDESIGN_ERROR)
    expected = solved.expected_information([0.0, solved.drift])
    assert expected == pytest.approx(np.array(case["en"]), abs=GSDESIGN_ERROR)
