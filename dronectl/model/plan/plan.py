"""A plan: for each drone, the sorties it flies. All drones fly sortie number k at the same time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from dronectl.model.geo import GeoPoint
from dronectl.model.plan.finding import Finding
from dronectl.model.plan.hotspot import HotspotFigures
from dronectl.model.plan.mission import Mission, MissionType
from dronectl.model.plan.schedule import Departure


@dataclass(frozen=True, slots=True)
class Sortie:
    """One flight of one drone, take-off to landing."""

    number: int
    """1, 2, … : the wave it belongs to."""
    patrol: str
    """Id of the patrol it serves."""
    mission: Mission
    start_s: float
    """Take-off after the start of its wave."""
    distance_m: float
    duration_s: float
    """In still air, from the start of the mission to the stop of the motors."""
    battery_pct: float
    """Share of the battery's capacity that the flight uses in still air, 0..100."""
    work_altitude_m: float = 0.0
    """The layer: relative altitude of this drone in this sortie."""
    windy_duration_s: float = 0.0
    """In the site's wind ([rules] wind_m_s) from its worst side; 0: not known."""
    windy_battery_pct: float = 0.0
    """In that wind likewise."""

    @property
    def battery_text(self) -> str:
        """What the flight uses in calm air, and in wind where that is known: ``45 % (in wind 52 %)``."""
        windy = f" (in wind {self.windy_battery_pct:.0f} %)" if self.windy_battery_pct else ""
        return f"{self.battery_pct:.0f} %{windy}"


@dataclass(frozen=True, slots=True)
class DronePlan:
    """All sorties of one drone."""

    name: str
    system_id: int
    home: GeoPoint
    home_amsl_m: float
    sorties: tuple[Sortie, ...]
    fence: Mission = field(default_factory=lambda: Mission((), MissionType.FENCE))
    rally: Mission = field(default_factory=lambda: Mission((), MissionType.RALLY))
    """The rally points chosen for this drone."""
    rtl_altitude_m: float = 0.0
    """The altitude of return to set: the lowest of its own layers, so that no other drone returns there; 0: not
    known."""

    def sortie(self, number: int) -> Sortie | None:
        return next((sortie for sortie in self.sorties if sortie.number == number), None)


@dataclass(frozen=True, slots=True)
class Search:
    """How long the sharing of the work was searched. The same rounds always find the same plan."""

    rounds: Mapping[str, int]
    """By patrol: the rounds that were done."""
    stopped_early: bool
    """Somebody ended it before its budget was spent: the plan is the best found until then."""


@dataclass(frozen=True, slots=True)
class Least:
    """What can be proved of one patrol's work: nobody does it in fewer flights, or in less time in the air."""

    patrol: str
    flights: int
    flight_s: float


@dataclass(frozen=True, slots=True)
class Plan:
    """What ``plan build`` makes. ``sources`` maps each input file (relative, ``/``) to its SHA-256."""

    name: str
    created_utc: str
    drones: tuple[DronePlan, ...]
    sources: Mapping[str, str]
    makespan_s: float
    coverage_pct: float | None
    swath_m: float | None
    min_separation_m: float | None
    findings: tuple[Finding, ...] = ()
    overrides: tuple[str, ...] = ()
    """Rule overrides by a named person, recorded: ``RULE by NAME``."""
    rehearsal: Mapping[str, object] | None = None
    hotspots: tuple[HotspotFigures, ...] = ()
    """What each hot-spot patrol keeps."""
    day: date | None = None
    """The day of the flight, local at the site, where somebody named one; see ``site.local_time.day_of``."""
    timetable: tuple[Departure, ...] = ()
    """When each sortie number is flown, in order of time; empty when nothing was said about times."""
    search: Search | None = None
    """None where it is not known, as in plans edited since."""
    least: tuple[Least, ...] = ()
    """Of each patrol over an area."""
    advice: tuple[str, ...] = ()
    """What a person could do so that more failsafe returns are free."""
    notes: tuple[str, ...] = ()
    """What is flown otherwise than the missions ask: altitudes, drones without work, zones that are not seen."""
    edited: tuple[str, ...] = ()
    """Files of the plan folder that were changed after the plan was last checked; such a plan is not to be flown."""

    def drone(self, name: str) -> DronePlan | None:
        return next((drone for drone in self.drones if drone.name == name), None)

    def flown_for(self, patrol: str) -> tuple[int, float]:
        """(flights, seconds in the air) of one patrol."""
        own = [sortie for drone in self.drones for sortie in drone.sorties if sortie.patrol == patrol]
        return len(own), sum(sortie.duration_s for sortie in own)

    def sortie_numbers(self) -> tuple[int, ...]:
        return tuple(sorted({sortie.number for drone in self.drones for sortie in drone.sorties}))
