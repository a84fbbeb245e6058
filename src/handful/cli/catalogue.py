"""`handful families`, `handful analyses`, `handful scenarios`: what there is, with fields and papers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from handful.spec.registry import Registry

Kind = Annotated[
    str | None, typer.Argument(help="One of them, to be shown with fields and papers.", show_default=False)
]


def families(kind: Kind = None) -> None:
    """List the families of designs, or show one with its fields."""
    from handful.designs.registry import families as registry

    _show(registry, "Family", kind)


def analyses(kind: Kind = None) -> None:
    """List the analyses, or show one with its fields."""
    from handful.analyses.registry import analyses as registry

    _show(registry, "Analysis", kind)


def scenarios(kind: Kind = None) -> None:
    """List the kinds of scenario, or show one with its fields."""
    from handful.scenarios.registry import scenario_kinds as registry

    _show(registry, "Scenario", kind)


def _show(registry: Registry[Any], heading: str, kind: str | None) -> None:
    """Show all kinds, or one with everything about it."""
    from handful.cli.terminal import console, table
    from handful.select.finding import find_kind

    page = console()
    if kind is not None:
        _show_one(find_kind(registry, kind))
        return
    rows = table(heading, "What it is")
    for cls in registry:
        rows.add_row(cls.model_fields["kind"].default, cls.meaning)
    page.print(rows)
    page.print(f"\n`handful {_VERBS[heading]} KIND` shows the fields and papers of one.")


_VERBS = {"Family": "families", "Analysis": "analyses", "Scenario": "scenarios"}


def _show_one(cls: Any) -> None:
    """Show one kind: what it is, its fields, what it is fragile to, its papers."""
    from handful.cli.terminal import console, table
    from handful.spec.describe import describe_fields
    from handful.spec.references import BIBLIOGRAPHY

    page = console()
    page.print(f"{cls.model_fields['kind'].default}: {cls.meaning}\n", style="bold")
    rows = table("Field", "What may be written", "Default", "Meaning")
    for row in describe_fields(cls):
        rows.add_row(row.name, row.type, row.default, row.meaning)
    page.print(rows)
    stresses = getattr(cls, "fragile_to", ())
    if stresses:
        page.print("\nFragile to", style="bold")
        for stress in stresses:
            page.print(f"- {stress.name}: {stress.why}")
    papers = BIBLIOGRAPHY.cited(cls.references)
    if papers:
        page.print("\nPapers", style="bold")
        for paper in papers:
            page.print(f"- {paper}")
