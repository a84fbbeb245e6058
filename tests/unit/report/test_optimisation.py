"""The page of a search: complete, safe, the same every time, and its figures told without being seen."""

from __future__ import annotations

import re
from functools import cache

import handful as hf
from handful.report.optimisation import render_search
from handful.select.optimise.results import Optimisation
from tests.unit.report.test_document import Tree

TEXT = """
title: A <b>bold</b> study
disease: A & B
population: {prevalence: 900}
endpoint: {name: response, kind: binary}
scenarios:
  nothing: {untreated: 20%, effect: 0}
  hoped <for>: {base: nothing, effect: 0.5}
designs:
  two & arms: {kind: randomised, participants: 24, analysis: fisher}
choose: {best: BEST, subject to: {power: {hoped <for>: LEAST}}}
compute: {trials: 200}
"""
HELPED = "people helped over the horizon"


@cache
def searched(best: str = HELPED, least: str = "70%") -> tuple[hf.Study, Optimisation]:
    study = hf.loads(TEXT.replace("BEST", best).replace("LEAST", least))
    return study, hf.optimise(study, over={"participants": "16..40"}, threads=1)


def page(best: str = HELPED, least: str = "70%") -> str:
    study, found = searched(best, least)
    return render_search(study, found, TEXT)


def test_the_page_is_well_formed_and_loads_nothing():
    text = page()
    Tree(text)
    assert "<script" not in text
    assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", text)
    assert "<b>bold" not in text
    assert "hoped <for>" not in text


def test_the_same_search_gives_the_same_bytes():
    assert page() == page()


def test_the_answer_the_design_and_every_judged_design_are_there():
    tree, (_, found) = Tree(page()).root, searched()
    said = tree.text()
    assert all(sentence in said for sentence in found.answer)
    assert found.paste in said
    rows = {
        row.all("th")[0].text() for table in tree.all("table") for row in table.all("tr") if row.all("td")
    }
    assert found.chosen is not None
    assert f"{found.chosen.name} (chosen)" in rows
    assert {told.name for told in (*found.declared, *found.curve)} - {found.chosen.name} <= rows


def test_figures_are_told_to_those_who_do_not_see_them():
    drawings = [svg for svg in Tree(page()).root.all("svg") if svg.has("plot")]
    assert len(drawings) == 2
    for svg in drawings:
        (title,) = svg.all("title")
        (description,) = svg.all("desc")
        assert svg.attributes["aria-labelledby"] == f"{title.attributes['id']} {description.attributes['id']}"
        assert "two & arms: participants 40" in description.text()


def test_people_helped_and_power_are_drawn_and_power_alone_where_people_are_not_counted():
    titles = [title.text() for title in Tree(page("expected participants")).root.all("title")]
    assert [title for title in titles if "against" in title] == ["Power against participants"]


def test_expected_sizes_are_not_shown_with_the_sign_that_makes_less_of_them_better():
    study, found = searched("expected participants")
    assert found.chosen is not None
    assert found.chosen.utility.value is not None
    assert found.chosen.utility.value < 0
    assert f"−{found.chosen.most}" not in render_search(study, found, TEXT)


def test_a_search_that_finds_nothing_has_a_page_too():
    text = page(least="99.9%")
    Tree(text)
    assert "No design that was searched keeps every constraint" in text
    assert "To be pasted" not in text
