"""DJI's waylines as Pilot 2, FlightHub 2 and DJI Fly pack them."""

from __future__ import annotations

import contextlib
import io
import zipfile

import numpy as np
import pytest
from effort import examples
from hypothesis import given
from hypothesis import strategies as st

from dronectl.errors import InputError
from dronectl.formats.missions.mission_file import from_bytes
from dronectl.formats.routes.dji import read_dji_route
from dronectl.formats.routes.route import HeightAbove, Route, RouteEnd
from dronectl.geodesy.geoid import egm96_m
from dronectl.model.plan.mission import MissionItem

HEAD = '<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:wpml="http://www.dji.com/wpmz/1.0.6"><Document>'
CONFIG = (
    "<wpml:missionConfig><wpml:flyToWaylineMode>safely</wpml:flyToWaylineMode><wpml:finishAction>{end}</wpml:finishAction>"
    "<wpml:takeOffSecurityHeight>20</wpml:takeOffSecurityHeight>"
    "<wpml:globalTransitionalSpeed>9</wpml:globalTransitionalSpeed></wpml:missionConfig>"
)


def place(index: int, height: float = 60.0, more: str = "", speed: float = 5.0) -> str:
    return (
        f"<Placemark><Point><coordinates>\n103.65{index},16.05{index}\n</coordinates></Point><wpml:index>{index}</wpml:index>"
        f"<wpml:executeHeight>{height}</wpml:executeHeight><wpml:waypointSpeed>{speed}</wpml:waypointSpeed>{more}</Placemark>"
    )


def actions(start: int, end: int, *done: tuple[str, str], trigger: str = "reachPoint", param: str = "") -> str:
    inner = "".join(
        f"<wpml:action><wpml:actionActuatorFunc>{name}</wpml:actionActuatorFunc>"
        f"<wpml:actionActuatorFuncParam>{of}</wpml:actionActuatorFuncParam></wpml:action>"
        for name, of in done
    )
    return (
        f"<wpml:actionGroup><wpml:actionGroupStartIndex>{start}</wpml:actionGroupStartIndex>"
        f"<wpml:actionGroupEndIndex>{end}</wpml:actionGroupEndIndex><wpml:actionTrigger>"
        f"<wpml:actionTriggerType>{trigger}</wpml:actionTriggerType>"
        f"<wpml:actionTriggerParam>{param}</wpml:actionTriggerParam></wpml:actionTrigger>{inner}</wpml:actionGroup>"
    )


def wpml(*places: str, mode: str = "relativeToStartPoint", end: str = "goHome", more: str = "") -> bytes:
    folder = f"<Folder><wpml:executeHeightMode>{mode}</wpml:executeHeightMode>{''.join(places)}</Folder>"
    return f"{HEAD}{CONFIG.format(end=end)}{folder}{more}</Document></kml>".encode()


def kmz(data: bytes, folder: str = "wpmz/") -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(f"{folder}template.kml", "<kml/>")
        archive.writestr(f"{folder}waylines.wpml", data)
        archive.writestr("__MACOSX/wpmz/._waylines.wpml", b"\0")
    return packed.getvalue()


def read(data: bytes) -> tuple[Route, list[str]]:
    told: list[str] = []
    return read_dji_route(data, source="x", tell=told.append), told


@pytest.mark.parametrize("pack", [lambda data: data, kmz, lambda data: kmz(data, "")])
def test_a_route_alone_and_in_its_archives(pack: object) -> None:
    route, told = read(pack(wpml(place(0), place(1, 70.5), place(2))))  # type: ignore[operator]
    assert [(one.place.lat_e7, one.place.lon_e7, one.height_m) for one in route.points] == [
        (160500000, 1036500000, 60.0),
        (160510000, 1036510000, 70.5),
        (160520000, 1036520000, 60.0),
    ]
    assert (route.take_off_m, route.speed_m_s, route.end, told) == (60.0, 9.0, RouteEnd.RETURN, [])


def test_the_mission_that_it_becomes() -> None:
    hover = actions(1, 1, ("hover", "<wpml:hoverTime>2.5</wpml:hoverTime>"), ("takePhoto", ""), ("takePhoto", ""))
    data = kmz(wpml(place(0), place(1, 70.0, hover), place(2, speed=7.0)))
    content = from_bytes(data, ".KMZ", source="x")
    speed = [MissionItem(178, param1=1.0, param2=value) for value in (9.0, 5.0, 7.0)]
    shoot = MissionItem(203, lat_e7=1)

    def at(index: int, height: float, stay: float = 0.0) -> MissionItem:
        return MissionItem(
            16, 3, stay, lat_e7=160500000 + index * 10000, lon_e7=1036500000 + index * 10000, altitude_m=height
        )

    assert list(content.mission.items) == [
        MissionItem(16, 0),
        MissionItem(22, 3, altitude_m=60.0),
        speed[0],
        at(0, 60.0),
        speed[1],
        at(1, 70.0, 3.0),
        shoot,
        shoot,
        at(2, 60.0),
        speed[2],
        MissionItem(20, 0),
    ]
    assert content.notes == ("x: added: a take-off to 60 m above home; it ends as the file says: return",)


@pytest.mark.parametrize(
    ("mode", "above"),
    [
        ("relativeToStartPoint", HeightAbove.HOME),
        ("realTimeFollowSurface", HeightAbove.GROUND),
        ("WGS84", HeightAbove.SEA),
    ],
)
def test_heights_by_their_mode(mode: str, above: HeightAbove) -> None:
    route, told = read(wpml(place(0, 200.0), mode=mode))
    assert route.points[0].above is above
    if mode == "WGS84":  # above the ellipsoid, which lies above the sea there
        undulation_m = float(egm96_m(np.array([16.05]), np.array([103.65]))[0])
        assert route.points[0].height_m == pytest.approx(200.0 - undulation_m, abs=0.001)
        assert "by EGM96" in told[0]
    else:
        assert route.points[0].height_m == 200.0


@pytest.mark.parametrize(
    ("end", "commands"),
    [("goHome", [20]), ("autoLand", [21]), ("noAction", []), ("gotoFirstWaypoint", [16]), ("?", [20])],
)
def test_the_end_is_the_files(end: str, commands: list[int]) -> None:
    items = from_bytes(wpml(place(0), end=end), ".wpml", source="x").mission.items
    assert [item.command for item in items[5:]] == commands


def test_photographs_by_distance_begin_and_end() -> None:
    group = actions(0, 2, ("takePhoto", ""), trigger="multipleDistance", param="12.5")
    items = from_bytes(wpml(place(0, more=group), place(1), place(2), place(3)), ".wpml", source="x").mission.items
    triggers = [(seq, item.param1) for seq, item in enumerate(items) if item.command == 206]
    assert triggers == [(5, 12.5), (8, 0.0)], "after the first place, and after the third"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (actions(0, 0, ("gimbalRotate", ""), ("gimbalRotate", ""), ("zoom", "")), ["gimbalRotate (2 times)", "zoom"]),
        (actions(0, 0, ("takePhoto", ""), trigger="multipleTiming", param="2"), ["takePhoto (multipleTiming)"]),
        (actions(0, 1, ("gimbalEvenlyRotate", ""), trigger="betweenAdjacentPoints"), ["gimbalEvenlyRotate (between"]),
        (
            "<wpml:waypointHeadingParam><wpml:waypointHeadingMode>fixed</wpml:waypointHeadingMode></wpml:waypointHeadingParam>",
            ["headings"],
        ),
        (
            "<wpml:waypointTurnParam><wpml:waypointTurnMode>coordinateTurn</wpml:waypointTurnMode></wpml:waypointTurnParam>",
            ["curves"],
        ),
    ],
)
def test_what_is_not_taken_over_is_told(more: str, words: list[str]) -> None:
    _, told = read(wpml(place(0, more=more), place(1)))
    assert len(told) == len(words)
    for line, wanted in zip(told, words, strict=True):
        assert line.startswith(f"x:1: not taken over: {wanted}")


def test_a_further_route_is_told() -> None:
    folder = f"<Folder><wpml:executeHeightMode>WGS84</wpml:executeHeightMode>{place(0)}</Folder>"
    _, told = read(wpml(place(0), more=folder))
    assert told == ["x:3: passed over: a further route; one is taken of a file"]


def test_places_are_flown_by_their_index() -> None:
    route, _ = read(wpml(place(2), place(0), place(1)))
    assert [one.place.lat_e7 for one in route.points] == [160500000, 160510000, 160520000]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"<kml/>", "x: no route in it"),
        (wpml(), "x: no route in it"),
        (b"<gpx/>", "x:1: found <gpx>, <kml> is wanted"),
        (wpml(place(0), mode="fancy"), "executeHeightMode is 'fancy'"),
        (wpml(place(0), place(0)), "a second place with index 0"),
        (wpml(place(0).replace("executeHeight>", "height>")), "a place without executeHeight"),
        (wpml(place(0, float("nan"))), "executeHeight is 'nan'"),
        (wpml(place(0).replace("16.050", "96.050")), "latitude 96.05"),
        (wpml("<Placemark/>"), "a place without longitude and latitude"),
        (kmz(b"<kml").replace(b"waylines.wpml", b"wayl1nes.wpml"), "x: no DJI route (waylines.wpml) in this archive"),
        (b"PK", "x: cannot be unpacked"),
    ],
)
def test_what_is_no_route_is_one_line(data: bytes, words: str) -> None:
    with pytest.raises(InputError) as caught:
        read_dji_route(data, source="x")
    assert words in caught.value.message
    assert "\n" not in caught.value.message


@examples(40)
@given(st.binary(max_size=60), st.integers(0, 1200))
def test_garbage_never_escapes_as_another_error(garbage: bytes, at: int) -> None:
    whole = wpml(place(0, more=actions(0, 1, ("takePhoto", ""), ("hover", ""))), place(1))
    for hostile in (garbage, whole[:at] + garbage + whole[at:], kmz(whole)[:at]):
        with contextlib.suppress(InputError):
            from_bytes(hostile, ".kmz", source="x")


def test_actions_without_end_are_refused_before_they_are_done() -> None:
    groups = actions(0, 200, ("hover", "")) * 150
    with pytest.raises(InputError, match="more than 20000 actions at places"):
        read_dji_route(
            wpml(*(place(index).replace("16.05", "16.0") for index in range(201)), place(201, more=groups)), source="x"
        )
    with pytest.raises(InputError, match="groups of actions at 301 places: too many"):
        read_dji_route(
            wpml(
                *(place(index).replace("16.05", "16.0") for index in range(300)),
                place(300, more="<actionGroup/>" * 17_000),
            ),
            source="x",
        )
