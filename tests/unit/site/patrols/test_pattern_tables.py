"""The tables of the patterns in missions/*.toml: what they may say, and what happens when they say something else."""

from __future__ import annotations

from typing import Any

import pytest

from dronectl.model.geo import GeoPoint
from dronectl.model.plan.patrol import CameraAction
from dronectl.model.plan.pattern_settings import (
    CorridorSettings,
    Direction,
    ExpandingSquareSettings,
    OrbitSettings,
    PerimeterSettings,
    SectorSearchSettings,
    StareSettings,
)

HEAD = 'name = "ลาดตระเวน"\npattern = "{pattern}"\n[altitude]\nrelative_m = 40.0\n'
ORBIT = 'points = ["gate"]\nradius_m = 60\n'
PLACE = "last_seen = { lat_deg = 16.05, lon_deg = 103.65 }\n"


def write(spoiled: Any, pattern: str, table: str) -> None:
    spoiled.write("missions/extra.toml", f"{HEAD.format(pattern=pattern)}[{pattern}]\n{table}\n")


@pytest.mark.parametrize(
    ("pattern", "table", "expected"),
    [
        ("orbit", 'points = ["gate"]', "[orbit]: radius_m: found nothing, allowed a number from 5 to 1000"),
        ("orbit", "radius_m = 60", "[orbit]: points: found neither points nor categories"),
        ("orbit", 'points = ["gaet"]\nradius_m = 60', "points: found 'gaet', allowed only gate (did you mean gate?)"),
        ("orbit", 'categories = ["market"]\nradius_m = 60', "[orbit]: categories: found no point of interest of these"),
        ("orbit", 'points = ["gate"]\nradius_m = nan', "radius_m: found nan"),
        ("orbit", f"{ORBIT}turns = 0", "turns: found 0, allowed a whole number from 1 to 50"),
        ("orbit", f"{ORBIT}turns = 1.5", "turns: found 1.5"),
        ("orbit", f'{ORBIT}direction = "left"', "direction: found 'left', allowed one of clockwise, anticlockwise"),
        ("orbit", f"{ORBIT}arc_from_deg = 10", "arc_to_deg: found nothing, allowed a number"),
        ("orbit", f"{ORBIT}arc_from_deg = 0\narc_to_deg = 360", "arc_to_deg: found 360, allowed another bearing"),
        ("orbit", f"{ORBIT}dwell_s = 5", "dwell_s: found an unknown key"),
        ("stare", 'points = ["gate"]', "[stare]: dwell_s: found nothing"),
        ("stare", 'points = ["gate"]\ndwell_s = 60\nsides = 13', "sides: found 13"),
        ("corridor", "", "[corridor]: corridors: found neither corridors nor zones"),
        ("corridor", 'corridors = ["high_street"]', "corridors: found 'high_street', allowed none, for there is none"),
        ("expanding_square", "radius_m = 100", "[expanding_square]: last_seen: found nothing"),
        ("expanding_square", PLACE, "radius_m: found nothing"),
        (
            "expanding_square",
            'last_seen = "gaet"\nradius_m = 100',
            "last_seen: found 'gaet', allowed a place or only gate",
        ),
        ("expanding_square", "last_seen = 7\nradius_m = 100", "last_seen: found 7, allowed a place { lat_deg"),
        ("expanding_square", "last_seen = { lat_deg = 16.0 }\nradius_m = 100", "lon_deg: found nothing"),
        ("expanding_square", f"{PLACE}radius_m = 100\ntrack_spacing_m = 0", "track_spacing_m: found 0"),
        ("expanding_square", f"{PLACE}radius_m = inf", "radius_m: found inf"),
        ("sector_search", f"{PLACE}radius_m = 100\npasses = 7", "passes: found 7"),
        ("sector_search", f"{PLACE}radius_m = 100\nfirst_leg_deg = -1", "first_leg_deg: found -1"),
        ("coverage", "cross_hatch = 1", "cross_hatch: found 1, allowed true or false"),
        ("perimeter", 'direction = "right"', "direction: found 'right'"),
    ],
)
def test_a_wrong_value_is_named(spoiled: Any, pattern: str, table: str, expected: str) -> None:
    write(spoiled, pattern, table)
    problems = spoiled.problems()
    assert any(expected in problem for problem in problems), problems
    assert all(problem.startswith("missions/extra.toml") for problem in problems)


@pytest.mark.parametrize("pattern", ["orbit", "stare", "expanding_square", "sector_search", "corridor"])
def test_a_missing_table_is_named_by_its_keys(spoiled: Any, pattern: str) -> None:
    spoiled.write("missions/extra.toml", HEAD.format(pattern=pattern))
    assert any(f"[{pattern}]" in problem for problem in spoiled.problems())


def test_looking_needs_points(spoiled: Any) -> None:
    spoiled.edit("missions/example.toml", 'action = "photos"', 'action = "look"')
    assert "found look in a mission of pattern coverage, which has no points" in spoiled.problem()


def test_every_key_of_every_table_is_read(spoiled: Any) -> None:
    street = {"type": "LineString", "coordinates": [[149.1640, -35.3645], [149.1680, -35.3645]]}
    spoiled.add_feature(street, kind="corridor", id="street", width_m=12, category=...)
    files = {
        "orbit": f'{ORBIT}turns = 3\ndirection = "anticlockwise"\narc_from_deg = 300\narc_to_deg = 60',
        "stare": 'points = ["gate"]\ndwell_s = 120\nstandoff_m = 40\nsides = 3',
        "expanding_square": 'last_seen = "gate"\nradius_m = 100\ntrack_spacing_m = 30\nfirst_leg_deg = 45',
        "sector_search": f"{PLACE}radius_m = 100\npasses = 2\nfirst_leg_deg = 45",
        "corridor": 'corridors = ["street"]',
        "perimeter": 'rounds = 2\ninset_m = 1\ninset_step_m = 3\nhole_edges = true\ndirection = "clockwise"',
    }
    for pattern, table in files.items():
        zones = 'zones = ["field"]\n' if pattern == "perimeter" else ""
        head = HEAD.format(pattern=pattern).replace("[altitude]", f'{zones}[camera]\naction = "video"\n[altitude]')
        spoiled.write(f"missions/{pattern}.toml", f"{head}[{pattern}]\n{table}\n")
    site = spoiled.load()
    patrols = {patrol.id: patrol for patrol in site.patrols}
    assert {pattern: patrols[pattern].settings for pattern in files} == {
        "orbit": OrbitSettings(60.0, 3, Direction.ANTICLOCKWISE, (300.0, 60.0), points=("gate",)),
        "stare": StareSettings(points=("gate",), dwell_s=120.0, standoff_m=40.0, sides=3),
        "expanding_square": ExpandingSquareSettings("gate", 100.0, 30.0, 45.0),
        "sector_search": SectorSearchSettings(GeoPoint(16.05, 103.65), 100.0, 2, 45.0),
        "corridor": CorridorSettings(("street",)),
        "perimeter": PerimeterSettings(1.0, 3.0, True, 2, Direction.CLOCKWISE),
    }
    assert {str(patrols[pattern].pattern) for pattern in files} == set(files)
    assert {patrols[pattern].camera for pattern in files} == {CameraAction.VIDEO}
