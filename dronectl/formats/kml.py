"""KML for Google Earth: timed tracks, the plan and the zones of a site in one file.

Each flight is written twice: as ``gx:Track`` with its times for the time slider, and as a LineString, hidden at first,
for viewers that ignore ``gx:Track``. Altitudes of tracks and plans are absolute, in metres above mean sea level. The
same input gives the same bytes. simplekml builds all but the tracks' positions: those are streamed as text, because a
tree of a long track needs gigabytes.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from dronectl.formats import kml_elements as kml
from dronectl.formats.kml_overlay import (
    DroneStyles,
    distance_text,
    duration_text,
    plan_folder,
    plan_places,
    zone_folder,
    zone_places,
    zone_styles,
)
from dronectl.formats.xml_text import escaped
from dronectl.model.plan import Plan
from dronectl.model.track import EventKind, PositionSource, Track, iso_utc
from dronectl.model.zone import ZoneSet

PALETTE: tuple[str, ...] = ("#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#17becf")
"""Colours of drones that have none of their own, in order of appearance."""

_SAMPLES_A_CHUNK = 5_000
_FARTHEST_LOOK_M = 2_000_000.0
_EVENT_FOLDERS = (
    ("Modes", (EventKind.MODE, EventKind.ARMED, EventKind.DISARMED)),
    ("Waypoints reached", (EventKind.WAYPOINT,)),
    ("Photos", (EventKind.PHOTO,)),
    ("Messages", (EventKind.TEXT,)),
)


def render(
    *,
    title: str,
    tracks: Sequence[Track] = (),
    plan: Plan | None = None,
    zones: ZoneSet | None = None,
    colours: Mapping[str, str] | None = None,
) -> bytes:
    """The whole file; ``colours`` maps drones' names to ``#rrggbb``."""
    return b"".join(stream(title=title, tracks=tracks, plan=plan, zones=zones, colours=colours))


def stream(
    *,
    title: str,
    tracks: Sequence[Track] = (),
    plan: Plan | None = None,
    zones: ZoneSet | None = None,
    colours: Mapping[str, str] | None = None,
) -> Iterator[bytes]:
    """What :func:`render` gives, in pieces of at most a few hundred kilobytes."""
    coloured = _drone_styles(tracks, plan, colours or {})
    styles = [text for look, colour in coloured.values() for text in look.texts(colour)]
    if zones is not None:
        styles += zone_styles()
    style_of = {name: look for name, (look, _) in coloured.items()}

    content = itertools.chain(
        kml.folder("Tracks", _track_folders(tracks, style_of), is_open=True),
        plan_folder(plan, style_of) if plan is not None else (),
        zone_folder(zones) if zones is not None else (),
    )
    document = kml.document(title, styles, content, view=_view(tracks, plan, zones))
    for piece in itertools.chain([kml.HEAD], document, [kml.TAIL]):
        yield piece.encode("utf-8")


def _drone_styles(
    tracks: Sequence[Track], plan: Plan | None, colours: Mapping[str, str]
) -> dict[str, tuple[DroneStyles, str]]:
    """Name → (styles, colour) of every drone, in order of appearance."""
    names = [track.name for track in tracks] + [drone.name for drone in (plan.drones if plan else ())]
    return {
        name: (DroneStyles.numbered(number), colours.get(name, PALETTE[(number - 1) % len(PALETTE)]))
        for number, name in enumerate(dict.fromkeys(names), start=1)
    }


def _track_folders(tracks: Sequence[Track], style_of: Mapping[str, DroneStyles]) -> Iterator[str]:
    for name in dict.fromkeys(track.name for track in tracks):
        flights = [track for track in tracks if track.name == name]
        yield from kml.folder(name, _flights(flights, style_of[name]))


def _flights(flights: Iterable[Track], styles: DroneStyles) -> Iterator[str]:
    for number, track in enumerate(flights, start=1):
        title = f"{track.name}, flight {number}"
        yield from kml.streamed_placemark(title, styles.flown, _timed_track(track), description=_facts(track))
        untimed = "The same positions without their times."
        line = _plain_line(track)
        yield from kml.streamed_placemark(f"{title}, line", styles.flown, line, description=untimed, visible=False)
        for folder_name, kinds in _EVENT_FOLDERS:
            events = _events(track, styles.dots, kinds)
            yield from kml.folder(f"{folder_name}, flight {number}", events, visible=False)


def _facts(track: Track) -> str:
    facts = [
        f"{track.name} (system {track.system_id})",
        f"{track.start_utc} to {track.end_utc}",
        duration_text(track.duration_s),
        f"{distance_text(track.distance_m())} over ground",
    ]
    if not np.isnan(track.relative_altitude_m).all():
        facts.append(f"up to {np.nanmax(track.relative_altitude_m):.0f} m above home")
    if not np.isnan(track.ground_speed_m_s).all():
        facts.append(f"up to {np.nanmax(track.ground_speed_m_s):.1f} m/s")
    facts.append(f"positions from the {'autopilot' if track.source is PositionSource.EKF else 'GPS receiver'}")
    if track.clock_words is not None:
        facts.append(f"times {track.clock_words}")
    return ", ".join(facts)


def _timed_track(track: Track) -> Iterator[str]:
    yield f"<gx:Track><altitudeMode>{kml.ABSOLUTE}</altitudeMode>\n"
    for start in range(0, len(track), _SAMPLES_A_CHUNK):
        times = iso_utc(track.time_utc[start : start + _SAMPLES_A_CHUNK])
        yield "".join(map("<when>%s</when>\n".__mod__, times))
    for vertices in _vertices(track):
        yield "".join(map("<gx:coord>%.7f %.7f %.3f</gx:coord>\n".__mod__, vertices))
    yield "</gx:Track>"


def _plain_line(track: Track) -> Iterator[str]:
    yield f"<LineString><altitudeMode>{kml.ABSOLUTE}</altitudeMode><coordinates>"
    copies = 2 if len(track) == 1 else 1  # one place makes no line
    for vertices in itertools.chain.from_iterable(_vertices(track) for _ in range(copies)):
        yield "\n".join(map("%.7f,%.7f,%.3f".__mod__, vertices)) + "\n"
    yield "</coordinates></LineString>"


def _vertices(track: Track) -> Iterator[Iterator[kml.Vertex]]:
    for start in range(0, len(track), _SAMPLES_A_CHUNK):
        part = slice(start, start + _SAMPLES_A_CHUNK)
        columns = (track.lon_deg[part], track.lat_deg[part], track.amsl_altitude_m[part])
        yield zip(*(column.tolist() for column in columns), strict=True)


def _events(track: Track, style: str, kinds: Sequence[EventKind]) -> Iterator[str]:
    chosen = [event for event in track.events if event.kind in kinds]
    if not chosen:
        return
    pattern = kml.timed_point_pattern(style, kml.ABSOLUTE)
    whens = iso_utc(np.array([event.time_utc for event in chosen]))
    for event, when in zip(chosen, whens, strict=True):
        at = track.sample_at(event.time_utc)
        yield pattern % (escaped(event.text), when, track.lon_deg[at], track.lat_deg[at], track.amsl_altitude_m[at])


def _view(tracks: Sequence[Track], plan: Plan | None, zones: ZoneSet | None) -> Any:
    """A look at everything flown, else planned, else drawn; None when there is no place at all.

    The time slider opens on all flights; Google Earth alone would begin with a part of them.
    """
    boxes = [track.bbox() for track in tracks]
    if not boxes:
        places = [*(plan_places(plan) if plan else ())] or [*(zone_places(zones) if zones else ())]
        boxes = [(place.lon_deg, place.lat_deg, place.lon_deg, place.lat_deg) for place in places]
    if not boxes:
        return None
    # Longitudes are counted from the first box, so that a site on the antimeridian is not seen as wide as the Earth.
    origin = boxes[0][0]
    wests = [(west - origin + 180.0) % 360.0 - 180.0 for west, _, _, _ in boxes]
    easts = [west + (box[2] - box[0]) % 360.0 for west, box in zip(wests, boxes, strict=True)]
    south, north = min(box[1] for box in boxes), max(box[3] for box in boxes)
    lon = (origin + (min(wests) + max(easts)) / 2 + 180.0) % 360.0 - 180.0
    lat = (south + north) / 2
    wide_m = (max(easts) - min(wests)) * 111_320.0 * math.cos(math.radians(lat))
    extent_m = math.hypot((north - south) * 111_320.0, wide_m)
    times = (min(track.start_utc for track in tracks), max(track.end_utc for track in tracks)) if tracks else None
    return kml.look_at(lon, lat, min(max(1.5 * extent_m, 300.0), _FARTHEST_LOOK_M), times)
