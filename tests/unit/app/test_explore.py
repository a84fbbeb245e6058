"""The page on which one design is explored: figures and fields, what is pinned, bad values, hostile ones, and a design added."""

from __future__ import annotations

import json
import time
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from lxml import html
from starlette.testclient import TestClient

from handful.app.pages.explore import LONGEST_PIN
from handful.designs.base import Question
from handful.designs.single_arm import SingleArm
from handful.participants.endpoint import Endpoint
from handful.scenarios.binary import BinaryScenario
from handful.select.characteristics import exact_success
from handful.study.loading import load

FORTY = {"family": "group sequential", "endpoint": "binary", "design.participants": "40"}


def at(path: str, **fields: str) -> str:
    return f"{path}?{urlencode(fields)}"


def plain(client: TestClient, path: str, fields: dict[str, str]) -> dict:
    answer = client.get(at(path, **fields, format="json"))
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_the_first_page_shows_a_design_with_its_figures_and_fields(client: TestClient) -> None:
    answer = client.get("/explore")
    tree = html.fromstring(answer.text)
    assert answer.status_code == 200
    assert len(answer.content) < 150_000
    assert tree.xpath("//h1")[0].text_content() == "Explore one design"
    slider = tree.xpath('//input[@type="range"][@id="design-participants-slide"]')[0]
    assert slider.get("step") == "4"  # in whole blocks
    assert tree.xpath('//input[@id="design-participants"]')[0].get("value") == "40"
    for field in tree.xpath("//form//input[not(@type='hidden')] | //form//select"):
        named = tree.xpath(f'//label[@for="{field.get("id")}"]')
        assert named or field.get("aria-label"), field.get("id")
    assert "exact" in tree.xpath("//caption")[0].text_content()
    assert answer.headers["server-timing"].startswith("explore;dur=")
    assert "Computed in" in answer.text
    ids = [node.get("id") for node in tree.xpath("//*[@id]")]
    assert len(ids) == len(set(ids))


def test_the_same_figures_as_the_library(client: TestClient) -> None:
    fields = {
        "family": "single arm",
        "endpoint": "binary",
        "design.participants": "16",
        "scenario.effect": "0.5",
    }
    told = plain(client, "/explore", fields)
    response = Endpoint(name="response", kind="binary", known_after=12)
    plan = SingleArm(participants=16, benchmark=0.2).plan(Question(response))
    assert told["figures"]["success"]["value"] == exact_success(
        plan, BinaryScenario(untreated=0.2, effect=0.5)
    )
    assert told["figures"]["success"]["how"] == "exact"


def test_what_changes_is_told_against_the_start_or_the_pin(client: TestClient) -> None:
    against_start = plain(client, "/explore", FORTY | {"design.participants": "36"})
    assert against_start["beside"] == "the start"
    assert "Against the start: 4 participants fewer, power" in against_start["summary"]
    assert "lower" in against_start["summary"]
    pin = urlencode(FORTY | {"design.participants": "48"})
    pinned = plain(client, "/explore", FORTY | {"design.participants": "36", "pin": pin})
    assert pinned["compared"]["participants"] == 48
    assert "Against the pinned design: 12 participants fewer" in pinned["summary"]
    page = html.fromstring(client.get(at("/explore", **FORTY, pin=pin)).text)
    change = page.xpath('//table[contains(@class,"key")]//td[contains(@class,"change")]')[0].text_content()
    assert change == "−8"


def test_the_address_names_what_differs_from_the_start_and_leads_back(client: TestClient) -> None:
    noisy = FORTY | {
        "design.participants": "44",
        "scenario.untreated": "20%",
        "design.nonsense": "1",
        "page": "7",
    }
    told = plain(client, "/explore", noisy)
    assert told["query"] == "family=group+sequential&endpoint=binary&design.participants=44"
    again = client.get(f"{told['address']}&format=json").json()
    assert again["figures"] == told["figures"]


def test_a_part_has_the_figures_and_the_fields_alone(client: TestClient) -> None:
    answer = client.get(at("/explore/figures", **FORTY))
    assert "<html" not in answer.text
    tree = html.fromstring(answer.text)
    explored = tree.xpath('//*[@id="explored"]')[0]
    assert explored.get("data-told") == "yes"
    assert explored.get("data-address").startswith("/explore?family=group+sequential")
    assert tree.xpath('//*[@id="fields"]')
    assert tree.xpath('//*[@id="words"]')
    assert answer.headers["server-timing"].startswith("explore;dur=")


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        ("design.participants", "forty", "a whole number"),
        ("design.participants", "0", "a whole number of at least 1"),
        ("design.looks", "90%, 50%", "a share above"),
        ("design.allocation", "2:x", "a ratio"),
        ("scenario.untreated", "120%", "a probability"),
        ("scenario.effect", "0.9", "an effect that leaves a probability"),
        ("scenario.recruitment.dropout", "often", "a hazard"),
        ("endpoint.known_after", "soon", "a duration"),
        ("design.participants", "[1, 2", ""),
        ("design.participants", "9" * 500, "at most 400 characters"),
        ("design.participants", "1\nother: 2", "one value"),
    ],
)
def test_a_bad_value_says_beside_its_field_what_would_be_right(
    client: TestClient, name: str, text: str, wanted: str
) -> None:
    answer = client.get(at("/explore", **(FORTY | {name: text})))
    assert answer.status_code == 200
    tree = html.fromstring(answer.text)
    field = tree.xpath(f'//form[@id="controls"]//*[@name="{name}"]')[0]
    said = tree.xpath(f'//*[@id="{field.get("aria-describedby")}"]')[0].text_content()
    assert said.startswith("wanted ")
    assert wanted in said
    assert field.get("aria-invalid") == "true"
    assert " ".join(field.value.split()) == " ".join(text.split())
    assert tree.xpath('//*[@id="explored"]')[0].get("data-told") is None
    assert tree.xpath('//*[@role="alert"]')


def test_values_that_do_not_fit_each_other_are_refused_in_one_sentence(client: TestClient) -> None:
    fields = {"family": "simon", "endpoint": "binary", "design.target": "10%"}
    told = plain(client, "/explore", fields)
    assert told["refused"] == "the target 0.1 must be above the benchmark 0.2"
    assert "This cannot be: the target" in client.get(at("/explore", **fields)).text
    large = plain(client, "/explore", FORTY | {"design.participants": "90000"})
    assert "are explored" in large["refused"]


def test_where_there_is_no_exact_answer_a_few_trials_are_simulated_in_a_second_request(
    client: TestClient,
) -> None:
    fields = {"family": "single arm", "endpoint": "continuous", "design.participants": "12"}
    first = plain(client, "/explore", fields)
    assert first["figures"]["how"] is None
    assert first["figures"]["success"] is None
    more = plain(client, "/explore/more", fields)
    assert more["simulated"]["hoped"]["success"]["how"] == "simulated"
    assert more["simulated"]["hoped"]["success"]["error"] > 0
    assert more["simulated before"]["hoped"]["success"]["how"] == "simulated"  # that of the start
    page = html.fromstring(client.get(at("/explore/more", **fields)).text)
    assert "With the effect, start" in [cell.text_content() for cell in page.xpath("//thead//th")]


def test_what_takes_too_long_is_left_to_a_comparison(client: TestClient) -> None:
    fields = {"family": "randomised", "endpoint": "binary", "design.participants": "900"}
    more = plain(client, "/explore/more", fields)
    assert more["simulated"] is None
    assert "by a comparison alone" in more["why"]
    assert "No trials are simulated here" in client.get(at("/explore/more", **fields)).text
    # A scenario that the family cannot be conducted in is refused in a sentence too.
    arms = {"family": "multi arm", "endpoint": "continuous", "scenario.arm_effects": "[100%]"}
    assert "the design has 2" in client.get(at("/explore/more", **arms)).text


def test_sizes_around_say_what_four_fewer_would_cost(client: TestClient) -> None:
    more = plain(client, "/explore/more", FORTY)
    sizes = {one["participants"]: one["success"]["value"] for one in more["sizes"]}
    assert sorted(sizes) == [32, 36, 40, 44, 48]
    assert sizes[36] < sizes[40]
    rows = html.fromstring(client.get(at("/explore/more", **FORTY)).text).xpath("//tbody/tr")
    four_fewer = next(row for row in rows if row.text_content().strip().startswith("36 (−4)"))
    assert f"−{100 * (sizes[40] - sizes[36]):.1f} points" in four_fewer.text_content()
    bad = client.get(at("/explore/more", **(FORTY | {"design.participants": "x"}), format="json"))
    assert bad.status_code == 422


def test_without_scripts_the_page_brings_everything_along(client: TestClient) -> None:
    tree = html.fromstring(client.get(at("/explore", **FORTY)).text)
    link = tree.xpath('//div[@id="more"]//a/@href')[0]
    whole = html.fromstring(client.get(link).text)
    assert "36 (−4)" in whole.xpath('//div[@id="more"]')[0].text_content()
    form = tree.xpath('//form[@id="controls"]')[0]
    assert (form.get("method"), form.get("action")) == ("get", "/explore")
    assert form.xpath('.//button[@type="submit"]')
    sent = {
        field.name: field.value
        for field in form.xpath(".//input[@name] | .//select")
        if field.value is not None
    }
    again = plain(client, "/explore", {name: str(value) for name, value in sent.items()})
    assert again["query"] == "family=group+sequential&endpoint=binary"


def test_a_study_is_explored_from_its_own_designs(client: TestClient) -> None:
    told = plain(client, "/study/small/explore", {"of": "randomised"})
    assert told["base"] == {"of": "randomised"}
    assert told["scenario"] == "hoped for"
    assert told["figures"]["participants"] == 24
    assert "endpoint" not in told["controls"]
    ignored = plain(client, "/study/small/explore", {"of": "randomised", "endpoint.known_after": "1 month"})
    assert ignored["query"] == "of=randomised"
    page = html.fromstring(client.get("/study/small/explore").text)
    assert page.xpath('//select[@id="of"]/option/text()') == ["single arm", "randomised"]


def test_a_study_is_read_anew_when_its_file_changes(client: TestClient, folder: Path) -> None:
    assert plain(client, "/study/small/explore", {})["figures"]["participants"] == 16
    file = folder / "small.yaml"
    time.sleep(0.02)
    file.write_text(file.read_text().replace("participants: 16", "participants: 18"), encoding="utf-8")
    assert plain(client, "/study/small/explore", {})["figures"]["participants"] == 18


def test_a_design_is_added_to_a_study_and_the_rest_of_its_file_stays(
    client: TestClient, mark: str, folder: Path
) -> None:
    before = (folder / "small.yaml").read_text()
    form = {
        "form-mark": mark,
        "query": "of=single+arm&design.participants=20&scenario.effect=0.3",
        "name": "single arm of 20",
        "scenario": "yes",
    }
    answer = client.post("/study/small/explore/add", data=form)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/study/small/explore?of=single+arm+of+20")
    study = load(folder / "small.yaml")
    assert study.design("single arm of 20") == SingleArm(participants=20, benchmark=0.2)
    assert study.scenario("hoped for explored").benefit(study.endpoint) == pytest.approx(0.3)
    after = (folder / "small.yaml").read_text()
    kept = [line for line in before.splitlines() if line in after.splitlines()]
    assert kept == before.splitlines()
    assert "is in the study now" in client.get(answer.headers["location"]).text
    again = client.post("/study/small/explore/add", data=form)
    assert again.status_code == 409
    assert (folder / "small.yaml").read_text() == after


def test_from_the_page_of_all_families_a_design_goes_to_a_study_that_it_suits(
    client: TestClient, mark: str, folder: Path
) -> None:
    form = {"form-mark": mark, "query": urlencode(FORTY), "name": "looks", "study": "deeper~other"}
    assert client.post("/explore/add", data=form).status_code == 303
    assert load(folder / "deeper" / "other.yaml").design("looks").kind == "group sequential"
    other = form | {"query": "family=randomised&endpoint=continuous", "name": "means"}
    refused = client.post("/explore/add", data=other)
    assert refused.status_code == 422
    assert "continuous endpoint" in refused.text


@pytest.mark.parametrize("name", ["", "   ", "a\nb", "x" * 81, "\x1b[31m"])
def test_a_name_that_is_none_is_refused(client: TestClient, mark: str, folder: Path, name: str) -> None:
    before = (folder / "small.yaml").read_text()
    form = {"form-mark": mark, "query": "of=single+arm", "name": name}
    assert client.post("/study/small/explore/add", data=form).status_code == 422
    assert (folder / "small.yaml").read_text() == before


def test_a_name_in_another_language_or_with_signs_of_yaml_is_written_so_that_it_reads_back(
    client: TestClient, mark: str, folder: Path
) -> None:
    name = "naïve: {arm} #1 – “x”"
    form = {"form-mark": mark, "query": "of=single+arm&design.participants=18", "name": name}
    assert client.post("/study/small/explore/add", data=form).status_code == 303
    assert load(folder / "small.yaml").design(name) == SingleArm(participants=18, benchmark=0.2)


def test_nothing_is_added_without_the_mark_or_from_what_cannot_be(
    client: TestClient, mark: str, folder: Path
) -> None:
    before = (folder / "small.yaml").read_text()
    form = {"query": "of=single+arm", "name": "new"}
    assert client.post("/study/small/explore/add", data=form).status_code == 403
    bad = form | {"form-mark": mark, "query": "of=single+arm&design.participants=none"}
    assert client.post("/study/small/explore/add", data=bad).status_code == 422
    assert (folder / "small.yaml").read_text() == before


def test_names_that_are_none_are_not_found(client: TestClient) -> None:
    for path in (
        "/explore?family=nonsense",
        "/explore?family=simon&endpoint=binary&pin=family%3Dnonsense",
        "/study/small/explore?of=nobody",
        "/study/..%2F..%2Fetc/explore",
        "/study/none/explore",
    ):
        assert client.get(path).status_code == 404, path


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "{{ 7 * 7 }}",
        "!!python/object/apply:os.system ['true']",
        "&a [*a]",
        "\u202e\x00",
        "a: " * 200,
    ],
)
def test_hostile_values_are_said_back_as_text(client: TestClient, hostile: str) -> None:
    encoded = quote(hostile)
    for path in (
        f"/explore?design.participants={encoded}",
        f"/explore?family={encoded}",
        f"/explore?endpoint={encoded}",
        f"/explore?pin={encoded}",
        f"/explore?added={encoded}",
        f"/explore?design.{encoded}=1",
        f"/study/small/explore?of={encoded}",
    ):
        answer = client.get(path)
        assert answer.status_code in (200, 404), path
        assert "<script>alert" not in answer.text
        assert "<img src=x" not in answer.text
        assert ">49<" not in answer.text


def test_a_pin_is_cut_to_a_length_that_addresses_bear(client: TestClient) -> None:
    told = plain(client, "/explore", FORTY | {"pin": urlencode(FORTY) + "&x=" + "y" * 3 * LONGEST_PIN})
    assert len(told["pin"]) == LONGEST_PIN


def test_json_is_all_of_the_page(client: TestClient) -> None:
    told = plain(client, "/explore", FORTY)
    json.dumps(told, allow_nan=False)
    labels = {control["label"] for group in told["controls"].values() for control in group}
    assert {
        "Participants",
        "Looks",
        "Untreated",
        "Effect",
        "Drift",
        "Contamination",
        "Recruitment, dropout",
    } <= labels
    assert told["snippet"].count("kind: group sequential") == 1
