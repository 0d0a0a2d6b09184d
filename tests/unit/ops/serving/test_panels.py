"""Timetable, hot spots and fixed cameras of the page."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dronectl.model.geo import GeoPoint
from dronectl.model.incidents.incident import Incident, IncidentKind, IncidentPlace, IncidentReport
from dronectl.model.picture import DroneIdentity, DronePicture, FlightPhase
from dronectl.model.plan.hotspot import HotspotFigures, SpotFigures
from dronectl.model.plan.plan import Plan
from dronectl.model.plan.schedule import Departure
from dronectl.model.site import Site
from dronectl.model.telemetry import TelemetrySample
from dronectl.ops.serving.panels.cameras import CameraPanel
from dronectl.ops.serving.panels.idleness import IdlenessWatch, Spot, spots_of
from dronectl.ops.serving.panels.timetable import begun_flights, timetable_rows

BANGKOK = ZoneInfo("Asia/Bangkok")
START = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
END = START + timedelta(minutes=20)
HERE = GeoPoint(16.0519, 103.6574)


def line(event: str, key: str = "a", *, at: datetime = START, **what: Any) -> dict[str, Any]:
    return {"event": event, "id": key, "order": "fly", "time_utc": at.isoformat(), **what}


FLOWN = [
    line("intent", plan_sha256="x", sortie=1, drones=["alpha", "bravo"]),
    line("started", drone="alpha"),
    line("outcome", drone="alpha", result="done"),
    line("outcome", drone="bravo", result="done"),
]


def state_at(plan: Plan, minutes: float, lines: list[dict[str, Any]]) -> object:
    rows = timetable_rows(plan, begun_flights(lines, "x"), START + timedelta(minutes=minutes), BANGKOK)
    return rows[0]["state"]


@pytest.fixture
def timed(plan: Plan) -> Plan:
    return replace(plan, timetable=(Departure(1, "demo", 1, START, END),))


@pytest.mark.parametrize(
    ("minutes", "state"), [(-30, "later"), (-4, "due"), (4, "due"), (6, "late"), (19, "late"), (21, "missed")]
)
def test_a_flight_that_nobody_began(timed: Plan, minutes: float, state: str) -> None:
    assert state_at(timed, minutes, []) == state
    assert state_at(timed, minutes, [{**one, "plan_sha256": "y"} for one in FLOWN]) == state, "another plan's"
    assert state_at(timed, minutes, FLOWN[:1]) == state, "who was refused before the take-off flew nothing"


def test_a_flight_that_was_begun(timed: Plan) -> None:
    assert state_at(timed, 6, FLOWN[:2]) == "flying"
    assert state_at(timed, 21, FLOWN[:3]) == "flying"
    assert state_at(timed, 21, FLOWN) == "flown"
    failed = [*FLOWN[:3], line("outcome", drone="bravo", result="failed")]
    assert state_at(timed, 21, failed) == "stopped"
    yesterday = [{**one, "time_utc": (START - timedelta(days=1)).isoformat()} for one in FLOWN]
    assert state_at(timed, 6, yesterday) == "late"


def test_rows_say_who_flies_when(timed: Plan) -> None:
    (row,) = timetable_rows(timed, {}, START, BANGKOK)
    assert (row["start"], row["end"], row["begun"]) == ("09:00 UTC+7", "09:20 UTC+7", None)
    assert row["drones"] == [drone.name for drone in timed.drones if drone.sortie(1)]
    untimed = timetable_rows(replace(timed, timetable=()), {}, START, BANGKOK)
    assert {one["state"] for one in untimed} == {"any time"}


def hovering(at: GeoPoint, *, speed_m_s: float = 0.3, old: frozenset[str] = frozenset()) -> DronePicture:
    sample = TelemetrySample("", "alpha", 1, lat_deg=at.lat_deg, lon_deg=at.lon_deg, ground_speed_m_s=speed_m_s)
    sample = replace(sample, old=old)  # type: ignore[arg-type]
    return DronePicture(sample, DroneIdentity(), FlightPhase.PATROL, 0.0, FlightPhase.PATROL)


def test_a_spot_is_alone_from_the_last_visit_on() -> None:
    watch = IdlenessWatch([Spot("gold", "ร้านทอง", HERE, 30.0, 3600.0)], 0.0)
    near = GeoPoint(HERE.lat_deg + 30.0 / 111_195.0, HERE.lon_deg)

    def state(now_s: float, *drones: DronePicture) -> tuple[object, object, object]:
        watch.look(drones, now_s)
        (row,) = watch.rows(now_s)
        return row["state"], row["alone_s"], row["is_least"]

    assert state(60.0) == ("unknown", 60, True)
    assert state(4000.0) == ("overdue", 4000, True)
    assert state(4100.0, hovering(near)) == ("there", 0, False)
    assert state(4160.0, hovering(near, speed_m_s=8.0)) == ("ok", 60, False), "who flies past does not look"
    assert state(4160.0, hovering(GeoPoint(16.06, 103.66)))[0] == "ok"
    assert state(7000.0) == ("soon", 2900, False)
    assert state(7801.0) == ("overdue", 3701, False)


def test_spots_are_those_of_the_plan_with_the_shortest_promise(site: Site, plan: Plan) -> None:
    def kept(promise_s: float) -> HotspotFigures:
        spot = SpotFigures("gold_shop_2", 1.0, 1.0, (), 30.0, 1, 10.0, 0.0, 0.0)
        gone = replace(spot, id="pulled_down")
        return HotspotFigures("p", 1.0, promise_s, 0.0, 0.0, 0.0, 0.0, None, None, (0.0,), 1, (spot, gone))

    (spot,) = spots_of(replace(plan, hotspots=(kept(7200.0), kept(3600.0))), site)
    assert (spot.id, spot.promise_s, spot.standoff_m) == ("gold_shop_2", 3600.0, 30.0)


def test_cameras_say_which_incidents_they_see(site: Site) -> None:
    camera = next(one for one in site.zones.cctv if one.id == "cctv_2")
    ahead = GeoPoint(camera.position.lat_deg, camera.position.lon_deg + 30.0 / 106_800.0)
    reports = [
        (IncidentReport(START, IncidentKind.FIGHT, "", "191", IncidentPlace(place, "x")),)
        for place in (ahead, GeoPoint(16.06, 103.66))
    ]
    panel = CameraPanel(site)
    panel.look([Incident(START.date(), serial, one) for serial, one in enumerate(reports, start=1)])
    assert {row["id"]: row["sees"] for row in panel.rows()}["cctv_2"] == ["1201-01"]
    panel.look([])
    assert not any(row["sees"] for row in panel.rows())
