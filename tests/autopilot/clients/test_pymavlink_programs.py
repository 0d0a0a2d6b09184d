"""Programs that pymavlink ships, run unchanged from where they were installed, end alike on both."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from expectations import expected_of
from raw_client import RawClient
from vehicles import VehicleAddress

OVER_SOCKETS = True


def test_mavftp_reads_and_decodes_all_parameters(
    address: VehicleAddress, port: Callable[[int], RawClient], tmp_path: Path
) -> None:
    with port(0) as client:
        talk = client.talk()
        talk.wait_until(lambda m: m.get_type() == "HEARTBEAT" and m.system_status == 3, "heartbeat in STANDBY")
        name = expected_of(client).name("RTL_ALT")
        value = client.parameter(name)
    ended = mavftp(address, "getparams", str(tmp_path / "values"))
    assert ended.returncode == 0, ended.stderr
    read = dict(line.split(",")[:2] for line in (tmp_path / "values").read_text(encoding="utf-8").splitlines())
    assert len(read) > 1000
    assert float(read[name]) == value


def test_mavftp_says_of_a_file_that_is_not_there_that_it_is_not(address: VehicleAddress, tmp_path: Path) -> None:
    ended = mavftp(address, "get", "@SYS/nothing.txt", str(tmp_path / "nothing"))
    assert ended.returncode != 0
    assert not (tmp_path / "nothing").exists()


def mavftp(address: VehicleAddress, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pymavlink.mavftp", "--device", f"tcp:127.0.0.1:{address.port}", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=300, check=False, env={**os.environ, "MAVLINK20": "1"}
    )
