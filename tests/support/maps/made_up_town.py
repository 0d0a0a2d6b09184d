"""A town that is nowhere, as vector tiles: streets with names in Thai and English around a lake, blocks of houses.

It lies where Mueang Roi Et does, so that maps of the site have something below them. Nothing of it is true.
"""

from __future__ import annotations

import gzip
import json
import math
import random
import sqlite3
import warnings
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import numpy as np
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer
from shapely import make_valid, prepare, transform
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

LAT_DEG, LON_DEG = 16.0545, 103.6525
BOUNDS = (103.632, 16.038, 103.676, 16.072)
ZOOMS = range(11, 16)
ATTRIBUTION = '<a href="https://www.openstreetmap.org/copyright">&copy; OpenStreetMap</a> (made up)'
_LAKE_M = (-140.0, 130.0, 360.0, 300.0)
"""Middle and half axes of the lake, in metres from the town's middle."""

_NAMES = (
    ("ถนนสุขุมวิทจำลอง", "Example Sukhumvit Road"),
    ("ถนนเทวาภิบาล", "Thewaphiban Road"),
    ("ถนนรอบเมือง", "Ring Road"),
    ("ถนนเพลินจิต", "Phloen Chit Road"),
    ("ถนนผดุงพานิช", "Phadung Phanit Road"),
    ("ถนนราชการดำเนิน", "Ratchakan Damnoen Road"),
    ("ถนนหายโศก", "Hai Sok Road"),
    ("ถนนสันติสุข", "Santisuk Road"),
    ("ถนนมีโชคชัย", "Mi Chok Chai Road"),
    ("ถนนเปรมประชาราษฎร์", "Prem Pracharat Road"),
)
_MINOR = (("ซอย", "Soi"),)

Feature = tuple[str, Mapping[str, Any], BaseGeometry]
"""Layer, properties, geometry in metres east and north of the town's middle."""


def town(schema: str = "protomaps") -> list[Feature]:
    """The features, by ``protomaps`` or ``openmaptiles``."""
    draw = random.Random(19)
    is_proto = schema == "protomaps"
    lake = Polygon(
        [
            (
                _LAKE_M[0] + _LAKE_M[2] * math.cos(a) * (1 + 0.05 * math.sin(5 * a)),
                _LAKE_M[1] + _LAKE_M[3] * math.sin(a),
            )
            for a in (math.tau * step / 60 for step in range(60))
        ]
    )
    shore = lake.buffer(45.0)
    found: list[Feature] = []

    def add(layer: tuple[str, str], said: Mapping[str, Any], shape: BaseGeometry) -> None:
        if not shape.is_empty:
            found.append((layer[0] if is_proto else layer[1], said, shape))

    def kind(proto: str, omt: str, **more: Any) -> dict[str, Any]:
        return {"kind": proto, **more} if is_proto else {"class": omt, **more}

    def named(thai: str, english: str) -> dict[str, str]:
        return {"name": thai, "name:en": english}

    add(("landuse", "park"), kind("park", "public_park"), shore.difference(lake))
    add(("landuse", "landuse"), kind("residential", "residential"), box(-1500, -1300, 1700, 1500).difference(shore))
    add(("landuse", "landuse"), kind("school", "school"), box(600, 500, 820, 700))
    add(("landuse", "landuse"), kind("hospital", "hospital"), box(-1050, 120, -820, 330))
    add(("landuse", "landcover"), kind("farmland", "farmland"), box(-2300, -1800, -1600, 1800))
    add(("landuse", "landcover"), kind("forest", "wood"), box(1800, -1700, 2300, -300))
    add(("water", "water"), kind("lake", "lake"), lake)
    add(("water", "water_name"), {**kind("lake", "lake"), **named("บึงพลาญชัย", "Bueng Phalan Chai")}, Point(_LAKE_M[:2]))
    stream = LineString([(-2300 + 100 * step, -900 + 140 * math.sin(step / 4.0)) for step in range(47)])
    add(("water", "waterway"), {**kind("river", "river"), **named("ห้วยเหนือ", "Huai Nuea")}, stream)

    streets: list[tuple[str, tuple[str, str], LineString]] = [
        ("primary", _NAMES[0], LineString([(-2300, -420), (-300, -330), (900, -360), (2300, -500)])),
        ("secondary", _NAMES[1], LineString([(520, -1800), (500, -300), (560, 900), (700, 1800)])),
        ("trunk", _NAMES[2], LineString([(-1500, -1300), (1700, -1300), (1750, 1500), (-1500, 1500), (-1500, -1300)])),
        ("tertiary", _NAMES[3], LineString(shore.buffer(12.0).exterior.coords)),
    ]
    for step in range(11):
        east = -1400 + 290 * step + draw.uniform(-30, 30)
        north = -1200 + 250 * step + draw.uniform(-30, 30)
        soi = (f"ซอย {step + 1}", f"Soi {step + 1}")
        class_ = "tertiary" if step % 4 == 0 else "residential"
        label = _NAMES[4 + step % 6] if step % 2 == 0 else soi
        streets.append((class_, label, LineString([(east, -1290), (east + 40, 1490)])))
        streets.append(
            (
                class_,
                _NAMES[4 + (step + 3) % 6] if step % 3 == 0 else soi,
                LineString([(-1490, north), (1690, north + 20)]),
            )
        )
    for class_, (thai, english), line in streets:
        cut = line.difference(shore) if class_ == "residential" else line.difference(lake)
        said = {**kind(_proto_road(class_), class_ if class_ != "residential" else "minor"), **named(thai, english)}
        if is_proto:
            said["kind_detail"] = class_
        add(("roads", "transportation"), {k: v for k, v in said.items() if is_proto or k == "class"}, cut)
        if not is_proto:
            found.append(("transportation_name", said, cut))
    roads = [shape.buffer(9.0) for layer, _, shape in found if layer in ("roads", "transportation")]
    taken = shore
    for road in roads:
        taken = taken.union(road)
    prepare(taken)
    for _ in range(700):
        east, north = draw.gauss(150, 620), draw.gauss(50, 560)
        wide, deep, turn = draw.uniform(8, 26), draw.uniform(8, 22), draw.uniform(-0.1, 0.1)
        house = Polygon(
            [
                (east + dx * math.cos(turn) - dy * math.sin(turn), north + dx * math.sin(turn) + dy * math.cos(turn))
                for dx, dy in (
                    (-wide / 2, -deep / 2),
                    (wide / 2, -deep / 2),
                    (wide / 2, deep / 2),
                    (-wide / 2, deep / 2),
                )
            ]
        )
        if not taken.intersects(house):
            add(("buildings", "building"), kind("building", "building"), house)
    add(
        ("places", "place"),
        {**kind("locality", "town", kind_detail="town"), **named("เมืองสมมติ", "Made-up Town")},
        Point(300, -620),
    )
    for at, thai, english in (
        ((900, 850), "ชุมชนวัดเหนือ", "Wat Nuea"),
        ((-1000, -700), "ชุมชนท่านคร", "Tha Nakhon"),
        ((1200, -800), "ชุมชนโพธิ์ทอง", "Pho Thong"),
    ):
        add(
            ("places", "place"),
            {**kind("neighbourhood", "suburb", kind_detail="neighbourhood"), **named(thai, english)},
            Point(at),
        )
    add(("pois", "poi"), {**kind("school", "school"), **named("โรงเรียนตัวอย่าง", "Example School")}, Point(710, 600))
    return found


@cache
def _tiles(schema: str) -> tuple[tuple[tuple[int, int, int], bytes], ...]:
    return tuple(_made(schema))


def tiles(schema: str = "protomaps") -> Iterable[tuple[tuple[int, int, int], bytes]]:
    """(zoom, x, y) → the tile, unpacked."""
    return _tiles(schema)


def _made(schema: str) -> Iterator[tuple[tuple[int, int, int], bytes]]:
    in_world = [(layer, said, transform(shape, _world)) for layer, said, shape in town(schema)]
    for zoom in ZOOMS:
        size = 1.0 / (1 << zoom)
        west, north = _degrees(BOUNDS[0], BOUNDS[3])
        east, south = _degrees(BOUNDS[2], BOUNDS[1])
        for x in range(int(west / size), int(east / size) + 1):
            for y in range(int(north / size), int(south / size) + 1):
                edge = (x * size, y * size, (x + 1) * size, (y + 1) * size)
                layers = _layers(in_world, edge, size)
                if layers:
                    yield (zoom, x, y), layers


def write_pmtiles(path: Path, schema: str = "protomaps", **metadata: Any) -> Path:
    """The town as a PMTiles file."""
    with path.open("wb") as file:
        writer = Writer(file)
        content = {zxy_to_tileid(*at): gzip.compress(data, mtime=0) for at, data in tiles(schema)}
        for number in sorted(content):
            writer.write_tile(number, content[number])
        west, south, east, north = (round(value * 1e7) for value in BOUNDS)
        writer.finalize(
            {
                "tile_type": TileType.MVT,
                "tile_compression": Compression.GZIP,
                "min_lon_e7": west,
                "min_lat_e7": south,
                "max_lon_e7": east,
                "max_lat_e7": north,
                "center_zoom": 14,
                "center_lon_e7": round(LON_DEG * 1e7),
                "center_lat_e7": round(LAT_DEG * 1e7),
            },
            {"name": "เมืองสมมติ", "attribution": ATTRIBUTION, **metadata},
        )
    return path


def write_mbtiles(path: Path, schema: str = "openmaptiles", **metadata: str) -> Path:
    """The town as an MBTiles file."""
    said = {
        "name": "เมืองสมมติ",
        "format": "pbf",
        "bounds": ",".join(map(str, BOUNDS)),
        "attribution": ATTRIBUTION,
        "json": json.dumps({"vector_layers": []}),
        **metadata,
    }
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE metadata (name TEXT, value TEXT)")
        database.execute(
            "CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_data BLOB)"
        )
        database.execute("CREATE UNIQUE INDEX tile_index ON tiles (zoom_level, tile_column, tile_row)")
        database.executemany("INSERT INTO metadata VALUES (?, ?)", said.items())
        database.executemany(
            "INSERT INTO tiles VALUES (?, ?, ?, ?)",
            ((z, x, (1 << z) - 1 - y, gzip.compress(data, mtime=0)) for (z, x, y), data in tiles(schema)),
        )
    database.close()
    return path


def _layers(features: list[Feature], edge: tuple[float, float, float, float], size: float) -> bytes:
    around = box(edge[0] - size / 16, edge[1] - size / 16, edge[2] + size / 16, edge[3] + size / 16)
    by_layer: dict[str, list[dict[str, Any]]] = {}
    for layer, said, shape in features:
        if not shape.intersects(around):
            continue
        part = shape.intersection(around)
        if isinstance(part, (Polygon, MultiPolygon)):
            part = make_valid(part)
        if not part.is_empty:
            by_layer.setdefault(layer, []).append({"geometry": part, "properties": said})
    if not by_layer:
        return b""
    layers = [{"name": name, "features": found} for name, found in by_layer.items()]
    options = {"quantize_bounds": edge, "y_coord_down": True}
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):  # of shapely, in the package
        return bytes(mapbox_vector_tile.encode(layers, default_options=options))


def _world(spots_m: Any) -> Any:
    lon_deg, lat_deg = LON_DEG + spots_m[:, 0] / 107_010.0, LAT_DEG + spots_m[:, 1] / 110_650.0
    return np.array([_degrees(lon, lat) for lon, lat in zip(lon_deg, lat_deg, strict=True)])


def _degrees(lon_deg: float, lat_deg: Any) -> tuple[float, float]:
    sine = math.sin(math.radians(lat_deg))
    return lon_deg / 360.0 + 0.5, 0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)


def _proto_road(class_: str) -> str:
    if class_ == "residential":
        return "minor_road"
    return "major_road" if class_ in ("trunk", "primary") else "medium_road"
