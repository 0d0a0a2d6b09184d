"""What the book of incidents and the audit log tell of a span of time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from dronectl.errors import RuleViolation
from dronectl.formats.incidents.incident_json import drone_of
from dronectl.model.audit import AuditEvent, AuditResult
from dronectl.model.incidents.incident import Incident, IncidentEvent
from dronectl.model.track.period_report import IncidentLine, Lifted
from dronectl.ops.audit.log import AuditLog, audit_folder
from dronectl.ops.audit.reading import drones_of, moment_of
from dronectl.ops.incidents.book import IncidentBook


def incident_lines(root: Path, zone: ZoneInfo, begins: datetime, ends: datetime) -> tuple[IncidentLine, ...]:
    """Those that were reported then, in the order of their reports.

    Raises:
        InputError: a file of the book cannot be read.
    """
    known = sorted(IncidentBook(root, zone).incidents(), key=lambda one: one.reported)
    return tuple(_line(one) for one in known if begins <= one.reported < ends)


def _line(one: Incident) -> IncidentLine:
    def after_s(event: IncidentEvent) -> float | None:
        moment = one.when(event)
        return None if moment is None else (moment - one.reported).total_seconds()

    return IncidentLine(
        one.number,
        one.reported,
        str(one.kind),
        one.place.name,
        drone_of(one),
        after_s(IncidentEvent.CONFIRMED),
        after_s(IncidentEvent.AIRBORNE),
        after_s(IncidentEvent.IN_SIGHT),
        one.is_open,
    )


def lifted_and_refused(root: Path, begins: datetime, ends: datetime) -> tuple[tuple[Lifted, ...], tuple[Lifted, ...]]:
    """Rules and checks that people lifted by name, and orders that a rule refused.

    Raises:
        InputError: a file of the log cannot be read.
    """
    found = list(_told(root, begins, ends))
    return tuple(one for one, lifts in found if lifts), tuple(one for one, lifts in found if not lifts)


def _told(root: Path, begins: datetime, ends: datetime) -> Iterator[tuple[Lifted, bool]]:
    for entry in AuditLog(audit_folder(root)).lines():
        moment = moment_of(entry)
        if moment is None or not begins <= moment < ends:
            continue
        order, drones, who = str(entry.get("order", "")), drones_of(entry), str(entry.get("user", ""))
        if entry.get("event") == AuditEvent.INTENT:
            for what in (*entry.get("overrides", ()), *entry.get("waived", ())):
                yield Lifted(moment, order, drones, who, str(what)), True
        elif entry.get("result") == AuditResult.FAILED and entry.get("kind") == RuleViolation.kind:
            yield Lifted(moment, order, drones, who, str(entry.get("answer", ""))), False
