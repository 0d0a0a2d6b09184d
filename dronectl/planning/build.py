"""Patrols to a plan: who flies what, when, how high, and the mission items of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from dronectl.errors import InputError
from dronectl.model.ardupilot import MISSION_CAPACITY
from dronectl.model.fleet import Drone
from dronectl.model.patrol import CameraAction, Patrol, Pattern
from dronectl.model.plan import DronePlan, Plan, Sortie
from dronectl.model.site import Site
from dronectl.model.zone import Zone
from dronectl.planning import coverage, energy, perimeter, separation, tour
from dronectl.planning.allocation import Worker, allocate
from dronectl.planning.compile import Trigger, compile_mission, cut_to_centimetres, trigger_for
from dronectl.planning.energy import Speeds, Timeline
from dronectl.planning.fence_items import fence_mission, rally_mission
from dronectl.planning.frame import FloatArray, LocalFrame
from dronectl.planning.routing import Router
from dronectl.planning.space import GRID_M, blocked_at, flyable, union
from dronectl.planning.work import Piece, Step

Progress = Callable[[str, float], None]

PLANNED_SHARE = 0.95
"""Sorties are planned to this share of what a battery may give: the estimate is one."""

_SAME_PLACE_M = 0.02
_STRAIGHT_M = 1e-4


@dataclass(frozen=True, slots=True, eq=False)
class _Crew:
    """One drone as it takes part in one patrol."""

    drone: Drone
    home_xy: FloatArray
    altitude_m: float
    router: Router
    speeds: Speeds
    trigger: Trigger | None
    footprint_m: float
    """Across the track."""


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """What a coverage patrol looked for and saw, in square metres."""

    swath_m: float
    wanted_m2: float
    seen_m2: float


@dataclass(frozen=True, slots=True, eq=False)
class _Wave:
    """One sortie number: for each drone that flies in it its sortie and flight."""

    sorties: dict[str, Sortie]
    flights: dict[str, Timeline]

    @property
    def duration_s(self) -> float:
        return max(sortie.start_s + sortie.duration_s for sortie in self.sorties.values())

    @property
    def separation_m(self) -> float:
        starts = [self.sorties[name].start_s for name in self.flights]
        return separation.least_of_wave_m(list(self.flights.values()), starts)


def build_plan(
    site: Site,
    patrols: Sequence[Patrol],
    *,
    name: str,
    created_utc: str,
    drones: Sequence[str] | None = None,
    on_progress: Progress | None = None,
) -> Plan:
    """The whole plan of some patrols; the same input always gives the same plan. Violations are left to the checks.

    ``drones`` (names) limits who takes part. ``on_progress`` hears of each stage and the share of the work done.

    Raises:
        InputError: the work cannot be planned: nobody takes part, a zone or home cannot be flown to, the layers do not
            fit under the ceiling, a piece of work exceeds every battery. The message names what and where.
    """
    if not patrols:
        raise InputError("no patrol was given to plan", hint="name at least one file of missions/")
    frame = LocalFrame(site.home)
    waves: list[_Wave] = []
    seen: list[_Seen] = []
    for index, patrol in enumerate(patrols):

        def report(stage: str, share: float, done: int = index, patrol_id: str = patrol.id) -> None:
            if on_progress is not None:
                on_progress(f"{patrol_id}: {stage}", (done + share) / len(patrols))

        new_waves, coverage_seen = _plan_patrol(site, frame, patrol, drones, len(waves) + 1, report)
        waves += new_waves
        if coverage_seen is not None:
            seen.append(coverage_seen)
    if on_progress is not None:
        on_progress("done", 1.0)

    wanted_m2 = sum(part.wanted_m2 for part in seen)
    apart_m = min(wave.separation_m for wave in waves)
    return Plan(
        name=name,
        created_utc=created_utc,
        drones=tuple(_drone_plan(site, drone, waves) for drone in site.drones if _flies(drone, waves)),
        sources=dict(site.sources),
        makespan_s=sum(wave.duration_s for wave in waves),
        coverage_pct=100.0 * sum(part.seen_m2 for part in seen) / wanted_m2 if wanted_m2 > 0.0 else None,
        swath_m=min((part.swath_m for part in seen), default=None),
        min_separation_m=apart_m if np.isfinite(apart_m) else None,
    )


def _flies(drone: Drone, waves: Sequence[_Wave]) -> bool:
    return any(drone.name in wave.sorties for wave in waves)


def _drone_plan(site: Site, drone: Drone, waves: Sequence[_Wave]) -> DronePlan:
    return DronePlan(
        name=drone.name,
        system_id=drone.system_id,
        home=drone.home,
        home_amsl_m=site.ground_elevation_m,
        sorties=tuple(wave.sorties[drone.name] for wave in waves if drone.name in wave.sorties),
        fence=fence_mission(site, drone),
        rally=rally_mission(site),
    )


def _plan_patrol(
    site: Site,
    frame: LocalFrame,
    patrol: Patrol,
    drones: Sequence[str] | None,
    first_number: int,
    report: Progress,
) -> tuple[list[_Wave], _Seen | None]:
    report("free space and routes", 0.0)
    crew = _crew(site, frame, patrol, _participants(site, patrol, drones))
    common = crew[0].router.region
    for member in crew[1:]:
        common = shapely.intersection(common, member.router.region, grid_size=GRID_M)
    report("laying out the work", 0.2)
    swath_m = min(member.footprint_m for member in crew) * (1.0 - patrol.sidelap_pct / 100.0)
    pieces = _pieces(site, frame, patrol, crew, common, swath_m)
    report(f"sharing {len(pieces)} pieces of work among {len(crew)} drones", 0.4)
    items_per_piece = 6 if patrol.camera is CameraAction.PHOTOS else 3
    waves: list[_Wave] = []
    sorties = 1
    workers = [_worker(member, pieces, site.rules.battery_reserve_pct) for member in crew]
    flown: list[tuple[_Crew, list[Step]]] = []
    while True:
        shares = allocate(
            workers,
            [piece.name for piece in pieces],
            items_per_piece=items_per_piece,
            item_capacity=MISSION_CAPACITY - 20,
            seed=patrol.seed,
            fewest_sorties=sorties,
        )
        flown = []
        waves = []
        for share in shares:
            routes = [(crew[route.worker], _steps(crew[route.worker], pieces, route.entries)) for route in share]
            flown += routes
            waves.append(_wave(site, frame, patrol, routes, first_number + len(waves)))
        if all(_fits(site, member, wave) for wave in waves for member in crew):
            break
        sorties = len(waves) + 1
    report("checking what is seen", 0.9)
    if patrol.pattern is not Pattern.COVERAGE:
        return waves, None
    return waves, _seen(site, frame, patrol, crew, flown, swath_m)


def _participants(site: Site, patrol: Patrol, drones: Sequence[str] | None) -> list[Drone]:
    for name in (*patrol.drones, *(drones or ())):
        if site.drone(name) is None:
            raise InputError(
                f"{patrol.source}: no drone '{name}' in dronectl.toml",
                hint=f"the fleet is: {', '.join(drone.name for drone in site.drones)}",
            )
    chosen = [
        drone
        for drone in site.drones
        if (not patrol.drones or drone.name in patrol.drones) and (drones is None or drone.name in drones)
    ]
    if not chosen:
        raise InputError(f"{patrol.source}: none of its drones takes part", hint="name one of them with --drone")
    return chosen


def _crew(site: Site, frame: LocalFrame, patrol: Patrol, drones: Sequence[Drone]) -> list[_Crew]:
    names = [drone.name for drone in drones]
    base_m = cut_to_centimetres(_base_altitude_m(patrol, drones))
    altitudes = separation.layers(names, base_m, patrol.layer_step_m, site.rules.ceiling_m, patrol.source)
    routers: dict[bytes, Router] = {}
    crew = []
    for drone, layer_m in zip(drones, altitudes, strict=True):
        altitude_m = cut_to_centimetres(layer_m)
        region = flyable(site, frame, drone, altitude_m, drones)
        key = shapely.to_wkb(region)
        router = routers[key] if key in routers else routers.setdefault(key, Router(region))
        transit_m_s = patrol.speed_m_s or drone.cruise_speed_m_s
        trigger = None
        if patrol.camera is CameraAction.PHOTOS:
            trigger = trigger_for(drone.camera, altitude_m, patrol.frontlap_pct)
        crew.append(
            _Crew(
                drone=drone,
                home_xy=np.array(frame.point_to_xy(drone.home)),
                altitude_m=altitude_m,
                router=router,
                speeds=Speeds(min(transit_m_s, trigger.fastest_m_s) if trigger else transit_m_s, transit_m_s),
                trigger=trigger,
                footprint_m=drone.camera.footprint_m(altitude_m)[0],
            )
        )
    return crew


def _base_altitude_m(patrol: Patrol, drones: Sequence[Drone]) -> float:
    """The lowest layer. A ground sampling distance is a promise: the layers are as high as every camera keeps it."""
    if patrol.relative_altitude_m is not None:
        return patrol.relative_altitude_m
    if patrol.gsd_cm is None:
        raise InputError(f"{patrol.source}: neither an altitude nor a ground sampling distance is given")
    heights = [drone.camera.height_for_gsd_m(patrol.gsd_cm / 100.0) for drone in drones]
    base_m = min(height - patrol.layer_step_m * layer for layer, height in enumerate(heights))
    if base_m < min(separation.LOWEST_LAYER_M, *heights):
        raise InputError(
            f"{patrol.source}: a GSD of {patrol.gsd_cm:g} cm needs flights at most {min(heights):.1f} m high, too low "
            f"for {len(drones)} layers {patrol.layer_step_m:g} m apart",
            hint="allow a larger gsd_cm, fewer drones or a smaller layer_step_m",
        )
    return base_m


def _pieces(
    site: Site, frame: LocalFrame, patrol: Patrol, crew: Sequence[_Crew], common: shapely.Geometry, swath_m: float
) -> list[Piece]:
    if patrol.pattern is Pattern.TOUR:
        toward = np.mean([member.home_xy for member in crew], axis=0)
        return tour.pieces(patrol, site, frame, Router(common), toward)
    found: list[Piece] = []
    for zone in _zones(site, patrol):
        area = frame.polygon_to_xy(zone.polygon)
        if patrol.pattern is Pattern.PERIMETER:
            found += perimeter.pieces(
                zone.id, area, common, inset_m=patrol.inset_m, rounds=patrol.rounds, drone_count=len(crew)
            )
            continue
        workable = shapely.intersection(area, common, grid_size=GRID_M)
        if workable.area < GRID_M:
            raise InputError(
                f"{patrol.source}: no part of zone {zone.id} can be flown by all its drones",
                hint="it lies outside the fence or inside keep-outs, margins included",
            )
        found += [
            Piece(f"zone {zone.id} line {number}", line)
            for number, line in enumerate(coverage.lines(workable, common, swath_m, patrol.angle_deg), start=1)
        ]
    if not found:
        raise InputError(f"{patrol.source}: there is nothing to fly", hint="its zones are smaller than a swath")
    return found


def _zones(site: Site, patrol: Patrol) -> list[Zone]:
    zones = []
    for zone_id in patrol.zones:
        zone = site.zones.zone(zone_id)
        if zone is None:
            raise InputError(
                f"{patrol.source}: no zone '{zone_id}' in geofences/",
                hint=f"zones are: {', '.join(known.id for known in site.zones.zones) or 'none'}",
            )
        zones.append(zone)
    if not zones:
        raise InputError(f"{patrol.source}: a {patrol.pattern} patrol needs zones")
    return zones


def _worker(member: _Crew, pieces: Sequence[Piece], reserve_pct: float) -> Worker:
    """Times between all ends of the pieces and home. A line that is left or entered costs half a stop at either end."""
    drone, speeds = member.drone, member.speeds
    nodes = np.vstack([*(piece.ends() for piece in pieces), member.home_xy])
    distances = member.router.distances(nodes)
    half_stop_s = speeds.work_m_s / (2.0 * drone.acceleration_m_s2)
    loss_s = np.append(np.repeat([half_stop_s if len(piece.path_xy) > 1 else 0.0 for piece in pieces], 2), 0.0)
    way_s = energy.rest_to_rest_s(distances, speeds.transit_m_s, drone.acceleration_m_s2) + loss_s[:, None] + loss_s
    way_s[distances < _SAME_PLACE_M] = 0.0
    dwell_s = np.array([piece.dwell_s for piece in pieces])
    climb_s = energy.climb_s(drone, member.altitude_m)
    landing_s = energy.landing_s(drone, member.altitude_m)
    battery = drone.battery
    return Worker(
        name=drone.name,
        way_s=way_s,
        work_s=np.array([piece.length_m for piece in pieces]) / speeds.work_m_s + dwell_s,
        dwell_s=dwell_s,
        cruise_power_w=battery.cruise_power_w,
        hover_power_w=battery.hover_power_w,
        fixed_s=climb_s + landing_s,
        fixed_wh=(climb_s * battery.cruise_power_w + landing_s * battery.hover_power_w) / 3600.0,
        budget_wh=PLANNED_SHARE * energy.usable_energy_wh(drone, reserve_pct),
    )


def _steps(member: _Crew, pieces: Sequence[Piece], entries: Sequence[int]) -> list[Step]:
    """From above home through the pieces and back to above home, by the shortest ways."""
    here = member.home_xy
    steps: list[Step] = []
    for entry in entries:
        piece = pieces[entry >> 1]
        path = piece.flown(reverse=bool(entry & 1))
        steps += _way(member.router, here, path[0])
        if len(path) == 1:
            steps.append(Step(path[0], dwell_s=piece.dwell_s, look_at=piece.look_at))
        else:
            steps += [Step(point, working=True) for point in path[1:]]
        here = path[-1]
    steps += [*_way(member.router, here, member.home_xy)]
    if not steps or float(np.hypot(*(steps[-1].xy - member.home_xy))) > 0.0:
        steps.append(Step(member.home_xy))
    return _without_needless(member.home_xy, steps)


def _way(router: Router, start: FloatArray, end: FloatArray) -> list[Step]:
    if float(np.hypot(*(end - start))) < _SAME_PLACE_M:
        return []
    return [Step(point) for point in router.path(start, end)[1:]]


def _without_needless(home_xy: FloatArray, steps: Sequence[Step]) -> list[Step]:
    """Steps without those on a straight line between two of the same kind, and without arrivals doubled by a stay."""
    kept: list[Step] = []
    for step in steps:
        while kept:
            before = kept[-2].xy if len(kept) > 1 else home_xy
            middle = kept[-1]
            is_plain = middle.dwell_s == 0.0 and middle.look_at is None
            is_double = not step.working and float(np.hypot(*(step.xy - middle.xy))) < _SAME_PLACE_M
            is_on_line = middle.working == step.working and _is_between(before, middle.xy, step.xy)
            if not (is_plain and (is_on_line or (is_double and not middle.working))):
                break
            kept.pop()
        kept.append(step)
    return kept


def _is_between(before: FloatArray, middle: FloatArray, after: FloatArray) -> bool:
    whole = after - before
    length = float(np.hypot(*whole))
    if length < _SAME_PLACE_M:
        return False
    along = float((middle - before) @ whole) / length
    aside = abs(float(whole[0] * (middle - before)[1] - whole[1] * (middle - before)[0])) / length
    return aside < _STRAIGHT_M and -_STRAIGHT_M <= along <= length + _STRAIGHT_M


def _wave(
    site: Site, frame: LocalFrame, patrol: Patrol, routes: Sequence[tuple[_Crew, list[Step]]], number: int
) -> _Wave:
    flights = {
        member.drone.name: energy.fly(member.drone, member.home_xy, member.altitude_m, steps, member.speeds)
        for member, steps in routes
    }
    starts_s = separation.staggered_starts_s(list(flights.values()), site.rules.separation_m)
    sorties = {}
    for (member, steps), start_s in zip(routes, starts_s, strict=True):
        drone = member.drone
        flight = flights[drone.name]
        sorties[drone.name] = Sortie(
            number=number,
            patrol=patrol.id,
            mission=compile_mission(
                drone, frame, site.ground_elevation_m, member.altitude_m, steps, member.speeds, member.trigger
            ),
            start_s=start_s,
            distance_m=flight.distance_m,
            duration_s=flight.duration_s,
            battery_pct=100.0 * flight.energy_wh / drone.battery.capacity_wh,
            work_altitude_m=member.altitude_m,
        )
    return _Wave(sorties, flights)


def _fits(site: Site, member: _Crew, wave: _Wave) -> bool:
    """Whether battery and mission memory suffice for what was really laid out, not only for its estimate."""
    name = member.drone.name
    if name not in wave.sorties:
        return True
    usable_wh = energy.usable_energy_wh(member.drone, site.rules.battery_reserve_pct)
    items = len(wave.sorties[name].mission) - 1
    return wave.flights[name].energy_wh <= usable_wh and items <= MISSION_CAPACITY


def _seen(
    site: Site,
    frame: LocalFrame,
    patrol: Patrol,
    crew: Sequence[_Crew],
    flown: Sequence[tuple[_Crew, list[Step]]],
    swath_m: float,
) -> _Seen:
    """What working legs saw (by footprint, nothing past line ends) of the zones less what stands in the flights."""
    zones = union(frame.polygon_to_xy(zone.polygon) for zone in _zones(site, patrol))
    standing = union(blocked.shape for member in crew for blocked in blocked_at(site, frame, member.altitude_m))
    wanted = shapely.difference(zones, standing, grid_size=GRID_M)
    swaths = []
    for member, steps in flown:
        points = np.vstack([member.home_xy, *(step.xy for step in steps)])
        legs = np.stack([points[:-1], points[1:]], axis=1)[[step.working for step in steps]]
        if len(legs):
            swaths.append(coverage.seen(legs, member.footprint_m))
    covered = shapely.intersection(union(swaths), wanted, grid_size=GRID_M)
    return _Seen(swath_m=swath_m, wanted_m2=float(wanted.area), seen_m2=float(covered.area))
