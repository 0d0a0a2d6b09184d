"""What QGroundControl wrote before ``.plan``, and what else is called ``.mission``."""

from __future__ import annotations

import json

import pytest

from dronectl.errors import InputError
from dronectl.formats.missions.mission_file import from_bytes
from dronectl.formats.missions.qgc_mission import read_qgc_mission
from dronectl.model.plan.mission import Command, Frame, Mission, MissionItem

HOME = MissionItem(16, Frame.GLOBAL, lat_e7=160530000, lon_e7=1036500000, altitude_m=145.0)
WANTED = Mission(
    (
        HOME,
        MissionItem(Command.NAV_TAKEOFF, 3, lat_e7=160530000, lon_e7=1036500000, altitude_m=30.0),
        MissionItem(Command.NAV_WAYPOINT, 3, 4.0, lat_e7=160540000, lon_e7=1036520000, altitude_m=40.5),
        MissionItem(Command.DO_JUMP, 2, 2.0, 3.0),
    )
)
PLACES = [[16.053, 103.65, 30], [16.054, 103.652, 40.5], [0, 0, 0]]
COMMANDS = [(22, 3, [0, 0, 0, 0]), (16, 3, [4, 0, 0, 0]), (177, 2, [2, 3, 0, 0])]


def first_version(**changes: object) -> str:
    items = [
        {
            "autoContinue": True,
            "command": command,
            "coordinate": place,
            "frame": frame,
            "id": number,
            **{f"param{at}": value for at, value in enumerate(params, start=1)},
            "type": "missionItem",
        }
        for number, (place, (command, frame, params)) in enumerate(zip(PLACES, COMMANDS, strict=True), start=1)
    ]
    home = {"command": 16, "coordinate": [16.053, 103.65, 145], "frame": 0, "id": 0, "type": "missionItem"}
    whole = {"MAV_AUTOPILOT": 3, "complexItems": [], "groundStation": "QGroundControl", "items": items}
    return json.dumps({**whole, "plannedHomePosition": home, "version": "1.0", **changes})


def second_version(**changes: object) -> str:
    items = [
        {
            "autoContinue": True,
            "command": command,
            "coordinate": place,
            "doJumpId": number,
            "frame": frame,
            "params": params,
            "type": "SimpleItem",
        }
        for number, (place, (command, frame, params)) in enumerate(zip(PLACES, COMMANDS, strict=True), start=1)
    ]
    whole = {"firmwareType": 3, "groundStation": "QGroundControl", "items": items}
    return json.dumps({**whole, "plannedHomePosition": [16.053, 103.65, 145], "version": 2, **changes})


TEXT = (
    "QGC WPL 110\n0 1 0 16 0 0 0 0 16.053 103.65 145 1\n1 0 3 22 0 0 0 0 16.053 103.65 30 1\n"
    "2 0 3 16 4 0 0 0 16.054 103.652 40.5 1\n3 0 2 177 2 3 0 0 0 0 0 1\n"
)
WITHIN_A_PLAN = json.dumps({"fileType": "Plan", "version": 1, "mission": json.loads(second_version())})


@pytest.mark.parametrize("text", [first_version(), second_version(), TEXT, "\ufeff" + TEXT, WITHIN_A_PLAN])
def test_every_form_gives_the_same_mission(text: str) -> None:
    assert from_bytes(text.encode(), ".mission", source="x").mission == WANTED


@pytest.mark.parametrize("text", [first_version(), second_version(), WITHIN_A_PLAN])
def test_it_may_be_called_json(text: str) -> None:
    assert from_bytes(text.encode(), ".json", source="x").mission == WANTED


def test_a_plan_called_json_keeps_its_fence() -> None:
    fence = {"version": 2, "circles": [{"circle": {"center": [16, 103], "radius": 50}}], "polygons": []}
    document = {**json.loads(WITHIN_A_PLAN), "geoFence": fence}
    assert len(from_bytes(json.dumps(document).encode(), ".json", source="x").fence) == 1


def test_a_plan_may_have_items_of_the_older_form() -> None:
    assert from_bytes(WITHIN_A_PLAN.encode(), ".plan", source="x").mission == WANTED


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (first_version(complexItems=[{"type": "survey"}]), "x: complexItems: 1 surveys, which carry no items"),
        (second_version(version=3), "x: version: found version 3, 2 is known"),
        (second_version(items=[{"type": "ComplexItem", "complexItemType": "survey"}]), "carries no simple items"),
        (second_version(items=[{"type": "SimpleItem", "command": 16, "frame": 3}]), "items[0]: 'param1' is missing"),
        (second_version(items=[{**json.loads(second_version())["items"][0], "coordinate": [1, 2]}]), "found 6 values"),
        ("<mission><missionitem/></mission>", "x: is XML, as INAV's missions are"),
        ("{}", "x: 'items' is missing"),
        ("", "x:1:1: no JSON"),
        ("[]", "x: found a list, an object is wanted"),
    ],
)
def test_what_cannot_be_flown_is_one_line(text: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        read_qgc_mission(text, source="x")
    assert words in caught.value.message
    assert "\n" not in caught.value.message
