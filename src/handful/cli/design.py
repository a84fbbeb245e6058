"""`handful design`: one design's numbers at once, without a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from handful.participants.endpoint import Endpoint
    from handful.select.assess import Assessment
    from handful.select.assurance import Assurance
    from handful.select.size import SizeFound
    from handful.spec.registry import Registry


def design(
    family: Annotated[
        str, typer.Argument(help="Kind of design; `handful families` lists them.", metavar="FAMILY")
    ],
    fields: Annotated[
        list[str] | None,
        typer.Argument(
            help="Fields of the family, the scenario or the endpoint, such as participants=30 or recruitment.rate=2.",
            metavar="[FIELD=VALUE]...",
        ),
    ] = None,
    endpoint: Annotated[
        str, typer.Option(help="Kind of endpoint: binary, continuous, count, time to event or ordinal.")
    ] = "binary",
    untreated: Annotated[
        str | None, typer.Option(help="What untreated people do, such as 20% or '{mean: -0.5, sd: 6}'.")
    ] = None,
    treated: Annotated[str | None, typer.Option(help="What treated people do, such as 60%.")] = None,
    effect: Annotated[
        str | None, typer.Option(help="The effect of treatment, where the scenario has this field.")
    ] = None,
    alpha: Annotated[
        str, typer.Option(help="One-sided level, such as 2.5%, where the design has none of its own.")
    ] = "2.5%",
    power: Annotated[
        str | None,
        typer.Option(help="Power wanted, such as 80%: searches the smallest size that reaches it."),
    ] = None,
    give_or_take: Annotated[
        float | None,
        typer.Option(
            min=0,
            help="Standard deviation of what is believed of the benefit (of its logarithm, for ratios): also prints the "
            "assurance, the power averaged over it.",
        ),
    ] = None,
    trials: Annotated[
        int, typer.Option(min=1, max=10**9, help="Simulated trials where there is no exact answer.")
    ] = 10_000,
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Seed of the simulation.")] = 1,
) -> None:
    """Print one design's numbers at once, without a file.

    Its rule in words, its boundaries, type I error, power, stopping probabilities, bias and coverage.

    For example: handful design simon benchmark=20% target=40%

    or: handful design "single arm" benchmark=20% participants=20 --treated 60% --power 80%
    """
    from handful.cli.failure import UserError
    from handful.cli.terminal import console
    from handful.designs.registry import families
    from handful.scenarios.registry import scenario_kinds
    from handful.select.one_design import START_OF_SEARCH, answered
    from handful.study.fields import from_fields

    said = {"scenario.untreated": untreated, "scenario.treated": treated, "scenario.effect": effect}
    written = [*(fields or []), *(f"{name}={value}" for name, value in said.items() if value is not None)]
    usual = None if power is None else {"participants": START_OF_SEARCH}
    single = from_fields(_kind(families, family), _kind(scenario_kinds, endpoint), written, usual=usual)
    try:
        found, told, assured = answered(
            single, alpha=alpha, power=power, give_or_take=give_or_take, trials=trials, seed=seed
        )
    except ValueError as refused:
        raise UserError(str(refused)) from None
    page = console()
    if found is not None:
        _print_size(page, found)
    _print_rule(page, told)
    _print_figures(page, told, assured, single.endpoint)


def _kind(registry: Registry[Any], words: str) -> str:
    """A kind by its words."""
    from handful.select.finding import find_kind

    kind: str = find_kind(registry, words).model_fields["kind"].default
    return kind


def _print_size(page: Console, found: SizeFound) -> None:
    """The size that was searched."""
    from handful.cli.terminal import in_line

    people = "" if found.counted == "participants" else f" (with {found.participants} participants)"
    page.print(f"{found.size} {found.counted}{people} reach a power of {in_line(found.power, percent=True)}.")
    if found.holds_from != found.size:
        there = in_line(found.power_there, percent=True)
        page.print(
            f"Some larger sizes fall short of it again; from {found.holds_from} on ({there}) every size does, of all that "
            f"were tried up to {found.searched[1]}."
        )
    page.print()


def _print_rule(page: Console, told: Assessment) -> None:
    """The rule in words, and the planned looks."""
    from handful.analyses.scales import natural_statistic
    from handful.cli.terminal import in_line, table

    for sentence in told.rule:
        page.print(sentence)
    page.print()
    name, sign = natural_statistic(told.statistic)
    high, low = ("at least", "at most") if sign > 0 else ("at most", "at least")
    harmful = any(look.harm is not None for look in told.looks)
    limits = [f"Claim: {name} {high}", f"Futility: {low}", *([f"Harm: {low}"] if harmful else [])]
    stops = ["Stops with a claim", "Stops without", *(["Of these for harm"] if harmful else [])]
    rows = table("Look", "At", *limits, *stops)
    for number, look in enumerate(told.looks, start=1):
        thresholds = [look.success_at_least, look.futility_at_most, look.harm_at_most][: len(limits)]
        if not any(limit is not None for limit in thresholds) and number < len(told.looks):
            continue  # nothing can be decided there
        reached = [_limit(sign, limit) for limit in thresholds]
        if look.futility_at_least is not None:
            reached[1] = f"{_limit(sign, look.futility_at_least)} to {reached[1]}"
        ends = [look.success, look.failure, *([look.harm] if look.harm is not None else [])]
        rows.add_row(
            str(number), str(look.planned), *reached, *(in_line(end, percent=True, digits=2) for end in ends)
        )
    page.print(rows)
    page.print()


def _limit(sign: float, threshold: float | None) -> str:
    """A threshold as it is printed."""
    return "-" if threshold is None else f"{sign * threshold + 0.0:.6g}"


def _print_figures(page: Console, told: Assessment, assured: Assurance | None, endpoint: Endpoint) -> None:
    """The operating characteristics, each with where it comes from."""
    from handful.cli.terminal import in_line, table
    from handful.select.words import benefit_words

    rows = table("", "", "")
    rows.show_header = False
    worst = told.type_one.worst
    if worst is not None:
        where = ", ".join(part for part in (told.type_one.at, told.type_one.remark) if part)
        rows.add_row("Type I error", in_line(worst, percent=True), where)
    rows.add_row("Power", in_line(told.success, percent=True), f"with {benefit_words(told.truth, endpoint)}")
    if told.nominal is not None:
        rows.add_row(
            "Power in theory", in_line(told.nominal, percent=True), "as the normal approximation promises"
        )
    if assured is not None:
        around = f"averaged over benefits with a standard deviation of {assured.sd:g} around that"
        rows.add_row("Assurance", in_line(assured.success, percent=True), around)
    rows.add_row(
        "Participants analysed",
        in_line(told.analysed, percent=False, digits=2),
        f"at most {told.participants}",
    )
    rows.add_row("Bias of the estimate", in_line(told.bias, percent=False, digits=5), "")
    rows.add_row("Root mean squared error", in_line(told.rmse, percent=False, digits=5), "")
    rows.add_row("Coverage of the interval", in_line(told.coverage, percent=True), "")
    page.print(rows)
