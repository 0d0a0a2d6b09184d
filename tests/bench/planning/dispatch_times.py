"""How soon a drone is proposed, ordered and in the air: python tests/bench/planning/dispatch_times.py [SEEDS]

Three drones of the built-in fleet behind one radio, in virtual time, so that nothing but the protocol takes time; the
computing is told beside it, in seconds of the processor. Links of several speeds, the slow one also with lost frames.
One drone is sent, from the ground or out of its patrol. The word comes at once after the proposal (``--yes``), or after
3 s, as a person's does. Goals, in median: the first byte within 2 s of the word, from the ground airborne within 20 s.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1]))
import support_path  # isort: skip  # noqa: F401

from by_day import by_day
from dispatching import dispatch_of, proposed
from flying_fleet import SOUTH_WEST, airspace, around_the_tower, fly_to
from virtual_fleet import virtual_radios
from virtual_network import run_virtually

from dronectl.errors import DronectlError
from dronectl.link.fleet_link import FleetLink, VehicleLink, open_fleet
from dronectl.model.geo import GeoPoint
from dronectl.model.incidents.incident import IncidentEvent
from dronectl.ops.common.waiting import until
from dronectl.ops.dispatch.dispatch import Dispatch
from dronectl.ops.dispatch.look import Looked, chosen
from dronectl.ops.flight.readiness.ask import wait_until_settled
from dronectl.ops.items.transfer import put
from dronectl.ops.orders.mission_resume import take_up
from dronectl.sim.vehicle.settings import LinkFaults

PLACE = GeoPoint(16.0521, 103.6522)
LINKS = {
    "5 ms": LinkFaults(latency_ms=5.0),
    "50 ms": LinkFaults(latency_ms=50.0),
    "57,600 baud, 50 ms": LinkFaults(latency_ms=50.0, baud=57_600),
    "57,600 baud, 50 ms, 5 % lost": LinkFaults(latency_ms=50.0, baud=57_600, loss=0.05),
    "57,600 baud, 50 ms, 10 % lost": LinkFaults(latency_ms=50.0, baud=57_600, loss=0.10),
}
READS_S = 3.0
APART_M = 40.0
FIRST_BYTE_S, AIRBORNE_S = 2.0, 20.0


@dataclass(frozen=True)
class Times:
    proposal_s: float
    """From the opening of the links."""
    computing_s: float
    first_byte_s: float
    obeyed_s: float
    """Until the drone is seen to hold, or to climb."""


def times(faults: LinkFaults, seed: int, *, flying: bool, reads_s: float) -> Times:
    found: list[float] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        async with virtual_radios(3, seed=seed, one_radio=True, apart_m=APART_M) as (drones, radios):
            if flying:
                async with open_fleet(drones) as fleet:
                    await on_patrol(next(iter(fleet.vehicles.values())))
            else:
                await asyncio.sleep(60.0 + seed * 0.37)
            for radio in radios:
                radio.set_faults(faults)
            begun_s, computing_s = loop.time(), time.process_time()
            async with open_fleet(drones) as fleet:
                job = dispatch_of(Path(tempfile.mkdtemp()), airspace(3, APART_M), PLACE)
                looked = await proposed(job, fleet)
                found.extend([loop.time() - begun_s, time.process_time() - computing_s])
                job.confirm_who(looked.proposal, fleet.vehicles)
                await asyncio.sleep(reads_s)
                await send(job, looked, fleet, found)

    run_virtually(main(), limit_s=3_000.0)
    return Times(*found)


async def on_patrol(link: VehicleLink) -> None:
    await link.wait_alive(30.0)
    await wait_until_settled(link, 120.0)
    await put(link, around_the_tower())
    await fly_to(link, SOUTH_WEST)
    await take_up(link, 2)
    await until(link, lambda: (link.state.ground_speed_m_s or 0.0) > 3.0, 60.0)


async def send(job: Dispatch, looked: Looked, fleet: FleetLink, found: list[float]) -> None:
    loop = asyncio.get_running_loop()
    option = next((one for one in looked.proposal.options if one.state == "flying"), None) or chosen(looked.proposal)
    link = fleet.vehicles[option.name]
    word_s = loop.time()
    sending = asyncio.create_task(job.send(looked, option, fleet.vehicles))
    wants = (
        (lambda: link.state.mode == "BRAKE")
        if option.state == "flying"
        else (lambda: (link.state.relative_altitude_m or 0.0) > 0.5)
    )
    await until(link, wants, 60.0)
    obeyed_s = loop.time() - word_s
    try:
        await sending
    except DronectlError as error:
        print(f"  not sent: {error.message}")
    found += [job.seconds[IncidentEvent.FIRST_BYTE], obeyed_s]


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    airspace(3, APART_M)  # loaded beside the first question, by the command
    is_good = True
    for name, faults in LINKS.items():
        for flying in (False, True):
            for reads_s in (0.0, READS_S):
                found = [times(faults, seed, flying=flying, reads_s=reads_s) for seed in range(1, count + 1)]
                first_byte_s, obeyed_s = median(t.first_byte_s for t in found), median(t.obeyed_s for t in found)
                print(
                    f"{name:30} {'flying' if flying else 'standing':8} word after {reads_s:.0f} s: "
                    f"proposal {median(t.proposal_s for t in found):.2f} s after the opening of the links"
                    f" (computing {median(t.computing_s for t in found):.2f} s), first byte {first_byte_s:.2f} s"
                    f" (at most {max(t.first_byte_s for t in found):.2f} s),"
                    f" {'holds' if flying else 'airborne'} {obeyed_s:.1f} s after the word",
                    flush=True,
                )
                is_good &= first_byte_s <= FIRST_BYTE_S and (flying or obeyed_s <= AIRBORNE_S)
    return 0 if is_good else 1


if __name__ == "__main__":
    with by_day():
        sys.exit(main())
