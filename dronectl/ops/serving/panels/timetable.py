"""Today's flights of a plan: what flies when, and whether it did. Pure, over the plan and the audit log's lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Any

from dronectl.model.audit import AuditEvent
from dronectl.model.plan.plan import Plan
from dronectl.model.text.shown_time import clock

DUE_FOR = timedelta(minutes=5)
"""So long before and after its time a flight is due; then it is late."""


class FlightState(StrEnum):
    LATER = "later"
    DUE = "due"
    LATE = "late"
    FLYING = "flying"
    FLOWN = "flown"
    STOPPED = "stopped"
    """It was begun, and ended otherwise than as planned."""
    MISSED = "missed"
    """Its time is over, and nobody began it."""
    ANY_TIME = "any time"
    """The plan says no time for it."""


@dataclass(frozen=True, slots=True)
class Begun:
    """One flight of the plan as the audit log has it. ``open_``: drones of which no end is told."""

    at: datetime
    open_: frozenset[str]
    failed: bool


def begun_flights(lines: Iterable[Mapping[str, Any]], plan_sha256: str) -> dict[int, Begun]:
    """By sortie number, the last time that each was flown: by ``fly``, whose drones took off."""
    sorties: dict[object, int] = {}
    open_: dict[object, set[str]] = {}
    started: dict[object, datetime] = {}
    failed: set[object] = set()
    for line in lines:
        key, event = line.get("id"), line.get("event")
        if event == AuditEvent.INTENT:
            if line.get("order") == "fly" and line.get("plan_sha256") == plan_sha256:
                sorties[key] = int(line.get("sortie", 1))
                open_[key] = {str(drone) for drone in line.get("drones", ())}
        elif key not in sorties:
            continue
        elif event == AuditEvent.STARTED:
            started.setdefault(key, datetime.fromisoformat(str(line["time_utc"])))
        elif event == AuditEvent.OUTCOME:
            open_[key].discard(str(line.get("drone")))
            if line.get("result") != "done":
                failed.add(key)
    return {sorties[key]: Begun(at, frozenset(open_[key]), key in failed) for key, at in started.items()}


def timetable_rows(plan: Plan, begun: Mapping[int, Begun], now: datetime, zone: tzinfo) -> list[dict[str, object]]:
    """One for each departure in order of time; of a plan without times one for each sortie number."""
    if not plan.timetable:
        return [
            _row(plan, number, "", None, None, _begun_state(begun.get(number)) or FlightState.ANY_TIME, begun, zone)
            for number in plan.sortie_numbers()
        ]
    return [
        _row(
            plan,
            one.sortie,
            one.patrol,
            one.start,
            one.end,
            _state(one.start, one.end, begun.get(one.sortie), now),
            begun,
            zone,
        )
        for one in plan.timetable
    ]


def _state(start: datetime, end: datetime, begun: Begun | None, now: datetime) -> FlightState:
    length = end - start
    # A round of a plan is flown anew: what was begun long before its time was another round.
    if begun is not None and begun.at >= start - max(DUE_FOR * 6, length):
        found = _begun_state(begun)
        if found is not None:
            return found
    if now < start - DUE_FOR:
        return FlightState.LATER
    if now <= start + DUE_FOR:
        return FlightState.DUE
    return FlightState.LATE if now <= end else FlightState.MISSED


def _begun_state(begun: Begun | None) -> FlightState | None:
    if begun is None:
        return None
    if begun.open_:
        return FlightState.FLYING
    return FlightState.STOPPED if begun.failed else FlightState.FLOWN


def _row(
    plan: Plan,
    number: int,
    patrol: str,
    start: datetime | None,
    end: datetime | None,
    state: FlightState,
    begun: Mapping[int, Begun],
    zone: tzinfo,
) -> dict[str, object]:
    sorties = [(drone.name, sortie) for drone in plan.drones if (sortie := drone.sortie(number)) is not None]
    at = begun[number].at if number in begun else None
    is_begun = state in (FlightState.FLYING, FlightState.FLOWN, FlightState.STOPPED)
    return {
        "sortie": number,
        "patrol": patrol or ", ".join(dict.fromkeys(sortie.patrol for _, sortie in sorties)),
        "drones": [name for name, _ in sorties],
        "start": None if start is None else clock(start, zone),
        "end": None if end is None else clock(end, zone),
        "begun": clock(at, zone) if at is not None and is_begun else None,
        "state": str(state),
    }
