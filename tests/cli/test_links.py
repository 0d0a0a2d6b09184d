"""Links as pilots meet them: how good they are, through the real entry point and the built-in fleet."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from running_fleet import copy_workspace, fleet_behind

from dronectl.cli.main import run
from dronectl.sim.settings import LinkFaults


def test_status_tells_loss_and_round_trip_of_every_link(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = copy_workspace(tmp_path)
    with fleet_behind(root, link=LinkFaults(latency_ms=60.0)):
        assert run(["fleet", "status", "--json", "--workspace", str(root), "--drone", "alpha", "--drone", "bravo"]) == 0
        drones = json.loads(capsys.readouterr().out)["drones"]
        assert [drone["name"] for drone in drones] == ["alpha", "bravo"]
        for drone in drones:
            (link,) = drone["links"]
            assert link["url"].startswith("tcp://127.0.0.1:")
            assert (link["up"], link["heard"], link["in_use"]) == (True, True, True)
            assert link["loss_pct"] == 0.0
            assert 115 < link["round_trip_ms"] < 400  # 60 ms each way
        assert run(["fleet", "status", "--workspace", str(root), "--drone", "alpha"]) == 0
        table = capsys.readouterr().out
        assert "answers in" in table
        assert " ms" in table
