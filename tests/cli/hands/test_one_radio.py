"""Three drones on one radio on a serial port, and many hands: follow, watch, record, ask and order, all at once."""

from __future__ import annotations

import json
import re
import signal
import sys
from pathlib import Path

import pytest
from programs import dronectl, read_until
from running_fleet import copy_workspace, fleet_behind
from serial_radio import serial_radio

from dronectl.cli.main import run

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no pseudo terminals there")


def test_on_one_port_with_loss_all_work_at_once_and_no_frame_goes_to_another(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = copy_workspace(tmp_path / "site")
    here = ["--workspace", str(root)]
    recording = tmp_path / "all.tlog"
    with (
        fleet_behind(root, speedup=1.0) as fleet,
        serial_radio(list(fleet.ports.values()), loss=0.05) as url,
    ):
        toml = root / "dronectl.toml"
        toml.write_text(re.sub(r"tcp://127\.0\.0\.1:\d+", url, toml.read_text(encoding="utf-8")), encoding="utf-8")
        stream = dronectl("telemetry", "stream", "--rate", "2", *here)
        read_until(stream.stdout, '"drone": "charlie"')
        record = dronectl("telemetry", "record", "-o", str(recording), *here)
        watch = dronectl("watch", *here)
        read_until(record.stderr, "recording; Ctrl-C ends it")
        for order in (
            ["fleet", "status"],
            ["param", "get", "RTL_ALT_M"],
            ["hold", "--drone", "alpha"],
            ["mode", "LOITER", "--drone", "bravo", "--yes"],
            ["mission", "download", "-o", str(tmp_path / "on-board.waypoints"), "--drone", "charlie"],
            ["rtl"],
        ):
            assert run([*order, *here]) == 0, (order, capsys.readouterr().err)
        errors = []
        for hand in (watch, record, stream):
            hand.send_signal(signal.SIGINT)
            told, error = hand.communicate()
            assert hand.returncode == 0, error
            errors.append(error)
    assert not [error for error in errors if "multiple access" in error or "not heard" in error]
    losses = [row["link_loss_pct"] for row in map(json.loads, told.splitlines()) if row["link_loss_pct"] is not None]
    assert 0 < losses[-1] < 12  # the radio's own five, and nobody's who took frames away
    assert recording.stat().st_size > 10_000
