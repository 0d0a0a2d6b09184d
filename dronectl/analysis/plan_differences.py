"""What changed from one plan to another: inputs, figures, each drone's routes and the zones that they lead through,
findings."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import zip_longest

import numpy as np
import shapely

from dronectl.formats.maps.route import drawn_route
from dronectl.geodesy.distance import great_circle_m
from dronectl.model.plan.finding import Finding
from dronectl.model.plan.mission import Mission
from dronectl.model.plan.plan import DronePlan, Plan, Sortie
from dronectl.model.site import Site
from dronectl.site.geometry import LocalMetres

_SAME_PLACE_M = 0.1
_SAME_LENGTH_M = 1.0

Value = float | int | str | None


@dataclass(frozen=True, slots=True)
class Change:
    """A figure of the first plan and of the second; None where it is not known, as in plans edited since."""

    before: Value
    after: Value

    @property
    def is_one(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class ItemChange:
    """Items of one sortie, lined up: how many stayed, are new, are gone, stand in the place of others.

    Sorties are those of each other that are the first, second, … of a drone for the same patrol.
    """

    patrol: str
    sortie: Change
    same: int
    added: int
    removed: int
    changed: int
    first_item: int | None
    """Of the second plan, or of the first where the second ends before; None: nothing differs."""


@dataclass(frozen=True, slots=True)
class DroneDifference:
    """``figures`` has all of them, also those that are the same; ``zones_m`` the metres flown in each zone."""

    name: str
    figures: Mapping[str, Change]
    sorties: tuple[ItemChange, ...] = ()
    zones_m: Mapping[str, Change] = field(default_factory=dict)
    fence_changed: bool = False
    rally_changed: bool = False
    home_moved_m: float = 0.0
    only_in: str | None = None
    """``before`` or ``after``, when one plan does not have it."""

    @property
    def is_one(self) -> bool:
        return (
            self.only_in is not None
            or self.fence_changed
            or self.rally_changed
            or self.home_moved_m > _SAME_PLACE_M
            or any(one.is_one for one in self.figures.values())
            or any(one.first_item is not None or one.sortie.is_one for one in self.sorties)
        )


@dataclass(frozen=True, slots=True)
class PlanDifferences:
    """Name and time of making are no difference."""

    figures: Mapping[str, Change]
    sources: Mapping[str, Change]
    """SHA-256 of the files whose content is another, by name."""
    drones: tuple[DroneDifference, ...]
    gone: tuple[Finding, ...]
    new: tuple[Finding, ...]
    notes_gone: tuple[str, ...] = ()
    notes_new: tuple[str, ...] = ()
    """What is flown otherwise than asked."""

    @property
    def equal(self) -> bool:
        """Whether the same is flown and found, whatever it was made from."""
        changed = any(one.is_one for one in self.figures.values()) or any(one.is_one for one in self.drones)
        return not (changed or self.gone or self.new or self.notes_gone or self.notes_new)


def plan_differences(before: Plan, after: Plan, site: Site | None) -> PlanDifferences:
    """From ``before`` to ``after``. Without a site nothing is said of zones."""
    zones = _Zones(site) if site is not None else None
    names = list(dict.fromkeys(drone.name for plan in (before, after) for drone in plan.drones))
    both_checked = not before.edited and not after.edited  # an edited plan has lost its findings
    gone, new = _findings(before.findings, after.findings) if both_checked else ((), ())
    return PlanDifferences(
        figures=_figures(before, after),
        sources={
            file: Change(before.sources.get(file), after.sources.get(file))
            for file in sorted({*before.sources, *after.sources})
            if before.sources.get(file) != after.sources.get(file)
        },
        drones=tuple(_drone(name, before.drone(name), after.drone(name), zones) for name in names),
        gone=gone,
        new=new,
        notes_gone=tuple(note for note in before.notes if both_checked and note not in after.notes),
        notes_new=tuple(note for note in after.notes if both_checked and note not in before.notes),
    )


def _figures(before: Plan, after: Plan) -> dict[str, Change]:
    def of(plan: Plan) -> dict[str, Value]:
        return {
            "makespan_s": round(plan.makespan_s, 1) or None,
            "coverage_pct": _rounded(plan.coverage_pct, 2),
            "swath_m": _rounded(plan.swath_m, 1),
            "min_separation_m": _rounded(plan.min_separation_m, 1),
            "day": None if plan.day is None else str(plan.day),
        }

    return _changes(of(before), of(after))


def _drone(name: str, before: DronePlan | None, after: DronePlan | None, zones: _Zones | None) -> DroneDifference:
    figures = _changes(_drone_figures(before), _drone_figures(after))
    metres = {}
    if zones is not None:
        in_first, in_second = zones.metres(before), zones.metres(after)
        metres = {
            zone: Change(in_first.get(zone, 0), in_second.get(zone, 0))
            for zone in sorted({*in_first, *in_second})
            if abs(in_first.get(zone, 0) - in_second.get(zone, 0)) > _SAME_LENGTH_M
        }
    if before is None or after is None:
        return DroneDifference(name, figures, zones_m=metres, only_in="after" if before is None else "before")
    return DroneDifference(
        name,
        figures,
        tuple(_items(*pair) for pair in _pairs(before.sorties, after.sorties)),
        metres,
        fence_changed=_keys(before.fence) != _keys(after.fence),
        rally_changed=_keys(before.rally) != _keys(after.rally),
        home_moved_m=round(great_circle_m(before.home, after.home), 1),
    )


def _drone_figures(drone: DronePlan | None) -> dict[str, Value]:
    sorties = drone.sorties if drone is not None else ()
    flown: dict[str, Value] = dict.fromkeys(("distance_m", "duration_s", "battery_pct", "windy_battery_pct"))
    if all(sortie.duration_s for sortie in sorties):
        flown = {
            "distance_m": round(sum(sortie.distance_m for sortie in sorties)),
            "duration_s": round(sum(sortie.duration_s for sortie in sorties)),
            "battery_pct": round(max((sortie.battery_pct for sortie in sorties), default=0.0), 1),
            "windy_battery_pct": round(max((sortie.windy_battery_pct for sortie in sorties), default=0.0), 1),
        }
    return {
        "sorties": len(sorties),
        "items": sum(len(sortie.mission) - 1 for sortie in sorties),
        **flown,
        "altitudes_m": ", ".join(dict.fromkeys(f"{sortie.work_altitude_m:g}" for sortie in sorties)),
        "rtl_altitude_m": drone.rtl_altitude_m if drone is not None else 0.0,
    }


def _pairs(before: Sequence[Sortie], after: Sequence[Sortie]) -> Iterator[tuple[str, Sortie | None, Sortie | None]]:
    """Patrol and sorties, in the order of the first plan; what only the second has comes last."""
    for patrol in dict.fromkeys(sortie.patrol for sortie in (*before, *after)):
        first, second = ([one for one in sorties if one.patrol == patrol] for sorties in (before, after))
        yield from ((patrol, *pair) for pair in zip_longest(first, second))


def _items(patrol: str, before: Sortie | None, after: Sortie | None) -> ItemChange:
    """Item 0, the vehicle's own home, is left out."""
    first = _keys(before.mission)[1:] if before is not None else ()
    second = _keys(after.mission)[1:] if after is not None else ()
    same = added = removed = changed = 0
    first_item: int | None = None
    for what, a0, a1, b0, b1 in SequenceMatcher(None, first, second, autojunk=False).get_opcodes():
        if what == "equal":
            same += a1 - a0
            continue
        paired = min(a1 - a0, b1 - b0)
        changed, removed, added = changed + paired, removed + a1 - a0 - paired, added + b1 - b0 - paired
        first_item = b0 + 1 if first_item is None else first_item
    sortie = Change(before.number if before else None, after.number if after else None)
    return ItemChange(patrol, sortie, same, added, removed, changed, first_item)


def _keys(mission: Mission) -> tuple[tuple[object, ...], ...]:
    """What makes an item another one; NaN, which no number equals, as a word."""
    return tuple(
        (
            one.command,
            one.frame,
            one.lat_e7,
            one.lon_e7,
            *("nan" if math.isnan(value) else round(value, 3) for value in (*one.params, one.altitude_m)),
        )
        for one in mission.items
    )


def _findings(before: Sequence[Finding], after: Sequence[Finding]) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """Those of one plan alone. In which sortie, where exactly and by how much is no other finding."""
    return _beyond(before, after), _beyond(after, before)


def _beyond(findings: Iterable[Finding], others: Iterable[Finding]) -> tuple[Finding, ...]:
    left = Counter(map(_finding_key, others))
    beyond = []
    for one in findings:
        key = _finding_key(one)
        if left[key] > 0:
            left[key] -= 1
        else:
            beyond.append(one)
    return tuple(beyond)


def _finding_key(one: Finding) -> tuple[object, ...]:
    return one.rule, one.severity, one.drone, one.zone, one.authorisation


class _Zones:
    """The site's zones, to measure routes in."""

    def __init__(self, site: Site) -> None:
        self._local = LocalMetres(site.home)
        self._zones = [(zone.id, shapely.make_valid(self._local.polygon(zone.polygon))) for zone in site.zones.zones]

    def metres(self, drone: DronePlan | None) -> dict[str, int]:
        """How far the drone flies in each zone that it comes to, in all its sorties."""
        found: Counter[str] = Counter()
        if drone is None:
            return {}
        for sortie in drone.sorties:
            spots = [self._local.point(vertex.point) for vertex in drawn_route(drone, sortie, None)]
            line = shapely.LineString(spots) if len(spots) > 1 else shapely.LineString()
            for zone, shape in self._zones:
                found[zone] += round(_length_in(shape, line))
        return {zone: metres for zone, metres in found.items() if metres}


def _length_in(shape: shapely.Geometry, line: shapely.LineString) -> float:
    """Leg by leg: lines flown twice count twice."""
    if line.is_empty or not shape.intersects(line):
        return 0.0
    spots = shapely.get_coordinates(line)
    legs = shapely.linestrings(np.stack([spots[:-1], spots[1:]], axis=1))
    return float(shapely.length(shapely.intersection(shape, legs)).sum())


def _changes(before: Mapping[str, Value], after: Mapping[str, Value]) -> dict[str, Change]:
    return {key: Change(before[key], after[key]) for key in before}


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
