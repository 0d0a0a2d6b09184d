"""Nobody, the wrong aircraft, or two of them: it is said who is missing, and nothing is written to anyone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from programs import free_port, silent_server
from running_fleet import fleet_behind, relink
from shared_radio import Hub
from virtual_commands import in_virtual_time, virtual_fleet_behind

from dronectl.cli.main import run
from dronectl.sim.fleet.fleet import SimFleet
from dronectl.sim.vehicle.settings import VehicleFaults
from dronectl.site.workspace import load_drones

pytestmark = pytest.mark.xdist_group("faults")


def nothing_was_written(fleet: SimFleet) -> bool:
    """Read past every protocol: no items but home, the stock parameters, nobody armed."""
    copters = [vehicle.copter for vehicle in fleet.vehicles.values()]
    items = [len(store) for c in copters for store in (c.mission, c.fence_store, c.rally)]
    return (
        max(items) <= 1
        and not any(c.is_armed for c in copters)
        and {c.parameters["RTL_ALT"] for c in copters} == {1500}
    )


def test_no_drone_answering_is_exit_4_and_names_the_link(
    root: Path, plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    relink(root, {name: f"tcp://127.0.0.1:{free_port()}" for name in ("alpha", "bravo", "charlie")})
    with in_virtual_time(SimFleet([])):
        assert run(["push", str(plan), "--workspace", str(root)]) == 4
    err = capsys.readouterr().err
    assert err.count("no link to tcp://127.0.0.1:") == 3
    assert "hint:" in err


def test_a_silent_link_is_exit_4_and_says_how_long_it_was_waited_for(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with silent_server() as url:
        arguments = ["fleet", "status", "--drone", "alpha", "--link", url, "--timeout", "1"]
        assert run([*arguments, "--workspace", str(root)]) == 4
    assert "no heartbeat from system 1" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command",
    [
        ["fleet", "status", "--timeout", "2.5"],
        ["signing", "status", "--timeout", "2.5"],
        ["log", "list"],
        ["mission", "clear", "--yes"],
        ["param", "get", "RTL_ALT"],
        ["arm", "--yes"],
        ["hold"],
    ],
)
def test_who_is_waited_for_is_said_after_a_second(
    root: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    with virtual_fleet_behind(root, faults={"alpha": VehicleFaults(silent_at_s=0.0)}):
        assert run([*command, "--drone", "alpha", "--workspace", str(root)]) == 4
        link = load_drones(root)[0].link
    err = capsys.readouterr().err
    assert err.index(f"waiting for alpha on {link}") < err.index("error: alpha: no heartbeat")


def test_what_a_drone_says_nothing_of_is_said_to_be_waited_for(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with virtual_fleet_behind(root, release="4.5"):  # 4.7 says at once that it has none
        assert run(["param", "get", "NO_SUCH", "--drone", "bravo", "--workspace", str(root)]) == 4
    assert "waiting for what bravo says of NO_SUCH" in capsys.readouterr().err


def test_a_drone_with_another_system_id_is_not_addressed(
    root: Path, plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with virtual_fleet_behind(root, changes={"bravo": {"system_id": 42}}) as fleet:
        assert run(["push", str(plan), "--workspace", str(root)]) == 5
        assert "bravo: system 2 does not answer" in (err := capsys.readouterr().err)
        assert "heard there: system 42" in err
        assert nothing_was_written(fleet)
        assert fleet.vehicles["bravo"].settings.system_id == 42


def test_two_drones_with_one_system_id_stop_everything(
    root: Path, plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with fleet_behind(root, changes={"bravo": {"system_id": 1}}) as fleet:
        shared = Hub([fleet.ports["alpha"], fleet.ports["bravo"]])
        with shared:
            url = f"tcp://127.0.0.1:{shared.port}"
            arguments = ["push", str(plan), "--workspace", str(root), "--drone", "alpha"]
            assert run([*arguments, "--link", url]) == 5
        assert nothing_was_written(fleet)
    assert "two aircraft" in capsys.readouterr().err


def test_an_aircraft_with_another_uid_than_recorded_is_refused(
    root: Path, plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = root / "dronectl.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("system_id = 1\n", f'system_id = 1\nuid = "{"ab" * 18}"\n'), encoding="utf-8")
    with virtual_fleet_behind(root):
        assert run(["push", str(plan), "--workspace", str(root)]) == 5
    err = capsys.readouterr().err
    assert "dronectl.toml records abab" in err


def test_an_aircraft_that_tells_no_uid_is_refused_once_one_is_recorded(
    root: Path, plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = root / "dronectl.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("system_id = 1\n", f'system_id = 1\nuid = "{"ab" * 18}"\n'), encoding="utf-8")
    with virtual_fleet_behind(root, changes={"alpha": {"board": ""}}) as fleet:
        for command in (["push", str(plan)], ["arm", "--yes"], ["fly", str(plan), "--yes"]):
            assert run([*command, "--workspace", str(root)]) == 5
            assert "alpha: system id 1 tells no uid, but dronectl.toml records abab" in capsys.readouterr().err
        assert nothing_was_written(fleet)


def test_uids_are_recorded_once_and_a_swapped_aircraft_is_refused_from_then_on(
    root: Path, plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = root / "dronectl.toml"
    here = ["--workspace", str(root)]
    before = path.read_text(encoding="utf-8")
    with virtual_fleet_behind(root):
        linked = path.read_text(encoding="utf-8")
        assert run(["fleet", "record", "--drone", "alpha", *here]) == 2
        assert path.read_text(encoding="utf-8") == linked  # nobody said yes
        assert run(["fleet", "record", "--yes", *here]) == 0
        after = path.read_text(encoding="utf-8")
        recorded = [line for line in after.splitlines() if line.startswith("uid = ")]
        assert [line for line in after.splitlines() if line not in recorded] == linked.splitlines()
        assert len(recorded) == 3
        assert run(["fleet", "record", "--yes", *here]) == 0
        assert path.read_text(encoding="utf-8") == after
        assert run(["push", str(plan), *here]) == 0
    # The boards, or the aircraft with their system ids: all that tells is the uid.
    uid_lines = iter(recorded)
    path.write_text(
        "".join(
            f"{line}{next(uid_lines)}\n" if line.startswith("system_id = ") else line
            for line in before.splitlines(keepends=True)
        ),
        encoding="utf-8",
    )
    capsys.readouterr()
    with virtual_fleet_behind(root, changes={"alpha": {"board": "bravo"}, "bravo": {"board": "alpha"}}) as fleet:
        for command in (["push", str(plan)], ["fly", str(plan), "--yes"], ["arm", "--yes"]):
            assert run([*command, *here]) == 5
            err = capsys.readouterr().err
            assert "alpha: system id 1 answers with uid" in err
            assert "bravo: system id 2 answers with uid" in err
            assert "charlie" not in err
        assert nothing_was_written(fleet)


def test_swapped_aircraft_are_noticed_by_the_last_receipt_where_no_uid_is_recorded(
    root: Path, plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With their system ids, so that nothing else tells."""
    here = ["--workspace", str(root)]
    linked_before = (root / "dronectl.toml").read_text(encoding="utf-8")
    with virtual_fleet_behind(root):
        assert run(["push", str(plan), *here]) == 0
        assert "no uid is recorded for alpha, bravo, charlie" in (err := capsys.readouterr().err)
        assert "'dronectl fleet record' records it" in err
    (root / "dronectl.toml").write_text(linked_before, encoding="utf-8")
    with virtual_fleet_behind(root, changes={"alpha": {"board": "bravo"}, "bravo": {"board": "alpha"}}) as fleet:
        for command in (["push", str(plan)], ["rally", "clear", "--yes", "--drone", "alpha"]) * 2:
            assert run([*command, *here]) == 5, "also the second time"
            err = capsys.readouterr().err
            assert "another aircraft than last time: alpha is the aircraft with uid" in err
            assert "--other-aircraft NAME" in err
        assert run(["push", str(plan), "--other-aircraft", "alpha", *here]) == 5
        assert "bravo is the aircraft" in capsys.readouterr().err
        assert run(["push", str(plan), "--other-aircraft", "nobody", *here]) == 2
        assert nothing_was_written(fleet)
        accepted = ["--other-aircraft", "alpha", "--other-aircraft", "bravo"]
        assert run(["push", str(plan), *accepted, *here]) == 0
        assert run(["push", str(plan), *here]) == 0, "said once, it is what the last receipt tells"
    capsys.readouterr()


@pytest.mark.parametrize(
    "command",
    [
        ["fleet", "status"],
        ["doctor"],
        ["watch", "--duration", "3"],
        ["telemetry", "stream", "--duration", "3"],
        ["telemetry", "record", "--duration", "3"],
    ],
)
def test_another_aircraft_is_not_shown_under_the_name_of_ours(
    root: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    path = root / "dronectl.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("system_id = 1\n", f'system_id = 1\nuid = "{"ab" * 18}"\n'), encoding="utf-8")
    behind = fleet_behind if command == ["doctor"] else virtual_fleet_behind
    with behind(root):
        assert run([*command, "--workspace", str(root)]) == 5
        out, err = capsys.readouterr()
        assert "alpha: system id 1 answers with uid" in (out if command == ["doctor"] else err)
        assert "bravo" in out, "the others are shown all the same"
        assert "bravo: system id" not in err
        if command[0] == "fleet":
            assert "ANOTHER AIRCRAFT" in out
            assert run([*command, "--json", "--workspace", str(root)]) == 5
            alpha, *others = json.loads(capsys.readouterr().out)["drones"]
            assert alpha["answers"]
            assert "dronectl.toml records abab" in alpha["identity_error"]
            assert [other["identity_error"] for other in others] == [None, None]


def test_two_names_for_one_aircraft_are_told_by_the_status(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with virtual_fleet_behind(root, changes={"bravo": {"board": "alpha"}}):
        assert run(["fleet", "status", "--workspace", str(root)]) == 5
    assert "alpha and bravo are the same aircraft" in capsys.readouterr().err
