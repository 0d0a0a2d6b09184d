"""Every way in which a feature of geofences/*.geojson can be wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest

LON, LAT = 149.1660, -35.3640


def polygon(*rings: list[list[float]]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def ring(*corners: tuple[float, float]) -> list[list[float]]:
    """A closed ring through corners given in thousandths of a degree east and north of a place in the example."""
    points = [[LON + east / 1000, LAT + north / 1000] for east, north in corners]
    return [*points, points[0]]


SQUARE = ring((0, 0), (1, 0), (1, 1), (0, 1))


@pytest.mark.parametrize(
    ("geometry", "expected"),
    [
        (None, "geometry: found null, allowed a Polygon"),
        ([], "geometry: found [], allowed a Polygon"),
        ({"type": "Point", "coordinates": [LON, LAT]}, "found 'Point', allowed a Polygon"),
        ({"type": "MultiPolygon", "coordinates": [[SQUARE]]}, "allowed a Polygon; make one feature of each part"),
        ({"type": "Polygon"}, "found coordinates null"),
        ({"type": "Polygon", "coordinates": []}, "found a polygon without a ring"),
        ({"type": "Polygon", "coordinates": [7]}, "found 7 as outer ring"),
        (polygon(SQUARE[:3]), "found 3 positions in the outer ring, allowed at least 4"),
        (
            polygon(SQUARE[:4]),
            "found the outer ring open (first -35.3640000,149.1660000, last -35.3630000,149.1660000)",
        ),
        (
            polygon(ring((0, 0), (1, 1), (1, 0), (0, 1))),
            "self-intersection at -35.3635000,149.1665000 (latitude, longitude)",
        ),
        (polygon(ring((0, 0), (1, 1), (2, 2))), "allowed a simple polygon with an area"),
        (polygon(ring((0, 0), (0.001, 0), (0.001, 0.001))), "found a polygon of 0.01 m²"),
        (polygon([[LON, LAT]] * 4), "found 1 different places in the outer ring"),
        (polygon(SQUARE, ring((2, 2), (3, 2), (3, 3))), "hole lies outside shell at"),
        (
            polygon(
                SQUARE, ring((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8)), ring((0.3, 0.3), (0.4, 0.3), (0.4, 0.4))
            ),
            "nested",
        ),
        (polygon([["a", "b"]] * 4), "found ['a', 'b'] as outer ring, position 0, allowed [longitude, latitude]"),
        (polygon([[True, 1.0]] * 4), "found [true, 1.0] as outer ring"),
        (polygon([[LON]] * 4), "position 0, allowed [longitude, latitude]"),
        (polygon([[LON, LAT, 1.0, 2.0]] * 4), "position 0, allowed [longitude, latitude]"),
        (polygon([[10**400, LAT]] * 4), "position 0, allowed [longitude, latitude]"),
        (polygon([[lat, lon] for lon, lat in SQUARE]), "these look swapped: GeoJSON coordinates are lon,lat"),
        (polygon([[200.0, 10.0]] * 4), "found [200.0, 10.0] as outer ring, position 0"),
        (polygon([[lon - 20, lat] for lon, lat in SQUARE]), "km from the site's home, allowed [longitude, latitude]"),
    ],
)
def test_a_wrong_geometry_is_named(spoiled: Any, geometry: object, expected: str) -> None:
    spoiled.add_feature(geometry)
    problem = spoiled.problem()
    assert problem.startswith("geofences/extra.geojson: feature #0 extra: geometry: ")
    assert expected in problem


def test_a_polygon_across_the_antimeridian_is_refused(spoiled: Any) -> None:
    for file in ("dronectl.toml", "geofences/example.geojson"):
        text = (spoiled.root / file).read_text(encoding="utf-8")
        spoiled.write(file, text.replace("149.16", "179.99").replace("-35.36", "-16.36"))
    across = [[179.9990, -16.3640], [-179.9990, -16.3640], [-179.9990, -16.3630], [179.9990, -16.3640]]
    spoiled.add_feature(polygon(across))
    assert "crosses the antimeridian" in spoiled.problem()
    spoiled.add_feature({"type": "LineString", "coordinates": across[:2]}, kind="corridor", width_m=9, category=...)
    assert "crosses the antimeridian" in spoiled.problem()


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"kind": "zome"}, "kind: found 'zome', allowed one of fence, zone"),
        ({"kind": "zome"}, "(did you mean zone?)"),
        ({"kind": ...}, "kind: found nothing, allowed one of"),
        ({"kind": 3}, "kind: found 3"),
        ({"id": "สวน"}, "id: found 'สวน', allowed lower-case letters"),
        ({"id": "field"}, "id: found 'field', which geofences/example.geojson#1 has too"),
        ({"id": ...}, "id: found nothing"),
        ({"name": ""}, "name: found ''"),
        ({"name": "\ud800"}, "name: found '�', allowed a text"),
        ({"name": "ก\u202eข"}, "name: found 'ก�ข', allowed a text"),
        ({"note": "line\u2028line"}, "note: found 'line␤line', allowed a text"),
        ({"surveyed": "no"}, "surveyed: found 'no', allowed true or false"),
        ({"category": "parc"}, "category: found 'parc', allowed one of symbolic, park, economic (did you mean park?)"),
        ({"weight": -1}, "weight: found -1, allowed a number from 0 to 1000"),
        ({"wieght": 1}, "wieght: found an unknown key, allowed weight (the nearest)"),
        ({"x\x1b[31m\ny": 1}, "x␛[31m␤y: found an unknown key"),
        (
            {"kind": "keep_out", "category": ..., "floor_m": 50, "ceiling_m": 40},
            "ceiling_m: found 40, allowed more than floor_m 50",
        ),
        (
            {"kind": "keep_out", "category": ..., "floor_m": 50, "ceiling_m": 50},
            "ceiling_m: found 50, allowed more than",
        ),
        ({"kind": "keep_out", "category": ..., "floor_m": -1}, "floor_m: found -1"),
        ({"kind": "fence", "category": ...}, "found 2 fences of the fleet (boundary, extra), allowed one"),
        ({"kind": "fence", "category": ..., "drones": ["two"]}, "drones: found 'two', allowed only one"),
        ({"kind": "fence", "category": ..., "drones": "one"}, "drones: found 'one', allowed a list of names"),
        ({"kind": "fence", "category": ..., "drones": ["one", "one"]}, "allowed each name once"),
    ],
)
def test_a_wrong_property_is_named(spoiled: Any, square: Any, properties: dict[str, Any], expected: str) -> None:
    spoiled.add_feature(square(), **properties)
    problems = spoiled.problems()
    assert any(expected in problem for problem in problems), problems
    assert all("\n" not in problem and "\x1b" not in problem for problem in problems)


@pytest.mark.parametrize(
    ("kind", "properties", "key"),
    [
        ("obstacle", {"height_m": 10}, "radius_m"),
        ("obstacle", {"radius_m": 10}, "height_m"),
        ("cctv", {"range_m": 10, "bearing_deg": 0}, "field_of_view_deg"),
        ("rally", {}, "relative_altitude_m"),
        ("poi", {}, "category"),
    ],
)
def test_what_a_kind_needs_is_asked_for(spoiled: Any, kind: str, properties: dict[str, Any], key: str) -> None:
    point = {"type": "Point", "coordinates": [LON, LAT]}
    spoiled.add_feature(point, kind=kind, category=..., **properties)
    assert f"{key}: found nothing" in spoiled.problem()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('{"type": "FeatureCollection",\n "features": [}', "not valid JSON: Expecting value (line 2, column 15)"),
        ("", "not valid JSON"),
        ('{"type": "FeatureCollection", "features": []}', "features: found none, allowed at least one"),
        ('{"type": "FeatureCollection"}', "features: found null, allowed a list"),
        ('{"type": "Feature"}', "type: found 'Feature', allowed 'FeatureCollection'"),
        ("[]", "type: found [], allowed 'FeatureCollection'"),
        ('{"a": NaN}', "found NaN, which is no JSON number"),
        ('{"a": 1, "a": 2}', "found the key 'a' twice"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a": ' + "1" * 10_000 + "}", "not valid GeoJSON"),
        (
            '{"type": "FeatureCollection", "features": [7, {"type": "Feature"}]}',
            "feature #0: type: found 7, allowed 'Feature'",
        ),
        ('{"type": "FeatureCollection", "features": [{"type": "Feature"}]}', "feature #0: properties: found null"),
        (
            '{"type": "FeatureCollection", "crs": {"properties": {"name": "EPSG:24048"}}, "features": [7]}',
            "crs: found 'EPSG:24048', allowed none: RFC 7946 has WGS 84 only",
        ),
        (b"\xff\xfe{\x00", "UTF-16"),
        (b" " * (16 * 1024 * 1024 + 1), "larger than 16 MB"),
    ],
)
def test_a_wrong_file_is_named(spoiled: Any, content: str | bytes, expected: str) -> None:
    spoiled.write("geofences/extra.geojson", content)
    problems = spoiled.problems()
    assert any(expected in problem for problem in problems), problems
    assert all(problem.startswith("geofences/extra.geojson: ") for problem in problems)


def test_the_crs_that_qgis_writes_is_the_one_there_is(spoiled: Any) -> None:
    crs = '"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}, "features"'
    spoiled.edit("geofences/example.geojson", '"features"', crs)
    spoiled.load()


@pytest.mark.parametrize("key", ['"geometry": {', '"properties": {'])
def test_another_crs_in_a_feature_or_its_geometry_is_named_too(spoiled: Any, key: str) -> None:
    crs = '"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4240"}}, '
    changed = f"{key}{crs}" if "geometry" in key else f"{crs}{key}"
    spoiled.edit("geofences/example.geojson", key, changed)
    assert "crs: found 'urn:ogc:def:crs:EPSG::4240', allowed none" in spoiled.problem()


def test_hidden_files_are_none_of_ours_and_odd_names_are_named(spoiled: Any) -> None:
    spoiled.write("geofences/._example.geojson", b"\x00\x05\x16\x07")
    spoiled.load()
    spoiled.write("geofences/bell\x07.geojson", b"{}")
    assert spoiled.problem().startswith("geofences/bell␇.geojson: file name: found characters that cannot be shown")


def test_a_flood_of_problems_is_counted_quickly(spoiled: Any) -> None:
    flood = {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"id": "x"}}] * 6_000}
    spoiled.write("geofences/extra.geojson", json.dumps(flood, separators=(",", ":")))
    problems = spoiled.problems()
    assert len(problems) == 301
    assert problems[-1] == "… and 5700 more problems"
    keys = {"kind": "zone", "id": "x", "name": "ก", "surveyed": True} | {f"key{n}": n for n in range(10_000)}
    spoiled.add_feature(None, **keys)
    assert any("found 9980 more unknown keys" in problem for problem in spoiled.problems())


def test_zero_width_spaces_of_thai_text_may_stay(spoiled: Any, square: Any) -> None:
    spoiled.add_feature(square(), name="สวน\u200bสาธารณะ")
    assert spoiled.load().zones.zone("extra").name == "สวน\u200bสาธารณะ"


def test_a_folder_in_place_of_a_file_is_named(spoiled: Any) -> None:
    (spoiled.root / "geofences" / "extra.geojson").mkdir()
    assert spoiled.problem().startswith("geofences/extra.geojson: is a folder")


def test_no_geojson_at_all_is_named(spoiled: Any) -> None:
    (spoiled.root / "geofences" / "example.geojson").unlink()
    problems = spoiled.problems()
    assert any("geofences: found no file *.geojson" in problem for problem in problems)


def test_rings_come_out_open_and_oriented_whatever_the_files_order(spoiled: Any) -> None:
    clockwise = polygon(SQUARE[::-1], ring((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8)))
    spoiled.add_feature(clockwise)
    zone = spoiled.load().zones.zone("extra")
    assert [(p.lat_deg, p.lon_deg) for p in zone.polygon.exterior] == [
        (-35.364, 149.166), (-35.364, 149.167), (-35.363, 149.167), (-35.363, 149.166),
    ]  # fmt: skip
    first, second, *_ = zone.polygon.holes[0]
    assert (first.lon_deg, second.lon_deg) == (149.1662, 149.1662), "a hole goes clockwise: north first"


def test_heights_in_coordinates_and_repeated_vertices_are_dropped_and_places_rounded(spoiled: Any) -> None:
    exact = [[lon + 0.00000004, lat, 12.5] for lon, lat in SQUARE for _ in range(2)]
    spoiled.add_feature(polygon(exact))
    zone = spoiled.load().zones.zone("extra")
    assert len(zone.polygon.exterior) == 4
    assert zone.polygon.exterior[0].lon_e7 == 1491660000


def test_a_home_feature_gives_a_drone_its_home(spoiled: Any) -> None:
    point = {"type": "Point", "coordinates": [LON, LAT]}
    spoiled.add_feature(point, kind="home", category=..., drones=["one"])
    assert "found here and in geofences/extra.geojson#0, allowed in one of both" in spoiled.problem()
    spoiled.edit("dronectl.toml", "home = { lat_deg = -35.3632620, lon_deg = 149.1652370 } # its", "# its")
    assert spoiled.load().drones[0].home.lon_deg == LON
    twice = {"type": "Feature", "properties": {"kind": "home", "id": "second", "name": "บ้าน", "surveyed": False}}
    twice["properties"] |= {"drones": ["one"]}
    document = {"type": "FeatureCollection", "features": [{**twice, "geometry": point}]}
    spoiled.write("geofences/second.geojson", json.dumps(document))
    assert "found in geofences/extra.geojson#0 and geofences/second.geojson#0" in spoiled.problem()
