"""Templates: the study files of published trials that come with handful, to start from."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType

from handful.spec.messages import clean, one_of
from handful.spec.registry import UnknownKind
from handful.spec.yaml import read_yaml

DEFAULT = "stargardt-rpe"
"""The template that is taken when none is named."""

BY_IDEA = {
    "enrichment": "embark",
    "dose-selection": "xirius",
    "early-stopping": "cherish",
    "fellow-eye": "stargardt-rpe",
    "own-control": "hope-b",
    "paired-wounds": "viital",
    "randomised": "luxturna",
    "response-adaptive": "troxacitabine",
    "several-arms": "mnd-smart",
    "single-arm": "casgevy",
    "time-to-event": "str1ve-survival",
}
"""Templates by the idea that they show best."""


def template_names() -> tuple[str, ...]:
    """Names of the templates, in alphabetical order.

    Example:
        >>> DEFAULT in template_names()
        True
    """
    return tuple(sorted(_by_name()))


@cache
def template_titles() -> Mapping[str, str]:
    """The title of each template's study, by its name.

    Example:
        >>> bool(template_titles()[DEFAULT])
        True
    """
    titles = {name: str(read_yaml(template_text(name))[0].get("title", "")) for name in template_names()}
    return MappingProxyType(titles)


def template_text(name: str) -> str:
    """The text of a template.

    Args:
        name: Its name, or an idea of `BY_IDEA`; underscores and spaces stand for hyphens.

    Returns:
        A study file, comments and all.

    Raises:
        UnknownKind: When there is none of this name, with what was probably meant.

    Example:
        >>> template_text("fellow eye") == template_text("stargardt_rpe")
        True
    """
    wanted = _hyphenated(name)
    found = _by_name().get(BY_IDEA.get(wanted, wanted))
    if found is None:
        raise UnknownKind(
            f'found the template "{clean(name)}", wanted {one_of([*BY_IDEA, *template_names()], name)}'
        )
    return found.read_text(encoding="utf-8")


def write_template(name: str, target: Path) -> Path:
    """Write a template as a new study file.

    Args:
        name: Name of the template.
        target: The file when it ends in .yaml or .yml, else the folder to hold study.yaml.

    Returns:
        The file that was written.

    Raises:
        UnknownKind: When there is no such template; nothing is written.
        FileExistsError: When the file is there already; it is left as it is.
    """
    text = template_text(name)
    file = target if target.suffix in (".yaml", ".yml") else target / "study.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("x", encoding="utf-8", newline="\n") as new:
        new.write(text)
    return file


def _by_name() -> dict[str, Traversable]:
    """The files of all templates."""
    folder = files("handful") / "templates"
    if not folder.is_dir():
        return {}
    return {
        _hyphenated(f.name.removesuffix(".yaml")): f for f in folder.iterdir() if f.name.endswith(".yaml")
    }


def _hyphenated(name: str) -> str:
    """A name as it is listed."""
    return "-".join(name.replace("_", " ").replace("-", " ").lower().split())
