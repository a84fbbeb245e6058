"""What can be reached in the app by following links, one address of every kind."""

from __future__ import annotations

from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import urljoin, urlsplit

from lxml import html
from starlette.routing import Match

from handful.app.page import pages
from tests.browser.app import Served


@dataclass(frozen=True)
class Found:
    """One address with what it answers.

    Attributes:
        kind: The path of its route, with a mark for a study that was not compared and for a query.
        address: The address.
        headers: Headers of the answer, their names in small letters.
        body: The answer.
    """

    kind: str
    address: str
    headers: dict[str, str]
    body: bytes

    @property
    def is_page(self) -> bool:
        """Whether it is a page of the app: no file to be saved, and no document in a sandbox of its own."""
        return (
            self.headers.get("content-type", "").startswith("text/html")
            and "content-disposition" not in self.headers
            and "sandbox" not in self.headers.get("content-security-policy", "")
        )


def follow(served: Served, start: str = "/studies") -> list[Found]:
    """Follow every link from the first page on; of addresses that differ in their study, run or trial alone one is enough.

    Args:
        served: The app.
        start: Where to begin.

    Returns:
        What was found, pages and files.
    """
    waiting, known = [start], {}
    while waiting:
        address = waiting.pop(0)
        kind = _kind(address)
        if kind is None or kind in known:
            continue
        status, headers, body = ask(served, address)
        if "location" in headers:
            known[kind] = None
            waiting.append(urljoin(address, headers["location"]).removeprefix(served.base).split("#")[0])
            continue
        assert status == 200, (address, status)
        known[kind] = found = Found(kind, address, headers, body)
        if found.is_page:
            links = [str(link) for link in html.fromstring(body.decode()).xpath("//a/@href")]
            waiting += [urljoin(address, link).split("#")[0] for link in links if not link.startswith("#")]
    return [found for found in known.values() if found is not None]


def ask(
    served: Served, address: str, method: str = "GET", body: bytes | None = None, **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """Ask for an address just as it is written, as somebody who was let in.

    Args:
        served: The app.
        address: Path and query; nothing in it is tidied up.
        method: The method.
        body: What to send.
        headers: Further headers, `_` for `-` in their names.

    Returns:
        Status, headers with names in small letters, and body.
    """
    connection = HTTPConnection(served.base.removeprefix("http://"), timeout=60)
    try:
        sent = {"Cookie": served.cookie, "Accept": "text/html"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, address, body=body, headers=sent)
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def _kind(address: str) -> str | None:
    """What kind of address it is; None when it is none of the app's pages or one of them as JSON."""
    parts = urlsplit(address)
    if parts.netloc or "format=json" in parts.query:
        return None
    scope = {"type": "http", "method": "GET", "path": parts.path, "headers": [], "root_path": ""}
    routes = (route for page in pages() for route in page.router.routes)
    route = next((route for route in routes if route.matches(scope)[0] == Match.FULL), None)
    if route is None:
        return None
    # Files of one route are files of different kinds, by their ending.
    ending = f" .{parts.path.rsplit('.', 1)[1]}" if "." in parts.path.rsplit("/", 1)[1] else ""
    # A study that was compared shows other things than one that was not, and a page that was asked for something too.
    state = " (not compared)" if parts.path.startswith("/study/small") else ""
    return f"{route.path}{ending}{state or ('?' if parts.query else '')}"
