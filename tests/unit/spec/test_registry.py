"""Classes become known by kind, those of other packages too, and a broken package stops nobody."""

import sys
import types
from importlib.metadata import EntryPoint
from typing import Any, ClassVar, Literal

import pytest
from pydantic import TypeAdapter

import handful.spec.registry as registry_module
from handful.spec import Field, Spec
from handful.spec.registry import Registry, UnknownKind


class Shape(Spec):
    meaning: ClassVar[str]
    references: ClassVar[tuple[str, ...]] = ()


class Flat(Shape):
    meaning: ClassVar[str] = "the same at all times"
    kind: Literal["flat"] = "flat"


class Rising(Shape):
    meaning: ClassVar[str] = "more with time"
    kind: Literal["rising"] = "rising"
    slope: float = Field(1, description="by how much")


def shapes(**options: Any) -> Registry[Shape]:
    registry = Registry(Shape, "shape", **options)
    registry.register(Flat)
    registry.register(Rising)
    return registry


def test_kinds_and_classes() -> None:
    registry = shapes()
    assert registry.kinds() == ("flat", "rising")
    assert registry.get("rising") is Rising
    assert list(registry) == [Flat, Rising]


def test_an_unknown_kind_names_what_was_meant() -> None:
    with pytest.raises(UnknownKind) as caught:
        shapes().get("risng")
    assert str(caught.value) == 'found the shape "risng", wanted one of rising, flat (did you mean "rising"?)'


def test_the_union_tells_classes_apart_by_kind() -> None:
    adapter = TypeAdapter(shapes().union())
    assert adapter.validate_python({"kind": "rising", "slope": 2}) == Rising(slope=2)
    assert adapter.validate_python(Flat()) == Flat()


def test_the_union_of_one_class_is_the_class() -> None:
    registry = Registry(Shape, "shape")
    registry.register(Flat)
    assert registry.union() is Flat


def test_the_union_of_nothing_is_refused() -> None:
    with pytest.raises(UnknownKind, match="no shape is registered"):
        Registry(Shape, "shape").union()


def test_registering_the_same_class_again_changes_nothing() -> None:
    registry = shapes()
    registry.register(Flat)
    assert registry.kinds() == ("flat", "rising")


class Another(Shape):
    meaning: ClassVar[str] = "another"
    kind: Literal["flat"] = "flat"


class Twofold(Shape):
    meaning: ClassVar[str] = "x"
    kind: Literal["a", "b"] = "a"


class Tagless(Shape):
    meaning: ClassVar[str] = "x"
    kind: Literal["tagless"]


class Silent(Shape):
    kind: Literal["silent"] = "silent"


class Unlisted(Shape):
    meaning: ClassVar[str] = "x"
    references: ClassVar[Any] = "a paper"
    kind: Literal["unlisted"] = "unlisted"


@pytest.mark.parametrize(
    ("cls", "message"),
    [
        (Spec, "Spec cannot be a shape: it needs Shape as its base"),
        (Twofold, "Twofold cannot be a shape: it needs a field kind"),
        (Tagless, "Tagless cannot be a shape: it needs a field kind"),
        (Silent, "Silent cannot be a shape: it needs a class variable meaning: one line in plain words"),
        (Unlisted, "Unlisted cannot be a shape: it needs a class variable references: a tuple of citations"),
    ],
)
def test_what_a_class_must_have(cls: type[Any], message: str) -> None:
    with pytest.raises(TypeError) as caught:
        shapes().register(cls)
    assert str(caught.value).startswith(message)


def test_two_classes_of_one_kind_are_refused() -> None:
    with pytest.raises(ValueError, match='the shape "flat" is already'):
        shapes().register(Another)


def test_modules_and_other_packages_are_loaded_when_first_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    package = types.ModuleType("shapes_of_others")
    vars(package)["Rising"] = Rising
    monkeypatch.setitem(sys.modules, "shapes_of_others", package)
    points = [
        EntryPoint("rising", "shapes_of_others:Rising", "handful.shapes"),
        EntryPoint("broken", "no_such_package:Shape", "handful.shapes"),
    ]
    monkeypatch.setattr(registry_module, "entry_points", lambda *, group: points)
    registry = Registry(Shape, "shape", group="handful.shapes")
    registry.register(Flat)
    with pytest.warns(
        UserWarning, match=r"left out the shape broken \(no_such_package:Shape\): ModuleNotFoundError"
    ):
        assert registry.kinds() == ("flat", "rising")
    assert registry.kinds() == ("flat", "rising")


def test_a_missing_module_of_our_own_is_an_error() -> None:
    with pytest.raises(ModuleNotFoundError):
        shapes(modules=["handful.no_such_module"]).kinds()
