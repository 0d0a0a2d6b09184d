"""Applies every rule to a plan or to one mission, and looks up the authorisations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

import numpy as np

from dronectl.checks import approach
from dronectl.checks.authorisation import judge
from dronectl.checks.findings import merged, told
from dronectl.checks.fixes.clear_place import way_out
from dronectl.checks.flight import NO_FENCE, NO_RALLY, Flight, Ground, flight_of_mission, flight_of_plan
from dronectl.checks.metrics import covered_pct
from dronectl.checks.own_fence import told_elsewhere
from dronectl.checks.registry import RULES
from dronectl.checks.rule import Found
from dronectl.checks.rules import autopilot, battery_reserve, on_board, separation
from dronectl.checks.rules.day import on_day
from dronectl.errors import InputError
from dronectl.geodesy.frame import LocalFrame
from dronectl.model.fleet import Drone
from dronectl.model.plan.finding import Finding
from dronectl.model.plan.mission import Mission, MissionType
from dronectl.model.plan.plan import DronePlan, Plan
from dronectl.model.site import Site
from dronectl.site.local_time import day_of, days_of, zone_of

MAX_SUGGESTIONS = 25
"""For so many legs a way around is looked for; whoever broke more rules needs another plan."""


def check_plan(
    plan: Plan, site: Site, *, day: date, now: datetime | None = None, flown_now: int | None = None
) -> tuple[Finding, ...]:
    """Every finding of a plan flown on ``day``, at the times of day that it has; ``plan.overrides`` are respected
    and named.

    What is dated by hours counts at these times, for a plan without any at every hour of the day. With ``now`` the
    sortie ``flown_now`` begins at that moment, and so does what has no time.

    Raises:
        InputError: the plan names a drone that the workspace does not have.
    """
    days = days_of(plan, site)
    timetable = on_day(plan.timetable, days[0], day, zone_of(site)) if days and day not in days else plan.timetable
    ground = Ground(
        site, day, LocalFrame(site.home), timetable, plan.hotspots, days, now, flown_now if now is not None else None
    )
    return _check(_flights(plan, ground), ground, plan.overrides)


def check_mission(
    mission: Mission, site: Site, drone: Drone, *, day: date, rally: Mission = NO_RALLY, fence: Mission = NO_FENCE
) -> tuple[Finding, ...]:
    """Every finding of a mission (or fence, or rally points) made elsewhere, flown by ``drone`` from its home.

    ``rally`` and ``fence`` are carried with it, and looked at with it: the mission may return to one of the rally
    points, and both are held against the fence.
    """
    ground = Ground(site, day, LocalFrame(site.home))
    flight = flight_of_mission(mission, drone, ground, rally)
    if mission.mission_type is MissionType.MISSION:
        return _check([replace(flight, fence=fence)], ground, ())
    is_fence = mission.mission_type is MissionType.FENCE
    carried = replace(flight, fence=mission) if is_fence else replace(flight, fence=fence, rally=mission)
    return _findings([*autopilot.find([flight], ground), *on_board.find([carried], ground)], [flight], ground)


def min_separation_m(plan: Plan, site: Site) -> float | None:
    """Least distance between any two drones at any time of the plan; None when no two are in the air together."""
    ground = _ground_of(plan, site)
    approaches = (approach.closest_approach(*pair) for pair in separation.pairs(_flights(plan, ground)))
    return min((closest.distance_m for closest in approaches if closest is not None), default=None)


def coverage_pct(plan: Plan, site: Site) -> float | None:
    """Share of the coverage patrols' zones that the plan photographs, 0..100; None when it has no such patrol."""
    ground = _ground_of(plan, site)
    return covered_pct(_flights(plan, ground), ground)


def flights_and_ground(plan: Plan, site: Site, day: date | None = None) -> tuple[list[Flight], Ground]:
    """Every sortie as it is flown, at its own times on a day; on no day in particular without one.

    Raises:
        InputError: the plan names a drone that the workspace does not have.
    """
    if day is None:
        ground = Ground(site, date.min, LocalFrame(site.home))
    else:
        ground = Ground(site, day, LocalFrame(site.home), plan.timetable, plan.hotspots, days_of(plan, site))
    return _flights(plan, ground), ground


def with_own_figures(plan: Plan, site: Site) -> Plan:
    """The plan with the checker's figures in place of the planner's: for a plan whose files were changed."""
    ground = _ground_of(plan, site)
    flights = {(flight.drone.name, flight.sortie): flight for flight in _flights(plan, ground)}

    def refigured(planned: DronePlan) -> DronePlan:
        sorties = []
        for sortie in planned.sorties:
            flight = flights[planned.name, sortie.number]
            duration_s = flight.legs[-1].end_s if flight.legs else 0.0
            battery_pct = battery_reserve.used_pct(flight)
            windy_pct = max(battery_pct, battery_reserve.used_pct(flight, site.rules.wind_m_s))
            sorties.append(
                replace(
                    sortie,
                    distance_m=_distance_m(flight),
                    duration_s=duration_s,
                    battery_pct=battery_pct,
                    windy_duration_s=0.0,
                    windy_battery_pct=windy_pct,
                )
            )
        return replace(planned, sorties=tuple(sorties))

    drones = tuple(refigured(planned) for planned in plan.drones)
    waves = (
        [sortie.start_s + sortie.duration_s for drone in drones for sortie in drone.sorties if sortie.number == number]
        for number in plan.sortie_numbers()
    )
    return replace(
        plan,
        drones=drones,
        makespan_s=sum(max(wave) for wave in waves),
        coverage_pct=coverage_pct(plan, site),
        min_separation_m=min_separation_m(plan, site),
    )


def _ground_of(plan: Plan, site: Site) -> Ground:
    """On the plan's own day, at its own times."""
    return Ground(site, day_of(plan, site), LocalFrame(site.home), plan.timetable)


def _flights(plan: Plan, ground: Ground) -> list[Flight]:
    flights: list[Flight] = []
    for planned in plan.drones:
        drone = ground.site.drone(planned.name)
        if drone is None:
            known = ", ".join(drone.name for drone in ground.site.drones)
            raise InputError(
                f"plan '{plan.name}' is for drone '{planned.name}', which dronectl.toml does not have",
                hint=f"the fleet is: {known}; build the plan again",
            )
        flights += [flight_of_plan(planned, sortie, drone, ground) for sortie in planned.sorties]
    return flights


def _check(flights: Sequence[Flight], ground: Ground, overrides: Sequence[str]) -> tuple[Finding, ...]:
    found = (one for rule in RULES for one in rule.find(flights, ground))
    return _findings(told_elsewhere([judge(one, ground, overrides, flights) for one in found]), flights, ground)


def _findings(judged: Sequence[Found], flights: Sequence[Flight], ground: Ground) -> tuple[Finding, ...]:
    flown = {(flight.drone.name, flight.sortie): flight for flight in flights}
    mended = []
    suggestions = 0
    for one in merged(judged):
        finding = one.finding
        if finding.fix is None and one.leg is not None and suggestions < MAX_SUGGESTIONS:
            suggestions += 1
            flight = flown[finding.drone or "", finding.sortie]
            one = replace(one, finding=replace(finding, fix=way_out(flight, one.leg, ground)))
        mended.append(one)
    return told(mended, ground)


def _distance_m(flight: Flight) -> float:
    """Along the path, climbs and descents counted."""
    return float(np.linalg.norm(flight.ends - flight.starts, axis=1).sum())
