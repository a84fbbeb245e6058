"""The base of every spec: frozen, strict, named with spaces, with one canonical form."""

import math
import subprocess
import sys
from typing import Any, Literal

import pytest
from pydantic import ValidationError

from handful.spec import Duration, Field, Probability, Spec


class Inner(Spec):
    sd: float = Field(1.0, description="standard deviation")


class Outer(Spec):
    kind: Literal["outer"] = "outer"
    known_after: Duration = Field(12, description="months")
    lambda_: float = Field(0, description="a keyword of Python")
    share: Probability | None = Field(None, description="a share")
    inner: Inner = Field(Inner(), description="a spec inside")
    names: dict[str, tuple[float, ...]] = Field({}, description="named lists")


def test_names_with_spaces_and_with_underscores_mean_the_same() -> None:
    spaced = Outer.model_validate({"known after": 3, "lambda": 2})
    assert spaced == Outer(known_after=3, lambda_=2)
    assert spaced.canonical()["known after"] == 3.0
    with pytest.raises(ValidationError, match="Extra inputs"):
        Outer.model_validate({"known after": 3, "known_after": 3})


@pytest.mark.parametrize(
    "change",
    [
        {"lambda": True},
        {"lambda": "1"},
        {"lambda": math.nan},
        {"lambda": math.inf},
        {"lambda": 10**400},
        {"unknown": 1},
    ],
)
def test_what_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Outer.model_validate(change)


def test_a_spec_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Outer().lambda_ = 3


def test_lists_become_tuples_at_any_depth() -> None:
    assert Outer.model_validate({"names": {"a": [1, 2]}}).names == {"a": (1.0, 2.0)}


def test_the_digest_depends_on_the_meaning_only() -> None:
    digests = {
        Outer().digest(),
        Outer(known_after=12, lambda_=0.0).digest(),
        Outer(known_after="1 year", lambda_=-0.0, inner=Inner(sd=1)).digest(),
        Outer.model_validate({"inner": {"sd": 1}, "known after": "12 months"}).digest(),
    }
    assert len(digests) == 1
    assert Outer(lambda_=1e-9).digest() not in digests
    assert len(digests.pop()) == 64


def test_the_digest_is_the_same_tomorrow() -> None:
    # SHA-256 of {"sd":1.0}, computed with sha256sum.
    assert Inner().digest() == "8e3e6689f31cc54fece47ee19154eed29726edc41dcc76e5a95b918fa431b1d3"


def test_equal_specs_have_equal_hashes() -> None:
    assert hash(Outer(names={"a": (1,)})) == hash(Outer(names={"a": (1.0,)}))
    assert len({Outer(), Outer(lambda_=-0.0), Outer(lambda_=1)}) == 2


def test_canonical_data_make_the_same_spec() -> None:
    spec = Outer(share="20%", names={"a": (1, 2)})
    assert Outer.model_validate(spec.canonical()) == spec


def test_replace_checks_what_it_is_given() -> None:
    assert Outer().replace(share="5%").share == 0.05
    with pytest.raises(ValidationError):
        Outer().replace(share=5)
    with pytest.raises(ValidationError):
        Outer().replace(no_such_field=5)


def test_a_field_without_a_description_is_refused() -> None:
    with pytest.raises(TypeError, match=r"Nameless\.size needs a description"):

        class Nameless(Spec):
            size: int = 3


def test_importing_is_light() -> None:
    heavy = ("numpy", "ruamel", "numba", "scipy")
    code = f"import sys, handful.spec; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
