from __future__ import annotations

import contextlib
import json
import math
from dataclasses import replace

import pytest
from effort import examples
from hypothesis import given
from hypothesis import strategies as st

from dronectl.errors import InputError
from dronectl.formats.missions.qgc_plan import QgcPlan, read_qgc_plan, write_qgc_plan
from dronectl.formats.missions.structure_scan import StructureScan
from dronectl.geodesy.plane import LocalPlane
from dronectl.model.geo import GeoPoint
from dronectl.model.plan.mission import Command, Frame, Mission, MissionItem, MissionType

HOME = MissionItem(Command.NAV_WAYPOINT, Frame.GLOBAL, lat_e7=160530600, lon_e7=1036511100, altitude_m=145.0)
WAYPOINT = MissionItem(Command.NAV_WAYPOINT, lat_e7=160540001, lon_e7=1036520009, altitude_m=30.12)

number = st.floats(width=32, allow_nan=False, allow_infinity=False)
place = st.tuples(st.integers(-900_000_000, 900_000_000), st.integers(-1_800_000_000, 1_800_000_000))


@st.composite
def items(draw: st.DrawFn) -> MissionItem:
    commands = [Command.NAV_WAYPOINT, Command.NAV_LAND, Command.DO_CHANGE_SPEED, Command.DO_SET_ROI]
    lat_e7, lon_e7 = draw(place)
    return MissionItem(
        int(draw(st.sampled_from(commands) | st.integers(3001, 4999))),
        draw(st.sampled_from([0, 2, 3, 6, 10])),
        *(draw(number) for _ in range(4)),
        lat_e7,
        lon_e7,
        draw(number),
        draw(st.booleans()),
    )


@st.composite
def fences(draw: st.DrawFn) -> Mission:
    made: list[MissionItem] = []
    for _ in range(draw(st.integers(0, 3))):
        command = draw(st.sampled_from([5001, 5002]))
        vertices = draw(st.lists(place, min_size=3, max_size=6))
        made += [MissionItem(command, 3, float(len(vertices)), lat_e7=lat, lon_e7=lon) for lat, lon in vertices]
    for _ in range(draw(st.integers(0, 2))):
        lat, lon = draw(place)
        made.append(MissionItem(draw(st.sampled_from([5003, 5004])), 3, abs(draw(number)), lat_e7=lat, lon_e7=lon))
    return Mission(tuple(made), MissionType.FENCE)


rallies = st.lists(place, max_size=3).map(
    lambda places: Mission(
        tuple(MissionItem(5100, 3, lat_e7=lat, lon_e7=lon, altitude_m=30.0) for lat, lon in places), MissionType.RALLY
    )
)


@examples(15)
@given(st.lists(items(), max_size=6), fences(), rallies)
def test_what_is_written_is_read_back(mission: list[MissionItem], fence: Mission, rally: Mission) -> None:
    plan = QgcPlan(Mission((HOME, *mission)), fence, rally)
    assert read_qgc_plan(write_qgc_plan(plan), source="x") == plan


def test_an_unset_parameter_is_null_in_the_file() -> None:
    plan = QgcPlan(Mission((HOME, replace(WAYPOINT, param4=math.nan))))
    text = write_qgc_plan(plan)
    assert "NaN" not in text
    assert json.loads(text)["mission"]["items"][0]["params"][3] is None
    assert math.isnan(read_qgc_plan(text, source="x").mission.items[1].param4)


QGC = {
    "fileType": "Plan",
    "groundStation": "QGroundControl",
    "version": 1,
    "geoFence": {
        "version": 2,
        "circles": [{"circle": {"center": [16.05, 103.65], "radius": 40.5}, "inclusion": False, "version": 1}],
        "polygons": [{"polygon": [[16.0, 103.6], [16.1, 103.6], [16.1, 103.7]], "inclusion": True, "version": 1}],
    },
    "rallyPoints": {"points": [[16.051, 103.651, 30]], "version": 2},
    "mission": {
        "version": 2,
        "firmwareType": 3,
        "vehicleType": 2,
        "cruiseSpeed": 15,
        "hoverSpeed": 5,
        "globalPlanAltitudeMode": 1,
        "plannedHomePosition": [16.05306, 103.65111, 145],
        "items": [
            {
                "type": "SimpleItem",
                "AMSLAltAboveTerrain": None,
                "Altitude": 30,
                "AltitudeMode": 1,
                "autoContinue": True,
                "command": 22,
                "doJumpId": 1,
                "frame": 3,
                "params": [0, 0, 0, None, 16.05306, 103.65111, 30],
            },
            {
                "type": "ComplexItem",
                "complexItemType": "survey",
                "version": 5,
                "angle": 30,
                "TransectStyleComplexItem": {
                    "version": 2,
                    "CameraShots": 12,
                    "Items": [
                        {
                            "type": "SimpleItem",
                            "autoContinue": True,
                            "command": 16,
                            "doJumpId": 3,
                            "frame": 3,
                            "params": [0, 0, 0, None, 16.054, 103.652, 60],
                        },
                        {
                            "type": "SimpleItem",
                            "autoContinue": True,
                            "command": 206,
                            "doJumpId": 4,
                            "frame": 2,
                            "params": [25, 0, 1, 0, 0, 0, 0],
                        },
                    ],
                },
            },
            {
                "type": "SimpleItem",
                "autoContinue": True,
                "command": 177,
                "doJumpId": 5,
                "frame": 2,
                "params": [3, 2, 0, 0, 0, 0, 0],
            },
            {
                "type": "SimpleItem",
                "autoContinue": True,
                "command": 20,
                "doJumpId": 6,
                "frame": 2,
                "params": [0, 0, 0, 0, 0, 0, 0],
            },
        ],
    },
}


def test_a_survey_by_qgroundcontrol_is_flattened_and_its_jump_renumbered() -> None:
    plan = read_qgc_plan(json.dumps(QGC), source="x")
    assert plan.mission.items[0] == HOME
    assert [item.command for item in plan.mission.items] == [16, 22, 16, 206, 177, 20]
    assert plan.mission.items[4].param1 == 2.0, "doJumpId 3 is item 2 after flattening"
    assert [item.command for item in plan.fence.items] == [5001, 5001, 5001, 5004]
    assert plan.fence.items[0].param1 == 3
    assert plan.fence.items[3].param1 == 40.5
    assert plan.rally.items[0].altitude_m == 30


def test_a_complex_item_without_items_is_named() -> None:
    document = json.loads(json.dumps(QGC))
    del document["mission"]["items"][1]["TransectStyleComplexItem"]["Items"]
    with pytest.raises(InputError, match=r"mission.items\[1\].*survey") as caught:
        read_qgc_plan(json.dumps(document), source="x")
    assert caught.value.hint


def drawn(*points: list[float]) -> str:
    """The survey with the line that QGroundControl draws for it."""
    document = json.loads(json.dumps(QGC))
    document["mission"]["items"][1]["TransectStyleComplexItem"]["VisualTransectPoints"] = list(points)
    return json.dumps(document)


def test_a_survey_whose_items_are_those_drawn_is_read() -> None:
    assert len(read_qgc_plan(drawn([16.054, 103.652]), source="x").mission) == 6
    assert len(read_qgc_plan(drawn([16.054005, 103.651995], [16.054, 103.652]), source="x").mission) == 6


def test_a_survey_whose_items_are_older_than_its_drawing_is_refused() -> None:
    with pytest.raises(InputError, match=r"VisualTransectPoints\[1\]: the line is drawn .* where no item goes"):
        read_qgc_plan(drawn([16.054, 103.652], [16.0545, 103.652]), source="x")


@pytest.mark.parametrize(("short_m", "is_read"), [(0.5, True), (25.0, True), (60.0, False)])
def test_a_survey_that_follows_the_terrain_may_end_short_of_its_line(short_m: float, is_read: bool) -> None:
    document = json.loads(drawn([16.054, 103.652], [16.054 + short_m / 111_000, 103.652]))
    document["mission"]["items"][1]["TransectStyleComplexItem"]["FollowTerrain"] = True
    told: list[str] = []
    if is_read:
        assert len(read_qgc_plan(json.dumps(document), source="x", tell=told.append).mission) == 6
        assert len(told) == (short_m > 1.0)
        return
    with pytest.raises(InputError, match="where no item goes"):
        read_qgc_plan(json.dumps(document), source="x")


def jump(target: int) -> str:
    document = json.loads(json.dumps(QGC))
    document["mission"]["items"][2]["params"][0] = target
    return json.dumps(document)


def test_a_jump_to_no_item_never_becomes_a_jump_to_another() -> None:
    assert read_qgc_plan(jump(6), source="x").mission.items[4].param1 == 5.0, "doJumpId 6 is item 5"
    with pytest.raises(InputError, match="item 4 jumps to doJumpId 2, which no item has"):
        read_qgc_plan(jump(2), source="x")
    assert read_qgc_plan(jump(99), source="x").mission.items[4].param1 == 99.0, "for the checks to find"


def test_heights_that_qgroundcontrol_does_not_know_are_null() -> None:
    document = json.loads(json.dumps(QGC))
    document["mission"]["plannedHomePosition"][2] = None
    assert read_qgc_plan(json.dumps(document), source="x").mission.items[0].altitude_m == 0.0


def test_the_breach_return_point_and_circles_come_through() -> None:
    document = json.loads(json.dumps(QGC))
    document["geoFence"]["breachReturn"] = [16.05, 103.65, 42.5]
    plan = read_qgc_plan(json.dumps(document), source="x")
    assert plan.fence.items[-1] == MissionItem(5000, 3, lat_e7=160500000, lon_e7=1036500000, altitude_m=42.5)
    assert json.loads(write_qgc_plan(plan))["geoFence"]["breachReturn"] == [16.05, 103.65, 42.5]


@pytest.mark.parametrize("part", ["", "mission", "geoFence", "rallyPoints"])
def test_another_version_is_refused_before_anything_is_lost(part: str) -> None:
    document = json.loads(json.dumps(QGC))
    (document[part] if part else document)["version"] = 3
    with pytest.raises(InputError, match=f"x: {part}.?version: found version 3, [12] is known"):
        read_qgc_plan(json.dumps(document), source="x")


EMPTY_PARTS = [
    ("rallyPoints", {"points": [], "version": 1}),
    ("rallyPoints", {"version": 1}),
    ("geoFence", {"parameters": [], "polygon": [], "version": 1}),
    ("geoFence", {"circles": [], "polygons": [], "breachReturn": None, "version": 3}),
]


@pytest.mark.parametrize(("part", "value"), EMPTY_PARTS)
def test_an_empty_part_of_another_version_is_passed_over_and_told(part: str, value: object) -> None:
    told: list[str] = []
    plan = read_qgc_plan(json.dumps({**QGC, part: value}), source="x", tell=told.append)
    assert plan.mission == read_qgc_plan(json.dumps(QGC), source="x").mission
    assert not (plan.rally if part == "rallyPoints" else plan.fence).items
    (line,) = told
    assert line.startswith(f"x: {part}: of version ")


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("rallyPoints", {"points": [[16, 103, 30]], "version": 1}),
        ("geoFence", {"polygon": [[16, 103], [16, 104], [17, 104]], "version": 1}),
        ("geoFence", {"circle": {"radius": 30}, "version": 1}),
        ("geoFence", {"parameters": [{"name": "FENCE_ALT_MAX", "value": 50}], "version": 1}),
    ],
)
def test_a_part_of_another_version_that_holds_something_is_refused(part: str, value: object) -> None:
    with pytest.raises(InputError, match=f"x: {part}.version: found version 1, 2 is known"):
        read_qgc_plan(json.dumps({**QGC, part: value}), source="x")


def test_parts_that_are_null_are_none() -> None:
    assert not read_qgc_plan(json.dumps({**QGC, "geoFence": None}), source="x").fence.items


def test_null_is_nothing_where_nothing_is_made_of_it_else_unset() -> None:
    document = json.loads(json.dumps(QGC))
    params = [None, None, None, None, 16.05, 103.65, 30]
    item = {"type": "SimpleItem", "command": 16, "frame": 3, "params": params}
    document["mission"]["items"].append(item)
    unset = read_qgc_plan(json.dumps(document), source="x").mission.items[-1]
    assert str(unset.params) == "(nan, 0.0, 0.0, nan)"


SCAN = {
    "type": "ComplexItem",
    "complexItemType": "StructureScan",
    "version": 3,
    "CameraCalc": {"AdjustedFootprintFrontal": 10, "AdjustedFootprintSide": 7.5, "DistanceToSurface": 12, "version": 2},
    "EntranceAltitude": 50,
    "GimbalPitch": -5,
    "Layers": 2,
    "ScanBottomAlt": 4,
    "StartFromTop": False,
    "StructureHeight": 24,
    "polygon": [[16.054, 103.652], [16.055, 103.652], [16.055, 103.653], [16.054, 103.653]],
}


def scan(**changes: object) -> str:
    document = json.loads(json.dumps(QGC))
    document["mission"]["items"][1] = SCAN | changes
    document["mission"]["items"][2]["params"][0] = 1
    return json.dumps(document)


def test_a_structure_scan_is_the_rounds_that_qgroundcontrol_flies() -> None:
    items = read_qgc_plan(scan(), source="x").mission.items[2:-2]
    around = [16, 206, 16, 16, 16, 16, 206]
    assert [item.command for item in items] == [16, 196, *around, *around, 197, 16]
    assert [item.altitude_m for item in items if item.command == 16] == [50.0, *[9.0] * 5, *[19.0] * 5, 50.0]
    assert items[0] == items[-1]
    assert items[3].param1 == 7.5
    assert (items[1].lat_e7, items[1].altitude_m) == (-5, 90.0)
    first, second = items[2], items[4]
    assert (first.lat_e7, second.lat_e7) == (160540000 - 1084, 160550000 + 1084), "12 m south and north of the wall"


def test_a_structure_scan_from_the_top_goes_down() -> None:
    items = read_qgc_plan(scan(StartFromTop=True), source="x").mission.items[3:-3]
    assert [item.altitude_m for item in items if item.command == 16] == [*[19.0] * 5, *[9.0] * 5]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"version": 2}, "version 2, 3 is known"),
        ({"Layers": 0}, "Layers: found 0"),
        ({"Layers": 60000}, "Layers: found 60000"),
        ({"polygon": [[1, 2], [1, 3]]}, "found 2 corners"),
        ({"polygon": [[1, 2], [1, 2], [1, 3]]}, "the same corner twice"),
        ({"polygon": [[1, 2], [1, 3], [1, 2.5]]}, "turns back on itself"),
        ({"polygon": [[1, 2], [1]]}, "[latitude, longitude]"),
        ({"CameraCalc": {}}, "'DistanceToSurface' is missing"),
    ],
)
def test_a_structure_scan_that_cannot_be_flown_is_one_line(changes: dict[str, object], words: str) -> None:
    with pytest.raises(InputError) as caught:
        read_qgc_plan(scan(**changes), source="x")
    assert words in caught.value.message
    assert "mission.items[1]" in caught.value.message


@given(st.lists(st.floats(0.0, 359.0), min_size=3, max_size=9, unique=True), st.floats(1.0, 30.0), st.booleans())
def test_the_outline_is_the_mitred_buffer_of_the_building(
    bearings: list[float], distance_m: float, reverse: bool
) -> None:
    import shapely

    spots = [
        (60.0 * math.sin(math.radians(b)), 60.0 * math.cos(math.radians(b))) for b in sorted(bearings, reverse=reverse)
    ]
    building = shapely.Polygon(spots)
    wanted = building.buffer(distance_m, join_style="mitre", mitre_limit=10.0)
    turns = [math.dist(a, b) for a, b in zip(spots, [*spots[1:], spots[0]], strict=True)]
    if min(turns) < 1.0 or building.area < 100.0 or len(wanted.exterior.coords) != len(spots) + 1:
        return  # corners that lie together, or so sharp that the buffer blunts them
    plane = LocalPlane(GeoPoint(16.0, 103.0))
    corners = tuple(plane.to_degrees(spot) for spot in spots)
    outline = StructureScan(corners, distance_m, 1.0, 1.0, 1, 0.0, 1.0, False, 1.0, 0.0).flight_polygon()
    flown = shapely.Polygon([plane.to_xy(GeoPoint(*corner)) for corner in outline])
    assert flown.symmetric_difference(wanted).area < 1e-3 * wanted.area


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "x:1:1: no JSON"),
        ("[1, 2", "no JSON"),
        ("[1]", "an object is wanted"),
        ("{}", "fileType"),
        ('{"fileType": "Plan"}', "'mission' is missing"),
        ('{"fileType": "Plan", "mission": {}}', "'items' is missing"),
        ('{"fileType": "Plan", "mission": {"items": 3}}', "a list is wanted"),
        ('{"fileType": "Plan", "mission": {"items": [], "plannedHomePosition": [NaN, 1, 2]}}', "NaN is no JSON"),
        ('{"fileType": "Plan", "mission": {"items": [], "plannedHomePosition": [1]}}', "found 1 numbers"),
        ('{"fileType": "Plan", "mission": {"items": [], "plannedHomePosition": [999, 1, 2]}}', "999"),
        ('{"fileType": "Plan", "mission": {"items": [], "plannedHomePosition": [1e999, 1, 2]}}', "1e999"),
        ('{"fileType": "Plan", "mission": {"items": [{"type": "ก"}]}}', "'ก'"),
        (
            '{"fileType": "Plan", "mission": {"items": [{"type": "SimpleItem", "command": true, "frame": 3}]}}',
            "mission.items[0].command: found true",
        ),
        (
            (
                '{"fileType": "Plan", "mission": {"items": '
                '[{"type": "SimpleItem", "command": 16, "frame": 3, "params": [1]}]}}'
            ),
            "found 1 values, 7",
        ),
        ("[" * 200_000, "nested too deeply"),
        ('{"fileType": ' + "9" * 10_000 + "}", "x: "),
    ],
)
def test_malformed_text_is_one_line_with_its_place(text: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        read_qgc_plan(text, source="x")
    assert words in caught.value.message
    assert "\n" not in caught.value.message


@examples(15)
@given(st.data())
def test_any_value_anywhere_never_escapes_as_another_error(data: st.DataObject) -> None:
    document = json.loads(json.dumps(QGC))
    node = document
    while isinstance(node, dict | list) and node:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(node[key], dict | list) or data.draw(st.booleans()):
            scalars = st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=3)
            node[key] = data.draw(scalars | st.lists(scalars, max_size=3) | st.integers() | st.just({}))
            break
        node = node[key]
    with contextlib.suppress(InputError):
        read_qgc_plan(json.dumps(document), source="x")
