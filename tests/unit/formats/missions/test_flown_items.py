"""The way of a mission as maps have it: jumps followed, home again."""

from __future__ import annotations

import pytest

from dronectl.formats.kml.overlay import route
from dronectl.formats.missions.flown_items import MOST_FLOWN_ITEMS, flown_items
from dronectl.formats.missions.mission_geojson import mission_features
from dronectl.model.plan.mission import Command, Mission, MissionItem

HOME = MissionItem(16, 0, lat_e7=160530000, lon_e7=1036500000, altitude_m=145.0)


def at(number: int, command: int = Command.NAV_WAYPOINT) -> MissionItem:
    return MissionItem(command, lat_e7=160000000 + number, lon_e7=1030000000, altitude_m=40.0)


def jump(target: float, times: float, command: int = Command.DO_JUMP) -> MissionItem:
    return MissionItem(command, param1=target, param2=times)


RETURN = MissionItem(Command.NAV_RETURN_TO_LAUNCH)
TAKEOFF = MissionItem(Command.NAV_TAKEOFF, altitude_m=40.0)


def flown(*items: MissionItem) -> list[int]:
    return [seq for seq, _ in flown_items(Mission((HOME, *items)))]


def test_jumps_are_followed_as_often_as_they_say() -> None:
    assert flown(TAKEOFF, at(1), at(2), jump(2, 3), RETURN) == [1, 2, 3, 2, 3, 2, 3, 2, 3, 5]
    assert flown(TAKEOFF, at(1), jump(4, 1), at(2), RETURN) == [1, 2, 4, 5]
    assert flown(at(1), jump(1, -1), RETURN) == [1, 1, 3], "for ever: once"
    assert flown(at(1), jump(9, 3), jump(0, 1), jump(float("nan"), 1), RETURN) == [1, 5], "to nowhere"
    tag = MissionItem(Command.JUMP_TAG, param1=7.0)
    assert flown(at(1), tag, at(2), jump(7, 2, Command.DO_JUMP_TAG)) == [1, 2, 3, 2, 3, 2, 3]


def test_nested_jumps_end() -> None:
    inner, outer = jump(1, 1), jump(1, 1)
    assert flown(at(1), inner, at(2), outer, RETURN) == [1, 1, 3, 1, 3, 5], "a jump counts over the whole flight"
    assert len(flown(at(1), jump(1, 30_000))) < MOST_FLOWN_ITEMS


@pytest.mark.parametrize(
    ("items", "route_numbers"),
    [
        ((TAKEOFF, at(1), at(2), jump(2, 3), RETURN), "h12121212h"),
        ((at(1), at(2), RETURN, at(3)), "h12h3"),
        ((at(1), at(1), at(2, Command.NAV_LAND)), "h12"),
        ((at(1), at(5, Command.DO_SET_ROI), at(2, Command.NAV_SPLINE_WAYPOINT), MissionItem(21)), "h12"),
        ((at(1), jump(1, 2), at(2), jump(1, 1), RETURN), "h1212h"),
    ],
)
def test_geojson_and_kml_draw_the_same_way(items: tuple[MissionItem, ...], route_numbers: str) -> None:
    mission = Mission((HOME, *items))
    line = mission_features(mission)[0]
    wanted = [HOME if number == "h" else at(int(number)) for number in route_numbers]
    assert line["geometry"]["coordinates"] == [[one.lon_e7 / 1e7, one.lat_e7 / 1e7] for one in wanted]
    drawn = [(place.lat_e7, place.lon_e7) for place, _ in route(mission, HOME.position, 145.0)]
    kept = [place for place, before in zip(drawn, [None, *drawn], strict=False) if place != before]
    assert kept == [(one.lat_e7, one.lon_e7) for one in wanted]


def test_without_a_home_the_way_begins_at_the_first_place() -> None:
    features = mission_features(Mission((MissionItem(16, 0), at(1), at(2), RETURN)))
    assert features[0]["geometry"]["coordinates"] == [[103.0, 16.0000001], [103.0, 16.0000002]]
    assert [one["properties"]["kind"] for one in features] == ["route", "item", "item"]
