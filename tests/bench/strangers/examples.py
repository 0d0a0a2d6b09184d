"""The example scripts of DroneKit, MAVSDK-Python and pymavlink, unchanged, on the built-in copter and on SITL.

    DRONECTL_ARDUCOPTER=… python tests/bench/strangers/examples.py CHECKOUT… [--python PYTHON] [--only WORDS]

CHECKOUT: a folder of one of the three repositories (its ``examples/`` is what is run); their wheels do not have them.
Each script is run once on a fresh vehicle of each kind, at the home that it was written for. Two ends are alike when
the script ended in the same way and the vehicle was left in the same mode, armed or not; wordings (numbers aside) that
one of them alone printed are told. Not a test of the suite: a script waits in real time, and the repositories are not
among what CI installs.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[2] / part) for part in ("autopilot", "support")]

import vehicles  # noqa: E402
from pymavlink import mavutil  # noqa: E402
from vehicles import BUILTIN, SITL, VehicleAddress, running, sitl_binary  # noqa: E402

SPEEDUP = 2.0
"""Scripts wait by the clock; at more than this SITL on a busy machine falls behind it."""
READY_S, LANDED_S = 60.0, 45.0
MAVSDK_PORT = 14540
"""Where MAVSDK's scripts listen."""
PARAMETERS = {"DISARM_DELAY": 10}


@dataclass(frozen=True)
class Home:
    lat_deg: float
    lon_deg: float
    amsl_m: float


CMAC, ZURICH = Home(-35.363261, 149.165230, 584.0), Home(47.397742, 8.545594, 488.0)


@dataclass(frozen=True)
class Script:
    """``arguments``: CONNECT stands for the vehicle's address. ``patience_s``: a script that goes on for good is ended
    then, which is an end as any other."""

    path: str
    home: Home
    arguments: tuple[str, ...] = ()
    patience_s: float = 150.0


def dronekit(path: str, patience_s: float = 150.0) -> Script:
    return Script(path, CMAC, ("--connect", "tcp:CONNECT"), patience_s)


def mavsdk(path: str, patience_s: float = 90.0, *arguments: str) -> Script:
    return Script(path, ZURICH, arguments, patience_s)


def pymavlink(path: str, patience_s: float = 20.0) -> Script:
    return Script(path, CMAC, ("--device", "tcp:CONNECT"), patience_s)


SCRIPTS = (
    dronekit("simple_goto/simple_goto.py"),
    dronekit("vehicle_state/vehicle_state.py"),
    dronekit("mission_basic/mission_basic.py", 240.0),
    dronekit("mission_import_export/mission_import_export.py"),
    dronekit("guided_set_speed_yaw/guided_set_speed_yaw.py", 420.0),
    dronekit("channel_overrides/channel_overrides.py"),
    dronekit("set_attitude_target/set_attitude_target.py"),
    dronekit("create_attribute/create_attribute.py"),
    dronekit("reboot/reboot.py"),
    dronekit("play_tune/play_tune.py"),
    mavsdk("takeoff_and_land.py"),
    mavsdk("telemetry.py", 45.0),
    mavsdk("telemetry_takeoff_and_land.py", 120.0),
    mavsdk("telemetry_flight_mode.py", 45.0),
    mavsdk("telemetry_is_armed_is_in_air.py", 45.0),
    mavsdk("telemetry_status_text.py", 45.0),
    mavsdk("firmware_version.py"),
    mavsdk("all_params.py", 300.0),
    mavsdk("mission.py", 150.0),
    mavsdk("mission_import.py", 120.0),
    mavsdk("mission_raw.py", 60.0),
    mavsdk("geofence.py", 60.0),
    mavsdk("goto.py", 60.0),
    mavsdk("do_orbit.py", 120.0),
    mavsdk("offboard_position_ned.py", 120.0),
    mavsdk("offboard_velocity_ned.py", 120.0),
    mavsdk("offboard_velocity_body.py", 120.0),
    mavsdk("offboard_attitude.py", 120.0),
    mavsdk("logfile_download.py", 60.0),
    mavsdk("send_status_message.py", 30.0),
    mavsdk("tune.py", 30.0),
    pymavlink("status_msg.py"),
    pymavlink("apmsetrate.py"),
    pymavlink("bwtest.py"),
)


@dataclass(frozen=True)
class End:
    """How a script ended, how it left the vehicle, and what it had printed, numbers aside."""

    how: str
    vehicle: str
    wordings: frozenset[str]


def run(script: Script, checkout: Path, python: str, kind: str, folder: Path) -> End:
    vehicles.HOME_LAT_DEG, vehicles.HOME_LON_DEG = script.home.lat_deg, script.home.lon_deg
    vehicles.HOME_AMSL_M = script.home.amsl_m
    with running(kind, folder, parameters=PARAMETERS, speedup=SPEEDUP) as address:
        wait_until_ready(address)
        at_mavsdk = bridge(address) if script.home is ZURICH else contextlib.nullcontext()
        with at_mavsdk:
            how, printed = played(script, checkout, python, address)
        left = state(address)
    return End(
        how, left, frozenset(wording for line in printed.splitlines() if is_told(line) and (wording := skeleton(line)))
    )


def played(script: Script, checkout: Path, python: str, address: VehicleAddress) -> tuple[str, str]:
    path = checkout / "examples" / script.path
    connect = f"127.0.0.1:{address.port}"
    arguments = [part.replace("CONNECT", connect) for part in script.arguments]
    program = subprocess.Popen(
        [python, "-u", str(path), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        cwd=path.parent,
        start_new_session=True,
    )
    try:
        printed, _ = program.communicate(timeout=script.patience_s)
        how = f"exit {program.returncode}"
    except subprocess.TimeoutExpired:
        os.killpg(program.pid, signal.SIGKILL)
        printed, _ = program.communicate()
        how = "goes on"
    with contextlib.suppress(ProcessLookupError):
        os.killpg(program.pid, signal.SIGKILL)  # what it has started
    return how, printed


def is_told(line: str) -> bool:
    """Where in the sources something failed is no wording of the script's."""
    return not re.match(r"\s*(File |\^|~|Traceback|\.\.\.)", line) and "Warning" not in line


def skeleton(line: str) -> str:
    """A line without what differs from flight to flight: numbers, times, addresses."""
    return re.sub(r"\s+", " ", re.sub(r"(?<![A-Za-z])-?(nan|\d[\d.:xe+-]*)", "#", line.strip()))[:110]


def wait_until_ready(address: VehicleAddress) -> None:
    """Until it would arm, and knows where it is: a script begins at a drone that stands ready."""
    link = connected(address)
    until_s = time.monotonic() + READY_S
    is_armable = knows_where = False
    while not (is_armable and knows_where):
        if time.monotonic() > until_s:
            raise TimeoutError(f"{address.kind} is not ready after {READY_S:.0f} s")
        link.mav.request_data_stream_send(1, 1, mavutil.mavlink.MAV_DATA_STREAM_ALL, 2, 1)
        message = link.recv_match(type=["SYS_STATUS", "EKF_STATUS_REPORT"], blocking=True, timeout=1.0)
        if message is None:
            continue
        if message.get_type() == "SYS_STATUS":
            is_armable = bool(message.onboard_control_sensors_health & mavutil.mavlink.MAV_SYS_STATUS_PREARM_CHECK)
        else:
            knows_where = bool(message.flags & mavutil.mavlink.EKF_POS_HORIZ_ABS)
    link.close()


def state(address: VehicleAddress) -> str:
    """Once it has landed, or as it hovers then."""
    link = connected(address)
    until_s = time.monotonic() + LANDED_S
    while (beat := link.wait_heartbeat(timeout=10.0)) and beat.base_mode & 128 and time.monotonic() < until_s:
        pass
    link.close()
    return f"{mavutil.mode_string_v10(beat)}{', armed' if beat.base_mode & 128 else ''}" if beat else "silent"


def connected(address: VehicleAddress) -> mavutil.mavfile:
    return mavutil.mavlink_connection(f"tcp:127.0.0.1:{address.port}", source_system=254, retries=60)


@contextlib.contextmanager
def bridge(address: VehicleAddress) -> Iterator[None]:
    """Between the vehicle's TCP port and the port at which MAVSDK's scripts listen."""
    with (
        socket.create_connection(("127.0.0.1", address.port)) as vehicle,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as script,
    ):
        script.bind(("127.0.0.1", 0))
        is_over = threading.Event()

        def carry() -> None:
            while not is_over.is_set():
                for heard in select.select([vehicle, script], [], [], 0.2)[0]:
                    with contextlib.suppress(ConnectionRefusedError):  # it does not listen yet, or no more
                        if heard is script:
                            vehicle.sendall(script.recv(65_536))
                        elif frames := vehicle.recv(4_096):
                            script.sendto(frames, ("127.0.0.1", MAVSDK_PORT))
                        else:
                            return

        carrier = threading.Thread(target=carry, daemon=True)
        carrier.start()
        try:
            yield
        finally:
            is_over.set()
            carrier.join()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkouts", type=Path, nargs="+", metavar="CHECKOUT")
    parser.add_argument("--only", default="", help="scripts whose path has these words")
    parser.add_argument(
        "--python", default=sys.executable, help="that has the packages; MAVSDK's scripts want mavsdk<4"
    )
    chosen = parser.parse_args()
    kinds = (BUILTIN, SITL) if sitl_binary() else (BUILTIN,)
    alike = compared = 0
    for script in SCRIPTS:
        checkout = next((one for one in chosen.checkouts if (one / "examples" / script.path).is_file()), None)
        if checkout is None or chosen.only not in script.path:
            continue
        ends = {}
        for kind in kinds:
            with tempfile.TemporaryDirectory() as folder:
                ends[kind] = run(script, checkout.resolve(), chosen.python, kind, Path(folder))
        built_in, sitl = ends[BUILTIN], ends.get(SITL)
        if sitl is None:
            print(f"{script.path}: {built_in.how}, {built_in.vehicle}", flush=True)
            for wording in sorted(built_in.wordings):
                print(f"             {wording}", flush=True)
            continue
        compared += 1
        if (built_in.how, built_in.vehicle) == (sitl.how, sitl.vehicle):
            alike += 1
            print(f"alike      {script.path}: {sitl.how}, {sitl.vehicle}", flush=True)
        else:
            print(f"NOT ALIKE  {script.path}: built-in {built_in.how}, {built_in.vehicle}; ", end="")
            print(f"SITL {sitl.how}, {sitl.vehicle}", flush=True)
        for whose, own in ((BUILTIN, built_in.wordings - sitl.wordings), (SITL, sitl.wordings - built_in.wordings)):
            for wording in sorted(own)[:12]:
                print(f"             {whose} alone: {wording}", flush=True)
    if compared:
        print(f"{alike} of {compared} alike")


if __name__ == "__main__":
    main()
