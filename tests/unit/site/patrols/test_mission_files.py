"""missions/*.toml: what a patrol may say, and what happens when it says something else."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest

from dronectl.model.plan.patrol import CameraAction
from dronectl.model.plan.pattern import Pattern
from dronectl.model.plan.pattern_settings import PerimeterSettings, TourSettings
from dronectl.model.plan.schedule import Schedule

ALTITUDE = "[altitude]\nrelative_m = 40.0\n"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            'pattern = "coverage"',
            'pattern = "covrage"',
            "pattern: found 'covrage', allowed one of coverage, perimeter, corridor, tour, ",
        ),
        ('pattern = "coverage"', "", "pattern: found nothing"),
        ('zones = ["field"]', 'zones = ["feild"]', "zones: found 'feild', allowed only field (did you mean field?)"),
        ('zones = ["field"]', "zones = []", "zones: found [], allowed at least one name"),
        ('zones = ["field"]', 'zones = "field"', "zones: found 'field', allowed a list of names"),
        ('zones = ["field"]', 'zones = ["hangar"]', "zones: found 'hangar'"),
        ('# drones = ["one"]', 'drones = ["two"]', "drones: found 'two', allowed only one"),
        ("# speed_m_s = 6.0", "speed_m_s = 0", "speed_m_s: found 0"),
        ("# seed = 1", "seed = -1", "seed: found -1"),
        ("relative_m = 50.0", "relative_m = 90.5", "relative_m: found 90.5, allowed at most the ceiling of 90 m"),
        ("relative_m = 50.0", "relative_m = 50.0\ngsd_cm = 2.0", "exactly one of relative_m and gsd_cm"),
        ("relative_m = 50.0", "", "exactly one of relative_m and gsd_cm"),
        ("relative_m = 50.0", "relative_mm = 50.0", "found an unknown key, allowed relative_m (the nearest)"),
        ("[altitude]", "[altitudes]", "altitude: found nothing, allowed a table"),
        (
            'action = "photos"',
            'action = "photo"',
            "[camera]: action: found 'photo', allowed one of photos, look, video, none",
        ),
        ("sidelap_pct = 30.0", "sidelap_pct = 100.0", "sidelap_pct: found 100.0"),
        ("# angle_deg = 90.0", "angle_deg = nan", "[coverage]: angle_deg: found nan"),
        (
            "# [perimeter]",
            "[perimeter]",
            "perimeter: found [perimeter] in a mission of pattern coverage, allowed [coverage]",
        ),
    ],
)
def test_a_wrong_value_is_named(spoiled: Any, old: str, new: str, expected: str) -> None:
    spoiled.edit("missions/example.toml", old, new)
    problems = spoiled.problems()
    assert any(expected in problem for problem in problems), problems
    assert all(problem.startswith("missions/example.toml") for problem in problems)


@pytest.mark.parametrize(
    ("tour", "expected"),
    [
        ("", "points: found neither points nor categories"),
        ('points = ["gaet"]', "points: found 'gaet', allowed only gate (did you mean gate?)"),
        ('categories = ["banks"]', "categories: found 'banks'"),
        ('categories = ["bank"]', "found no point of interest of these"),
        ('points = ["gate"]\nrounds = 0', "rounds: found 0"),
        ('points = ["gate"]\nstandof_m = 1', "standof_m: found an unknown key, allowed standoff_m (the nearest)"),
    ],
)
def test_a_wrong_tour_is_named(spoiled: Any, tour: str, expected: str) -> None:
    spoiled.write("missions/tour.toml", f'name = "จุด"\npattern = "tour"\n{ALTITUDE}[tour]\n{tour}\n')
    assert expected in spoiled.problem()


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ('start = "7:30"', "start: found '7:30', allowed a local time as \"07:30\""),
        ("start = 730", "start: found 730"),
        ('start = "24:00"', "start: found '24:00'"),
        ('window = ["06:30"]', "window: found"),
        ('window = ["06:30", "x"]', "two local times"),
        ('window = "06:30-18:00"', "two local times"),
        ("every_min = 60", "found every_min without repeat"),
        ("every_min = nan\nrepeat = 2", "every_min: found nan"),
        ("repeat = 0", "repeat: found 0"),
        ('starts = "07:30"', "starts: found an unknown key, allowed start (the nearest)"),
    ],
)
def test_a_wrong_schedule_is_named(spoiled: Any, schedule: str, expected: str) -> None:
    spoiled.write(
        "missions/edge.toml",
        f'name = "ขอบ"\npattern = "perimeter"\nzones = ["field"]\n{ALTITUDE}[schedule]\n{schedule}\n',
    )
    assert expected in spoiled.problem()


def test_a_schedule_is_read_with_clocks_as_text_or_as_toml_times(spoiled: Any) -> None:
    for start in ('"07:30"', "07:30:00"):
        spoiled.write(
            "missions/edge.toml",
            f'name = "ขอบ"\npattern = "perimeter"\nzones = ["field"]\n{ALTITUDE}[schedule]\nstart = {start}\n'
            'window = ["06:30", "18:00"]\nevery_min = 60\nrepeat = 4\n',
        )
        schedule = spoiled.load().patrol("edge").schedule
        assert schedule == Schedule(time(7, 30), (time(6, 30), time(18)), 60.0, 4)


def test_every_key_of_every_pattern_is_read(spoiled: Any) -> None:
    spoiled.write(
        "missions/tour.toml",
        'name = "จุด"\npattern = "tour"\ndrones = ["one"]\nspeed_m_s = 5\nseed = 7\n'
        "[altitude]\ngsd_cm = 1.5\nlayer_step_m = 12\n"
        '[camera]\naction = "look"\n'
        '[tour]\npoints = ["gate"]\ncategories = ["other"]\nrounds = 3\ndwell_s = 9\nstandoff_m = 25\n',
    )
    spoiled.write(
        "missions/edge.toml",
        f'name = "ขอบ"\npattern = "perimeter"\nzones = ["field"]\n{ALTITUDE}[perimeter]\ninset_m = 8\nrounds = 2\n',
    )
    site = spoiled.load()
    tour, edge = site.patrol("tour"), site.patrol("edge")
    assert (tour.pattern, tour.camera, tour.gsd_cm, tour.relative_altitude_m) == (
        Pattern.TOUR,
        CameraAction.LOOK,
        1.5,
        None,
    )
    assert tour.settings == TourSettings(
        points=("gate",), categories=("other",), rounds=3, dwell_s=9.0, standoff_m=25.0
    )
    assert (tour.drones, tour.speed_m_s, tour.seed, tour.layer_step_m) == (("one",), 5.0, 7, 12.0)
    assert edge.settings == PerimeterSettings(inset_m=8.0, rounds=2)
    assert (edge.relative_altitude_m, edge.source) == (40.0, "missions/edge.toml")


def test_a_file_name_that_makes_no_id_is_named(spoiled: Any) -> None:
    text = (spoiled.root / "missions/example.toml").read_text(encoding="utf-8")
    spoiled.write("missions/ลาดตระเวน.toml", text)
    assert "file name: found 'ลาดตระเวน', allowed lower-case letters" in spoiled.problem()


def test_a_workspace_without_missions_is_sound(spoiled: Any) -> None:
    for path in (spoiled.root / "missions").iterdir():
        path.unlink()
    assert spoiled.load().patrols == ()
