"""The way in with a password, where the app listens to the network."""

from __future__ import annotations

import time
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from starlette.responses import RedirectResponse, Response

from handful.app.guard import Keys, let_in
from handful.app.page import Page, register
from handful.app.view import show

router = APIRouter()

PAUSE = 1.0
"""Seconds that an answer to a wrong password takes, whoever asks: one guess a second."""

_wrong_until = [0.0]


@router.get("/login")
def login(request: Request, next: str = "/studies") -> Response:
    """The form."""
    if request.app.state.keys.password is None:
        raise HTTPException(404, "there is no password; open the link that `handful serve` printed")
    return show(request, "login.html.j2", {"next": _inside(next), "wrong": False})


@router.post("/login")
def try_password(
    request: Request,
    password: Annotated[str, Form(max_length=1000)],
    next: Annotated[str, Form()] = "/studies",
) -> Response:
    """Let somebody in who knows the password; anybody else has to wait, one after the other."""
    keys: Keys = request.app.state.keys
    if keys.password is None:
        raise HTTPException(404, "there is no password; open the link that `handful serve` printed")
    if time.monotonic() < _wrong_until[0]:
        raise HTTPException(429, "a wrong password was just given; wait a moment and try again")
    if not _right(keys.password, password):
        _wrong_until[0] = time.monotonic() + PAUSE
        return show(request, "login.html.j2", {"next": _inside(next), "wrong": True}, status=403)
    answer = RedirectResponse(_inside(next), status_code=303)
    let_in(answer, keys)
    return answer


def _right(kept: str, given: str) -> bool:
    """Whether a password is the one whose hash is kept."""
    from argon2 import PasswordHasher
    from argon2.exceptions import VerifyMismatchError

    try:
        return PasswordHasher().verify(kept, given)
    except VerifyMismatchError:
        return False


def _inside(address: str) -> str:
    """An address of this app, whatever was given."""
    inside = address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if inside and address.isprintable() else "/studies"


page = register(Page("", "/login", router))
