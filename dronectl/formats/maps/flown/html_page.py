"""Flown tracks as one page that needs no network: the map, the drones on a time slider, each flight's facts.

The page is bounded, however long the recordings are: ``flights.py`` thins their lines, and what is left out is counted
on the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from dronectl.formats.maps.flown.drawing import flown_map
from dronectl.formats.maps.flown.flights import Flights, drawn_flights
from dronectl.formats.maps.flown.moving import moving
from dronectl.formats.maps.flown.outings import Outing, outings_of
from dronectl.formats.maps.flown.side import side
from dronectl.formats.maps.page import page, script_data, stage
from dronectl.formats.maps.words import shown
from dronectl.formats.text.xml_text import escaped
from dronectl.formats.tracks.colours import drone_colours, scale_of
from dronectl.formats.tracks.view import Heights, TrackView
from dronectl.geodesy.columns import path_length_m
from dronectl.model.text.shown_time import both_eras, day_and_clock, local_day, span, utc_of_us

if TYPE_CHECKING:
    from dronectl.formats.maps.below import Below
    from dronectl.formats.tracks.track_document import TrackDocument

_LONG_S = 7200.0
"""Longer than that is told in hours."""


def render_flown_html(document: TrackDocument, below: Below | None = None) -> str:
    """The page of at least one track. ``below``: the site's own tiles. The same tracks, site and tiles give the same
    text."""
    colours = drone_colours((track.name for track in document.tracks), document.colours)
    flights = drawn_flights(document.tracks, colours, document.tolerance_m)
    scale = scale_of(document.tracks, _view(document), colours)
    outings = outings_of(flights.flights)
    body = [
        _banner(document, flights),
        "<main>",
        stage(flown_map(flights, document, scale, below), below, _controls(outings, flights, document)),
        f'<aside class="wide">{side(document, flights, outings, scale, below)}</aside>',
        "</main>",
    ]
    data = script_data(moving(flights, outings, document))
    return page(f"{shown(document.title)} – tracks", body, data, scripts=("flown.js",))


def _view(document: TrackDocument) -> TrackView:
    """Heights are above home on the whole page, where any recording tells them."""
    known = any(np.isfinite(track.relative_altitude_m).any() for track in document.tracks)
    return replace(document.view, heights=Heights.RELATIVE if known else Heights.ABSOLUTE)


def _banner(document: TrackDocument, flights: Flights) -> str:
    tracks = document.tracks
    names = list(dict.fromkeys(shown(track.name) for track in tracks))
    begun = sorted(start for track in tracks if (start := utc_of_us(track.start_us)) is not None)
    facts = [f"เส้นทางที่บินจริง flown tracks: {len(tracks)}"]
    if begun:
        days = dict.fromkeys(" · ".join(both_eras(local_day(one, document.zone))) for one in (begun[0], begun[-1]))
        facts.append(" – ".join(days))
    facts.append(", ".join(names) if len(names) <= 8 else f"{len(names)} drones")
    metres = sum(path_length_m(track.lat_deg, track.lon_deg) for track in tracks)
    seconds = sum(track.duration_s for track in tracks)
    lasted = f"{span(seconds)} min" if seconds < _LONG_S else f"{seconds / 3600:,.1f} h"
    facts.append(f"รวม total {lasted}, {metres / 1000:,.2f} km")
    return f"<header><h1>{escaped(shown(document.title))}</h1><p>{escaped(' · '.join(facts))}</p></header>"


def _controls(outings: Sequence[Outing], flights: Flights, document: TrackDocument) -> str:
    labels = [_outing_words(outing, flights, document) for outing in outings]
    options = "".join(f'<option value="{number}">{escaped(label)}</option>' for number, label in enumerate(labels))
    if len(outings) > 1:
        options = f'<option value="-1">ทุกเที่ยวบิน · all flights ({len(flights.flights)})</option>{options}'
    speeds = "".join(f'<option value="{times}">{times} ×</option>' for times in (1, 2, 5, 10, 20, 60, 300))
    return (
        f'<div id="clock"><select id="outing" aria-label="เที่ยวบิน · flights">{options}</select>'
        '<button id="play" aria-label="เล่น หยุด · play, pause" title="Space">▶</button>'
        f'<select id="speed" aria-label="ความเร็ว · how fast">{speeds}</select>'
        '<input id="time" type="range" min="0" value="0" step="1" aria-label="เวลา · time">'
        '<output id="now"></output></div>'
    )


def _outing_words(outing: Outing, flights: Flights, document: TrackDocument) -> str:
    names = list(dict.fromkeys(shown(flights.flights[index].track.name) for index, _ in outing.members))
    who = ", ".join(names) if len(names) <= 4 else f"{len(names)} drones"
    when = "ไม่ทราบเวลา time not known" if outing.begins is None else day_and_clock(outing.begins, document.zone)
    return f"{when} · {who}"
