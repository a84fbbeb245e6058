"""The verification pack runs, its verdicts can fail, and every case puts its design where a claim can be false."""

import pytest

from handful.designs.registry import families
from handful.engine.truth import Truth
from verification.__main__ import main
from verification.case import Case
from verification.designs import CASES
from verification.verdicts import Verdict


def verdict(value: float, error: float, relation: str, limit: float | None) -> bool | None:
    return Verdict("", "", "", "", value, error, relation, limit).holds  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "error", "relation", "limit", "holds"),
    [
        (0.0251, 0.0001, "at most", 0.025, True),
        (0.0255, 0.0001, "at most", 0.025, False),
        (0.0255, 0.0, "at most", 0.025, False),
        (0.9, 0.01, "at least", 0.95, False),
        (0.93, 0.01, "at least", 0.95, True),
        (0.5, 0.01, "equal to", 0.55, False),
        (-0.3, 0.01, "within", 0.2, False),
        (-0.23, 0.01, "within", 0.2, True),
        (0.5, 0.01, "reported", None, None),
    ],
)
def test_a_verdict_is_kept_within_four_standard_errors_and_no_further(
    value: float, error: float, relation: str, limit: float | None, holds: bool | None
) -> None:
    assert verdict(value, error, relation, limit) is holds


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_case_has_a_claim_that_would_be_false_and_one_that_would_be_true(case: Case) -> None:
    plan = case.plan
    assert case.nulls
    assert case.hoped
    assert all(any(Truth.of(plan, case.scenario(fields)).nulls) for fields in case.nulls.values())
    assert all(not all(Truth.of(plan, case.scenario(fields)).nulls) for fields in case.hoped.values())


def test_the_report_is_written_and_a_broken_requirement_ends_with_one(tmp_path, monkeypatch, capsys) -> None:  # type: ignore[no-untyped-def]
    import verification.__main__ as pack
    from verification.verdicts import Study

    good = Verdict("R", "a design", "no effect", "false claims", 0.02, 0.001, "at most", 0.025)
    bad = Verdict("R", "a design", "no effect", "false claims", 0.05, 0.001, "at most", 0.025)
    for told, code in ((good, 0), (bad, 1)):
        monkeypatch.setattr(
            pack, "STUDIES", (Study("one", "One figure.", lambda *_, told=told: iter([told])),)
        )
        assert main(["one", "--trials", "10", "--out", str(tmp_path / "report.md")]) == code
    assert "NOT KEPT" in (tmp_path / "report.md").read_text()
    with pytest.raises(SystemExit):
        main(["another"])
    assert "studies are called" in capsys.readouterr().err


def test_every_family_is_under_verification() -> None:
    assert {case.design["kind"] for case in CASES} == set(families.kinds())
