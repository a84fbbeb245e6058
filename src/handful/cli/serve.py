"""`handful serve`: the local web app."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

LOCAL = ("127.0.0.1", "localhost", "::1")


def serve(
    folder: Annotated[
        Path, typer.Argument(help="Folder of studies. Default: this one.", metavar="FOLDER")
    ] = Path(),
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 for any that is free.")] = 8321,
    host: Annotated[
        str, typer.Option(help="Address to listen at; any but this machine's own demands a password.")
    ] = "127.0.0.1",
    name: Annotated[
        list[str] | None, typer.Option(help="Another name that browsers reach the app by, with --host.")
    ] = None,
) -> None:
    """Serve the studies of a folder as a web app, to this machine alone.

    Prints a link that lets one browser in, once. Stop with Ctrl-C; comparisons that run go on.
    """
    from handful.app.server import hosts, make_app, secret_of
    from handful.app.server import serve as listen
    from handful.cli.failure import UserError, say

    if not folder.is_dir():
        raise UserError(f"{folder} is no folder; name one that holds studies, or is to hold them")
    password = None if host in LOCAL else _password(host)
    port = port or _free_port(host)
    from handful.app.guard import Keys

    keys = Keys(secret_of(folder), hosts(host, port, name or ()), password=password)
    app = make_app(folder, keys)
    shown = f"[{host}]" if ":" in host else "127.0.0.1" if host == "0.0.0.0" else host
    print(f"Open http://{shown}:{port}/?token={keys.token}", flush=True)
    say("The link works once. Stop with Ctrl-C.")
    listen(app, host, port)


def _password(host: str) -> str:
    """Ask for the password that everybody else has to know; its hash."""
    import os

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


def _free_port(host: str) -> int:
    """A port that nobody listens at."""
    import socket

    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as found:
        found.bind((host, 0))
        port: int = found.getsockname()[1]
        return port
