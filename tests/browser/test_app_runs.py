"""Runs and replay as a person uses them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.app import Served, Visit, visiting
from tests.unit.app.compared import DESIGN, run_named


@pytest.fixture(name="visit")
def somebody(browser: Browser, served: Served) -> Iterator[Visit]:
    with visiting(browser, served, viewport={"width": 1280, "height": 900}) as visit:
        yield visit
        assert visit.elsewhere == []
        assert visit.complaints == []


def test_from_the_list_to_a_run_that_is_made_again(visit: Visit, served: Served) -> None:
    page = visit.to("/study/hard/runs")
    page.get_by_role("link", name=f"{DESIGN} in hoped for").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{DESIGN} in “hoped for”")
    page.get_by_role("button", name="Make it again").click()
    expect(page.get_by_text("Every byte is the same.")).to_be_visible(timeout=30_000)
    expect(page.get_by_role("button", name="Make it again once more")).to_be_visible()


def test_a_run_beside_another(visit: Visit, served: Served) -> None:
    page = visit.to(f"/study/hard/runs/{run_named(served.folder, DESIGN, 'hoped for')}")
    page.get_by_label("The other run").select_option(run_named(served.folder, "single arm", "hoped for"))
    page.get_by_role("button", name="Show the differences").click()
    row = page.get_by_role("row", name=re.compile("^Participants enrolled"))
    expect(row).to_contain_text("±")
    expect(page.get_by_role("row", name=re.compile("^design.participants"))).to_contain_text("24")


def test_the_trials_of_a_run_are_downloaded(visit: Visit, served: Served) -> None:
    run = run_named(served.folder, DESIGN, "hoped for")
    page = visit.to(f"/study/hard/runs/{run}")
    with page.expect_download() as download:
        page.get_by_role("link", name="Trials as Parquet").click()
    assert download.value.suggested_filename == f"{run}-trials.parquet"
    assert download.value.path().read_bytes()[:4] == b"PAR1"


def settled(page: Page) -> None:
    """Wait until a page has its scripts and has drawn itself.

    Each step is a page opened at its picture, and with its first frame a browser takes the focus there.
    """
    page.wait_for_load_state()
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def pressed(page: Page, key: str) -> None:
    settled(page)
    page.keyboard.press(key)


def test_a_trial_is_stepped_through_with_the_keyboard(visit: Visit, served: Served) -> None:
    run = run_named(served.folder, DESIGN, "hoped for")
    page = visit.to(f"/study/hard/runs/{run}")
    page.get_by_role("link", name="Replay a trial").click()
    page.get_by_role("link", name="From the start").click()
    heading = page.locator("#picture-h")
    expect(heading).to_have_text("Before anybody is enrolled")
    for number in (1, 2):
        pressed(page, "Shift+ArrowRight")
        expect(heading).to_contain_text(re.compile(rf"^Once {number} participants? (is|are) enrolled"))
    expect(page.locator(".just")).to_contain_text(re.compile(r"^Participant 2, enrolled in month"))
    pressed(page, "ArrowRight")
    expect(heading).to_contain_text("After look 1")
    pressed(page, "Shift+ArrowLeft")
    expect(heading).to_contain_text(re.compile(r"^Once \d+ participants are enrolled"))
    pressed(page, "ArrowLeft")
    expect(heading).to_have_text("Before anybody is enrolled")
    settled(page)
    page.get_by_label("Trial number").focus()
    page.keyboard.press("ArrowRight")
    expect(heading).to_have_text("Before anybody is enrolled")  # in a field the arrows are those of the field


def test_the_covered_part_of_the_picture_shrinks_until_all_is_known(visit: Visit, served: Served) -> None:
    run = run_named(served.folder, DESIGN, "hoped for")
    widths = []
    for step in ("?enrolled=3", "?enrolled=9", "?until=1"):
        page = visit.to(f"/study/hard/runs/{run}/trials/0{step}")
        widths.append(page.locator("rect.later").evaluate("e => e.getBoundingClientRect().width"))
    assert widths[0] > widths[1] > widths[2]
    page = visit.to(f"/study/hard/runs/{run}/trials/0")
    assert page.locator("rect.later").count() == 0


def test_from_trial_to_trial(visit: Visit, served: Served) -> None:
    run = run_named(served.folder, DESIGN, "hoped for")
    page = visit.to(f"/study/hard/runs/{run}/trials/0")
    page.get_by_role("link", name="ended without a claim").click()
    expect(page.locator("#picture-h")).to_contain_text("failure")
    page.get_by_label("Trial number").fill("123456")
    page.get_by_role("button", name="Go").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Trial 123456")
    page.get_by_role("link", name="Trial 123457").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Trial 123457")


def test_without_scripts_a_run_is_deleted_after_a_question(browser: Browser, served: Served) -> None:
    run = run_named(served.folder, "single arm", "nothing")
    with visiting(browser, served, java_script_enabled=False) as visit:
        page = visit.to(f"/study/hard/runs/{run}")
        page.get_by_role("link", name="What deleting this run would lose").click()
        expect(page.get_by_text("300 trials would be lost")).to_be_visible()
        page.get_by_role("link", name="Keep it").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("single arm")
        page.get_by_role("link", name="What deleting this run would lose").click()
        page.get_by_role("button", name=f"Delete the run {run[:6]}").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Runs")
        expect(page.get_by_text(run)).to_have_count(0)
    assert not (served.folder / "hard-results" / "runs" / run).exists()
