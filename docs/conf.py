"""How the documentation is built: offline, from Markdown and the docstrings, and a warning is an error."""

from __future__ import annotations

import re
from importlib.metadata import version as version_of
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "handful"
author = "The handful authors"
project_copyright = "the handful authors"
release = version_of("handful")
version = ".".join(release.split(".")[:2])

extensions = [
    "myst_parser",
    "sphinx.ext.apidoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.mathjax",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
]
exclude_patterns = ["_build"]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}

# The reference of the modules is written from their docstrings at every build and is not kept.
apidoc_modules = [
    {
        "path": "../src/handful",
        "destination": "reference/api",
        "separate_modules": True,
        "module_first": True,
        "automodule_options": {"members", "show-inheritance"},
    }
]
autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True
napoleon_use_rtype = False
default_role = "code"

myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_heading_anchors = 3

# A reference that somebody wrote must lead somewhere. Those made from type hints may name what has no page: other
# projects, whose inventories would need a network, type variables and private classes.
nitpicky = True
nitpick_ignore_regex = [(r"py:class", r".*"), (r"py:.*", r"(?!handful\.).*")]

html_theme = "furo"
html_title = "handful"
html_show_sourcelink = False
templates_path = []
html_static_path = []


CODE = re.compile(r"(``.+?``|`[^`]+`)")


def keep_formulas(app: Sphinx, what: str, name: str, thing: object, options: object, lines: list[str]) -> None:
    """Let a docstring say ``n * (n - 1)`` and ``|z|``: outside code, stars and bars are themselves and no markup."""
    for number, line in enumerate(lines):
        if not line.lstrip().startswith((">>>", "...")):
            parts = CODE.split(line)
            parts[::2] = [re.sub(r"(?<!\\)([*|])", r"\\\1", part) for part in parts[::2]]
            lines[number] = "".join(parts)


def setup(app: Sphinx) -> None:
    """Read docstrings before the extension that reads their sections does."""
    app.connect("autodoc-process-docstring", keep_formulas, priority=400)
