"""The [hotspot] table of a mission file."""

from __future__ import annotations

from typing import Any

import pytest

from dronectl.model.plan.pattern import Pattern
from dronectl.model.plan.pattern_settings import HotspotSettings

HEAD = 'name = "จุดเสี่ยง"\npattern = "hotspot"\n[altitude]\nrelative_m = 40.0\n[hotspot]\n'


def test_every_key_is_read_in_seconds(spoiled: Any) -> None:
    spoiled.write(
        "missions/hot.toml",
        HEAD + 'points = ["gate"]\nperiod_min = 90\nmax_idleness_min = 30\ndwell_s = 20\ndwell_min = [10, 16]\n'
        'dwell_at = ["gate"]\nmost_sorties = 3\ncctv_discount = 0.25\nstandoff_m = 15\n',
    )
    patrol = spoiled.load().patrol("hot")
    assert patrol.pattern is Pattern.HOTSPOT
    assert patrol.settings == HotspotSettings(
        points=("gate",),
        dwell_s=20.0,
        standoff_m=15.0,
        period_s=5400.0,
        max_idleness_s=1800.0,
        stay_s=(600.0, 960.0),
        stay_at=("gate",),
        most_sorties=3,
        cctv_discount=0.25,
    )


def test_what_is_left_out_is_two_hours_and_short_looks(spoiled: Any) -> None:
    spoiled.write("missions/hot.toml", HEAD + 'points = ["gate"]\nperiod_min = 240\n')
    patrol = spoiled.load().patrol("hot")
    assert patrol.settings == HotspotSettings(points=("gate",), dwell_s=15.0, period_s=14_400.0, max_idleness_s=7200.0)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ('points = ["gate"]', "[hotspot]: period_min: found nothing, allowed a number from 5 to 1440"),
        ('points = ["gate"]\nperiod_min = nan', "period_min: found nan"),
        ("period_min = 60", "points: found neither points nor categories"),
        ('points = ["gaet"]\nperiod_min = 60', "points: found 'gaet', allowed only gate (did you mean gate?)"),
        (
            'points = ["gate"]\nperiod_min = 60\ndwell_min = [16, 10]',
            "dwell_min: found [16, 10], allowed [least, longest]",
        ),
        ('points = ["gate"]\nperiod_min = 60\ndwell_min = 12', "dwell_min: found 12"),
        ('points = ["gate"]\nperiod_min = 60\ndwell_min = [10, inf]', "dwell_min: found [10, inf]"),
        ('points = ["gate"]\nperiod_min = 60\ndwell_at = ["gate"]', "dwell_at: found without dwell_min"),
        (
            'points = ["gate"]\nperiod_min = 60\ncctv_discount = 1.5',
            "cctv_discount: found 1.5, allowed a number from 0 to 1",
        ),
        ('points = ["gate"]\nperiod_min = 60\nmost_sorties = 0', "most_sorties: found 0"),
        ('points = ["gate"]\nperiod_min = 60\nrounds = 2', "rounds: found an unknown key"),
        ('points = ["gate"]\nperiod_min = 60\nperoid_min = 2', "peroid_min: found an unknown key, allowed period_min"),
    ],
)
def test_a_wrong_value_is_named(spoiled: Any, keys: str, expected: str) -> None:
    spoiled.write("missions/hot.toml", HEAD + keys + "\n")
    problems = spoiled.problems()
    assert any(expected in problem for problem in problems), problems
    assert all(problem.startswith("missions/hot.toml") for problem in problems)
