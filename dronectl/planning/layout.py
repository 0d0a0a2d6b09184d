"""What a pattern is given to lay out work in, and what it gives back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import shapely

from dronectl.errors import InputError
from dronectl.model.patrol import Patrol
from dronectl.model.site import Site
from dronectl.model.zone import Zone
from dronectl.planning.allocation import Route
from dronectl.planning.crew import CrewMember
from dronectl.planning.frame import LocalFrame
from dronectl.planning.work import Piece


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """One patrol, who flies it and where all of them may fly."""

    site: Site
    frame: LocalFrame
    patrol: Patrol
    crew: Sequence[CrewMember]
    common: shapely.Geometry
    """Free space of every drone of the crew, in metres."""
    swath_m: float
    """Distance between neighbouring lines: the narrowest footprint less its sidelap."""

    def zones(self) -> list[Zone]:
        """The patrol's zones.

        Raises:
            InputError: one is unknown, or the patrol names none.
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
        if not zones:
            raise InputError(f"{self.patrol.source}: a {self.patrol.pattern} patrol needs zones")
        return zones


@dataclass(frozen=True, slots=True, eq=False)
class Work:
    """Pieces of work; with ``shares`` (routes by wave) a pattern has shared them out itself, as order and time matter
    to it. Without, allocation does."""

    pieces: Sequence[Piece]
    shares: Sequence[Sequence[Route]] | None = None
