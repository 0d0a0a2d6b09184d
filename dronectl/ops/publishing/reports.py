"""What a drone's picture, an event or a plan becomes as a report."""

from __future__ import annotations

from dronectl.model.picture import DronePicture
from dronectl.model.plan.mission import FLOWN_TO, Command, Mission
from dronectl.model.plan.plan import DronePlan, Plan
from dronectl.model.report import Report, ReportKind
from dronectl.model.telemetry import FIELDS, TelemetryKind
from dronectl.model.text.shown_time import iso_z, now
from dronectl.ops.common.events import AlarmEvent, Event, Launched, Note

_HAS_PLACE = {*FLOWN_TO, Command.NAV_LAND}


def time_now() -> str:
    """``2026-01-31T12:03:10.250Z``."""
    return iso_z(now(), timespec="milliseconds")


def position_report(drone: DronePicture) -> Report | None:
    """Where it is; None: not known now. What is old is not told as a position at all."""
    sample = drone.sample
    if drone.is_old(TelemetryKind.POSITION) or sample.lat_deg is None:
        return None
    place = {name: getattr(sample, name) for name in FIELDS[TelemetryKind.POSITION]}
    moves = {"climb_m_s": drone.climb_m_s, "course_deg": drone.course_deg, "phase": str(drone.phase)}
    body = {
        "time_utc": sample.time_utc,
        "system_id": sample.system_id,
        **place,
        **moves,
        "age_s": sample.position_age_s,
    }
    return Report(ReportKind.POSITION, drone.name, body)


def status_report(drone: DronePicture, now_s: float) -> Report:
    """All that is known of it; what is old is null and named in ``old``."""
    return Report(ReportKind.STATUS, drone.name, drone.as_json(now_s))


def event_report(event: Event, now_s: float) -> Report | None:
    """What happened; None: nothing that others should know."""
    if isinstance(event, AlarmEvent) and event.news:
        alarm = event.alarm
        what = "alarm" if alarm.is_active else "alarm cleared"
        return Report(ReportKind.EVENT, alarm.drone, {"time_utc": time_now(), "event": what, **alarm.as_json(now_s)})
    if isinstance(event, Note) and event.level != "info":
        told = {"event": "note", "severity": event.level, "message": event.text}
        return Report(ReportKind.EVENT, event.drone, {"time_utc": time_now(), **told}, only_here=True)
    if isinstance(event, Launched):
        return Report(ReportKind.EVENT, event.drone, {"time_utc": time_now(), "event": "launched"}, only_here=True)
    return None


def plan_report(plan: Plan, drone: DronePlan, sortie: int, state: str) -> Report | None:
    """What a drone flies, with its way; None: it has no such sortie."""
    from dronectl.formats.plans.plan_folder import plan_sha256

    flight = drone.sortie(sortie)
    if flight is None:
        return None
    body = {
        "time_utc": time_now(),
        "state": state,
        "plan": plan.name,
        "plan_sha256": plan_sha256(plan),
        "sortie": sortie,
        "items": len(flight.mission),
        "distance_m": round(flight.distance_m, 1),
        "duration_s": round(flight.duration_s, 1),
        "work_altitude_m": flight.work_altitude_m,
        "home": {"lat_deg": drone.home.lat_deg, "lon_deg": drone.home.lon_deg},
        "way": _way(flight.mission),
    }
    return Report(ReportKind.PLAN, drone.name, body, only_here=True)


def _way(mission: Mission) -> list[dict[str, float]]:
    """The places that it flies to, in order; heights as the mission has them."""
    return [
        {"lat_deg": item.position.lat_deg, "lon_deg": item.position.lon_deg, "relative_altitude_m": item.altitude_m}
        for item in mission.items[1:]
        if item.command in _HAS_PLACE and (item.lat_e7 or item.lon_e7)
    ]
