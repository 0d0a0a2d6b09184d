"""The shipped Roi Et workspace, the example, and how a workspace is found."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import shapely
from repository import REPOSITORY

from dronectl.errors import InputError, InputErrors
from dronectl.geodesy.geodesic import distance_m
from dronectl.model.ground.zone import PoiCategory, ZoneCategory
from dronectl.model.plan.patrol import CameraAction
from dronectl.model.plan.pattern import Pattern
from dronectl.model.site import Site
from dronectl.site.consistency import points_of, warnings
from dronectl.site.geometry import LocalMetres, polygon_size
from dronectl.site.root import find_workspace
from dronectl.site.workspace import load_site, read_site


def test_roi_et_has_three_drones_on_the_simulators_ports(site: Site) -> None:
    assert [(drone.name, drone.system_id, drone.link) for drone in site.drones] == [
        ("alpha", 1, "tcp://127.0.0.1:5760"),
        ("bravo", 2, "tcp://127.0.0.1:5770"),
        ("charlie", 3, "tcp://127.0.0.1:5780"),
    ]
    assert len({drone.colour for drone in site.drones}) == 3
    for drone in site.drones:
        assert drone.cruise_speed_m_s == 8.0
        battery = drone.battery
        usable_min = battery.capacity_wh * battery.usable_share / battery.hover_power_w * 60
        assert 20.0 <= usable_min <= 25.0


def test_roi_et_homes_stand_apart_inside_the_fence_and_out_of_keep_outs(site: Site) -> None:
    local = LocalMetres(site.home)
    margin_m = site.rules.keep_out_margin_m
    for one, other in combinations(site.drones, 2):
        assert 30.0 < distance_m(one.home, other.home) < 100.0
    for drone in site.drones:
        fence = site.zones.fence_of(drone.name)
        assert fence is not None
        home = local.point(drone.home)
        assert local.polygon(fence.polygon).buffer(-site.rules.fence_margin_m).contains(home)
        assert all(local.polygon(keep_out.polygon).distance(home) > margin_m for keep_out in site.zones.keep_outs)


def test_roi_et_zones_are_inside_the_fence_with_room_to_turn(site: Site) -> None:
    local = LocalMetres(site.home)
    (fence,) = site.zones.fences
    inner = local.polygon(fence.polygon).buffer(-site.rules.fence_margin_m)
    assert 2e6 < polygon_size(fence.polygon).area_m2 < 5e6
    assert {zone.category for zone in site.zones.zones} == set(ZoneCategory)
    for zone in site.zones.zones:
        assert inner.covers(local.polygon(zone.polygon)), zone.id


def test_roi_et_fence_is_inside_the_subdistrict(site: Site) -> None:
    reference = json.loads((REPOSITORY / "geofences/reference/nai-mueang.geojson").read_text(encoding="utf-8"))
    (feature,) = reference["features"]
    assert "OCHA" in feature["properties"]["attribution"]
    subdistrict = shapely.geometry.shape(feature["geometry"])
    fence = shapely.Polygon([(p.lon_deg, p.lat_deg) for p in site.zones.fences[0].polygon.exterior])
    assert subdistrict.covers(fence)


def test_roi_et_has_the_lake_park_with_keep_outs_and_an_economic_district_with_points(site: Site) -> None:
    local = LocalMetres(site.home)
    park, district = site.zones.zone("lake_park"), site.zones.zone("economic_district")
    assert park is not None
    assert district is not None
    keep_outs = {keep_out.id: keep_out for keep_out in site.zones.keep_outs}
    assert keep_outs["tower"].ceiling_m is None, "the tower is taller than the ceiling"
    for name in ("tower", "lake_island"):
        assert local.polygon(park.polygon).contains(local.polygon(keep_outs[name].polygon))
    wanted = {PoiCategory.BANK, PoiCategory.GOLD_SHOP, PoiCategory.CONVENIENCE_STORE}
    inside = [p for p in site.zones.points if local.polygon(district.polygon).contains(local.point(p.position))]
    assert len(inside) >= 6
    assert wanted <= {point.category for point in inside}
    assert keep_outs["standing_buddha"].ceiling_m == 80.0
    assert [obstacle.height_m for obstacle in site.zones.obstacles if obstacle.id == "buddha_statue"] == [67.85]


def test_roi_et_patrols_cover_every_pattern_under_the_ceiling(site: Site) -> None:
    assert len(site.patrols) >= 5
    assert {patrol.pattern for patrol in site.patrols} == set(Pattern)
    for patrol in site.patrols:
        if patrol.relative_altitude_m is not None:
            layers = len(patrol.drones) or len(site.drones)
            assert patrol.relative_altitude_m + (layers - 1) * patrol.layer_step_m <= site.rules.ceiling_m
        assert patrol.layer_step_m > site.rules.separation_m
    tour = site.patrol("economic_tour")
    assert tour is not None
    assert tour.camera is CameraAction.LOOK
    assert {point.id for point in points_of(tour, site)} >= {"bank_1", "gold_shop_3", "market"}
    assert all(point.id != "city_hall_front" for point in points_of(tour, site))


def test_roi_et_speaks_thai(site: Site) -> None:
    def is_thai(text: str) -> bool:
        return any("\u0e00" <= character <= "\u0e7f" for character in text)

    assert is_thai(site.name)
    assert all(is_thai(feature.name) for feature in site.zones.features())
    assert all(is_thai(patrol.name) for patrol in site.patrols)


def test_roi_et_says_what_was_not_surveyed_and_nothing_else(site: Site) -> None:
    assert not any(feature.surveyed for feature in site.zones.features())
    (only,) = warnings(site, day=date(2026, 11, 23))
    assert "not surveyed" in only


def test_every_file_read_is_a_source_with_its_hash(site: Site) -> None:
    assert "dronectl.toml" in site.sources
    assert "missions/demo.toml" in site.sources
    for path, digest in site.sources.items():
        assert hashlib.sha256((REPOSITORY / path).read_bytes()).hexdigest() == digest


def test_the_example_is_sound(spoiled: Any) -> None:
    site = spoiled.load()
    assert [drone.name for drone in site.drones] == ["one"]
    assert [patrol.id for patrol in site.patrols] == ["example", "gate"]
    assert not [line for line in warnings(site, day=date(2026, 1, 1)) if "not surveyed" not in line]


def test_the_nearest_workspace_above_is_found(spoiled: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = spoiled.root / "missions" / "old"
    deep.mkdir()
    monkeypatch.chdir(deep)
    assert find_workspace(None) == spoiled.root


def test_no_workspace_says_how_to_make_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError) as caught:
        find_workspace(None)
    assert "dronectl init" in caught.value.hint
    with pytest.raises(InputError, match=r"no dronectl\.toml"):
        find_workspace(tmp_path / "missing")


def test_problems_of_all_files_are_collected(spoiled: Any) -> None:
    spoiled.edit("dronectl.toml", "system_id = 1", "system_id = 300")
    spoiled.edit("dronectl.toml", "ceiling_m", "cieling_m")
    spoiled.edit("geofences/example.geojson", '"height_m": 30', '"height_m": -3')
    spoiled.edit("missions/example.toml", "relative_m = 50.0", 'relative_m = "high"')
    problems = spoiled.problems()
    assert len(problems) == 4
    assert [problem.split(":")[0] for problem in problems] == [
        "dronectl.toml",
        "dronectl.toml",
        "geofences/example.geojson",
        "missions/example.toml",
    ]


def test_a_bad_drone_does_not_make_its_name_unknown(spoiled: Any) -> None:
    spoiled.edit("dronectl.toml", "system_id = 1", "system_id = 0")
    spoiled.edit("missions/example.toml", '# drones = ["one"]', 'drones = ["one"]')
    assert "system_id" in spoiled.problem()


def test_byte_order_marks_and_windows_line_ends_are_fine(spoiled: Any) -> None:
    for file in ("dronectl.toml", "geofences/example.geojson", "missions/example.toml"):
        data = (spoiled.root / file).read_bytes().replace(b"\n", b"\r\n")
        spoiled.write(file, b"\xef\xbb\xbf" + data)
    spoiled.load()


def test_a_site_to_show_is_the_same_without_measuring_its_shapes(spoiled: Any) -> None:
    assert read_site(REPOSITORY) == load_site(REPOSITORY)
    home = spoiled.load().home
    east, north = home.lon_deg, home.lat_deg
    crossed = [[east, north], [east + 0.01, north + 0.01], [east + 0.01, north], [east, north + 0.01], [east, north]]
    spoiled.add_feature({"type": "Polygon", "coordinates": [crossed]}, id="bow-tie")
    assert "self-intersection" in spoiled.problem()
    assert any(zone.id == "bow-tie" for zone in read_site(spoiled.root).zones.zones)
    spoiled.add_feature({"type": "Polygon", "coordinates": [crossed[:3]]})
    with pytest.raises(InputErrors, match="1 problem"):
        read_site(spoiled.root)
