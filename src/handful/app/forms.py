"""What every form of the app brings along: the mark of its session, so that no other page can send it."""

from __future__ import annotations

import hmac
from typing import Annotated

from fastapi import Depends, Form, HTTPException, Request


def checked(request: Request, mark: Annotated[str, Form(alias="form-mark", max_length=200)] = "") -> None:
    """Refuse a form without the mark of this session.

    Raises:
        HTTPException: 403.
    """
    session = request.scope.get("handful.session") or ""
    given = mark or request.headers.get("x-form-mark", "")
    if not hmac.compare_digest(given.encode(), request.app.state.keys.form(session).encode()):
        raise HTTPException(403, "this form is out of date; load the page again")


Mark = Annotated[None, Depends(checked)]
"""A dependency of every route that changes something."""
