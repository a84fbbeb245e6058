"""The report as a document: safe, complete, the same every time, and readable without seeing it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from handful.report.document import render
from handful.select.compare import compare
from handful.study.loading import loads
from tests.unit.report.small_study import TEXT, compared, report, told

VOID = {"meta", "link", "br", "img", "input", "hr"}


@dataclass
class Node:
    """An element with its attributes, children and text."""

    name: str
    attributes: dict[str, str | None]
    parent: Node | None = None
    children: list[Node] = field(default_factory=list)
    words: str = ""

    def all(self, *names: str) -> list[Node]:
        below = [node for child in self.children for node in [child, *child.all()]]
        return [node for node in below if not names or node.name in names]

    def has(self, css_class: str) -> bool:
        return css_class in (self.attributes.get("class") or "").split()

    def text(self) -> str:
        return self.words + "".join(child.text() for child in self.children)


class Tree(HTMLParser):
    """Reads HTML into nodes and refuses elements that are not closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.root = self.here = Node("root", {})
        self.feed(text)
        assert self.here is self.root, f"<{self.here.name}> is not closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, dict(attrs), self.here)
        self.here.children.append(node)
        if tag not in VOID:
            self.here = node

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.here.children.append(Node(tag, dict(attrs), self.here))

    def handle_endtag(self, tag: str) -> None:
        assert tag == self.here.name, f"</{tag}> closes <{self.here.name}>"
        assert self.here.parent is not None
        self.here = self.here.parent

    def handle_data(self, data: str) -> None:
        self.here.words += data


@pytest.fixture(scope="module")
def page() -> Node:
    return Tree(report()).root


def section(page: Node, name: str) -> Node:
    return next(node for node in page.all("section") if node.attributes.get("id") == name)


def test_words_of_the_user_are_never_markup(page: Node) -> None:
    assert not page.all("script", "img", "b", "u", "em", "i", "object", "iframe")
    assert "alert('x')" in page.all("h1")[0].text()
    assert "two-stage <em>" in section(page, "ranking").text()


def test_the_study_file_is_given_as_written(page: Node) -> None:
    assert any(code.text() == TEXT for code in section(page, "reproduce").all("code"))


def test_nothing_is_loaded(page: Node) -> None:
    loading = {"src", "srcset", "data", "poster", "background", "action"}
    for node in page.all():
        assert not loading & node.attributes.keys(), node
    assert [node.attributes["href"] for node in page.all("link")] == ["data:,"]
    style = page.all("style")[0].text()
    assert "url(" not in style
    assert "@import" not in style


def test_equal_input_gives_equal_bytes() -> None:
    assert render(*compared(), told(), source=TEXT) == report()


def test_identities_are_unique_and_every_reference_finds_one(page: Node) -> None:
    names = [node.attributes["id"] for node in page.all() if "id" in node.attributes]
    assert len(names) == len(set(names))
    wanted = [part for n in page.all() for part in (n.attributes.get("aria-labelledby") or "").split()]
    wanted += [h[1:] for n in page.all("a") if (h := n.attributes.get("href") or "").startswith("#")]
    assert wanted
    assert set(wanted) <= set(names)


def test_headings_are_in_order(page: Node) -> None:
    levels = [int(node.name[1]) for node in page.all("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_landmarks(page: Node) -> None:
    for name in ("header", "nav", "main", "footer"):
        assert len(page.all(name)) == 1
    assert page.all("html")[0].attributes["lang"] == "en"
    first_link = page.all("a")[0]
    assert first_link.has("skip")


def test_every_drawing_has_a_name_a_description_and_its_data(page: Node) -> None:
    drawings = [node for node in page.all("svg") if node.attributes.get("role") == "img"]
    assert len(drawings) >= 8
    for node in drawings:
        assert [child.name for child in node.children[:2]] == ["title", "desc"]
        assert all(child.text().strip() for child in node.children[:2])
    for figure in page.all("figure"):
        around = figure if not (figure.attributes["id"] or "").startswith("figure-story") else figure.parent
        assert around is not None
        assert around.all("details")[0].all("table")


def test_drawings_that_are_decoration_are_hidden(page: Node) -> None:
    for node in page.all("svg"):
        inside = node.parent is not None and any(n.name == "svg" for n in ancestors(node))
        named = node.attributes.get("role") == "img"
        assert inside or named or node.attributes.get("aria-hidden") == "true"


def ancestors(node: Node) -> list[Node]:
    return [node.parent, *ancestors(node.parent)] if node.parent is not None else []


def test_tables_have_captions_and_scopes(page: Node) -> None:
    for table in page.all("table"):
        assert table.all("caption")[0].text().strip()
        assert all("scope" in cell.attributes for cell in table.all("th"))


def test_every_result_says_how_it_was_obtained(page: Node) -> None:
    for name in ("ranking", "scenarios"):
        for cell in section(page, name).all("td"):
            if re.search(r"\d", cell.text()) and "colspan" not in cell.attributes:
                assert any(node.has("how") for node in cell.all()), cell.text()
    for figure in (node for node in page.all("span") if node.has("fig")):
        tag = next(node for node in figure.all() if node.has("how")).text()
        assert re.fullmatch(r"exact|numeric|±[<0-9.]+ sim", tag), tag


def test_simulated_and_exact_figures_both_occur(page: Node) -> None:
    tags = {node.text() for node in page.all("span") if node.has("how")}
    assert "exact" in tags
    assert any(tag.startswith("±") for tag in tags)


def test_an_exceeded_level_is_said_in_words() -> None:
    study, comparison = compared()
    design = comparison.designs[0]
    worse = design.model_copy(update={"type_one": design.type_one.model_copy(update={"exceeded": True})})
    changed = comparison.model_copy(update={"designs": (worse, *comparison.designs[1:])})
    assert ">above nominal<" in render(study, changed, ())


def test_no_choice_and_no_stories_still_make_a_report() -> None:
    study, comparison = compared()
    verdicts = tuple(v.model_copy(update={"chosen": False}) for v in comparison.verdicts)
    bare = comparison.model_copy(update={"verdicts": verdicts, "stresses": (), "warnings": ()})
    page = Tree(render(study, bare, ())).root
    assert not [node for node in page.all("section") if node.attributes.get("id") in ("stress", "stories")]


def test_papers_are_those_of_the_methods_used(page: Node) -> None:
    text = section(page, "papers").text()
    assert "Optimal two-stage designs for phase II clinical trials" in text
    assert "predictive probability" not in text.lower()
    assert "BOP2" not in text


WATCHED_FOR_HARM = """
title: Looks for harm
population: {prevalence: 900}
endpoint: {name: response, kind: binary}
scenarios:
  no effect: {untreated: 40%, effect: 0}
  hoped for: {base: no effect, effect: 0.3}
  harmful: {base: no effect, effect: -0.3, weight: 0}
designs:
  benefit alone: {kind: group sequential, participants: 48, analysis: z pooled}
  harm too: {kind: group sequential, participants: 48, analysis: z pooled, sided: 2}
compute: {trials: 200}
"""


def test_stops_for_harm_are_told_of_the_designs_that_look_for_it():
    study = loads(WATCHED_FOR_HARM)
    comparison = compare(study)
    page = Tree(render(study, comparison, ()))
    rows = {row.text(): row for row in page.root.all("tr") if ", look " in row.text()}
    assert len(rows) == 4
    for words in rows:
        assert (" for harm" in words) == ("harm too" in words)
    harmful = comparison.cell("harm too", "harmful")
    for harm, ends in zip(harmful.harm_at, harmful.failure_at, strict=True):
        assert 0.05 < harm.value <= ends.value
    assert comparison.cell("benefit alone", "harmful").harm_at == ()
