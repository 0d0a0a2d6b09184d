"""Who is there: every drone asked in parallel; a silent one is part of the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from dronectl.errors import DronectlError, IdentityError
from dronectl.link.fleet_link import Identity, VehicleLink
from dronectl.link.quality import LinkReport
from dronectl.model.alarm import Alarm
from dronectl.model.picture import DronePicture
from dronectl.model.site import Site
from dronectl.model.telemetry import TelemetryKind
from dronectl.model.text.shown_time import iso_z, now
from dronectl.ops.common.events import Listener, ignore
from dronectl.ops.common.waiting import until
from dronectl.ops.common.waiting_notice import waiting_notice
from dronectl.ops.identity.identity import REFUSED_S, not_the_recorded, same_aircraft, waiting_for
from dronectl.ops.picture.live import first_picture
from dronectl.ops.telemetry.streams import request_until


@dataclass(frozen=True, slots=True)
class DroneStatus:
    """What one drone said, and what it did not answer (``error``). ``picture`` None: nothing was heard of it."""

    name: str
    system_id: int
    uid: str | None
    firmware: str | None
    error: str | None
    links: tuple[LinkReport, ...] = ()
    refused: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Frames refused for their signature: by link, then by what was wrong; empty for a drone without a key."""
    is_heard: bool = False
    identity_error: IdentityError | None = None
    """Why it may not be the aircraft of this name: another uid than the one recorded, or two aircraft."""
    picture: DronePicture | None = None
    alarms: tuple[Alarm, ...] = ()
    """What is wrong at first sight."""

    def as_json(self) -> dict[str, object]:
        alarms = [alarm.as_json(alarm.since_s) for alarm in self.alarms]
        return {
            "name": self.name,
            "system_id": self.system_id,
            "uid": self.uid,
            "firmware": self.firmware,
            "answers": self.error is None,
            "error": self.error,
            "identity_error": None if self.identity_error is None else self.identity_error.message,
            "state": {**self.picture.row(0.0), "alarms": alarms} if self.picture else None,
            "links": [link.as_json() for link in self.links],
            "refused_frames": self.refused,
            "alarms": alarms,
        }


MEASURE_S = 2.5
"""How long the first round trip of a link in use is waited for: the answer to the third question, if need be."""


async def fleet_status(
    vehicles: Sequence[VehicleLink],
    uids: Mapping[str, str | None],
    *,
    timeout_s: float,
    listener: Listener = ignore,
    site: Callable[[], Site] | None = None,
) -> tuple[DroneStatus, ...]:
    """Each drone's identity and state, waited for at most ``timeout_s``; never raises for a silent drone, nor for
    another one than ``uids`` records: that is its ``identity_error``. ``site``: reads what they keep away from.

    Everything is asked at once, and what one question brought stays when another one has no answer.
    """

    async def ask(vehicle: VehicleLink) -> DroneStatus:
        try:
            with waiting_notice(listener, vehicle.name, waiting_for(vehicle), timeout_s):
                await vehicle.wait_alive(timeout_s, refused_s=REFUSED_S)
        except DronectlError as error:
            return _nothing_of(vehicle, error)
        outcomes = await asyncio.gather(
            vehicle.identify(thorough=False),
            request_until(vehicle, lambda: _is_told(vehicle), 2 * timeout_s),
            until(vehicle, lambda: _measured(vehicle), min(timeout_s, MEASURE_S)),
            return_exceptions=True,
        )
        error_text: str | None = None
        for outcome in outcomes:
            if isinstance(outcome, IdentityError):
                return _nothing_of(vehicle, outcome)
            if isinstance(outcome, DronectlError):
                error_text = error_text or outcome.message
            elif isinstance(outcome, BaseException):
                raise outcome
        uid, firmware = (who.uid, who.firmware) if isinstance(who := outcomes[0], Identity) else (None, None)
        told = (vehicle.name, vehicle.system_id, uid, firmware, error_text)
        return DroneStatus(*told, vehicle.links, vehicle.signing.refused(), is_heard=True)

    answers = await asyncio.gather(*(ask(vehicle) for vehicle in vehicles))
    twice = same_aircraft({answer.name: answer.uid for answer in answers})
    heard = {answer.name for answer in answers if answer.is_heard}
    pictures = await first_picture([vehicle for vehicle in vehicles if vehicle.name in heard], listener, site)

    def doubt_of(one: DroneStatus) -> IdentityError | None:
        if one.uid is None and one.error is not None:
            return one.identity_error  # it did not say who it is
        return not_the_recorded(one.name, one.system_id, one.uid, uids.get(one.name)) or twice.get(one.name)

    def told(one: DroneStatus) -> DroneStatus:
        picture = pictures.drone(one.name)
        alarms = picture.alarms if picture is not None else ()
        return replace(one, identity_error=doubt_of(one), picture=picture, alarms=alarms)

    return tuple(map(told, answers))


def _nothing_of(vehicle: VehicleLink, error: DronectlError) -> DroneStatus:
    """Nobody is there, or one of two aircraft."""
    doubt = error if isinstance(error, IdentityError) else None
    who = (vehicle.name, vehicle.system_id, None, None, error.message)
    return DroneStatus(*who, vehicle.links, vehicle.signing.refused(), identity_error=doubt)


def _is_told(vehicle: VehicleLink) -> bool:
    return {TelemetryKind.POSITION, TelemetryKind.BATTERY, TelemetryKind.GPS} <= vehicle.state.heard_s.keys()


def _measured(vehicle: VehicleLink) -> bool:
    return all(link.round_trip_ms is not None for link in vehicle.links if link.in_use)


def utc_now() -> str:
    """ISO 8601 with milliseconds and Z."""
    return iso_z(now(), timespec="milliseconds")
