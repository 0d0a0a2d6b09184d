"""flights/ keeps what was put on which aircraft instead of what, by whom and when; of what failed too."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from virtual_commands import virtual_fleet_behind

from dronectl.cli.main import run
from dronectl.sim.fleet.fleet import SimFleet

pytestmark = pytest.mark.xdist_group("faults")
LISTS = ("mission", "fence", "rally")


@pytest.fixture
def fleet(root: Path) -> Iterator[SimFleet]:
    with virtual_fleet_behind(root) as fleet:
        yield fleet


def latest(root: Path) -> Any:
    """The newest receipt."""
    path = max((root / "flights").glob("*.json"), key=lambda path: path.stem.rpartition("-")[2])
    return json.loads(path.read_text(encoding="utf-8"))


def test_a_push_says_what_was_there_before_and_the_next_one_says_the_same_of_it(
    root: Path, plan: Path, fleet: SimFleet, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["push", str(plan), "--workspace", str(root)]) == 0
    first = latest(root)
    assert (first["action"], first["committed"], first["error"]) == ("push", True, None)
    assert first["operator"]
    assert datetime.fromisoformat(first["begin_utc"]) < datetime.fromisoformat(first["end_utc"])
    for name in ("plan.json", "alpha.waypoints"):
        assert first["files"][name] == hashlib.sha256((plan / name).read_bytes()).hexdigest()
    assert (root / "flights" / first["backup"] / "backup.json").exists()
    for drone in first["drones"]:
        assert drone["uid"]
        assert all(drone[kind]["before"]["items"] <= 1 for kind in LISTS)
        assert all(drone[kind]["on_board"] == "new" for kind in LISTS)
    assert len({drone["mission"]["sha256"] for drone in first["drones"]}) == 3

    assert run(["push", str(plan), "--workspace", str(root)]) == 0
    second = latest(root)
    assert second["backup"] is None, "nothing was to be written"
    for before, now in zip(first["drones"], second["drones"], strict=True):
        for kind in LISTS:
            assert now[kind]["before"] == {"items": before[kind]["items"], "sha256": before[kind]["sha256"]}
    capsys.readouterr()


def test_an_upload_and_a_clear_have_theirs(
    root: Path, plan: Path, fleet: SimFleet, capsys: pytest.CaptureFixture[str]
) -> None:
    file, here = plan / "alpha.waypoints", ["--drone", "alpha", "--workspace", str(root)]
    assert run(["mission", "upload", str(file), *here]) == 0
    uploaded = latest(root)
    assert uploaded["file_sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    capsys.readouterr()
    assert run(["mission", "clear", "--yes", "--json", *here]) == 0
    told = Path(json.loads(capsys.readouterr().out)["receipt"])
    cleared = json.loads(told.read_text(encoding="utf-8"))
    assert (cleared["action"], cleared["committed"]) == ("mission clear", True)
    (alpha,) = cleared["drones"]
    assert alpha["mission"]["items"] == 0
    assert alpha["mission"]["before"]["sha256"] == uploaded["drones"][0]["mission"]["sha256"]


def test_a_push_that_failed_and_was_rolled_back_says_so(
    root: Path, plan: Path, fleet: SimFleet, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from dronectl.errors import Refused
    from dronectl.ops.items import transaction

    real = transaction.put

    async def refusing(vehicle: Any, mission: Any, *rest: Any) -> Any:
        if vehicle.name == "bravo" and mission.mission_type == 1 and rest[-1] != "put back":
            raise Refused("no fence today")
        return await real(vehicle, mission, *rest)

    monkeypatch.setattr(transaction, "put", refusing)
    capsys.readouterr()
    assert run(["push", str(plan), "--json", "--workspace", str(root)]) == 5
    error = json.loads(capsys.readouterr().out)["error"]
    receipt = json.loads(Path(error["receipt"]).read_text(encoding="utf-8"))
    assert receipt == latest(root)
    assert receipt["committed"] is False
    assert receipt["error"]["kind"] == "refused"
    assert "every drone holds what it held before" in receipt["error"]["message"]
    for drone in receipt["drones"]:
        assert [drone[kind]["on_board"] for kind in LISTS] == ["old", "old", "old"]
        assert not any(one["sent"] for one in drone["parameters"])


def test_a_drone_that_is_not_the_right_one_leaves_a_receipt_that_it_was_refused(
    root: Path, plan: Path, fleet: SimFleet
) -> None:
    path = root / "dronectl.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("system_id = 1\n", f'system_id = 1\nuid = "{"ab" * 18}"\n'), encoding="utf-8")
    assert run(["push", str(plan), "--workspace", str(root)]) == 5
    receipt = latest(root)
    assert (receipt["committed"], receipt["error"]["kind"], receipt["drones"]) == (False, "identity", [])


def test_where_no_receipt_can_be_kept_nothing_is_sent(
    root: Path, plan: Path, fleet: SimFleet, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "flights").write_text("a file, and no folder", encoding="utf-8")
    here = ["--workspace", str(root)]
    for command in (
        ["push", str(plan)],
        ["mission", "upload", str(plan / "alpha.waypoints"), "--drone", "alpha"],
        ["mission", "clear", "--yes", "--drone", "alpha"],
    ):
        assert run([*command, *here]) == 2
        err = capsys.readouterr().err
        assert "no receipt can be kept there" in err
        assert "nothing was written" in err
    assert all(len(vehicle.copter.mission) <= 1 for vehicle in fleet.vehicles.values())


def test_who_answers_for_a_plan_that_was_not_rehearsed_is_kept(
    root: Path, plan: Path, fleet: SimFleet, capsys: pytest.CaptureFixture[str]
) -> None:
    toml = root / "dronectl.toml"
    text = toml.read_text(encoding="utf-8").replace("[rules]\n", '[rules]\nrehearsal = "required"\n', 1)
    toml.write_text(text, encoding="utf-8")
    assert run(["push", str(plan), "--workspace", str(root)]) == 6
    capsys.readouterr()
    assert run(["push", str(plan), "--waive", "rehearsal", "--by", "Somchai", "--workspace", str(root)]) == 0
    assert latest(root)["waived"] == ["rehearsal by Somchai"]
    assert run(["audit", "show", "--json", "--workspace", str(root)]) == 0
    entries = json.loads(capsys.readouterr().out.strip().splitlines()[-1])["entries"]
    assert any(entry.get("waived") == ["rehearsal by Somchai"] for entry in entries)
