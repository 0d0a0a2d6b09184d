"""A fence or rally points that ArduCopter would store and not fly with are refused before a byte is sent."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from running_fleet import demo_plan
from virtual_commands import relink, virtual_fleet_behind

from dronectl.cli.main import run
from dronectl.formats.missions.qgc_plan import read_qgc_plan
from dronectl.formats.missions.wpl import write_wpl
from dronectl.model.plan.mission import Command, Mission, MissionItem, MissionType
from dronectl.site.workspace import load_site

pytestmark = pytest.mark.xdist_group("faults")

INCLUSION = Command.FENCE_POLYGON_VERTEX_INCLUSION
M_E7 = 90
"""A metre to the north is about so many 1e-7 degrees."""


@pytest.fixture
def unheard(root: Path) -> Iterator[socket.socket]:
    """All drones' links lead to a port that takes connections; nobody may connect."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        url = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        relink(root, dict.fromkeys(("alpha", "bravo", "charlie"), url))
        yield server


def item(root: Path, command: Command, north_m: int, east_m: int, param1: float = 0.0) -> MissionItem:
    home = load_site(root).drones[0].home
    lat_e7, lon_e7 = home.lat_e7 + north_m * M_E7, home.lon_e7 + east_m * M_E7
    return MissionItem(command, 3, param1=param1, lat_e7=lat_e7, lon_e7=lon_e7, altitude_m=0.0)


def ring(root: Path, *places: tuple[int, int]) -> tuple[MissionItem, ...]:
    return tuple(item(root, INCLUSION, north, east, float(len(places))) for north, east in places)


def square(root: Path, north_m: int, half_m: int = 50) -> tuple[MissionItem, ...]:
    h = half_m
    return ring(root, (north_m - h, -h), (north_m - h, h), (north_m + h, h), (north_m + h, -h))


def many(root: Path, count: int) -> tuple[MissionItem, ...]:
    top = [(50 + index % 2, -50 + index) for index in range(count - 2)]
    return ring(root, *top, (-50, count), (-50, -50))


FENCES: dict[str, tuple[Callable[[Path], tuple[MissionItem, ...]], str]] = {
    "disjoint": (lambda root: square(root, 0) + square(root, 600), "no place in common of the fence's inclusion 0-3"),
    "home outside": (lambda root: square(root, 600), "m outside the fence's inclusion 0-3: it would not arm"),
    "home in an exclusion": (
        lambda root: (*square(root, 0, 3000), item(root, Command.FENCE_CIRCLE_EXCLUSION, 0, 0, 5.0)),
        "home of alpha is inside the fence's exclusion 4",
    ),
    "two vertices": (lambda root: ring(root, (50, 0), (-50, 0)), "2 vertices, its polygon says 2"),
    "crossing": (lambda root: ring(root, (-50, -50), (50, 50), (50, -50), (-50, 50)), "crosses or touches itself"),
    "too many": (lambda root: many(root, 71), "only 70 vertices"),
    "too large": (lambda root: many(root, 70), "560 fit on board"),
    "no radius": (lambda root: (item(root, Command.FENCE_CIRCLE_INCLUSION, 0, 0, 0.0),), "a circle needs a radius"),
}


def assert_refused(code: int, server: socket.socket, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert code == 3
    err = capsys.readouterr().err
    (line,) = [line for line in err.splitlines() if line.startswith("error:")]
    assert words in line
    with pytest.raises(BlockingIOError):
        server.accept()


@pytest.mark.parametrize("name", FENCES)
def test_a_fence_upload_is_refused(
    root: Path, unheard: socket.socket, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    make, words = FENCES[name]
    file = root / "bad.waypoints"
    file.write_text(write_wpl(Mission(make(root), MissionType.FENCE)), encoding="utf-8")
    code = run(["fence", "upload", str(file), "--drone", "alpha", "--workspace", str(root)])
    assert_refused(code, unheard, words, capsys)


@pytest.mark.parametrize(
    ("places", "words"),
    [([(0, 50), (9000, 0)], "rally point 1 is"), ([(0, n) for n in range(47)], "only 46 rally points fit")],
)
def test_a_rally_upload_is_refused(
    root: Path,
    unheard: socket.socket,
    places: list[tuple[int, int]],
    words: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    points = tuple(item(root, Command.RALLY_POINT, north, east) for north, east in places)
    file = root / "bad.waypoints"
    file.write_text(write_wpl(Mission(points, MissionType.RALLY)), encoding="utf-8")
    code = run(["rally", "upload", str(file), "--drone", "alpha", "--workspace", str(root)])
    assert_refused(code, unheard, words, capsys)


@pytest.mark.parametrize("name", FENCES)
def test_a_push_is_refused(root: Path, unheard: socket.socket, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A plan whose fence somebody has changed in plan.json."""
    make, words = FENCES[name]
    changed_plan(root, "fence", make(root))
    capsys.readouterr()
    assert_refused(run(["push", str(root / "plans" / "demo"), "--workspace", str(root)]), unheard, words, capsys)


def test_a_push_of_a_rally_point_outside_is_refused(
    root: Path, unheard: socket.socket, capsys: pytest.CaptureFixture[str]
) -> None:
    changed_plan(root, "rally", (item(root, Command.RALLY_POINT, 9000, 0),))
    capsys.readouterr()
    code = run(["push", str(root / "plans" / "demo"), "--workspace", str(root)])
    assert_refused(code, unheard, "rally point 0 is", capsys)


def changed_plan(root: Path, part: str, items: tuple[MissionItem, ...]) -> None:
    path = demo_plan(root) / "plan.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    rows = [[one.command, one.frame, *one.params, one.lat_e7, one.lon_e7, one.altitude_m] for one in items]
    document["drones"][0][part] = rows
    path.write_text(json.dumps(document), encoding="utf-8")


def test_a_person_may_answer_for_a_fence_that_the_copter_makes_a_union_of(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = root / "union.plan.waypoints"
    file.write_text(write_wpl(Mission(FENCES["disjoint"][0](root), MissionType.FENCE)), encoding="utf-8")
    here = ["--drone", "alpha", "--workspace", str(root)]
    with virtual_fleet_behind(root):
        assert run(["fence", "upload", str(file), *here]) == 3
        assert run(["fence", "upload", str(file), *here, "--allow", "on-board"]) == 2  # nobody's name
        assert run(["fence", "upload", str(file), *here, "--allow", "on-board", "--by", "สมชาย"]) == 0
        assert run(["fence", "download", *here, "-o", str(root / "held.plan")]) == 0
    held = read_qgc_plan((root / "held.plan").read_text(encoding="utf-8"), source="held.plan")
    assert len(held.fence) == 8
    capsys.readouterr()
