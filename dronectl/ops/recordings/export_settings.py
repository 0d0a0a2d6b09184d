"""What all recordings of one export have in common, and what is drawn of the tracks of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dronectl.formats.tracks.track_document import TrackDocument
from dronectl.formats.tracks.view import DEFAULT_VIEW, TrackView
from dronectl.model.track.track import PositionSource, Track

if TYPE_CHECKING:
    from dronectl.model.plan.plan import Plan
    from dronectl.model.site import Site
    from dronectl.model.track.deviation import Deviation
    from dronectl.model.track.footprint import Footprint


@dataclass(frozen=True, slots=True)
class ExportSettings:
    suffix: str
    """Of :data:`dronectl.formats.track_export.SUFFIXES`."""
    source: PositionSource = PositionSource.EKF
    site: Site | None = None
    """For names, colours, zones and the height of the ground."""
    plan: Plan | None = None
    draw_zones: bool = True
    view: TrackView = DEFAULT_VIEW
    tolerance_m: float = 0.0

    def names(self) -> dict[int, str]:
        """System id → drone, as the workspace says, else the plan."""
        names = {drone.system_id: drone.name for drone in (self.plan.drones if self.plan else ())}
        return names | {drone.system_id: drone.name for drone in (self.site.drones if self.site else ())}

    def document(
        self, tracks: Sequence[Track], deviations: Sequence[Deviation], footprints: Sequence[Footprint]
    ) -> TrackDocument:
        site = self.site
        return TrackDocument(
            site.name if site else ", ".join(dict.fromkeys(flight.name for flight in tracks)),
            tracks,
            plan=self.plan,
            zones=site.zones if site and self.draw_zones else None,
            colours={drone.name: drone.colour for drone in site.drones} if site else {},
            view=self.view,
            terrain=site.terrain if site else None,
            deviations=deviations,
            footprints=footprints,
        )
