"""`dispatch` on the built-in fleet: proposed, sent from the ground and out of a patrol, and the patrol given back."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import click
import pytest
import shapely
from running_fleet import copy_workspace, demo_plan
from virtual_commands import pass_time, virtual_fleet_behind

from dronectl.cli.common.app import App
from dronectl.cli.main import run
from dronectl.cli.vehicle.dispatch import option_of_key
from dronectl.errors import NotReady
from dronectl.formats.plans.plan_folder import read_plan
from dronectl.model.geo import GeoPoint
from dronectl.ops.audit.log import AuditLog, audit_folder
from dronectl.ops.dispatch.options import Option, Proposal
from dronectl.ops.flight.remainders import find_remainder
from dronectl.ops.orders.airspace import Airspace
from dronectl.sim.fleet.fleet import SimFleet
from dronectl.sim.vehicle.stores import Item
from dronectl.site.workspace import load_site

pytestmark = pytest.mark.xdist_group("dispatch")

GOLD_SHOP = GeoPoint(16.0519, 103.6574)
SETTLED = 1500
"""Steps until the fleet has found its position."""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = copy_workspace(tmp_path_factory.mktemp("site"))
    demo_plan(root)
    for place in ("ร้านทอง 2", "16.09,103.65"):
        assert run(["incident", "add", place, "--kind", "fight", "--workspace", str(root)]) == 0
    return root


@pytest.fixture(scope="module")
def fleet(root: Path) -> Iterator[SimFleet]:
    with virtual_fleet_behind(root, speedup=1.0) as fleet:
        wait(fleet, SETTLED)
        yield fleet


@pytest.fixture(autouse=True)
def charged(fleet: SimFleet) -> None:
    """Batteries are changed between tests."""
    for vehicle in fleet.vehicles.values():
        vehicle.copter.battery.consumed_mah = 0.0


def wait(fleet: SimFleet, steps: int) -> None:
    count = iter(range(steps + 1))
    pass_time(fleet, lambda: next(count) == steps)


def told(capsys: pytest.CaptureFixture[str], root: Path, *arguments: str, code: int = 0) -> dict[str, Any]:
    capsys.readouterr()
    assert run([*arguments, "--json", "--workspace", str(root)]) == code
    document = json.loads(capsys.readouterr().out)
    assert isinstance(document, dict)
    return document


@contextmanager
def watched(fleet: SimFleet, name: str) -> Iterator[list[tuple[GeoPoint, float]]]:
    """The places and heights of a simulated body, many times a second."""
    vehicle = fleet.vehicles[name]
    places: list[tuple[GeoPoint, float]] = []
    step = vehicle.step

    def watched_step(dt_s: float) -> list[bytes]:
        body = vehicle.copter.airframe
        places.append((GeoPoint.from_e7(*vehicle.copter.chart.to_e7(body.north_m, body.east_m)), body.up_m))
        return step(dt_s)

    with patch.object(vehicle, "step", watched_step):
        yield places


def least_clearances_m(root: Path, places: list[tuple[GeoPoint, float]]) -> tuple[float, float]:
    """To the keep-outs, and to the fence from within, of a flown way."""
    ground = Airspace.of(load_site(root)).ground
    way = shapely.LineString(ground.frame.points_to_xy([place for place, up_m in places if up_m > 3.0]))
    (fence,) = [ground.areas[one.id] for one in ground.site.zones.fences]
    assert fence.covers(way)
    return min(shapely.distance(area, way) for _, area in ground.keep_outs), fence.boundary.distance(way)


def test_a_trial_proposes_the_first_to_be_there_and_moves_nobody(
    root: Path, fleet: SimFleet, capsys: pytest.CaptureFixture[str]
) -> None:
    document = told(capsys, root, "dispatch", "1", "--dry-run")
    assert (document["best"], document["sent"], document["cameras"]) == ("alpha", None, ["cctv_2"])
    arrivals = [one["arrives_s"] for one in document["options"]]
    assert arrivals == sorted(arrivals)
    for one in document["options"]:
        assert one["can_go"]
        assert one["arrives_s"] < one["windy_arrives_s"] < 2.0 * one["arrives_s"]
        assert 100.0 > one["battery_there_pct"] > one["battery_home_pct"] > 45.0
        assert one["stay_s"] == 300
        assert (one["view"]["off_m"], one["view"]["sees"]) == (30.0, True)
    heights = [one["relative_altitude_m"] for one in document["options"]]
    assert sorted(heights) == [40.0, 52.0, 64.0], "each in a layer of its own"
    assert run(["dispatch", "1", "--dry-run", "--drone", "charlie", "--workspace", str(root)]) == 0
    out, err = capsys.readouterr()
    assert out.endswith("would be sent to ร้านทอง ๒: charlie\n")
    assert "fixed cameras that see it: cctv_2" in err
    assert [note["event"] for note in told(capsys, root, "incident", "show", "1")["notes"]] == ["reported"]
    assert not any(vehicle.copter.is_armed for vehicle in fleet.vehicles.values())


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["9"], 2, "no incident 9"),
        (["1"], 2, "Nobody is there to answer"),
        (["1", "--yes", "--height", "120"], 2, "--height 120 is above 90 m"),
        (["1", "--yes", "--wind", "x"], 2, "write speed and where it comes from"),
        (["2", "--yes"], 6, "nobody can go: alpha: 16.0900000,103.6500000 cannot be looked at at 40 m by alpha"),
        (["1", "--yes", "--waive", "notice"], 2, "--waive needs --by NAME"),
        (["1", "--yes", "--allow", "daylight"], 2, "--allow needs --by NAME"),
        (["1", "--yes", "--allow", "gravity", "--by", "Mali"], 2, "no such rule"),
        (["1", "--yes", "--by", "Mali"], 2, "--by says who answers for --allow RULE, which is missing"),
    ],
)
def test_what_is_not_sent_says_why(
    root: Path,
    fleet: SimFleet,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    words: str,
) -> None:
    assert words in told(capsys, root, "dispatch", *arguments, code=code)["error"]["message"]
    assert not any(vehicle.copter.is_armed for vehicle in fleet.vehicles.values())


def test_an_empty_battery_is_sent_nowhere_and_wind_makes_it_later(
    root: Path, fleet: SimFleet, capsys: pytest.CaptureFixture[str]
) -> None:
    battery = fleet.vehicles["alpha"].copter.battery
    full = battery.consumed_mah
    battery.consumed_mah = full + 0.35 * battery.capacity_mah
    wait(fleet, 100)
    try:
        document = told(capsys, root, "dispatch", "1", "--dry-run", "--wind", "5@110")
    finally:
        battery.consumed_mah = full
        wait(fleet, 100)
    alpha = next(one for one in document["options"] if one["name"] == "alpha")
    assert alpha["why"] == "its battery does not bring it there and home (battery 65 %)"
    assert document["best"] in ("bravo", "charlie")
    still = told(capsys, root, "dispatch", "1", "--dry-run")
    assert document["options"][0]["arrives_s"] > still["options"][0]["arrives_s"] + 20.0


def test_from_the_ground_it_flies_there_and_home_by_itself(
    root: Path, fleet: SimFleet, capsys: pytest.CaptureFixture[str]
) -> None:
    with watched(fleet, "alpha") as places:
        document = told(capsys, root, "dispatch", "1", "--yes", "--stay", "1")
        alpha = fleet.vehicles["alpha"]
        other = told(capsys, root, "incident", "add", "หน้าศาลากลางจังหวัด", "--kind", "crowd")
        busy = told(capsys, root, "dispatch", other["number"], "--dry-run")["options"]
        assert {one["name"]: one["why"] for one in busy}["alpha"] == f"busy with {document['incident']}"
        pass_time(fleet, lambda: not alpha.copter.is_armed)  # nobody listens any more
    sent = document["sent"]
    assert (sent["name"], sent["left"]) == ("alpha", None)
    assert abs(sent["seconds"]["in_sight"] - sent["arrives_s"]) < max(5.0, 0.05 * sent["arrives_s"])
    seconds = [sent["seconds"][event] for event in ("confirmed", "first_byte", "airborne", "in_sight")]
    assert seconds == sorted(seconds)
    assert seconds[1] < 2.0
    assert seconds[2] < 20.0
    keep_outs_m, fence_m = least_clearances_m(root, places)
    assert min(keep_outs_m, fence_m) > 8.0
    shown = told(capsys, root, "incident", "show", "1")
    events = ["reported", "proposed", "confirmed", "first_byte", "airborne", "in_sight"]
    assert [note["event"] for note in shown["notes"]][-5:] == events[1:]
    assert shown["drone"] == "alpha"
    page = root / "report.html"
    report = told(capsys, root, "incident", "report", "1", "-o", str(page))
    assert [(way["drone"], len(way["points"]) > 50) for way in report["ways"]] == [("alpha", True)]
    text = page.read_text(encoding="utf-8")
    assert all(words in text for words in ("Incident report", "✔ ส่งไป · sent", "ทะเลาะวิวาท · fight", "cctv_2"))
    lines = [one for one in AuditLog(audit_folder(root)).lines() if one["order"] == "dispatch" and one.get("drone")]
    assert (lines[-1]["drone"], lines[-1]["result"]) == ("alpha", "done")
    assert run(["incident", "close", "1", "--workspace", str(root)]) == 0
    assert told(capsys, root, "dispatch", "1", "--yes", code=2)["error"]["message"].endswith("is closed")


def test_a_person_answers_for_a_broken_rule_by_name_which_is_written_down(
    root: Path, fleet: SimFleet, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the paper for the aerodrome nothing may fly here; what a battery does not bear, nobody can answer for."""
    number = told(capsys, root, "incident", "add", "city_hall_front", "--new")["number"]
    load = App.site
    monkeypatch.setattr(App, "site", lambda app: replace(load(app), authorisations=()))
    drained = fleet.vehicles["bravo"].copter.battery
    drained.consumed_mah = 0.5 * drained.capacity_mah
    wait(fleet, 100)
    order = ("dispatch", number, "--yes", "--stay", "1")
    by_name = ("--by", "Mali", "--allow", "aerodrome", "--allow", "battery-reserve")
    assert "from VTUR" in told(capsys, root, *order, code=6)["error"]["message"]
    assert "from VTUR" in told(capsys, root, *order, "--by", "Mali", "--allow", "keep-out", code=6)["error"]["message"]
    assert "its battery" in told(capsys, root, *order, *by_name, "--drone", "bravo", code=6)["error"]["message"]
    assert not any(vehicle.copter.is_armed for vehicle in fleet.vehicles.values())
    assert run(["dispatch", number, "--dry-run", *by_name, "--workspace", str(root)]) == 0
    assert "allowed: aerodrome by Mali: 1.96 km from VTUR" in " ".join(capsys.readouterr().err.split())
    sent = told(capsys, root, *order, *by_name, "--drone", "alpha")["sent"]
    lifted = {one["rule"]: one["authorisation"] for one in sent["violations"] if one["severity"] == "authorised"}
    assert lifted == {"aerodrome": "override by Mali"}
    lines = list(AuditLog(audit_folder(root)).lines())
    (intent,) = [one for one in lines if one["event"] == "intent" and one.get("overrides")]
    assert (intent["order"], intent["drones"]) == ("dispatch", ["alpha"])
    assert intent["overrides"] == ["aerodrome by Mali", "battery-reserve by Mali"]
    notes = {note["event"]: note["words"] for note in told(capsys, root, "incident", "show", number)["notes"]}
    assert notes["confirmed"].startswith("allowed: aerodrome by Mali: 1.96 km from VTUR")
    receipt = max((root / "flights").glob("*dispatch*.json"), key=lambda path: path.stat().st_mtime_ns)
    assert json.loads(receipt.read_text(encoding="utf-8"))["overrides"] == intent["overrides"]
    monkeypatch.undo()
    pass_time(fleet, lambda: not any(one.copter.is_armed for one in fleet.vehicles.values()))


def stored(mission: Any) -> list[Item | None]:
    return [mission.get(seq) for seq in range(1, len(mission))]


def test_out_of_its_patrol_and_back_into_it(root: Path, fleet: SimFleet, capsys: pytest.CaptureFixture[str]) -> None:
    here = ["--workspace", str(root)]
    assert run(["push", str(root / "plans" / "demo"), *here]) == 0
    assert run(["start", "--yes", *here]) == 0
    alpha = fleet.vehicles["alpha"]
    patrol = stored(alpha.copter.mission)
    wait(fleet, 2500)
    item = alpha.pilot.run.current_seq
    number = told(capsys, root, "incident", "add", "ตลาดสด", "--kind", "theft")["number"]
    with watched(fleet, "alpha") as places:
        document = told(capsys, root, "dispatch", number, "--yes", "--drone", "alpha")
        sent = document["sent"]
        assert alpha.pilot.mode.name == "AUTO"
        assert abs(sent["seconds"]["in_sight"] - sent["arrives_s"]) < 5.0
        assert stored(alpha.copter.mission) != patrol
        folder = Path(sent["left"]["remainder"])
        rest = read_plan(folder)
        assert rest.name == "demo-remainder"
        assert [drone.name for drone in rest.drones] == ["alpha"]
        kept = json.loads((folder.parent / "left-patrol.json").read_text(encoding="utf-8"))
        assert (kept["item"], kept["plan"]) == (item, str(root / "plans" / "demo"))
        assert find_remainder(None, root / "flights") == folder, "what 'fly --resume' flies after it has landed"
        # A person calls it from this errand to another one: what it left is its patrol all the same.
        number = told(capsys, root, "incident", "add", "bank_1", "--new")["number"]
        busy = told(capsys, root, "dispatch", number, "--dry-run")["options"]
        assert "busy with" in {one["name"]: one["why"] for one in busy}["alpha"]
        sent = told(capsys, root, "dispatch", number, "--yes", "--drone", "alpha")["sent"]
        again = Path(sent["left"]["remainder"])
        assert again.parent != folder.parent
        assert find_remainder(None, root / "flights") == again
        # Another one asks for it: it is given back, once, where it was left.
        assert run(["patrol", "resume", "--yes", "--drone", "alpha", *here]) == 0
        assert stored(alpha.copter.mission) == patrol
        assert (alpha.pilot.mode.name, alpha.pilot.run.current_seq) == ("AUTO", item)
        pass_time(fleet, lambda: not any(one.copter.is_armed for one in fleet.vehicles.values()))
    keep_outs_m, fence_m = least_clearances_m(root, places)
    assert min(keep_outs_m, fence_m) > 8.0
    assert json.loads((folder / "resumed.json").read_text(encoding="utf-8")) == {"alpha": str(again.parent)}
    assert json.loads((again / "resumed.json").read_text(encoding="utf-8")) == {"alpha": str(again.parent)}
    assert run(["patrol", "resume", "--yes", "--drone", "alpha", *here]) == 6


def test_two_that_are_sent_to_one_place_never_meet(
    root: Path, fleet: SimFleet, capsys: pytest.CaptureFixture[str]
) -> None:
    """The second one is proved against where the first one flies by then: it has a layer of its own."""
    number = told(capsys, root, "incident", "add", "store_2", "--new")["number"]
    again = told(capsys, root, "incident", "add", "store_2", "--new")["number"]
    bodies = [fleet.vehicles[name].copter for name in ("bravo", "charlie")]
    nearest_m = [math.inf]

    def both_are_down() -> bool:
        here, there = ((one.airframe.north_m, one.airframe.east_m, one.airframe.up_m) for one in bodies)
        homes = [one.chart.to_e7(0.0, 0.0) for one in bodies]
        east_m = (homes[0][1] - homes[1][1]) * 1e-7 * 106_980.0
        north_m = (homes[0][0] - homes[1][0]) * 1e-7 * 110_660.0
        apart_m = math.dist((here[0] + north_m, here[1] + east_m, here[2]), there)
        nearest_m[0] = min(nearest_m[0], apart_m)
        return not any(one.is_armed for one in bodies)

    step = fleet.vehicles["bravo"].step

    def measured_step(dt_s: float) -> list[bytes]:
        both_are_down()
        return step(dt_s)

    with patch.object(fleet.vehicles["bravo"], "step", measured_step):
        first = told(capsys, root, "dispatch", number, "--yes", "--drone", "bravo", "--stay", "2")["sent"]
        second = told(capsys, root, "dispatch", again, "--yes", "--drone", "charlie", "--stay", "2")["sent"]
        pass_time(fleet, both_are_down)
    assert first["view"]["lat_deg"] == pytest.approx(second["view"]["lat_deg"], abs=0.0003)
    assert abs(first["relative_altitude_m"] - second["relative_altitude_m"]) >= 12.0
    assert 9.0 < nearest_m[0] < 47.0


@pytest.mark.parametrize(("key", "code"), [("n", 130), ("2", 0), ("--yes", 0)])
def test_a_person_confirms_with_one_key_or_did_before_and_is_told_who_goes_and_how_far_it_is(
    root: Path,
    fleet: SimFleet,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    key: str,
    code: int,
) -> None:
    number = told(capsys, root, "incident", "add", "city_hall_front", "--new")["number"]

    @contextmanager
    def pressed(_stream: object, press: Callable[[str], None]) -> Iterator[None]:
        press(key)
        yield

    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("dronectl.cli.common.keyboard.keys_of", pressed)
    said_before = [key] if key == "--yes" else []
    assert run(["dispatch", number, "--stay", "1", *said_before, "--workspace", str(root)]) == code
    out, err = capsys.readouterr()
    assert ("? Enter or y: yes, a number: that one, any other key: nobody" in err) is not bool(said_before)
    assert "there in s" in err, "the proposal is shown, whoever confirms"
    shown = told(capsys, root, "incident", "show", number)
    events = [note["event"] for note in shown["notes"]]
    if key == "n":
        assert events == ["reported", "proposed"]
        return
    proposed = next(note for note in shown["notes"] if note["event"] == "proposed")["details"]["options"]
    sent = proposed[0 if said_before else 1]["name"]
    assert (shown["drone"], events[-1]) == (sent, "in_sight")
    assert f"{sent} sees หน้าศาลากลางจังหวัด" in out
    steps = (
        "there in s",
        f"sending {sent} to หน้าศาลากลางจังหวัด",
        f"{sent}: in the air ",
        " m from its view of the place",
    )
    assert (places := [err.find(words) for words in steps]) == sorted(places)
    assert -1 not in places
    pass_time(fleet, lambda: not any(one.copter.is_armed for one in fleet.vehicles.values()))


def test_one_key_says_who_goes() -> None:
    options = (Option("alpha", "flying"), Option("bravo", "standing"), Option("charlie", "standing", "not ready"))
    proposal = Proposal(options, (), None)
    assert [option_of_key(key, proposal, options[0]).name for key in "\ry12"] == ["alpha", "alpha", "alpha", "bravo"]
    with pytest.raises(NotReady, match="charlie cannot go: not ready"):
        option_of_key("3", proposal, options[0])
    for key in "n4 \x1b0":
        with pytest.raises(click.Abort):
            option_of_key(key, proposal, options[0])
