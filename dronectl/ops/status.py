"""Who is there: every drone asked in parallel; a silent one is part of the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from dronectl.errors import DronectlError, IdentityError
from dronectl.link.fleet_link import VehicleLink
from dronectl.link.quality import LinkReport
from dronectl.model.shown_time import iso_z, now
from dronectl.model.telemetry import TelemetrySample
from dronectl.ops.events import Listener, ignore
from dronectl.ops.identity import REFUSED_S, not_the_recorded, same_aircraft, waiting_for
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
    doubt: IdentityError | None = None
    """Why it may not be the aircraft of this name: another uid than the one recorded, or two aircraft."""

    def as_json(self) -> dict[str, object]:
        sample = self.sample.live().as_json() if self.sample else None
        return {
            "name": self.name,
            "system_id": self.system_id,
            "uid": self.uid,
            "firmware": self.firmware,
            "answers": self.error is None,
            "error": self.error,
            "identity_error": None if self.doubt is None else self.doubt.message,
            "state": sample,
            "links": [link.as_json() for link in self.links],
            "refused_frames": self.refused,
        }


MEASURE_S = 2.5
"""How long the first round trip of a link in use is waited for: the answer to the third question, if need be."""


async def fleet_status(
    vehicles: Sequence[VehicleLink],
    uids: Mapping[str, str | None],
    *,
    timeout_s: float,
    listener: Listener = ignore,
) -> tuple[DroneStatus, ...]:
    """Each drone's identity and state, waited for at most ``timeout_s``; never raises for a silent drone, nor for
    another one than ``uids`` records: that is its ``doubt``."""

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
            doubt = error if isinstance(error, IdentityError) else None
            return DroneStatus(*silent, vehicle.links, vehicle.signing.refused(), doubt)
        sample = state.sample(vehicle.name, utc_now(), asyncio.get_running_loop().time())
        who = (vehicle.name, vehicle.system_id, identity.uid, identity.firmware)
        return DroneStatus(*who, sample, None, vehicle.links, vehicle.signing.refused())

    answers = await asyncio.gather(*(ask(vehicle) for vehicle in vehicles))
    twice = same_aircraft({answer.name: answer.uid for answer in answers})
    return tuple(
        replace(answer, doubt=not_the_recorded(vehicle, answer.uid, uids.get(answer.name)) or twice.get(answer.name))
        if answer.error is None
        else answer
        for vehicle, answer in zip(vehicles, answers, strict=True)
    )


def _measured(vehicle: VehicleLink) -> bool:
    return all(link.round_trip_ms is not None for link in vehicle.links if link.in_use)


def utc_now() -> str:
    """ISO 8601 with milliseconds and Z."""
    return iso_z(now(), timespec="milliseconds")
