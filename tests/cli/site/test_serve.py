"""``serve`` as it is typed: the page, a report, and its end."""

from __future__ import annotations

import json
import os
import signal
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from line_bodies import SECRET, body, event, signature, text
from programs import dronectl, free_port, read_until
from running_fleet import copy_workspace, relink

from dronectl.cli.main import run
from dronectl.model.text.shown_time import now


def asked(url: str, data: bytes | None = None, **headers: str) -> tuple[int, bytes]:
    request = urllib.request.Request(url, data=data, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=20.0) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


@pytest.mark.skipif(os.name == "nt", reason="signals are sent otherwise there")
def test_the_page_and_what_comes_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = copy_workspace(tmp_path)
    relink(root, {name: f"tcp://127.0.0.1:{free_port()}" for name in ("alpha", "bravo", "charlie")})
    tokens = root / "flights" / ".intake-tokens"
    assert run(["station", "token", "bot", "--token-file", str(tokens), "--workspace", str(root)]) == 0
    token = capsys.readouterr().out.strip()
    environment = {**os.environ, "DRONECTL_LINE_SECRET": SECRET}
    process = dronectl("serve", "--port", "0", "--workspace", str(root), env=environment)
    told = read_until(process.stderr, "the page is at ")
    url = told.rpartition("the page is at ")[2].partition(";")[0]
    assert b"EventSource" in asked(url)[1]
    assert json.loads(asked(f"{url}api/ground")[1])["zones"]
    with urllib.request.urlopen(f"{url}api/stream", timeout=20.0) as stream:
        stream.readline()
        first = json.loads(stream.readline().removeprefix(b"data: "))
    assert [drone["name"] for drone in first["drones"]] == ["alpha", "bravo", "charlie"]
    assert {drone["heard_age_s"] for drone in first["drones"]} == {None}, "who was never heard is not shown as there"
    report = b'{"id": "1", "place": "gold_shop_2", "kind": "fight"}'
    status, answer = asked(f"{url}api/incidents", report, Authorization=f"Bearer {token}")
    assert (status, json.loads(answer)["kind"]) == (201, "fight")
    assert asked(f"{url}api/incidents", report, Authorization="Bearer x")[0] == 401
    sent = body(event(1, int(now().timestamp() * 1000), text("ไฟไหม้ ร้านทอง ๒")))
    assert asked(f"{url}line", sent, **{"x-line-signature": signature(sent)})[0] == 200
    assert asked(f"{url}line", sent, **{"x-line-signature": "x"})[0] == 401
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert "Traceback" not in err
    assert run(["incident", "list", "--json", "--workspace", str(root)]) == 0
    kinds = {one["kind"] for one in json.loads(capsys.readouterr().out)["incidents"]}
    assert kinds == {"fight", "fire"}, "what came in is in the book, also what came last"


def test_a_port_that_is_taken_and_a_secret_that_lacks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = copy_workspace(tmp_path)
    monkeypatch.setenv("DRONECTL_LINE_TOKEN", "t")
    monkeypatch.delenv("DRONECTL_LINE_SECRET", raising=False)
    assert run(["serve", "--workspace", str(root)]) == 2
    assert "DRONECTL_LINE_SECRET is not" in capsys.readouterr().err
    assert run(["serve", "--token-file", str(root / "none"), "--workspace", str(root)]) == 2
