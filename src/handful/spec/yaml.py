"""YAML 1.2 to plain data with line numbers; whatever is wrong becomes one message.

Only what the YAML 1.2 core schema defines is understood: mappings with text as names, lists, text, numbers,
true, false and null. So `no` is text, `1e-3` is a number, `2:1` is text. The reader is safe on hostile
input: sizes, depth and the expansion of aliases are bounded, and nothing in a file can name code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from handful.spec.complaints import complaint
from handful.spec.messages import clean
from handful.spec.positions import Node, Positions
from handful.spec.scalars import LONGEST_NUMBER, NotFinite, TooLong, read_plain
from handful.spec.source import HIDDEN, LINE_BREAK, checked_text, read_source, refuse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path as FilePath

    from handful.spec.positions import Path, Place

MOST_VALUES = 20_000
"""Names and values in a file, counted after aliases are followed."""
DEEPEST = 40

_CORE_TAGS = {f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "map", "seq")}


def read_yaml_file(path: str | FilePath) -> tuple[dict[str, Any], Positions]:
    """Read a YAML file.

    Args:
        path: A regular file of at most one million bytes.

    Returns:
        As `read_yaml`.

    Raises:
        SpecError: When the file cannot be read or is not a YAML mapping in UTF-8.

    Example:
        >>> read_yaml_file("no.yaml")
        Traceback (most recent call last):
        handful.spec.messages.SpecError: no.yaml: found no such file, wanted a file that can be read
    """
    return _Reader(read_source(path), str(path)).document()


def read_yaml(text: str | bytes, file: str | None = None) -> tuple[dict[str, Any], Positions]:
    """Read YAML 1.2 text.

    Args:
        text: The text, or its bytes in UTF-8.
        file: Name of the file for the messages.

    Returns:
        The mapping as plain data (dict, list, str, int, float, bool, None; names are always text), and where
        everything stands.

    Raises:
        SpecError: With one problem, when the text is not a YAML mapping or goes beyond a bound.

    Example:
        >>> data, positions = read_yaml("alpha: 1e-3\\nallocation: 2:1\\n")
        >>> data, positions.value(("allocation",))
        ({'alpha': 0.001, 'allocation': '2:1'}, (2, 13))
    """
    return _Reader(checked_text(text, file), file).document()


class _Reader:
    """Builds plain data from the parser's events, one document, counting as it goes."""

    def __init__(self, text: str, file: str | None) -> None:
        self.text = text
        self.file = file
        self.values = 0
        self.anchors: dict[str, tuple[Any, Node, int, int] | None] = {}

    def document(self) -> tuple[dict[str, Any], Positions]:
        """Read the only document, which must be a mapping."""
        events = self._events()
        for event in events:
            kind = type(event).__name__
            if kind == "StreamEndEvent":
                self._refuse(None, "an empty file", "a study (see the examples)")
            if kind == "DocumentStartEvent":
                if event.version and tuple(event.version) != (1, 2):
                    found = f"YAML {'.'.join(str(part) for part in event.version)}"
                    self._refuse(_place(event), found, "YAML 1.2 (leave the %YAML line out)")
                break
        data, node, _, _ = self._value(next(events), events, (), 0)
        for event in events:
            if type(event).__name__ == "DocumentStartEvent":
                self._refuse(_place(event), "a second document (---)", "one document in a file")
        if not isinstance(data, dict):
            found = (
                "an empty file" if data is None else "a list" if isinstance(data, list) else "a single value"
            )
            self._refuse(node.place, found, "named fields (name: value)")
        return data, Positions(node)

    def _refuse(self, place: Place | None, found: str, wanted: str, path: Path = ()) -> NoReturn:
        refuse(self.file, place, found, wanted, path)

    def _events(self) -> Iterator[Any]:
        """Give the parser's events, and its complaints in plain words."""
        from ruamel.yaml import YAML
        from ruamel.yaml.error import MarkedYAMLError

        events = iter(YAML(typ="safe", pure=True).parse(self.text))
        while True:
            try:
                event = next(events)
            except StopIteration:
                return
            except MarkedYAMLError as error:
                mark = error.problem_mark or error.context_mark
                place = (mark.line + 1, mark.column + 1) if mark else None
                self._refuse(place, *complaint(str(error.problem or error.context or ""), self._line(place)))
            except Exception as error:  # a parser's accident on garbage is garbage all the same
                self._refuse(None, f"text that cannot be read as YAML ({clean(str(error))})", "YAML 1.2")
            yield event

    def _line(self, place: Place | None) -> str:
        """Give the text of a line from its column on."""
        lines = LINE_BREAK.split(self.text)
        return lines[place[0] - 1][place[1] - 1 :] if place and place[0] <= len(lines) else ""

    def _count(self, number: int, place: Place) -> None:
        """Count values, with those that aliases repeat."""
        self.values += number
        if self.values > MOST_VALUES:
            self._refuse(place, f"more than {MOST_VALUES} values (aliases followed)", "a smaller file")

    def _value(self, event: Any, events: Iterator[Any], path: Path, depth: int) -> tuple[Any, Node, int, int]:
        """Read one value: the data, its place, how many values it holds, how deep it goes."""
        place = _place(event)
        kind = type(event).__name__
        if kind == "AliasEvent":
            return self._alias(event, place, path, depth)
        self._count(1, place)
        if depth > DEEPEST:
            self._refuse(place, f"more than {DEEPEST} levels", "fewer levels, one inside the other")
        tag = str(event.tag) if getattr(event, "tag", None) else ""
        if tag and tag not in _CORE_TAGS and tag != "!":
            self._refuse(place, f"the tag {clean(tag)}", "no tags (nothing that begins with !)", path)
        if event.anchor:
            self.anchors[event.anchor] = None  # known, but not yet complete: an alias to it now is a cycle
        if kind == "ScalarEvent":
            read = (self._scalar(event, tag, place, path), Node(place), 1, 0)
        elif kind == "SequenceStartEvent":
            read = self._list(events, place, path, depth)
        else:
            read = self._mapping(events, place, path, depth)
        if event.anchor:
            self.anchors[event.anchor] = read
        return read

    def _alias(self, event: Any, place: Place, path: Path, depth: int) -> tuple[Any, Node, int, int]:
        """Follow an alias to what was read under its anchor."""
        name = clean(str(event.anchor))
        if event.anchor not in self.anchors:
            self._refuse(place, f"*{name}, which stands for nothing", f"&{name} before it", path)
        read = self.anchors[event.anchor]
        if read is None:
            self._refuse(place, f"*{name} inside what it stands for", "something without a circle", path)
        self._count(read[2], place)
        if depth + read[3] > DEEPEST:
            self._refuse(place, f"more than {DEEPEST} levels", "fewer levels, one inside the other", path)
        return read

    def _list(
        self, events: Iterator[Any], place: Place, path: Path, depth: int
    ) -> tuple[Any, Node, int, int]:
        """Read a list."""
        items: list[Any] = []
        node, size, deepest = Node(place), 1, 0
        for event in events:
            if type(event).__name__ == "SequenceEndEvent":
                break
            item, child, inner, below = self._value(event, events, (*path, len(items)), depth + 1)
            node.children[len(items)] = child
            items.append(item)
            size, deepest = size + inner, max(deepest, below + 1)
        return items, node, size, deepest

    def _mapping(
        self, events: Iterator[Any], place: Place, path: Path, depth: int
    ) -> tuple[Any, Node, int, int]:
        """Read a mapping; every name once, and every name text."""
        data: dict[str, Any] = {}
        node, size, deepest = Node(place), 1, 0
        for event in events:
            if type(event).__name__ == "MappingEndEvent":
                break
            name = self._name(event, path)
            if name in data:
                first = node.keys[name][0]
                found = f'"{clean(name)}" a second time (first in line {first})'
                self._refuse(_place(event), found, "every name once", (*path, name))
            value, child, inner, below = self._value(next(events), events, (*path, name), depth + 1)
            data[name] = value
            node.keys[name] = _place(event)
            node.children[name] = child
            size, deepest = size + inner + 1, max(deepest, below + 1)
            self._count(1, child.place)
        return data, node, size, deepest

    def _name(self, event: Any, path: Path) -> str:
        """Read the name before a colon."""
        place = _place(event)
        if type(event).__name__ != "ScalarEvent" or event.tag or event.anchor:
            self._refuse(place, "a name that is not plain text", "a name such as participants", path)
        name = str(event.value)
        if not name.strip():
            self._refuse(place, "no name before the colon", "a name such as participants", path)
        if name == "<<" and event.style is None:
            self._refuse(place, "a merge key (<<)", "the fields themselves: YAML 1.2 merges nothing", path)
        return self._text(name, place, path)

    def _text(self, value: str, place: Place, path: Path) -> str:
        """Refuse the control characters that escapes can bring in."""
        bad = HIDDEN.search(value)
        if bad:
            self._refuse(
                place, f"the character U+{ord(bad[0]):04X}, which cannot be seen", "plain text", path
            )
        return value

    def _scalar(self, event: Any, tag: str, place: Place, path: Path) -> Any:
        """Read a text, or a plain value by the core schema; a core tag may only confirm what is read."""
        text = str(event.value)
        if event.style is not None or tag in ("!", "tag:yaml.org,2002:str"):
            value: Any = self._text(text, place, path)
        else:
            value = self._plain(text, place, path)
        expected = {"int": int, "float": float, "bool": bool, "null": type(None)}.get(tag.rpartition(":")[2])
        if expected is not None and type(value) is not expected:
            self._refuse(place, f"the tag {clean(tag)}", "no tags (nothing that begins with !)", path)
        return value

    def _plain(self, text: str, place: Place, path: Path) -> Any:
        """Read an unquoted value by the core schema."""
        try:
            return read_plain(self._text(text, place, path))
        except NotFinite:
            self._refuse(place, clean(text), "a finite number", path)
        except TooLong:
            found = f"a number of {len(text)} characters"
            self._refuse(place, found, f"a number of at most {LONGEST_NUMBER} characters", path)


def _place(event: Any) -> Place:
    """Give the line and column of an event, both from 1."""
    return event.start_mark.line + 1, event.start_mark.column + 1
