"""The studies of the folder: what there is, and a new one from a template."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from handful.app.forms import Mark
from handful.app.jobs import read_work
from handful.app.page import Page, register
from handful.app.view import show, workspace
from handful.app.workspace import StudyPlace
from handful.spec.source import read_source
from handful.spec.yaml import read_yaml
from handful.study.templates import BY_IDEA, template_text, template_titles

router = APIRouter()


@router.get("/")
def home() -> Response:
    """The first page."""
    return RedirectResponse("/studies", status_code=303)


@router.get("/studies")
def studies(request: Request) -> Response:
    """All studies of the folder, and the templates to start from."""
    ideas = {name: idea.replace("-", " ") for idea, name in BY_IDEA.items()}
    data = {
        "folder": workspace(request).root.name,
        "studies": [_told(place) for place in workspace(request).studies()],
        "templates": [
            {"name": name, "title": title, "idea": ideas.get(name, "")}
            for name, title in template_titles().items()
        ],
    }
    return show(request, "studies.html.j2", data)


@router.post("/studies")
def new_study(
    request: Request, mark: Mark, name: Annotated[str, Form()], template: Annotated[str, Form()]
) -> Response:
    """Write a new study from a template; one that is there is left as it is."""
    from fastapi import HTTPException

    from handful.spec.registry import UnknownKind

    file = workspace(request).path(name.strip())
    try:
        text = template_text(template)
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8", newline="\n") as new:
            new.write(text)
    except UnknownKind as unknown:
        raise HTTPException(422, str(unknown)) from None
    except FileExistsError:
        raise HTTPException(409, f"there is a study “{name}” already; choose another name") from None
    return RedirectResponse(f"/study/{name.strip()}", status_code=303)


def _told(place: StudyPlace) -> dict[str, object]:
    """One study of the list."""
    status, work = place.file.stat(), read_work(place.results)
    return {
        "name": place.name,
        "title": _title(place.file, (status.st_mtime_ns, status.st_size)) or place.name,
        "changed": status.st_mtime,
        "compared": place.compared,
        "work": work.plain() if work is not None else None,
    }


@lru_cache(maxsize=1000)
def _title(file: Path, state: tuple[int, int]) -> str:
    """The title of a study, read again when the state of its file has changed; empty where it has none."""
    try:
        return str(read_yaml(read_source(file), file.name)[0].get("title", ""))
    except Exception:  # what is wrong with it is said on its own page
        return ""


page = register(Page("Studies", "/studies", router, order=10))
