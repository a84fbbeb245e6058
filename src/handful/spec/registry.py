"""Registries of spec classes by `kind`: how a scenario, an analysis or a family of designs becomes known."""

import importlib
import warnings
from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from importlib.metadata import entry_points
from operator import or_
from typing import Annotated, Any, Generic, TypeVar

from pydantic import Field

from handful.spec.base import Spec
from handful.spec.messages import clean, one_of
from handful.spec.shape import kinds_of

SpecType = TypeVar("SpecType", bound=Spec)
Registered = TypeVar("Registered", bound=Spec)


class UnknownKind(LookupError):
    """Nothing of this kind is registered; the message lists what is, and what was probably meant."""


class Registry(Generic[SpecType]):
    """Spec classes by their `kind`: those that come with handful, and those of other packages.

    A class to be registered has a field `kind: Literal["..."]` with this value as its default, a class
    variable `meaning` (one line in plain words) and a class variable `references` (a tuple of citations, or
    of keys of `handful.spec.references.BIBLIOGRAPHY`). The modules that register classes are imported when
    the registry is first asked, not before.

    Args:
        base: The class that every registered class derives from.
        noun: What is registered, in the singular, for messages: "design", "scenario".
        modules: Modules of handful whose import registers classes.
        group: Entry-point group under which other packages name a module or class to import; None for no such
            group.

    Example:
        >>> from typing import ClassVar, Literal
        >>> shapes = Registry(Spec, "shape")
        >>> @shapes.register
        ... class Flat(Spec):
        ...     meaning: ClassVar[str] = "the same at all times"
        ...     references: ClassVar[tuple[str, ...]] = ()
        ...     kind: Literal["flat"] = "flat"
        >>> shapes.kinds(), shapes.get("flat").meaning
        (('flat',), 'the same at all times')
    """

    def __init__(
        self, base: type[SpecType], noun: str, *, modules: Sequence[str] = (), group: str | None = None
    ) -> None:
        self._base = base
        self._noun = noun
        self._modules = tuple(modules)
        self._group = group
        self._classes: dict[str, type[SpecType]] = {}
        self._loaded = False
        self._loading = False

    def register(self, cls: type[Registered]) -> type[Registered]:
        """Make a class known; used as a decorator.

        Args:
            cls: The class.

        Returns:
            The same class.

        Raises:
            TypeError: When the class lacks something that a registered class must have.
            ValueError: When another class has the same kind.

        Example:
            >>> Registry(Spec, "shape").register(Spec)
            Traceback (most recent call last):
            TypeError: Spec cannot be a shape: it needs a field kind: Literal["..."] with that value as
                default
        """
        problem = self._lack_of(cls)
        if problem:
            raise TypeError(f"{cls.__name__} cannot be a {self._noun}: it needs {problem}")
        kind = kinds_of(cls)[0]
        known = self._classes.get(kind)
        if known is not None and (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):
            raise ValueError(f'the {self._noun} "{kind}" is already {known.__module__}.{known.__qualname__}')
        if issubclass(cls, self._base):
            self._classes[kind] = cls
        return cls

    def kinds(self) -> tuple[str, ...]:
        """Give all kinds in the order of registration: handful's own first."""
        self._load()
        return tuple(self._classes)

    def get(self, kind: str) -> type[SpecType]:
        """Give the class of a kind.

        Args:
            kind: As written in a study file.

        Returns:
            The class.

        Raises:
            UnknownKind: When there is none, with what was probably meant.
        """
        self._load()
        if kind in self._classes:
            return self._classes[kind]
        raise UnknownKind(
            f'found the {self._noun} "{clean(str(kind))}", wanted {one_of(self._classes, kind)}'
        )

    def union(self) -> Any:
        """Give the type of a field that may hold any registered class, told apart by `kind`.

        Returns:
            An `Annotated` union for pydantic; the class itself when there is only one.

        Raises:
            UnknownKind: When nothing is registered.
        """
        self._load()
        classes = tuple(self._classes.values())
        if not classes:
            raise UnknownKind(f"no {self._noun} is registered")
        if len(classes) == 1:
            return classes[0]
        return Annotated[reduce(or_, classes), Field(discriminator="kind")]

    def __iter__(self) -> Iterator[type[SpecType]]:
        self._load()
        return iter(tuple(self._classes.values()))

    def _lack_of(self, cls: type[Any]) -> str | None:
        """Say what a class lacks to be registered."""
        field = cls.model_fields.get("kind") if issubclass(cls, self._base) else None
        if not issubclass(cls, self._base):
            return f"{self._base.__name__} as its base"
        if field is None or len(kinds_of(cls)) != 1 or field.default != kinds_of(cls)[0]:
            return 'a field kind: Literal["..."] with that value as default'
        meaning = getattr(cls, "meaning", None)
        if not isinstance(meaning, str) or not meaning.strip() or "\n" in meaning:
            return "a class variable meaning: one line in plain words"
        references = getattr(cls, "references", None)
        if not isinstance(references, tuple) or not all(isinstance(item, str) for item in references):
            return "a class variable references: a tuple of citations"
        return None

    def _load(self) -> None:
        """Import what registers classes, once; a broken package of others is reported and left out."""
        if self._loaded or self._loading:
            return
        self._loading = True
        try:
            for module in self._modules:
                importlib.import_module(module)
            for point in entry_points(group=self._group) if self._group else ():
                load_or_warn(point.load, f"{self._noun} {point.name} ({point.value})", self._take)
            self._loaded = True
        finally:
            self._loading = False

    def _take(self, found: object) -> None:
        """Register what an entry point gave: a class, or a module that has registered its classes itself."""
        if isinstance(found, type):
            self.register(found)


def load_or_warn(load: Callable[[], object], what: str, take: Callable[[object], None]) -> None:
    """Load something that another package brings, or warn and go on without it.

    Args:
        load: Imports and returns it.
        what: What it is, for the warning.
        take: Receives it.

    Example:
        >>> load_or_warn(lambda: 3, "a number", print)
        3
    """
    try:
        take(load())
    except Exception as error:  # whatever another package does wrong must not stop this one
        warnings.warn(f"left out the {what}: {type(error).__name__}: {error}", UserWarning, stacklevel=2)
