"""Who may ask what of the app: one middleware in front of every page.

The app runs on the machine of its user, beside a browser that other pages run in too. So a request has to come for this
very host (against DNS rebinding), with the cookie of somebody who held the one-time link (or the password), and one that
changes something has to come from a page of the app itself. Bodies are capped, and answers tell the browser to load
nothing from elsewhere and to run no script but the app's own.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qs, quote, urlencode

from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "handful-session"
LARGEST_BODY = 2 * 2**20
"""Bytes that a request may bring."""

_REFUSAL = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>handful</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/static/report.css">
<link rel="stylesheet" href="/static/app.css">
</head>
<body class="app">
<main>
<h1>This stays closed</h1>
<p class="lead">{said}</p>
</main>
</body>
</html>
"""
_LARGE = "This is more than the app takes at once."
_SAFE = ("GET", "HEAD", "OPTIONS")
_OPEN = ("/static/", "/login")
_HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; font-src 'self'; form-action 'self'; frame-src 'self'; frame-ancestors 'self'; "
    "base-uri 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
DOCUMENT_POLICY = "sandbox allow-popups; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
"""Policy of a whole document that brings its own style sheet, such as a report."""


@dataclass
class Keys:
    """What lets somebody in.

    Attributes:
        secret: What cookies are signed with; kept in the folder, so that they outlive a restart.
        token: The one-time link's; used up by whoever comes first.
        hosts: Values of the Host header that are answered.
        password: Hash of the password (argon2); None when only the link lets in.
    """

    secret: bytes
    hosts: frozenset[str]
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    password: str | None = None

    def session(self) -> str:
        """A new signed cookie."""
        name = secrets.token_urlsafe(18)
        return f"{name}.{self._signed('session', name)}"

    def knows(self, cookie: str | None) -> bool:
        """Whether a cookie is one of ours."""
        name, _, mark = (cookie or "").partition(".")
        return bool(mark) and hmac.compare_digest(mark, self._signed("session", name))

    def form(self, cookie: str) -> str:
        """What a form of this session has to bring along."""
        return self._signed("form", cookie)

    def use(self, token: str) -> bool:
        """Use the one-time link; whether it was the right one and had not been used."""
        if not self.token or not hmac.compare_digest(token.encode(), self.token.encode()):
            return False
        self.token = ""
        return True

    def _signed(self, purpose: str, said: str) -> str:
        """A signature for one purpose."""
        return hmac.new(self.secret, f"{purpose}:{said}".encode(), hashlib.sha256).hexdigest()


class TooLarge(HTTPException):
    """A body beyond `LARGEST_BODY`."""

    def __init__(self) -> None:
        super().__init__(413, _LARGE)


class Guard:
    """Lets pass what may pass.

    Args:
        app: The app behind it.
        keys: What lets somebody in.
    """

    def __init__(self, app: ASGIApp, keys: Keys) -> None:
        self.app = app
        self.keys = keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, refuse, or hand on."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        guarded = _guarded(send, kept=scope["path"].startswith("/static/"))
        refusal = self._refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, guarded)
            return
        await self.app(scope, _capped(receive), guarded)

    def _refusal(self, scope: Scope) -> ASGIApp | None:
        """What to answer in place of the page; None when it may be shown."""
        headers = _headers(scope)
        if headers.get("host", "") not in self.keys.hosts:
            return _said(421, "This app answers under its own name alone.")
        length = headers.get("content-length", "0")
        if not length.isascii() or not length.isdigit() or int(length) > LARGEST_BODY:
            return _said(413, _LARGE)
        path, unsafe = scope["path"], scope["method"] not in _SAFE
        if unsafe and not self._from_here(headers):
            return _said(403, "This request came from another page than the app's own.")
        cookie = _cookie(headers)
        scope["handful.session"] = cookie
        query = parse_qs(scope["query_string"].decode("latin-1"))
        if "token" in query and not unsafe:
            return self._admit(path, query)
        if path.startswith(_OPEN) or self.keys.knows(cookie):
            return None
        if self.keys.password is not None and not unsafe:
            return RedirectResponse(f"/login?next={quote(path, safe='')}", status_code=303)
        return _said(
            403,
            "Open the link that <code>handful serve</code> printed; it can be used once. For another, stop the app and start it "
            "again.",
        )

    def _admit(self, path: str, query: Mapping[str, list[str]]) -> ASGIApp:
        """Take the one-time link."""
        if not self.keys.use(query["token"][0]):
            return _said(
                403,
                "This link was used before, or is not one of this app. Start the app again for a new one.",
            )
        rest = urlencode(
            [(name, value) for name, values in query.items() if name != "token" for value in values]
        )
        answer = RedirectResponse(path + (f"?{rest}" if rest else ""), status_code=303)
        let_in(answer, self.keys)
        return answer

    def _from_here(self, headers: Mapping[str, str]) -> bool:
        """Whether a request that changes something comes from a page of the app."""
        origin = headers.get("origin")
        if origin is not None:
            return origin.split("://", 1)[-1] == headers.get("host")
        return headers.get("sec-fetch-site", "none") in ("same-origin", "none")


def let_in(answer: Any, keys: Keys) -> None:
    """Give the cookie of a new session along with an answer."""
    answer.set_cookie(COOKIE, keys.session(), httponly=True, samesite="strict", max_age=30 * 86400, path="/")


def _headers(scope: Scope) -> dict[str, str]:
    """The headers of a request by their name in small letters; two of one name that matters are none."""
    found: dict[str, str] = {}
    for name, value in scope["headers"]:
        key = name.decode("latin-1").lower()
        if key in found and key in ("host", "origin", "content-length"):
            found[key] = "\0"
        else:
            found[key] = value.decode("latin-1")
    return found


def _cookie(headers: Mapping[str, str]) -> str | None:
    """The cookie of the session."""
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(headers.get("cookie", ""))
    except Exception:  # a broken cookie is no cookie
        return None
    return jar[COOKIE].value if COOKIE in jar else None


def _said(status: int, words: str) -> ASGIApp:
    """A refusal in one sentence, without menus: who is kept out is not told what lies inside."""
    return HTMLResponse(_REFUSAL.format(said=words), status_code=status)


def _capped(receive: Receive) -> Receive:
    """Stop reading a body that grows beyond what is allowed."""
    taken = 0

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > LARGEST_BODY:
            raise TooLarge()
        return message

    return counted


def _guarded(send: Send, *, kept: bool) -> Send:
    """Add to every answer what tells the browser to be careful; what is static it may keep and ask whether it is the same."""
    headers = _HEADERS | ({"cache-control": "no-cache"} if kept else {})

    async def with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            there = {name.lower() for name, _ in message["headers"]}
            extra = [(k.encode(), v.encode()) for k, v in headers.items() if k.encode() not in there]
            message = {**message, "headers": [*message["headers"], *extra]}
        await send(message)

    return with_headers
