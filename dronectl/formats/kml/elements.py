"""The few KML 2.2 elements that dronectl writes, each geometry with its altitude mode.

simplekml builds the elements. :func:`markup` makes its XML what the KML schema asks for, and the same on every call.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

import simplekml
from simplekml.featgeom import Placemark

from dronectl.formats.text.xml_text import allowed, escaped
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
Geometry = Any
"""A simplekml geometry; simplekml has no types."""

_CDATA = "<![CDATA["
_TEXTS = ("@name@", "@words@", "@when@", "@begin@", "@end@", "@vertices@")
_VALUES_OF_MARKS = (
    *((mark, "%s") for mark in _TEXTS),
    ("@lon@", "%.7f"),
    ("@lat@", "%.7f"),
    ("@altitude@", "%.3f"),
)
_FIRST = {"LookAt": (f"{{{_GX}}}TimeSpan",)}
_LAST = {"Point": ("coordinates",), "LookAt": ("altitudeMode",)}

ElementTree.register_namespace("gx", _GX)


def markup(element: Any, *, element_id: str | None = None) -> str:
    """A simplekml element as XML that the schema accepts.

    simplekml numbers every element of the process, where the schema wants names, so no id stays but ``element_id``;
    it puts some children out of the schema's order, and all holes of a polygon into one boundary.
    """
    root = ElementTree.fromstring(f'<kml xmlns:gx="{_GX}">{element}</kml>')[0]
    for part in root.iter():
        part.attrib.pop("id", None)
        for tag in _FIRST.get(part.tag, ()):
            for child in part.findall(tag):
                part.remove(child)
                part.insert(0, child)
        for tag in _LAST.get(part.tag, ()):
            for child in part.findall(tag):
                part.remove(child)
                part.append(child)
        if part.tag == "Polygon":
            _part_holes(part)
    if element_id is not None:
        root.set("id", element_id)
    return ElementTree.tostring(root, encoding="unicode").replace(f' xmlns:gx="{_GX}"', "") + "\n"


def text(value: str) -> str:
    """What simplekml may be given as name or description: it escapes all but CDATA sections, which none of ours are."""
    return allowed(value).replace(_CDATA, "< ![CDATA[")


def folder(name: str, children: Iterable[str], *, is_open: bool = False, visible: bool = True) -> Iterator[str]:
    """A Folder around its children; nothing at all without any."""
    opening, closing = _halves(simplekml.Folder(name=text(name), open=int(is_open), visibility=_hidden(visible)))
    opened = False
    for child in children:
        if not opened:
            yield opening
            opened = True
        yield child
    if opened:
        yield closing


def document(
    name: str, styles: Iterable[str], children: Iterable[str], *, view: Any = None, description: str = ""
) -> Iterator[str]:
    """The Document; ``view`` is a :func:`look_at`, ``description`` may be HTML."""
    words = text(description) or None
    opening, closing = _halves(simplekml.Document(name=text(name), open=1, lookat=view, description=words))
    yield opening
    yield from styles
    yield from children
    yield closing


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
    mark = _placemark(name, style, geometry, description, when, visible)
    for key, value in (data or {}).items():
        mark.extendeddata.newdata(text(key), escaped(value))  # simplekml takes values for markup
    return markup(mark)


@functools.cache
def timed_point_pattern(style: str, mode: str) -> str:
    """A hidden Placemark at a moment, as ``%`` pattern: name (escaped), time, longitude, latitude, altitude.

    A recording has thousands of events, and a tree for each of them takes longer than all positions.
    """
    return _pattern(placemark("@name@", style, _any_point(mode), when="@when@", visible=False))


@functools.cache
def described_point_pattern(style: str, mode: str) -> str:
    """The same with a description (escaped) after the name."""
    described = placemark("@name@", style, _any_point(mode), description="@words@", when="@when@", visible=False)
    return _pattern(described)


@functools.cache
def timed_area_pattern(style: str) -> str:
    """A hidden area on the ground at a moment, as ``%`` pattern: name and description (escaped), time, coordinates."""
    area = simplekml.Polygon(
        outerboundaryis=[("@lon@", "@lat@", "@altitude@")], altitudemode=ON_GROUND, tessellate=_along_ground(ON_GROUND)
    )
    made = placemark("@name@", style, area, description="@words@", when="@when@", visible=False)
    return _pattern(made.replace("@lon@,@lat@,@altitude@", "@vertices@"))


@functools.cache
def timed_line_pattern(style: str, mode: str) -> str:
    """A line with a begin and an end, as ``%`` pattern: name (escaped), begin, end, coordinates."""
    line = simplekml.LineString(coords=[("@lon@", "@lat@", "@altitude@")], altitudemode=mode)
    mark = _placemark("@name@", style, line, "", None, visible=True)
    mark.timespan = simplekml.TimeSpan(begin="@begin@", end="@end@")
    return _pattern(markup(mark).replace("@lon@,@lat@,@altitude@", "@vertices@"))


def screen_overlay(name: str, href: str) -> str:
    """A picture in the lower left corner of the screen, in its own size."""
    corner = {"xunits": "fraction", "yunits": "fraction"}
    return markup(
        simplekml.ScreenOverlay(
            name=text(name),
            icon=simplekml.Icon(href=href),
            overlayxy=simplekml.OverlayXY(x=0, y=0, **corner),
            screenxy=simplekml.ScreenXY(x=0.01, y=0.06, **corner),
            size=simplekml.Size(x=-1, y=-1, **corner),
        )
    )


def streamed_placemark(
    name: str, style: str, geometry: Iterable[str], *, description: str = "", visible: bool = True
) -> Iterator[str]:
    """A Placemark whose geometry is too large for a tree."""
    opening, closing = _halves(_placemark(name, style, None, description, None, visible))
    yield opening
    yield from geometry
    yield closing


def point(vertex: Vertex, mode: str) -> Geometry:
    return simplekml.Point(coords=_coordinates([vertex]), altitudemode=mode)


def line(vertices: Sequence[Vertex], mode: str) -> Geometry:
    return simplekml.LineString(coords=_coordinates(vertices), altitudemode=mode, tessellate=_along_ground(mode))


def polygon(shape: GeoPolygon, altitude_m: float, mode: str, *, extrude: bool = False) -> Geometry:
    """A polygon with holes at one altitude; ``extrude`` draws its walls down to the ground."""
    outer, *holes = [_coordinates([vertex_of(place, altitude_m) for place in _closed(ring)]) for ring in _rings(shape)]
    return simplekml.Polygon(
        outerboundaryis=outer,
        innerboundaryis=holes,
        altitudemode=mode,
        extrude=1 if extrude else None,
        tessellate=_along_ground(mode),
    )


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
    return simplekml.MultiGeometry(geometries=[*shapes, point(vertex_of(label, altitude_m), mode)])


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
    look = simplekml.Style(
        iconstyle=simplekml.IconStyle(
            color=solid, scale=icon_scale, icon=None if icon is None else simplekml.Icon(href=f"{ICONS}{icon}.png")
        ),
        labelstyle=simplekml.LabelStyle(scale=label_scale),
        linestyle=simplekml.LineStyle(
            color=solid if line_opacity is None else kml_colour(colour, line_opacity), width=width
        ),
        polystyle=simplekml.PolyStyle(color=kml_colour(colour, fill_opacity), fill=int(fill_opacity > 0)),
    )
    return markup(look, element_id=style_id)


def kml_colour(colour: str, opacity: float = 1.0) -> str:
    """``#rrggbb`` as KML writes it: aabbggrr."""
    red, green, blue = colour[1:3], colour[3:5], colour[5:7]
    return f"{round(opacity * 255):02x}{blue}{green}{red}".lower()


def look_at(lon_deg: float, lat_deg: float, range_m: float, times: tuple[str, str] | None = None) -> Any:
    """A view from the south; ``times`` (begin, end) is what the time slider spans."""
    return simplekml.LookAt(
        longitude=f"{lon_deg:.7f}",
        latitude=f"{lat_deg:.7f}",
        altitude=0,
        heading=0,
        tilt=45,
        range=f"{range_m:.0f}",
        altitudemode=RELATIVE_TO_GROUND,
        gxtimespan=None if times is None else simplekml.GxTimeSpan(begin=times[0], end=times[1]),
    )


def vertex_of(place: GeoPoint, altitude_m: float = 0.0) -> Vertex:
    return place.lon_deg, place.lat_deg, altitude_m


def _any_point(mode: str) -> Geometry:
    return simplekml.Point(coords=[("@lon@", "@lat@", "@altitude@")], altitudemode=mode)


def _pattern(made: str) -> str:
    """An element with marks in the place of values, as ``%`` pattern."""
    made = made.replace("%", "%%")
    for mark, value in _VALUES_OF_MARKS:
        made = made.replace(mark, value)
    return made


def _placemark(name: str, style: str, geometry: Geometry, description: str, when: str | None, visible: bool) -> Any:
    mark = Placemark(
        geometry=geometry,
        name=text(name),
        visibility=_hidden(visible),
        description=text(escaped(description)) or None,  # programs show a description as HTML
        timestamp=None if when is None else simplekml.TimeStamp(when=when),
    )
    mark.styleurl = f"#{style}"
    return mark


def _halves(element: Any) -> tuple[str, str]:
    """An element's XML before and after the children that will be streamed into it."""
    opening, bracket, name = markup(element).rpartition("</")
    return opening + "\n", bracket + name


def _hidden(visible: bool) -> int | None:
    return None if visible else 0


def _along_ground(mode: str) -> int | None:
    """Long edges follow the ground instead of cutting through a hill."""
    return 1 if mode == ON_GROUND else None


def _coordinates(vertices: Sequence[Vertex]) -> list[tuple[str, str, str]]:
    return [(f"{lon:.7f}", f"{lat:.7f}", f"{altitude_m:.3f}") for lon, lat, altitude_m in vertices]


def _rings(shape: GeoPolygon) -> tuple[Sequence[GeoPoint], ...]:
    return (shape.exterior, *shape.holes)


def _closed(ring: Sequence[GeoPoint]) -> Sequence[GeoPoint]:
    return (*ring, ring[0])


def _wall(start: GeoPoint, end: GeoPoint, floor_m: float, ceiling_m: float) -> Geometry:
    corners = [(start, floor_m), (end, floor_m), (end, ceiling_m), (start, ceiling_m), (start, floor_m)]
    vertices = [vertex_of(place, altitude_m) for place, altitude_m in corners]
    return simplekml.Polygon(outerboundaryis=_coordinates(vertices), altitudemode=RELATIVE_TO_GROUND)


def _part_holes(shape: ElementTree.Element) -> None:
    """One boundary for each hole."""
    for boundary in shape.findall("innerBoundaryIs"):
        for ring in list(boundary)[1:]:
            boundary.remove(ring)
            ElementTree.SubElement(shape, "innerBoundaryIs").append(ring)
