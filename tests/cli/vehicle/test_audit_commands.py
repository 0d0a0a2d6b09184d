"""Orders, uploads and flights leave lines in the audit log, which `audit` shows and holds: by the real entry point."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from virtual_commands import virtual_fleet_behind

from dronectl.cli.main import run
from dronectl.model.text.plain_text import plain

pytestmark = pytest.mark.xdist_group("faults")


def entries(root: Path, capsys: pytest.CaptureFixture[str], *filters: str) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert run(["audit", "show", "--json", *filters, "--workspace", str(root)]) == 0
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["entries"]
    return found


def told(found: list[dict[str, Any]]) -> list[tuple[str, str, str | None]]:
    return [(one["order"], one.get("result", one["event"]), one.get("drone")) for one in found]


def test_a_morning_of_orders_is_in_the_log_with_what_the_drones_answered(
    root: Path, plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = ["--workspace", str(root)]
    alpha = ["--drone", "alpha", *here]
    with virtual_fleet_behind(root):
        assert run(["push", str(plan), *here]) == 0
        assert run(["fence", "enable", *alpha]) == 0
        assert run(["param", "set", "WP_RADIUS_M", "3", "--yes", *alpha]) == 0
        assert run(["takeoff", "20", "--yes", *alpha]) == 0
        far = ["goto", "16.09,103.65,30", "--yes", *alpha]
        assert run(far) == 3, "outside the fence: refused here, and told"
        assert run([*far, "--allow", "fence", "--by", "สมชาย", "--dry-run"]) in (0, 3)
        assert run(["disarm", *alpha]) == 5, "it flies: the vehicle's own refusal"
        assert run(["hold", *alpha]) == 0
        assert run(["rtl", *alpha]) == 0
    found = entries(root, capsys)
    fleet = ["alpha", "bravo", "charlie"]
    assert told(found) == [
        ("push", "intent", None),
        ("push", "said", None),
        *(("push", "done", name) for name in fleet),
        *(
            (order, event, drone)
            for order, result in (
                ("fence enable", "done"),
                ("param set", "done"),
                ("takeoff", "done"),
                ("goto", "failed"),
                ("disarm", "failed"),
            )
            for event, drone in (("intent", None), (result, "alpha"))
        ),
        *(
            (order, event, drone)
            for order in ("hold", "rtl")
            for event, drone in (("intent", None), ("done", "alpha"), ("said", "alpha"))
        ),
    ]
    push, warned, outcome = found[:3]
    assert warned["text"].startswith("no uid is recorded for alpha")
    assert push["drones"] == fleet
    assert len(push["plan_sha256"]) == 64
    assert outcome["receipt"].endswith(".json")
    assert "read back and equal" in outcome["answer"]
    by_order = {(one["order"], one["event"]): one for one in found}
    assert by_order["param set", "intent"]["words"].startswith("dronectl param set WP_RADIUS_M 3 --yes")
    assert (by_order["param set", "intent"]["parameter"], by_order["param set", "intent"]["value"]) == (
        "WP_RADIUS_M",
        3,
    )
    assert by_order["goto", "outcome"]["kind"] == "rule"
    assert by_order["disarm", "outcome"]["kind"] == "refused"
    assert by_order["hold", "outcome"]["answer"] == "BRAKE, armed"
    assert by_order["hold", "outcome"]["link"].startswith("tcp://")
    assert "link_owner" not in by_order["hold", "outcome"], "nobody else held the link"
    assert run(["audit", "verify", *here]) == 0
    assert "21 lines in 1 files, whole" in capsys.readouterr().out
    assert told(entries(root, capsys, "--drone", "bravo")) == [
        ("push", "intent", None),
        ("push", "said", None),
        ("push", "done", "bravo"),
    ]
    assert entries(root, capsys, "--day", "2020-01-01") == []


def test_who_allowed_what_is_in_the_log(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    alpha = ["--drone", "alpha", "--workspace", str(root)]
    with virtual_fleet_behind(root):
        assert run(["takeoff", "20", "--yes", *alpha]) == 0
        away = ["goto", "16.0529,103.6503,80", "--allow", "separation", "--by", "ร.ต.อ. สมชาย", "--yes", *alpha]
        assert run(away) == 0
    intent = next(one for one in entries(root, capsys) if one["order"] == "goto")
    assert intent["overrides"] == ["separation by ร.ต.อ. สมชาย"]
    assert run(["audit", "show", "--workspace", str(root)]) == 0
    table = capsys.readouterr().out
    assert "allowed: separation by ร.ต.อ. สมชาย" in table
    assert " UTC+7 " in table
    assert table == "\n".join(plain(line) for line in table.splitlines()) + "\n"


def test_a_drone_that_is_not_there_and_a_rehearsed_order(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    here = ["--workspace", str(root)]
    with virtual_fleet_behind(root, changes={"alpha": {"system_id": 77}}):
        assert run(["hold", "--dry-run", "--drone", "bravo", *here]) == 0
        assert not (root / "flights").exists(), "nothing was ordered"
        assert run(["audit", "verify", *here]) == 2, "there is no log yet"
        assert run(["hold", "--drone", "alpha", *here]) in (4, 5)
    assert told(entries(root, capsys)) == [("hold", "intent", None), ("hold", "failed", "alpha")]


def test_a_log_that_cannot_be_written_stops_no_order_and_is_told(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "flights").mkdir()
    (root / "flights" / "audit").write_text("in the way")
    with virtual_fleet_behind(root):
        assert run(["arm", "--yes", "--drone", "alpha", "--workspace", str(root)]) == 0
    out, err = capsys.readouterr()
    assert "alpha: arm (motors turn): done" in out
    assert err.count("the audit log is not written: ") == 1


@pytest.mark.parametrize(
    ("harm", "code", "words"),
    [
        (lambda data: data.replace(b"hold", b"land", 1), 3, "line 1 is not what was written"),
        (lambda data: data.split(b"\n", 1)[1], 3, "line 1 of the log is missing before it"),
        (lambda data: data[:-20], 3, "is not what was written"),
        (lambda data: b"", 3, "2 lines behind it are missing"),
    ],
)
def test_tampering_is_told_with_its_place(
    root: Path, capsys: pytest.CaptureFixture[str], harm: Any, code: int, words: str
) -> None:
    from dronectl.ops.audit.log import AuditLog, audit_folder

    log = AuditLog(audit_folder(root))
    log.append([{"order": "hold"}, {"order": "rtl"}], "2026-03-01")
    path = log.folder / "2026-03-01.jsonl"
    path.write_bytes(harm(path.read_bytes()))
    assert run(["audit", "verify", "--workspace", str(root)]) == code
    error = capsys.readouterr().err
    assert words in error
    assert "2026-03-01.jsonl" in error or "behind" in words
    assert run(["audit", "verify", "--json", "--workspace", str(root)]) == code
    assert json.loads(capsys.readouterr().out)["error"]["broken"]["kind"] in ("changed", "missing")


def test_a_cut_end_has_its_own_exit_code_and_a_noted_hash_is_looked_for(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from dronectl.ops.audit.chained_log import HEAD
    from dronectl.ops.audit.log import AuditLog, audit_folder

    log, verify = AuditLog(audit_folder(root)), ["audit", "verify", "--workspace", str(root)]
    log.append([{"order": "hold"}], "2026-03-01")
    head = (log.folder / HEAD).read_bytes()
    assert run([*verify, "--json"]) == 0
    noted = json.loads(capsys.readouterr().out)["sha256"]
    log.append([{"order": "rtl"}], "2026-03-01")
    assert run([*verify, "--holds", noted]) == 0
    assert run([*verify, "--holds", "0" * 63 + "1"]) == 3
    path = log.folder / "2026-03-01.jsonl"
    path.write_bytes(path.read_bytes()[:-9])
    (log.folder / HEAD).write_bytes(head)
    capsys.readouterr()
    assert run(verify) == 2
    assert "line 2 is cut: a process was killed" in capsys.readouterr().err
    log.append([{"order": "land"}], "2026-03-01")
    assert run(verify) == 0
    assert "line 2: left half by a process that was killed" in capsys.readouterr().out


def test_lists_parameters_and_every_other_order_are_in_it_too(
    root: Path, plan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here, bravo = ["--workspace", str(root)], ["--drone", "bravo", "--yes", "--workspace", str(root)]
    parameters = tmp_path / "own.param"
    parameters.write_text("RTL_LOIT_TIME,9000\n", encoding="utf-8")
    with virtual_fleet_behind(root):
        assert run(["mission", "upload", str(plan / "bravo.waypoints"), "--drone", "bravo", *here]) == 0
        assert run(["rally", "clear", *bravo]) == 0
        assert run(["param", "load", str(parameters), *bravo]) == 0
        assert run(["push", str(plan), "--drone", "bravo", *here]) == 0
        backup = max((root / "flights").glob("backup-*"))
        assert run(["push", "--restore", str(backup), "--drone", "bravo", *here]) == 0
        assert run(["fence", "disable", *bravo]) == 0
        assert run(["arm", *bravo]) == 0
        assert run(["land", *bravo]) == 0
        assert run(["mode", "GUIDED", "--unproved", *bravo]) == 0
        assert run(["resume", *bravo]) == 6, "on the ground"
        assert run(["patrol", "resume", *bravo]) != 0
    found = [(order, result) for order, result, _ in told(entries(root, capsys)) if result not in ("intent", "said")]
    assert found == [
        ("mission upload", "done"),
        ("rally clear", "done"),
        ("param load", "done"),
        ("push", "done"),
        ("push --restore", "done"),
        ("fence disable", "done"),
        ("arm", "done"),
        ("land", "done"),
        ("mode", "done"),
        ("resume", "failed"),
        ("patrol resume", "failed"),
    ]


def test_a_workspace_without_a_log_is_not_called_whole(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    verify = ["audit", "verify", "--workspace", str(root)]
    assert run(verify) == 2
    assert "flights/audit: there is no audit log" in capsys.readouterr().err
    assert run([*verify, "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["kind"] == "input"
    assert run([*verify, "--holds", "0" * 64]) == 2
