"""A mission that begins with a take-off, ends with a return or landing, and ends at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import shapely

from dronectl.model.mission import Command, Mission
from dronectl.model.violation import Severity
from dronectl.planning.checks.finding import Finding, Rule
from dronectl.planning.checks.flight import Flight, Ground
from dronectl.planning.checks.order import Problem

HOME_TOLERANCE_M = 30.0
"""A mission planned for a home farther than this from where the drone stands was planned for another place."""

_NAVIGATION = frozenset(
    {
        Command.NAV_WAYPOINT,
        Command.NAV_LOITER_UNLIM,
        Command.NAV_LOITER_TURNS,
        Command.NAV_LOITER_TIME,
        Command.NAV_RETURN_TO_LAUNCH,
        Command.NAV_LAND,
        Command.NAV_TAKEOFF,
        Command.NAV_SPLINE_WAYPOINT,
        Command.NAV_PAYLOAD_PLACE,
        Command.NAV_GUIDED_ENABLE,
    }
)
_HOMEWARD = frozenset({Command.NAV_RETURN_TO_LAUNCH, Command.NAV_LAND})


def check(flights: Sequence[Flight], ground: Ground) -> Iterator[Finding]:
    """What the items say by themselves, then what was met on the way."""
    for flight in flights:
        drone = flight.drone.name
        for problem in (*_of_items(flight.mission), *flight.route.problems):
            yield Finding(
                "structure",
                problem.message,
                drone,
                flight.sortie,
                item=problem.item,
                where=_place_of(flight, problem.item, ground),
                severity=problem.severity,
            )
        if flight.planned_system_id != flight.drone.system_id:
            message = (
                f"planned for system id {flight.planned_system_id}, {drone} has {flight.drone.system_id} now: "
                "build the plan again"
            )
            yield Finding("structure", message, drone, flight.sortie)
        yield from _home(flight, ground)


def _of_items(mission: Mission) -> Iterator[Problem]:
    navigation = [seq for seq in range(1, len(mission)) if mission.items[seq].command in _NAVIGATION]
    if not navigation:
        yield Problem(0, Severity.ERROR, "the mission is empty: it goes nowhere")
        return
    first, last = navigation[0], navigation[-1]
    if mission.items[first].command != Command.NAV_TAKEOFF:
        name = mission.items[first].command_name()
        yield Problem(first, Severity.ERROR, f"begins with {name}, not with NAV_TAKEOFF")
    if all(mission.items[seq].command not in _HOMEWARD for seq in navigation):
        message = "no NAV_RETURN_TO_LAUNCH or NAV_LAND at the end: the drone would hover until its battery is empty"
        yield Problem(last, Severity.ERROR, message)


def _home(flight: Flight, ground: Ground) -> Iterator[Finding]:
    """Where the file, the plan and the workspace say that the drone stands."""
    stands = shapely.Point(*ground.frame.point_to_xy(flight.drone.home))
    planned = shapely.Point(*ground.frame.point_to_xy(flight.home))
    from_home_m = shapely.distance(stands, planned)
    in_file = _place_of(flight, 0, ground)
    if from_home_m > 1.0:
        message = f"the plan starts {from_home_m:.0f} m from the home that dronectl.toml gives: build the plan again"
        severity = Severity.ERROR
    elif in_file is not None and in_file.distance(stands) > HOME_TOLERANCE_M:
        from_home_m = in_file.distance(stands)
        name = flight.drone.name
        message = f"home in the file is {from_home_m:.0f} m from where {name} stands; checked as flown from there"
        severity = Severity.WARNING
    else:
        return
    yield Finding(
        "structure",
        message,
        flight.drone.name,
        flight.sortie,
        item=0,
        where=in_file or planned,
        amount=float(from_home_m),
        unit="m",
        severity=severity,
    )


def _place_of(flight: Flight, item: int, ground: Ground) -> shapely.Point | None:
    found = flight.mission.items[item] if item < len(flight.mission) else None
    if found is None or (found.lat_e7 == 0 and found.lon_e7 == 0):
        return None
    return ground.place(found)


RULE = Rule(
    "structure",
    "A whole mission",
    "A mission must begin with a take-off, end with a return or landing, follow no jump to nowhere and none for ever, "
    "and lie at this site.",
    check,
)
