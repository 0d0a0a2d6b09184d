"""When a drone is reckoned to see the place, held against when it does: on ArduCopter SITL, or the built-in copter.

    python tests/bench/planning/dispatch_reckoned_vs_flown.py [ERRANDS] [--builtin] [--speedup N] [--moving]

One drone is sent to random places of the Roi Et site, one after the other: out of the air from wherever it then is, and
every fourth time from the ground. DRONECTL_ARDUCOPTER names the binary. Prints the error of each, and how soon the
first byte was on its way and the drone off the ground. Seconds are the vehicle's own. Goals: within 5 % or 5 s; first
byte within 2 s, airborne within 20 s.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1]))
import support_path  # isort: skip

sys.path.insert(0, str(support_path.TESTS / "autopilot"))

import shapely
from by_day import by_day
from dispatching import dispatch_of, proposed
from flying_fleet import airspace
from vehicles import BUILTIN, SITL, VehicleAddress, running

from dronectl.errors import DronectlError
from dronectl.link.fleet_link import FleetLink, VehicleLink, open_fleet
from dronectl.model.geo import GeoPoint
from dronectl.model.incidents.incident import IncidentEvent
from dronectl.ops.common.waiting import until
from dronectl.ops.dispatch.look import chosen
from dronectl.ops.flight.readiness.ask import wait_until_settled
from dronectl.ops.orders import orders
from dronectl.ops.parameters.settings import set_parameter

WALL_S = 240.0
HUGE_MAH = 500_000.0
"""A battery that lasts for all of it."""


@dataclass(frozen=True)
class Flown:
    state: str
    reckoned_s: float
    flown_s: float
    first_byte_s: float
    airborne_s: float

    @property
    def is_good(self) -> bool:
        return abs(self.flown_s - self.reckoned_s) <= max(5.0, 0.05 * self.flown_s)

    def words(self) -> str:
        off_s = self.flown_s - self.reckoned_s
        mark = "" if self.is_good else "  OFF"
        return f"{self.state:9} reckoned {self.reckoned_s:6.1f} s, flown {self.flown_s:6.1f} s, {off_s:+5.1f} s{mark}"


def somewhere(draw: random.Random) -> GeoPoint:
    ground = airspace(1).ground
    (fence,) = [ground.areas[one.id] for one in ground.site.zones.fences]
    low_x, low_y, high_x, high_y = fence.bounds
    while True:
        x_m, y_m = draw.uniform(low_x, high_x), draw.uniform(low_y, high_y)
        if shapely.buffer(fence, -60.0).covers(shapely.Point(x_m, y_m)):
            return airspace(1).place(x_m, y_m)


async def errand(fleet: FleetLink, root: Path, place: GeoPoint, clock: Clock, *, moving: bool) -> Flown:
    """``moving``: it is left on its way home from there, at full speed."""
    job = dispatch_of(root, airspace(1), place, stay_s=3.0 if moving else 60.0)
    looked = await proposed(job, fleet)
    option = chosen(looked.proposal)
    begun_s = clock.now_s
    seen: dict[IncidentEvent, float] = {}
    told = job.stage

    def stage(event: IncidentEvent, drone: str, words: str) -> None:
        seen.setdefault(event, clock.now_s - begun_s)
        told(event, drone, words)

    job.stage = stage  # type: ignore[method-assign]
    sent = await job.send(looked, option, fleet.vehicles)
    await job.until(IncidentEvent.IN_SIGHT, sent, sent.option.arrives_s)
    if moving:
        await job.until(IncidentEvent.LEFT, sent, 10.0)
        await clock.passes(8.0)
    flown_s, airborne_s = seen[IncidentEvent.IN_SIGHT], seen[IncidentEvent.AIRBORNE]
    return Flown(option.state, option.arrives_s, flown_s, job.seconds[IncidentEvent.FIRST_BYTE], airborne_s)


class Clock:
    """The vehicle's own, by what it says; between, as fast as it runs."""

    def __init__(self, link: VehicleLink, speedup: float) -> None:
        self._loop, self._speedup = asyncio.get_running_loop(), speedup
        self._told_s = self._at_s = 0.0
        link.subscribe(self._hear)

    def _hear(self, message: object) -> None:
        boot_ms = message.get("time_boot_ms") if getattr(message, "name", "") == "GLOBAL_POSITION_INT" else None  # type: ignore[attr-defined]
        if boot_ms is not None:
            self._told_s, self._at_s = float(boot_ms) / 1000.0, self._loop.time()

    async def passes(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._speedup)

    @property
    def now_s(self) -> float:
        return self._told_s + min(1.0, (self._loop.time() - self._at_s)) * self._speedup


async def fly(address: VehicleAddress, count: int, every: int, root: Path, *, moving: bool) -> list[Flown]:
    url = f"tcp://127.0.0.1:{address.port}"
    drone = replace(airspace(1).site.drones[0], link=url, further_links=(), system_id=address.system_id, uid=None)
    draw, flown = random.Random(19), list[Flown]()
    async with open_fleet([drone]) as fleet:
        (link,) = fleet.vehicles.values()
        await link.wait_alive(WALL_S)
        await wait_until_settled(link, WALL_S)
        clock = Clock(link, address.speedup)
        if address.kind == SITL:
            await set_parameter(link, "BATT_CAPACITY", HUGE_MAH)
        for number in range(count):
            if number % every == 0 and link.state.armed:
                await orders.rtl(link)
                await until(link, lambda: link.state.armed is False, WALL_S)
            try:
                one = await errand(fleet, root / str(number), somewhere(draw), clock, moving=moving)
            except DronectlError as error:
                print(f"{number:3d} not flown: {error.message}", flush=True)
                continue
            flown.append(one)
            print(f"{number:3d} {one.words()}", flush=True)
    return flown


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("errands", type=int, nargs="?", default=60)
    parser.add_argument("--builtin", action="store_true")
    parser.add_argument("--speedup", type=float, default=4.0)
    parser.add_argument("--ground", type=int, default=4)
    parser.add_argument("--moving", action="store_true", help="call it away at full speed, not where it hovers")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        kind = BUILTIN if given.builtin else SITL
        with running(kind, Path(folder), speedup=given.speedup) as address:
            flown = asyncio.run(fly(address, given.errands, given.ground, Path(folder), moving=given.moving))
    good = sum(one.is_good for one in flown)
    print(f"{good} of {len(flown)} within 5 % or 5 s")
    for state in ("flying", "standing"):
        of_state = [one for one in flown if one.state == state]
        if of_state:
            off_s = [one.flown_s - one.reckoned_s for one in of_state]
            print(
                f"{state}: {len(of_state)}, off by {median(off_s):+.1f} s in median, "
                f"{min(off_s):+.1f} to {max(off_s):+.1f} s; "
                f"first byte {1e3 * median(one.first_byte_s for one in of_state):.0f} ms in median; "
                f"airborne {median(one.airborne_s for one in of_state):.1f} s (vehicle's)"
            )
    return 0 if good == len(flown) else 1


if __name__ == "__main__":
    with by_day():
        sys.exit(main())
