"""The report in a real browser: it fits every page, loads nothing, and has a name for every figure."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.unit.report.small_study import report

CANDIDATES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    named = os.environ.get("HANDFUL_BROWSER")
    found = next((path for name in ([named] if named else CANDIDATES) if (path := shutil.which(name))), None)
    assert found is not None, "no Chromium or Chrome was found; `make browser` installs one or says how"
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"] if root else [])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = Path(tmp_path_factory.mktemp("report")) / "report.html"
    path.write_text(report(), encoding="utf-8")
    return path.as_uri()


def opened(browser: Browser, address: str, width: int, scheme: str) -> tuple[Page, list[str], list[str]]:
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    requests: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(address)
    return page, [url for url in requests if url != address and not url.startswith("data:")], errors


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 390, 1280])
def test_it_fits_loads_nothing_and_complains_of_nothing(
    browser: Browser, address: str, width: int, scheme: str
) -> None:
    page, requests, errors = opened(browser, address, width, scheme)
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    beyond = page.evaluate(
        """[...document.querySelectorAll('svg.plot text, h1, h2, h3, p, li, figcaption')]
           .filter(e => e.getClientRects().length && !e.closest('.hidden, .skip'))
           .filter(e => e.getBoundingClientRect().right > innerWidth + 1 || e.getBoundingClientRect().left < -1)
           .map(e => e.textContent)"""
    )
    assert beyond == []
    assert requests == []
    assert errors == []
    page.close()


def test_every_drawing_has_an_accessible_name(browser: Browser, address: str) -> None:
    page, _, _ = opened(browser, address, 1280, "light")
    shown = page.locator("svg[role=img]").count()
    assert shown >= 8
    named = page.get_by_role("img", name="Power curves")
    assert named.count() == 1
    bare = page.evaluate(
        """[...document.querySelectorAll('svg')].filter(e => !e.parentElement.closest('svg') &&
           e.getAttribute('aria-hidden') !== 'true').filter(e => !(e.getAttribute('aria-labelledby') || '').split(' ')
           .every(id => id && (document.getElementById(id)?.textContent || '').trim())).length"""
    )
    assert bare == 0
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(browser: Browser, address: str, scheme: str) -> None:
    """Contrast of at least 4.5 (WCAG 2.2, AA) for every colour of text that the style sheet has, on every ground."""
    page, _, _ = opened(browser, address, 1280, scheme)
    colours = page.evaluate(
        """() => { const s = getComputedStyle(document.documentElement); const canvas = document.createElement('canvas');
           const rgb = name => { const c = canvas.getContext('2d'); c.fillStyle = s.getPropertyValue(name).trim();
             const h = c.fillStyle; return [1, 3, 5].map(i => parseInt(h.slice(i, i + 2), 16)) };
           const names = ['--ink', '--soft', '--link', '--warn', '--bad', '--c0', '--c1', '--c2', '--c3', '--c4', '--c5',
             '--c6', '--c7']; return { text: Object.fromEntries(names.map(n => [n, rgb(n)])), ground: rgb('--paper'),
             tint: rgb('--tint'), warn: rgb('--warn-tint'), raised: rgb('--raised'), good: rgb('--good-tint'),
             bad: rgb('--bad-tint') } }"""
    )

    def light(rgb: list[int]) -> float:
        parts = [v / 255 / 12.92 if v <= 10 else ((v / 255 + 0.055) / 1.055) ** 2.4 for v in rgb]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    def contrast(a: list[int], b: list[int]) -> float:
        low, high = sorted((light(a), light(b)))
        return (high + 0.05) / (low + 0.05)

    text = colours["text"]
    pairs = [(name, "ground") for name in text] + [
        ("--soft", "tint"),
        ("--bad", "tint"),
        ("--ink", "warn"),
        ("--warn", "warn"),
    ]
    pairs += [("--ink", "good"), ("--soft", "good"), ("--ink", "bad"), ("--soft", "bad"), ("--ink", "raised")]
    weak = {pair: round(contrast(text[pair[0]], colours[pair[1]]), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 4.5} == {}
    page.close()


def test_the_skip_link_is_the_first_stop_of_the_keyboard(browser: Browser, address: str) -> None:
    page, _, _ = opened(browser, address, 1280, "light")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#answer"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    page.close()


def test_paper_is_white_and_nothing_is_cut_off(browser: Browser, address: str) -> None:
    page, _, _ = opened(browser, address, 1280, "dark")
    page.emulate_media(media="print", color_scheme="dark")
    page.set_viewport_size({"width": 672, "height": 950})  # A4 less its margins, at 96 pixels an inch
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("document.documentElement.scrollWidth") <= 672
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
    page.close()
