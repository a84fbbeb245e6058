"""A study edited as a person would: in the form, in the text, wrongly, and while somebody else does the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from handful.app.edits import named
from handful.study.templates import template_text
from tests.browser.app import Served, Visit, serving, visiting

AXE = Path(__file__).parent / "vendor" / "axe-4.14.1.min.js"
TEXT = template_text("stargardt-rpe")
SIZE = named(("designs", "fellow eye", "participants"))


@pytest.fixture(scope="module", name="app")
def app_over_one_study(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("edited")
    (folder / "rpe.yaml").write_text(TEXT, encoding="utf-8")
    with serving(folder) as served:
        yield served


@pytest.fixture(name="visit")
def somebody(browser: Browser, app: Served) -> Iterator[Visit]:
    (app.folder / "rpe.yaml").write_text(TEXT, encoding="utf-8")
    with visiting(browser, app, viewport={"width": 1280, "height": 900}) as visit:
        yield visit
        assert visit.elsewhere == []
        assert visit.complaints == []


def opened(visit: Visit) -> Page:
    page = visit.to("/study/rpe")
    expect(page.get_by_role("heading", name="In order: this is what it says")).to_be_visible(timeout=30_000)
    return page


def field(page: Page, name: str) -> Locator:
    return page.locator(f"[name='{name}']").last


def unfold(page: Page, name: str) -> Locator:
    panel = page.locator("details.panel").filter(
        has=page.locator(".title", has_text=re.compile(f"^{re.escape(name)}$"))
    )
    panel.locator("summary").first.click()
    return panel


def test_a_number_in_the_form_is_a_number_in_the_text_and_on_disk(visit: Visit, app: Served) -> None:
    page = opened(visit)
    unfold(page, "fellow eye")
    field(page, SIZE).focus()  # the text shows where that is written
    line = TEXT.split("\n").index("    participants: 24") + 1
    assert page.locator(".sheet.pointed").get_attribute("style") == f"--here: {line};"
    field(page, SIZE).fill("30")
    field(page, SIZE).press("Tab")
    wanted = TEXT.replace(
        "    kind: within participant\n    participants: 24",
        "    kind: within participant\n    participants: 30",
    )
    expect(page.locator("#text")).to_have_value(wanted)
    assert page.evaluate("document.activeElement.name") == named(("designs", "fellow eye", "analysis"))
    expect(page.get_by_text("30 participants take part")).to_be_visible(timeout=30_000)
    page.keyboard.press("Control+s")
    expect(page.locator("#said")).to_have_text("Saved.")
    assert (app.folder / "rpe.yaml").read_text() == wanted
    page.reload()  # and nobody is asked whether to leave
    expect(page.locator("#text")).to_have_value(wanted)


def test_a_line_typed_in_the_text_is_in_the_form_and_undo_brings_back(visit: Visit) -> None:
    page = opened(visit)
    unfold(page, "fellow eye")
    page.locator("#text").fill(TEXT.replace("participants: 24", "participants: 26"))
    expect(field(page, SIZE)).to_have_value("26")
    unfold(page, "untreated control 1:1 with a look")
    kind = field(page, named(("designs", "untreated control 1:1 with a look")))
    kind.select_option("randomised")
    expect(page.locator("#text")).not_to_have_value(re.compile("futility: {spending: pocock}"))
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#text")).to_have_value(re.compile("futility: {spending: pocock}"))
    expect(kind).to_have_value("group sequential")
    expect(field(page, SIZE)).to_have_value("26")


def test_a_mistake_is_told_at_the_field_and_at_the_line(visit: Visit) -> None:
    page = opened(visit)
    unfold(page, "fellow eye")
    field(page, SIZE).fill("many")
    field(page, SIZE).press("Enter")
    expect(page.get_by_role("heading", name="1 thing to mend")).to_be_visible()
    expect(field(page, SIZE)).to_have_attribute("aria-invalid", "true")
    expect(field(page, SIZE)).to_have_accessible_description(
        re.compile("wanted a whole number of at least 1")
    )
    line = TEXT.split("\n").index("    participants: 24") + 1
    assert page.locator(".remark").get_attribute("style") == f"--line: {line}"
    page.get_by_role("button", name=f"Line {line}").click()
    assert (
        page.evaluate("(t => t.value.slice(t.selectionStart, t.selectionEnd))(document.activeElement)")
        == "    participants: many"
    )
    page.keyboard.type("    participants: 24")
    expect(page.get_by_role("heading", name="In order: this is what it says")).to_be_visible(timeout=30_000)
    expect(field(page, SIZE)).to_have_value("24")


def test_designs_are_added_renamed_and_taken_out(visit: Visit) -> None:
    page = opened(visit)
    page.get_by_label("New design").fill("tiny")
    page.get_by_label("Kind", exact=True).last.select_option("within participant")
    page.get_by_role("button", name="Add design").click()
    expect(page.locator("#text")).to_have_value(re.compile("  tiny:\n    kind: within participant\n"))
    expect(page.get_by_label("New design")).to_have_value("")
    tiny = page.locator("details.panel").filter(has=page.locator(".title", has_text="tiny"))
    expect(
        tiny.get_by_label("participants")
    ).to_be_visible()  # something is to be mended in it, so it is open
    tiny.get_by_label("participants").fill("8")
    tiny.get_by_label("participants").press("Enter")
    expect(page.get_by_role("heading", name="In order: this is what it says")).to_be_visible(timeout=30_000)
    tiny.get_by_label("name").fill("smallest")
    tiny.get_by_label("name").press("Enter")
    expect(page.locator("#text")).to_have_value(
        re.compile("  smallest:\n    kind: within participant\n    participants: 8\n")
    )
    unfold(page, "smallest")
    page.get_by_role("button", name="Take out smallest").click()
    expect(page.locator("#text")).to_have_value(TEXT)


def test_somebody_else_saved_meanwhile(visit: Visit, app: Served) -> None:
    page = opened(visit)
    unfold(page, "fellow eye")
    field(page, SIZE).fill("30")
    field(page, SIZE).press("Enter")
    expect(page.locator("#text")).to_have_value(re.compile("participants: 30"))
    theirs = TEXT.replace("horizon: 10 years", "horizon: 9 years")
    (app.folder / "rpe.yaml").write_text(theirs)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("was changed by somebody else")
    expect(page.get_by_role("button", name="Put mine in the file")).to_be_in_viewport()
    assert (app.folder / "rpe.yaml").read_text() == theirs
    expect(page.locator("#text")).to_have_value(re.compile("participants: 30"))
    page.get_by_role("button", name="Take what is on disk").click()
    expect(page.locator("#text")).to_have_value(theirs)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#text")).to_have_value(re.compile("participants: 30"))
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#said")).to_have_text("Saved.")
    assert "participants: 30" in (app.folder / "rpe.yaml").read_text()


def test_what_was_not_saved_is_offered_again(browser: Browser, visit: Visit) -> None:
    page = opened(visit)
    page.locator("#text").fill(TEXT.replace("participants: 24", "participants: 27"))
    unfold(page, "fellow eye")
    expect(field(page, SIZE)).to_have_value("27")
    again = page.context.new_page()
    again.goto(f"{visit.base}/study/rpe")
    again.get_by_role("button", name="Take it up again").click()
    expect(again.locator("#text")).to_have_value(re.compile("participants: 27"))
    again.close(run_before_unload=False)


def test_without_scripts_the_form_and_the_text_are_checked_and_saved(browser: Browser, app: Served) -> None:
    (app.folder / "rpe.yaml").write_text(TEXT)
    with visiting(browser, app, java_script_enabled=False) as visit:
        page = visit.to("/study/rpe")
        page.locator("#text").fill(TEXT.replace("horizon: 10 years", "horizon: 9 years"))
        page.get_by_label("title").fill("Another title")
        page.get_by_role("button", name="Check").click()
        expect(page.get_by_role("heading", name="In order: this is what it says")).to_be_visible()
        assert (app.folder / "rpe.yaml").read_text() == TEXT
        page.get_by_role("button", name="Save").click()
        saved = (app.folder / "rpe.yaml").read_text()
        assert "title: Another title\n" in saved
        assert saved.count("\n") == TEXT.count("\n")
        assert "horizon: 9 years" in saved


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
def test_it_fits_and_axe_finds_nothing(browser: Browser, app: Served, width: int, scheme: str) -> None:
    (app.folder / "rpe.yaml").write_text(TEXT.replace("participants: 69", "participants: many"))
    how = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme, "bypass_csp": True}
    with visiting(browser, app, **how) as visit:
        page = visit.to("/study/rpe")
        expect(page.get_by_role("heading", name="1 thing to mend")).to_be_visible()
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        # One panel of each sort stays open: axe looks at every field in sight.
        page.evaluate(
            """document.querySelectorAll('details.panel').forEach(d => {
              d.open = /^(Choose|hoped for|untreated control 2:1)/.test(d.innerText) })"""
        )
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("axe.run()")
        assert [(v["id"], v["nodes"][0]["html"][:200]) for v in found["violations"]] == []
