"""Many processes append to one log, which is whole whatever ends them; what cannot be written stops nothing."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from dronectl.errors import Refused, StorageError
from dronectl.ops.audit.chained_log import HEAD
from dronectl.ops.audit.log import AuditLog
from dronectl.ops.audit.trail import AuditTrail
from dronectl.ops.common.events import Launched, Note
from dronectl.storage.file_lock import locked

DAY = "2026-03-01"


@pytest.fixture
def log(tmp_path: Path) -> AuditLog:
    return AuditLog(tmp_path / "flights" / "audit")


def orders(log: AuditLog) -> list[str]:
    return [str(line["order"]) for line in log.lines()]


def test_days_follow_each_other_in_one_chain_and_a_clock_set_back_goes_on(log: AuditLog) -> None:
    for order, day in (("a", DAY), ("b", "2026-03-02"), ("c", "2026-03-01")):
        log.append([{"order": order}], day)
    assert sorted(path.name for path in log.folder.iterdir()) == ["2026-03-01.jsonl", "2026-03-02.jsonl", HEAD]
    assert orders(log) == ["a", "b", "c"]
    assert log.verify().defect is None
    (log.folder / "2026-03-01.jsonl").unlink()
    defect = log.verify().defect
    assert defect is not None
    assert (defect.kind, defect.file, defect.line) == ("missing", "2026-03-02.jsonl", 1)


def test_many_writers_at_once_make_one_chain(log: AuditLog) -> None:
    """Threads, each with the file opened for itself, are to the lock what processes are."""

    def write(who: int) -> None:
        for number in range(15):
            log.append([{"order": f"{who}.{number}"}], DAY)

    threads = [threading.Thread(target=write, args=(who,)) for who in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    state = log.verify()
    assert (state.defect, state.lines) == (None, 60)
    assert sorted(orders(log)) == sorted(f"{who}.{number}" for who in range(4) for number in range(15))


@pytest.mark.parametrize("new_day", [False, True])
def test_a_line_that_was_cut_by_a_kill_is_told_and_the_next_order_mends_it(log: AuditLog, new_day: bool) -> None:
    log.append([{"order": "a"}, {"order": "b"}], DAY)
    head = (log.folder / HEAD).read_bytes()
    log.append([{"order": "c"}], DAY)
    path = log.folder / f"{DAY}.jsonl"
    path.write_bytes(path.read_bytes()[:-30])
    (log.folder / HEAD).write_bytes(head)  # it is written after the line
    defect = log.verify().defect
    assert defect is not None
    assert (defect.kind, defect.line) == ("cut", 3)
    log.append([{"order": "d"}], "2026-03-02" if new_day else DAY)
    state = log.verify()
    assert (state.defect, state.cuts) == (None, (f"{DAY}.jsonl: line 3",))
    assert orders(log) == ["a", "b", "d"]


def test_a_line_that_was_shortened_by_hand_is_not_mended(log: AuditLog) -> None:
    log.append([{"order": "a"}, {"order": "b"}], DAY)
    path = log.folder / f"{DAY}.jsonl"
    path.write_bytes(path.read_bytes()[:-30])
    log.append([{"order": "c"}], DAY)
    defect = log.verify().defect
    assert defect is not None
    assert (defect.kind, defect.line) == ("changed", 2)


def test_a_head_that_a_power_cut_left_behind_is_caught_up(log: AuditLog) -> None:
    log.append([{"order": "a"}], DAY)
    head = (log.folder / HEAD).read_bytes()
    log.append([{"order": "b"}], DAY)
    (log.folder / HEAD).write_bytes(head)
    assert log.verify().defect is None
    log.append([{"order": "c"}], DAY)
    assert (log.verify().defect, orders(log)) == (None, ["a", "b", "c"])


def test_a_full_disk_leaves_no_half_line(log: AuditLog, monkeypatch: pytest.MonkeyPatch) -> None:
    log.append([{"order": "a"}], DAY)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(StorageError, match="No space left"):
            log.append([{"order": "b"}], DAY)
    log.append([{"order": "c"}], DAY)
    assert (log.verify().defect, orders(log)) == (None, ["a", "c"])


def test_a_process_killed_at_any_moment_leaves_a_log_that_goes_on(log: AuditLog) -> None:
    """The lock dies with it, and what it was about to write is whole, cut or not there."""
    program = (
        "import sys; from pathlib import Path; from dronectl.ops.audit.log import AuditLog\n"
        "log = AuditLog(Path(sys.argv[1])); print('ready', flush=True)\n"
        "while True: log.append([{'order': 'x' * 500}], '2026-03-01')\n"
    )
    for _ in range(3):
        writer = subprocess.Popen([sys.executable, "-c", program, str(log.folder)], stdout=subprocess.PIPE)
        assert writer.stdout is not None
        writer.stdout.readline()
        before = log.verify().lines
        while log.verify().lines < before + 3:
            pass
        writer.kill()
        writer.communicate()
        log.append([{"order": "after"}], DAY)
        assert log.verify().defect is None


def test_an_order_is_told_before_it_is_given_and_its_outcomes_as_they_come(log: AuditLog) -> None:
    told: list[object] = []
    with AuditTrail(log, "dronectl push plans/a", print) as trail:
        with trail.order("push", ["alpha", "bravo"], {"overrides": ("fence by สมชาย",), "plan": ""}) as order:
            assert orders(log) == ["push"], "it is on the disk before anything is sent"
            hear = order.heard_by(told.append)
            hear(Note("slow", "alpha"))
            hear(Note("putting back", level="error"))
            hear(Launched("alpha"))
            order.done("alpha", "read back")
        with pytest.raises(Refused), trail.order("arm", ["bravo"], at_once=True):
            raise Refused("PreArm: no GPS")
    first, *rest = log.lines()
    assert (first["event"], first["words"], first["drones"]) == ("intent", "dronectl push plans/a", ["alpha", "bravo"])
    assert first["overrides"] == ["fence by สมชาย"]
    assert first["user"]
    assert "plan" not in first
    assert [(one["event"], one.get("drone"), one.get("result"), one.get("answer")) for one in rest] == [
        ("said", None, None, None),
        ("started", "alpha", None, None),
        ("outcome", "alpha", "done", "read back"),
        ("outcome", "bravo", "done", None),
        ("intent", None, None, None),
        ("outcome", "bravo", "failed", "PreArm: no GPS"),
    ]
    assert len(told) == 3


def test_what_cannot_be_written_is_told_once_and_stops_no_order(log: AuditLog, tmp_path: Path) -> None:
    log.folder.parent.mkdir()
    log.folder.write_text("in the way")
    told: list[str] = []
    with AuditTrail(log, "", told.append) as trail:
        for _ in range(2):
            with trail.order("hold", ["alpha"]) as order:
                order.done("alpha")
    assert len(told) == 1
    assert "the audit log is not written" in told[0]
    assert str(log.folder) in told[0]


def test_an_order_that_must_not_wait_goes_on_while_another_process_holds_the_log(log: AuditLog) -> None:
    held = locked(log.folder / HEAD, timeout_s=1.0)
    with AuditTrail(log, "", print) as trail, held, trail.order("rtl", ["alpha"], at_once=True) as order:
        order.done("alpha")
        assert orders(log) == []
    assert orders(log) == ["rtl", "rtl"]
    assert log.verify().defect is None
