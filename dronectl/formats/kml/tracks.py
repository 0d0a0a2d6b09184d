"""What a KML file says about tracks beyond their lines: stretches in colours, the legend, facts and events."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from dronectl.formats.kml import elements as kml
from dronectl.formats.kml.drones import distance_text, duration_text
from dronectl.formats.text.fixed_text import decimal, text_lines
from dronectl.formats.text.xml_text import escaped
from dronectl.formats.tracks.colours import Scale, runs
from dronectl.formats.tracks.view import AMSL_WORDS, Heights, TrackView, above_ground_m, heights_m
from dronectl.geodesy.columns import path_length_m
from dronectl.model.track.track import EventKind, Track, iso_utc

if TYPE_CHECKING:
    from dronectl.model.ground.terrain import Terrain

_EVENT_FOLDERS = (
    ("Modes", (EventKind.MODE, EventKind.ARMED, EventKind.DISARMED)),
    ("Waypoints reached", (EventKind.WAYPOINT,)),
    ("Fence", (EventKind.FENCE,)),
    ("Fix", (EventKind.FIX,)),
    ("Photos", (EventKind.PHOTO,)),
    ("Messages", (EventKind.TEXT,)),
)


def altitude_mode(heights: Heights) -> str:
    return kml.ABSOLUTE if heights is Heights.ABSOLUTE else kml.RELATIVE_TO_GROUND


def class_style(number: int) -> str:
    """Style id of a class of a scale."""
    return f"class-{number}"


def class_styles(scale: Scale) -> list[str]:
    return [kml.style(class_style(number), entry.colour, width=4.0) for number, entry in enumerate(scale.entries)]


def coloured_lines(track: Track, scale: Scale, heights: Heights) -> Iterator[str]:
    """A line with its begin and end in time for each stretch in one class."""
    texts = vertices(track, slice(None), heights).splitlines()
    whens = iso_utc(track.time_utc)
    for first, last, number in runs(scale.classes(track)):
        pattern = kml.timed_line_pattern(class_style(number), altitude_mode(heights))
        line = texts[first : last + 1] if last > first else texts[first : first + 1] * 2  # one place makes no line
        yield pattern % (escaped(scale.entries[number].label), whens[first], whens[last], "\n".join(line))


def vertices(track: Track, part: slice, heights: Heights) -> str:
    """``longitude,latitude,altitude`` of some fixes, a line each."""
    altitude_m = heights_m(track, heights)[part]
    lon, lat = decimal(track.lon_deg[part], 7), decimal(track.lat_deg[part], 7)
    return text_lines(lon, b",", lat, b",", decimal(altitude_m, 3), b"\n")


def legend_html(scale: Scale, view: TrackView) -> str:
    """A table for the description of the document."""
    rows = "".join(
        f'<tr><td bgcolor="{entry.colour}" width="30">&nbsp;</td><td>{escaped(entry.label)}</td></tr>'
        for entry in scale.entries
    )
    table = f'<table border="0"><tr><th colspan="2">{escaped(scale.title)}</th></tr>{rows}</table>'
    return f"{table}<p>{escaped(view.heights.words)}.</p>"


def facts(track: Track, heights: Heights, terrain: Terrain | None) -> str:
    """One line on who flew, when, how far and how high, above what."""
    found = [
        f"{track.name} (system {track.system_id})",
        f"{track.start_utc} to {track.end_utc}",
        duration_text(track.duration_s),
        f"{distance_text(path_length_m(track.lat_deg, track.lon_deg))} over ground",
    ]
    if not np.isnan(track.relative_altitude_m).all():
        found.append(f"up to {np.nanmax(track.relative_altitude_m):.0f} m above home")
    above_ground = above_ground_m(track, terrain)
    if not np.isnan(above_ground).all():
        found.append(f"up to {np.nanmax(above_ground):.0f} m above the ground of the elevation files")
    if not np.isnan(track.ground_speed_m_s).all():
        found.append(f"up to {np.nanmax(track.ground_speed_m_s):.1f} m/s")
    if not np.isnan(track.battery_pct).all():
        known = track.battery_pct[np.isfinite(track.battery_pct)]
        found.append(f"battery {known[0]:.0f} to {known[-1]:.0f} %")
    found.append(track.source.description)
    if heights is Heights.ABSOLUTE:
        found.append(f"heights in {AMSL_WORDS}")
    else:
        found.append("heights in metres above home, drawn above the ground of this program")
    undulation_m = track.geoid_undulation_m[~np.isnan(track.geoid_undulation_m)]
    if len(undulation_m):
        # Not nanmedian, which imports NumPy's masked arrays.
        found.append(f"geoid {np.median(undulation_m):+.2f} m above the WGS 84 ellipsoid")
    if track.tolerance_m:
        found.append(
            f"simplified: each of {track.simplified_away} fixes left out is within {track.tolerance_m:g} m of the line "
            "at its time"
        )
    found.append(track.timing.words)
    found += outage_words(track)
    if track.recorded_in:
        found.append(f"recorded in {', '.join(track.recorded_in)}")
    return ", ".join(found)


def outage_words(track: Track) -> list[str]:
    """The stretches without a 3-D fix, together."""
    if not track.outages:
        return []
    seconds = sum(outage.duration_s for outage in track.outages)
    return [f"{seconds:.0f} s of it without a 3-D fix, by the autopilot's own reckoning, which held"]


def event_folders(
    track: Track, flight: int, style: str, heights: Heights, shot_points: Iterable[str] = ()
) -> Iterator[str]:
    """What happened, by kind, each at its moment and place. ``shot_points`` (of :mod:`dronectl.formats.kml.photos`) are
    there instead of the events of photographs that the track has as photographs."""
    for folder_name, kinds in _EVENT_FOLDERS:
        events = _events(track, style, kinds, heights)
        if EventKind.PHOTO in kinds:
            events = itertools.chain(shot_points, events)
        yield from kml.folder(f"{folder_name}, flight {flight}", events, visible=False)


def _events(track: Track, style: str, kinds: Sequence[EventKind], heights: Heights) -> Iterator[str]:
    photographs = {photograph.event_text for photograph in track.photographs} if EventKind.PHOTO in kinds else ()
    chosen = [event for event in track.events if event.kind in kinds and event.text not in photographs]
    if not chosen:
        return
    pattern = kml.timed_point_pattern(style, altitude_mode(heights))
    times = np.array([event.time_utc for event in chosen])
    lat, lon = track.places_at(times)
    altitude = track.values_at(times, heights_m(track, heights))
    columns = (iso_utc(times), lon.tolist(), lat.tolist(), altitude.tolist())
    for event, *where in zip(chosen, *columns, strict=True):
        yield pattern % (escaped(event.text), *where)
