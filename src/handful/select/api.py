"""The few functions of `import handful as hf`: one study, one design, one trial."""

from __future__ import annotations

from concurrent.futures import Executor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from handful.designs.base import Design, Question
from handful.engine import replay as telling
from handful.engine import simulate as engine
from handful.engine.replay import TrialStory
from handful.engine.simulate import Job, worker_threads
from handful.engine.summary import Summary, add
from handful.participants.endpoint import Endpoint
from handful.scenarios.base import Scenario
from handful.select.assess import Assessment, assess
from handful.select.assurance import Assurance, assured
from handful.select.characteristics import Characteristics, simulated_characteristics
from handful.select.compare import compare as compare_designs
from handful.select.figure import Figure
from handful.select.rehearsal import rehearse
from handful.select.results import Comparison
from handful.select.runs import InMemory, Progress, Runner
from handful.select.stored import Stored
from handful.select.tabulation import html_of, table_of
from handful.store.project import Project
from handful.study.model import Study

if TYPE_CHECKING:
    import polars as pl

_SCALARS = ("success", "unfinished", "analysed", "inferior", "bias", "rmse", "coverage")


@dataclass(frozen=True)
class Simulation:
    """One design simulated in one scenario.

    Attributes:
        job: What was simulated.
        summary: Sums over its trials.
        characteristics: Operating characteristics, every figure simulated.
    """

    job: Job
    summary: Summary
    characteristics: Characteristics

    def figures(self) -> dict[str, Figure]:
        """Every figure by its name."""
        told = self.characteristics
        named: dict[str, Figure] = {name: getattr(told, name) for name in _SCALARS}
        named["participants"] = told.participants.mean
        if told.months is not None:
            named["months"] = told.months.mean
        for number, (success, failure) in enumerate(
            zip(told.success_at, told.failure_at, strict=True), start=1
        ):
            named |= {f"success at look {number}": success, f"failure at look {number}": failure}
        named |= {f"harm at look {number}": harm for number, harm in enumerate(told.harm_at, start=1)}
        return named

    def frame(self) -> pl.DataFrame:
        """The figures as a table: figure, value, how it was obtained, Monte Carlo standard error."""
        return table_of(self.figures())

    def _repr_html_(self) -> str:
        """The figures, for notebooks."""
        return html_of(f"{self.summary.trials:,} simulated trials", (), self.frame())


def simulate(
    design: Design,
    scenario: Scenario,
    endpoint: Endpoint,
    *,
    trials: int = 10_000,
    seed: int = 1,
    alpha: float = 0.025,
    power: float = 0.8,
    precision: float | None = None,
    threads: int | None = None,
) -> Simulation:
    """Simulate one design in one scenario, participant by participant.

    Memory does not grow with the number of trials, and the number of threads changes no figure.

    Args:
        design: The design.
        scenario: The truth.
        endpoint: The endpoint.
        trials: Trials to simulate; the most when `precision` is given.
        seed: Seed of all randomness, 0 to 2**63 - 1.
        alpha: One-sided level, where the design has none of its own.
        power: Power, where the design plans its own size with it.
        precision: Monte Carlo standard error of the chance of success at which to stop; None for all trials.
        threads: Threads; as many as there are processors when None.

    Returns:
        The simulation.

    Raises:
        ValueError: When the design cannot answer, in one plain sentence; or when `trials` is below 1.

    Example:
        >>> import handful as hf
        >>> endpoint = hf.Endpoint(name="response", kind="binary")
        >>> scenario = hf.BinaryScenario(untreated=0.2, treated=0.6)
        >>> told = hf.simulate(hf.SingleArm(participants=20, benchmark=0.2), scenario, endpoint, trials=2000, threads=1)
        >>> told.characteristics.success.how
        'simulated'
    """
    if trials < 1:
        raise ValueError(f"at least one trial is needed, not {trials}")
    plan = design.plan(Question(endpoint, alpha, power))
    job = Job.of(plan, scenario, seed, trials, precision)
    with _threads(threads) as executor:
        summary = add(part.summary for part in engine.simulate(job, executor=executor))
    return Simulation(job, summary, simulated_characteristics(plan, scenario, summary))


def characteristics(
    design: Design,
    scenario: Scenario,
    endpoint: Endpoint,
    *,
    alpha: float = 0.025,
    power: float = 0.8,
    trials: int = 10_000,
    seed: int = 1,
    threads: int | None = None,
) -> Assessment:
    """Operating characteristics of one design in one scenario: exact where trials can be enumerated, else simulated.

    Args:
        design: The design.
        scenario: The truth.
        endpoint: The endpoint.
        alpha: One-sided level, where the design has none of its own.
        power: Power, where the design plans its own size with it.
        trials: Trials to simulate where there is no exact answer; 0 to do without simulation.
        seed: Seed of the simulation.
        threads: Threads; as many as there are processors when None.

    Returns:
        Rule, boundaries, type I error at its worst point, power, stopping probabilities, bias and coverage; every figure
        says how it was obtained.

    Raises:
        ValueError: When the design cannot answer, or when `trials` is 0 and only simulation could.

    Example:
        >>> import handful as hf
        >>> endpoint = hf.Endpoint(name="response", kind="binary")
        >>> design = hf.Simon(benchmark=0.1, target=0.3, alpha=0.05)
        >>> print(hf.characteristics(design, hf.BinaryScenario(untreated=0.1, treated=0.3), endpoint).success)
        0.8051 (exact)
    """
    with _threads(threads) as executor:
        question = Question(endpoint, alpha, power)
        return assess(design, scenario, question, trials=trials, seed=seed, executor=executor)


def assurance(
    design: Design,
    scenario: Scenario,
    endpoint: Endpoint,
    sd: float,
    *,
    mean: float | None = None,
    alpha: float = 0.025,
    power: float = 0.8,
    trials: int = 10_000,
    seed: int = 1,
    threads: int | None = None,
) -> Assurance:
    """The chance of success of one design, averaged over what is believed of the benefit.

    Args:
        design: The design.
        scenario: The truth hoped for; all but its benefit is taken as it is.
        endpoint: The endpoint.
        sd: Standard deviation of a normal belief of the benefit, on the scale of the endpoint's measure (a logarithm for
            ratios).
        mean: Its mean; the benefit of the scenario when None.
        alpha: One-sided level, where the design has none of its own.
        power: Power, where the design plans its own size with it.
        trials: Trials to simulate over all benefits together, where there is no exact answer.
        seed: Seed of the simulation.
        threads: Threads; as many as there are processors when None.

    Returns:
        The assurance, with the probability that there is a benefit at all.

    Raises:
        ValueError: When the design cannot answer, or the belief is none.

    Example:
        >>> import handful as hf
        >>> endpoint = hf.Endpoint(name="response", kind="binary")
        >>> hoped = hf.BinaryScenario(untreated=0.2, treated=0.6)
        >>> print(hf.assurance(hf.SingleArm(participants=16, benchmark=0.2), hoped, endpoint, sd=0.15).success)
        0.7507 (numeric)
    """
    with _threads(threads) as executor:
        question = Question(endpoint, alpha, power)
        return assured(design, scenario, question, sd, mean=mean, trials=trials, seed=seed, executor=executor)


def compare(
    study: Study,
    project: Project | Path | str | None = None,
    *,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Put the same participants through every design of a study and choose.

    Args:
        study: The study, from `load` or `loads`.
        project: A project, or its folder, in which the runs are kept and taken up again; None to keep nothing.
        threads: Threads; the study's own number when None. They change no figure.
        progress: Called with (jobs done, jobs in all, what is being done).

    Returns:
        The comparison.

    Raises:
        handful.SpecError: When a design cannot be conducted in a scenario.
        handful.StoreError: When the project cannot be used.

    Example:
        >>> import handful as hf
        >>> study = hf.loads('''
        ... title: A first study
        ... population: {prevalence: 900}
        ... endpoint: {name: response, kind: binary}
        ... scenarios:
        ...   nothing: {untreated: 20%, effect: 0}
        ...   hoped for: {base: nothing, effect: 0.5}
        ... designs:
        ...   single arm: {kind: single arm, participants: 16, benchmark: 20%}
        ... compute: {trials: 500}
        ... ''')
        >>> hf.compare(study).chosen
        'single arm'
    """
    rehearse(study)
    with _threads(threads or study.compute.threads) as executor:
        if project is None:
            return compare_designs(study, InMemory(executor), progress)
        opened = nullcontext(project) if isinstance(project, Project) else Project(project)
        with opened as kept:
            kept.keep_study(_text_of(study), study.digest())
            runner: Runner = Stored(kept, study, executor)
            return compare_designs(study, runner, progress)


def replay(
    design: Design,
    scenario: Scenario,
    endpoint: Endpoint,
    trial: int,
    *,
    seed: int = 1,
    alpha: float = 0.025,
    power: float = 0.8,
) -> TrialStory:
    """One simulated trial, participant by participant and look by look, in a time that does not depend on its number.

    Args:
        design: The design.
        scenario: The truth.
        endpoint: The endpoint.
        trial: Number of the trial, from 0.
        seed: Seed of all randomness.
        alpha: One-sided level, where the design has none of its own.
        power: Power, where the design plans its own size with it.

    Returns:
        The story of the trial that `simulate` with the same seed has under this number.

    Raises:
        ValueError: When the design cannot answer, or the number is negative.

    Example:
        >>> import handful as hf
        >>> endpoint = hf.Endpoint(name="response", kind="binary")
        >>> scenario = hf.BinaryScenario(untreated=0.2, treated=0.6)
        >>> len(hf.replay(hf.SingleArm(participants=20, benchmark=0.2), scenario, endpoint, trial=48213).participants)
        20
    """
    plan = design.plan(Question(endpoint, alpha, power))
    return telling.replay(Job(plan, scenario, seed, trial + 1), trial)


def _threads(number: int | None) -> AbstractContextManager[Executor | None]:
    """Threads that are closed when done with; nothing when one is enough."""
    return worker_threads(number) or nullcontext()


def _text_of(study: Study) -> str:
    """A study as a file that says the same."""
    import json

    return json.dumps(study.canonical(), indent=1, ensure_ascii=False) + "\n"
