"""``sim train`` and ``sim start --scenario`` as they are typed."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest
from programs import dronectl, free_port, read_until
from running_fleet import copy_workspace, relink

from dronectl.cli.main import run


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return copy_workspace(tmp_path)


@pytest.mark.skipif(os.name == "nt", reason="signals are sent otherwise there")
def test_a_drill_that_is_ended_says_what_was_not_done(root: Path) -> None:
    relink(root, {name: f"tcp://127.0.0.1:{free_port()}" for name in ("alpha", "bravo", "charlie")})
    process = dronectl("sim", "train", "gps-lost", "--json", "--workspace", str(root))
    assert "the drones answer" in read_until(process.stderr, "the drones answer")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    told = json.loads(out)
    assert (told["points"], told["of_points"]) == (0, 10)
    assert [answer["note"] for answer in told["answers"]] == ["did not happen", "did not happen"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("train", "nothing"), "no scenario 'nothing'"),
        (("start", "--scenario", "nothing"), "no scenario 'nothing'"),
        (("start", "--scenario", "gps-lost", "--backend", "ardupilot"), "for the built-in copters only"),
    ],
)
def test_wrong_usage(root: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], told: str) -> None:
    assert run(["sim", *arguments, "--workspace", str(root)]) == 2
    assert told in capsys.readouterr().err
