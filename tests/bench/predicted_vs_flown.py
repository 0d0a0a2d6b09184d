"""The plan's times and energy held against flights on ArduCopter SITL: python tests/bench/predicted_vs_flown.py

Flies three missions to measure the powers of the vehicle, then all others (some five minutes), and prints for each what
was flown, what was predicted, and the error. DRONECTL_ARDUCOPTER names the binary, or it is 'arducopter' on the PATH.
``--save FILE`` writes the flown figures (tests/data/flown_on_arducopter.json is such a file); ``--from FILE`` compares
with saved ones and flies nothing; ``--builtin`` flies the built-in copter.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

import support_path  # isort: skip  # noqa: F401

import measured_flight
from flown_missions import CALIBRATION, DRONE, SETUPS, FlownMission, Setup, predicted, with_powers
from flying import REQUEST_MESSAGE, wait_ready
from raw_client import SocketClient
from vehicles import BUILTIN, SITL, running, sitl_binary

from dronectl.sim.vehicle.settings import drone_parameters

BOOT_S = 120.0
AUTOPILOT_VERSION = 148
SAME_AT_EVERY_HEIGHT = 1

Flights = dict[str, measured_flight.Measured]


def fly_all(kind: str, setup: Setup, missions: tuple[FlownMission, ...]) -> tuple[str, Flights]:
    """Every mission on one vehicle that is set up so; and the vehicle's version."""
    flown: Flights = {}
    with (
        tempfile.TemporaryDirectory() as folder,
        running(kind, Path(folder), parameters=drone_parameters(setup.drone)) as address,
        SocketClient(address.port, address.system_id) as client,
    ):
        client.talk().wait_until(lambda m: m.get_type() == "HEARTBEAT" and m.system_status == 3, "boot", BOOT_S)
        wait_ready(client)
        talk = client.talk()
        client.command(REQUEST_MESSAGE, AUTOPILOT_VERSION)
        version = talk.expect("AUTOPILOT_VERSION").flight_sw_version
        client.set_parameter("SIM_WIND_T", SAME_AT_EVERY_HEIGHT)
        for mission in missions:
            client.set_parameter("SIM_WIND_SPD", mission.wind_m_s)
            client.set_parameter("SIM_WIND_DIR", mission.wind_from_deg)
            flown[mission.name] = measured_flight.fly_and_measure(client, mission)
            print(f"flown: {mission.name}", file=sys.stderr)
    return ".".join(str(version >> shift & 0xFF) for shift in (24, 16, 8)), flown


def fly_everything(kind: str) -> dict[str, Any]:
    """Powers and figures, as they are saved."""
    version, calibrating = fly_all(kind, Setup("calibration", DRONE, CALIBRATION), CALIBRATION)
    # The built-in copter's battery would not last for all; SITL's has no end.
    at_once = 5 if kind == BUILTIN else 100
    flights = [
        flight
        for setup in SETUPS
        for first in range(0, len(setup.missions), at_once)
        for flight in fly_all(kind, setup, setup.missions[first : first + at_once])[1].items()
    ]
    powers_w = measured_flight.measured_powers_w(list(calibrating.values()))
    return {
        "vehicle": f"{'ArduCopter SITL' if kind == SITL else 'built-in copter'} {version}, sim/copter.parm",
        "powers_w": {name: round(power, 1) for name, power in powers_w.items()},
        "flights": {
            name: {"duration_s": round(flight.duration_s, 1), "energy_wh": round(flight.energy_wh, 3)}
            for name, flight in [*calibrating.items(), *flights]
        },
    }


def compare(flown: dict[str, Any]) -> None:
    powers_w = flown["powers_w"]
    print("measured powers: " + ", ".join(f"{name} {power:.0f} W" for name, power in powers_w.items()))
    print(f"{'':28}{'flown':>9}{'planned':>9}{'error':>8}{'flown':>11}{'planned':>10}{'error':>8}")
    errors: list[tuple[float, float]] = []
    for setup in (Setup("calibration", DRONE, CALIBRATION), *SETUPS):
        drone = with_powers(setup.drone, powers_w)
        for mission in setup.missions:
            figures = flown["flights"][mission.name]
            duration_s, energy_wh = predicted(drone, mission)
            error = duration_s / figures["duration_s"] - 1.0, energy_wh / figures["energy_wh"] - 1.0
            if setup.name != "calibration":
                errors.append(error)
            print(
                f"{mission.name:28}{figures['duration_s']:7.1f} s{duration_s:7.1f} s{100 * error[0]:6.1f} %"
                f"{figures['energy_wh']:8.2f} Wh{energy_wh:7.2f} Wh{100 * error[1]:6.1f} %"
            )
    for what, values in zip(("duration", "energy"), zip(*errors, strict=True), strict=True):
        sizes = [100 * abs(value) for value in values]
        print(f"{what}: {len(sizes)} flights, median error {statistics.median(sizes):.1f} %, worst {max(sizes):.1f} %")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--save", type=Path, metavar="FILE")
    parser.add_argument("--from", type=Path, metavar="FILE", dest="saved")
    parser.add_argument("--builtin", action="store_true")
    wanted = parser.parse_args()
    if wanted.saved:
        flown = json.loads(wanted.saved.read_text(encoding="utf-8"))
    elif wanted.builtin or sitl_binary():
        flown = fly_everything(BUILTIN if wanted.builtin else SITL)
    else:
        sys.exit("no ArduCopter SITL: set DRONECTL_ARDUCOPTER, or compare with --from FILE")
    if wanted.save:
        wanted.save.write_text(json.dumps(flown, indent=1) + "\n", encoding="utf-8")
    compare(flown)


if __name__ == "__main__":
    main()
