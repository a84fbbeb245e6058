"""`handful design`: the published numbers of known designs, without a file."""

from __future__ import annotations

import pytest


def test_simons_optimal_design_of_his_table(run):
    # Simon 1989, table 1: p0 0.2, p1 0.4, alpha 0.05, power 0.8: 3/13 and 12/43.
    result = run("design", "simon", "benchmark=20%", "target=40%", "--alpha", "0.05")
    assert result.exit_code == 0
    told = " ".join(result.stdout.split())
    assert "In the first stage 13 participants are treated." in told
    assert "If at most 3 of them respond" in told
    assert "goes on to 43 participants, and benefit is claimed if more than 12" in told
    assert "exact" in told


def test_the_smallest_size_names_the_saw_tooth(run):
    result = run(
        "design",
        "single-arm",
        "benchmark=20%",
        "participants=20",
        "--treated",
        "40%",
        "--alpha",
        ".05",
        "--power",
        "80%",
    )
    told = " ".join(result.stdout.split())
    assert "35 participants reach a power of 80.483% exact." in told
    assert "from 38 on" in told
    assert "35 participants are enrolled" in told


def test_a_continuous_endpoint_is_simulated_and_says_so(run):
    fields = ("participants=24", "analysis=t test", "--untreated", "{mean: 0, sd: 6}", "--effect", "8")
    result = run("design", "randomised", *fields, "--endpoint", "continuous", "--trials", "500")
    assert result.exit_code == 0
    assert "simulated" in result.stdout
    assert "±" in result.stdout


def test_fields_reach_inside_groups(run):
    fields = (
        "participants=16",
        "benchmark=0.2",
        "treated=0.6",
        "recruitment.dropout=0.1 per year",
        "known-after=12 months",
    )
    result = run("design", "single arm", *fields)
    assert result.exit_code == 0
    plain = run("design", "single arm", "participants=16", "benchmark=0.2", "treated=0.6")
    assert result.stdout != plain.stdout  # those who are lost count as failures


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("simn",), 'did you mean "simon"?'),
        (("simon", "benchmark=20%"), "target"),
        (("simon", "benchmrk=20%"), 'did you mean "benchmark"?'),
        (("simon", "benchmark"), "a field such as participants=30"),
        (("simon", "benchmark=40%", "target=20%"), "must be above the benchmark"),
        (("simon", "benchmark=[", "target=20%"), "benchmark: found"),
        (("randomised", "participants=20"), "untreated"),
        (("randomised", "participants=20", "--endpoint", "binry"), 'did you mean "binary"?'),
        (
            ("single arm", "participants=20", "benchmark=20%", "treated=60%", "--power", "180%"),
            "a power such as 80%",
        ),
        (
            ("single arm", "participants=20", "benchmark=20%", "treated=20%", "--power", "80%"),
            "no size up to",
        ),
        (
            (
                "within participant",
                "participants=9",
                "--endpoint",
                "time to event",
                "untreated.median=9",
                "hazard_ratio=1",
            ),
            "serve",
        ),
    ],
)
def test_what_is_wrong_is_said_in_words(run, arguments, said):
    result = run("design", *arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.stderr


def test_a_level_may_be_a_percentage(run):
    plain = run("design", "simon", "benchmark=20%", "target=40%", "--alpha", "0.05")
    percent = run("design", "simon", "benchmark=20%", "target=40%", "--alpha", "5%")
    assert plain.exit_code == percent.exit_code == 0
    assert plain.stdout == percent.stdout


@pytest.mark.parametrize("level", ["60%", "0", "much", "0.5"])
def test_a_level_that_is_none_is_refused(run, level):
    result = run("design", "simon", "benchmark=20%", "target=40%", "--alpha", level)
    assert result.exit_code == 2
    assert "alpha: found" in result.stderr


def test_a_size_is_searched_without_one_to_start_from(run):
    started = run(
        "design", "randomised", "participants=30", "--untreated", "20%", "--treated", "80%", "--power", "80%"
    )
    bare = run("design", "randomised", "--untreated", "20%", "--treated", "80%", "--power", "80%")
    assert bare.exit_code == 0
    assert bare.stdout.splitlines()[0] == started.stdout.splitlines()[0]


def test_the_assurance_is_the_power_of_whoever_is_not_sure(run):
    fields = ("randomised", "participants=48", "--untreated", "20%", "--treated", "60%")
    told = " ".join(run("design", *fields, "--give-or-take", "0.15").stdout.split())
    assert (
        "Assurance 74.066% numeric averaged over benefits with a standard deviation of 0.15 around that"
        in told
    )
    assert "Assurance" not in run("design", *fields).stdout
    assert run("design", *fields, "--give-or-take", "0").exit_code != 0


TWO_SIDED = ("group sequential", "participants=48", "analysis=z pooled", "futility={spending: pocock}")
HARMFUL = ("--untreated", "40%", "--treated", "20%")


def test_a_boundary_for_harm_is_a_column_where_there_is_one(run):
    both = " ".join(run("design", *TWO_SIDED, "sided=2", *HARMFUL).stdout.split())
    assert "Harm: at" in both
    assert "harm" in both.split("Look At", 1)[1]
    # Of the 52.32% that end the last look without a claim, those at or below -1.969.
    assert "48 1.9686 - -1.9686 0.02% exact 52.32% exact 27.03% exact" in both
    assert "-0.991029 to" in both
    one = " ".join(run("design", *TWO_SIDED, *HARMFUL).stdout.split())
    assert "arm:" not in one.split("Look At", 1)[1]
    assert "for harm" not in one
