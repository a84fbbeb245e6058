"""A comparison as a person makes it: started, watched, ranked by another choice, read, and taken away as Word."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.app import Served, Visit, visiting
from tests.unit.app.compared import DESIGN
from tests.unit.cli.small_study import STUDY

SECOND = 1000
SIZES = STUDY.replace("participants: 16", "participants: 10").replace(
    "randomised: {kind: randomised, participants: 24, analysis: fisher}",
    "forty: {kind: single arm, participants: 40, benchmark: 20%}",
)


@pytest.fixture(name="visit")
def somebody(browser: Browser, served: Served) -> Iterator[Visit]:
    with visiting(browser, served, viewport={"width": 1280, "height": 900}) as visit:
        yield visit
        assert visit.elsewhere == []
        assert visit.complaints == []


def ranked(page: Page) -> list[str]:
    """The designs in the order of the ranked table."""
    return [name.strip() for name in page.locator("table.ranked tbody th a").all_inner_texts()]


def test_from_the_button_to_the_word_report(visit: Visit, served: Served) -> None:
    (served.folder / "sizes.yaml").write_text(SIZES, encoding="utf-8")
    page = visit.to("/study/sizes/compare")
    page.get_by_role("button", name="Compare the designs").click()
    expect(page.get_by_role("heading", name="The comparison is running")).to_be_visible()
    expect(page.get_by_role("progressbar", name="Runs done")).to_be_visible()
    page.evaluate("window.notReloaded = true")
    expect(page.get_by_role("heading", name="The designs, ranked")).to_be_visible(timeout=60 * SECOND)
    expect(page.locator("#said")).to_have_text("The comparison has ended.")
    assert ranked(page) == ["forty", "single arm"]

    page.get_by_text("Choose by something else").click()
    page.get_by_label("Participants, at most").fill("20")
    found = page.locator("#found")
    expect(found).to_contain_text("participants at most 20 instead of without limit")
    expect(found).to_contain_text("“single arm” is now the design to take, in place of “forty”.")
    assert ranked(page) == ["single arm", "forty"]
    expect(page.locator("#said")).to_contain_text("“single arm” is now the design to take")
    assert page.evaluate("window.notReloaded") is True
    expect(page).to_have_url(re.compile(r"&participants=20&"))
    page.reload()
    assert ranked(page) == ["single arm", "forty"]

    page.locator("table.ranked").get_by_role("link", name="forty").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("forty")
    expect(page.get_by_role("heading", name="Why it is not the design to take")).to_be_visible()
    expect(page.get_by_text("more than the 20 allowed")).to_be_visible()
    expect(page.get_by_role("region", name="What “forty” does in every scenario")).to_contain_text("nothing")

    page.get_by_role("link", name="Documents").click()
    with page.expect_download(timeout=60 * SECOND) as download:
        page.get_by_role("link", name="Word: Simulation report").click()
    assert download.value.suggested_filename == "sizes simulation-report.docx"
    assert "word/document.xml" in zipfile.ZipFile(download.value.path()).namelist()


def test_what_cannot_be_asked_is_said_at_once(visit: Visit) -> None:
    page = visit.to("/study/hard/compare?participants=20")
    page.get_by_label("Type I error, at most").fill("70")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Type I error, at most: found")
    visit.complaints.clear()  # the browser notes that the answer was 422
    page.get_by_role("link", name="As the study says").click()
    expect(page.locator("#found")).not_to_contain_text("Not as the study says")


def test_a_design_with_hostile_words_is_one_click_away(visit: Visit) -> None:
    page = visit.to("/study/hard/compare")
    page.locator("table.ranked").get_by_role("link", name=DESIGN).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(DESIGN)
    page.get_by_role("link", name="All designs, ranked").click()
    expect(page.get_by_role("heading", name="The designs, ranked")).to_be_visible()


def test_the_report_runs_no_script_and_is_whole(visit: Visit) -> None:
    page = visit.to("/study/hard/compare")
    page.get_by_role("link", name="The report").click()
    expect(page.get_by_role("heading", name="How to reproduce")).to_be_visible()
    assert page.locator("svg[role=img]").count() > 3


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("path", ["compare?best=power&error=5", "designs/single%20arm", "documents"])
def test_it_fits_the_screen(browser: Browser, served: Served, width: int, path: str) -> None:
    with visiting(browser, served, viewport={"width": width, "height": 900}) as visit:
        page = visit.to(f"/study/hard/{path}")
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_without_scripts_the_choice_is_a_form(browser: Browser, served: Served) -> None:
    with visiting(browser, served, java_script_enabled=False) as visit:
        page = visit.to("/study/hard/compare")
        page.locator("summary", has_text="Choose by something else").click()
        page.get_by_label("Participants, at most").fill("20")
        page.get_by_role("button", name="Rank by this").click()
        expect(page.locator("#found")).to_contain_text("participants at most 20 instead of without limit")
