"""Who is let in, and what is refused or harmless."""

from __future__ import annotations

from pathlib import Path

import pytest
from argon2 import PasswordHasher
from starlette.testclient import TestClient

from handful.app import guard
from handful.app.guard import COOKIE, LARGEST_BODY, Keys
from handful.app.pages import login
from handful.app.server import hosts, make_app, secret_of
from tests.unit.app.conftest import BASE, PORT


def test_the_link_lets_in_once(stranger: TestClient, keys: Keys):
    token = keys.token
    first = stranger.get(f"/studies?token={token}&format=json")
    assert first.status_code == 303
    assert first.headers["location"] == "/studies?format=json"
    cookie = first.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert stranger.get("/studies").status_code == 200
    other = TestClient(stranger.app, base_url=BASE, follow_redirects=False)
    assert other.get(f"/studies?token={token}").status_code == 403


def test_tokens_cannot_be_guessed_and_strangers_see_nothing(stranger: TestClient, keys: Keys):
    for guess in ("", "x", keys.token[:-1], keys.token + "x", "é"):
        assert stranger.get("/studies", params={"token": guess}).status_code == 403
    for path in ("/", "/studies", "/openapi.json", "/study/small"):
        answer = stranger.get(path)
        assert answer.status_code == 403
        assert "small" not in answer.text
    for cookie in ("", ".", "abc", f"abc.{'0' * 64}"):
        assert stranger.get("/studies", headers={"cookie": f"{COOKIE}={cookie}"}).status_code == 403
    assert keys.token  # wrong guesses do not use it up


def test_a_session_outlives_a_restart_and_no_other_folder(client: TestClient, folder: Path, tmp_path: Path):
    cookie = client.cookies[COOKIE]
    again = Keys(secret_of(folder), hosts("127.0.0.1", PORT))
    assert again.knows(cookie)
    (tmp_path / "elsewhere").mkdir()
    assert not Keys(secret_of(tmp_path / "elsewhere"), again.hosts).knows(cookie)
    assert (folder / ".handful" / "secret").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example:8321", ""]
)
def test_another_host_is_not_answered(client: TestClient, host: str):
    assert client.get("/studies", headers={"host": host}).status_code == 421


def test_its_own_names_are(client: TestClient):
    for host in (f"localhost:{PORT}", f"127.0.0.1:{PORT}", f"[::1]:{PORT}"):
        answer = client.get(
            "/studies", headers={"host": host, "cookie": f"{COOKIE}={client.cookies[COOKIE]}"}
        )
        assert answer.status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": f"http://evil.example@127.0.0.1:{PORT}"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_what_another_page_sends_is_refused(
    client: TestClient, mark: str, headers: dict[str, str], folder: Path
):
    form = {"name": "new", "template": "casgevy", "form-mark": mark}
    assert client.post("/studies", data=form, headers=headers).status_code == 403
    assert not (folder / "new.yaml").exists()


def test_a_form_needs_the_mark_of_its_session(client: TestClient, keys: Keys, folder: Path):
    for mark in ("", "x", keys.form("another")):
        form = {"name": "new", "template": "casgevy", "form-mark": mark}
        assert client.post("/studies", data=form, headers={"origin": BASE}).status_code == 403
    assert not (folder / "new.yaml").exists()


def test_bodies_are_capped_whether_they_say_how_large_they_are_or_not(client: TestClient):
    large = b"x" * (LARGEST_BODY + 1)
    assert client.post("/studies", content=large).status_code == 413
    pieces = (large[: 2**19] for _ in range(5))
    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert client.post("/studies", content=pieces, headers=kind).status_code == 413
    assert client.post("/studies", content=b"", headers={"content-length": "-1"}).status_code == 413


def test_every_answer_is_careful(client: TestClient, stranger: TestClient):
    for path in ("/studies", "/static/app.css", "/nothing"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe-eval" not in policy
        assert "script-src 'self';" in policy
        assert headers["x-content-type-options"] == "nosniff"


def test_the_password_lets_in_one_guess_at_a_time(folder: Path, monkeypatch: pytest.MonkeyPatch):
    keys = Keys(
        secret_of(folder),
        hosts("0.0.0.0", PORT, ["lab.example"]),
        password=PasswordHasher().hash("right horse"),
    )
    client = TestClient(make_app(folder, keys), base_url=f"http://lab.example:{PORT}", follow_redirects=False)
    assert client.get("/studies").headers["location"] == "/login?next=%2Fstudies"
    assert client.get("/login").status_code == 200
    monkeypatch.setattr(login, "PAUSE", 600.0)
    monkeypatch.setattr(login, "_wrong_until", [0.0])
    assert client.post("/login", data={"password": "wrong"}).status_code == 403
    assert client.post("/login", data={"password": "right horse"}).status_code == 429
    monkeypatch.setattr(login, "_wrong_until", [0.0])
    for away in ("//evil.example", "https://evil.example", "/\\evil.example"):
        answer = client.post("/login", data={"password": "right horse", "next": away})
        assert answer.headers["location"] == "/studies"
    assert client.get("/studies").status_code == 200


def test_without_a_password_there_is_no_login(stranger: TestClient):
    assert stranger.get("/login").status_code == 404
    assert stranger.post("/login", data={"password": ""}).status_code in (404, 422)


def test_two_headers_of_one_name_are_none():
    scope = {"headers": [(b"host", b"a"), (b"Host", b"b"), (b"cookie", b"c")]}
    assert guard._headers(scope) == {"host": "\0", "cookie": "c"}
