"""`handful serve`: the local web app."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    import socket

LOCAL = ("127.0.0.1", "localhost", "::1")
USUAL_PORT = 8321


def serve(
    folder: Annotated[
        Path, typer.Argument(help="Folder of studies. Default: this one.", metavar="FOLDER")
    ] = Path(),
    port: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=65535,
            help="Port; 0 for any that is free. Default: 8321, or one that is free.",
            show_default=False,
        ),
    ] = None,
    host: Annotated[
        str, typer.Option(help="Address to listen at; any but this machine's own demands a password.")
    ] = "127.0.0.1",
    name: Annotated[
        list[str] | None, typer.Option(help="Another name that browsers reach the app by, with --host.")
    ] = None,
    open: Annotated[
        bool, typer.Option("--open", help="Open the link in the browser of this machine too.")
    ] = False,
) -> None:
    """Serve the studies of a folder as a web app, to this machine alone.

    Prints a link that lets one browser in, once. Stop with Ctrl-C; comparisons that run go on.
    """
    from handful.app.guard import Keys
    from handful.app.server import hosts, make_app, secret_of
    from handful.app.server import serve as serve_at
    from handful.cli.failure import UserError, say

    if not folder.is_dir():
        raise UserError(f"{folder} is no folder; name one that holds studies, or is to hold them")
    password = None if host in LOCAL else _password(host)
    listener = _listener(host, port)
    at: int = listener.getsockname()[1]
    keys = Keys(secret_of(folder), hosts(host, at, name or ()), password=password)
    app = make_app(folder, keys)
    shown = f"[{host}]" if ":" in host else "127.0.0.1" if host == "0.0.0.0" else host
    link = f"http://{shown}:{at}/?token={keys.token}"
    print(f"Open {link}", flush=True)
    say("The link works once. Stop with Ctrl-C.")
    if open:
        _show(link)
    serve_at(app, listener)


def _listener(host: str, port: int | None) -> socket.socket:
    """Listen at the port that was asked for or, when none was, at the usual one or any that is free."""
    from handful.app.server import listen
    from handful.cli.failure import UserError

    try:
        return listen(host, USUAL_PORT if port is None else port)
    except OSError as taken:
        if taken.errno == errno.EADDRINUSE and port is None:
            return listen(host, 0)
        if taken.errno == errno.EADDRINUSE:
            raise UserError(
                f"somebody listens at port {port} already, perhaps another `handful serve`; name another port with --port, or 0 "
                "for any that is free"
            ) from None
        raise UserError(
            f"nothing can listen at {host}, port {port or USUAL_PORT}: {taken.strerror}"
        ) from None


def _show(link: str) -> None:
    """Open a link in a browser with windows; where there are none, the printed link has to do."""
    import webbrowser

    if sys.platform in ("darwin", "win32") or {"DISPLAY", "WAYLAND_DISPLAY"} & set(os.environ):
        webbrowser.open(link)


def _password(host: str) -> str:
    """Ask for the password that everybody else has to know; its hash."""
    from argon2 import PasswordHasher

    from handful.cli.failure import UserError, say

    say(
        f"Listening at {host}, the app can be reached from the network: whoever knows the password can read, change and run "
        "every study of this folder, and the connection is not encrypted. Put it behind a proxy with TLS."
    )
    given = os.environ.get("HANDFUL_PASSWORD") or typer.prompt("Password", hide_input=True, err=True)
    if len(given) < 12:
        raise UserError("the password has fewer than 12 characters; choose a longer one")
    return PasswordHasher().hash(given)
