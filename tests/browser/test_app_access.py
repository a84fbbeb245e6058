"""Every page of the app, for everybody: axe finds nothing, nothing comes from elsewhere, and it reads without scripts.

The pages are found as a person finds them, by following links from the first one; of pages that differ in their study, run or
trial alone one is enough.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from handful.app.page import pages
from tests.browser.app import Served, visiting
from tests.browser.crawl import follow

AXE = (Path(__file__).parent / "vendor" / "axe-4.14.1.min.js").read_text(encoding="utf-8")
MOST_STOPS = 60
"""Stops of the keyboard that are looked at on a page."""


@pytest.fixture(scope="module")
def found(served: Served) -> dict[str, str]:
    """One address of every kind of page."""
    return {found.kind: found.address for found in follow(served) if found.is_page}


def test_every_page_in_a_menu_is_found(found: dict[str, str]) -> None:
    reached = {kind.split(" ")[0].rstrip("?") for kind in found}
    named = {page.path for page in pages() if page.title}
    assert named <= reached
    for path in ("/study/{study}/runs/{run}", "/study/{study}/runs/{run}/trials/{trial}"):
        assert path in reached


@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_and_nothing_comes_from_elsewhere(
    browser: Browser, served: Served, found: dict[str, str], width: int
) -> None:
    wrong = {}
    with visiting(browser, served, viewport={"width": width, "height": 900}) as visit:
        for kind, address in found.items():
            page = visit.to(address)
            page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
            page.evaluate(AXE)
            said = {"light": _violations(page, None)}
            page.emulate_media(color_scheme="dark")
            # Colours are what is another in the dark.
            said["dark"] = _violations(page, ["color-contrast", "link-in-text-block"])
            page.emulate_media(color_scheme="light")
            if page.evaluate("document.documentElement.scrollWidth") > width:
                said["wide"] = ["wider than the screen"]
            wrong |= {f"{kind}, {where}": what for where, what in said.items() if what}
        assert visit.elsewhere == []
        assert visit.complaints == []
    assert wrong == {}, json.dumps(wrong, indent=1)


def test_a_stranger_is_told_in_a_page_what_to_do(browser: Browser, served: Served) -> None:
    with visiting(browser, replace(served, state={"cookies": [], "origins": []})) as visit:
        answer = visit.page.goto(served.base + "/studies")
        assert answer is not None
        assert answer.status == 403
        assert "handful serve" in visit.page.get_by_role("main").inner_text()
        visit.page.evaluate(AXE)
        assert _violations(visit.page, None) == []
        assert visit.elsewhere == []


def _violations(page: Page, rules: list[str] | None) -> list[list[object]]:
    """What axe finds: each rule with a few of the elements that break it."""
    page.evaluate("document.getAnimations().forEach(a => a.finish())")
    found: list[list[object]] = page.evaluate(
        """rules => axe.run(document, {resultTypes: ['violations'], ...(rules && {runOnly: rules})}).then(
             r => r.violations.map(v => [v.id, v.nodes.slice(0, 3).map(n => n.html.slice(0, 200))]))""",
        rules,
    )
    return found


def _outline(page: Page) -> list[str]:
    """Headings and tables of a page, in order, without what is folded into buttons or changes with time."""
    told: list[str] = page.evaluate(
        """[...document.querySelectorAll('h1, h2, h3, h4, table')].map(e => e.tagName === 'TABLE'
             ? 'table ' + e.rows.length + ' ' + (e.caption?.textContent ?? '').trim()
             : e.tagName.toLowerCase() + ' ' + e.textContent.trim().replace(/\\s+/g, ' '))"""
    )
    return told


def test_every_page_reads_the_same_without_scripts(
    browser: Browser, served: Served, found: dict[str, str]
) -> None:
    with visiting(browser, served) as scripted, visiting(browser, served, java_script_enabled=False) as plain:
        for kind, address in found.items():
            with_scripts, without = _outline(scripted.to(address)), _outline(plain.to(address))
            assert without == with_scripts, kind
            assert any(line.startswith("h1 ") for line in without), kind
            assert plain.page.locator("main").count() == 1, kind
        assert plain.elsewhere == []


@pytest.fixture(scope="module")
def visit_of_the_keyboard(browser: Browser, served: Served) -> Iterator[Page]:
    with visiting(browser, served, viewport={"width": 1280, "height": 900}) as visit:
        yield visit.page


def test_the_keyboard_reaches_the_content_first_and_is_seen_wherever_it_is(
    visit_of_the_keyboard: Page, served: Served, found: dict[str, str]
) -> None:
    page = visit_of_the_keyboard
    for kind, address in found.items():
        page.goto(served.base + address)
        page.evaluate("document.activeElement.blur()")  # a field may ask for the focus at first
        page.keyboard.press("Tab")
        first = page.evaluate(
            "[document.activeElement.className, document.activeElement.getBoundingClientRect().left]"
        )
        assert first[0] == "skip", kind
        assert first[1] >= 0, kind
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "content", kind
        unseen = []
        for _ in range(MOST_STOPS):
            page.keyboard.press("Tab")
            where = page.evaluate(
                """() => { const e = document.activeElement; if (e === document.body) return null;
                     const ringed = f => { const s = getComputedStyle(f);
                       return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 1
                         && f.getBoundingClientRect().width > 0 };
                     let seen = false;  // the ring may be around what holds a field
                     for (let f = e; f && f.tagName !== 'MAIN' && !seen; f = f.parentElement) seen = ringed(f);
                     return { seen, name: e.outerHTML.slice(0, 120) } }"""
            )
            if where is None:
                break
            if not where["seen"]:
                unseen.append(where["name"])
        assert unseen == [], kind
