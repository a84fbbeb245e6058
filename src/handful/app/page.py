"""A page of the app is one module that registers itself: a name for the menu, and a router."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import APIRouter


@dataclass(frozen=True)
class Page:
    """One page with everything that belongs to it.

    Attributes:
        title: Its name in menus; empty for a page that is reached from others alone.
        path: Where it begins. With `{study}` in it the page belongs to a study and stands in the menu of each.
        router: What answers.
        order: Place in the menu.
    """

    title: str
    path: str
    router: APIRouter
    order: int = 50
    scripts: tuple[str, ...] = field(default=())


_PAGES: dict[str, Page] = {}


def register(page: Page) -> Page:
    """Add a page to the app.

    Args:
        page: The page; one of the same path takes the place of the one before.

    Returns:
        The page.
    """
    _PAGES[page.path] = page
    return page


def pages() -> tuple[Page, ...]:
    """All pages in the order of the menu: those of handful, and those that others registered under `handful.pages`."""
    _load()
    return tuple(sorted(_PAGES.values(), key=lambda page: (page.order, page.title)))


@cache
def _load() -> None:
    """Let every page register itself, once: to look for those of others takes 20 ms."""
    from importlib.metadata import entry_points

    import handful.app.pages as ours

    for module in pkgutil.iter_modules(ours.__path__):
        importlib.import_module(f"{ours.__name__}.{module.name}")
    for entry in entry_points(group="handful.pages"):
        entry.load()
