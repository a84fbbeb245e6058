"""How the documentation is built: offline, from Markdown and the docstrings, and a warning is an error."""

from __future__ import annotations

import re
import sys
from dataclasses import fields
from importlib import import_module
from importlib.metadata import version as version_of
from pathlib import Path
from typing import TYPE_CHECKING, Any

from handful.spec.quantities import Quantity

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "handful"
author = "The handful authors"
project_copyright = "the handful authors"
release = version_of("handful")
version = ".".join(release.split(".")[:2])

sys.path.insert(0, str(Path(__file__).parent / "_ext"))
extensions = [
    "from_code",
    "myst_parser",
    "sphinx.ext.apidoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
]
exclude_patterns = ["_build"]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}

# The reference of the modules is written from their docstrings at every build and is not kept.
apidoc_modules = [
    {
        "path": "../src/handful",
        "destination": "reference/api",
        # A face for people, without anything to call.
        "exclude_patterns": ["../src/handful/app"],
        "separate_modules": False,
        "module_first": True,
        # A name stands on the page of the module that defines it, and not on those that re-export it.
        "automodule_options": {"members", "show-inheritance", "ignore-module-all"},
    }
]
autodoc_member_order = "bysource"
# The sidebar of every page holds the whole tree: with each function and class in it the build takes minutes.
toc_object_entries = False
autodoc_type_aliases = {"ArrayLike": "ArrayLike"}
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True
napoleon_use_rtype = False

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3

# A reference that somebody wrote must lead somewhere. Those made from type hints may name what has no page:
# type variables, private classes, and other projects, whose inventories would need a network.
nitpicky = True
nitpick_ignore_regex = [(r"py:(class|obj)", r".*"), (r"py:.*", r"(?!handful\.).*")]
# A type hint may lead to a name that several modules have.
suppress_warnings = ["ref.python"]

html_theme = "furo"
html_title = "handful"
html_show_sourcelink = False
templates_path = []
html_static_path = []


CODE = re.compile(r"``.+?``|:[\w:]+:`[^`]+`|`[^`]+`")
MARKUP = re.compile(r"(?<!\\)([*|])")


def readable(line: str) -> str:
    """Return a line in which `x` is code, and outside code a star or a bar is itself and no markup."""
    parts, end = [], 0
    for code in CODE.finditer(line):
        parts.append(MARKUP.sub(r"\\\1", line[end : code.start()]))
        plain = code[0].startswith("`") and not code[0].startswith("``")
        glue = r"\ " if line[code.end() : code.end() + 1].isalnum() else ""
        parts.append((f"``{code[0].strip('` ')}``" if plain else code[0]) + glue)
        end = code.end()
    return "".join(parts) + MARKUP.sub(r"\\\1", line[end:])


def keep_formulas(app: Sphinx, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Let a docstring say n * (n - 1), |z| and `unit`s."""
    lines[:] = [line if line.lstrip().startswith((">>>", "...")) else readable(line) for line in lines]


def packages_like_modules(app: Sphinx, page: str, source: list[str]) -> None:
    """Give the pages of packages the options of modules: apidoc has fixed ones for them, and every name would stand twice."""
    if page.startswith("reference/api/"):
        source[0] = source[0].replace(":undoc-members:", ":ignore-module-all:")


def follow_names(app: Sphinx, env: Any, node: Any, content: Any) -> Any:
    """Let `handful.Study` lead to where the name is defined."""
    module, _, name = str(node.get("reftarget", "")).rpartition(".")
    if module.partition(".")[0] != project:
        return None
    try:
        thing = getattr(import_module(module), name)
    except (ImportError, AttributeError):
        return None
    home = f"{getattr(thing, '__module__', '')}.{getattr(thing, '__qualname__', '')}"
    if home == node["reftarget"]:
        return None
    return env.get_domain("py").resolve_xref(
        env, node["refdoc"], app.builder, node["reftype"], home, node, content
    )


def setup(app: Sphinx) -> None:
    """Read docstrings before the extension that reads their sections does."""
    app.connect("autodoc-process-docstring", keep_formulas, priority=400)
    app.connect("source-read", packages_like_modules)
    app.connect("missing-reference", follow_names)
    # The page of an alias shows its annotation. Of a quantity that is what is wanted, not how it is read.
    for field in fields(Quantity):
        field.repr = field.name == "wanted"
