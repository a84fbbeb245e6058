"""A study edited as a form and as text: what goes to disk, what is refused, and that nothing typed is lost."""

from __future__ import annotations

import html
import json
import os
import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from handful.app.drafts import spot
from handful.app.edits import KIND, NAME, NEW, VALUE, named
from handful.report.folder import STUDY as KEPT
from handful.store.project import INDEX
from tests.unit.app.conftest import BASE
from tests.unit.app.test_workspace import NAMES
from tests.unit.cli.small_study import STUDY

SIZE = ("designs", "randomised", "participants")
LARGER = STUDY.replace("participants: 24", "participants: 30")


class Editor:
    """Somebody who edits the study `small`."""

    def __init__(self, client: TestClient, mark: str, name: str = "small") -> None:
        self.client, self.mark, self.name = client, mark, name
        self.version = client.get(f"/study/{name}?format=json").json()["file_version"]

    def post(self, what: str, *, accept: str = "application/json", **fields: str):
        sent = {"form-mark": self.mark, "version": self.version, "text": STUDY} | fields
        return self.client.post(
            f"/study/{self.name}/{what}", data=sent, headers={"origin": BASE, "accept": accept}
        )

    def parts(self, what: str, **fields: str) -> str:
        """What a page with scripts gets."""
        sent = {"form-mark": self.mark, "version": self.version, "text": STUDY} | fields
        headers = {"origin": BASE, "hx-request": "true"}
        answer = self.client.post(f"/study/{self.name}/{what}", data=sent, headers=headers)
        assert answer.status_code == 200
        return answer.text


@pytest.fixture(name="editor")
def somebody(client: TestClient, mark: str) -> Editor:
    return Editor(client, mark)


def shown_text(page: str) -> str:
    """The text in the page as a browser reads it."""
    found = re.search(r'<textarea id="text"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)
    assert found is not None
    return html.unescape(found[1])


def test_it_is_a_page_and_data(client: TestClient):
    page = client.get("/study/small")
    assert shown_text(page.text) == STUDY
    assert len(page.content) < 150_000
    assert page.text.count(' aria-current="page"') == 1
    data = client.get("/study/small", headers={"accept": "application/json"}).json()
    assert (data["text"], data["problems"], data["checked"]) == (STUDY, [], True)
    assert data["explanation"][0]["heading"] == "A first study"
    assert data["since"] is None


def test_every_field_has_a_label_and_every_description_is_there(client: TestClient):
    page = client.get("/study/small").text
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    labels = set(re.findall(r'<label for="([^"]+)"', page))
    fields = re.findall(r"<(?:input|select|textarea)\b[^>]*>", page)
    for field in fields:
        if 'type="hidden"' not in field and " hidden" not in field:
            found = re.search(r'\bid="([^"]+)"', field)
            assert found is not None, field
            assert found[1] in labels, field
    for described in re.findall(r'aria-describedby="([^"]+)"', page):
        assert set(described.split()) <= set(ids)


def test_a_field_changes_its_line_alone_and_nothing_on_disk(editor: Editor, folder: Path):
    data = editor.post("form", field=named(SIZE), typed="30").json()
    assert data["text"] == LARGER
    assert data["problems"] == []
    assert (folder / "small.yaml").read_text() == STUDY


def test_only_what_is_different_is_drawn_again(editor: Editor):
    page = editor.client.get("/study/small").text
    have = json.dumps(re.findall(r'data-panel="(\w+)" data-digest="(\w+)"', page))
    parts = editor.parts("form", field=named(SIZE), typed="30", have=have)
    assert len(re.findall(r'hx-swap="outerMorph"', parts)) == 1
    assert html.unescape(re.findall(r'id="fresh"[^>]*>\n(.*?)</textarea>', parts, re.DOTALL)[0]) == LARGER
    new = editor.parts(
        "form", act='add ["designs"]', have=have, **{NEW + '["designs"]': "x", KIND + '["designs"]': "simon"}
    )
    assert '<hx-partial hx-target="#form" hx-swap="innerMorph">' in new
    nothing = editor.parts("text", have=have)
    assert "Morph" not in nothing
    assert 'id="fresh"' not in nothing


def test_messages_are_those_of_check_at_their_line_and_field(editor: Editor):
    wrong = STUDY.replace("participants: 24", "participants: many").replace(
        "prevalence: 900", "prevalance: 900"
    )
    parts = editor.parts("text", text=wrong)
    for said in (
        "found &#34;many&#34;, wanted a whole number of at least 1",
        "found the unknown field &#34;prevalance&#34;",
    ):
        assert said in parts
    assert 'style="--line: 11"' in parts
    field = re.search(
        rf'<input value="many"[^>]*name="{re.escape(html.escape(named(SIZE), quote=True))}"[^>]*>'.replace(
            "&quot;", "&#34;"
        ),
        parts,
    )
    assert field is not None
    assert 'aria-invalid="true"' in field[0]
    data = editor.post("text", text=wrong).json()
    assert [problem["line"] for problem in data["problems"]] == sorted(p["line"] for p in data["problems"])


def test_what_only_conducting_shows_gets_its_line_too(editor: Editor):
    text = STUDY.replace("analysis: fisher", "analysis: t test")
    first = editor.post("text", text=text).json()
    data = editor.post("check", text=text).json()
    assert (first["problems"], first["checked"]) == ([], False)
    assert [(p["line"], p["field"]) for p in data["problems"]] == [(11, "designs > randomised")]
    assert editor.post("text", text=text).json()["problems"] == data["problems"]  # it is remembered


def test_another_kind_says_what_it_leaves_out(editor: Editor):
    data = editor.post("form", field='["designs","single arm"]', typed="randomised").json()
    assert data["notes"] == ["Left out, because this kind has no such field: “benchmark”."]
    assert "single arm: {kind: randomised, participants: 16}" in data["text"]


def test_a_field_knows_its_line(editor: Editor):
    parts = editor.parts("text")
    lines = json.loads(html.unescape(re.findall(r'data-lines="([^"]*)"', parts)[0]))
    assert (
        lines[spot(SIZE)]
        == STUDY.split("\n").index(next(ln for ln in STUDY.split("\n") if "fisher" in ln)) + 1
    )


def test_text_that_cannot_be_read_leaves_the_form_as_it_is(editor: Editor):
    parts = editor.parts("text", text="title: [1\n")
    assert "Morph" not in parts
    assert "the form shows what it said before" in parts
    page = editor.post("text", accept="text/html", text="title: [1\n").text
    assert shown_text(page) == "title: [1\n"


def test_a_field_that_is_only_changed_in_the_text_says_so(editor: Editor):
    text = STUDY.replace("prevalence: 900", "prevalence: &n 900").replace("trials: 300", "trials: *n")
    data = editor.post("form", text=text, field='["compute","trials"]', typed="10").json()
    assert data["text"] == text
    assert data["notes"] == ["“compute > trials” is written in a way that can only be changed in the text."]


def test_entries_are_added_copied_renamed_and_taken_out(editor: Editor):
    def act(said: str, **fields: str) -> dict:
        return editor.post("form", act=said, **fields).json()

    assert "  copy of randomised: {kind: randomised" in act('copy ["designs","randomised"]')["text"]
    assert "randomised:" not in act('remove ["designs","randomised"]')["text"]
    assert (
        "\n  worse:\n    base: nothing\n"
        in act('add ["scenarios"]', **{NEW + '["scenarios"]': "worse"})["text"]
    )
    power = '["choose","subject to","power"]'
    added = act(f"add {power}", **{NEW + power: "nothing", VALUE + power: "5%"})["text"]
    assert "power: {hoped for: 80%, nothing: 5%}" in added
    assert act('add ["scenarios"]', **{NEW + '["scenarios"]': "nothing"})["notes"] == [
        "There is “nothing” already; choose another name."
    ]
    renamed = editor.post("form", field=f'{NAME}["scenarios","hoped for"]', typed="hope").json()["text"]
    assert renamed == STUDY.replace("hoped for", "hope")


def test_save_writes_the_text_and_nothing_else(editor: Editor, folder: Path):
    data = editor.post("save", text=LARGER).json()
    assert data["saved"]
    assert (folder / "small.yaml").read_bytes() == LARGER.encode()
    assert data["file_version"] != editor.version
    assert sorted(path.name for path in folder.iterdir()) == [".handful", "deeper", "small.yaml"]
    wrong = LARGER.replace("participants: 30", "participants: many")
    again = editor.post("save", text=wrong, version=data["file_version"]).json()
    assert again["saved"]  # unfinished work can be put away
    assert len(again["problems"]) == 1


def test_line_breaks_of_forms_and_of_files_are_kept(editor: Editor, folder: Path):
    editor.post("save", text=LARGER.replace("\n", "\r\n"))
    assert (folder / "small.yaml").read_bytes() == LARGER.encode()
    (folder / "small.yaml").write_bytes(STUDY.replace("\n", "\r\n").encode())
    other = Editor(editor.client, editor.mark)
    assert other.post("save", text=LARGER).json()["saved"]
    assert (folder / "small.yaml").read_bytes() == LARGER.replace("\n", "\r\n").encode()


def test_a_file_that_changed_meanwhile_is_not_overwritten(editor: Editor, folder: Path):
    theirs = STUDY.replace("A first study", "Theirs")
    (folder / "small.yaml").write_text(theirs)
    answer = editor.post("save", text=LARGER)
    assert answer.status_code == 409
    data = answer.json()
    assert (folder / "small.yaml").read_text() == theirs
    assert data["text"] == LARGER
    assert "-title: Theirs" in data["conflict"]["difference"]
    page = editor.post("save", accept="text/html", text=LARGER).text
    assert shown_text(page) == LARGER
    assert "was changed by somebody else" in page
    taken = editor.post("disk", accept="text/html", text=LARGER).text
    assert shown_text(taken) == theirs
    assert "participants: 30" in taken.split('id="mine"')[1]
    over = editor.post("save", text=LARGER, over=data["conflict"]["version"])
    assert over.json()["saved"]
    assert (folder / "small.yaml").read_text() == LARGER


def test_what_changed_again_after_the_question_is_asked_about_again(editor: Editor, folder: Path):
    (folder / "small.yaml").write_text(STUDY.replace("A first study", "Theirs"))
    version = editor.post("save", text=LARGER).json()["conflict"]["version"]
    (folder / "small.yaml").write_text(STUDY.replace("A first study", "Theirs again"))
    assert editor.post("save", text=LARGER, over=version).status_code == 409
    assert "Theirs again" in (folder / "small.yaml").read_text()


def test_a_file_that_went_away_is_written_again_when_asked(editor: Editor, folder: Path):
    (folder / "small.yaml").unlink()
    answer = editor.post("save", text=LARGER)
    assert answer.status_code == 409
    assert answer.json()["conflict"]["gone"]
    assert not (folder / "small.yaml").exists()
    assert editor.post("form", text=LARGER, field=named(SIZE), typed="31").json()["text"] != LARGER
    assert editor.post("save", text=LARGER, over=answer.json()["conflict"]["version"]).json()["saved"]
    assert (folder / "small.yaml").read_text() == LARGER


def test_without_scripts_the_form_is_sent_whole_and_text_and_form_both_count(editor: Editor, folder: Path):
    text = STUDY.replace("title: A first study", "title: Typed in the text")
    fields = {
        named(SIZE): "30",
        named(("designs", "randomised")): "randomised",
        named(("population", "prevalence")): "900",
        f"{NAME}{named(('designs', 'randomised'))}": "lots",
        named(("title",)): "A first study",
    }
    data = editor.post("save", text=text, drawn=STUDY, **fields).json()
    wanted = text.replace("randomised: {kind", "lots: {kind").replace("participants: 24", "participants: 30")
    assert data["text"] == wanted
    assert (folder / "small.yaml").read_text() == wanted
    page = editor.post("check", accept="text/html", drawn=STUDY, **fields).text
    assert "In order: this is what it says" in page
    assert "participants: 30" in shown_text(page)


def test_a_form_of_thousands_of_fields_is_read(editor: Editor):
    fields = {named(("designs", f"none {number}", "participants")): "3" for number in range(3000)}
    assert editor.post("form", drawn=STUDY, **fields).json()["text"] == STUDY


def test_since_the_last_comparison(editor: Editor, folder: Path):
    results = folder / "small-results"
    results.mkdir()
    (results / INDEX).touch()
    (results / KEPT).write_text(STUDY)
    assert editor.post("text").json()["since"]["differences"] == []
    since = editor.post("text", text=LARGER).json()["since"]
    assert since["differences"] == ["Design “randomised”: participants was 24, is now 30."]
    assert not editor.post("text", text="title: x\n").json()["since"]["told"]
    (results / KEPT).write_text("schema: 99\n")
    assert not editor.post("text").json()["since"]["readable"]


@pytest.mark.parametrize("what", ["form", "text", "check", "save", "disk"])
def test_nothing_happens_without_the_mark(editor: Editor, folder: Path, what: str):
    for mark in ("", "x"):
        assert editor.post(what, text=LARGER, **{"form-mark": mark}).status_code == 403
    assert (folder / "small.yaml").read_text() == STUDY


@pytest.mark.parametrize("name", [name for name in NAMES if name and "/" not in name and "\0" not in name])
def test_no_file_outside_is_read_or_written(
    client: TestClient, mark: str, editor: Editor, folder: Path, name: str
):
    before = sorted(folder.parent.rglob("*"))
    editor.name = name.replace("\n", "%0A").replace("%2e", "%252e")
    for what in ("form", "text", "check", "save", "disk"):
        assert editor.post(what, text=LARGER, version="missing", over="missing").status_code in (404, 405)
    assert client.get(f"/study/{editor.name}").status_code in (
        404,
        303,
    )  # a client may take ".." for the first page
    assert sorted(folder.parent.rglob("*")) == before


def test_a_link_out_of_the_folder_is_not_followed(
    client: TestClient, editor: Editor, folder: Path, tmp_path_factory: pytest.TempPathFactory
):
    outside = tmp_path_factory.mktemp("outside") / "other.yaml"
    outside.write_text(STUDY)
    os.symlink(outside, folder / "linked.yaml")
    assert client.get("/study/linked").status_code == 404
    editor.name = "linked"
    assert editor.post("save", text=LARGER, over="missing").status_code == 404
    assert outside.read_text() == STUDY


@pytest.mark.parametrize("field", ["", "x", "[]", "{}", '["a",{}]', "[null]", "[1.5]", '["a"', f'{NAME}"x"'])
def test_names_of_fields_that_are_none_are_refused(editor: Editor, field: str):
    assert editor.post("form", field=field, typed="1").status_code == 400
    assert editor.post("form", act=f"remove {field}").status_code == 400


def test_words_stay_words(editor: Editor):
    evil = "</textarea><script>alert(1)</script><hx-partial hx-target='body'>"
    text = STUDY.replace("A first study", json.dumps(evil)).replace("  nothing:", f"  {json.dumps(evil)}:", 1)
    text = text.replace("base: nothing", f"base: {json.dumps(evil)}")
    for page in (editor.parts("text", text=text), editor.post("text", accept="text/html", text=text).text):
        assert "<script>alert" not in page
        assert "<hx-partial hx-target='body'>" not in page
    assert shown_text(editor.post("text", accept="text/html", text=text).text) == text
    typed = editor.post("form", field=named(("title",)), typed=evil).json()
    assert typed["text"] == STUDY.replace("A first study", json.dumps(evil, ensure_ascii=False))


def test_what_no_file_may_hold_is_not_saved_and_not_lost(editor: Editor, folder: Path):
    for typed in ("title: \x07\n", "x" * 10_001):
        answer = editor.post("save", text=typed)
        assert answer.status_code == 422
        assert answer.json()["text"] == typed
        assert answer.json()["notes"][0].startswith("Not saved: ")
    assert (folder / "small.yaml").read_text() == STUDY
