"""What all recordings of one export have in common, what is drawn of the tracks of one, and the file of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
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

    def simplified(self, tracks: Sequence[Track]) -> Sequence[Track]:
        """As ``--simplify`` wants them. A page thins its lines by itself: it looks for gaps before."""
        if not self.tolerance_m or self.suffix == ".html":
            return tracks
        from dronectl.formats.tracks.simplify import simplified

        return [simplified(track, self.tolerance_m) for track in tracks]

    def stream(
        self, tracks: Sequence[Track], deviations: Sequence[Deviation], footprints: Sequence[Footprint]
    ) -> Iterator[bytes]:
        """The file in pieces; of a page with what the site has below its maps, and where the flights were not to be.

        Raises:
            InputError: see :func:`dronectl.formats.track_export.stream`, or a file of ``[map]`` cannot be read. All
                before the first piece.
        """
        from dronectl.formats.track_export import stream

        document = self.document(tracks, deviations, footprints)
        if self.suffix != ".html" or self.site is None:
            yield from stream(self.suffix, document)
            return
        from dronectl.analysis.trespasses import trespasses
        from dronectl.ops.background.below import open_below

        document = replace(document, trespasses=trespasses(tracks, self.site))
        with open_below(self.site) as below:
            yield from stream(self.suffix, document, below)

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
            zone=_zone(site),
            ceiling_m=site.rules.ceiling_m if site else None,
            tolerance_m=self.tolerance_m,
        )


def _zone(site: Site | None) -> tzinfo:
    if site is None:
        return UTC
    from zoneinfo import ZoneInfo

    return ZoneInfo(site.time_zone)
