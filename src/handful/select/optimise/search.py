"""The search: every variant of the designs in a race, the winner judged anew, and the trade-off that was found on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor

from handful.scenarios.draws import kept
from handful.select.bench import Bench
from handful.select.compare import provenance
from handful.select.optimise.answer import answer
from handful.select.optimise.contest import Contest, race_seed
from handful.select.optimise.judge import Judge
from handful.select.optimise.paste import paste
from handful.select.optimise.race import LOST, ranked
from handful.select.optimise.results import Judged, Optimisation, RoundTold, Searched
from handful.select.optimise.sample import Sampler
from handful.select.optimise.tradeoff import front, merit, pareto
from handful.select.optimise.variants import Variant, at_the_end, space_of
from handful.select.runs import InMemory, Progress, Runner
from handful.store.shelf import Shelf
from handful.study.model import Study
from handful.study.searched import Over

TRIES = 5
"""Designs that are judged by new trials, one after the other, until one keeps every constraint."""


def search(
    study: Study,
    searched: Mapping[str, Over],
    *,
    runner: Callable[[Study], Runner] | None = None,
    shelf: Shelf | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Optimisation:
    """Search the variants of some designs for the best by the study's utility under its constraints.

    Designs that can be enumerated are judged exactly. The others race: all see the same simulated trials, twice as many in
    each round, and a design leaves when it is behind the leader or breaks a constraint beyond doubt. The best is then judged
    by trials that had no part in choosing it, those that `compare` would make; so are the designs of the trade-off curve.

    Args:
        study: The study.
        searched: For each design that is searched the fields with their values; the usual ones of its family where there are
            none.
        runner: Gives who runs the last, full runs of a study with the designs that they are of; in memory when None.
        shelf: Where the race is kept, so that it can be taken up; None to keep nothing.
        executor: Threads.
        progress: Told what is being done.

    Returns:
        What was found; the same whatever the runner, the shelf and the threads.

    Raises:
        handful.spec.SpecError: When there are too many combinations, or none that can be planned.
    """
    told = progress or (lambda done, total, label: None)
    with kept():
        space = space_of(study, searched, told)
        contest = Contest(Bench.of(study, InMemory()), space, shelf, executor, told)
        return _concluded(contest, runner or (lambda study: InMemory(executor)))


def _concluded(contest: Contest, runner: Callable[[Study], Runner]) -> Optimisation:
    """Race, judge the winner by new trials, race again without it if it will not do; then judge the trade-off."""
    study, space, told = contest.bench.study, contest.space, contest.told
    written = {name: Variant(name, (), study.design(name), study.plan(name)) for name in space.over}
    judged: dict[str, Judged] = {}

    def figures(variants: Sequence[Variant]) -> list[Judged]:
        judge = _judge(study, variants, contest, runner)
        for done, variant in enumerate(variants):
            told(done, len(variants), f"{variant.name} on new trials")
            if variant.name not in judged:
                judged[variant.name] = judge.judge(variant.name, variant)
        return [judged[variant.name] for variant in variants]

    rejected: dict[int, Judged] = {}
    chosen, winner = None, None
    first = outcome = contest.race(rejected.keys())
    while winner is None and len(rejected) < TRIES:
        order = [number for number in ranked(outcome) if contest.sound(number)]
        if not order:
            break
        (best,) = figures([space.variants[order[0]]])
        if best.kept:
            chosen, winner = best, space.variants[order[0]]
        else:
            rejected[order[0]] = best
            outcome = contest.race(rejected.keys())
    curve = front({**first.standings, **outcome.standings}, study.choose.best, contest.sound)
    declared = figures(list(written.values()))
    points = figures([space.variants[number] for number in curve])
    judge = _judge(study, [*written.values()], contest, runner)
    found = Optimisation(
        title=study.title,
        hoped_for=study.hoped_for,
        best=study.choose.best,
        searched=tuple(Searched(design=name, fields=dict(fields)) for name, fields in space.over.items()),
        combinations=space.combinations,
        variants=len(space.variants),
        refused={**space.refused, **{why: contest.unfit.count(why) for why in contest.unfit}},
        unfilled=space.unfilled,
        alike=space.alike,
        enumerated=contest.enumerated,
        rounds=tuple(
            RoundTold(trials=r.trials, entered=r.entered, broke=r.broke, behind=r.behind)
            for r in outcome.rounds
        ),
        strictness=outcome.z,
        lost=LOST,
        chosen=chosen,
        gain=None if winner is None else judge.gain(winner, written[winner.origin]),
        at_the_end=() if winner is None else tuple(at_the_end(winner, space.over[winner.origin])),
        passed_over=tuple(rejected.values()),
        declared=tuple(declared),
        curve=_curve(points, chosen, study.choose.best),
        paste="" if winner is None else paste(f"{winner.origin}, optimised", winner.design),
        answer=(),
        race_seed=race_seed(study.compute.seed),
        provenance=provenance(study),
    )
    return found.model_copy(update={"answer": tuple(answer(found))})


def _judge(
    study: Study, variants: Sequence[Variant], contest: Contest, runner: Callable[[Study], Runner]
) -> Judge:
    """Who judges these designs: the study with them in place of its own."""
    whole = study.model_copy(
        update={
            "designs": {variant.name: variant.design for variant in variants},
            "optimise": {},
            "compute": study.compute.replace(rows="none"),
        }
    )
    sampler = Sampler(study.compute.seed, contest.shelf)
    return Judge(Bench.of(whole, runner(whole)), contest.yardstick, sampler)


def _curve(points: list[Judged], chosen: Judged | None, best: str) -> tuple[Judged, ...]:
    """The trade-off by the new figures, with the chosen design on it."""
    named = {told.name: told for told in points if told.participants.value is not None}
    if chosen is not None:
        named[chosen.name] = chosen
    at = {
        name: (
            told.participants.value or 0.0,
            merit(best, told.utility.value or 0.0, told.power.value or 0.0),
        )
        for name, told in named.items()
    }
    kept = {*pareto(at), *([chosen.name] if chosen is not None else [])}
    return tuple(named[name] for name in sorted(kept, key=lambda name: at[name]))
