"""What was drawn twice or forgotten is said by name; what is meant is not."""

from __future__ import annotations

from typing import Any

import pytest

from dronectl.site.oversights import oversights

FIELD = [[149.1655, -35.3630], [149.1685, -35.3630], [149.1685, -35.3605], [149.1655, -35.3605], [149.1655, -35.3630]]
HANGAR = [[149.1668, -35.3618], [149.1673, -35.3618], [149.1673, -35.3614], [149.1668, -35.3614], [149.1668, -35.3618]]


def area(ring: list[list[float]], east_deg: float = 0.0) -> dict[str, object]:
    return {"type": "Polygon", "coordinates": [[[lon + east_deg, lat] for lon, lat in ring]]}


def point(lon_deg: float, lat_deg: float) -> dict[str, object]:
    return {"type": "Point", "coordinates": [lon_deg, lat_deg]}


def found(spoiled: Any) -> list[str]:
    return [line for line in oversights(spoiled.load()) if "is in no mission: extra" not in line]


def test_the_example_has_nothing_twice_and_nothing_without_a_use(spoiled: Any) -> None:
    assert list(oversights(spoiled.load())) == []


def test_a_zone_that_nobody_flies_is_said(spoiled: Any, square: Any) -> None:
    spoiled.add_feature(square(149.1640, -35.3645))
    assert list(oversights(spoiled.load())) == ["geofences: 1 feature of kind zone is in no mission: extra (พื้นที่เพิ่ม)"]
    for path in (spoiled.root / "missions").iterdir():
        path.unlink()
    assert list(oversights(spoiled.load())) == []


@pytest.mark.parametrize(
    ("east_deg", "words"),
    [
        (0.0, "extra (พื้นที่เพิ่ม): is the same area as field (The field), which a mission of both flies twice"),
        (0.00002, "is the same area as field"),
        (0.0015, "overlaps field (The field) by 37,8"),
        (0.00297, None),  # 2.7 m wide: along a common edge
        (0.0030, None),
    ],
)
def test_zones_on_each_other(spoiled: Any, east_deg: float, words: str | None) -> None:
    spoiled.add_feature(area(FIELD, east_deg))
    lines = found(spoiled)
    if words is None:
        assert lines == []
    else:
        (line,) = lines
        assert line.startswith("geofences/extra.geojson#0: extra")
        assert words in line


def test_a_zone_in_another_overlaps_it_wholly_and_the_place_is_named(spoiled: Any, square: Any) -> None:
    spoiled.add_feature(square(149.1660, -35.3625, 0.0004))
    (line,) = found(spoiled)
    assert "(100% of the smaller one)" in line
    assert "at -35.362" in line


def test_keep_outs_twice_are_said_but_not_those_of_other_heights_or_times(spoiled: Any) -> None:
    spoiled.add_feature(area(HANGAR), kind="keep_out", category=..., floor_m=40)
    assert found(spoiled) == []
    spoiled.add_feature(area(HANGAR), kind="keep_out", category=..., hours="07:30-08:30")
    assert found(spoiled) == []
    spoiled.add_feature(area(HANGAR), kind="keep_out", category=...)
    (line,) = found(spoiled)
    assert "extra (พื้นที่เพิ่ม): is the same area as hangar (The hangar)" in line
    spoiled.add_feature(area(HANGAR, 0.0002), kind="keep_out", category=...)
    assert found(spoiled) == []


@pytest.mark.parametrize(
    ("kind", "place", "more"),
    [
        ("poi", (149.1680, -35.3640), {"category": "bank"}),
        ("obstacle", (149.1640, -35.3610), {"category": ..., "height_m": 9, "radius_m": 9}),
        ("rally", (149.1640001, -35.3640), {"category": ..., "relative_altitude_m": 30}),
    ],
)
def test_places_on_one_spot(spoiled: Any, kind: str, place: tuple[float, float], more: dict[str, Any]) -> None:
    spoiled.add_feature(point(*place), kind=kind, **more)
    (line,) = found(spoiled)
    assert "extra (พื้นที่เพิ่ม): is on one spot with" in line
    spoiled.add_feature(point(place[0] + 0.0001, place[1]), kind=kind, **more)
    assert found(spoiled) == []


@pytest.mark.parametrize(
    ("kind", "geometry", "more", "words"),
    [
        ("keep_out", area(HANGAR, 0.02), {}, "1 feature of kind keep_out is outside every fence"),
        ("obstacle", point(149.18, -35.361), {"height_m": 9, "radius_m": 9}, "kind obstacle is outside every fence"),
        ("home", point(149.165, -35.362), {}, "kind home is of no drone: 'drones' names none"),
        (
            "corridor",
            {"type": "LineString", "coordinates": FIELD[:2]},
            {"width_m": 9},
            "kind corridor is in no mission",
        ),
        ("poi", point(149.165, -35.362), {"category": "bank"}, "kind poi is in no mission"),
        ("cctv", point(149.165, -35.362), {"range_m": 9, "bearing_deg": 1, "field_of_view_deg": 9}, "cctv is without"),
    ],
)
def test_features_without_a_use(
    spoiled: Any, kind: str, geometry: dict[str, object], more: dict[str, Any], words: str
) -> None:
    spoiled.add_feature(geometry, **{"kind": kind, "category": ..., **more})
    (line,) = oversights(spoiled.load())
    assert words in line
    assert "extra (พื้นที่เพิ่ม)" in line


def test_a_fence_of_no_drone(spoiled: Any, square: Any) -> None:
    spoiled.add_feature(square(149.1640, -35.3640, 0.003), kind="fence", category=..., drones=["one"])
    (line,) = found(spoiled)
    assert line == "geofences: 1 feature of kind fence is of no drone: boundary (Site boundary)"


def test_two_of_a_kind_with_one_name(spoiled: Any, square: Any) -> None:
    spoiled.add_feature(square(149.1640, -35.3645), name="The  Field")
    (line,) = found(spoiled)
    assert line == "geofences: 2 features of kind zone are called 'The field': field, extra"
