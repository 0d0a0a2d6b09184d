"""What a pattern is given to lay out work in, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from dronectl.errors import InputError
from dronectl.geodesy.frame import FloatArray, LocalFrame
from dronectl.model.ground.zone import Zone
from dronectl.model.plan.patrol import Patrol
from dronectl.model.site import Site
from dronectl.planning.assignment.allocation import WorkerRoute
from dronectl.planning.assignment.pace import Pace, pace_of
from dronectl.planning.assignment.participants import CrewMember
from dronectl.planning.paths.space import blocked_at, union
from dronectl.planning.work import Piece


@dataclass(frozen=True, slots=True, eq=False)
class PatrolTask:
    """One patrol, who flies it and where all of them may fly."""

    site: Site
    frame: LocalFrame
    patrol: Patrol
    crew: Sequence[CrewMember]
    common: shapely.Geometry
    """Free space of every drone of the crew, in metres."""
    swath_m: float
    """Distance between neighbouring lines: the narrowest footprint less its sidelap."""

    def obstructions(self) -> shapely.Geometry:
        """What stands in the flights, without margins: nothing there is to be seen from above."""
        return union(
            blocked.shape for member in self.crew for blocked in blocked_at(self.site, self.frame, member.altitude_m)
        )

    def paces(self) -> list[Pace]:
        """What each of the crew takes for lines and ways."""
        rules = self.site.rules
        return [pace_of(member, rules.battery_reserve_pct, rules.wind_m_s) for member in self.crew]

    def swaths_m(self) -> list[float]:
        """Of each of the crew: its footprint less the sidelap."""
        return [member.footprint_m * (1.0 - self.patrol.sidelap_pct / 100.0) for member in self.crew]

    def homes_middle_xy(self) -> FloatArray:
        middle: FloatArray = np.mean([member.home_xy for member in self.crew], axis=0)
        return middle

    def zone_areas(self) -> list[tuple[str, shapely.Polygon]]:
        """Ids and outlines of the patrol's zones.

        Raises:
            InputError: one is unknown, or the patrol names none.
        """
        found = self.named_zones()
        if not found:
            raise InputError(f"{self.patrol.source}: a {self.patrol.pattern} patrol needs zones")
        return [(zone.id, self.frame.polygon_to_xy(zone.polygon)) for zone in found]

    def named_zones(self) -> list[Zone]:
        """The patrol's zones; a pattern that can do without may name none.

        Raises:
            InputError: one is unknown.
        """
        zones = []
        for zone_id in self.patrol.zones:
            zone = self.site.zones.zone(zone_id)
            if zone is None:
                raise InputError(
                    f"{self.patrol.source}: no zone '{zone_id}' in geofences/",
                    hint=f"zones are: {', '.join(known.id for known in self.site.zones.zones) or 'none'}",
                )
            zones.append(zone)
        return zones


@dataclass(frozen=True, slots=True, eq=False)
class PartOfCrew:
    """Some of the crew, by number, and the pieces that are theirs."""

    drones: tuple[int, ...]
    swath_m: float
    pieces: Sequence[Piece]


@dataclass(frozen=True, slots=True, eq=False)
class DivisionOfCrew:
    """Work with parts for parts of the crew."""

    parts: Sequence[PartOfCrew]
    otherwise: Callable[[Sequence[float]], DivisionOfCrew | None]
    """The same with parts so many times as large, all together as large as the work; None if that cannot be."""


@dataclass(frozen=True, slots=True, eq=False)
class Work:
    """Pieces of work; with ``shares`` (routes by wave) a pattern has shared them out itself, as order and time matter
    to it. Without, allocation does."""

    pieces: Sequence[Piece]
    shares: Sequence[Sequence[WorkerRoute]] | None = None
    wave_starts_s: Sequence[float] | None = None
    """When each of the waves of ``shares`` begins, after the first; None: one after another."""
    rounds: int = 1
    """How often each drone flies what allocation gives it, round after round."""
    divisible: bool = False
    """Its pieces are straight lines that may be cut anywhere."""
    alternatives: Sequence[Sequence[Piece]] = ()
    """Other layouts of the same work, which may make better flights."""
    divisions: Sequence[DivisionOfCrew] = ()
    """The same work divided, as cameras see unequally wide."""
    area: shapely.Geometry | None = None
    """What the work is to see, in metres; None: a pattern that promises no area."""
