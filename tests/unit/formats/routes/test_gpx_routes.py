"""GPX as a route to be flown: its places, at a height that a person gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from dronectl.errors import InputError
from dronectl.formats.missions.mission_file import from_bytes, read_mission_file
from dronectl.formats.missions.qgc_plan import QgcPlan

ROUTE = '<rte><name>r</name><rtept lat="16" lon="103"><ele>140</ele></rtept><rtept lat="16.1" lon="103.1"/></rte>'
TRACK = '<trk><name>t</name><trkseg><trkpt lat="1" lon="2"/><trkpt lat="3" lon="4"/></trkseg></trk>'


def read(inner: str, height_m: float | None = 60.0) -> QgcPlan:
    return from_bytes(f"<gpx>{inner}</gpx>".encode(), ".gpx", source="x", route_height_m=height_m)


@pytest.mark.parametrize(
    ("inner", "lats", "words"),
    [
        (ROUTE, [16.0, 16.1], []),
        (TRACK, [1.0, 3.0], ["no route, so the track with its 2 places is taken"]),
        (ROUTE + ROUTE, [16.0, 16.1], ["passed over: 'r', 2 places"]),
        (
            TRACK + ROUTE + '<wpt lat="1" lon="1"/>',
            [16.0, 16.1],
            ["tracks, as there is a route", "1 waypoints of no route"],
        ),
    ],
)
def test_the_first_route_else_the_track(inner: str, lats: list[float], words: list[str]) -> None:
    content = read(inner)
    assert [item.command for item in content.mission.items] == [16, 22, 16, 16, 20]
    assert [item.lat_e7 / 1e7 for item in content.mission.items[2:4]] == lats
    assert {item.altitude_m for item in content.mission.items[1:4]} == {60.0}
    assert len(content.notes) == len(words) + 1
    for note, wanted in zip(content.notes, words, strict=False):
        assert wanted in note


def test_heights_of_the_ground_are_not_flown() -> None:
    with pytest.raises(InputError, match="x: no heights in it that could be flown") as caught:
        read(ROUTE, None)
    assert "--altitude" in caught.value.hint


def test_a_mission_takes_no_other_height(tmp_path: Path) -> None:
    path = tmp_path / "a.waypoints"
    path.write_text("QGC WPL 110\n0 1 0 16 0 0 0 0 16 103 145 1\n")
    with pytest.raises(InputError, match="heights of their own"):
        read_mission_file(path, route_height_m=60.0)


@pytest.mark.parametrize("inner", ["", '<wpt lat="1" lon="1"/>', "<rte/>", "<trk><trkseg/></trk>"])
def test_without_a_way_it_is_refused(inner: str) -> None:
    with pytest.raises(InputError, match="x: no route and no track in it"):
        read(inner)
