"""`handful serve`: where it listens, and what it says when it cannot."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path

import pytest

from handful.app.server import listen
from handful.cli import serve as verb


def test_a_port_that_is_taken_is_named(run, tmp_path):
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        result = run("serve", tmp_path, "--port", str(port))
    assert result.exit_code == 2
    assert result.stdout == ""
    assert f"somebody listens at port {port} already" in result.stderr


def test_an_address_of_another_machine_is_refused(run, tmp_path, monkeypatch):
    monkeypatch.setenv("HANDFUL_PASSWORD", "a long enough password")
    result = run("serve", tmp_path, "--host", "192.0.2.1", "--port", "0")
    assert result.exit_code == 2
    assert "nothing can listen at 192.0.2.1" in result.stderr


def test_the_usual_port_gives_way_to_one_that_is_free(monkeypatch):
    with listen("127.0.0.1", 0) as taken:
        monkeypatch.setattr(verb, "USUAL_PORT", taken.getsockname()[1])
        with verb._listener("127.0.0.1", None) as found:
            assert found.getsockname()[1] not in (0, verb.USUAL_PORT)


def test_no_folder_is_said(run, tmp_path):
    result = run("serve", tmp_path / "nothing")
    assert result.exit_code == 2
    assert "is no folder" in result.stderr


@pytest.mark.parametrize(("setting", "opened"), [({"DISPLAY": ":0"}, True), ({}, False)])
def test_a_browser_is_opened_where_there_are_windows(monkeypatch, setting, opened):
    import webbrowser

    links: list[str] = []
    monkeypatch.setattr(webbrowser, "open", links.append)
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in setting.items():
        monkeypatch.setenv(name, value)
    verb._show("http://127.0.0.1:1/?token=x")
    assert bool(links) == opened


def test_the_link_answers_as_soon_as_it_is_printed(tmp_path: Path):
    command = [sys.executable, "-m", "handful", "serve", str(tmp_path), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            link = re.search(r"http://127.0.0.1:(\d+)(/\S+)", process.stdout.readline())
            assert link is not None
            port, path = int(link[1]), link[2]
            asked = HTTPConnection("127.0.0.1", port, timeout=60)
            asked.request("GET", path)
            answer = asked.getresponse()
            assert answer.status == 303
            assert answer.getheader("set-cookie")
            asked.close()
        finally:
            process.send_signal(2)
            _, said = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "Traceback" not in said
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)
