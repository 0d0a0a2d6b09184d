"""Who is there: every drone asked in parallel; a silent one is part of the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dronectl.errors import DronectlError
from dronectl.link.fleet_link import VehicleLink
from dronectl.link.quality import LinkReport
from dronectl.model.shown_time import iso_z, now
from dronectl.model.telemetry import TelemetrySample
from dronectl.ops.events import Listener, ignore
from dronectl.ops.identity import REFUSED_S, waiting_for
from dronectl.ops.patience import patiently
from dronectl.ops.waiting import until


@dataclass(frozen=True, slots=True)
class DroneStatus:
    """What one drone said, or why nothing is known of it."""

    name: str
    system_id: int
    uid: str | None
    firmware: str | None
    sample: TelemetrySample | None
    error: str | None
    links: tuple[LinkReport, ...] = ()
    refused: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Frames refused for their signature: by link, then by what was wrong; empty for a drone without a key."""

    def as_json(self) -> dict[str, object]:
        sample = self.sample.live().as_json() if self.sample else None
        return {
            "name": self.name,
            "system_id": self.system_id,
            "uid": self.uid,
            "firmware": self.firmware,
            "answers": self.error is None,
            "error": self.error,
            "state": sample,
            "links": [link.as_json() for link in self.links],
            "refused_frames": self.refused,
        }


MEASURE_S = 2.5
"""How long the first round trip of a link in use is waited for: the answer to the third question, if need be."""


async def fleet_status(
    vehicles: Sequence[VehicleLink], *, timeout_s: float, listener: Listener = ignore
) -> tuple[DroneStatus, ...]:
    """Each drone's identity and state, waited for at most ``timeout_s``; never raises for a silent drone."""

    async def ask(vehicle: VehicleLink) -> DroneStatus:
        try:
            with patiently(listener, vehicle.name, waiting_for(vehicle), timeout_s):
                await vehicle.wait_alive(timeout_s, refused_s=REFUSED_S)
                identity = await vehicle.identify(thorough=False)
            await vehicle.request_streams(4.0)
            state = vehicle.state
            await until(vehicle, lambda: None not in (state.position, state.battery_pct, state.gps_fix), timeout_s)
            await until(vehicle, lambda: _measured(vehicle), min(timeout_s, MEASURE_S))
        except DronectlError as error:
            silent = (vehicle.name, vehicle.system_id, None, None, None, error.message)
            return DroneStatus(*silent, vehicle.links, vehicle.signing.refused())
        sample = state.sample(vehicle.name, utc_now(), asyncio.get_running_loop().time())
        who = (vehicle.name, vehicle.system_id, identity.uid, identity.firmware)
        return DroneStatus(*who, sample, None, vehicle.links, vehicle.signing.refused())

    return tuple(await asyncio.gather(*(ask(vehicle) for vehicle in vehicles)))


def _measured(vehicle: VehicleLink) -> bool:
    return all(link.round_trip_ms is not None for link in vehicle.links if link.in_use)


def utc_now() -> str:
    """ISO 8601 with milliseconds and Z."""
    return iso_z(now(), timespec="milliseconds")
