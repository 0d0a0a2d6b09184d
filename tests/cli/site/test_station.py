"""``dronectl station``: an owner of the links that outlives the command that started it, and what others see of it."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
from programs import dronectl, read_until
from running_fleet import copy_workspace, fleet_behind

from dronectl.cli.main import run


def shares(capsys: pytest.CaptureFixture[str], root: Path) -> Any:
    capsys.readouterr()
    assert run(["station", "status", "--json", "--workspace", str(root)]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_station_holds_the_links_for_the_others_and_ends_when_it_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = copy_workspace(tmp_path)
    here = ["--workspace", str(root)]
    with fleet_behind(root):
        assert [link["owner"] for link in shares(capsys, root)["links"]] == [None, None, None]
        assert run(["station", "stop", *here]) == 0
        assert capsys.readouterr().out == "no station was running\n"
        assert run(["station", "start", "--detach", *here]) == 0
        (told,) = capsys.readouterr().out.splitlines()
        assert told.startswith("the station runs in the background (process ")
        try:
            links = shares(capsys, root)["links"]
            assert [(link["owner"]["command"], link["up"], link["joined"]) for link in links] == [
                ("station start", True, [])
            ] * 3
            assert run(["param", "get", "RTL_ALT_M", "--drone", "alpha", *here]) == 0
            capsys.readouterr()
            assert run(["doctor", *here]) == 0
            assert capsys.readouterr().out.count("open; station start by pid") == 3
            assert run(["signing", "status", *here]) == 6  # it judges frames itself, and needs the links alone
            assert "station start by pid" in capsys.readouterr().err
            assert run(["station", "start", "--detach", *here]) == 6
            assert "is there already" in capsys.readouterr().err
            # On the ground an order needs the heartbeat of somebody who stays.
            assert run(["hold", "--drone", "alpha", *here]) == 0
            assert "heartbeat ends" not in capsys.readouterr().err
        finally:
            assert run(["station", "stop", *here]) == 0
        assert capsys.readouterr().out == "station stopped\n"
        assert [link["owner"] for link in shares(capsys, root)["links"]] == [None, None, None]


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there")
def test_who_joined_takes_the_links_of_a_killed_station_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = copy_workspace(tmp_path)
    here = ["--workspace", str(root)]
    with fleet_behind(root, speedup=1.0):
        station = dronectl("station", "start", *here)
        read_until(station.stderr, "the station holds the links")
        stream = dronectl("telemetry", "stream", "--rate", "10", *here)
        read_until(stream.stdout, '"drone": "charlie"')
        assert shares(capsys, root)["links"][0]["joined"][0]["command"] == "telemetry stream"
        assert run(["station", "stop", "--drone", "alpha", "--link", "tcp://127.0.0.1:1", *here]) == 0  # another link
        capsys.readouterr()
        station.send_signal(signal.SIGKILL)
        station.communicate()
        for _ in range(20):  # as many samples, which it now hears itself
            read_until(stream.stdout, '"drone": "charlie"')
        (owner,) = {link["owner"]["command"] for link in shares(capsys, root)["links"]}
        assert owner == "telemetry stream"
        assert run(["station", "stop", *here]) == 6
        assert "holds it, and is no station" in capsys.readouterr().err
        stream.send_signal(signal.SIGINT)
        told, errors = stream.communicate()
        assert stream.returncode == 0
        assert "not heard" not in errors
        losses = [row["link_loss_pct"] for row in map(json.loads, told.splitlines())]
        assert max(losses, default=0) < 20
