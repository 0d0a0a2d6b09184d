"""`fleet ready` and the gate of `fly`: the checklist, waivers by name, and what the audit log keeps of them."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from by_day import noon
from virtual_commands import virtual_fleet_behind

from dronectl.cli.main import run
from dronectl.ops.audit.log import AuditLog, audit_folder

pytestmark = pytest.mark.xdist_group("faults")

CHECKLIST = """
[[checklist]]
id = "propellers"
text = "ตรวจใบพัด ไม่แตก ไม่บิ่น"

[[checklist]]
id = "people"
text = "ไม่มีคนใต้เส้นทาง"
every = "day"
"""


@pytest.fixture
def listed(root: Path) -> Path:
    path = root / "dronectl.toml"
    path.write_text(path.read_text(encoding="utf-8") + CHECKLIST, encoding="utf-8")
    return root


def site_of(capsys: pytest.CaptureFixture[str], code: int, *arguments: str) -> dict[str, Any]:
    capsys.readouterr()
    assert run(["fleet", "ready", "--json", *arguments]) == code
    document = json.loads(capsys.readouterr().out)
    assert all(drone["go"] for drone in document["drones"]), document
    assert document["go"] is (code == 0)
    return {check["id"]: check for check in document["site"]["checks"]}


def test_a_checklist_is_confirmed_for_a_flight_or_for_the_day_and_kept(
    listed: Path, plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = ["--drone", "alpha", "--workspace", str(listed)]
    with virtual_fleet_behind(listed) as fleet:
        assert run(["push", str(plan), *here]) == 0
        found = site_of(capsys, 6, *here)
        assert (found["propellers"]["verdict"], found["people"]["verdict"]) == ("not evaluated", "not evaluated")
        found = site_of(capsys, 6, "--checked", "people", *here)
        assert (found["propellers"]["ok"], found["people"]["ok"]) == (False, True)
        found = site_of(capsys, 0, str(plan), "--checked", "propellers", *here)
        assert found["people"]["ok"], "once a day is enough"
        assert run(["fly", str(plan), "--yes", "--wait", "20", *here]) == 6, "each flight wants its own look"
        assert "ตรวจใบพัด ไม่แตก ไม่บิ่น nobody confirmed it: --checked propellers" in capsys.readouterr().err
        assert not fleet.vehicles["alpha"].copter.is_armed
    last = [line for line in AuditLog(audit_folder(listed)).lines() if line["order"] == "fly"][-1]
    assert (last["result"], last["kind"]) == ("failed", "not_ready")


def test_a_flight_by_night_needs_a_name(
    root: Path, plan: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dronectl.ops.common.present.hour", lambda: noon() + timedelta(hours=9))
    here = ["--drone", "alpha", "--workspace", str(root)]
    with virtual_fleet_behind(root):
        assert run(["fleet", "ready", *here]) == 6
        told = capsys.readouterr()
        assert "21:00 UTC+7: the sun is down until 06:" in told.err
        assert "NO-GO" in told.out
        assert run(["fleet", "ready", "--waive", "daylight", *here]) == 2
        assert run(["fleet", "ready", "--waive", "GPS", "--by", "สมชาย", *here]) == 2
        capsys.readouterr()
        assert run(["fleet", "ready", "--waive", "daylight", "--by", "ร.ต.อ. สมชาย", *here]) == 0
        assert "waived by ร.ต.อ. สมชาย" in capsys.readouterr().out
    (intent, outcome) = AuditLog(audit_folder(root)).lines()
    assert intent["waived"] == ["daylight by ร.ต.อ. สมชาย"]
    assert (outcome["drone"], outcome["result"]) == ("alpha", "done")


def test_a_drone_whose_clock_is_off_says_no_and_wind_is_told(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    here = ["--drone", "alpha", "--json", "--workspace", str(root)]
    with virtual_fleet_behind(root) as fleet:
        copter = fleet.vehicles["alpha"].copter
        copter.boot_unix_s += 3600.0
        assert run(["fleet", "ready", *here]) == 0, "a simulation's clock is its own"
        capsys.readouterr()
        del copter.parameters._values["SIM_SPEEDUP"]
        assert run(["fleet", "ready", *here]) == 6
    (alpha,) = json.loads(capsys.readouterr().out)["drones"]
    by_id = {check["id"]: check for check in alpha["checks"] if check["id"]}
    assert "behind the drone's" in by_id["clock"]["found"]
    assert by_id["clock"]["verdict"] == "no-go"
    assert by_id["wind"]["verdict"] == "told"


def test_a_checklist_that_is_wrong_is_told_like_all_of_the_file(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = root / "dronectl.toml"
    wrong = CHECKLIST.replace('"day"', '"week"').replace('id = "people"', 'id = "propellers"')
    path.write_text(path.read_text(encoding="utf-8") + wrong, encoding="utf-8")
    assert run(["zones", "check", "--workspace", str(root)]) == 2
    error = capsys.readouterr().err
    assert re.search(r"every: found .week., allowed .*flight", error)
    assert "[[checklist]] propellers has too" in error


def test_a_workspace_of_before_goes_on_and_says_what_nobody_recorded(
    root: Path, plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Warned of by the checks, told to a simulated fleet, and a no for aircraft until somebody answers for it."""
    path = root / "dronectl.toml"
    text = path.read_text(encoding="utf-8")
    begin, end = text.index("# EXAMPLES"), text.index("[[aerodrome]]")
    path.write_text((text[:begin] + text[end:]).replace("EXAMPLE-0001", "กพท. 1/2569"), encoding="utf-8")
    here = ["--drone", "alpha", "--workspace", str(root)]
    assert run(["plan", "check", str(plan), *here[2:]]) == 0
    told = capsys.readouterr().out
    assert "not recorded that the UAS Portal was told" in told
    assert "dronectl.toml does not record CAAT registration; NBTC registration; insurance" in told
    with virtual_fleet_behind(root) as fleet:
        assert run(["push", str(plan), *here]) == 0
        found = site_of(capsys, 0, str(plan), *here)
        assert [found[one]["verdict"] for one in ("notice", "papers")] == ["told", "told"]
        assert found["notice"]["found"].endswith("(of no matter: simulated)")
        del fleet.vehicles["alpha"].copter.parameters._values["SIM_SPEEDUP"]
        fleet.vehicles["alpha"].copter.boot_unix_s = 0.0
        waived = ["--waive", "clock", "--by", "ร.ต.อ. สมชาย"]
        found = site_of(capsys, 6, str(plan), *waived, *here)
        assert [found[one]["verdict"] for one in ("notice", "papers")] == ["not evaluated", "not evaluated"]
        assert run(["fly", str(plan), "--yes", *waived, *here]) == 6
        assert "UAS Portal: nothing is recorded" in capsys.readouterr().err
        answered = ["--waive", "notice", "--waive", "papers", *waived]
        found = site_of(capsys, 0, str(plan), *answered, *here)
        assert found["papers"]["waived_by"] == "ร.ต.อ. สมชาย"
