"""``dronectl plan`` as a person types it, on the Roi Et workspace and on files made elsewhere."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from repository import REPOSITORY

from dronectl.cli.main import run
from dronectl.formats.missions.mission_file import read_mission_file
from dronectl.formats.missions.wpl import read_wpl, write_wpl
from dronectl.formats.plans.plan_folder import read_plan
from dronectl.model.plan.finding import Severity
from dronectl.model.plan.mission import Command, Mission

DATE = ("--date", "2026-03-01")
QUICK = ("--budget", "50ms")
"""Where it does not matter how good the plan is."""


def dronectl(*argv: object) -> int:
    return run([str(arg) for arg in argv])


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository's workspace, so that no test writes into it."""
    root = tmp_path_factory.mktemp("งาน")
    shutil.copy(REPOSITORY / "dronectl.toml", root)
    for folder in ("geofences", "missions", "sim"):
        shutil.copytree(REPOSITORY / folder, root / folder)
    return root


@pytest.fixture(scope="module")
def built(workspace: Path) -> Path:
    """The demo patrol, built once."""
    assert dronectl("plan", "build", "demo", "--workspace", workspace, *DATE) == 0
    return workspace / "plans" / "demo"


@pytest.fixture
def plan(built: Path, tmp_path: Path) -> Path:
    """A copy that a test may spoil."""
    return Path(shutil.copytree(built, tmp_path / "demo"))


def keep_out_centre(workspace: Path) -> tuple[int, int]:
    from dronectl.site.workspace import load_site

    corners = next(k for k in load_site(workspace).zones.keep_outs if k.id == "tower").polygon.exterior
    return sum(c.lat_e7 for c in corners) // len(corners), sum(c.lon_e7 for c in corners) // len(corners)


def drag_into_keep_out(path: Path, workspace: Path) -> int:
    """Moves the last-but-one waypoint into the tower's keep-out; answers its item number."""
    from dataclasses import replace

    mission = read_wpl(path.read_text(encoding="utf-8"), source=str(path))
    seq = [index for index, item in enumerate(mission.items) if item.command == Command.NAV_WAYPOINT][-2]
    lat_e7, lon_e7 = keep_out_centre(workspace)
    items = list(mission.items)
    items[seq] = replace(items[seq], lat_e7=lat_e7, lon_e7=lon_e7)
    path.write_text(write_wpl(Mission(tuple(items))), encoding="utf-8")
    return seq


class TestBuild:
    def test_all_missions_of_the_site_break_no_rule_that_is_not_authorised(
        self, workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        missions = sorted((workspace / "missions").glob("*.toml"))
        out = tmp_path / "all"
        assert dronectl("plan", "build", *missions, "-o", out, "--json", "--workspace", workspace, *DATE, *QUICK) == 0
        document = json.loads(capsys.readouterr().out)
        assert {one["name"] for one in document["drones"]} == {"alpha", "bravo", "charlie"}
        for key in ("items", "distance_m", "duration_s", "battery_pct", "sorties"):
            assert all(one[key] > 0 for one in document["drones"])
        assert document["makespan_s"] > 0
        assert document["min_separation_m"] >= 10
        assert document["coverage_pct"] > 98
        assert {one["severity"] for one in document["violations"]} <= {"authorised", "warning"}
        assert dronectl("plan", "check", out, "--json", "--workspace", workspace, *DATE) == 0
        again = json.loads(capsys.readouterr().out)
        assert again["errors"] == 0
        assert len(again["violations"]) == len(document["violations"])

    def test_the_report_for_people(self, workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert dronectl("plan", "build", "demo", "-o", tmp_path / "p", "--workspace", workspace, *DATE, *QUICK) == 0
        text = capsys.readouterr().out
        for words in ("alpha", "bravo", "charlie", "coverage", "least separation", "authorised", str(tmp_path / "p")):
            assert words in text

    def test_the_folder_holds_what_the_contract_says(self, built: Path) -> None:
        names = {path.name for path in built.iterdir()}
        assert {"plan.json", "plan.kml", "alpha.waypoints", "alpha.plan", "charlie.waypoints"} <= names
        plan = read_plan(built)
        assert plan.edited == ()
        assert plan.drones[0].fence.items
        assert "missions/demo.toml" in plan.sources

    def test_a_broken_rule_exits_3_and_the_plan_is_written(
        self, workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        out = tmp_path / "late"
        late = ("--date", "2050-01-01")
        assert dronectl("plan", "build", "demo", "-o", out, "--workspace", workspace, *late, *QUICK) == 3
        captured = capsys.readouterr()
        assert "expired on" in captured.out
        assert "aerodrome" in captured.err
        assert str(out) in captured.err
        assert any(one.severity is Severity.ERROR for one in read_plan(out).findings)

    def test_a_person_may_let_it_through_and_is_recorded(
        self, workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        out = tmp_path / "allowed"
        rules = ("aerodrome", "notice", "papers")
        allowed = [word for rule in rules for word in ("--allow", rule)]
        allow = (*allowed, "--by", "พ.ต.ท. สมชาย", "--date", "2050-01-01")
        assert dronectl("plan", "build", "demo", "-o", out, "--workspace", workspace, *allow, *QUICK) == 0
        assert "override by พ.ต.ท. สมชาย" in capsys.readouterr().out
        assert read_plan(out).overrides == tuple(f"{rule} by พ.ต.ท. สมชาย" for rule in rules)
        assert dronectl("plan", "check", out, "--workspace", workspace, "--date", "2050-01-01") == 0

    def test_what_is_flown_otherwise_than_asked_is_said_wherever_the_plan_is(
        self, root: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        mission = root / "missions" / "demo.toml"
        higher = mission.read_text(encoding="utf-8").replace("relative_m = 58.0", "relative_m = 70.0")
        mission.write_text(higher, encoding="utf-8")
        words = "demo: flown 8 m lower than asked, from 62 m up, not from 70 m: the layers of 3 drones, 14 m apart"
        assert dronectl("plan", "build", "demo", "--workspace", root, *DATE, *QUICK) == 0
        assert f"note: {words}" in capsys.readouterr().out
        plan = root / "plans" / "demo"
        assert read_plan(plan).notes[0].startswith(words)
        assert dronectl("plan", "show", plan, "--workspace", root) == 0
        assert f"note: {words}" in capsys.readouterr().out
        assert dronectl("plan", "build", "demo", "--json", "--workspace", root, *DATE, *QUICK) == 0
        assert json.loads(capsys.readouterr().out)["notes"][0].startswith(words)

    def test_hot_spots_tell_the_shift_and_the_battery_sets(
        self, root: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        mission = root / "missions" / "economic_hotspots.toml"
        text = mission.read_text(encoding="utf-8")
        mission.write_text(
            text.replace("most_sorties = 6", "most_sorties = 4").replace("= 60 ", "= 120 "), encoding="utf-8"
        )
        assert dronectl("plan", "build", "economic_hotspots", "--json", "--workspace", root, *DATE, *QUICK) == 0
        document = json.loads(capsys.readouterr().out)
        shift, hotspot = document["shift"], document["hotspot"][0]
        assert shift["waves"] == 4
        assert shift["duration_s"] > hotspot["wave_starts_s"][-1] > 3 * document["makespan_s"] / 4
        assert shift["air_s"] == pytest.approx(document["makespan_s"])
        needs = {one["drone"]: one for one in shift["batteries"]}
        assert needs.keys() == {"alpha", "bravo", "charlie"}
        assert all(1 <= one["sets"] <= one["sorties"] <= 4 for one in needs.values())
        assert all(one["charge_s"] == 3600.0 and one["charge_assumed"] for one in needs.values())

    def test_a_drone_may_be_left_out(self, workspace: Path, tmp_path: Path) -> None:
        out = tmp_path / "two"
        two = ("--drone", "alpha", "--drone", "charlie")
        assert dronectl("plan", "build", "demo", "-o", out, "--workspace", workspace, *two, *DATE, *QUICK) == 0
        assert [drone.name for drone in read_plan(out).drones] == ["alpha", "charlie"]

    @pytest.mark.parametrize(
        ("argv", "words"),
        [
            (["nowhere"], "no mission 'nowhere'"),
            (["demo", "demo"], "given twice"),
            (["demo", "--allow", "ceilling", "--by", "x"], "no such rule"),
            (["demo", "--allow", "ceiling"], "needs --by"),
            (["demo", "--by", "x"], "missing"),
            (["demo", "--drone", "delta"], "no drone 'delta'"),
            (["demo", "--date", "tomorrow"], "tomorrow"),
            ([], "Missing argument"),
        ],
    )
    def test_wrong_usage_is_one_line(
        self, argv: list[str], words: str, workspace: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert dronectl("plan", "build", *argv, "--workspace", workspace) == 2
        captured = capsys.readouterr()
        assert words in captured.err
        assert captured.out == ""

    def test_another_folder_is_never_overwritten(
        self, workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "photo.jpg").write_bytes(b"x")
        assert dronectl("plan", "build", "demo", "-o", tmp_path, "--workspace", workspace) == 2
        assert "holds other things" in capsys.readouterr().err


class TestCheck:
    def test_a_waypoint_dragged_into_a_keep_out_exits_3_and_names_the_leg(
        self, plan: Path, workspace: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        seq = drag_into_keep_out(plan / "alpha.waypoints", workspace)
        assert dronectl("plan", "check", plan, "--json", "--workspace", workspace, *DATE) == 3
        document = json.loads(capsys.readouterr().out)
        errors = [one for one in document["violations"] if one["severity"] == "error"]
        assert {one["rule"] for one in errors} >= {"keep-out"}
        hits = [one for one in errors if one["rule"] == "keep-out"]
        assert {one["zone"] for one in hits} == {"tower"}
        assert seq in {one["item"] for one in hits}
        assert any(f"→{seq}" in one["message"] for one in hits)
        assert all(one["drone"] == "alpha" and one["amount"] > 10 and one["unit"] == "m" for one in hits)

    def test_an_edit_counts_as_unchecked_until_it_was_checked(
        self, plan: Path, workspace: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        drag_into_keep_out(plan / "alpha.waypoints", workspace)
        assert read_plan(plan).edited == ("alpha.waypoints",)
        assert dronectl("plan", "check", plan, "--workspace", workspace, *DATE) == 3
        recorded = read_plan(plan)
        assert recorded.edited == ()
        assert any(one.severity is Severity.ERROR for one in recorded.findings)
        assert recorded.makespan_s > 0
        assert recorded.coverage_pct is not None
        assert any("of zone lake_park is seen" in note for note in recorded.notes), "the legs that were dragged away"
        assert "keep-out" in capsys.readouterr().out

    def test_an_edit_may_be_allowed_by_name(self, plan: Path, workspace: Path) -> None:
        drag_into_keep_out(plan / "alpha.waypoints", workspace)
        allow = ("--allow", "keep-out", "--by", "พ.ต.ท. สมชาย")
        assert dronectl("plan", "check", plan, *allow, "--workspace", workspace, *DATE) == 0
        assert read_plan(plan).overrides == ("keep-out by พ.ต.ท. สมชาย",)
        assert dronectl("plan", "check", plan, "--workspace", workspace, *DATE) == 0
        drag_into_keep_out(plan / "bravo.waypoints", workspace)
        assert dronectl("plan", "check", plan, "--workspace", workspace, *DATE) == 3

    def test_options_that_make_no_sense_for_the_target(self, plan: Path, workspace: Path) -> None:
        assert dronectl("plan", "check", plan, "--drone", "alpha", "--workspace", workspace) == 2
        allow = ("--allow", "ceiling", "--by", "x")
        assert dronectl("plan", "check", plan / "alpha.plan", *allow, "--workspace", workspace) == 2

    def test_a_sound_plan_is_not_written_to(self, plan: Path, workspace: Path) -> None:
        before = {path.name: path.read_bytes() for path in plan.iterdir()}
        assert dronectl("plan", "check", plan, "--workspace", workspace, *DATE) == 0
        assert {path.name: path.read_bytes() for path in plan.iterdir()} == before

    def test_findings_are_told_by_cause_and_each_with_all(
        self, plan: Path, workspace: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        drag_into_keep_out(plan / "alpha.waypoints", workspace)
        assert dronectl("plan", "check", plan, "--workspace", workspace, *DATE) == 3
        told = capsys.readouterr().out
        assert "authorised  aerodrome       3 sorties within 9 km of VTUR, nearest 1.4" in told
        assert "authorised by ตัวอย่าง/EXAMPLE-0001 until 2034-12-31" in told
        assert told.count("authorised  aerodrome") == 1
        assert told.index("error  ") < told.index("authorised  aerodrome")
        assert dronectl("plan", "check", plan, "--all", "--workspace", workspace, *DATE) == 3
        each = capsys.readouterr().out
        assert each.count("authorised  aerodrome") == 3
        assert "--all lists each" in told
        assert "--all lists each" not in each

    def test_files_made_elsewhere(self, workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        path = tmp_path / "bravo.waypoints"
        path.write_text(
            "QGC WPL 110\r\n0\t1\t0\t16\t0\t0\t0\t0\t16.0529\t103.6507\t145\t1\r\n"
            "1\t0\t3\t16\t0\t3.5\t0\t0\t16.0535\t103.6500\t95\t1\r\n2\t0\t3\t195\t0\t0\t0\t0\t16\t103\t0\t1\r\n",
            encoding="utf-8",
        )
        assert dronectl("plan", "check", path, "--json", "--workspace", workspace, *DATE) == 3
        document = json.loads(capsys.readouterr().out)
        assert {one["drone"] for one in document["violations"]} == {"bravo"}
        errors = {one["rule"] for one in document["violations"] if one["severity"] == "error"}
        assert errors == {"ceiling", "autopilot", "structure"}
        assert dronectl("plan", "check", path, "--drone", "charlie", "--json", "--workspace", workspace, *DATE) == 3
        assert {one["drone"] for one in json.loads(capsys.readouterr().out)["violations"]} == {"charlie"}

    def test_a_plan_file_with_its_fence(self, plan: Path, workspace: Path) -> None:
        assert dronectl("plan", "check", plan / "alpha.plan", "--workspace", workspace, *DATE) == 0

    def test_sarif_names_file_and_line(self, plan: Path, workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
        seq = drag_into_keep_out(plan / "alpha.waypoints", workspace)
        assert dronectl("plan", "check", plan, "--format", "sarif", "--workspace", workspace, *DATE) == 3
        log = json.loads(capsys.readouterr().out)
        assert log["version"] == "2.1.0"
        (sarif_run,) = log["runs"]
        ids = {rule["id"] for rule in sarif_run["tool"]["driver"]["rules"]}
        assert {result["ruleId"] for result in sarif_run["results"]} <= ids
        places = [
            result["locations"][0]["physicalLocation"]
            for result in sarif_run["results"]
            if (result["level"], result["ruleId"]) == ("error", "keep-out")
        ]
        lines = {place["region"]["startLine"] for place in places}
        assert seq + 2 in lines
        assert all(place["artifactLocation"]["uri"].endswith("alpha.waypoints") for place in places)

    @pytest.mark.parametrize(
        ("name", "content", "words"),
        [
            ("gone.waypoints", None, "no such file"),
            ("x.xyz", b"x", "cannot read '.xyz'"),
            ("x.waypoints", b"", "empty file"),
            ("x.waypoints", b"\x00\x01\x02", "binary"),
            ("x.waypoints", "QGC WPL 110".encode("utf-16"), "UTF-16"),
            ("x.waypoints", "โดรน".encode("cp874"), "UTF-8"),
            ("x.plan", b"{", "no JSON"),
        ],
    )
    def test_a_file_that_cannot_be_read_is_one_line(
        self,
        name: str,
        content: bytes | None,
        words: str,
        workspace: Path,
        tmp_path: Path,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        if content is not None:
            (tmp_path / name).write_bytes(content)
        assert dronectl("plan", "check", tmp_path / name, "--workspace", workspace) == 2
        captured = capsys.readouterr()
        assert words in captured.err
        assert captured.err.count("error:") == 1

    def test_a_folder_that_is_no_plan(
        self, workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert dronectl("plan", "check", tmp_path, "--workspace", workspace) == 2
        assert "no plan folder" in capsys.readouterr().err


class TestConvertAndShow:
    def test_there_and_back_again_is_the_same_file(self, plan: Path, tmp_path: Path) -> None:
        assert dronectl("plan", "convert", plan / "alpha.waypoints", tmp_path / "a.plan") == 0
        assert dronectl("plan", "convert", tmp_path / "a.plan", tmp_path / "a.waypoints") == 0
        assert (tmp_path / "a.waypoints").read_bytes() == (plan / "alpha.waypoints").read_bytes()

    def test_what_does_not_fit_is_said(self, plan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert dronectl("plan", "convert", plan / "alpha.plan", tmp_path / "a.waypoints") == 0
        assert "fence items are not in a.waypoints" in capsys.readouterr().err

    def test_the_autopilots_own_files(self, plan: Path, tmp_path: Path) -> None:
        for part in ("mission", "fence"):
            made = tmp_path / f"{part}.dat"
            assert dronectl("plan", "convert", plan / "alpha.plan", made) == 0
            assert dronectl("plan", "convert", plan / "alpha.plan", tmp_path / f"straight-{part}.waypoints") == 0
            assert dronectl("plan", "convert", made, tmp_path / f"around-{part}.waypoints") == 0
            around, straight = (tmp_path / f"{way}-{part}.waypoints" for way in ("around", "straight"))
            assert around.read_bytes() == straight.read_bytes()

    def test_a_part_that_is_not_there(self, plan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert dronectl("plan", "convert", plan / "alpha.waypoints", tmp_path / "fence.dat") == 2
        assert "there is no fence to write" in capsys.readouterr().err
        assert not (tmp_path / "fence.dat").exists()

    def test_maps(self, plan: Path, tmp_path: Path) -> None:
        for name in ("a.kml", "a.geojson"):
            assert dronectl("plan", "convert", plan / "alpha.waypoints", tmp_path / name) == 0
        geojson = json.loads((tmp_path / "a.geojson").read_text(encoding="utf-8"))
        route = geojson["features"][0]["geometry"]
        assert route["type"] == "LineString"
        assert all(103 < lon < 104 and 16 < lat < 17 for lon, lat in route["coordinates"])
        kml = (tmp_path / "a.kml").read_text(encoding="utf-8")
        assert kml.startswith("<?xml")
        home = read_mission_file(plan / "alpha.waypoints").mission.items[0]
        place = f"{home.position.lon_deg:.7f},{home.position.lat_deg:.7f},{home.altitude_m:.3f}"
        assert f"<coordinates>{place}</coordinates>" in kml
        assert f"<coordinates>{place} " in kml, "the way begins there"

    def test_a_file_that_does_not_say_how_high_home_lies_is_drawn_above_the_ground(
        self, plan: Path, tmp_path: Path
    ) -> None:
        path = tmp_path / "a.plan"
        document = json.loads((plan / "alpha.plan").read_text(encoding="utf-8"))
        for height, mode in ((145.0, "absolute"), (None, "relativeToGround")):
            document["mission"]["plannedHomePosition"][2] = height
            path.write_text(json.dumps(document), encoding="utf-8")
            assert dronectl("plan", "convert", path, tmp_path / "a.kml") == 0
            drawn = (tmp_path / "a.kml").read_text(encoding="utf-8")
            assert drawn.count(f"<altitudeMode>{mode}</altitudeMode>") > 3

    def test_heights_above_terrain_are_drawn_above_home_and_that_is_told(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        rows = [
            "0 1 0 16 0 0 0 0 16.05 103.65 145 1",
            "1 0 3 22 0 0 0 0 0 0 30 1",
            "2 0 10 16 0 0 0 0 16.051 103.65 30 1",
        ]
        path = tmp_path / "a.waypoints"
        path.write_text("\n".join(["QGC WPL 110", *rows]), encoding="utf-8")
        assert dronectl("plan", "convert", path, tmp_path / "a.kml") == 0
        assert (
            "heights above terrain (item 2) are drawn as if all ground lay as high as home" in capsys.readouterr().err
        )
        assert dronectl("plan", "convert", path, tmp_path / "a.plan") == 0
        assert "above terrain" not in capsys.readouterr().err

    def test_an_altitude_that_the_file_does_not_have_is_refused(
        self, plan: Path, tmp_path: Path, workspace: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = tmp_path / "alpha.plan"
        document = json.loads((plan / "alpha.plan").read_text(encoding="utf-8"))
        item = next(one for one in document["mission"]["items"] if one["command"] == Command.NAV_WAYPOINT)
        item["params"][6] = None
        item |= {"frame": 0, "Altitude": 80, "AltitudeMode": 3}
        path.write_text(json.dumps(document), encoding="utf-8")
        for argv in (("convert", path, tmp_path / "x.waypoints"), ("check", path, "--workspace", workspace, *DATE)):
            assert dronectl("plan", *argv) == 2
            assert "its altitude (80 m above terrain) is not in the file" in capsys.readouterr().err
        assert not (tmp_path / "x.waypoints").exists()

    def test_what_was_passed_over_is_said_in_words_and_in_json(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        gapped, to = tmp_path / "g.waypoints", tmp_path / "g.plan"
        gapped.write_text("QGC WPL 110\n0 1 0 16 0 0 0 0 16 103 145 1\n4 0 3 16 0 0 0 0 16 103 30 1\n")
        assert dronectl("plan", "convert", gapped, to) == 0
        told = f"{gapped}:3: found item 4 where item 1 comes: lines are taken in order"
        assert f"note: {told}" in capsys.readouterr().err
        assert dronectl("plan", "convert", gapped, to, "--json") == 0
        document = json.loads(capsys.readouterr().out)
        assert (document["notes"], document["left_out"]) == ([told], [])
        assert (document["to"], document["items"]) == (str(to), {"mission": 2, "fence": 0, "rally": 0})

    def test_a_mission_without_a_home_is_not_drawn_from_the_gulf_of_guinea(self, tmp_path: Path) -> None:
        (tmp_path / "h.waypoints").write_text("QGC WPL 110\n1 1 3 22 0 0 0 0 0 0 30 1\n2 0 3 16 0 0 0 0 16 103 30 1\n")
        assert dronectl("plan", "convert", tmp_path / "h.waypoints", tmp_path / "h.kml") == 0
        assert "0.0000000,0.0000000" not in (tmp_path / "h.kml").read_text(encoding="utf-8")

    def test_a_fence_and_rally_points_are_on_the_map_too(self, tmp_path: Path) -> None:
        fence = {
            "version": 2,
            "polygons": [
                {"inclusion": inclusion, "polygon": [[lat, 103], [lat, 104], [lat + 1, 104]]}
                for inclusion, lat in ((True, 16), (False, 17))
            ],
            "circles": [{"inclusion": False, "circle": {"center": [16, 103], "radius": 50}}],
        }
        rally = {"version": 2, "points": [[16, 103, 30]]}
        whole = {"fileType": "Plan", "version": 1, "mission": {"version": 2, "items": []}}
        (tmp_path / "f.plan").write_text(json.dumps({**whole, "geoFence": fence, "rallyPoints": rally}))
        for name in ("f.geojson", "f.kml"):
            assert dronectl("plan", "convert", tmp_path / "f.plan", tmp_path / name) == 0
        features = json.loads((tmp_path / "f.geojson").read_text(encoding="utf-8"))["features"]
        assert [one["properties"]["kind"] for one in features] == ["fence", "keep_out", "keep_out", "rally"]
        assert features[0]["geometry"]["coordinates"] == [[[103, 16], [104, 16], [104, 17], [103, 16]]]
        assert len(features[2]["geometry"]["coordinates"][0]) > 30, "a circle"
        kml = (tmp_path / "f.kml").read_text(encoding="utf-8")
        assert all(f"<name>{name}</name>" in kml for name in ("inclusion 1", "exclusion 1", "exclusion 2", "rally 1"))

    @pytest.mark.parametrize("name", ["f.fen", "fence.txt"])
    def test_a_lone_fence_is_a_polygon_on_the_map(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
    ) -> None:
        (tmp_path / name).write_text("16.5 103.5\n16 103\n16 104\n17 104\n16 103\n")
        assert dronectl("plan", "convert", tmp_path / name, tmp_path / "m.kml") == 0
        kml = (tmp_path / "m.kml").read_text(encoding="utf-8")
        assert kml.count("<Placemark>") == 1
        assert "<name>inclusion 1</name>" in kml
        assert "return points are not in m.kml" in capsys.readouterr().err

    def test_a_suffix_that_is_not_known(self, plan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert dronectl("plan", "convert", plan / "alpha.waypoints", tmp_path / "a.doc") == 2
        assert "cannot write '.doc'" in capsys.readouterr().err

    def test_show_writes_a_map(self, plan: Path, workspace: Path, tmp_path: Path) -> None:
        assert dronectl("plan", "show", plan, "-o", tmp_path / "z.kml", "--workspace", workspace) == 0
        assert "alpha" in (tmp_path / "z.kml").read_text(encoding="utf-8")
        assert dronectl("plan", "show", plan, "-o", tmp_path / "z.html", "--workspace", workspace) == 0
        assert (tmp_path / "z.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
        assert dronectl("plan", "show", plan, "-o", tmp_path / "z.SVG", "--sortie", 1, "--workspace", workspace) == 0
        assert "alpha" in (tmp_path / "z.SVG").read_text(encoding="utf-8")

    @pytest.mark.parametrize("name", ["z.pdf", "z"])
    def test_show_names_the_maps_it_can_write(
        self, plan: Path, workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
    ) -> None:
        assert dronectl("plan", "show", plan, "-o", tmp_path / name, "--workspace", workspace) == 2
        assert ".html, .svg, .png, .kml" in capsys.readouterr().err

    def test_show_draws_in_the_terminal(self, plan: Path, workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert dronectl("plan", "show", plan, "--workspace", workspace) == 0
        printed = capsys.readouterr().out
        assert "บึงพลาญชัย" in printed
        assert any("\u2800" < character <= "\u28ff" for character in printed)
        assert "\x1b" not in printed
        assert max(map(len, printed.splitlines()[1:20])) <= 100

    @pytest.mark.parametrize("output", [(), ("-o", "z.html"), ("-o", "z.kml")])
    def test_show_knows_its_sorties(
        self,
        plan: Path,
        workspace: Path,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
        output: tuple[str, ...],
    ) -> None:
        monkeypatch.chdir(tmp_path)
        assert dronectl("plan", "show", plan, *output, "--sortie", 7, "--workspace", workspace) == 2
        assert "has no sortie 7" in capsys.readouterr().err
        assert not list(tmp_path.glob("z.*"))


def test_missions_and_plans_complete_in_the_shell(workspace: Path, built: Path) -> None:
    import click

    from dronectl.cli.plan import group as module
    from dronectl.cli.plan.common import complete_plans

    context = click.Context(module.build)
    context.params["workspace"] = workspace
    parameter = module.build.params[0]
    missions = [one.value for one in module._complete_missions(context, parameter, "de")]
    assert missions[0] == "demo"
    plans = [one.value for one in complete_plans(context, parameter, "plans/d")]
    assert plans[0] == f"plans/{built.name}"


def test_a_path_that_is_not_there_is_said_to_be_so(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert dronectl("plan", "check", tmp_path / "nowhere", "--workspace", workspace) == 2
    assert f"{tmp_path / 'nowhere'}: no such file or folder" in capsys.readouterr().err
