"""What is legal, yet worth a warning; and fences, of which a copter obeys all at once."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from dronectl.site.consistency import warnings

DAY = date(2026, 6, 1)


def found(spoiled: Any) -> list[str]:
    return [line for line in warnings(spoiled.load(), day=DAY) if "not surveyed" not in line]


def test_a_zone_that_reaches_out_of_the_fence_warns_with_area_and_place(spoiled: Any, square: Any) -> None:
    spoiled.add_feature(square(149.1685, -35.3640))
    (line,) = found(spoiled)
    assert "extra: 6,151 m²" in line
    assert "are not inside the fence boundary by 10 m" in line
    assert "149.1695" in line


def test_a_point_and_a_rally_point_outside_the_fence_warn(spoiled: Any) -> None:
    outside = {"type": "Point", "coordinates": [149.1700, -35.3620]}
    spoiled.add_feature(outside, kind="rally", category=..., relative_altitude_m=30)
    (line,) = found(spoiled)
    assert "extra: 91 m outside the fence boundary" in line


def test_a_zone_covered_by_a_keep_out_warns(spoiled: Any, square: Any) -> None:
    spoiled.add_feature(square(149.1669, -35.3617, 0.0002))
    (line,) = found(spoiled)
    assert "lies wholly within the keep-out hangar" in line


@pytest.mark.parametrize("given_m", [-19.3, 0.1, 40.0])
def test_a_geoid_that_cannot_be_is_an_error(spoiled: Any, given_m: float) -> None:
    spoiled.edit("dronectl.toml", "# geoid_undulation_m = 19.44", f"geoid_undulation_m = {given_m}")
    line = spoiled.problem()
    assert f"geoid_undulation_m: found {given_m:g}, allowed within 15 m of 19.44" in line
    assert ("differ by their sign" in line) is (given_m == -19.3)


def test_a_geoid_of_nought_was_never_told_and_egm96_stands(spoiled: Any) -> None:
    spoiled.edit("dronectl.toml", "# geoid_undulation_m = 19.44", "geoid_undulation_m = 0.0")
    assert spoiled.load().geoid_undulation_m == pytest.approx(19.44, abs=0.01)
    (line,) = found(spoiled)
    assert "geoid_undulation_m: found 0, which cannot be: EGM96's 19.44 at home stands" in line


def test_a_geoid_that_is_a_little_off_warns_and_without_one_egm96_stands(spoiled: Any) -> None:
    assert spoiled.load().geoid_undulation_m == pytest.approx(19.44, abs=0.01)
    assert found(spoiled) == []
    spoiled.edit("dronectl.toml", "# geoid_undulation_m = 19.44", "geoid_undulation_m = 24.0")
    (line,) = found(spoiled)
    assert "geoid_undulation_m: found 24, 4.6 m from EGM96's 19.44 at home" in line


def test_a_home_under_a_raised_keep_out_warns_only(spoiled: Any, square: Any) -> None:
    spoiled.add_feature(square(149.1650, -35.3635), kind="keep_out", category=..., floor_m=50)
    (line,) = found(spoiled)
    assert "within 10 m of the keep-out extra (from 50 m above ground)" in line


@pytest.mark.parametrize(("radius_m", "is_inside"), [(30.0, False), (40.0, True)])
def test_a_home_inside_an_obstacle_is_an_error(spoiled: Any, radius_m: float, is_inside: bool) -> None:
    home = spoiled.load().drones[0].home
    north_deg = home.lat_deg + 35.0 / 111_000.0
    mast = {"type": "Point", "coordinates": [home.lon_deg, north_deg]}
    spoiled.add_feature(mast, kind="obstacle", category=..., height_m=20, radius_m=radius_m)
    if is_inside:
        assert re.search(
            r"\[\[drone\]\] one: home: .* 3[45]\.\d m from the middle of the obstacle extra, .* 40 m$",
            spoiled.problem(),
        )
    else:
        assert spoiled.load().zones.obstacles[-1].id == "extra"


def test_an_expired_paper_warns(spoiled: Any) -> None:
    paper = 'authority = "CAAT"\ndocument = "7"\nvalid_from = 2025-01-01\nvalid_to = 2026-05-31\nlifts = ["ceiling"]\n'
    spoiled.edit("dronectl.toml", "\n[[drone]]\n", f"\n[[rules.authorisation]]\n{paper}\n[[drone]]\n")
    (line,) = found(spoiled)
    assert "2026-05-31, not on 2026-06-01: it lifts nothing" in line
    assert not [line for line in warnings(spoiled.load(), day=date(2026, 5, 31)) if "lifts nothing" in line]


def test_homes_nearer_than_the_separation_warn(spoiled: Any) -> None:
    text = (spoiled.root / "dronectl.toml").read_text(encoding="utf-8")
    second = text[text.index("\n[[drone]]\n") :].replace('"one"', '"two"').replace("system_id = 1", "system_id = 2")
    spoiled.write("dronectl.toml", text + second.replace("149.1652370", "149.1653000"))
    (line,) = found(spoiled)
    assert "[[drone]] two: home: found 5.7 m from the home of one" in line


def test_homes_on_one_spot_warn_whatever_the_separation(spoiled: Any) -> None:
    text = (spoiled.root / "dronectl.toml").read_text(encoding="utf-8")
    second = text[text.index("\n[[drone]]\n") :].replace('"one"', '"two"').replace("system_id = 1", "system_id = 2")
    spoiled.write("dronectl.toml", (text + second).replace("separation_m = 10.0", "separation_m = 0.0"))
    assert found(spoiled) == ["dronectl.toml: [[drone]] two: home: is on one spot with the home of one"]


def test_a_drones_own_fence_goes_before_the_fleets(spoiled: Any, square: Any) -> None:
    spoiled.add_feature(square(149.1640, -35.3640, 0.003), kind="fence", category=..., drones=["one"])
    site = spoiled.load()
    assert site.zones.fence_of("one").id == "extra"
    assert site.zones.fence_of("other").id == "boundary"


def test_two_fences_of_one_drone_are_an_error(spoiled: Any, square: Any) -> None:
    spoiled.edit("geofences/example.geojson", '"id": "boundary"', '"id": "boundary", "drones": ["one"]')
    spoiled.add_feature(square(149.1640, -35.3640, 0.003), kind="fence", category=..., drones=["one"])
    assert "found 2 fences of one (boundary, extra), allowed one" in spoiled.problem()


def test_a_fleet_without_a_fence_is_an_error(spoiled: Any) -> None:
    spoiled.edit("geofences/example.geojson", '"kind": "fence"', '"kind": "keep_out", "floor_m": 100')
    assert (
        spoiled.problem() == "geofences: drone one: found no fence, allowed exactly one (its own, or one of the fleet)"
    )


def test_a_fence_with_a_hole_is_an_error(spoiled: Any, square: Any) -> None:
    hole = square()["coordinates"][0]
    spoiled.edit("geofences/example.geojson", "[149.1630, -35.3650]]]}", f"[149.1630, -35.3650]], {hole}]}}")
    assert "found 1 holes in a fence, allowed none: use kind keep_out" in spoiled.problems()[0]
