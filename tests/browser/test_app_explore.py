"""Exploring a design as a person does: a slider is moved, and what is seen, heard and in the address follows."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from handful.study.loading import load
from tests.browser.app import Served, Visit, visiting

SUMMARY = "#said"
START = "/explore?family=single+arm&endpoint=binary"


@pytest.fixture(name="visit")
def somebody(browser: Browser, served: Served) -> Iterator[Visit]:
    with visiting(browser, served, viewport={"width": 1280, "height": 900}) as visit:
        yield visit
        assert visit.elsewhere == []
        assert visit.complaints == []


def change_of(page: Page, figure: str) -> str:
    """What the table of key figures says of a change."""
    row = page.get_by_role("region", name="Key figures").get_by_role("row", name=re.compile(f"^{figure}"))
    return row.locator("td.change").inner_text()


def test_participants_are_moved_by_keyboard_and_everything_follows(visit: Visit) -> None:
    page = visit.to(START)
    before = page.locator("#figure-explored-power svg.plot").inner_html()
    slider = page.get_by_role("slider", name="Participants")
    slider.focus()
    for _ in range(4):
        page.keyboard.press("ArrowLeft")
    expect(
        page.get_by_label("Participants", exact=True).and_(page.locator("input:not([type=range])"))
    ).to_have_value("20")
    expect(page.locator(SUMMARY)).to_contain_text("Against the start: 4 participants fewer, power")
    expect(slider).to_have_attribute("aria-valuetext", "20")
    expect(slider).to_be_focused()
    assert change_of(page, "Participants") == "−4"
    assert re.fullmatch(r"−[\d.]+ points", change_of(page, "Power"))
    assert page.locator("#figure-explored-power svg.plot").inner_html() != before
    assert "design.participants=20" in page.url
    # What is heard: one sentence, once nothing moves any more.
    aloud = page.get_by_role("status").and_(page.locator("#aloud"))
    expect(aloud).to_contain_text("At most 20 participants: power")
    expect(page.locator("#more")).to_contain_text("20 (this design)")
    page.reload()
    expect(page.locator(SUMMARY)).to_contain_text("At most 20 participants")


def test_a_slider_is_dragged_by_mouse_and_the_last_place_counts(visit: Visit) -> None:
    page = visit.to(START)
    slider = page.get_by_role("slider", name="Effect")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, middle)
    page.mouse.down()
    for share in (0.45, 0.4, 0.35, 0.3, 0.25):
        page.mouse.move(box["x"] + share * box["width"], middle, steps=4)
    page.mouse.up()
    last = slider.input_value()
    assert float(last) < 0.3
    expect(page.locator(SUMMARY)).to_contain_text(f"at a benefit of {100 * float(last):.0f} points")
    assert f"scenario.effect={last}" in page.url


def test_one_request_at_a_time_is_under_way(visit: Visit) -> None:
    page = visit.to(START)
    page.wait_for_load_state("networkidle")
    asked: list[str] = []
    under_way: list[int] = []
    page.on("request", lambda r: (asked.append(r.url), under_way.append(1)) if "/figures" in r.url else None)
    page.on("requestfinished", lambda r: under_way.append(-1) if "/figures" in r.url else None)
    slider = page.get_by_role("slider", name="Participants")
    slider.focus()
    for _ in range(12):
        page.keyboard.press("ArrowRight")
    expect(page.locator(SUMMARY)).to_contain_text("At most 36 participants")
    assert len(asked) < 12
    assert max(sum(under_way[: k + 1]) for k in range(len(under_way))) == 1


def test_a_bad_value_is_said_beside_its_field_and_the_drawing_stays(visit: Visit) -> None:
    page = visit.to(START)
    summary = page.locator(SUMMARY).inner_text()
    field = page.locator("#design-benchmark")
    field.fill("much")
    expect(page.locator("#design-benchmark-wrong")).to_contain_text("wanted a number, or a text such as 20%")
    expect(field).to_have_attribute("aria-invalid", "true")
    assert page.locator(SUMMARY).inner_text() == summary
    expect(page.locator("#figure-explored-power svg.plot")).to_be_visible()
    expect(page.locator("#aloud")).to_contain_text("not as it should be")
    field.fill("25%")
    expect(page.locator("#design-benchmark-wrong")).to_be_empty()
    expect(page.locator(SUMMARY)).not_to_have_text(summary)
    expect(page.get_by_role("slider", name="Benchmark")).to_have_value("25")


def test_a_design_is_pinned_and_others_are_held_against_it(visit: Visit) -> None:
    page = visit.to(f"{START}&design.participants=30")
    page.get_by_role("link", name="Pin this design").click()
    expect(page.get_by_role("link", name="Unpin")).to_be_visible()
    page.locator("#design-participants").fill("26")
    expect(page.locator(SUMMARY)).to_contain_text("Against the pinned design: 4 participants fewer")
    assert "pin=" in page.url
    page.get_by_role("link", name="Unpin").click()
    expect(page.locator(SUMMARY)).to_contain_text("Against the start: 2 participants more")
    assert "pin=" not in page.url


def test_a_choice_brings_its_own_fields_and_keeps_the_place(visit: Visit) -> None:
    page = visit.to("/explore?family=group+sequential&endpoint=binary&design.participants=24")
    spending = page.get_by_label("Spending", exact=True)
    spending.focus()
    spending.select_option("hwang shih decani")
    gamma = page.get_by_role("slider", name="Spending, gamma")
    expect(gamma).to_be_visible()
    expect(page.locator("#design-spending")).to_be_focused()
    page.get_by_label("Looks", exact=True).and_(page.locator("input:not([type=range])")).fill("50%, 100%")
    looks = page.get_by_role("slider", name="Looks, how many")
    looks.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#design-looks")).to_have_value("33%, 67%, 100%")
    expect(page.locator("#figure-explored-looks .marker").nth(2)).to_be_attached()


def test_a_design_of_a_study_is_changed_and_added(visit: Visit, served: Served) -> None:
    page = visit.to("/study/small/explore?of=single+arm")
    page.locator("#design-participants").fill("22")
    expect(page.locator(SUMMARY)).to_contain_text("At most 22 participants")
    page.get_by_label("Name of the design").fill("single arm of 22")
    page.get_by_role("button", name="Add to this study").click()
    expect(page.get_by_text("“single arm of 22” is in the study now.")).to_be_visible()
    expect(page.locator("#of")).to_have_value("single arm of 22")
    assert load(served.folder / "small.yaml").design("single arm of 22").kind == "single arm"


def test_on_a_small_screen_the_change_stays_in_sight(browser: Browser, served: Served) -> None:
    with visiting(browser, served, viewport={"width": 360, "height": 700}) as visit:
        page = visit.to(START)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        slider = page.get_by_role("slider", name="Drift")
        slider.focus()
        page.keyboard.press("ArrowRight")
        slider.scroll_into_view_if_needed()
        brief = page.locator("#brief")
        expect(brief).to_be_in_viewport()
        expect(brief).to_contain_text("24 participants · power")
        expect(brief).to_contain_text("points)")


def test_it_reads_without_scripts(browser: Browser, served: Served) -> None:
    with visiting(browser, served, java_script_enabled=False) as visit:
        page = visit.to(f"{START}&design.participants=20")
        expect(page.locator(SUMMARY)).to_contain_text("At most 20 participants")
        expect(page.get_by_role("slider")).to_have_count(0)  # numbers are typed
        page.locator("#design-participants").fill("28")
        page.get_by_role("button", name="Show", exact=True).click()
        expect(page.locator(SUMMARY)).to_contain_text("At most 28 participants")
        page.get_by_role("link", name="Show what takes longer").click()
        expect(page.locator("#more")).to_contain_text("28 (this design)")
