"""Missions for holding the plan's times and energy against flights, and what the planner predicts of them.

Each setup is one way to set an aircraft up, in dronectl.toml's terms; its missions vary what the model must know: leg
lengths, corners, speeds, heights, stays, wind. The powers are measured on the missions of CALIBRATION alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from dronectl.model.fleet import Battery, Camera, Drone
from dronectl.model.geo import GeoPoint
from dronectl.planning.performance.energy import Speeds, Timeline, predict_flight
from dronectl.planning.work import Step


@dataclass(frozen=True, slots=True)
class Place:
    """One place of a mission: metres east and north of home; ``working`` as in the planner's steps."""

    east_m: float
    north_m: float
    dwell_s: float = 0.0
    working: bool = False


@dataclass(frozen=True, slots=True)
class FlownMission:
    """A sortie as the planner lays it out, and a steady wind (``wind_from_deg``: where it comes from)."""

    name: str
    altitude_m: float
    places: tuple[Place, ...]
    work_m_s: float = 8.0
    transit_m_s: float = 8.0
    wind_m_s: float = 0.0
    wind_from_deg: float = 0.0


@dataclass(frozen=True, slots=True)
class Setup:
    """An aircraft set up in one way, and the missions it flies."""

    name: str
    drone: Drone
    missions: tuple[FlownMission, ...]


def predicted(drone: Drone, mission: FlownMission) -> tuple[float, float]:
    """(s, Wh) that the planner gives the mission in the wind that it was flown in."""
    steps = [
        Step(np.array([place.east_m, place.north_m]), working=place.working, dwell_s=place.dwell_s)
        for place in mission.places
    ]
    flight: Timeline = predict_flight(
        drone,
        np.zeros(2),
        mission.altitude_m,
        steps,
        Speeds(mission.work_m_s, mission.transit_m_s),
        mission.wind_m_s,
        mission.wind_from_deg,
    )
    return flight.windy_duration_s, flight.windy_energy_wh


def with_powers(drone: Drone, powers_w: Mapping[str, float]) -> Drone:
    """The drone with measured powers: hover, cruise, climb, fast."""
    battery = Battery(
        drone.battery.capacity_wh,
        powers_w["hover"],
        powers_w["cruise"],
        climb_power_w=powers_w["climb"],
        fast_power_w=powers_w["fast"],
    )
    return replace(drone, battery=battery)


def _way(*places: tuple[float, float], working: Iterable[int] = ()) -> tuple[Place, ...]:
    """Places one after the other, and home; ``working`` are the numbers of those that a line of work ends at."""
    lines = set(working)
    return (*(Place(*place, working=index in lines) for index, place in enumerate(places)), Place(0.0, 0.0))


def _zigzag(turn_deg: float, leg_m: float, count: int) -> tuple[Place, ...]:
    """Legs that turn right and left by the same angle, and the way home."""
    x = y = heading = 0.0
    places = []
    for index in range(count):
        x, y = x + leg_m * math.sin(heading), y + leg_m * math.cos(heading)
        places.append((x, y))
        heading += math.radians(turn_deg) * (1 if index % 2 == 0 else -1)
    return _way(*places)


def _lanes(length_m: float, apart_m: float, count: int) -> tuple[Place, ...]:
    places: list[tuple[float, float]] = []
    for lane in range(count):
        ends = ((0.0, lane * apart_m), (length_m, lane * apart_m))
        places += ends if lane % 2 == 0 else ends[::-1]
    return _way(*places[1:], working=range(0, 2 * count - 1, 2))


def _square(side_m: float) -> tuple[Place, ...]:
    return _way((side_m, 0.0), (side_m, side_m), (0.0, side_m))


def _out_and_back(distance_m: float) -> tuple[Place, ...]:
    return _way((distance_m, 0.0))


DRONE = Drone(
    name="measured",
    system_id=1,
    link="tcp://127.0.0.1:5760",
    home=GeoPoint(0.0, 0.0),
    battery=Battery(100.0, 1.0, 1.0),
    camera=Camera(13.2, 8.8, 8.8, 5472, 3648, 2.0),
    max_airspeed_m_s=10.2,
)
"""SITL makes 10.1 m/s straight into the wind and a little more slantwise."""
_THREE_LINES = _way(
    *((100.0, 50.0), (100.0, 200.0), (120.0, 200.0), (120.0, 50.0), (140.0, 50.0), (140.0, 200.0)), working=(1, 3, 5)
)

CALIBRATION = (
    FlownMission("stay for a minute", 30.0, (Place(20.0, 0.0, dwell_s=60.0), Place(0.0, 0.0))),
    FlownMission("300 m out and back", 40.0, _out_and_back(300.0)),
    FlownMission("300 m upwind and back", 40.0, _out_and_back(300.0), wind_m_s=5.0, wind_from_deg=90.0),
)
"""Hover and climb are measured on the first, cruise on the second, flat out on the third, which flies into the wind."""

AS_SHIPPED = Setup(
    "as shipped",
    DRONE,
    (
        FlownMission("square", 30.0, _square(100.0)),
        FlownMission("lanes 20 m apart", 58.0, _lanes(100.0, 20.0, 5)),
        FlownMission("one line in four pieces", 30.0, _way((50.0, 0.0), (100.0, 0.0), (150.0, 0.0), (200.0, 0.0))),
        *(FlownMission(f"corners of {turn}°", 30.0, _zigzag(turn, 60.0, 8)) for turn in (30, 60, 120, 150)),
        FlownMission("legs of 15 m", 25.0, _zigzag(90.0, 15.0, 16)),
        FlownMission("legs of 5 m", 25.0, _zigzag(90.0, 5.0, 20)),
        FlownMission("at 4 m/s", 20.0, _zigzag(90.0, 50.0, 6), work_m_s=4.0, transit_m_s=4.0),
        FlownMission("at 10 m/s, 80 m high", 80.0, _zigzag(90.0, 150.0, 6), work_m_s=10.0, transit_m_s=10.0),
        FlownMission("work slower than transit", 50.0, _THREE_LINES, work_m_s=5.0, transit_m_s=8.0),
        FlownMission("work faster than transit", 50.0, _THREE_LINES, work_m_s=9.0, transit_m_s=6.0),
        FlownMission(
            "tour with stays",
            40.0,
            (Place(150.0, 0.0, 30.0), Place(150.0, 150.0, 20.0), Place(-50.0, 120.0, 45.0), Place(0.0, 0.0)),
        ),
        *(
            FlownMission(
                f"square, {speed:g} m/s from {side:g}°", 40.0, _square(150.0), wind_m_s=speed, wind_from_deg=side
            )
            for speed, side in ((3.0, 0.0), (5.0, 45.0), (7.0, 0.0), (7.0, 60.0))
        ),
        FlownMission("stay in 8 m/s", 30.0, (Place(20.0, 0.0, 60.0), Place(0.0, 0.0)), wind_m_s=8.0),
        FlownMission("5 m/s against 5 m/s", 40.0, _out_and_back(250.0), 5.0, 5.0, wind_m_s=5.0, wind_from_deg=90.0),
    ),
)
GENTLE = Setup(
    "gentle",
    replace(
        DRONE,
        cruise_speed_m_s=6.0,
        climb_speed_m_s=1.5,
        descent_speed_m_s=1.0,
        acceleration_m_s2=1.0,
        waypoint_radius_m=5.0,
    ),
    (
        FlownMission("gentle square", 40.0, _square(100.0), work_m_s=6.0, transit_m_s=6.0),
        FlownMission("gentle lanes", 60.0, _lanes(100.0, 20.0, 4), work_m_s=6.0, transit_m_s=6.0),
    ),
)
BRISK = Setup(
    "brisk",
    replace(
        DRONE,
        cruise_speed_m_s=10.0,
        climb_speed_m_s=4.0,
        descent_speed_m_s=2.5,
        acceleration_m_s2=4.0,
        jerk_m_s3=3.0,
        waypoint_radius_m=1.0,
    ),
    (
        FlownMission("brisk square", 60.0, _square(200.0), work_m_s=10.0, transit_m_s=10.0),
        FlownMission("brisk lanes", 60.0, _lanes(150.0, 30.0, 4), work_m_s=10.0, transit_m_s=10.0),
    ),
)
SETUPS = (AS_SHIPPED, GENTLE, BRISK)
