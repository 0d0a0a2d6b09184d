"""``dronectl doctor``: what it finds behind each kind of link, and what it says of a broken workspace."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dronectl.cli.main import run
from dronectl.cli.site.doctor import probe


@contextmanager
def server(answer: bytes | None) -> Iterator[str]:
    """A TCP server that answers each client with these bytes (None: stays silent); yields its link."""
    clients: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            clients.append(client)
            if answer is not None:
                client.sendall(answer)
                client.shutdown(socket.SHUT_WR)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"tcp://127.0.0.1:{listener.getsockname()[1]}"
        thread.join(5)
        for client in clients:
            client.close()


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"\xfd\x09\x00", (True, "MAVLink answers")),
        (b"noise\xfe\x09", (True, "MAVLink answers")),
        (b"HTTP/1.1 400", (False, "something else than MAVLink answers")),
        (b"", (False, "closed at once: perhaps another program holds it")),
        (None, (False, "nothing heard in 1 s")),
    ],
)
def test_a_tcp_link_is_asked(answer: bytes | None, expected: tuple[bool, str]) -> None:
    with server(answer) as link:
        assert probe(link, {1: "one"}, 255) == (*expected, {})


def test_a_closed_port_does_not_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    answers, found, _ = probe(f"tcp://127.0.0.1:{port}", {}, 255)
    assert answers is False
    assert "no answer" in found


def test_links_that_cannot_be_asked_say_so(tmp_path: Path) -> None:
    assert probe("udpin://0.0.0.0:14550", {}, 255)[0] is None
    assert probe("serial:///dev/no-such-port?baud=57600", {}, 255) == (False, "there is no such port", {})
    (tmp_path / "tty").touch()
    assert probe(f"serial://{(tmp_path / 'tty').as_posix()}?baud=57600", {}, 255)[0] is None


def test_the_workspaces_links_and_versions_are_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["init", str(tmp_path)])
    capsys.readouterr()
    with server(b"\xfd") as link:
        assert run(["doctor", "--json", "--workspace", str(tmp_path), "--link", link]) == 0
    answer = json.loads(capsys.readouterr().out)
    found = {"answers": True, "found": "MAVLink answers", "firmware": {}, "identity_errors": {}}
    assert answer["links"] == [{"link": link, "drones": ["one"], **found}]
    assert answer["packages"]["pymavlink"]
    assert answer["errors"] == []


def test_workspace_errors_are_shown_and_exit_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "dronectl.toml").write_text("[site\n", encoding="utf-8")
    assert run(["doctor", "--workspace", str(tmp_path)]) == 2
    out = capsys.readouterr().out
    assert "error: dronectl.toml: not valid TOML" in out
    assert "python" in out


def test_without_a_workspace_the_rest_is_still_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DRONECTL_ARDUCOPTER", str(tmp_path / "arducopter"))
    assert run(["doctor"]) == 0
    out = capsys.readouterr().out
    assert "workspace   none" in out
    assert "(DRONECTL_ARDUCOPTER) cannot be run" in out
