"""What a map shows: the flights that were chosen, the findings in the order of their numbers, and where to look."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dronectl.formats.maps.route import Vertex, drawn_route
from dronectl.formats.maps.words import SEVERITY_WORDS, authorised_until, both, made_on, shown
from dronectl.geodesy.plane import LocalPlane
from dronectl.model.geo import GeoPoint
from dronectl.model.ground.zone import ZoneSet
from dronectl.model.plan.finding import Finding, Severity
from dronectl.model.plan.finding_groups import FindingGroup, grouped
from dronectl.model.plan.plan import DronePlan, Plan, Sortie
from dronectl.model.site import Site
from dronectl.model.text.shown_time import both_eras
from dronectl.site.local_time import days_of

DASHES = ("", "14 4", "8 3 2 3", "3 3", "14 3 2 3 2 3", "6 6")
"""Dash pattern of the first, second, … drone: what tells them apart in black and white."""

_COLOURS = ("#1f77b4", "#d62728", "#2ca02c", "#ff7f0e", "#9467bd", "#8c564b")


@dataclass(frozen=True, slots=True)
class DrawnFlight:
    """One sortie of one drone, with its look. ``index`` counts the plan's drones from 0."""

    index: int
    drone: DronePlan
    sortie: Sortie
    route: tuple[Vertex, ...]
    colour: str

    @property
    def dash(self) -> str:
        return DASHES[self.index % len(DASHES)]


@dataclass(frozen=True, slots=True)
class DrawnArea:
    """An area below the routes, as where a drone went in all flights of a rehearsal: rings, the outline first."""

    colour: str
    title: str
    rings: tuple[tuple[GeoPoint, ...], ...]
    sortie: int


@dataclass(frozen=True, slots=True)
class NumberedGroup:
    """Findings of one cause, and the number that they have on the map and in the list."""

    number: int
    group: FindingGroup

    def places(self, sortie: int | None = None) -> list[GeoPoint]:
        """Where they are, in one sortie or in all; of what is authorised the worst only."""
        found = [one for one in self.group.findings if sortie in (None, one.sortie)]
        if self.group.severity is Severity.AUTHORISED and found:
            found = [FindingGroup(tuple(found)).worst]
        return list(dict.fromkeys(place for place in map(_place, found) if place is not None))

    @property
    def place(self) -> GeoPoint | None:
        """Of the worst."""
        return _place(self.group.worst)

    def text(self, site: Site) -> str:
        """Severity, rule and what was found, in Thai and in English, with what it is authorised by."""
        worst, single = self.group.worst, len(self.group.findings) == 1
        whose = f"{worst.drone}: " if worst.drone and single else ""
        said = both(self.group.thai, self.group.message)
        by = authorised_until(worst, site)
        return shown(f"{SEVERITY_WORDS[worst.severity]} – {worst.rule}: {whose}{said}{f' ({by})' if by else ''}")


@dataclass(frozen=True, slots=True)
class Scene:
    """A plan at its site, as far as it is shown."""

    plan: Plan
    site: Site
    sortie: int | None
    """None: all of them."""
    flights: tuple[DrawnFlight, ...]
    findings: tuple[NumberedGroup, ...]
    frame: LocalPlane
    areas: tuple[DrawnArea, ...] = ()

    @property
    def title(self) -> str:
        """The names of the patrols that are flown."""
        patrols = dict.fromkeys(flight.sortie.patrol for flight in self.flights)
        found = {patrol: self.site.patrol(patrol) for patrol in patrols}
        return shown(", ".join(one.name if one else patrol for patrol, one in found.items()) or self.plan.name)

    @property
    def flight_day(self) -> str:
        """In both eras; empty for a plan of any day."""
        days = days_of(self.plan, self.site)
        return " · ".join(both_eras(days[0])) if days else ""

    @property
    def day(self) -> str:
        """When the plan was made."""
        return made_on(self.plan.created_utc, self.site.time_zone)

    @property
    def when(self) -> str:
        """The day of the flight; of a plan of any day when it was made."""
        return self.flight_day or f"วางแผนเมื่อ planned {self.day}"

    def focus(self) -> list[GeoPoint]:
        """The places that have to be in the picture: what is flown and patrolled; without flights the whole site."""
        places = [vertex.point for flight in self.flights for vertex in flight.route]
        if not places:
            return [*all_places(self.site.zones), *(drone.home for drone in self.site.drones)] or [self.site.home]
        for patrol_id in dict.fromkeys(flight.sortie.patrol for flight in self.flights):
            patrol = self.site.patrol(patrol_id)
            zones = [self.site.zones.zone(zone_id) for zone_id in patrol.zones] if patrol else []
            places += [point for zone in zones if zone for point in zone.polygon.exterior]
        return places


def scene_of(plan: Plan, site: Site, sortie: int | None, areas: Sequence[DrawnArea] = ()) -> Scene:
    """The scene of one sortie number, or of all; with areas to be drawn below the routes."""
    flights = tuple(
        DrawnFlight(
            index, drone, one, drawn_route(drone, one, site.drone(drone.name)), _colour(site, drone.name, index)
        )
        for number in plan.sortie_numbers()
        for index, drone in enumerate(plan.drones)
        for one in drone.sorties
        if one.number == number and sortie in (None, number)
    )
    kept = [one for one in plan.findings if sortie in (None, one.sortie) or one.drone is None]
    findings = tuple(NumberedGroup(number, group) for number, group in enumerate(grouped(kept), start=1))
    drawn = tuple(area for area in areas if sortie in (None, area.sortie))
    return Scene(plan, site, sortie, flights, findings, LocalPlane(site.home), drawn)


def _colour(site: Site, name: str, index: int) -> str:
    drone = site.drone(name)
    return drone.colour if drone else _COLOURS[index % len(_COLOURS)]


def _place(finding: Finding) -> GeoPoint | None:
    if finding.lat_deg is None or finding.lon_deg is None:
        return None
    try:
        return GeoPoint(finding.lat_deg, finding.lon_deg)
    except ValueError:
        return None


def all_places(zones: ZoneSet) -> Iterator[GeoPoint]:
    """Every place that anything of a site is at."""
    areas = [one.polygon for kind in (zones.fences, zones.zones, zones.keep_outs) for one in kind]
    for area in areas:
        yield from area.exterior
    yield from (one.position for kind in (zones.obstacles, zones.points, zones.rally_points) for one in kind)
    for corridor in zones.corridors:
        yield from corridor.line
