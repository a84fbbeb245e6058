"""Every way a YAML file can be wrong gives one message with its line."""

import contextlib
import time
from pathlib import Path

import pytest

from handful.spec import SpecError, read_yaml, read_yaml_file


def refusal(text: str | bytes) -> str:
    """Read text that must be refused, and give the message."""
    with pytest.raises(SpecError) as caught:
        read_yaml(text, file="study.yaml")
    assert len(caught.value.problems) == 1
    return str(caught.value)


def test_values_follow_the_core_schema() -> None:
    data, _ = read_yaml(
        "alpha: 1e-3\ncountry: no\ntime: 12:30:00\nallocation: {ratio: 2:1}\nday: 2026-11-22\n"
        "octal: 0o17\nhex: 0xff\nnull: ~\nyes: true\nnothing:\nquoted: '1'\nunder: 1_000\nversion: 1.10\n"
    )
    assert data == {
        "alpha": 0.001,
        "country": "no",
        "time": "12:30:00",
        "allocation": {"ratio": "2:1"},
        "day": "2026-11-22",
        "octal": 15,
        "hex": 255,
        "null": None,
        "yes": True,
        "nothing": None,
        "quoted": "1",
        "under": "1_000",
        "version": 1.1,
    }


def test_positions_of_names_and_values() -> None:
    text = 'title: x\ndesigns:\n  fellow eye:\n    looks: [50%, 100%]\n  "single arm": {n: 14}\n'
    _, positions = read_yaml(text)
    assert positions.key(("designs", "fellow eye")) == (3, 3)
    assert positions.value(("designs", "fellow eye")) == (4, 5)
    assert positions.value(("designs", "fellow eye", "looks", 1)) == (4, 18)
    assert positions.key(("designs", "single arm", "n")) == (5, 18)
    assert positions.value(("designs", "single arm", "n")) == (5, 21)
    assert positions.key(("designs", "single arm", "absent", "deeper")) == (5, 3)
    assert positions.value(()) == (1, 1)


def test_an_alias_repeats_data_and_keeps_the_place_of_its_anchor() -> None:
    data, positions = read_yaml("a: &x {mean: 1}\nb: *x\n")
    assert data == {"a": {"mean": 1}, "b": {"mean": 1}}
    assert positions.key(("b",)) == (2, 1)
    assert positions.value(("b", "mean")) == (1, 14)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "study.yaml: found an empty file, wanted a study (see the examples)"),
        ("# only a comment\n", "study.yaml: found an empty file, wanted a study (see the examples)"),
        ("---\n", "study.yaml, line 2: found an empty file, wanted named fields (name: value)"),
        ("- 1\n", "study.yaml, line 1: found a list, wanted named fields (name: value)"),
        ("just words\n", "study.yaml, line 1: found a single value, wanted named fields (name: value)"),
        (
            "a: 1\n---\nb: 2\n",
            "study.yaml, line 2: found a second document (---), wanted one document in a file",
        ),
        (
            "%YAML 1.1\n---\na: 1\n",
            "study.yaml, line 2: found YAML 1.1, wanted YAML 1.2 (leave the %YAML line out)",
        ),
        (
            "a:\n  b: 1\n  c: 2\n  b: 3\n",
            'study.yaml, line 4, a > b: found "b" a second time (first in line 2), wanted every name once',
        ),
        (
            "1: a\n'1': b\n",
            'study.yaml, line 2, 1: found "1" a second time (first in line 1), wanted every name once',
        ),
        (
            "a:\n\tb: 1\n",
            "study.yaml, line 2: found a tab, wanted spaces: YAML does not allow tabs for indentation",
        ),
        ("a: 1e400\n", "study.yaml, line 1, a: found 1e400, wanted a finite number"),
        ("a: [1, .nan]\n", "study.yaml, line 1, a > item 2: found .nan, wanted a finite number"),
        ("a: -.inf\n", "study.yaml, line 1, a: found -.inf, wanted a finite number"),
        ("a: *b\n", "study.yaml, line 1, a: found *b, which stands for nothing, wanted &b before it"),
        (
            "a: &x [1, *x]\n",
            "study.yaml, line 1, a > item 2: found *x inside what it stands for, "
            "wanted something without a circle",
        ),
        (
            "a: &x\n  b: *x\n",
            "study.yaml, line 2, a > b: found *x inside what it stands for, "
            "wanted something without a circle",
        ),
        (
            "a: !!python/object:os.system {}\n",
            "study.yaml, line 1, a: found the tag tag:yaml.org,2002:python/object:os.system, "
            "wanted no tags (nothing that begins with !)",
        ),
        (
            "a: !secret x\n",
            "study.yaml, line 1, a: found the tag !secret, wanted no tags (nothing that begins with !)",
        ),
        (
            "a: !!int x\n",
            "study.yaml, line 1, a: found the tag tag:yaml.org,2002:int, "
            "wanted no tags (nothing that begins with !)",
        ),
        (
            "a: !!binary aGk=\n",
            "study.yaml, line 1, a: found the tag tag:yaml.org,2002:binary, "
            "wanted no tags (nothing that begins with !)",
        ),
        (
            "[a]: 1\n",
            "study.yaml, line 1: found a name that is not plain text, wanted a name such as participants",
        ),
        (": 1\n", "study.yaml, line 1: found no name before the colon, wanted a name such as participants"),
        (
            "a: &x {m: 1}\nb:\n  <<: *x\n",
            "study.yaml, line 3, b: found a merge key (<<), "
            "wanted the fields themselves: YAML 1.2 merges nothing",
        ),
        (
            "a: 1\nb: x\0y\n",
            "study.yaml, line 2: found the character U+0000, which cannot be seen, wanted plain text",
        ),
        (
            'a: 1\nb: "x\\0y"\n',
            "study.yaml, line 2, b: found the character U+0000, which cannot be seen, wanted plain text",
        ),
        (
            '"\\x1b[31m": 1\n',
            "study.yaml, line 1: found the character U+001B, which cannot be seen, wanted plain text",
        ),
        (
            'a: "\\ud800"\n',
            "study.yaml, line 1, a: found the character U+D800, which cannot be seen, wanted plain text",
        ),
        (
            "a: \ud800\n",
            "study.yaml, line 1: found the character U+D800, which cannot be seen, wanted plain text",
        ),
        (
            "a: b: c\n",
            "study.yaml, line 1: found a colon where none can be, or a name not in line with those above, "
            ""
            'wanted quotes around a text that contains ": ", and one indentation for all fields of a group',
        ),
        ("a: [1, 2\n", "study.yaml, line 2: found a list that is not closed, wanted a comma or ]"),
        ("a: {b: 1\n", "study.yaml, line 2: found a group that is not closed, wanted a comma or }"),
        ("a: 'x\n", "study.yaml, line 2: found a quote that is not closed, wanted a closing quote"),
        (
            "a:\n  b: 1\n c: 2\n",
            "study.yaml, line 3: found a line that does not line up, "
            "wanted one indentation for all fields of a group",
        ),
        (
            "a: @x\n",
            'study.yaml, line 1: found "@" at the start of a value, '
            "wanted quotes around a value that begins with it",
        ),
        (
            'a: "\\q"\n',
            "study.yaml, line 1: found an unknown \\ in double quotes, "
            "wanted single quotes, or \\\\ for one backslash",
        ),
        ("a: }\n", "study.yaml, line 1: found a sign where a value should be, wanted a value"),
        ("a: 1\nb\n", "study.yaml, line 3: found a name without a colon, wanted name: value"),
        (
            b"a: 1\nsex: m\xe4nnlich\n",
            "study.yaml, line 2: found the byte 0xE4, which is not UTF-8, "
            "wanted text in UTF-8 (save the file again with this encoding)",
        ),
        (
            "a: 1\n".encode("utf-16"),
            "study.yaml, line 1: found text in UTF-16, "
            "wanted text in UTF-8 (save the file again with this encoding)",
        ),
        (
            b"a: 1\n" + b"#" * 1_000_000,
            "study.yaml: found more than 1 MB, wanted a study file of at most 1 MB",
        ),
        (
            "a: 1\n" + "#" * 20_000,
            "study.yaml, line 2: found a line of 20000 characters, wanted at most 10000",
        ),
        ("\n" * 30_000, "study.yaml: found 30001 lines, wanted at most 20000"),
        (
            "a: " + "9" * 5000,
            "study.yaml, line 1, a: found a number of 5000 characters, "
            "wanted a number of at most 60 characters",
        ),
        (
            "a: " + "[" * 100,
            "study.yaml, line 1: found more than 40 levels, wanted fewer levels, one inside the other",
        ),
        (
            "a: [" + "1," * 4000 + "\n" + "1," * 4990 + "\n" + ("1," * 4000 + "\n") * 4 + "]\n",
            "study.yaml, line 5: found more than 20000 values (aliases followed), wanted a smaller file",
        ),
    ],
)
def test_what_is_wrong_is_said_in_words(text: str | bytes, message: str) -> None:
    assert refusal(text) == message


def test_a_byte_order_mark_of_utf_8_is_accepted() -> None:
    assert read_yaml(b"\xef\xbb\xbfa: 1\n")[0] == {"a": 1}


def test_windows_line_ends_keep_line_numbers() -> None:
    _, positions = read_yaml(b"a: 1\r\nb: 2\r\n")
    assert positions.key(("b",)) == (2, 1)


def test_billion_laughs_is_refused() -> None:
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 10)]
    assert "found more than 20000 values (aliases followed), wanted a smaller file" in refusal(
        "\n".join(lines)
    )


def test_depth_counts_through_aliases() -> None:
    lines = ["a0: &a0 [1]"] + [f"a{i}: &a{i} [*a{i - 1}]" for i in range(1, 60)]
    assert "found more than 40 levels" in refusal("\n".join(lines))


@pytest.mark.parametrize(
    "text",
    [
        "[" * 1_000_000,
        "[a,\n" * 20_000,
        ("!" * 9_000 + "\n") * 100,
        "a: &" + "x" * 9_000,
        "a: " + "x\n  " * 19_000,
        "a: 'x" + "\n" * 19_000,
        "{a: " * 2_000,
        "a: " + "9" * 10_000_000,
        "- " * 4_000,
        ("x " * 4_900 + "\n ") * 20,
        'a: "\\Uffffffff"',
    ],
    ids=lambda text: repr(text[:6]),
)
def test_hostile_text_takes_no_time(text: str) -> None:
    started = time.process_time()
    with contextlib.suppress(SpecError):
        read_yaml(text)
    # The slowest megabyte (one text of half a million words) takes five seconds; these are a fifth of it.
    assert time.process_time() - started < 5


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="found no such file, wanted a file that can be read"):
        read_yaml_file(tmp_path / "none.yaml")
    with pytest.raises(SpecError, match="found a folder, wanted a file that can be read"):
        read_yaml_file(tmp_path)
    with pytest.raises(SpecError, match="found something else, wanted a file that can be read"):
        read_yaml_file("/dev/zero")
    with pytest.raises(SpecError, match="found a file that cannot be read"):
        read_yaml_file("a\0b")
    good = tmp_path / "study.yaml"
    good.write_text("title: x\n", encoding="utf-8")
    assert read_yaml_file(good)[0] == {"title": "x"}
    good.write_text("title: [\n", encoding="utf-8")
    with pytest.raises(SpecError, match=r"line 2: found a sign where a value should be"):
        read_yaml_file(good)
