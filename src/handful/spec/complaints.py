"""What the YAML parser complains about, in plain words."""

from __future__ import annotations

from handful.spec.messages import clean

_INDENTATION = ("a line that does not line up", "one indentation for all fields of a group")
_COMPLAINTS = {
    "mapping values are not allowed": (
        "a colon where none can be, or a name not in line with those above",
        'quotes around a text that contains ": ", and one indentation for all fields of a group',
    ),
    "could not find expected ':'": ("a name without a colon", "name: value"),
    "expected <block end>": _INDENTATION,
    "<block mapping start>": _INDENTATION,
    "unexpected end of stream": ("a quote that is not closed", "a closing quote"),
    "expected ',' or ']'": ("a list that is not closed", "a comma or ]"),
    "expected ',' or '}'": ("a group that is not closed", "a comma or }"),
    "expected the node content": ("a sign where a value should be", "a value"),
    "unknown escape character": (
        "an unknown \\ in double quotes",
        "single quotes, or \\\\ for one backslash",
    ),
}


def complaint(problem: str, rest: str) -> tuple[str, str]:
    """Put the parser's complaint into words.

    Args:
        problem: What the parser says.
        rest: The text of the line from the place of the problem on.

    Returns:
        What was found, and what would be right.

    Example:
        >>> complaint("found character that cannot start any token", "@home")
        ('"@" at the start of a value', 'quotes around a value that begins with it')
    """
    if rest.startswith("\t"):
        return "a tab", "spaces: YAML does not allow tabs for indentation"
    if "cannot start any token" in problem:
        return f'"{clean(rest[:1])}" at the start of a value', "quotes around a value that begins with it"
    for sign, words in _COMPLAINTS.items():
        if sign in problem:
            return words
    return f"text that is not YAML ({clean(problem)})", "YAML 1.2"
