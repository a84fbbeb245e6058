"""How a page answers: as HTML for people, as JSON for programs, from the same data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from fastapi import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from handful.app.page import pages
from handful.app.workspace import StudyPlace, Workspace

if TYPE_CHECKING:
    from jinja2 import Environment


def workspace(request: Request) -> Workspace:
    """The folder that the app works in."""
    found: Workspace = request.app.state.workspace
    return found


def wants_json(request: Request) -> bool:
    """Whether a program asks: by `?format=json` or by its Accept header."""
    asked = request.query_params.get("format")
    if asked is not None:
        return asked == "json"
    accept = request.headers.get("accept", "")
    return "application/json" in accept and "text/html" not in accept


def show(
    request: Request,
    template: str,
    data: Mapping[str, Any],
    *,
    study: StudyPlace | None = None,
    status: int = 200,
    within: str | None = None,
    **drawn: Any,
) -> Response:
    """Answer with a page.

    Args:
        request: What was asked.
        template: Its template.
        data: Everything that the page shows, as plain data; this alone is what a program gets.
        study: The study that the page belongs to, for its menu.
        status: Status of the answer.
        within: Address of the page whose line of the menu this one belongs to; its own when None.
        drawn: What only people need: figures and tables made from the data.

    Returns:
        The answer.
    """
    if wants_json(request):
        return JSONResponse(dict(data), status_code=status)
    filled = (
        environment()
        .get_template(template)
        .render(**data, **drawn, **_frame(request, study, within), data=data, request=request)
    )
    return HTMLResponse(filled, status_code=status)


def part(request: Request, template: str, **data: Any) -> HTMLResponse:
    """Answer with a part of a page, to be put into one that is there.

    Args:
        request: What was asked.
        template: Its template.
        data: What it shows.
    """
    return HTMLResponse(environment().get_template(template).render(**data, form_mark=_mark(request)))


def events(request: Request, template: str, **data: Any) -> str:
    """A part of a page as one server-sent event."""
    text = environment().get_template(template).render(**data, form_mark=_mark(request))
    return "".join(f"data: {line}\n" for line in text.splitlines()) + "\n"


@cache
def environment() -> Environment:
    """Templates of the app, which may use those of the report; what is not marked as markup is escaped."""
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined, select_autoescape

    made = Environment(
        loader=ChoiceLoader([PackageLoader("handful.app"), PackageLoader("handful.report")]),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["help"] = help_on
    return made


def help_on(term: str, said: str | None = None) -> Any:
    """A term with what the glossary says of it, to be read or heard on demand."""
    from markupsafe import Markup

    from handful.app.glossary import meaning

    told = meaning(term)
    if told is None:
        return Markup("<span>{}</span>").format(said or term)
    return Markup(
        '<button type="button" class="term" aria-expanded="false" data-help="{}">{}</button>'
    ).format(told, said or term)


def _frame(request: Request, study: StudyPlace | None, within: str | None = None) -> dict[str, Any]:
    """What stands around every page: the menus and the mark of forms."""
    here = within or request.url.path
    main = [p for p in pages() if p.title and "{study}" not in p.path]
    own = [p for p in pages() if p.title and "{study}" in p.path] if study is not None else []
    return {
        "form_mark": _mark(request),
        "version": _version(),
        "menu": _menu([(p.title, p.path) for p in main], here),
        "study_menu": _menu([(p.title, p.path.replace("{study}", study.name)) for p in own if study], here),
        "study_name": study.name if study is not None else None,
    }


@cache
def _version() -> str:
    """The version of handful that is running."""
    from importlib.metadata import version

    return version("handful")


def _menu(entries: Sequence[tuple[str, str]], here: str) -> list[dict[str, Any]]:
    """The lines of a menu; of those that lead towards this page the nearest is marked."""
    towards = [path for _, path in entries if here == path or here.startswith(path.rstrip("/") + "/")]
    nearest = max(towards, key=len, default=None)
    return [{"title": title, "path": path, "here": path == nearest} for title, path in entries]


def _mark(request: Request) -> str:
    """What a form of this session has to bring along."""
    mark: str = request.app.state.keys.form(request.scope.get("handful.session") or "")
    return mark
