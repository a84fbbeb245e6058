"""The race of a search: its variants on the people of a study, in every scenario that counts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence, Set
from concurrent.futures import Executor
from dataclasses import dataclass, field

from handful.engine import exact
from handful.select.bench import Bench
from handful.select.optimise.estimate import Standing
from handful.select.optimise.race import Race, race, schedule
from handful.select.optimise.sample import Sample, Sampler, Subject
from handful.select.optimise.variants import Space
from handful.select.optimise.yardstick import BOUNDARY, Yardstick
from handful.select.runs import Progress
from handful.store.shelf import Shelf

MOST_TRIALS = 20_000
"""Trials after which a race ends: differences that they cannot show are not worth a search."""
_OTHER_PEOPLE = 2**62


def race_seed(seed: int) -> int:
    """The seed of the people on whom designs race: others than those by which the winner is judged."""
    return seed ^ _OTHER_PEOPLE


@dataclass
class Contest:
    """Looks at the variants of a space as a race asks for it; variants are named by their number.

    Attributes:
        bench: The study.
        space: The variants.
        shelf: Where what was seen is kept.
        executor: Threads.
        told: Told what is being done.
    """

    bench: Bench
    space: Space
    shelf: Shelf | None
    executor: Executor | None
    told: Progress
    _subjects: dict[int, dict[str, Subject]] = field(default_factory=dict)
    _samples: dict[int, dict[str, Sample]] = field(default_factory=dict)
    _sound: dict[int, bool] = field(default_factory=dict)
    _unfit: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        study = self.bench.study
        self.yardstick = Yardstick(self.bench)
        self._sampler = Sampler(race_seed(study.compute.seed), self.shelf)

    @property
    def unfit(self) -> Sequence[str]:
        """Why variants could not be conducted."""
        return tuple(self._unfit.values())

    @property
    def enumerated(self) -> int:
        """Variants of which everything is known by enumeration."""
        known = [not any(s.trials for s in samples.values()) for samples in self._samples.values()]
        return sum(known)

    def look(self, numbers: Sequence[int], trials: int) -> Iterator[Standing | None]:
        """How variants stand when so many trials are seen."""

        def one(number: int) -> Standing | None:
            return self._look(number, trials)

        results = map(one, numbers) if self.executor is None else self.executor.map(one, numbers)
        for done, standing in enumerate(results):
            self.told(done, len(numbers), f"{len(numbers)} designs on up to {trials:,} trials")
            yield standing

    def _look(self, number: int, trials: int) -> Standing | None:
        """How one variant stands."""
        had = self._samples.get(number, {})
        try:
            samples = {
                scenario: self._sampler.more(subject, trials, had.get(scenario))
                for scenario, subject in self._subjects_of(number).items()
            }
        except ValueError as error:
            self._unfit[number] = str(error)
            return None
        self._samples[number] = samples
        seen = {scenario: sample.upto(trials) for scenario, sample in samples.items()}
        return self.yardstick.standing(self.space.variants[number].plan, seen)

    def _subjects_of(self, number: int) -> dict[str, Subject]:
        """A variant in every scenario in which it must be looked at."""
        if number not in self._subjects:
            study, variant = self.bench.study, self.space.variants[number]
            self._subjects[number] = {
                name: Subject(
                    study.question,
                    variant.design,
                    variant.plan,
                    self.bench.null_for(variant.plan) if name == BOUNDARY else study.scenario(name),
                )
                for name in self.yardstick.scenarios(variant.plan)
            }
        return self._subjects[number]

    def sound(self, number: int) -> bool:
        """Whether the type I error over the boundary of the null is kept, where it can be enumerated."""
        if number not in self._sound:
            self._sound[number] = self._keeps_level(number)
        return self._sound[number]

    def _keeps_level(self, number: int) -> bool:
        """The same, by enumeration."""
        lattice = exact.lattice_of(self.space.variants[number].plan)
        if lattice is None:
            return True
        plan = self.space.variants[number].plan
        subject = self._subjects_of(number)[self.bench.study.hoped_for]

        def worst() -> bytes:
            return json.dumps(exact.worst_type_one_error(plan, lattice)[0]).encode()

        found = self._sampler.kept(subject, {"what": "type I error"}, worst)
        return bool(json.loads(found) <= self.bench.study.choose.subject_to.type_I_error + 1e-12)

    def race(self, rejected: Set[int]) -> Race[int]:
        """Race the variants that were not rejected; what was seen of them before is not simulated again."""
        entrants = [number for number in range(len(self.space.variants)) if number not in rejected]
        most = min(MOST_TRIALS, self.bench.study.compute.trials)
        return race(entrants, self.look, self.sound, schedule(most))
