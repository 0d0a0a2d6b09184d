"""What one exported file shows, whatever its format: tracks, and what is drawn under and beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING

from dronectl.formats.tracks.view import DEFAULT_VIEW, TrackView

if TYPE_CHECKING:
    from dronectl.model.ground.terrain import Terrain
    from dronectl.model.ground.zone import ZoneSet
    from dronectl.model.plan.plan import Plan
    from dronectl.model.track.deviation import Deviation
    from dronectl.model.track.footprint import Footprint
    from dronectl.model.track.track import Track
    from dronectl.model.track.trespass import Trespass


@dataclass(frozen=True, slots=True, eq=False)
class TrackDocument:
    """Each format draws what it has room for: KML and pages all of it, the others tracks, title and ``terrain``."""

    title: str
    tracks: Sequence[Track] = ()
    plan: Plan | None = None
    zones: ZoneSet | None = None
    colours: Mapping[str, str] = field(default_factory=dict)
    """Drones' names → ``#rrggbb``; those without one get one."""
    view: TrackView = DEFAULT_VIEW
    terrain: Terrain | None = None
    """For heights above ground."""
    deviations: Sequence[Deviation] = ()
    """Of flights among the tracks."""
    footprints: Sequence[Footprint] = ()
    """Of photographs of the tracks."""
    zone: tzinfo = UTC
    """Where times are told for people: those of the plan, and all of a page."""
    trespasses: Sequence[Trespass] = ()
    """Of flights among the tracks; None were looked for in files that have no room for them."""
    ceiling_m: float | None = None
    """Above home, of the site's rules."""
    tolerance_m: float = 0.0
    """A page may thin lines so much; it does so by as much as it must."""
