"""Other aircraft as the fleet's picture needs them: heard from drones and from receivers, and set against each way."""

from __future__ import annotations

import math
from collections.abc import Sequence

from dronectl.model.message import Message
from dronectl.model.traffic import Encounter, ReceiverPicture, TrafficPicture, TrafficReport
from dronectl.ops.traffic.contacts import Contacts
from dronectl.ops.traffic.encounters import DroneAhead, Heights, nearest_encounter
from dronectl.protocol.vehicle import adsb
from dronectl.protocol.vehicle.telemetry import VehicleState

PRESSURE_MESSAGE = "SCALED_PRESSURE"
QUIET_S = 30.0
_ISA_M, _ISA_EXPONENT, _ISA_HPA = 44_330.77, 0.190263, 1013.25
"""International Standard Atmosphere below 11 km (ICAO Doc 7488): height = 44330.77 · (1 - (p / 1013.25)^0.190263)."""


class Sky:
    """A fold. Times are on the clock of the drones' states."""

    def __init__(self) -> None:
        self.contacts = Contacts()
        self._heights = Heights()
        self._undulation_m = 0.0
        self._heard_s: dict[str, float] = {}
        """By who heard any aircraft, when it did last."""

    def know_undulation(self, undulation_m: float) -> None:
        """Of the site: ellipsoid height minus height above mean sea level."""
        self._undulation_m = undulation_m
        self._heights = Heights(undulation_m, self._heights.pressure_offset_m)

    def on_message(self, message: Message, drone: str, state: VehicleState, now_s: float) -> None:
        """A message of a drone, or of a transponder's receiver aboard."""
        if message.name == adsb.MESSAGE:
            if (report := adsb.report_of(message, now_s, drone)) is not None:
                self.on_report(report, now_s)
        elif message.name == PRESSURE_MESSAGE and state.amsl_altitude_m is not None:
            pressure_hpa = float(message["press_abs"])
            if 300.0 < pressure_hpa < 1100.0:
                offset_m = state.amsl_altitude_m - standard_altitude_m(pressure_hpa)
                self._heights = Heights(self._undulation_m, offset_m)

    def on_report(self, report: TrafficReport, now_s: float) -> None:
        self._heard_s[report.source] = now_s
        self.contacts.take(report)

    def nearest(self, drone: DroneAhead, now_s: float) -> Encounter | None:
        """The aircraft that passes nearest to a drone on its way, or too near first."""
        contacts = self.contacts.at(now_s)
        return nearest_encounter(drone, contacts, now_s, self._heights) if contacts else None

    def picture(self, now_s: float, receivers: Sequence[ReceiverPicture] = ()) -> TrafficPicture:
        """``receivers``: those on the ground; drones that have heard aircraft are receivers too."""
        told = {receiver.name for receiver in receivers}
        aboard = [self._aboard(name, now_s) for name in self._heard_s if name not in told]
        return TrafficPicture((*receivers, *aboard), self.contacts.at(now_s))

    def heard_age_s(self, name: str, now_s: float) -> float | None:
        """Since it told of any aircraft; None: never."""
        heard_s = self._heard_s.get(name)
        return None if heard_s is None else max(0.0, now_s - heard_s)

    def _aboard(self, name: str, now_s: float) -> ReceiverPicture:
        return ReceiverPicture(f"{name}'s receiver", is_up=True, heard_age_s=self.heard_age_s(name, now_s))


def standard_altitude_m(pressure_hpa: float) -> float:
    """The height at which the standard atmosphere has this pressure."""
    return _ISA_M * (1.0 - math.pow(pressure_hpa / _ISA_HPA, _ISA_EXPONENT))
