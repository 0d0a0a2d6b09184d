from __future__ import annotations

import math
from dataclasses import replace

import pytest

from dronectl.model.plan.mission import Command, Mission, MissionItem, MissionType
from dronectl.protocol.mission.canonical import differences, same_items

HOME = MissionItem(Command.NAV_WAYPOINT, 0)
WAYPOINT = MissionItem(Command.NAV_WAYPOINT, 3, lat_e7=160_538_000, lon_e7=1_036_520_000, altitude_m=33.337)


def on_board(**changes: object) -> Mission:
    return Mission((replace(HOME, lat_e7=5), replace(WAYPOINT, altitude_m=33.33, **changes)))  # type: ignore[arg-type]


def test_home_and_what_the_vehicle_cuts_do_not_count() -> None:
    assert same_items(Mission((HOME, WAYPOINT)), on_board())
    assert same_items(Mission((HOME,)), Mission(()))
    assert same_items(Mission(()), Mission((HOME,)))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"lat_e7": 160_538_001}, "item 1: latitude 16.0538001 instead of 16.0538000"),
        ({"command": 21}, "item 1: NAV_LAND instead of NAV_WAYPOINT"),
        ({"param1": 3.0}, "item 1: parameter 1 is 3 instead of 0"),
        ({"param2": math.nan}, "item 1: parameter 2 is nan instead of 0"),
        ({"frame": 0}, "item 1: frame 0 instead of 3"),
    ],
)
def test_differences_are_named(changes: dict[str, object], words: str) -> None:
    assert differences(Mission((HOME, WAYPOINT)), on_board(**changes)) == [words]


def test_missing_items_are_named() -> None:
    assert differences(Mission((HOME, WAYPOINT, WAYPOINT)), on_board()) == ["1 items on board instead of 2"]


def test_values_that_are_no_numbers_do_not_stop_the_comparison() -> None:
    wild = replace(WAYPOINT, param1=math.nan, altitude_m=math.inf)
    assert same_items(Mission((HOME, wild)), Mission((HOME, wild)))
    assert differences(Mission((HOME, replace(WAYPOINT, param1=1e300))), on_board())


def test_fence_and_rally_compare_what_the_vehicle_stores() -> None:
    vertex = MissionItem(Command.FENCE_POLYGON_VERTEX_INCLUSION, 3, param1=4, lat_e7=1, lon_e7=2, altitude_m=9)
    fence = Mission((vertex,), MissionType.FENCE)
    assert same_items(fence, Mission((replace(vertex, frame=0, altitude_m=0.0),), MissionType.FENCE))
    assert differences(fence, Mission((replace(vertex, param1=5.0),), MissionType.FENCE))
    rally = Mission((MissionItem(Command.RALLY_POINT, 3, altitude_m=40.7),), MissionType.RALLY)
    assert same_items(rally, Mission((replace(rally.items[0], altitude_m=40.0),), MissionType.RALLY))
    assert differences(rally, Mission((replace(rally.items[0], altitude_m=41.0),), MissionType.RALLY))
