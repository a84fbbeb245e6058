"""Parts of pages that are made from the code whenever the documentation is built, so that they cannot go stale.

A page holds a comment such as ``<!-- from code: families -->``. Before the page is read the comment is replaced by
Markdown, made from the same field descriptions that the command line, the schema and the messages show.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, get_args

import handful as hf
from handful.analyses.registry import analyses
from handful.designs.base import Design
from handful.designs.registry import families
from handful.engine.trials import Trials
from handful.scenarios.base import Scenario
from handful.scenarios.registry import scenario_kinds
from handful.spec.base import Spec, spaced_class_name
from handful.spec.describe import REQUIRED, FieldRow, describe_fields, type_in_words
from handful.spec.references import BIBLIOGRAPHY, Reference
from handful.spec.shape import kinds_of, written_name
from handful.study.model import Study

if TYPE_CHECKING:
    from sphinx.application import Sphinx

PLACE = re.compile(r"^<!-- from code: (?P<what>[\w ]+?)(?:, (?P<kind>[\w -]+))? -->$", re.MULTILINE)
"""Where a page wants something made: what, and of which kind."""


def table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table; an empty cell and a bar within a cell are written so that they stay what they are."""
    headings = tuple(headings)
    lines = ["| " + " | ".join(headings) + " |", "|" + "---|" * len(headings)]
    lines += ["| " + " | ".join(cell.replace("|", r"\|") or " " for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def fields_table(rows: Iterable[FieldRow]) -> str:
    """The fields of a spec as a table."""
    return table(
        ("field", "what may be written", "default", "meaning"),
        ((f"`{row.name}`", row.type, f"`{row.default}`" if row.default else "", row.meaning) for row in rows),
    )


LINKS: tuple[tuple[Iterable[type[Any]], str], ...] = (
    (families, "names, each with [a design](designs.md)"),
    (scenario_kinds, "names, each with [a scenario](scenarios.md)"),
    (analyses, "[an analysis](analyses.md) by its kind, or with its fields"),
)
REGISTERED: frozenset[type[Any]] = frozenset({*families, *analyses, *scenario_kinds})


def specs_in(annotation: Any) -> Iterator[type[Spec]]:
    """Every spec class that may stand in a field."""
    if isinstance(annotation, type) and issubclass(annotation, Spec):
        yield annotation
    for part in get_args(annotation):
        yield from specs_in(part)


def study_file() -> str:
    """Every section of a study file with its fields; designs, analyses and scenarios have pages of their own."""
    return f"### The file\n\n{fields_table(rows_of(Study))}\n" + sections_below([Study])


def sections_below(classes: Iterable[type[Spec]], known: Iterable[type[Spec]] = ()) -> str:
    """A section for every spec that stands in a field of the given ones, or in a field of those."""
    waiting, met = list(classes), {*REGISTERED, *known}
    found: list[tuple[str, type[Spec], type[Spec]]] = []
    while waiting:
        owner = waiting.pop(0)
        for name, field in owner.model_fields.items():
            for inner in specs_in(field.annotation):
                if inner not in met:
                    met.add(inner)
                    waiting.append(inner)
                    kind = f": {kinds_of(inner)[0]}" if len(kinds_of(inner)) == 1 else ""
                    found.append((written_name(name, field) + kind, inner, owner))
    names = [name for name, _, _ in found]
    sections = []
    for name, inner, owner in found:
        whose = (
            f" of {' '.join(kinds_of(owner)) or spaced_class_name(owner)}" if names.count(name) > 1 else ""
        )
        rows = rows_of(inner)
        sections.append(f"### {name}{whose}\n\n{prose(inner)}\n\n{fields_table(rows) if rows else ''}")
    return "\n".join(sections)


def rows_of(cls: type[Spec]) -> list[FieldRow]:
    """The fields of a spec: with its `kind` where that is a choice, and links in place of long unions of kinds."""
    rows = []
    if len(kinds_of(cls)) > 1:
        field = cls.model_fields["kind"]
        rows.append(FieldRow("kind", type_in_words(field.annotation), REQUIRED, field.description or ""))
    described = {row.name: row for row in describe_fields(cls)}
    for name, field in cls.model_fields.items():
        row = described.get(written_name(name, field))
        if row is not None:
            inside = set(specs_in(field.annotation))
            rows.append(FieldRow(row.name, _linked(inside) or row.type, row.default, row.meaning))
    return rows


def _linked(inside: set[type[Spec]]) -> str:
    """A link in place of a union of registered kinds, the bare kinds in place of another; nothing for the rest."""
    for registry, words in LINKS:
        if inside and inside <= set(registry):
            return words
    kinds = [kinds_of(cls) for cls in inside]
    named = sorted(kind[0] for kind in kinds if len(kind) == 1)
    return f"one of {', '.join(named)}; or one of them with its fields" if len(named) > 1 else ""


def kinds(registry: Iterable[type[Any]], base: type[Spec], heading: str) -> str:
    """Every registered kind: its line, what it says of itself, its own fields, what it is fragile to, its papers."""
    shared = rows_of(base)
    parts = [f"### {heading}\n\n{fields_table(shared)}"] if shared else []
    for cls in registry:
        own = [row for row in rows_of(cls) if row not in shared]
        parts.append(f"### {kinds_of(cls)[0]}\n\n*{cls.meaning[0].upper()}{cls.meaning[1:]}.* {prose(cls)}\n")
        if endpoints := getattr(cls, "endpoints", None):
            serves = f"Endpoint: {' or '.join(sorted(endpoints))}. Compared with: {cls.comparator}."
            parts.append(f"{serves} Evidence: {cls.statistic_name}.\n")
        parts += [fields_table(own)] if own else []
        if stresses := getattr(cls, "fragile_to", ()):
            parts.append(f"Fragile to: {', '.join(stress.name for stress in stresses)}.\n")
        parts += [papers(cls)] if cls.references else []
    return "\n".join([*parts, sections_below(registry, specs_in_fields(Study))])


def specs_in_fields(cls: type[Spec]) -> Iterator[type[Spec]]:
    """Every spec class that stands somewhere in a study file outside scenarios and designs."""
    for field in cls.model_fields.values():
        for inner in specs_in(field.annotation):
            if inner not in REGISTERED:
                yield inner
                yield from specs_in_fields(inner)


def prose(cls: type) -> str:
    """The docstring of a spec without its example, as Markdown."""
    said = re.split(r"\n\s*(?:Example|Raises|Attributes):\n", cls.__doc__ or "")[0]
    paragraphs = (" ".join(part.split()) for part in said.strip().split("\n\n"))
    return "\n\n".join(paragraphs).replace("*", r"\*").replace("``", "`")


def papers(cls: type[Any]) -> str:
    """The papers that a kind names."""
    return "\n".join(f"- {_cited(key)}" for key in cls.references) + "\n"


def _cited(key: str) -> str:
    """A paper with its link; a citation without a key stands as it is."""
    return _written(BIBLIOGRAPHY[key]) if key in BIBLIOGRAPHY else key


def _written(paper: Reference) -> str:
    """A paper in one line."""
    link = f" <{paper.url}>" if paper.url else ""
    return f"{paper.authors} ({paper.year}). {paper.title}. {paper.journal}.{link}"


def bibliography() -> str:
    """Every paper behind a method of handful, in alphabetical order."""
    return "\n".join(sorted((f"- {_written(paper)}" for paper in BIBLIOGRAPHY), key=str.casefold)) + "\n"


def stresses() -> str:
    """Every stress, with the amounts that are tried and the families that name it."""
    found = {stress.name: stress for family in families for stress in family.fragile_to}
    rows = []
    for name, stress in found.items():
        amounts = ", ".join(f"{amount:g}" for amount in stress.amounts)
        named = ", ".join(kinds_of(family)[0] for family in families if stress in family.fragile_to)
        rows.append((f"`{name}`", stress.why, f"{amounts} ({stress.unit})", named))
    return table(("stress", "why", "amounts tried", "families that name it"), rows)


def trial_columns() -> str:
    """The columns of a stored run, from the class that holds them."""
    said = (Trials.__doc__ or "").split("Attributes:")[1]
    names = Trials.__dataclass_fields__
    meanings = dict(re.findall(r"^ {8}(\w+): (.+?)(?=^ {8}\w+: |\Z)", said, re.MULTILINE | re.DOTALL))
    types = {name: re.search(r"np\.(\w+)", str(field.type)) for name, field in names.items()}
    rows = ((f"`{n}`", t[1].strip("_") if t else "", " ".join(meanings[n].split())) for n, t in types.items())
    return table(("column", "type", "meaning"), rows)


def commands() -> str:
    """Every verb of the command line: how it is called, what it does, its arguments and options."""
    import typer

    from handful.cli.verbs import app

    group: Any = typer.main.get_command(app)
    parts = []
    for name, verb in group.commands.items():
        optional = [p for p in verb.params if p.opts[0].startswith("--")]
        wanted = [p for p in verb.params if p not in optional]
        usage = " ".join(["handful", name, *(_called(p) for p in wanted)])
        rows = [(f"`{_called(p)}`", "", p.help or "") for p in wanted]
        rows += [(f"`{p.opts[0]}{_value(p)}`", _default(p), p.help or "") for p in optional]
        options = " [OPTIONS]" if optional else ""
        parts.append(f"### handful {name}\n\n```text\n{usage}{options}\n```\n\n{verb.help}\n")
        parts.append(table(("", "default", "meaning"), rows) if rows else "")
    return "\n".join(parts)


def _called(argument: Any) -> str:
    """An argument as it is called, in brackets when it may be left out."""
    name = argument.metavar or argument.name.upper()
    return name if argument.required or name.startswith("[") else f"[{name}]"


def _value(option: Any) -> str:
    """What is written behind the name of an option."""
    number = option.type_descriptor.annotation in (int, float)
    return "" if option.is_flag else f" {option.metavar or ('NUMBER' if number else 'TEXT')}"


def _default(option: Any) -> str:
    """The default of an option; nothing when there is none, `required` when there must be a value."""
    if option.required:
        return REQUIRED
    return "" if option.default is None or option.is_flag else f"`{option.default}`"


def public_names() -> str:
    """Every name of `import handful as hf`, with a link to where it is defined."""
    rows = []
    for name in hf.__all__:
        thing = getattr(hf, name)
        defined = inspect.isclass(thing) or inspect.isfunction(thing)
        words = (
            first_line(thing)
            if defined
            else "Every registered kind: iterate over it, or `get` one by its name."
        )
        home = f"{thing.__module__}.{thing.__qualname__}" if defined else ""
        rows.append((f"{{py:obj}}`{name} <{home}>`" if home else f"`{name}`", words))
    return table(("name", "what it is"), rows)


def first_line(thing: Any) -> str:
    """The first line of a docstring."""
    return (inspect.getdoc(thing) or "").split("\n")[0]


MAKERS: dict[str, Callable[[], str]] = {
    "study file": study_file,
    "families": lambda: kinds(families, Design, "In every design"),
    "analyses": lambda: kinds(analyses, Spec, ""),
    "scenarios": lambda: kinds(scenario_kinds, Scenario, "In every scenario"),
    "stresses": stresses,
    "bibliography": bibliography,
    "trial columns": trial_columns,
    "commands": commands,
    "public names": public_names,
}


def filled(text: str) -> str:
    """A page with everything made that it asks for.

    Args:
        text: Markdown.

    Returns:
        Markdown in which no place is left to be filled.

    Raises:
        KeyError: When a page asks for what nobody makes.
    """

    def made(place: re.Match[str]) -> str:
        if place["what"] == "papers of":
            return papers(families.get(place["kind"]))
        return MAKERS[place["what"]]()

    return PLACE.sub(made, text)


def fill(app: Sphinx, page: str, source: list[str]) -> None:
    """Fill a page before it is read."""
    source[0] = filled(source[0])


def setup(app: Sphinx) -> dict[str, bool]:
    """Fill every page before it is read."""
    app.connect("source-read", fill)
    return {"parallel_read_safe": True}
