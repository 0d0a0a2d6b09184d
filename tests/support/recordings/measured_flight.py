"""Flies a mission on a vehicle of the autopilot suite and measures it: how long, and what it drew.

A flight lasts from the start of the mission (the take-off item begins, the motors spool up) to disarming, as the
planner counts it. Time is the vehicle's own.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from flown_missions import CALIBRATION, FlownMission
from repository import TESTS

AUTOPILOT_SUITE = TESTS / "autopilot"
if str(AUTOPILOT_SUITE) not in sys.path:
    sys.path.append(str(AUTOPILOT_SUITE))

from flying import (  # noqa: E402
    ACCEPTED,
    AUTO,
    DO_CHANGE_SPEED,
    HOME_ITEM,
    MISSION_START,
    NAV_RETURN_TO_LAUNCH,
    NAV_TAKEOFF,
    SET_MESSAGE_INTERVAL,
    arm,
    set_mode,
    wait_prearm,
    waypoint,
)
from raw_client import Item, RawClient  # noqa: E402

NAV_LOITER_TIME = 19
LOCAL_POSITION_NED, BATTERY_STATUS = 32, 147
SAMPLES_HZ = 10.0
LONGEST_S = 400.0
"""Wall time for one flight."""

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Measured:
    """One flight. ``samples``: (n, 4) seconds after the start, height in m, ground speed in m/s, power in W."""

    duration_s: float
    energy_wh: float
    samples: FloatArray


def items_of(mission: FlownMission) -> list[Item]:
    """The mission as ``planning.compile`` writes it, in the wire's units."""
    items = [HOME_ITEM, waypoint(0.0, 0.0, mission.altitude_m, command=NAV_TAKEOFF)]
    speed_m_s = None
    for place in mission.places:
        wanted_m_s = mission.work_m_s if place.working else mission.transit_m_s
        if wanted_m_s != speed_m_s:
            items.append(Item(DO_CHANGE_SPEED, frame=0, p1=1.0, p2=wanted_m_s))
            speed_m_s = wanted_m_s
        stay = {"command": NAV_LOITER_TIME, "p1": place.dwell_s} if place.dwell_s else {}
        items.append(waypoint(place.north_m, place.east_m, mission.altitude_m, **stay))
    return [*items, Item(NAV_RETURN_TO_LAUNCH, frame=0)]


def fly_and_measure(client: RawClient, mission: FlownMission) -> Measured:
    """Uploads, flies from arming to disarming, measures. The vehicle must have a position and stand on the ground."""
    assert client.upload(items_of(mission)).result == 0
    for message_id in (BATTERY_STATUS, LOCAL_POSITION_NED):
        assert client.command(SET_MESSAGE_INTERVAL, message_id, 1e6 / SAMPLES_HZ).result == ACCEPTED
    wait_prearm(client)
    talk = client.talk()
    talk.expect("LOCAL_POSITION_NED")
    assert set_mode(client, AUTO).result == ACCEPTED
    answer = arm(client)
    assert answer.result == ACCEPTED, answer.talk.texts()
    assert client.command(MISSION_START).result == ACCEPTED
    talk.wait_until(lambda m: m.get_type() == "HEARTBEAT" and m.base_mode & 128, "arming")
    talk.wait_until(
        lambda m: m.get_type() == "HEARTBEAT" and m.autopilot == 3 and not m.base_mode & 128, "disarming", LONGEST_S
    )
    return _figures(talk.heard("LOCAL_POSITION_NED", "BATTERY_STATUS", "STATUSTEXT"))


def measured_powers_w(flights: Sequence[Measured]) -> dict[str, float]:
    """Hover, cruise, climb and flat-out power of the three CALIBRATION flights, by the median of steady flight."""
    staying, cruising, upwind = (flight.samples for flight in flights)
    height = CALIBRATION[0].altitude_m
    climbing = (staying[:, 1] > 0.3 * height) & (staying[:, 1] < 0.7 * height) & (staying[:, 0] < 30.0)
    high = staying[:, 1] > height - 1.0
    into_wind = upwind[: int(np.argmin(np.abs(upwind[:, 0] - 0.4 * flights[2].duration_s)))]
    at_speed = np.abs(cruising[:, 2] - CALIBRATION[1].transit_m_s) < 0.2
    against = into_wind[:, 2] > 0.95 * into_wind[:, 2].max()
    return {
        "hover": float(np.median(staying[high & (staying[:, 2] < 0.2), 3])),
        "cruise": float(np.median(cruising[at_speed, 3])),
        "climb": float(np.median(staying[climbing, 3])),
        "fast": float(np.median(into_wind[against, 3])),
    }


def holding_power_w(flight: Measured) -> float:
    """The median while the flight neither climbs nor moves: RTL waits above home in every flight."""
    samples = flight.samples
    high = samples[:, 1] > samples[:, 1].max() - 0.5
    return float(np.median(samples[high & (samples[:, 2] < 0.3), 3]))


def _figures(messages: list[Any]) -> Measured:
    now_s = start_s = end_s = watts = height_m = 0.0
    is_flying = False
    drawn: list[tuple[float, float]] = []
    samples = []
    for message in messages:
        match message.get_type():
            case "LOCAL_POSITION_NED":
                now_s = message.time_boot_ms / 1000.0
                height_m = -message.z
                if is_flying:
                    samples.append((now_s - start_s, height_m, float(np.hypot(message.vx, message.vy)), watts))
            case "BATTERY_STATUS":
                watts = message.voltages[0] / 1000.0 * message.current_battery / 100.0
                if is_flying:
                    drawn.append((now_s, watts))
            case "STATUSTEXT" if message.text.startswith("Mission: 1 ") and not start_s:
                is_flying, start_s = True, now_s
            case "STATUSTEXT" if "Disarming motors" in message.text and is_flying:
                is_flying, end_s = False, now_s
    assert end_s > start_s > 0.0, "no start or no disarming was heard"
    energy_ws = sum((until_s - since_s) * (one + other) / 2.0 for (since_s, one), (until_s, other) in pairwise(drawn))
    return Measured(end_s - start_s, energy_ws / 3600.0, np.array(samples))
