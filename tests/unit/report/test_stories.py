"""The example trials: instructive, of the chosen design, and found again every time."""

from __future__ import annotations

from handful.engine.replay import replay
from handful.engine.simulate import Job
from handful.report.stories import choose_stories, kind_of_story
from tests.unit.report.small_study import compared, told


def test_every_kind_that_occurs_is_told_once() -> None:
    _, comparison = compared()
    design = comparison.chosen or comparison.verdicts[0].design
    kinds = [(scenario, story.success, story.finished) for _, scenario, story in told()]
    assert ("hoped for", True, True) in kinds
    assert ("hoped for", False, True) in kinds
    assert ("no effect", True, True) in kinds
    assert {name for name, _, _ in told()} == {design}
    assert len({(scenario, story.trial) for _, scenario, story in told()}) == len(told())


def test_a_design_with_looks_stops_early_in_one_of_them() -> None:
    study, comparison = compared()
    verdicts = sorted(comparison.verdicts, key=lambda v: v.design != "looks")
    changed = comparison.model_copy(
        update={"verdicts": tuple(v.model_copy(update={"chosen": v.design == "looks"}) for v in verdicts)}
    )
    stories = choose_stories(study, changed)
    assert any(len(story.looks) < 2 and story.finished for _, _, story in stories)


def test_stories_are_trials_of_the_comparison() -> None:
    study, _ = compared()
    for design, scenario, story in told():
        job = Job(study.plan(design), study.scenario(scenario), study.compute.seed, study.compute.trials)
        assert replay(job, story.trial) == story


def test_headings_say_what_happened() -> None:
    heads = [kind_of_story(story, len(story.looks)) for _, _, story in told()]
    assert heads[:3] == ["A success", "A failure although the product works", "A false claim"]
