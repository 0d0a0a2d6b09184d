"""What the audit log tells a person: by day and drone, who answered for what, and what never came to an end."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest

from dronectl.link.sharing.holder import Holder
from dronectl.ops.audit.log import AuditLog
from dronectl.ops.audit.reading import checked_on, details_of, drones_of, entries, event_words, without_outcome
from dronectl.ops.audit.trail import link_of

ZONE = ZoneInfo("Asia/Bangkok")


def line(event: str, id_: str, time_utc: str, **what: Any) -> dict[str, Any]:
    return {"time_utc": time_utc, "event": event, "id": id_, "order": "fly", **what}


@pytest.fixture
def log(tmp_path: Path) -> AuditLog:
    """A flight of two drones from 23:59 at the site, and an order on the next day."""
    log = AuditLog(tmp_path)
    log.append(
        [
            line("intent", "a", "2026-03-01T16:59:00Z", drones=["alpha", "bravo"], checked=["crowd"]),
            line("started", "a", "2026-03-01T16:59:30Z", drone="alpha"),
            line("said", "a", "2026-03-01T16:59:40Z", text="a gust"),
            line("outcome", "a", "2026-03-01T17:05:00Z", drone="alpha", result="done"),
            line("intent", "b", "2026-03-01T17:06:00Z", drones=["charlie"], checked=["airframe"]),
            line("outcome", "b", "2026-03-01T17:06:01Z", drone="charlie", result="failed"),
        ],
        "2026-03-01",
    )
    return log


def told(log: AuditLog, **filters: Any) -> list[str]:
    return [f"{event_words(one)} {drones_of(one)}".strip() for one in entries(log, ZONE, **filters)]


def test_days_are_the_sites_and_what_was_said_of_all_is_said_of_each(log: AuditLog) -> None:
    assert told(log, day=date(2026, 3, 1)) == ["ordered alpha, bravo", "started alpha", "said"]
    assert told(log, day=date(2026, 3, 2)) == ["done alpha", "ordered charlie", "failed charlie"]
    assert told(log, drone="bravo") == ["ordered alpha, bravo", "said"]
    assert told(log, drone="charlie") == ["ordered charlie", "failed charlie"]


def test_an_order_without_an_outcome_is_found(log: AuditLog) -> None:
    assert [(intent["id"], drones) for intent, drones in without_outcome(log.lines())] == [("a", ["bravo"])]


def test_what_was_confirmed_on_a_day_counts_on_that_day(log: AuditLog) -> None:
    assert checked_on(log, ZONE, date(2026, 3, 1)) == {"crowd"}
    assert checked_on(log, ZONE, date(2026, 3, 2)) == {"airframe"}
    assert checked_on(log, ZONE, date(2026, 3, 3)) == set()


def test_who_answers_for_what_is_in_the_details() -> None:
    intent = line(
        "intent",
        "a",
        "",
        words="dronectl fly p",
        plan_sha256="0123456789abcdef",
        overrides=["fence by สมชาย"],
        waived=["daylight by สมหญิง"],
        checked=["airframe", "crowd"],
    )
    assert details_of(intent) == (
        "dronectl fly p; plan 0123456789ab; allowed: fence by สมชาย; waived: daylight by สมหญิง; "
        "confirmed: airframe, crowd"
    )
    answered = line("outcome", "a", "", answer="BRAKE, armed", result="done", link_owner="fly by pid 7")
    assert details_of(answered) == "BRAKE, armed; over the link of fly by pid 7"


def test_another_process_that_owned_the_link_is_named() -> None:
    def vehicle(owner: Holder | None) -> Any:
        endpoint = SimpleNamespace(holder=owner)
        path = SimpleNamespace(link=SimpleNamespace(endpoint=endpoint))
        return cast(Any, SimpleNamespace(url="tcp://a:1", paths=SimpleNamespace(used=path)))

    assert link_of(vehicle(Holder(os.getpid() + 1, "fly", "nok", ""))) == {
        "link": "tcp://a:1",
        "link_owner": f"fly by pid {os.getpid() + 1}",
    }
    for owner in (None, Holder(os.getpid(), "hold", "nok", "")):
        assert link_of(vehicle(owner))["link_owner"] is None
