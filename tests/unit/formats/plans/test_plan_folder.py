from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dronectl.errors import InputError
from dronectl.formats.plans import plan_folder
from dronectl.formats.plans.plan_folder import BEGUN_FILE, is_plan_folder, plan_sha256, read_plan, write_plan
from dronectl.model.geo import GeoPoint
from dronectl.model.plan.finding import Finding, Severity
from dronectl.model.plan.mission import Command, Frame, Mission, MissionItem, MissionType
from dronectl.model.plan.plan import DronePlan, Plan, Sortie
from dronectl.storage.files import write_atomic

HOME = MissionItem(Command.NAV_WAYPOINT, Frame.GLOBAL, lat_e7=160530600, lon_e7=1036511100, altitude_m=145.0)
MISSION = Mission(
    (
        HOME,
        MissionItem(Command.NAV_TAKEOFF, lat_e7=160530600, lon_e7=1036511100, altitude_m=30.0),
        MissionItem(Command.NAV_WAYPOINT, lat_e7=160540001, lon_e7=1036520009, altitude_m=30.12),
        MissionItem(Command.NAV_RETURN_TO_LAUNCH, Frame.GLOBAL),
    )
)
FENCE = Mission(
    tuple(
        MissionItem(Command.FENCE_POLYGON_VERTEX_INCLUSION, Frame.GLOBAL, 3.0, lat_e7=lat, lon_e7=1036000000)
        for lat in (160000000, 160500000, 160900000)
    ),
    MissionType.FENCE,
)
RALLY = Mission(
    (MissionItem(Command.RALLY_POINT, lat_e7=160540000, lon_e7=1036520000, altitude_m=30.0),), MissionType.RALLY
)


def sortie(number: int) -> Sortie:
    return Sortie(number, "บึง", MISSION, 0.0, 321.5, 61.25, 7.5, 30.0)


PLAN = Plan(
    name="เวรเช้า",
    created_utc="2026-03-01T00:00:00Z",
    drones=(
        DronePlan("alpha", 1, GeoPoint(16.05306, 103.65111), 145.0, (sortie(1), sortie(2)), FENCE, RALLY),
        DronePlan("bravo", 2, GeoPoint(16.0531, 103.6512), 145.0, (sortie(1),), FENCE, RALLY, rtl_altitude_m=44.5),
    ),
    sources={"missions/บึง.toml": "ab" * 32},
    makespan_s=122.5,
    coverage_pct=99.5,
    swath_m=42.5,
    min_separation_m=None,
    findings=(Finding("aerodrome", Severity.AUTHORISED, "ใกล้", "alpha", 2, "VTUR", 16.05, 103.65, 7.0, "m", "ที่ ๑"),),
    overrides=("ceiling by สมชาย",),
    rehearsal={"seconds": 12.5},
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "plans" / "เวรเช้า"
    write_plan(PLAN, folder, b"<kml/>")
    return folder


def drag(path: Path) -> None:
    """Moves the waypoint as a person would in another program."""
    text = path.read_text(encoding="utf-8")
    assert "16.0540001" in text
    path.write_text(text.replace("16.0540001", "16.0550001"), encoding="utf-8")


def dragged(plan: Plan) -> int:
    return plan.drones[0].sorties[0].mission.items[2].lat_e7


def test_what_is_written_is_read_back(folder: Path) -> None:
    assert read_plan(folder) == PLAN
    assert plan_sha256(read_plan(folder)) == plan_sha256(PLAN)
    assert {path.name for path in folder.iterdir()} == {
        "plan.json",
        "plan.kml",
        *(f"{stem}.{suffix}" for stem in ("alpha", "alpha-2", "bravo") for suffix in ("waypoints", "plan")),
    }


def test_advice_is_kept_until_a_file_is_edited(folder: Path) -> None:
    advised = replace(PLAN, advice=("alpha: a rally point at 16.05,103.65 would free all of them",))
    write_plan(advised, folder, None)
    assert read_plan(folder).advice == advised.advice
    drag(folder / "alpha.waypoints")
    assert read_plan(folder).advice == ()


def test_writing_twice_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    write_plan(PLAN, tmp_path / "again", b"<kml/>")
    for path in folder.iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes()


def test_an_edited_file_is_read_as_edited_without_the_old_figures(folder: Path) -> None:
    drag(folder / "alpha.waypoints")
    plan = read_plan(folder)
    assert plan.edited == ("alpha.waypoints",)
    assert dragged(plan) == 160550001
    assert (plan.makespan_s, plan.coverage_pct, plan.findings, plan.rehearsal) == (0.0, None, (), None)
    assert plan.drones[0].sorties[0].battery_pct == 0
    assert plan.drones[1].sorties[0].battery_pct == 7.5
    assert plan.overrides == (), "who allowed the old plan did not allow this one"
    assert plan_sha256(plan) != plan_sha256(PLAN)


def test_the_edited_one_of_the_two_files_counts(folder: Path) -> None:
    drag(folder / "alpha.plan")
    assert dragged(read_plan(folder)) == 160550001
    drag(folder / "alpha.waypoints")
    assert dragged(read_plan(folder)) == 160550001, "both edited alike"
    (folder / "alpha.plan").write_bytes((folder / "bravo.plan").read_bytes().replace(b"16.0540001", b"16.0560001"))
    with pytest.raises(InputError, match="both changed and differ"):
        read_plan(folder)


def test_a_fence_edited_in_the_plan_file_counts(folder: Path) -> None:
    path = folder / "alpha.plan"
    document = json.loads(path.read_text(encoding="utf-8"))
    document["geoFence"]["polygons"][0]["polygon"][0] = [16.01, 103.61]
    path.write_text(json.dumps(document), encoding="utf-8")
    plan = read_plan(folder)
    assert plan.edited == ("alpha.plan",)
    assert plan.drones[0].fence.items[0].lat_e7 == 160100000
    assert plan.drones[1].fence == FENCE


def test_two_fences_drawn_for_one_drone_are_not_chosen_from(folder: Path) -> None:
    """alpha flies twice, with one fence on board."""
    for name, lat in (("alpha.plan", 16.01), ("alpha-2.plan", 16.02)):
        document = json.loads((folder / name).read_text(encoding="utf-8"))
        document["geoFence"]["polygons"][0]["polygon"][0] = [lat, 103.61]
        (folder / name).write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(InputError, match=r"alpha-2.plan and alpha.plan were changed and have different fences"):
        read_plan(folder)
    (folder / "alpha-2.plan").write_bytes((folder / "alpha.plan").read_bytes())
    assert read_plan(folder).drones[0].fence.items[0].lat_e7 == 160100000


def test_recording_an_edit_keeps_the_edited_file_and_renews_its_twin(folder: Path) -> None:
    drag(folder / "alpha.waypoints")
    bytes_by_hand = (folder / "alpha.waypoints").read_bytes()
    edited = read_plan(folder)
    write_plan(replace(edited, edited=()), folder, None, keep=edited.edited)
    assert (folder / "alpha.waypoints").read_bytes() == bytes_by_hand
    again = read_plan(folder)
    assert again.edited == ()
    assert dragged(again) == 160550001
    assert b"16.0550001" in (folder / "alpha.plan").read_bytes()


def test_an_edit_during_the_check_is_not_recorded(folder: Path) -> None:
    drag(folder / "alpha.waypoints")
    edited = read_plan(folder)
    path = folder / "alpha.waypoints"
    path.write_text(path.read_text(encoding="utf-8").replace("16.0550001", "16.0590001"), encoding="utf-8")
    with pytest.raises(InputError, match="changed while"):
        write_plan(replace(edited, edited=()), folder, None, keep=edited.edited)


def test_the_hash_is_over_what_is_sent() -> None:
    assert plan_sha256(replace(PLAN, name="x", makespan_s=1.0, findings=())) == plan_sha256(PLAN)
    fenceless = replace(PLAN.drones[1], fence=Mission((), MissionType.FENCE))
    assert plan_sha256(replace(PLAN, drones=(PLAN.drones[0], fenceless))) != plan_sha256(PLAN)
    item = replace(MISSION.items[2], lat_e7=MISSION.items[2].lat_e7 + 1)
    moved = replace(sortie(1), mission=Mission((*MISSION.items[:2], item, MISSION.items[3])))
    other = replace(PLAN.drones[1], sorties=(moved,))
    assert plan_sha256(replace(PLAN, drones=(PLAN.drones[0], other))) != plan_sha256(PLAN)


def test_a_plan_replaces_a_plan_and_leaves_other_files_alone(folder: Path) -> None:
    (folder / "บันทึก.txt").write_text("x", encoding="utf-8")
    write_plan(replace(PLAN, drones=PLAN.drones[1:]), folder, None)
    names = {path.name for path in folder.iterdir()}
    assert "alpha.waypoints" not in names
    assert {"bravo.waypoints", "บันทึก.txt"} <= names


@pytest.mark.parametrize("stops_after", [1, 2, 5, 6, 7])
def test_a_plan_whose_writing_was_cut_off_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stops_after: int
) -> None:
    """By a kill, or by a disk that filled: what is left is no plan, and does not stand in the way of one."""
    left = stops_after

    def write(path: Path, data: bytes | str) -> None:
        nonlocal left
        if not left:
            raise KeyboardInterrupt
        left -= 1
        write_atomic(path, data)

    folder = tmp_path / "p"
    with monkeypatch.context() as patched:
        patched.setattr(plan_folder, "write_atomic", write)
        with pytest.raises(KeyboardInterrupt):
            write_plan(PLAN, folder, b"<kml/>")
    (folder / ".alpha.plan.0badcafe.part").write_bytes(b"half")
    with pytest.raises(InputError):
        read_plan(folder)
    others = replace(PLAN, drones=PLAN.drones[1:])
    write_plan(others, folder, None)
    assert read_plan(folder).edited == ()
    assert not (folder / BEGUN_FILE).exists()
    assert not (folder / "alpha.waypoints").exists()


def test_a_mission_of_somebody_else_is_kept_beside_the_plan(tmp_path: Path) -> None:
    (tmp_path / "alpha.waypoints").write_text("mine", encoding="utf-8")
    write_plan(PLAN, tmp_path, None)
    assert read_plan(tmp_path).edited == ()
    assert (tmp_path / "alpha.waypoints.bak").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda plan: plan.update(name="../../x"), "name: found"),
        (lambda plan: plan.update(name=".."), "name: found"),
        (lambda plan: plan["drones"][0].update(name="../../../EVIL"), r"drones\[0\]\.name: found"),
        (lambda plan: plan["drones"][0].update(name="C:evil"), r"drones\[0\]\.name: found"),
        (lambda plan: plan["drones"][0].update(name="nul"), r"drones\[0\]\.name: found"),
    ],
)
def test_no_name_in_it_leads_out_of_a_folder(folder: Path, edit: Callable[[Any], None], words: str) -> None:
    document = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    edit(document)
    (folder / "plan.json").write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(InputError, match=words):
        read_plan(folder)


def test_a_folder_with_other_things_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"x")
    with pytest.raises(InputError, match="holds other things"):
        write_plan(PLAN, tmp_path, None)
    assert [path.name for path in tmp_path.iterdir()] == ["photo.jpg"]
    with pytest.raises(InputError, match="is a file"):
        write_plan(PLAN, tmp_path / "photo.jpg", None)


def test_a_writing_that_was_cut_off_is_never_a_sound_plan(folder: Path) -> None:
    """Mission files are written before plan.json: with the old plan.json, a new mission counts as edited."""
    before = (folder / "plan.json").read_bytes()
    item = replace(MISSION.items[2], lat_e7=160560001)
    moved = replace(sortie(1), mission=Mission((*MISSION.items[:2], item, MISSION.items[3])))
    write_plan(replace(PLAN, drones=(PLAN.drones[0], replace(PLAN.drones[1], sorties=(moved,)))), folder, None)
    (folder / "plan.json").write_bytes(before)
    assert read_plan(folder).edited


def test_two_sorties_never_share_a_file(tmp_path: Path) -> None:
    clash = replace(PLAN.drones[1], name="alpha-2")
    with pytest.raises(InputError, match=r"alpha-2\.plan"):
        write_plan(replace(PLAN, drones=(PLAN.drones[0], clash)), tmp_path / "x", None)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda root: root.pop("format"), "format"),
        (lambda root: root.update(version=99), "version 99"),
        (lambda root: root.update(drones=3), "a list is wanted"),
        (lambda root: root["drones"][0]["home"].update(lat_deg=95), "latitude 95"),
        (lambda root: root["drones"][0]["sorties"][0].update(number="x"), "number"),
        (lambda root: root["drones"][0]["sorties"][0].update(files={"../../etc/passwd": ""}), "no mission file"),
        (lambda root: root["drones"][0]["sorties"][0].update(files={}), "names no .waypoints"),
        (lambda root: root["drones"][0]["sorties"][0].update(files={"gone.waypoints": ""}), "missing"),
        (lambda root: root["violations"][0].update(severity="dire"), "no finding"),
        (lambda root: root["drones"][0]["fence"][0].pop(), "found 8 numbers"),
        (lambda root: root["drones"][0]["fence"][0].__setitem__(0, 1_000_000), "a whole number from 0 to 65535"),
        (lambda root: root["drones"][0]["fence"][0].__setitem__(6, 2**31), "a whole number of 32 bits"),
    ],
)
def test_a_damaged_plan_json_is_one_line(folder: Path, change: object, words: str) -> None:
    path = folder / "plan.json"
    root = json.loads(path.read_text(encoding="utf-8"))
    change(root)  # type: ignore[operator]
    path.write_text(json.dumps(root), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_plan(folder)
    assert words in caught.value.message
    assert "\n" not in caught.value.message


def test_no_plan_at_all(tmp_path: Path) -> None:
    assert not is_plan_folder(tmp_path)
    with pytest.raises(InputError, match="no plan folder"):
        read_plan(tmp_path)


def test_files_of_the_plan_before_go_though_a_kill_came_before_they_went(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new plan.json, which no longer names them, was there already."""
    others = replace(PLAN, drones=PLAN.drones[1:])

    def killed(_path: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(plan_folder, "remove", killed)
        with pytest.raises(KeyboardInterrupt):
            write_plan(others, folder, None)
    assert read_plan(folder).edited == ()
    assert (folder / "alpha.waypoints").exists()
    write_plan(others, folder, b"<kml/>")
    assert not (folder / "alpha.waypoints").exists()
    assert not (folder / BEGUN_FILE).exists()
    assert (folder / "plan.kml").exists()
