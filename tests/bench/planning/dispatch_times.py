"""How soon a drone is proposed, ordered and in the air: python tests/bench/planning/dispatch_times.py

Drones of the built-in fleet behind one radio in virtual time, so that nothing but the protocol takes time, at several
speeds of the link; the computing is told beside it, in seconds of the processor. Goals, in median: a proposal within
1 s of the question, the first byte within 2 s of the person's word, from the ground airborne within 20 s.
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

from dispatching import dispatch_of, proposed
from flying_fleet import SOUTH_WEST, airspace, around_the_tower, fly_to
from virtual_fleet import virtual_radios
from virtual_network import run_virtually

from dronectl.link.fleet_link import FleetLink, open_fleet
from dronectl.model.geo import GeoPoint
from dronectl.model.incidents.incident import IncidentEvent
from dronectl.ops.common.waiting import until
from dronectl.ops.dispatch.look import chosen
from dronectl.ops.items.transfer import put
from dronectl.ops.orders.mission_resume import take_up
from dronectl.sim.vehicle.settings import LinkFaults

PLACE = GeoPoint(16.0521, 103.6522)
LINKS = {"5 ms": (0, 5.0), "50 ms": (0, 50.0), "57,600 baud, 50 ms": (57_600, 50.0)}
PROPOSAL_S, FIRST_BYTE_S, AIRBORNE_S = 1.0, 2.0, 20.0


@dataclass(frozen=True)
class Times:
    proposal_s: float
    computing_s: float
    first_byte_s: float
    airborne_s: float
    opened_s: float
    """From opening the links of three drones to a proposal."""


def times(baud: int, latency_ms: float, seed: int, *, flying: bool) -> Times:
    """One drone sent; and three asked over one radio."""
    found: list[float] = []

    async def sent() -> None:
        async with virtual_radios(1, seed=seed, one_radio=True) as (drones, radios), open_fleet(drones) as fleet:
            (link,) = fleet.vehicles.values()
            await link.wait_alive(30.0)
            await asyncio.sleep(60.0 + seed * 0.37)
            if flying:
                await put(link, around_the_tower())
                await fly_to(link, SOUTH_WEST)
                await take_up(link, 2)
                await until(link, lambda: (link.state.ground_speed_m_s or 0.0) > 3.0, 60.0)
            for radio in radios:
                radio.set_faults(LinkFaults(latency_ms=latency_ms, baud=baud))
            await _send(fleet, found)

    async def opened() -> None:
        loop = asyncio.get_running_loop()
        async with virtual_radios(3, seed=seed, one_radio=True) as (drones, radios):
            await asyncio.sleep(60.0 + seed * 0.37)
            for radio in radios:
                radio.set_faults(LinkFaults(latency_ms=latency_ms, baud=baud))
            begun_s = loop.time()
            async with open_fleet(drones) as fleet:
                await proposed(dispatch_of(Path(tempfile.mkdtemp()), airspace(3), PLACE), fleet)
                found.append(loop.time() - begun_s)

    run_virtually(sent(), limit_s=3_000.0)
    run_virtually(opened(), limit_s=3_000.0)
    return Times(*found)


async def _send(fleet: FleetLink, found: list[float]) -> None:
    job = dispatch_of(Path(tempfile.mkdtemp()), airspace(1), PLACE)
    computing_s = time.process_time()
    looked = await proposed(job, fleet)
    found += [looked.took_s, time.process_time() - computing_s]
    done = await job.send(looked, chosen(looked.proposal), fleet.vehicles)
    await job.until(IncidentEvent.AIRBORNE, done, 60.0)
    found += [job.seconds[IncidentEvent.FIRST_BYTE], job.seconds[IncidentEvent.AIRBORNE]]


def main() -> int:
    airspace(1), airspace(3)  # loaded beside the first question, by the command
    is_good = True
    for name, (baud, latency_ms) in LINKS.items():
        for flying in (False, True):
            found = [times(baud, latency_ms, seed, flying=flying) for seed in range(1, 6)]
            proposal_s, first_byte_s = median(t.proposal_s for t in found), median(t.first_byte_s for t in found)
            airborne_s = median(t.airborne_s for t in found)
            print(
                f"{name:20} {'flying' if flying else 'standing':8} proposal {proposal_s:.2f} s"
                f" (computing {median(t.computing_s for t in found):.2f} s), from opening three drones' links"
                f" {median(t.opened_s for t in found):.2f} s; first byte {first_byte_s:.2f} s,"
                f" airborne {airborne_s:.1f} s"
            )
            is_good &= proposal_s <= PROPOSAL_S and first_byte_s <= FIRST_BYTE_S and airborne_s <= AIRBORNE_S
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
