"""The picture of a drone over its whole flight, in virtual time, with wind and loss: what it says comes true."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest
from watched_flight import WatchedFlight

from dronectl.model.alarm import AlarmKind
from dronectl.model.picture import AHEAD_S, DronePicture, FlightPhase
from dronectl.model.plan.plan import Plan
from dronectl.model.site import Site
from dronectl.ops.alarms.fold import AlarmFold
from dronectl.ops.picture.fold import FleetFold
from dronectl.ops.picture.surroundings import surroundings_of
from dronectl.sim.vehicle.settings import Wind

Moment = tuple[float, DronePicture, tuple[float, float, float]]
"""When, the picture, and where it truly was: metres north, east and up of its home."""


@pytest.fixture(scope="module")
def flight(site: Site, plan: Plan) -> tuple[Moment, ...]:
    """A whole patrol, a moment a second."""
    flown = WatchedFlight(site, plan, wind=Wind(4.0, 60.0, 0.8), loss=0.1)
    return tuple(_moments(flown))


def _moments(flown: WatchedFlight) -> Iterator[Moment]:
    yield _moment(flown)
    flown.order("GUIDED")
    flown.run(1.0)
    flown.command(400, 1)
    for _ in range(12):
        flown.run(0.5)
        yield _moment(flown)
    flown.command(22, 0, 0, 0, 0, 0, 0, 4.0)
    ordered = False
    for _ in range(900):
        flown.run(1.0)
        yield _moment(flown)
        if not ordered and flown.up_m > 3.0:
            flown.order("AUTO")
            ordered = True
        if ordered and not flown.is_armed:
            break
    flown.run(5.0)
    yield _moment(flown)


def _moment(flown: WatchedFlight) -> Moment:
    body = flown.vehicle.copter.airframe
    return flown.now_s, picture_of(flown), (body.north_m, body.east_m, body.up_m)


def picture_of(flown: WatchedFlight) -> DronePicture:
    picture = flown.fleet.picture(flown.now_s, "2026-01-01T00:00:00Z").drone("alpha")
    assert picture is not None
    return picture


def in_phase(flight: tuple[Moment, ...], phase: FlightPhase) -> list[Moment]:
    return [moment for moment in flight if moment[1].phase is phase]


def test_it_goes_through_the_phases_of_a_flight_in_their_order(flight: tuple[Moment, ...]) -> None:
    phases = list(dict.fromkeys(picture.phase for _, picture, _ in flight))
    assert phases == [
        FlightPhase.STANDING, FlightPhase.ARMING, FlightPhase.CLIMBING, FlightPhase.PATROL,
        FlightPhase.RETURNING, FlightPhase.LANDING, FlightPhase.LANDED,
    ]  # fmt: skip


def test_legs_progress_and_time_left_go_on_to_their_end(flight: tuple[Moment, ...]) -> None:
    patrol = in_phase(flight, FlightPhase.PATROL)
    legs = [picture.leg for _, picture, _ in patrol]
    assert legs == sorted(legs)  # type: ignore[type-var]
    assert patrol[-1][1].leg == patrol[-1][1].legs
    done = [picture.progress_pct for _, picture, _ in flight if picture.progress_pct is not None]
    assert done == sorted(done)
    assert done[-1] == 100.0
    assert flight[0][1].time_left_s is None, "it stands: nothing makes it land"


@pytest.mark.parametrize("share", [0.3, 0.5, 0.8])
def test_what_is_forecast_of_its_landing_comes_true(flight: tuple[Moment, ...], share: float) -> None:
    patrol = in_phase(flight, FlightPhase.PATROL)
    now_s, picture, _ = patrol[int(len(patrol) * share)]
    landed_s, landed, _ = in_phase(flight, FlightPhase.LANDED)[0]
    assert picture.time_left_s == pytest.approx(landed_s - now_s, rel=0.15)
    assert picture.battery_at_landing_pct == pytest.approx(landed.sample.battery_pct, abs=4.0)
    assert picture.battery_reserve_pct == 30.0


def test_it_is_where_it_was_foretold_to_be_in_half_a_minute(flight: tuple[Moment, ...], site: Site) -> None:
    plane = surroundings_of(site).plane
    places = {round(now_s, 1): place for now_s, _, place in flight}
    home = site.drone("alpha").home  # type: ignore[union-attr]
    (home_east, home_north), errors_m = plane.to_xy(home), []
    for now_s, picture, _ in in_phase(flight, FlightPhase.PATROL) + in_phase(flight, FlightPhase.RETURNING):
        there = places.get(round(now_s + AHEAD_S, 1))
        if there is None:
            continue
        east, north = plane.to_xy(type(home)(*picture.ahead[-1]))
        errors_m.append(((north - home_north - there[0]) ** 2 + (east - home_east - there[1]) ** 2) ** 0.5)
    assert len(errors_m) > 100
    assert sorted(errors_m)[len(errors_m) // 2] < 17.0
    assert sorted(errors_m)[len(errors_m) * 95 // 100] < 50.0


def test_the_fence_is_as_far_as_it_is_and_everything_stays_away(flight: tuple[Moment, ...]) -> None:
    for _, picture, (north_m, east_m, _) in in_phase(flight, FlightPhase.PATROL):
        fence = picture.outlook.fence
        assert fence is not None
        assert fence.breach_in_s is None
        assert fence.least_m <= fence.now_m < 674.0 + math.hypot(north_m, east_m) + 5.0, "home is 674 m from it"
    assert all(picture.alarms == () for _, picture, _ in flight)


def test_who_looks_later_sees_the_same_progress(site: Site, plan: Plan) -> None:
    flown = WatchedFlight(site, plan)
    flown.take_off()
    flown.run(62.0)
    late = FleetFold([AlarmFold("alpha", flown.state, flown.fold.flight.expected)])
    late.look(flown.now_s)
    (first,) = late.picture(flown.now_s, "2026-01-01T00:00:00Z").drones
    known = picture_of(flown)
    assert first.leg == known.leg
    assert first.progress_pct == pytest.approx(known.progress_pct, abs=0.5)
    assert first.time_left_s == pytest.approx(known.time_left_s, rel=0.05)


# One that is not heard


def test_who_falls_silent_is_lost_and_nothing_of_it_is_shown_as_live(site: Site, plan: Plan) -> None:
    flown = WatchedFlight(site, plan)
    flown.take_off()
    flown.run(40.0)
    before = picture_of(flown)
    flown.vehicle.connect(False)
    flown.run(20.0)
    picture = picture_of(flown)
    assert (picture.phase, picture.phase_before) == (FlightPhase.LOST, FlightPhase.PATROL)
    assert picture.is_airborne, "for all we know"
    row = picture.row(flown.now_s)
    for key in ("mode", "lat_deg", "relative_altitude_m", "battery_pct", "time_left_s", "battery_at_landing_pct",
                "course_deg", "fence_m", "nearest_keep_out", "drone_m"):  # fmt: skip
        assert row[key] is None, key
    assert row["position_age_s"] == pytest.approx(20.0, abs=1.0)
    assert picture.sample.lat_deg == pytest.approx(before.sample.lat_deg, abs=1e-3), "where it was last"
    assert picture.ahead == ()
    flown.vehicle.connect(True)
    flown.run(3.0)
    assert picture_of(flown).phase is FlightPhase.PATROL


def test_a_picture_that_is_asked_for_late_shows_nothing_old_as_live(site: Site, plan: Plan) -> None:
    flown = WatchedFlight(site, plan)
    flown.take_off()
    flown.run(30.0)
    assert picture_of(flown).row(0.0)["fence_m"] is not None
    late = flown.fleet.picture(flown.now_s + 20.0, "2026-01-01T00:00:00Z").drones[0]
    assert late.row(0.0)["fence_m"] is None, "although nobody has looked since"


def test_orders_show_as_what_they_make_it_do(site: Site, plan: Plan) -> None:
    flown = WatchedFlight(site, plan)
    flown.take_off()
    flown.run(40.0)
    flown.order("BRAKE")
    flown.run(8.0)
    holding = picture_of(flown)
    assert holding.phase is FlightPhase.HOLDING
    assert holding.time_left_s is None
    assert holding.battery_at_landing_pct is not None, "if it turned home at once"
    assert holding.progress_pct is not None, "of the patrol that it left"
    flown.goto(150.0, 60.0, 45.0)
    flown.run(6.0)
    assert picture_of(flown).phase is FlightPhase.DISPATCHED
    flown.order("RTL")
    flown.run(6.0)
    returning = picture_of(flown)
    assert returning.phase is FlightPhase.RETURNING
    landed_s = flown.now_s
    flown.run_until(lambda: not flown.is_armed)
    assert returning.time_left_s == pytest.approx(flown.now_s - landed_s, rel=0.25)


# Alarms that stay until somebody has seen them


def test_an_alarm_that_is_over_stays_until_it_is_seen(site: Site, plan: Plan) -> None:
    flown = WatchedFlight(site, plan)
    flown.take_off()
    flown.run(20.0)
    flown.switch("LOITER")
    flown.until_alarm(AlarmKind.MODE)
    flown.order("AUTO")
    flown.run(4.0)
    (alarm,) = picture_of(flown).alarms
    assert alarm.cleared_s is not None
    assert picture_of(flown).row(flown.now_s)["alarms"] == [], "it stands no more"
    flown.fleet.see(["bravo"], flown.now_s, "somchai")
    assert picture_of(flown).alarms == (alarm,), "another drone's"
    flown.fleet.see(["alpha"], flown.now_s, "somchai")
    assert picture_of(flown).alarms == ()
    (seen,) = flown.fold.history
    assert (seen.seen_by, seen.is_seen) == ("somchai", True)


def test_an_alarm_that_stands_says_who_has_seen_it_until_it_becomes_graver(site: Site, plan: Plan) -> None:
    flown = WatchedFlight(site, plan)
    flown.take_off()
    flown.run(20.0)
    flown.vehicle.connect(False)
    flown.until_alarm(AlarmKind.UNHEARD)
    flown.fleet.see(["alpha"], flown.now_s, "somchai")
    flown.run(4.0)
    (alarm,) = picture_of(flown).alarms
    assert alarm.as_json(flown.now_s)["seen_by"] == "somchai"
    flown.run_until(lambda: picture_of(flown).alarms[0].is_critical, 30.0)
    assert picture_of(flown).alarms[0].seen_by is None


def test_the_keys_that_programs_rely_on_are_there(flight: tuple[Moment, ...]) -> None:
    keys = list(flight[0][1].row(0.0))
    contract = [
        "time_utc", "drone", "system_id", "mode", "armed", "lat_deg", "lon_deg", "amsl_altitude_m",
        "relative_altitude_m", "ground_speed_m_s", "heading_deg", "battery_pct", "battery_v", "gps_fix", "satellites",
        "mission_item", "link_loss_pct",
    ]  # fmt: skip
    assert keys[: len(contract)] == contract
    assert {"phase", "progress_pct", "time_left_s", "battery_at_landing_pct", "fence_ahead_m"} <= set(keys)
