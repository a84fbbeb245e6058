"""Changes to a text in place do what was meant, and leave every comment and every other line as it was."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from handful.spec.editing import duplicate, put, remove, rename
from handful.spec.layout import layout, line_end, line_start
from handful.spec.positions import Path
from handful.spec.yaml import read_yaml

EXAMPLES = 60
"""A change of a document takes the parser of YAML some 10 ms."""
NAMES = ["size", "type I error", "looks", "no effect", "a#b", "Größe", "x: y", "1", "null", "- z"]
WORDS = st.text(st.sampled_from(" abßé,:#'\"-[]{}&*!|>%@`?~=\\1"), max_size=12) | st.sampled_from(
    ["20%", "2:1", "12 months", "no", "true", "1e3", "# x", "a\nb", "\n", " x", "x\n\n  y", "~", "---", "<<"]
)
SINGLE = st.none() | st.booleans() | st.integers(-99, 10**9) | st.floats(-1e6, 1e6) | WORDS
VALUES = st.recursive(
    SINGLE,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
    max_leaves=6,
)


@dataclass
class Writer:
    """Writes data with a layout of its own: every style, and remarks wherever YAML lets one stand."""

    draw: st.DrawFn
    remarks: list[str] = field(default_factory=list)

    def remark(self) -> str:
        if self.draw(st.integers(0, 3)):
            return ""
        self.remarks.append(f"# remark {len(self.remarks)}.")
        return f"{' ' * self.draw(st.integers(1, 3))}{self.remarks[-1]}"

    def between(self, indent: int) -> str:
        blank = "\n" * self.draw(st.integers(0, 1))
        said = self.remark().strip()
        return blank + (f"{' ' * indent}{said}\n" if said else "")

    def name(self) -> st.SearchStrategy[str]:
        return st.sampled_from(["a", "b c", "d", '"e: f"', "'g'", "h1"])

    def flow(self, depth: int) -> str:
        style = self.draw(st.integers(0, 5 if depth < 2 else 3))
        if style == 4:
            return "[" + ", ".join(self.flow(depth + 1) for _ in range(self.draw(st.integers(0, 3)))) + "]"
        if style == 5:
            names = self.draw(st.lists(self.name(), unique=True, max_size=3))
            return "{" + ", ".join(f"{name}: {self.flow(depth + 1)}" for name in names) + "}"
        return self.draw(
            st.sampled_from(["1", "20%", "plain text", '"quoted, text"', "'it''s'", "2:1", "-.5"])
        )

    def value(self, indent: int, depth: int) -> str:
        """What follows a colon or a dash, with the line break at its end."""
        style = self.draw(st.integers(0, 6 if depth < 3 else 3))
        if style == 4:
            return f"{self.remark()}\n{self.group(indent + 2, depth + 1)}"
        if style == 5:
            return f"{self.remark()}\n{self.items(indent + self.draw(st.sampled_from([0, 2])), depth + 1)}"
        if style == 6:
            pad = " " * (indent + 2)
            return (
                f" |{self.draw(st.sampled_from(['', '-']))}{self.remark()}\n{pad}some text\n\n{pad}  more\n"
            )
        if style == 3:
            return f"{self.remark()}\n"
        return f" {self.flow(0)}{self.remark()}\n"

    def group(self, indent: int, depth: int) -> str:
        names = self.draw(st.lists(self.name(), unique=True, min_size=1, max_size=4))
        pad = " " * indent
        return "".join(f"{self.between(indent)}{pad}{name}:{self.value(indent, depth)}" for name in names)

    def items(self, indent: int, depth: int) -> str:
        said = ""
        for _ in range(self.draw(st.integers(1, 3))):
            said += f"{self.between(indent)}{' ' * indent}-"
            if depth < 3 and self.draw(st.booleans()):
                said += (
                    f" {self.group(indent + 2, depth + 1).lstrip()}" if self.calm() else self.value(indent, 3)
                )
            else:
                said += self.value(indent, 3)
        return said

    def calm(self) -> bool:
        return self.draw(st.booleans())


@st.composite
def documents(draw: st.DrawFn) -> str:
    text = Writer(draw).group(0, 0)
    # Text in lines of its own (|) ends where the file does: what follows it would lend it a line break.
    return text if "|" in text or draw(st.booleans()) else text.removesuffix("\n")


def paths(data: Any, path: Path = ()) -> list[Path]:
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path, *(found for name, value in inner for found in paths(value, (*path, name)))]


def at(data: Any, path: Path) -> Any:
    for part in path:
        data = data[part]
    return data


def remarks(text: str) -> list[str]:
    return sorted(re.findall(r"# remark \d+\.", text))


def outside(text: str, path: Path) -> tuple[str, str]:
    """The whole lines before and after those of a value with its name."""
    cell = layout(text).at(path)
    assert cell is not None
    start = cell.key[0] if cell.key is not None else cell.start
    return text[: line_start(text, start)], text[line_end(text, cell.end) :]


def readable(text: str) -> dict[str, Any] | None:
    return read_yaml(text)[0]


@settings(max_examples=EXAMPLES)
@given(documents())
def test_every_value_is_found_where_it_stands(text: str) -> None:
    data = readable(text)
    sheet = layout(text)
    assert sheet.data == data
    for path in paths(data):
        cell = sheet.at(path)
        assert cell is not None
        value = at(data, path)
        assert cell.data == value
        if cell.flow and not isinstance(value, str):
            assert readable(f"x: {text[cell.start : cell.end]}")["x"] == value


@settings(max_examples=EXAMPLES)
@given(st.data(), documents(), VALUES)
def test_a_value_takes_the_place_of_another(data: st.DataObject, text: str, value: Any) -> None:
    before = readable(text)
    path = data.draw(st.sampled_from([path for path in paths(before) if path]))
    after = put(text, path, value)
    assert at(readable(after), path) == value
    head, tail = outside(text, path)
    assert after.startswith(head)
    assert after.endswith(tail)
    if not isinstance(at(before, path), dict | list):
        kept = text if "|" not in text else ""
        assert set(remarks(kept)) <= set(remarks(after))
    assert put(after, path, value) == after


@settings(max_examples=EXAMPLES)
@given(st.data(), documents(), st.sampled_from(NAMES), VALUES, st.booleans())
def test_a_new_field_leaves_every_line_and_comment(
    data: st.DataObject, text: str, name: str, value: Any, spread: bool
) -> None:
    before = readable(text)
    groups = [path for path in paths(before) if isinstance(at(before, path), dict)]
    group = data.draw(st.sampled_from(groups))
    if name in at(before, group):
        return
    order = data.draw(st.permutations(["a", "b c", "d", name, "h1"]) | st.just([]))
    after = put(text, (*group, name), value, order=order, spread=spread)
    wanted = {**at(before, group), name: value}
    assert at(readable(after), group) == wanted
    assert remarks(after) == remarks(text)
    cell = layout(text).at(group)
    if cell is not None and not cell.flow:
        # A field that goes first stands behind the dash of its group from now on.
        lines = iter([line.lstrip(" -") for line in after.splitlines()])
        assert all(line.lstrip(" -") in lines for line in text.splitlines())  # each in its order


@settings(max_examples=EXAMPLES)
@given(st.data(), documents())
def test_what_is_taken_out_takes_nothing_else_along(data: st.DataObject, text: str) -> None:
    before = readable(text)
    choices = [path for path in paths(before) if path and (len(path) > 1 or len(before) > 1)]
    if not choices:
        return
    path = data.draw(st.sampled_from(choices))
    after = remove(text, path)
    group = at(before, path[:-1])
    left = at(readable(after), path[:-1])
    if isinstance(group, dict):
        assert left == {name: value for name, value in group.items() if name != path[-1]}
    else:
        assert left == [value for index, value in enumerate(group) if index != path[-1]]
    cell = layout(text).at(path)
    assert cell is not None
    own = text[line_start(text, cell.key[0] if cell.key else cell.start) : line_end(text, cell.end)]
    assert set(remarks(text)) - set(remarks(own)) <= set(remarks(after))


@settings(max_examples=EXAMPLES)
@given(st.data(), documents(), st.sampled_from(NAMES), st.booleans())
def test_renamed_and_written_twice(data: st.DataObject, text: str, name: str, twice: bool) -> None:
    before = readable(text)
    path = data.draw(st.sampled_from([path for path in paths(before) if path and isinstance(path[-1], str)]))
    group = at(before, path[:-1])
    if name in group:
        return
    after = duplicate(text, path, name) if twice else rename(text, path, name)
    found = at(readable(after), path[:-1])
    assert found[name] == group[path[-1]]
    assert list(found) == [
        new
        for old in group
        for new in ([old, name] if twice else [name])[: 2 if old == path[-1] else 0] or [old]
    ]
    assert set(remarks(text)) <= set(remarks(after))
    if not twice:
        head, tail = outside(text, path)
        assert after.startswith(head)
        assert after.endswith(tail)
