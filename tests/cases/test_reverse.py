"""Row 15, Lumevoq (REVERSE) [V:lhon]: injected eyes +15 letters, sham eyes +13, 37 people; a case of contamination."""

from __future__ import annotations

from handful.select.answer import turn_words
from tests.cases.published import compared, kept

TRIALS = 600


def test_what_crosses_over_takes_the_power():
    results = compared("reverse", TRIALS)
    powers = [
        results.cell("fellow eye", scenario).success.value
        for scenario in ("stays in the eye", "half crosses over", "as published")
    ]
    assert powers[0] > 0.95
    assert powers == sorted(powers, reverse=True)
    assert powers[2] < 0.2


def test_people_by_lot_do_not_mind():
    results = compared("reverse", TRIALS)
    told = [results.cell("people by lot", s).success.value for s in ("stays in the eye", "as published")]
    assert told[0] == told[1] > 0.8


def test_the_estimate_misses_what_crossed_over():
    told = compared("reverse", TRIALS).cell("fellow eye", "as published")
    # 87% of 15 letters are lost to the other eye.
    assert abs(told.bias.value + 0.87 * 15) < 4 * told.bias.error


def test_the_report_says_how_much_it_takes():
    results = compared("reverse", TRIALS)
    crossing = next(
        s
        for s in results.stresses
        if s.design == "fellow eye" and s.stress == "contamination of the untreated side"
    )
    assert 0.35 < crossing.turns_at < 0.65
    assert "of the effect on, it no longer keeps a power of at least 80%" in turn_words(crossing)


def test_neither_the_fellow_eye_nor_the_own_past_is_chosen():
    results = compared("reverse", TRIALS)
    assert results.chosen in {"people by lot", "people by lot, one look"}
    assert {"fellow eye", "before and after"}.isdisjoint(kept(results))
