"""What the audit log tells: its lines by day and drone, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from dronectl.model.audit import AuditEvent, AuditResult
from dronectl.model.checklist import Every
from dronectl.model.site import Site
from dronectl.model.text.shown_time import local_day, now
from dronectl.ops.audit.log import AuditLog, audit_folder

Entry = Mapping[str, Any]


def entries(log: AuditLog, zone: ZoneInfo, *, day: date | None = None, drone: str | None = None) -> Iterator[Entry]:
    """The lines of a day at the site, of one drone or of what it was one of; all without either.

    Raises:
        InputError: a file of the log cannot be read.
    """
    about: dict[object, bool] = {}
    for entry in log.lines():
        moment = moment_of(entry)
        if day is not None and (moment is None or local_day(moment, zone) != day):
            continue
        if drone is not None:
            own = entry.get("drone")
            named = entry.get("drones", ()) if own is None else (own,)
            if entry.get("event") == AuditEvent.INTENT:
                about[entry.get("id")] = drone in named
            is_shared = not named and about.get(entry.get("id"), False)  # said of the whole fleet
            if drone not in named and not is_shared:
                continue
        yield entry


def without_outcome(found: Iterable[Entry]) -> list[tuple[Entry, list[str]]]:
    """Orders, each with the drones of which the log does not say what became of it: it goes on, or its process was
    killed."""
    open_: dict[object, tuple[Entry, list[str]]] = {}
    for entry in found:
        if entry.get("event") == AuditEvent.INTENT:
            open_[entry.get("id")] = (entry, [str(drone) for drone in entry.get("drones", ())])
        elif entry.get("event") == AuditEvent.OUTCOME and (known := open_.get(entry.get("id"))) is not None:
            known[1][:] = [drone for drone in known[1] if drone != entry.get("drone")]
    return [(intent, drones) for intent, drones in open_.values() if drones]


def moment_of(entry: Entry) -> datetime | None:
    """When it was; None where the line does not say it."""
    try:
        return datetime.fromisoformat(str(entry["time_utc"]))
    except (KeyError, ValueError):
        return None


def drones_of(entry: Entry) -> str:
    """Whom it was about."""
    return str(entry.get("drone") or ", ".join(map(str, entry.get("drones", ()))))


def event_words(entry: Entry) -> str:
    """``ordered``, ``done``, ``failed`` …"""
    event = entry.get("event")
    if event == AuditEvent.OUTCOME:
        return str(entry.get("result", ""))
    return "ordered" if event == AuditEvent.INTENT else str(event)


def details_of(entry: Entry) -> str:
    """What is to be known of it besides who, when and what, in one line."""
    if entry.get("event") != AuditEvent.INTENT:
        told = [str(entry.get("answer") or entry.get("text") or "")]
        if entry.get("result") == AuditResult.DONE and entry.get("receipt"):
            told.append(f"receipt {entry['receipt']}")
        if entry.get("link_owner"):
            told.append(f"over the link of {entry['link_owner']}")
        return "; ".join(filter(None, told))
    told = [str(entry.get("words", ""))]
    if entry.get("from"):
        told = [f"{'REFUSED, ' if entry.get('refused') else ''}by {entry.get('by')} at {entry['from']}"]
    if entry.get("plan_sha256"):
        told.append(f"plan {str(entry['plan_sha256'])[:12]}")
    told += [f"allowed: {override}" for override in entry.get("overrides", ())]
    told += [f"waived: {waiver}" for waiver in entry.get("waived", ())]
    told += [f"confirmed: {', '.join(entry['checked'])}"] if entry.get("checked") else []
    return "; ".join(filter(None, told))


def checked_on(log: AuditLog, zone: ZoneInfo, day: date) -> frozenset[str]:
    """Items of the checklist that somebody confirmed on that day.

    Raises:
        InputError: a file of the log cannot be read.
    """
    found = (entry.get("checked", ()) for entry in entries(log, zone, day=day))
    return frozenset(str(item) for items in found for item in items)


def daily_items_done(site: Site) -> frozenset[str]:
    """Items of the site's checklist that are to be done once a day, and that somebody confirmed today.

    Raises:
        InputError: a file of the log cannot be read.
    """
    daily = {item.id for item in site.checklist if item.every is Every.DAY}
    if not daily:
        return frozenset()
    zone = ZoneInfo(site.time_zone)
    return checked_on(AuditLog(audit_folder(site.root)), zone, local_day(now(), zone)) & daily
