"""How long a mission takes to a vehicle behind a slow radio: dronectl beside pymavlink, DroneKit and MAVSDK.

Every client uploads through the same emulated radio (50 ms each way, and what the scenario says) to the same vehicle,
one after the other: the built-in one, and ArduCopter SITL when there is one. The clock runs from the first frame of the
upload to the client's own belief that it is done; what the vehicle then holds is read over another port and printed
with it, because sent is not done. "no end": given up after 150 s, or the client gave up itself.

Run: ``python tests/bench/upload.py [RUNS] [builtin|sitl|both]``. Goals: 500 items without loss within 8 round trips
(0.8 s) and at least 20 times as fast as DroneKit and MAVSDK; 200 items at 5 % loss and 57,600 baud at least 8 times as
fast and within 3 times the wire's own time; three drones on three radios at most 1.15 times one, on one radio at most
the sum.
"""

from __future__ import annotations

import contextlib
import math
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import support_path  # isort: skip  # noqa: F401

sys.path.insert(0, str(Path(__file__).parents[1] / "autopilot"))

from raw_client import SocketClient
from uploads.clients import CLIENTS, patrol
from uploads.radio import radio
from vehicles import BUILTIN, SITL, VehicleAddress, running, sitl_binary

from dronectl.link.codec import Encoder
from dronectl.model.plan.mission import MissionType
from dronectl.protocol.mission.item_messages import send_item
from dronectl.sim.vehicle.settings import LinkFaults

GIVE_UP_S = 150.0
BOOT_S = 60.0
LATENCY_MS = 50.0
BYTES_PER_BAUD = 0.1
ONE_METRE_E7 = 90
A_LINE = 160
DRONES = 3


@dataclass(frozen=True, slots=True)
class Scenario:
    items: int
    loss: float
    baud: int

    def faults(self) -> LinkFaults:
        return LinkFaults(loss=self.loss, latency_ms=LATENCY_MS, baud=self.baud)

    def __str__(self) -> str:
        rate = f"{self.baud} baud" if self.baud else "no limit of rate"
        return f"{self.items} items, {LATENCY_MS:g} ms each way, {self.loss:.0%} loss, {rate}"


CLEAN = Scenario(500, 0.0, 0)
FIELD = Scenario(200, 0.05, 57600)


def wire_s(scenario: Scenario) -> float:
    """The items' own time on the wire, or eight round trips where that is longer."""
    bytes_on_wire = item_bytes(scenario.items)
    carried_s = bytes_on_wire / (scenario.baud * BYTES_PER_BAUD) if scenario.baud else 0.0
    return max(carried_s, 0.0 if scenario.baud else 16 * LATENCY_MS / 1000)


def item_bytes(items: int) -> int:
    encoder = Encoder(system_id=255, component_id=190)
    mission = patrol(items)
    target = {"target_system": 1, "target_component": 1}
    sends = [send_item(mission, seq) for seq in range(items)]
    return sum(len(encoder.encode(send.name, send.fields | target)) for send in sends)


@contextlib.contextmanager
def fleet(kind: str, count: int) -> Iterator[list[tuple[VehicleAddress, SocketClient]]]:
    """Booted vehicles at the speed of the clock, each with a client on its first port; radios lead to its second."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        vehicles = []
        for system_id in range(1, count + 1):
            own = folder / str(system_id)
            own.mkdir()
            address = stack.enter_context(running(kind, own, system_id=system_id, speedup=1.0))
            client = stack.enter_context(SocketClient(address.port, system_id))
            vehicles.append((address, client))
        for _, client in vehicles:
            client.talk().wait_until(
                lambda m: m.get_type() == "HEARTBEAT" and m.system_status == 3, "heartbeat in STANDBY", BOOT_S
            )
        yield vehicles


def seconds_of(client: str, items: int, ports: Sequence[int]) -> float:
    command = [sys.executable, str(Path(__file__).parent / "uploads" / "clients.py"), client, str(items)]
    with tempfile.TemporaryFile() as words:
        try:
            ended = subprocess.run(
                [*command, *map(str, ports)], stdout=subprocess.PIPE, stderr=words, timeout=GIVE_UP_S, check=False
            )
        except subprocess.TimeoutExpired:
            return math.inf
        if ended.returncode == 0:
            return float(ended.stdout.split()[-1])
        words.seek(0)
        last = words.read().decode(errors="replace").strip().splitlines()[-1:]
        print(f"    {client}: {''.join(last)[:A_LINE]}")
        return math.inf


def on_board(client: SocketClient, items: int) -> str:
    held = _held(client)
    wanted = patrol(items).items
    if len(held) != items:
        return f"{len(held)} of {items}"
    off_e7 = max(max(abs(a.x - b.lat_e7), abs(a.y - b.lon_e7)) for a, b in zip(held[1:], wanted[1:], strict=True))
    return "equal" if off_e7 == 0 else "rounded to 1 m" if off_e7 < ONE_METRE_E7 else "other items"


def _held(client: SocketClient) -> list[Any]:
    """What the vehicle holds, once it has given up an upload that its client left half done."""
    for _ in range(4):
        with contextlib.suppress(TimeoutError):
            return client.download(int(MissionType.MISSION))
    return client.download(int(MissionType.MISSION))


def peers(kind: str, scenario: Scenario, runs: int) -> None:
    print(f"{kind}: {scenario}; the wire's own time {wire_s(scenario):.2f} s; {runs} runs")
    took: dict[str, list[float]] = {name: [] for name in CLIENTS}
    held: dict[str, list[str]] = {name: [] for name in CLIENTS}
    with fleet(kind, 1) as [(address, truth)]:
        for seed in range(runs):
            for name in CLIENTS:
                truth.clear(int(MissionType.MISSION))
                with radio([address.serial1_port], scenario.faults(), seed=seed) as port:
                    took[name].append(seconds_of(name, scenario.items, [port]))
                held[name].append(on_board(truth, scenario.items))
    ours = statistics.median(took["dronectl"])
    for name in CLIENTS:
        median_s = statistics.median(took[name])
        figures = f"{median_s:7.2f} s {median_s / ours:6.1f} x dronectl {median_s / wire_s(scenario):6.2f} x wire"
        print(f"  {name:<22}{figures if math.isfinite(median_s) else ' no end':<48} on board: {', '.join(held[name])}")
    sys.stdout.flush()


def three_drones(kind: str, scenario: Scenario, runs: int) -> None:
    print(f"{kind}: {DRONES} drones, {scenario}; {runs} runs")
    one, three, shared = [], [], []
    faults = scenario.faults()
    with fleet(kind, DRONES) as vehicles:
        behind = [address.serial1_port for address, _ in vehicles]
        for seed in range(runs):
            with radio(behind[:1], faults, seed=seed) as port:
                one.append(seconds_of("dronectl", scenario.items, [port]))
            _cleared(vehicles)
            with contextlib.ExitStack() as stack:
                ports = [
                    stack.enter_context(radio([port], faults, seed=seed + 100 * index))
                    for index, port in enumerate(behind)
                ]
                three.append(seconds_of("dronectl", scenario.items, ports))
            _checked(vehicles, scenario.items)
            _cleared(vehicles)
            with radio(behind, faults, seed=seed) as port:
                shared.append(seconds_of("dronectl", scenario.items, [port] * DRONES))
            _checked(vehicles, scenario.items)
            _cleared(vehicles)
    single_s = statistics.median(one)
    for what, seconds in (("one drone", one), ("three on three radios", three), ("three on one radio", shared)):
        median_s = statistics.median(seconds)
        print(f"  {what:<24}{median_s:7.2f} s {median_s / single_s:6.2f} x one", flush=True)


def _cleared(vehicles: Sequence[tuple[VehicleAddress, SocketClient]]) -> None:
    for _, truth in vehicles:
        truth.clear(int(MissionType.MISSION))


def _checked(vehicles: Sequence[tuple[VehicleAddress, SocketClient]], items: int) -> None:
    for address, truth in vehicles:
        if (held := on_board(truth, items)) != "equal":
            print(f"    drone {address.system_id} holds {held}")


def main(runs: int, which: str) -> None:
    kinds = [BUILTIN, SITL] if which == "both" else [which]
    for kind in kinds:
        if kind == SITL and sitl_binary() is None:
            print("sitl: skipped, DRONECTL_ARDUCOPTER names no binary")
            continue
        for scenario in (CLEAN, FIELD):
            peers(kind, scenario, runs)
        for scenario in (CLEAN, Scenario(200, 0.0, 57600), FIELD):
            three_drones(kind, scenario, max(runs, 5))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3, sys.argv[2] if len(sys.argv) > 2 else "both")
