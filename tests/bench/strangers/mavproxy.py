"""A session of MAVProxy, as it is installed, on the built-in copter and on SITL: does it end alike?

    pip install MAVProxy
    DRONECTL_ARDUCOPTER=… python tests/bench/strangers/mavproxy.py

The same lines are typed to both: GUIDED, arm, take off, fly somewhere, RTL. Printed: what each acknowledged, and its
modes. Not a test of the suite: MAVProxy is not among what CI installs.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[2] / part) for part in ("autopilot", "support")]

from vehicles import BUILTIN, SITL, running, sitl_binary  # noqa: E402

SPEEDUP = 3.0
TOLD = re.compile(r"Got COMMAND_ACK: \w+: \w+|Mode \w+")
"""When it says that it is armed depends on when it looks."""
SESSION = (
    ("mode guided", "Mode GUIDED"),
    ("arm throttle", "COMPONENT_ARM_DISARM: "),
    ("takeoff 12", "NAV_TAKEOFF: "),
    ("guided 16.0532 103.6503 15", None),
    ("mode rtl", "Mode RTL"),
    ("", "DISARMED"),
)
PATIENCE_S = 60.0


def session(kind: str, folder: Path) -> list[str]:
    """What it said, in its order."""
    heard: list[str] = []
    with running(kind, folder, parameters={"DISARM_DELAY": 127}, speedup=SPEEDUP) as address:
        master = f"tcp:127.0.0.1:{address.port}"
        command = [sys.executable, "-m", "MAVProxy.mavproxy", "--master", master, "--state-basedir", str(folder)]
        program = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=folder,
            start_new_session=True,
        )
        assert program.stdin is not None
        assert program.stdout is not None
        threading.Thread(target=lambda lines: heard.extend(lines), args=(program.stdout,), daemon=True).start()
        try:
            wait_for(heard, "is using GPS", 0)
            time.sleep(20.0 / SPEEDUP)
            for line, answer in SESSION:
                seen = len(heard)
                program.stdin.write(f"{line}\n")
                program.stdin.flush()
                if answer is None:
                    time.sleep(20.0 / SPEEDUP)
                else:
                    wait_for(heard, answer, seen)
        finally:
            os.killpg(program.pid, signal.SIGKILL)  # and what it has started
    return [part for line in heard for part in TOLD.findall(line)]


def wait_for(heard: list[str], words: str, seen: int) -> None:
    """Nothing tells of it but what it prints."""
    until_s = time.monotonic() + PATIENCE_S
    while not any(words in line for line in heard[seen:]):
        if time.monotonic() > until_s:
            raise TimeoutError(f"no '{words}' in {heard[-5:]}")
        time.sleep(0.1)


def main() -> None:
    told = {}
    for kind in (BUILTIN, SITL) if sitl_binary() else (BUILTIN,):
        with tempfile.TemporaryDirectory() as folder:
            told[kind] = session(kind, Path(folder))
        print(f"{kind}: {', '.join(told[kind])}")
    if len(told) > 1:
        print("alike" if told[BUILTIN] == told[SITL] else "not alike")


if __name__ == "__main__":
    main()
