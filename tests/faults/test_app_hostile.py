"""What a hostile page, program or file may try on the app as it is really served: refused, or harmless."""

from __future__ import annotations

import hashlib
import io
import json
import re
import resource
import select
import socket
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from lxml import html

from handful.app.guard import COOKIE, LARGEST_BODY
from handful.app.page import pages
from tests.browser.app import Served, serving
from tests.browser.crawl import Found, ask, follow
from tests.unit.app.compared import DESIGN, HOSTILE, put_compared, run_named
from tests.unit.cli.small_study import STUDY

GIGABYTE = 2**30
MOST_CONNECTIONS = 10_000
SPARE = 200
"""Files that this process and the app may need beside the connections."""
FORM, FILE = "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"
SECRET = "Nobody may read this title"
CLIMBING = (
    "..",
    "../",
    "../../outside",
    "%2e%2e%2f",
    "%2e%2e%2f%2e%2e%2foutside",
    "..%2foutside",
    "%252e%252e%252foutside",
    "..%5coutside",
    "....//outside",
    "..~outside",
    "~..~outside",
    "hard~..~..~outside",
    "%2fetc%2fpasswd",
    "hard%00.yaml",
    "link",
    "linked~outside",
    "%ff",
    "CON",
    "a" * 5000,
)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The app over a folder with hostile studies, links that lead out of it, and a study outside that nobody may see."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    around = tmp_path_factory.mktemp("around")
    folder = around / "studies"
    folder.mkdir()
    put_compared(folder)
    (folder / "small.yaml").write_text(STUDY, encoding="utf-8")
    outside = around / "outside"
    outside.mkdir()
    (around / "outside.yaml").write_text(STUDY.replace("A first study", SECRET), encoding="utf-8")
    (outside / "outside.yaml").write_text(STUDY.replace("A first study", SECRET), encoding="utf-8")
    (folder / "link.yaml").symlink_to(around / "outside.yaml")
    (folder / "linked").symlink_to(outside)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        with serving(folder) as app:
            yield app
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def _state_of(folder: Path) -> str:
    """Digest of every file in a folder that people wrote or that results lie in; not of indexes that are opened."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and ".sqlite" not in path.name:
            digest.update(str(path.relative_to(folder)).encode() + path.read_bytes())
    return digest.hexdigest()


def _memory(served: Served) -> int:
    """Most memory that the app has ever taken, in bytes."""
    status = Path(f"/proc/{served.process.pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024


def _connected(served: Served) -> socket.socket:
    host, port = served.base.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=30)


@pytest.fixture(scope="module")
def mark(served: Served) -> str:
    """What forms of this session bring along."""
    _, _, page = ask(served, "/studies")
    return str(html.fromstring(page.decode()).xpath("//meta[@name='form-mark']/@content")[0])


def _is_well(served: Served) -> bool:
    """Whether somebody else is answered."""
    return ask(served, "/study/small/runs")[0] == 200


# Bodies


@pytest.mark.parametrize("path", ["/studies", "/login", "/study/small", f"/study/hard/runs/{'0' * 16}/rerun"])
@pytest.mark.parametrize("announced", [True, False])
@pytest.mark.parametrize("file", [True, False])
def test_a_gigabyte_is_refused_early_and_not_kept(
    served: Served, path: str, announced: bool, file: bool
) -> None:
    before = _memory(served)
    length = f"Content-Length: {GIGABYTE}" if announced else "Transfer-Encoding: chunked"
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {served.base.removeprefix('http://')}\r\nCookie: {served.cookie}\r\n"
        f"Origin: {served.base}\r\nContent-Type: {FILE if file else FORM}\r\n{length}\r\n\r\n"
    )
    begin = b'--x\r\nContent-Disposition: form-data; name="name"; filename="f"\r\n\r\n' if file else b"name="
    piece = begin + b"x" * (2**16 - len(begin))
    sent, answer = 0, b""
    with _connected(served) as connection:
        connection.sendall(head.encode())
        while sent < GIGABYTE:
            ready, _, _ = select.select([connection], [], [], 0)
            if ready:
                answer = connection.recv(65536)
                break
            try:
                connection.sendall(piece if announced else b"%x\r\n%s\r\n" % (len(piece), piece))
            except (BrokenPipeError, ConnectionResetError, TimeoutError):
                break
            sent += len(piece)
            piece = b"x" * 2**16
    assert sent < 64 * 2**20
    assert not answer or re.match(rb"HTTP/1.1 4(00|03|04|05|13) ", answer), answer[:200]
    assert _is_well(served)
    assert _memory(served) - before < 32 * 2**20


@pytest.mark.parametrize(
    "body",
    [
        b"x" * (LARGEST_BODY + 1),
        b"&".join(b"a%d=1" % k for k in range(150_000)),
        b"name=" + b"%41" * 600_000,
        b"\xff\xfe" * 1000,
        b"{" * 100_000,
    ],
)
@pytest.mark.parametrize("kind", [FORM, FILE, "application/json"])
def test_bodies_that_are_no_form_are_refused(served: Served, body: bytes, kind: str) -> None:
    began = time.monotonic()
    status, _, _ = ask(served, "/studies", "POST", body, Origin=served.base, Content_Type=kind)
    assert 400 <= status < 500
    assert time.monotonic() - began < 20
    assert _is_well(served)


# Connections


def test_thousands_of_connections_at_once_shut_nobody_out_afterwards(served: Served) -> None:
    number = min(MOST_CONNECTIONS, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - SPARE)
    assert number >= 2000, "raise the limit of open files to test this"
    half = f"GET /studies HTTP/1.1\r\nHost: {served.base.removeprefix('http://')}\r\n".encode()
    whole = half + f"Cookie: {served.cookie}\r\n\r\n".encode()
    before, held = _memory(served), []
    try:
        for k in range(number):
            connection = _connected(served)
            held.append(connection)
            connection.sendall(whole if k % 10 == 0 else half if k % 2 else b"")
        # Somebody else is answered meanwhile, if only that the app is busy.
        status, _, _ = ask(served, "/studies")
        assert status in (200, 503)
    finally:
        for connection in held:
            connection.close()
    until = time.monotonic() + 30
    while not (well := _is_well(served)) and time.monotonic() < until:
        time.sleep(0.2)
    assert well
    assert _memory(served) - before < 512 * 2**20
    open_files = len(list(Path(f"/proc/{served.process.pid}/fd").iterdir()))
    assert open_files < 1000


@pytest.mark.parametrize(
    "sent",
    [
        b"\x00" * 4096,
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20_000 + b"\r\n",
        b"POST /studies HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
)
def test_what_is_no_request_is_no_matter(served: Served, sent: bytes) -> None:
    with _connected(served) as connection:
        try:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            answer = connection.recv(65536)
        except OSError:
            answer = b""
    assert not answer or re.match(rb"HTTP/1.1 4\d\d ", answer), answer[:100]
    assert _is_well(served)


# Paths


def _routes() -> list[tuple[str, str]]:
    """Method and path of every route that has a part to be filled in."""
    found = {
        (method, route.path)
        for page in pages()
        for route in page.router.routes
        for method in route.methods
        if "{" in route.path and method in ("GET", "POST")
    }
    return sorted(found)


@pytest.mark.parametrize(("method", "path"), _routes())
def test_no_path_leads_out_of_the_folder(served: Served, mark: str, method: str, path: str) -> None:
    run = run_named(served.folder, DESIGN, "hoped for")
    good = {"study": "hard", "run": run, "trial": "0", "ending": "success", "name": "study.yaml"}
    around = served.folder.parent
    before = _state_of(around)
    named = re.findall(r"{(\w+)(?::\w+)?}", path)
    for wanted in named:
        for climbing in CLIMBING:
            filled = re.sub(
                r"{(\w+)(?::\w+)?}",
                lambda part, wanted=wanted, climbing=climbing: (
                    climbing if part[1] == wanted else good.get(part[1], "x")
                ),
                path,
            )
            body = f"form-mark={mark}".encode() if method == "POST" else None
            status, headers, said = ask(
                served,
                filled,
                method,
                body,
                Origin=served.base,
                Content_Type=FORM,
            )
            assert status < 500, (filled, status)
            assert SECRET.encode() not in said, filled
            assert b"root:" not in said, filled
            there = headers.get("location", "/")
            assert there.startswith(("/", served.base)), (filled, there)
            assert not there.startswith("//"), (filled, there)
    assert _state_of(around) == before


@pytest.mark.parametrize("path", ["/static/", "/static/vendor/", "//", "/static/..%2f", "/%2e%2e/"])
@pytest.mark.parametrize(
    "climbing", ["../" * 12 + "etc/passwd", "%2e%2e%2f" * 12 + "etc%2fpasswd", "..\\..\\x"]
)
def test_no_static_file_lies_elsewhere(served: Served, path: str, climbing: str) -> None:
    status, _, said = ask(served, path + climbing)
    assert 300 <= status < 500
    assert b"root:" not in said


@pytest.mark.parametrize("name", CLIMBING[:-1])
def test_no_new_study_is_written_elsewhere(served: Served, mark: str, name: str) -> None:
    before = _state_of(served.folder.parent)
    for said in (name, unquote(name, errors="replace"), f"/tmp/{name}", f"hard-results~runs~{name}"):
        form = f"form-mark={mark}&template=casgevy&name={quote(said)}".encode()
        status, _, _ = ask(served, "/studies", "POST", form, Origin=served.base, Content_Type=FORM)
        if status == 303:  # a name like any other
            made = served.folder.joinpath(*said.split("~")).with_name(f"{said.split('~')[-1]}.yaml")
            assert made.resolve().is_relative_to(served.folder.resolve())
            made.unlink()
            continue
        assert 400 <= status < 500, (said, status)
    for empty in sorted(served.folder.rglob("*"), reverse=True):
        if empty.is_dir() and not any(empty.iterdir()):
            empty.rmdir()
    assert _state_of(served.folder.parent) == before


# Words


@pytest.fixture(scope="module")
def reached(served: Served) -> list[Found]:
    return follow(served, "/studies")


def test_words_of_a_study_stay_words_on_every_page(reached: list[Found]) -> None:
    shown = 0
    for found in reached:
        if not found.headers["content-type"].startswith("text/html"):
            continue
        tree = html.fromstring(found.body.decode())
        scripts = [
            script for script in tree.iter("script") if not (script.get("src") or "").startswith("/static/")
        ]
        assert scripts == [], found.address
        assert [e.tag for e in tree.iter("img") if e.get("src") == "x"] == [], found.address
        for element in tree.iter():
            handlers = [name for name in element.attrib if name.startswith("on")]
            assert handlers == [], (found.address, handlers)
            for name in ("href", "src", "action", "formaction"):
                assert (
                    not (element.get(name) or "").strip().lower().startswith(("javascript:", "data:text"))
                ), found.address
        assert [e.tag for e in tree.iter("b", "u", "i") if e.text in ("bold", "x", "response")] == [], (
            found.address
        )
        shown += HOSTILE in tree.text_content() or HOSTILE in " ".join(tree.xpath("//@value"))
        assert "=1+1" not in str(tree.xpath("string(//title)")).split("·")[0].strip()[:1]
    assert shown >= 2


def test_what_is_downloaded_brings_no_formula_to_a_spreadsheet_and_no_script(reached: list[Found]) -> None:
    kinds = set()
    for found in reached:
        attached = found.headers.get("content-disposition", "")
        if not attached:
            continue
        kind = found.headers["content-type"].split(";")[0]
        kinds.add(kind)
        # What is shown and not saved is a document that may do nothing.
        how = "inline" if "sandbox" in found.headers["content-security-policy"] else "attachment"
        named = rf"{how}; filename=\"[\w.~ -]+\"(; filename\*=UTF-8''[\w.~%-]+)?"
        assert re.fullmatch(named, attached), attached
        assert found.headers["x-content-type-options"] == "nosniff"
        # Nothing that a spreadsheet opens by itself; cells of Parquet, JSON and Word are text or numbers.
        assert not re.search(r"csv|tab-separated|excel|spreadsheet", kind)
        if kind == "application/json":
            json.loads(found.body)
        if found.body.startswith(b"PK"):
            parts = zipfile.ZipFile(io.BytesIO(found.body)).namelist()
            assert not [part for part in parts if "vba" in part.lower() or "embeddings" in part.lower()]
        if found.body.startswith(b"%PDF"):
            assert not re.search(rb"/(JavaScript|JS|Launch|EmbeddedFile)\b", found.body)
    assert {"application/json", "application/yaml", "text/html", "application/vnd.apache.parquet"} <= kinds


# Methods, tokens, hosts and other pages


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "HEAD", "BREW", "POST"])
def test_wrong_methods_change_nothing(served: Served, method: str) -> None:
    run = run_named(served.folder, DESIGN, "hoped for")
    before = _state_of(served.folder)
    for path in (
        "/studies",
        "/study/hard",
        "/study/hard/runs",
        f"/study/hard/runs/{run}",
        f"/study/hard/runs/{run}/delete",
        f"/study/hard/runs/{run}/trials/0",
        "/study/hard/files/study.yaml",
        "/static/app.css",
        "/openapi.json",
    ):
        status, _, _ = ask(served, path, method, Origin=served.base)
        assert status < 500, (method, path)
        if method not in ("HEAD", "OPTIONS"):
            assert status >= 400, (method, path, status)
    assert _state_of(served.folder) == before
    assert _is_well(served)


def test_neither_a_token_nor_a_cookie_can_be_guessed(served: Served) -> None:
    def guess(number: int) -> set[int]:
        token = hashlib.sha256(str(number).encode()).hexdigest()[:43]
        bare = Served(served.base, served.folder, served.process, {"cookies": []})
        return {
            ask(bare, f"/studies?token={token}")[0],
            ask(bare, "/studies", Cookie=f"{COOKIE}={token}.{token}")[0],
            ask(
                bare, f"/studies?token={token}&token=", Cookie=f"{COOKIE}={served.cookie.split('=')[1][:-1]}"
            )[0],
        }

    with ThreadPoolExecutor(8) as crowd:
        answers = set().union(*crowd.map(guess, range(100)))
    assert answers == {403}
    assert _is_well(served)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (["Host: evil.example"], 421),
        (["Host: evil.example:PORT"], 421),
        (["Host: 127.0.0.1:PORT", "Host: evil.example"], 400),
        (["Host: 127.0.0.1:PORT", "Origin: http://evil.example"], 403),
        (["Host: 127.0.0.1:PORT", "Origin: null"], 403),
        (["Host: 127.0.0.1:PORT", "Sec-Fetch-Site: cross-site"], 403),
        (["Host: 127.0.0.1:PORT", "Origin: http://127.0.0.1:PORT", "X-Form-Mark: wrong"], 403),
        ([], 400),
    ],
)
def test_other_pages_and_other_names_change_nothing(
    served: Served, mark: str, headers: list[str], status: int
) -> None:
    run = run_named(served.folder, DESIGN, "hoped for")
    port = served.base.rsplit(":", 1)[1]
    body = "" if any("Form-Mark" in header for header in headers) else f"form-mark={mark}"
    lines = [
        f"POST /study/hard/runs/{run}/delete HTTP/1.1",
        *(header.replace("PORT", port) for header in headers),
        f"Cookie: {served.cookie}",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
        "Connection: close",
        "",
        body,
    ]
    with _connected(served) as connection:
        connection.sendall("\r\n".join(lines).encode())
        answer = connection.recv(65536)
    assert int(answer.split()[1]) in (status, 421), answer[:200]
    assert (served.folder / "hard-results" / "runs" / run).is_dir()
