"""The map of flown tracks: the ground of the site, the plan, each flight with its gaps, photographs and signs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from dronectl.formats.maps import layers, symbols
from dronectl.formats.maps.flown.flights import Flight, Flights, Numbers, seconds_of, spots
from dronectl.formats.maps.flown.found import deviations_of, off_plan, trespass_words, trespasses_of
from dronectl.formats.maps.page import AROUND, NEAR, map_svg
from dronectl.formats.maps.scene import all_places
from dronectl.formats.maps.svg_text import XY, element, group, line_path
from dronectl.formats.maps.view import MapView
from dronectl.formats.maps.words import shown
from dronectl.formats.text.xml_text import escaped
from dronectl.formats.tracks.colours import Scale, runs
from dronectl.formats.tracks.view import ColourBy
from dronectl.model.geo import GeoPoint
from dronectl.model.ground.zone import ZoneSet
from dronectl.model.track.track import EventKind

if TYPE_CHECKING:
    from dronectl.formats.maps.below import Below
    from dronectl.formats.tracks.track_document import TrackDocument

MOST_PHOTOGRAPHS = 20_000
"""Places on one page; every so many-th of them where there would be more."""
MOST_MARKS = 300
MOST_STRETCHES = 5_000
"""Of one part, by the colours of all its fixes; where they change more often, by those of the fixes that are drawn."""
_SAME_WIDTH = {"vector_effect": "non-scaling-stroke"}
"""At any zoom. What is written once and drawn twice is out of the reach of the page's looks."""
MARKED = (EventKind.FENCE, EventKind.FIX)
"""Events with a sign on the map."""


def flown_map(flights: Flights, document: TrackDocument, scale: Scale, below: Below | None) -> str:
    """The drawing. What can be hidden is in a group of a class that begins with ``layer-``."""
    view = replace(flights.view, box=AROUND)
    naming = layers.Naming()
    lines = _flights(flights, document, scale, view, naming)
    for name, flight in {one.track.name: one for one in reversed(flights.flights)}.items():
        at = _first(flight)
        naming.name(at, shown(name), 12.0, colour=flight.colour, bold=True, gap=14.0, reach=2, must_show=True)
    names = naming.drawn(AROUND)
    zones = document.zones if shows_ground(document.zones, flights) else None
    ground, signs = _ground(zones, view, naming)
    drawn = [] if below is None else [group(below.drawn(view, NEAR), class_="layer-below")]
    streets = [] if below is None else [group(below.names(view, NEAR, naming), class_="layer-below")]
    return map_svg([*drawn, *ground, *_plan(document, view), *streets, *lines, *signs, *names])


def shows_ground(zones: ZoneSet | None, flights: Flights) -> bool:
    """Whether anything of the site lies where the page lets one look."""
    places = [] if zones is None else list(all_places(zones))
    return bool(places) and replace(flights.view, box=AROUND).shows(places)


def photograph_places(flight: Flight) -> tuple[Numbers, Numbers]:
    """Latitudes and longitudes: as the photographs have them, else where the aircraft was at their events."""
    track = flight.track
    told = {one.event_text for one in track.photographs}
    others = [event.time_utc for event in track.events if event.kind is EventKind.PHOTO and event.text not in told]
    lat, lon = track.places_at(np.array(others, "datetime64[us]"))
    return (
        np.concatenate([[one.lat_deg for one in track.photographs], lat]),
        np.concatenate([[one.lon_deg for one in track.photographs], lon]),
    )


def _ground(zones: ZoneSet | None, view: MapView, naming: layers.Naming) -> tuple[list[str], list[str]]:
    """What lies under the tracks, and its signs and names."""
    if zones is None:
        return [], []
    around = layers.Naming(taken=naming.taken, crossed=naming.crossed)
    areas = layers.site_layer(zones, view, around, around=AROUND)
    signs = layers.site_signs(zones, view, around)
    layers.name_site(zones, view, around)
    return [group(areas, class_="layer-site")], [group([*signs, *around.drawn(AROUND)], class_="layer-site")]


def _plan(document: TrackDocument, view: MapView) -> list[str]:
    """The legs that were planned, thin and dashed: as a mission leads, without corners."""
    if document.plan is None:
        return []
    from dronectl.formats.maps.route import drawn_route

    colours = document.colours
    drawn = [
        element(
            "path",
            d=line_path([view.at(vertex.point) for vertex in drawn_route(drone, sortie, None)]),
            class_="planned",
            stroke=colours.get(drone.name, symbols.INK),
        )
        for drone in document.plan.drones
        for sortie in drone.sorties
    ]
    return [group(drawn, class_="layer-plan")]


def _flights(
    flights: Flights, document: TrackDocument, scale: Scale, view: MapView, naming: layers.Naming
) -> list[str]:
    by_drone = document.view.colour_by is ColourBy.DRONE
    every = _every_photograph(flights.flights)
    marks = iter(range(MOST_MARKS))
    drawn = []
    for index, flight in enumerate(flights.flights):
        for part in flight.parts:
            naming.line(_pairs(part.x, part.y))
        parts = [*_line(flight, index)] if by_drone else [*_stretches(flight, scale, index)]
        parts += [*_held(flight), *_gap_ends(flight), *_photographs(flight, view, index, every)]
        parts += [*_signs(flight, naming), *_marks(flight, document, view, marks)]
        drawn.append(group(parts, class_="flown", stroke=flight.colour, data_flight=str(index)))
    return drawn


def _line(flight: Flight, index: int) -> Iterator[str]:
    """In one colour, on a light edge; the same path is drawn twice and written once."""
    d = "".join(line_path(_pairs(part.x, part.y)) for part in flight.parts)
    yield element("defs", element("path", d=d, id=f"flight-{index}", **_SAME_WIDTH))
    yield element("use", href=f"#flight-{index}", class_="casing")
    yield element("use", href=f"#flight-{index}", class_="line")


def _stretches(flight: Flight, scale: Scale, index: int) -> Iterator[str]:
    """A path a class, over the light edge of the whole."""
    of_class: dict[int, list[str]] = {}
    for part in flight.parts:
        told = part.whole
        found = runs(scale.classes(told))
        if len(found) > MOST_STRETCHES:
            told = part.kept
            found = runs(scale.classes(told))
        seconds = seconds_of(told.time_utc, flight.track).tolist()
        for first, last, number in found:
            line = line_path(_pairs(*part.between(seconds[first], seconds[last])))
            of_class.setdefault(number, []).append(line)
    yield next(_line(flight, index))
    yield element("use", href=f"#flight-{index}", class_="casing")
    for number, lines in sorted(of_class.items()):
        entry = scale.entries[number]
        title = element("title", escaped(shown(entry.label)))
        yield element("path", title, d="".join(lines), class_="line", stroke=entry.colour)


def _held(flight: Flight) -> Iterator[str]:
    """White dashes where the positions are the autopilot's own reckoning."""
    for outage in flight.track.outages:
        begin_s, end_s = seconds_of(np.array([outage.begin_utc, outage.end_utc]), flight.track).tolist()
        lines = [line_path(_pairs(*part.between(begin_s, end_s))) for part in flight.parts]
        yield element("path", d="".join(lines), class_="held")


def _gap_ends(flight: Flight) -> Iterator[str]:
    """A ring where the recording breaks off, and where it goes on."""
    ends = [end for part in flight.parts for end in ((part.x[0], part.y[0]), (part.x[-1], part.y[-1]))][1:-1]
    if ends:
        d = _dots(np.array(ends).T)
        yield element("path", d=d, class_="dot ring") + element("path", d=d, class_="dot hole")


def _photographs(flight: Flight, view: MapView, index: int, every: int) -> Iterator[str]:
    lat, lon = photograph_places(flight)
    if not len(lat):
        return
    dots = _dots(spots(lat[::every], lon[::every], view))
    yield element("defs", element("path", d=dots, id=f"photographs-{index}", **_SAME_WIDTH))
    for look in ("dot photograph", "dot middle"):
        yield element("use", href=f"#photographs-{index}", class_=f"layer-photographs {look}")


def _every_photograph(flights: Sequence[Flight]) -> int:
    return 1 + sum(len(photograph_places(flight)[0]) for flight in flights) // (MOST_PHOTOGRAPHS + 1)


def _signs(flight: Flight, naming: layers.Naming) -> Iterator[str]:
    """Where it took off and landed; a square where the recording begins or ends in the air."""
    last = flight.parts[-1]
    cut = element("rect", x=-4.0, y=-4.0, width=8.0, height=8.0, fill="#fff", stroke=flight.colour, stroke_width=2.0)
    end = (float(last.x[-1]), float(last.y[-1]))
    landing, take_off = symbols.landing(flight.colour), symbols.take_off(flight.colour)
    yield layers.fixed(end, _beside(8.0, landing) if flight.ends_on_ground else cut)
    yield layers.fixed(_first(flight), _beside(-8.0, take_off) if flight.begins_on_ground else cut)
    for x, y in (end, _first(flight)):
        naming.taken.append((x - 15.0, y - 7.0, x + 15.0, y + 7.0))


def _beside(right: float, sign: str) -> str:
    """Flights end where they began: both signs are to be seen."""
    return element("g", sign, transform=f"translate({right:g} 0)")


def _marks(flight: Flight, document: TrackDocument, view: MapView, left: Iterator[int]) -> Iterator[str]:
    """What went wrong, where it did: what was overstepped, broken fences, a lost fix, the farthest off the plan."""
    for one, _ in zip(trespasses_of(flight, document), left, strict=False):
        title = " · ".join(trespass_words(one.bound, one.name, document.ceiling_m))
        at = view.at(GeoPoint(one.lat_deg, one.lon_deg))
        yield layers.fixed(at, element("title", escaped(title)), diamond("#e02020"))
    events = [event for event in flight.track.events if event.kind in MARKED]
    lat, lon = flight.track.places_at(np.array([event.time_utc for event in events], "datetime64[us]"))
    for event, at, _ in zip(events, _pairs(*spots(lat, lon, view)), left, strict=False):
        yield layers.fixed(at, element("title", escaped(shown(event.text))), diamond("#ffc400"))
    for off in deviations_of(flight, document):
        at, planned = (
            view.at(GeoPoint(lat, lon))
            for lat, lon in ((off.lat_deg, off.lon_deg), (off.planned_lat_deg, off.planned_lon_deg))
        )
        yield element("path", d=line_path([at, planned]), class_="line")
        yield layers.fixed(at, element("title", escaped(off_plan(off))), diamond("#fff"))


def diamond(fill: str) -> str:
    return element("path", d="M0 -6L6 0L0 6L-6 0Z", fill=fill, stroke="#000", stroke_width=1.4)


def _first(flight: Flight) -> XY:
    return float(flight.parts[0].x[0]), float(flight.parts[0].y[0])


def _pairs(x: Numbers, y: Numbers) -> list[XY]:
    return list(zip(x.tolist(), y.tolist(), strict=True))


def _dots(places: Sequence[Numbers] | Numbers) -> str:
    """Lines without a length, whose round ends are dots of one size at any zoom."""
    return "".join(f"{line_path([place])}h0" for place in _pairs(places[0], places[1]))
