"""The few KML 2.2 elements that dronectl writes as text, children in the schema's order, each geometry with its
altitude mode."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from dronectl.formats.text.xml_text import attribute, escaped

if TYPE_CHECKING:
    from dronectl.model.geo import GeoPoint, GeoPolygon

_GX = "http://www.google.com/kml/ext/2.2"
HEAD = f'<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="{_GX}">\n'
TAIL = "</kml>\n"

ABSOLUTE = "absolute"
"""Metres above mean sea level."""
RELATIVE_TO_GROUND = "relativeToGround"
ON_GROUND = "clampToGround"

ICONS = "http://maps.google.com/mapfiles/kml/shapes/"
"""Google Earth's own palette; it knows these addresses."""

Vertex = tuple[float, float, float]
"""(longitude, latitude, altitude): KML's order."""
Geometry = str
"""The text of an element of a shape."""

_PUSHPIN = "http://maps.google.com/mapfiles/kml/pushpin/ylw-pushpin.png"
_ANY_PLACE = "%.7f,%.7f,%.3f"


def element(name: str, *content: str, attributes: Mapping[str, str] | None = None) -> str:
    """``content`` is elements, or text that is escaped already; without any the element is empty."""
    given = "".join(f' {key}="{attribute(value)}"' for key, value in (attributes or {}).items())
    inside = "".join(content)
    return f"<{name}{given}>{inside}</{name}>" if inside else f"<{name}{given} />"


def folder(name: str, children: Iterable[str], *, is_open: bool = False, visible: bool = True) -> Iterator[str]:
    """A Folder around its children; nothing at all without any."""
    opened = False
    for child in children:
        if not opened:
            words = (element("name", escaped(name)), _hidden(visible), element("open", str(int(is_open))))
            yield _opening("Folder", *words)
            opened = True
        yield child
    if opened:
        yield _closing("Folder")


def document(
    name: str, styles: Iterable[str], children: Iterable[str], *, view: str = "", description: str = ""
) -> Iterator[str]:
    """The Document; ``view`` is a :func:`look_at`, ``description`` may be HTML."""
    words = (element("name", escaped(name)), element("open", "1"), _words(description))
    yield _opening("Document", *words, view)
    yield from styles
    yield from children
    yield _closing("Document")


def placemark(
    name: str,
    style: str,
    geometry: Geometry,
    *,
    description: str = "",
    when: str | None = None,
    visible: bool = True,
    data: Mapping[str, str] | None = None,
) -> str:
    """``description`` is plain text; ``data`` is for programs: the ExtendedData of the Placemark."""
    told = [element("Data", _value(value), attributes={"name": key}) for key, value in (data or {}).items()]
    inside = _beginning(escaped(name), style, _as_html(description), None if when is None else escaped(when), visible)
    return element("Placemark", inside, element("ExtendedData", *told) if told else "", geometry) + "\n"


@functools.cache
def timed_point_pattern(style: str, mode: str) -> str:
    """A hidden Placemark at a moment, as ``%`` pattern: name (escaped), time, longitude, latitude, altitude.

    A recording has thousands of events, and to put each of them together takes longer than all positions.
    """
    beginning = _beginning("%s", style.replace("%", "%%"), "", "%s", visible=False)
    return element("Placemark", beginning, _shape("Point", _ANY_PLACE, mode)) + "\n"


@functools.cache
def described_point_pattern(style: str, mode: str) -> str:
    """The same with a description (escaped) after the name."""
    beginning = _beginning("%s", style.replace("%", "%%"), "%s", "%s", visible=False)
    return element("Placemark", beginning, _shape("Point", _ANY_PLACE, mode)) + "\n"


@functools.cache
def timed_area_pattern(style: str) -> str:
    """A hidden area on the ground at a moment, as ``%`` pattern: name and description (escaped), time, coordinates."""
    beginning = _beginning("%s", style.replace("%", "%%"), "%s", "%s", visible=False)
    return element("Placemark", beginning, _area("%s", (), ON_GROUND)) + "\n"


@functools.cache
def timed_line_pattern(style: str, mode: str) -> str:
    """A line with a begin and an end, as ``%`` pattern: name (escaped), begin, end, coordinates."""
    span = element("TimeSpan", element("begin", "%s"), element("end", "%s"))
    beginning = (element("name", "%s"), span, element("styleUrl", "#" + escaped(style.replace("%", "%%"))))
    return element("Placemark", *beginning, _shape("LineString", "%s", mode)) + "\n"


def screen_overlay(name: str, href: str) -> str:
    """A picture in the lower left corner of the screen, in its own size."""

    def place(tag: str, x: str, y: str) -> str:
        return element(tag, attributes={"x": x, "y": y, "xunits": "fraction", "yunits": "fraction"})

    where = (place("overlayXY", "0", "0"), place("screenXY", "0.01", "0.06"), place("size", "-1", "-1"))
    icon = element("Icon", element("href", escaped(href)))
    return element("ScreenOverlay", element("name", escaped(name)), icon, *where) + "\n"


def streamed_placemark(
    name: str, style: str, geometry: Iterable[str], *, description: str = "", visible: bool = True
) -> Iterator[str]:
    """A Placemark whose geometry is too large for one text."""
    yield _opening("Placemark", _beginning(escaped(name), style, _as_html(description), None, visible))
    yield from geometry
    yield _closing("Placemark")


def point(vertex: Vertex, mode: str) -> Geometry:
    return _shape("Point", _coordinates([vertex]), mode)


def line(vertices: Sequence[Vertex], mode: str) -> Geometry:
    return _shape("LineString", _coordinates(vertices), mode, _along_ground(mode))


def polygon(shape: GeoPolygon, altitude_m: float, mode: str, *, extrude: bool = False) -> Geometry:
    """A polygon with holes at one altitude; ``extrude`` draws its walls down to the ground."""
    outer, *holes = [_coordinates([vertex_of(place, altitude_m) for place in _closed(ring)]) for ring in _rings(shape)]
    return _area(outer, holes, mode, extrude=extrude)


def slab(shape: GeoPolygon, floor_m: float, ceiling_m: float) -> list[Geometry]:
    """A volume above ground from floor to ceiling: extruded when it stands on the ground, else floor, top and walls."""
    top = polygon(shape, ceiling_m, RELATIVE_TO_GROUND, extrude=floor_m <= 0)
    if floor_m <= 0:
        return [top]
    walls = [
        _wall(start, end, floor_m, ceiling_m)
        for ring in _rings(shape)
        for start, end in zip(ring, (*ring[1:], ring[0]), strict=True)
    ]
    return [polygon(shape, floor_m, RELATIVE_TO_GROUND), top, *walls]


def labelled(shapes: Sequence[Geometry], label: GeoPoint, altitude_m: float, mode: str) -> Geometry:
    """Shapes with a point that carries their name: Google Earth writes no name on a polygon."""
    return element("MultiGeometry", *shapes, point(vertex_of(label, altitude_m), mode))


def style(
    style_id: str,
    colour: str,
    *,
    width: float = 2.0,
    opacity: float = 1.0,
    line_opacity: float | None = None,
    fill_opacity: float = 0.25,
    icon: str | None = None,
    icon_scale: float = 0.7,
    label_scale: float = 0.8,
) -> str:
    """A Style in one colour (``#rrggbb``): icon (of :data:`ICONS`), line, and a see-through fill unless that is 0.

    ``line_opacity`` is that of the line where it is not that of the icon.
    """
    solid = kml_colour(colour, opacity)

    def look(tag: str, colour_of_it: str, *rest: str) -> str:
        own = element("color", colour_of_it) if colour_of_it else ""
        return element(tag, own, element("colorMode", "normal"), *rest)

    href = _PUSHPIN if icon is None else f"{ICONS}{icon}.png"
    picture = element("Icon", element("href", escaped(href)))
    of_icon = (element("scale", str(icon_scale)), element("heading", "0"), picture)
    of_line = solid if line_opacity is None else kml_colour(colour, line_opacity)
    fill = (element("fill", str(int(fill_opacity > 0))), element("outline", "1"))
    looks = (
        look("IconStyle", solid, *of_icon),
        look("LabelStyle", "", element("scale", str(label_scale))),
        look("LineStyle", of_line, element("width", str(width))),
        look("PolyStyle", kml_colour(colour, fill_opacity), *fill),
    )
    return element("Style", *looks, attributes={"id": style_id}) + "\n"


def kml_colour(colour: str, opacity: float = 1.0) -> str:
    """``#rrggbb`` as KML writes it: aabbggrr."""
    red, green, blue = colour[1:3], colour[3:5], colour[5:7]
    return f"{round(opacity * 255):02x}{blue}{green}{red}".lower()


def look_at(lon_deg: float, lat_deg: float, range_m: float, times: tuple[str, str] | None = None) -> str:
    """A view from the south; ``times`` (begin, end) is what the time slider spans."""
    spanned = ("",) if times is None else (element("begin", escaped(times[0])), element("end", escaped(times[1])))
    return element(
        "LookAt",
        "" if times is None else element("gx:TimeSpan", *spanned),
        element("longitude", f"{lon_deg:.7f}"),
        element("latitude", f"{lat_deg:.7f}"),
        element("altitude", "0"),
        element("heading", "0"),
        element("tilt", "45"),
        element("range", f"{range_m:.0f}"),
        element("altitudeMode", RELATIVE_TO_GROUND),
    )


def vertex_of(place: GeoPoint, altitude_m: float = 0.0) -> Vertex:
    return place.lon_deg, place.lat_deg, altitude_m


def _beginning(name: str, style: str, description: str, when: str | None, visible: bool) -> str:
    """What every Placemark begins with; the texts are escaped."""
    return "".join(
        (
            element("name", name),
            _hidden(visible),
            element("description", description) if description else "",
            "" if when is None else element("TimeStamp", element("when", when)),
            element("styleUrl", "#" + escaped(style)),
        )
    )


def _opening(name: str, *content: str) -> str:
    """An element up to the children that will be streamed into it."""
    return f"<{name}>{''.join(content)}\n"


def _closing(name: str) -> str:
    return f"</{name}>\n"


def _words(description: str) -> str:
    return element("description", escaped(description)) if description else ""


def _as_html(description: str) -> str:
    """Programs show a description as HTML: what is plain text is escaped for that, and then for XML."""
    return escaped(escaped(description))


def _value(value: str) -> str:
    return element("value", escaped(value))


def _hidden(visible: bool) -> str:
    return "" if visible else element("visibility", "0")


def _along_ground(mode: str) -> str:
    """Long edges follow the ground instead of cutting through a hill."""
    return element("tessellate", "1") if mode == ON_GROUND else ""


def _shape(name: str, coordinates: str, mode: str, options: str = "") -> Geometry:
    return element(name, options, element("altitudeMode", mode), element("coordinates", coordinates))


def _area(outer: str, holes: Sequence[str], mode: str, *, extrude: bool = False) -> Geometry:
    def ring(boundary: str, coordinates: str) -> str:
        return element(boundary, element("LinearRing", element("coordinates", coordinates)))

    options = (element("extrude", "1") if extrude else "", _along_ground(mode))
    rings = (ring("outerBoundaryIs", outer), *(ring("innerBoundaryIs", hole) for hole in holes))
    return element("Polygon", *options, element("altitudeMode", mode), *rings)


def _coordinates(vertices: Sequence[Vertex]) -> str:
    return " ".join([f"{lon:.7f},{lat:.7f},{altitude_m:.3f}" for lon, lat, altitude_m in vertices])


def _rings(shape: GeoPolygon) -> tuple[Sequence[GeoPoint], ...]:
    return (shape.exterior, *shape.holes)


def _closed(ring: Sequence[GeoPoint]) -> Sequence[GeoPoint]:
    return (*ring, ring[0])


def _wall(start: GeoPoint, end: GeoPoint, floor_m: float, ceiling_m: float) -> Geometry:
    corners = [(start, floor_m), (end, floor_m), (end, ceiling_m), (start, ceiling_m), (start, floor_m)]
    return _area(_coordinates([vertex_of(place, altitude_m) for place, altitude_m in corners]), (), RELATIVE_TO_GROUND)
