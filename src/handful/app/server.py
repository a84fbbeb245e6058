"""The app as a whole, and how it is served."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from importlib.resources import files
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import JSONResponse, Response
from starlette.staticfiles import StaticFiles

from handful.app.guard import Guard, Keys
from handful.app.jobs import Jobs
from handful.app.page import pages
from handful.app.reruns import Reruns
from handful.app.view import show, wants_json
from handful.app.workspace import Outside, Workspace
from handful.spec.messages import SpecError
from handful.store.project import StoreError

PRIVATE = ".handful"
MOST_CONNECTIONS = 512


def make_app(root: Path, keys: Keys) -> FastAPI:
    """Put the app together.

    Args:
        root: The folder of studies.
        keys: What lets somebody in.

    Returns:
        The app behind its guard; `app.state` holds the workspace, the jobs and the keys.
    """
    app = FastAPI(title="handful", docs_url=None, redoc_url=None, openapi_url="/openapi.json", lifespan=_life)
    app.state.workspace = Workspace(root)
    app.state.jobs = Jobs()
    app.state.reruns = Reruns()
    app.state.keys = keys
    for page in pages():
        app.include_router(page.router)
    app.add_api_route("/static/report.css", _style_sheet, include_in_schema=False)
    app.mount("/static", StaticFiles(directory=str(files("handful.app") / "static")), name="static")
    for kind in (Outside, StoreError, SpecError, HTTPException):
        app.add_exception_handler(kind, _refused)
    app.add_middleware(GZipMiddleware, minimum_size=1000)
    app.add_middleware(Guard, keys=keys)
    return app


@asynccontextmanager
async def _life(app: FastAPI) -> AsyncIterator[None]:
    """Take up, when the app starts, what was under way when it ended."""
    await run_in_threadpool(lambda: app.state.jobs.resume(app.state.workspace.studies()))
    yield


def _style_sheet() -> Response:
    """The style sheet of the report, whose colours and letters the app shares."""
    text = (files("handful.report") / "templates" / "report.css").read_text(encoding="utf-8")
    return Response(text, media_type="text/css")


def _refused(request: Request, error: Exception) -> Response:
    """A page that says in one sentence what cannot be."""
    status = (
        error.status_code if isinstance(error, HTTPException) else 404 if isinstance(error, Outside) else 422
    )
    said = error.detail if isinstance(error, HTTPException) else str(error)
    data = {"status": status, "said": said}
    if wants_json(request):
        return JSONResponse(data, status_code=status)
    return show(request, "refused.html.j2", data, status=status)


def secret_of(root: Path) -> bytes:
    """What cookies are signed with, kept in the folder and readable for its owner alone.

    Args:
        root: The folder of studies.
    """
    folder = root / PRIVATE
    folder.mkdir(mode=0o700, exist_ok=True)
    file = folder / "secret"
    try:
        kept = file.read_bytes()
        if len(kept) == 32:
            return kept
    except FileNotFoundError:
        pass
    made = secrets.token_bytes(32)
    file.touch(mode=0o600)
    file.write_bytes(made)
    return made


def hosts(host: str, port: int, others: Sequence[str] = ()) -> frozenset[str]:
    """Values of the Host header that are answered.

    Args:
        host: Where the app listens.
        port: Its port.
        others: Further names that it is reached by.

    Example:
        >>> sorted(hosts("127.0.0.1", 8321))
        ['127.0.0.1:8321', '[::1]:8321', 'localhost:8321']
    """
    own = {"127.0.0.1", "localhost", "[::1]"}
    named = {f"[{h}]" if ":" in h and not h.startswith("[") else h for h in (host, *others)}
    names = own | {name for name in named if name not in ("0.0.0.0", "[::]")}
    return frozenset(f"{name}:{port}" for name in names) | (frozenset(names) if port == 80 else frozenset())


def listen(host: str, port: int) -> socket.socket:
    """Listen at an address: from now on browsers are served as soon as somebody serves.

    Args:
        host: Address.
        port: Port; 0 for any that is free.

    Raises:
        OSError: When somebody else listens there, or the address is not one of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With its protocol named the event loop sends small answers at once (TCP_NODELAY); otherwise they wait 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":  # elsewhere it would let two programs listen at one port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(MOST_CONNECTIONS)
    except OSError:
        listener.close()
        raise
    return listener


def serve(app: Any, listener: socket.socket) -> None:
    """Serve until stopped.

    Args:
        app: From `make_app`.
        listener: From `listen`.
    """
    import uvicorn

    config = uvicorn.Config(
        app,
        log_level="warning",
        limit_concurrency=MOST_CONNECTIONS,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=2,
        server_header=False,
        access_log=False,
    )
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listener])
