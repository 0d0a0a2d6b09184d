"""Files that bring their own fence and rally points, and a plan folder whose fence was drawn anew in QGroundControl."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from dronectl.cli.main import run
from dronectl.formats.plans.plan_folder import read_plan
from dronectl.model.geo import GeoPoint
from dronectl.model.plan.mission import Command

DATE = ("--date", "2026-03-01")
Corners = list[list[float]]


def dronectl(*argv: object) -> int:
    return run([str(arg) for arg in argv])


def square(lat: float, lon: float, half_deg: float) -> Corners:
    return [
        [lat - half_deg, lon - half_deg],
        [lat - half_deg, lon + half_deg],
        [lat + half_deg, lon + half_deg],
        [lat + half_deg, lon - half_deg],
    ]


def qgc_file(
    path: Path,
    home: GeoPoint,
    legs: Sequence[tuple[float, float]],
    *,
    polygons: Sequence[tuple[bool, Corners]] = (),
    circles: Sequence[tuple[bool, list[float], float]] = (),
    rally: Sequence[tuple[float, float]] = (),
) -> Path:
    """A .plan as QGroundControl writes it: take-off at home, ``legs`` by degrees from there, return."""

    def simple(command: int, lat: float, lon: float, altitude_m: float) -> dict[str, object]:
        values = [0, 0, 0, None, lat, lon, altitude_m]
        return {"type": "SimpleItem", "autoContinue": True, "command": command, "frame": 3, "params": values}

    items = [simple(22, home.lat_deg, home.lon_deg, 30)]
    items += [simple(16, home.lat_deg + north, home.lon_deg + east, 30) for north, east in legs]
    items.append({**simple(20, 0, 0, 0), "params": [0] * 7, "frame": 2})
    document = {
        "fileType": "Plan",
        "groundStation": "QGroundControl",
        "version": 1,
        "mission": {"version": 2, "plannedHomePosition": [home.lat_deg, home.lon_deg, 145], "items": items},
        "geoFence": {
            "version": 2,
            "polygons": [{"version": 1, "inclusion": inside, "polygon": ring} for inside, ring in polygons],
            "circles": [
                {"version": 1, "inclusion": inside, "circle": {"center": centre, "radius": radius_m}}
                for inside, centre, radius_m in circles
            ],
        },
        "rallyPoints": {"version": 2, "points": [[lat, lon, 30] for lat, lon in rally]},
    }
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def errors_of(path: Path, root: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[dict[str, object]]]:
    code = dronectl("plan", "check", path, "--json", "--workspace", root, *DATE)
    document = json.loads(capsys.readouterr().out)
    return code, [one for one in document["violations"] if one["severity"] == "error"]


class TestAFileWithItsOwnFence:
    @pytest.fixture
    def home(self, root: Path) -> GeoPoint:
        from dronectl.site.workspace import load_site

        return load_site(root).drones[0].home

    def test_a_leg_through_its_own_exclusion(
        self, home: GeoPoint, root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        box = square(home.lat_deg + 0.0006, home.lon_deg, 0.0002)
        path = qgc_file(tmp_path / "alpha.plan", home, [(0.001, 0), (0.001, 0.0005)], polygons=[(False, box)])
        code, errors = errors_of(path, root, capsys)
        assert code == 3
        assert [(one["rule"], one["item"]) for one in errors] == [("on-board", 2)]
        assert str(errors[0]["message"]).startswith("44.3 m of leg 1→2 go through its own fence's exclusion 0-3")

    def test_a_way_out_of_its_own_inclusion_circle_and_a_rally_point_out_of_it(
        self, home: GeoPoint, root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        ring = (True, [home.lat_deg, home.lon_deg], 80.0)
        rally = [(home.lat_deg + 0.0009, home.lon_deg), (home.lat_deg + 0.0003, home.lon_deg)]
        path = qgc_file(tmp_path / "alpha.plan", home, [(0.001, 0)], circles=[ring], rally=rally)
        code, errors = errors_of(path, root, capsys)
        assert code == 3
        assert [one["item"] for one in errors] == [0, 2, 3]
        assert errors[0]["message"] == "rally point 0 is 20 m outside the fence's inclusion 0"
        assert errors[1]["amount"] == pytest.approx(30.66, abs=0.1)  # 110.66 m north at this latitude, less 80

    def test_an_upload_of_its_mission_alone_is_refused_too(
        self, home: GeoPoint, root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        box = square(home.lat_deg + 0.0006, home.lon_deg, 0.0002)
        path = qgc_file(tmp_path / "x.plan", home, [(0.001, 0)], polygons=[(False, box)])
        assert dronectl("mission", "upload", path, "--drone", "alpha", "--workspace", root) == 3
        assert "its own fence's exclusion 0-3" in capsys.readouterr().err


class TestAFenceDrawnInThePlanFolder:
    def draw_over_a_leg(self, path: Path) -> int:
        """An exclusion over the middle of the longest leg; answers the item at its end."""
        document = json.loads(path.read_text(encoding="utf-8"))
        places = [
            (seq, item["params"][4:6])
            for seq, item in enumerate(document["mission"]["items"], start=1)
            if item["command"] in (Command.NAV_WAYPOINT, Command.NAV_TAKEOFF)
        ]
        lengths = [
            (abs(first[0] - last[0]) + abs(first[1] - last[1]), seq, first, last)
            for (_, first), (seq, last) in pairwise(places)
        ]
        _, seq, first, last = max(lengths)
        ring = square((first[0] + last[0]) / 2, (first[1] + last[1]) / 2, 0.0002)
        document["geoFence"]["polygons"].append({"version": 1, "inclusion": False, "polygon": ring})
        path.write_text(json.dumps(document), encoding="utf-8")
        return seq

    def test_check_names_the_leg_and_push_does_not_send_it(
        self, plan: Path, root: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        seq = self.draw_over_a_leg(plan / "alpha.plan")
        assert dronectl("push", plan, "--workspace", root) in (2, 3)  # not even looked at yet
        code, errors = errors_of(plan, root, capsys)
        assert code == 3
        assert {one["drone"] for one in errors} == {"alpha"}
        assert {one["rule"] for one in errors} == {"on-board"}
        assert seq in {one["item"] for one in errors}
        assert all("through its own fence's exclusion" in str(one["message"]) for one in errors)
        assert read_plan(plan).edited == ()
        assert dronectl("push", plan, "--workspace", root) == 3
        assert "its own fence's exclusion" in capsys.readouterr().err

    def test_a_harmless_exclusion_is_taken_into_the_plan(
        self, plan: Path, root: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        document = json.loads((plan / "alpha.plan").read_text(encoding="utf-8"))
        home = document["mission"]["plannedHomePosition"]
        ring = square(home[0] - 0.003, home[1], 0.0002)
        document["geoFence"]["polygons"].append({"version": 1, "inclusion": False, "polygon": ring})
        (plan / "alpha.plan").write_text(json.dumps(document), encoding="utf-8")
        code, errors = errors_of(plan, root, capsys)
        assert (code, errors) == (0, [])
        assert len(read_plan(plan).drones[0].fence) == len(read_plan(plan).drones[1].fence) + 4
