"""The canvas of the figures: labels that do not overlap, ticks that are round, text that cannot break out."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handful.report.plot import SERIES, Plot, Scale, Series, spread_out

PLACES = st.lists(st.floats(0, 300), min_size=1, max_size=9).map(sorted)


@given(PLACES, st.floats(10, 30))
def test_spread_labels_keep_their_order_and_do_not_overlap(wanted: list[float], height: float) -> None:
    placed = spread_out(wanted, [height] * len(wanted), 0, 300)
    assert all(b - a >= height - 1e-6 for a, b in pairwise(placed))
    assert placed[0] >= height / 2 - 1e-6
    assert placed[-1] <= 300 - height / 2 + 1e-6


@given(PLACES)
def test_labels_with_room_stay_where_they_are(wanted: list[float]) -> None:
    apart = [10 + 40 * k for k in range(len(wanted))]
    assert spread_out(apart, [20] * len(apart), 0, 400) == pytest.approx(apart)


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_ticks_lie_inside_and_rise(low: float, span: float) -> None:
    scale = Scale(low, low + span)
    ticks = scale.ticks()
    assert 2 <= len(ticks) <= 12
    assert ticks == sorted(ticks)
    assert all(-1e-6 <= scale.share(tick) <= 1 + 1e-6 for tick in ticks)


def test_a_scale_of_one_value_has_width() -> None:
    assert Scale.around([3.0]).share(3.0) == pytest.approx(0.5)
    assert Scale.around([0.0, 0.0], zero=True).share(0.0) == 0.0


def test_a_name_is_text_in_a_drawing() -> None:
    plot = Plot("p", "<b>", "a & b", Scale(0, 1), Scale(0, 1))
    plot.end_labels([(Series(0, "<script>"), [0.5])])
    text = str(plot.svg())
    assert "<script" not in text
    assert "<b>" not in text
    assert "&lt;script&gt;" in text


def test_more_designs_than_colours_still_differ() -> None:
    looks = {(s.classes, s.marker) for s in (Series(k, "x") for k in range(3 * SERIES))}
    assert len(looks) == 3 * SERIES
