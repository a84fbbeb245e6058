"""The app as it is really served, in a process of its own over a folder of its own, and people who visit it."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

STARTING = 60.0
"""Seconds that the app may take until it prints its link, on a machine that does other things as well."""


@dataclass
class Served:
    """The app while it is served.

    Attributes:
        base: Beginning of every address.
        folder: The folder of studies.
        process: What serves it.
        state: The cookies of somebody who has opened the link, as a browser context takes them.
    """

    base: str
    folder: Path
    process: subprocess.Popen[str]
    state: dict[str, Any]

    @property
    def cookie(self) -> str:
        """The Cookie header of somebody who was let in."""
        return "; ".join(f"{c['name']}={c['value']}" for c in self.state["cookies"])


@dataclass
class Visit:
    """Somebody at a page, and what the page did that it should not.

    Attributes:
        page: The page.
        elsewhere: Requests to other hosts.
        complaints: What the browser complained of.
    """

    page: Page
    base: str
    elsewhere: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def to(self, path: str) -> Page:
        """Go to a path of the app."""
        answer = self.page.goto(self.base + path)
        assert answer is not None
        assert answer.status == 200, (path, answer.status)
        return self.page


@contextmanager
def serving(folder: Path) -> Iterator[Served]:
    """Serve a folder by `handful serve` on a free port, and open the link once.

    Args:
        folder: The folder of studies.

    Yields:
        The app.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "handful", "serve", str(folder), "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        found = re.search(r"http://[\d.]+:\d+/\?token=\S+", process.stdout.readline())
        assert found is not None, "the app printed no link"
        base = found[0].split("/?")[0]
        yield Served(base, folder, process, _let_in(base, found[0]))
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


@contextmanager
def visiting(browser: Browser, served: Served, **how: Any) -> Iterator[Visit]:
    """Somebody who was let in, at a page of their own.

    Args:
        browser: The browser.
        served: The app.
        how: Anything that a browser context takes: `viewport`, `color_scheme`, `java_script_enabled`.

    Yields:
        The visit.
    """
    context = browser.new_context(storage_state=served.state, **how)
    visit = Visit(context.new_page(), served.base)
    visit.page.on("request", lambda r: _note(visit.elsewhere, r.url, served.base))
    visit.page.on("console", lambda m: visit.complaints.append(m.text) if m.type == "error" else None)
    visit.page.on("pageerror", lambda e: visit.complaints.append(str(e)))
    try:
        yield visit
    finally:
        context.close()


def _note(elsewhere: list[str], url: str, base: str) -> None:
    """Note a request that leaves the app."""
    if not url.startswith((f"{base}/", "data:")):
        elsewhere.append(url)


def _let_in(base: str, link: str) -> dict[str, Any]:
    """Open the link; the cookies that it gave."""
    import time
    from http.client import HTTPConnection
    from http.cookies import SimpleCookie

    host = base.removeprefix("http://")
    until = time.monotonic() + STARTING
    while True:
        connection = HTTPConnection(host, timeout=STARTING)
        try:
            connection.request("GET", link.removeprefix(base))
            given = connection.getresponse().getheader("set-cookie")
            break
        except ConnectionRefusedError:  # the link is printed a moment before anybody listens
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        finally:
            connection.close()
    assert given is not None, "the link let nobody in"
    cookies = SimpleCookie(given)
    return {
        "cookies": [
            {
                "name": name,
                "value": cookie.value,
                "domain": host.split(":")[0],
                "path": "/",
                "httpOnly": True,
                "sameSite": "Strict",
                "secure": False,
                "expires": -1,
            }
            for name, cookie in cookies.items()
        ],
        "origins": [],
    }
