"""KML for Google Earth: timed tracks, the plan and the zones of a site in one file.

Each flight is written twice: as ``gx:Track`` with its times for the time slider, and as a LineString, hidden at first,
for viewers that ignore ``gx:Track``; a ``gx:Track`` has one colour, so lines in several colours are LineStrings with
times of their own. Altitudes of tracks and plans are absolute, in metres above mean sea level, unless asked for
otherwise. The
same input gives the same bytes. simplekml builds all but the tracks' positions: those are streamed as text, because a
tree of a long track needs gigabytes.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dronectl.formats.kml import elements as kml
from dronectl.formats.kml.drones import DroneStyles
from dronectl.formats.kml.tracks import (
    altitude_mode,
    class_styles,
    coloured_lines,
    event_folders,
    facts,
    legend_html,
    vertices,
)
from dronectl.formats.text.fixed_text import iso_times, text_lines
from dronectl.formats.tracks.colours import Scale, drone_colours, scale_of
from dronectl.formats.tracks.view import ColourBy, Heights, TrackView, with_heights
from dronectl.geodesy.ellipsoid import metres_a_degree
from dronectl.model.track.track import Track

if TYPE_CHECKING:
    from dronectl.formats.tracks.track_document import TrackDocument
    from dronectl.model.track.footprint import Footprint
    from dronectl.model.track.photograph import Photograph

_SAMPLES_A_CHUNK = 5_000
_FARTHEST_LOOK_M = 2_000_000.0


def render(document: TrackDocument, *, legend_href: str | None = None) -> bytes:
    """The whole file; ``legend_href`` names a picture beside it."""
    return b"".join(stream(document, legend_href=legend_href))


def stream(document: TrackDocument, *, legend_href: str | None = None) -> Iterator[bytes]:
    """What :func:`render` gives, in pieces of at most a few hundred kilobytes.

    Raises:
        InputError: heights above home are wanted of a track that does not know its home.
    """
    document = _drawable(document)
    tracks, plan, zones, view = document.tracks, document.plan, document.zones, document.view
    if plan is not None or zones is not None:
        from dronectl.formats.kml import overlay  # not needed for tracks alone

    coloured = _drone_styles(document)
    scale = _scale(document, coloured)
    styles = [text for look, colour in coloured.values() for text in look.texts(colour)]
    if view.colour_by is not ColourBy.DRONE:
        styles += [text for look, colour in coloured.values() for text in look.icon_alone(colour)]
        styles += class_styles(scale)
    if zones is not None:
        styles += overlay.zone_styles()
    style_of = {name: look for name, (look, _) in coloured.items()}
    off_plan: Iterable[str] = ()
    if document.deviations:
        from dronectl.formats.kml import deviation  # not needed for tracks alone

        styles += deviation.deviation_styles(document.deviations, coloured)
        off_plan = deviation.deviation_folder(document.deviations, style_of, view.heights)
    shown = {one.photograph: one for one in document.footprints}
    if shown:
        from dronectl.formats.kml import photos  # not needed for tracks without photographs

        styles += photos.footprint_styles(tracks, shown, coloured)

    content = itertools.chain(
        [kml.screen_overlay("Legend", legend_href)] if legend_href else (),
        kml.folder(_tracks_title(view), _track_folders(document, style_of, scale, shown), is_open=True),
        off_plan,
        overlay.plan_folder(plan, style_of, view.heights, document.zone) if plan is not None else (),
        overlay.zone_folder(zones) if zones is not None else (),
    )
    legend = legend_html(scale, view) if tracks else ""
    body = kml.document(document.title, styles, content, view=_view(document), description=legend)
    for piece in itertools.chain([kml.HEAD], body, [kml.TAIL]):
        yield piece.encode("utf-8")


def legend_scale(document: TrackDocument) -> Scale:
    """The scale that :func:`render` colours by."""
    document = _drawable(document)
    return _scale(document, _drone_styles(document))


def _drawable(document: TrackDocument) -> TrackDocument:
    return replace(document, tracks=[with_heights(track, document.view.heights) for track in document.tracks])


def _scale(document: TrackDocument, coloured: Mapping[str, tuple[DroneStyles, str]]) -> Scale:
    return scale_of(document.tracks, document.view, {name: colour for name, (_, colour) in coloured.items()})


def _drone_styles(document: TrackDocument) -> dict[str, tuple[DroneStyles, str]]:
    """Name → (styles, colour) of every drone, in order of appearance."""
    planned = document.plan.drones if document.plan else ()
    names = [track.name for track in document.tracks] + [drone.name for drone in planned]
    return {
        name: (DroneStyles.numbered(number), colour)
        for number, (name, colour) in enumerate(drone_colours(names, document.colours).items(), start=1)
    }


def _tracks_title(view: TrackView) -> str:
    title = "Tracks" if view.colour_by is ColourBy.DRONE else f"Tracks, coloured by {view.colour_by}"
    return title if view.heights is Heights.ABSOLUTE else f"{title}, heights above home"


def _track_folders(
    document: TrackDocument, style_of: Mapping[str, DroneStyles], scale: Scale, shown: Mapping[Photograph, Footprint]
) -> Iterator[str]:
    for name in dict.fromkeys(track.name for track in document.tracks):
        yield from kml.folder(name, _flights(name, document, style_of[name], scale, shown))


def _flights(
    name: str, document: TrackDocument, styles: DroneStyles, scale: Scale, shown: Mapping[Photograph, Footprint]
) -> Iterator[str]:
    view = document.view
    flights = (track for track in document.tracks if track.name == name)
    for number, track in enumerate(flights, start=1):
        title = f"{track.name}, flight {number}"
        if view.heights is Heights.RELATIVE:
            title += ", heights above home"
        description = facts(track, view.heights, document.terrain)
        by_drone = view.colour_by is ColourBy.DRONE
        lines = [vertices(track, part, view.heights) for part in _parts(track)]
        timed = _timed_track(track, lines, view.heights)
        yield from kml.streamed_placemark(
            title, styles.flown if by_drone else styles.moving, timed, description=description
        )
        if by_drone:
            untimed = "The same positions without their times."
            line = _plain_line(track, lines, view.heights)
            yield from kml.streamed_placemark(f"{title}, line", styles.flown, line, description=untimed, visible=False)
        else:
            yield from kml.folder(f"{scale.title}, flight {number}", coloured_lines(track, scale, view.heights))
        if track.photographs:
            from dronectl.formats.kml import photos

            points = photos.shot_points(track, styles, view.heights, shown)
            yield from event_folders(track, number, styles.dots, view.heights, points)
            yield from photos.footprint_folder(track, number, styles, shown)
        else:
            yield from event_folders(track, number, styles.dots, view.heights)


def _timed_track(track: Track, lines: Iterable[str], heights: Heights) -> Iterator[str]:
    yield f"<gx:Track><altitudeMode>{altitude_mode(heights)}</altitudeMode>\n"
    for part in _parts(track):
        yield text_lines(b"<when>", iso_times(track.time_utc[part]), b"</when>\n")
    for some in lines:
        coordinates = some.replace(",", " ").replace("\n", "</gx:coord>\n<gx:coord>")
        yield f"<gx:coord>{coordinates.removesuffix('<gx:coord>')}"
    yield "</gx:Track>"


def _plain_line(track: Track, lines: Iterable[str], heights: Heights) -> Iterator[str]:
    yield f"<LineString><altitudeMode>{altitude_mode(heights)}</altitudeMode><coordinates>"
    copies = 2 if len(track) == 1 else 1  # one place makes no line
    for some in lines:
        yield some * copies
    yield "</coordinates></LineString>"


def _parts(track: Track) -> Iterator[slice]:
    for start in range(0, len(track), _SAMPLES_A_CHUNK):
        yield slice(start, start + _SAMPLES_A_CHUNK)


def _view(document: TrackDocument) -> Any:
    """A look at everything flown, else planned, else drawn; None when there is no place at all.

    The time slider opens on all flights; Google Earth alone would begin with a part of them.
    """
    tracks, plan, zones = document.tracks, document.plan, document.zones
    boxes = [track.bbox() for track in tracks]
    if not boxes:
        from dronectl.formats.kml import overlay

        places = [*(overlay.plan_places(plan) if plan else ())] or [*(overlay.zone_places(zones) if zones else ())]
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
    north_m, east_m = metres_a_degree(lat)
    extent_m = math.hypot((north - south) * north_m, (max(easts) - min(wests)) * east_m)
    times = (min(track.start_utc for track in tracks), max(track.end_utc for track in tracks)) if tracks else None
    return kml.look_at(lon, lat, min(max(1.5 * extent_m, 300.0), _FARTHEST_LOOK_M), times)
