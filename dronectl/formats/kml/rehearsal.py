"""A rehearsal in KML: where each drone went in all runs, the worst flights, and where something was broken."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dronectl.formats.kml import elements as kml
from dronectl.formats.kml.overlay import zone_folder, zone_styles
from dronectl.formats.tracks.colours import drone_colours
from dronectl.model.geo import GeoPoint, GeoPolygon
from dronectl.model.rehearsal.found import Breach
from dronectl.model.rehearsal.result import Rehearsal
from dronectl.model.site import Site

_BAD = "rehearsal-bad"


@dataclass(frozen=True, slots=True)
class FlownLine:
    """A flight of one run: places with metres above mean sea level."""

    drone: str
    run: int
    sortie: int
    vertices: tuple[tuple[GeoPoint, float], ...]


def rehearsal_kml(result: Rehearsal, site: Site, worst: Sequence[FlownLine]) -> bytes:
    """The whole file. The same result gives the same bytes."""
    colours = drone_colours((flight.drone for flight in result.flights), {one.name: one.colour for one in site.drones})
    style_of = {name: f"rehearsal-{number}" for number, name in enumerate(colours, start=1)}
    styles = [*zone_styles(), kml.style(_BAD, "#d00000", icon="caution", icon_scale=0.8)]
    for name, colour in colours.items():
        styles.append(kml.style(style_of[name], colour, width=1.5, fill_opacity=0.35))
    odds = result.odds
    about = (
        f"{odds.good} of {odds.of} runs safe, at least {odds.least_pct:.1f} % with {odds.confidence_pct:g} % confidence"
    )
    content = itertools.chain(
        kml.folder("Flown in all runs", _envelopes(result, style_of), is_open=True),
        kml.folder("Worst runs", (_line(one, style_of[one.drone]) for one in worst)),
        kml.folder("Broken", _breaches(result), is_open=True),
        zone_folder(site.zones),
    )
    body = kml.document(f"{result.plan}: rehearsal", styles, content, description=about)
    return "".join(itertools.chain([kml.HEAD], body, [kml.TAIL])).encode("utf-8")


def _envelopes(result: Rehearsal, style_of: Mapping[str, str]) -> Iterator[str]:
    for (drone, sortie), polygons in result.envelope.items():
        for rings in polygons:
            shape = GeoPolygon(tuple(rings[0][:-1]), tuple(tuple(ring[:-1]) for ring in rings[1:]))
            name = f"{drone}, sortie {sortie}"
            yield kml.placemark(name, style_of[drone], kml.polygon(shape, 0.0, kml.ON_GROUND))


def _line(one: FlownLine, style: str) -> str:
    vertices = [kml.vertex_of(place, altitude_m) for place, altitude_m in one.vertices]
    return kml.placemark(
        f"{one.drone}, run {one.run}, sortie {one.sortie}", style, kml.line(vertices, kml.ABSOLUTE), visible=False
    )


def _breaches(result: Rehearsal) -> Iterator[str]:
    for group in result.groups:
        told = f"in {group.runs} of {result.runs_text}, worst in run {group.worst_run}"
        yield _mark(group.worst, f"{group.worst.words}; {told}")
    for failure in result.failures:
        for moment in failure.worst:
            for breach in moment.breaches:
                told = f"{failure.failure} failed on item {moment.item}, run {moment.run}"
                yield _mark(breach, f"{breach.words}; {told}")


def _mark(breach: Breach, words: str) -> str:
    place = kml.point(kml.vertex_of(GeoPoint(breach.lat_deg, breach.lon_deg)), kml.ON_GROUND)
    return kml.placemark(f"{breach.drone}: {breach.rule}", _BAD, place, description=words)
