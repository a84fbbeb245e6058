"""Three hundred broken study files: each ends with exit code 2 and one helpful message, and writes nothing."""

from __future__ import annotations

import copy
import json
import re
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from handful.cli.verbs import app
from handful.spec.yaml import read_yaml_file

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*/study.yaml"))
PLAIN = [read_yaml_file(path)[0] for path in EXAMPLES]
LONGEST_SECONDS = 20
"""No refusal may take longer; the slowest input known within the reader's bounds takes about 5 seconds of a busy machine."""

FREE_NAMES = {("scenarios",), ("designs",), ("endpoint", "estimand", "intercurrent")}
"""Mappings whose names are the user's own, so that another name is no mistake."""

Way = tuple[str | int, ...]
Mutation = Callable[[dict[str, Any], st.DataObject], bytes]


def ways(data: Any, way: Way = ()) -> Iterator[tuple[Way, Any]]:
    """Every value inside plain data with the way to it."""
    if way:
        yield way, data
    inside = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for name, value in inside:
        yield from ways(value, (*way, name))


def put(data: Any, way: Way, value: Any) -> None:
    """Replace a value deep inside plain data."""
    for name in way[:-1]:
        data = data[name]
    data[way[-1]] = value


def written(data: Any) -> bytes:
    """Plain data as YAML (of which JSON is a part)."""
    return json.dumps(data, ensure_ascii=False, indent=1).encode()


def pick(draw: st.DataObject, candidates: list[Any]) -> Any:
    """Draw one of the candidates."""
    return candidates[draw.draw(st.integers(0, len(candidates) - 1))]


def wrong_type(data: dict[str, Any], draw: st.DataObject) -> bytes:
    way, old = pick(draw, list(ways(data)))
    put(data, way, "alien text" if isinstance(old, dict | list) else {"alien": [1, {"deep": True}]})
    return written(data)


def misspelt_field(data: dict[str, Any], draw: st.DataObject) -> bytes:
    places = [way for way, _ in ways(data) if isinstance(way[-1], str) and way[:-1] not in FREE_NAMES]
    way = pick(draw, places)
    parent: Any = data
    for name in way[:-1]:
        parent = parent[name]
    twisted = pick(
        draw, [way[-1] + "s", way[-1].replace("e", "3") + "x", "un" + way[-1], way[-1][::-1] + "q"]
    )
    parent[twisted] = parent.pop(way[-1])
    return written(data)


def huge_number(data: dict[str, Any], draw: st.DataObject) -> bytes:
    numbers = [way for way, old in ways(data) if isinstance(old, int | float) and not isinstance(old, bool)]
    way = pick(draw, numbers)
    mark = "\u0001mark\u0001"
    put(data, way, mark)
    spelling = pick(draw, ["1e300", "-1e300", "1" + "0" * 400, ".inf", "-.inf", ".nan", "1e400", "9" * 5000])
    return written(data).decode().replace(json.dumps(mark), spelling).encode()


IMPOSSIBLE: list[tuple[str, Any]] = [
    ("population.prevalence", -5),
    ("population.reachable", 1.7),
    ("population.reachable", "170%"),
    ("population.horizon", 0),
    ("population.horizon", "twenty years"),
    ("endpoint.kind", "colour"),
    ("endpoint.known after", -1),
    ("endpoint.known after", "20%"),
    ("endpoint.better", "sideways"),
    ("recruitment.rate", -2),
    ("recruitment.dropout", "120% per year"),
    ("product.manufacturing failure", 1.01),
    ("compute.trials", 0),
    ("compute.trials", 2.5),
    ("compute.seed", -1),
    ("compute.precision", 0),
    ("compute.threads", 0),
    ("choose.best", "luck"),
    ("choose.burden", -1),
    ("choose.subject to.type I error", 0.7),
    ("choose.subject to.power", {"nobody knows this scenario": 0.8}),
    ("choose.subject to.withstand", {"bad weather": 0.1}),
    ("schema", 99),
    ("schema", True),
    ("title", ""),
    ("title", 7),
]


def impossible_value(data: dict[str, Any], draw: st.DataObject) -> bytes:
    where, value = pick(draw, IMPOSSIBLE)
    way = where.split(".")
    parent = data
    for name in way[:-1]:
        parent = parent.setdefault(name, {})
    parent[way[-1]] = value
    return written(data)


def impossible_design(data: dict[str, Any], draw: st.DataObject) -> bytes:
    name = pick(draw, list(data["designs"]))
    data["designs"][name] = pick(
        draw,
        [
            {"kind": "randomised", "participants": 0},
            {"kind": "randomised", "participants": 30, "allocation": "2:0"},
            {"kind": "randomised", "participants": 30, "blocks of": 3},
            {"kind": "randomised", "participants": 30, "analysis": "fischer"},
            {"kind": "randomised", "participants": 10**7},
            {"kind": "group sequential", "participants": 30, "looks": ["60%", "40%"]},
            {"kind": "group sequential", "participants": 30, "looks": ["50%", "90%"]},
            {"kind": "group sequential", "participants": 4, "looks": ["10%", "20%", "30%", "40%", "100%"]},
            {"kind": "group sequential", "participants": 30, "spending": "lavish"},
            {"kind": "simon", "benchmark": 0.5, "target": 0.3},
            {"kind": "simon", "benchmark": 0.2, "target": 0.21},
            {"kind": "bayesian single arm", "participants": 20, "benchmark": 1.2},
            {"kind": "own control", "participants": 12, "analysis": "log-rank"},
            {"kind": "within participant"},
            {"kind": "crystal ball", "participants": 12},
            {"participants": 12},
            {},
            None,
            [],
        ],
    )
    return written(data)


def circle_of_bases(data: dict[str, Any], draw: st.DataObject) -> bytes:
    names = list(data["scenarios"])
    length = draw.draw(st.integers(1, len(names)))
    for position, name in enumerate(names[:length]):
        data["scenarios"][name]["base"] = names[(position + 1) % length]
    return written(data)


def missing_field(data: dict[str, Any], draw: st.DataObject) -> bytes:
    del data[pick(draw, ["title", "population", "endpoint", "scenarios", "designs"])]
    return written(data)


def not_utf8(data: dict[str, Any], draw: st.DataObject) -> bytes:
    text = written(data)
    at = draw.draw(st.integers(0, len(text)))
    return text[:at] + pick(draw, [b"\xff", b"\xc3\x28", b"\xed\xa0\x80", b"\x00", b"\xfe\xff"]) + text[at:]


def broken_yaml(data: dict[str, Any], draw: st.DataObject) -> bytes:
    text = written(data).decode()
    return pick(
        draw,
        [
            text[: len(text) // 2],
            "[" + text,
            text + "\n---\n" + text,
            "title: a\ntitle: b\n",
            "title: a\n\tpopulation: 3\n",
            'title: "never closed\n',
            "&a [*a]",
            "title: !!python/object/apply:os.system [ls]\n",
            "? [1, 2]\n: 3\n",
            "title: {a: b: c}\n",
            "- just\n- a list\n",
            "only words",
            "",
            "%YAML 9.9\n---\ntitle: a\n",
        ],
    ).encode()


def bomb(data: dict[str, Any], draw: st.DataObject) -> bytes:
    depth, width = draw.draw(st.integers(6, 12)), draw.draw(st.integers(6, 12))
    lines = ["l0: &l0 [" + ", ".join(["lol"] * width) + "]"]
    lines += [f"l{n}: &l{n} [" + ", ".join([f"*l{n - 1}"] * width) + "]" for n in range(1, depth)]
    nested = "title: " + "[" * 5000 + "]" * 5000
    return pick(draw, ["\n".join(lines), nested, "title: " + "{a: " * 3000 + "}" * 3000]).encode()


def garbage(data: dict[str, Any], draw: st.DataObject) -> bytes:
    return draw.draw(st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)))


MUTATIONS: list[Mutation] = [
    wrong_type,
    misspelt_field,
    huge_number,
    impossible_value,
    impossible_design,
    circle_of_bases,
    missing_field,
    not_utf8,
    broken_yaml,
    bomb,
    garbage,
]


@contextmanager
def at_most(seconds: int) -> Iterator[None]:
    """Fail when something takes too long."""

    def too_long(*_: object) -> None:
        raise TimeoutError(f"took more than {seconds} seconds")

    before = signal.signal(signal.SIGALRM, too_long)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def refused(content: bytes) -> str:
    """Give a file to `handful compare`, check that it is refused as it should be, and return the message."""
    with tempfile.TemporaryDirectory() as folder:
        study = Path(folder) / "study.yaml"
        study.write_bytes(content)
        with at_most(LONGEST_SECONDS):
            result = CliRunner().invoke(
                app, ["compare", str(study), "--out", f"{folder}/out", "--trials", "10"]
            )
        assert result.exit_code == 2, (result.exit_code, result.output, result.exception)
        assert [path.name for path in Path(folder).iterdir()] == ["study.yaml"]
        assert study.read_bytes() == content
    assert result.stdout == ""
    message = result.stderr
    assert "Traceback" not in message
    assert "pydantic" not in message
    assert "study.yaml" in message
    assert "found" in message
    assert "wanted" in message
    assert len(message) < 6000
    assert re.search(r"[\x00-\x09\x0b-\x1f]", message) is None
    return message


@settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(draw=st.data())
def test_three_hundred_mutated_studies_are_refused_in_words(draw: st.DataObject) -> None:
    mutation = pick(draw, MUTATIONS)
    base = copy.deepcopy(pick(draw, PLAIN))
    refused(mutation(base, draw))


@pytest.mark.parametrize(("where", "value"), IMPOSSIBLE, ids=lambda value: str(value)[:40])
def test_every_impossible_value_is_named_with_its_line(where: str, value: object) -> None:
    data = copy.deepcopy(next(plain for plain in PLAIN if plain["endpoint"]["kind"] == "continuous"))
    way = where.split(".")
    parent = data
    for name in way[:-1]:
        parent = parent.setdefault(name, {})
    parent[way[-1]] = value
    message = refused(written(data))
    assert re.search(r"study\.yaml, line \d+", message)
    assert way[-1] in message


def test_a_study_that_no_machine_would_finish_is_refused() -> None:
    data = copy.deepcopy(next(plain for plain in PLAIN if plain["endpoint"]["kind"] == "binary"))
    data["designs"] = {"vast": {"kind": "randomised", "participants": 99_999}}
    data["compute"] = {"trials": 10**9}
    with tempfile.TemporaryDirectory() as folder:
        study = Path(folder) / "study.yaml"
        study.write_bytes(written(data))
        result = CliRunner().invoke(app, ["compare", str(study), "--out", f"{folder}/out"])
    assert result.exit_code == 2
    assert "compute > trials" in result.stderr


def test_the_check_itself_notices_a_file_that_is_accepted() -> None:
    with pytest.raises(AssertionError):
        refused(written(next(plain for plain in PLAIN if plain["endpoint"]["kind"] == "binary")))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_the_studies_that_are_mutated_are_themselves_accepted(path: Path) -> None:
    result = CliRunner().invoke(app, ["check", str(path)])
    assert result.exit_code == 0, result.output
