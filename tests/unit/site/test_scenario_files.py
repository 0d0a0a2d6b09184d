"""Scenario files: the shipped ones are good, and everything that is wrong in one is told at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from repository import REPOSITORY

from dronectl.errors import InputError, InputErrors
from dronectl.model.scenario import Happening, Moment, Order
from dronectl.site.exercises.scenarios import load_scenario, scenario_names

DRONES = ("alpha", "bravo", "charlie")


def written(folder: Path, text: str) -> Path:
    path = folder / "sim" / "scenarios" / "drill.toml"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", scenario_names(REPOSITORY))
def test_those_of_the_site_are_good(name: str) -> None:
    assert load_scenario(REPOSITORY, name, DRONES).events


def test_all_keys_are_read(tmp_path: Path) -> None:
    text = """
title = "ไฟดับ"
brief = "Look."
[[event]]
what = "wind"
drones = ["bravo"]
speed_m_s = 6
near = { lat_deg = 16.05, lon_deg = 103.65, within_m = 40 }
for_s = 30
[[event]]
id = "late"
what = "clock_jump"
by_s = -3600
at_s = 5
[[expect]]
after = "late"
drone = "alpha"
orders = ["hold", "land"]
within_s = 15
"""
    scenario = load_scenario(written(tmp_path, text), "drill", DRONES)
    wind, late = scenario.events
    assert (wind.id, wind.what, wind.drones, wind.for_s) == ("event-1", Happening.WIND, ("bravo",), 30.0)
    assert wind.figures == {"speed_m_s": 6.0, "from_deg": 0.0, "gust_m_s": 0.0}
    assert wind.moment.within_m == 40.0
    assert (late.moment, late.figures) == (Moment(at_s=5.0), {"by_s": -3600.0})
    assert scenario.expected[0].orders == (Order.HOLD, Order.LAND)
    assert scenario.expected[0].points == 10


GPS = '[[event]]\nid = "x"\nwhat = "gps_loss"\nat_s = 1\n'
EXPECT = '[[expect]]\nafter = "x"\ndrone = "alpha"\nwithin_s = 5\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (GPS.replace("gps_loss", "rain"), "rain"),
        (GPS.replace("at_s = 1", ""), "found 0 of at_s, flown_s, item, near, allowed one"),
        (f"{GPS}item = 2", "found 2 of"),
        (GPS.replace("gps_loss", "wind"), "speed_m_s"),
        (f"{GPS}for_s = 3".replace("gps_loss", "reboot"), "none with reboot"),
        (f'{GPS}drones = ["delta"]', "delta"),
        (f"{GPS}volts = 2", "volts"),
        (GPS + GPS, "another one"),
        (GPS.replace("at_s = 1", "at_s = nan"), "at_s"),
        ("", "at least one [[event]]"),
        (f'{GPS}{EXPECT}orders = ["rtl"]'.replace('after = "x"', 'after = "y"'), "the id of an event"),
        (f'{GPS}{EXPECT}orders = ["dance"]', "dance"),
        (f'{GPS}{EXPECT}orders = ["rtl"]'.replace('"alpha"', '"delta"'), "delta"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(InputErrors) as error:
        load_scenario(written(tmp_path, f'title = "t"\n{text}\n'), "drill", DRONES)
    assert any(told in line for line in error.value.problems), error.value.problems


def test_one_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(InputError, match="no scenario 'x'") as error:
        load_scenario(REPOSITORY, "x", DRONES)
    assert "gps-lost" in (error.value.hint or "")
