"""The few KML 2.2 elements that dronectl writes, in the schema's order, every geometry with its altitude mode."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from xml.sax.saxutils import escape

from dronectl.model.geo import GeoPoint, GeoPolygon

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2">\n'
)
TAIL = "</kml>\n"

ABSOLUTE = "absolute"
"""Metres above mean sea level."""
RELATIVE_TO_GROUND = "relativeToGround"
ON_GROUND = "clampToGround"

Vertex = tuple[float, float, float]
"""(longitude, latitude, altitude): KML's order."""

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def text(value: str) -> str:
    """Character data: escaped, and without the characters that XML 1.0 forbids."""
    return escape(_NOT_XML.sub("", value))


def container(kind: str, name: str, children: Iterable[str], *, head: str = "", is_open: bool = False) -> Iterator[str]:
    """A Document or Folder around its children; nothing at all for a Folder without any. ``head`` comes before them."""
    opened = False
    opening = f"<{kind}><name>{text(name)}</name><open>{int(is_open)}</open>{head}\n"
    for child in children:
        if not opened:
            yield opening
            opened = True
        yield child
    if not opened and kind == "Document":
        yield opening
        opened = True
    if opened:
        yield f"</{kind}>\n"


def folder(name: str, children: Iterable[str], *, is_open: bool = False) -> Iterator[str]:
    return container("Folder", name, children, is_open=is_open)


def placemark(
    name: str, style: str, geometry: str, *, description: str = "", when: str | None = None, visible: bool = True
) -> str:
    return f"{placemark_head(name, style, description=description, when=when, visible=visible)}{geometry}</Placemark>\n"


def placemark_head(
    name: str, style: str, *, description: str = "", when: str | None = None, visible: bool = True
) -> str:
    """A Placemark up to its geometry; the caller closes it."""
    parts = ["<Placemark><name>", text(name), "</name>"]
    if not visible:
        parts.append("<visibility>0</visibility>")
    if description:
        parts.append(f"<description>{text(description)}</description>")
    if when is not None:
        parts.append(f"<TimeStamp><when>{when}</when></TimeStamp>")
    parts.append(f"<styleUrl>#{style}</styleUrl>")
    return "".join(parts)


def point(vertex: Vertex, mode: str) -> str:
    coordinates = _coordinates([vertex])
    return f"<Point><altitudeMode>{mode}</altitudeMode><coordinates>{coordinates}</coordinates></Point>"


def line(vertices: Sequence[Vertex], mode: str) -> str:
    tessellate = "<tessellate>1</tessellate>" if mode == ON_GROUND else ""
    return (
        f"<LineString>{tessellate}<altitudeMode>{mode}</altitudeMode>"
        f"<coordinates>{_coordinates(vertices)}</coordinates></LineString>"
    )


def polygon(shape: GeoPolygon, altitude_m: float, mode: str, *, extrude: bool = False) -> str:
    """A polygon with holes at one altitude; ``extrude`` draws its walls down to the ground."""
    rings = [_ring(shape.exterior, altitude_m, "outerBoundaryIs")]
    rings += [_ring(hole, altitude_m, "innerBoundaryIs") for hole in shape.holes]
    walls = "<extrude>1</extrude>" if extrude else ""
    return f"<Polygon>{walls}<altitudeMode>{mode}</altitudeMode>{''.join(rings)}</Polygon>"


def slab(shape: GeoPolygon, floor_m: float, ceiling_m: float) -> str:
    """A volume above ground from floor to ceiling: extruded when it stands on the ground, else floor, top and walls."""
    top = polygon(shape, ceiling_m, RELATIVE_TO_GROUND, extrude=floor_m <= 0)
    if floor_m <= 0:
        return top
    walls = [
        _wall(start, end, floor_m, ceiling_m)
        for ring in (shape.exterior, *shape.holes)
        for start, end in zip(ring, (*ring[1:], ring[0]), strict=True)
    ]
    floor = polygon(shape, floor_m, RELATIVE_TO_GROUND)
    return f"<MultiGeometry>{floor}{top}{''.join(walls)}</MultiGeometry>"


def style(
    style_id: str, colour: str, *, width: float = 2.0, fill_opacity: float = 0.25, icon_scale: float = 0.7
) -> str:
    """A Style in one colour (``#rrggbb``): icon, line and a see-through fill."""
    solid, filled = kml_colour(colour), kml_colour(colour, fill_opacity)
    return (
        f'<Style id="{style_id}">'
        f"<IconStyle><color>{solid}</color><scale>{icon_scale:g}</scale></IconStyle>"
        f"<LabelStyle><scale>{icon_scale:g}</scale></LabelStyle>"
        f"<LineStyle><color>{solid}</color><width>{width:g}</width></LineStyle>"
        f"<PolyStyle><color>{filled}</color></PolyStyle></Style>\n"
    )


def kml_colour(colour: str, opacity: float = 1.0) -> str:
    """``#rrggbb`` as KML writes it: aabbggrr."""
    red, green, blue = colour[1:3], colour[3:5], colour[5:7]
    return f"{round(opacity * 255):02x}{blue}{green}{red}".lower()


def look_at(lon_deg: float, lat_deg: float, range_m: float) -> str:
    return (
        f"<LookAt><longitude>{lon_deg:.7f}</longitude><latitude>{lat_deg:.7f}</latitude><altitude>0</altitude>"
        f"<heading>0</heading><tilt>45</tilt><range>{range_m:.0f}</range>"
        f"<altitudeMode>{RELATIVE_TO_GROUND}</altitudeMode></LookAt>"
    )


def vertex_of(place: GeoPoint, altitude_m: float = 0.0) -> Vertex:
    return place.lon_deg, place.lat_deg, altitude_m


def _coordinates(vertices: Sequence[Vertex]) -> str:
    return " ".join(map("%.7f,%.7f,%.3f".__mod__, vertices))


def _ring(ring: Sequence[GeoPoint], altitude_m: float, boundary: str) -> str:
    coordinates = _coordinates([vertex_of(place, altitude_m) for place in (*ring, ring[0])])
    return f"<{boundary}><LinearRing><coordinates>{coordinates}</coordinates></LinearRing></{boundary}>"


def _wall(start: GeoPoint, end: GeoPoint, floor_m: float, ceiling_m: float) -> str:
    corners = [(start, floor_m), (end, floor_m), (end, ceiling_m), (start, ceiling_m), (start, floor_m)]
    coordinates = _coordinates([vertex_of(place, altitude_m) for place, altitude_m in corners])
    return (
        f"<Polygon><altitudeMode>{RELATIVE_TO_GROUND}</altitudeMode><outerBoundaryIs><LinearRing>"
        f"<coordinates>{coordinates}</coordinates></LinearRing></outerBoundaryIs></Polygon>"
    )
