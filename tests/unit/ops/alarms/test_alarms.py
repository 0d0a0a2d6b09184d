"""One scenario a rule on the built-in copter, in virtual time; and normal flights, which must raise nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from effort import some_of
from watched_flight import WatchedFlight

from dronectl.geodesy.plane import LocalPlane
from dronectl.model.alarm import Alarm, AlarmKind, AlarmSeverity
from dronectl.model.geo import GeoPoint
from dronectl.model.message import Message
from dronectl.model.plan.mission import Command, Mission, MissionItem, MissionType
from dronectl.model.plan.plan import Plan
from dronectl.model.site import Site
from dronectl.model.tak.officers import Officer, OfficersPicture
from dronectl.model.telemetry import TelemetryKind
from dronectl.model.traffic import TrafficReport
from dronectl.ops.alarms.alarm_table import RULES
from dronectl.ops.alarms.expected import ExpectedFlight, GcsFailsafe, expected_flight
from dronectl.ops.alarms.fold import AlarmFold
from dronectl.planning.build import build_plan
from dronectl.protocol.vehicle.telemetry import VehicleState
from dronectl.sim.vehicle.settings import VehicleFaults, Wind
from dronectl.sim.vehicle.world_parameters import World

AIRBORNE_S = 40.0
"""On the way of its mission, at its height."""
TOWER = (155.0, 182.0)
"""Metres north and east of alpha's home."""
FENCE_NORTH_M = 874.0
SCENARIOS: dict[AlarmKind, Callable[[Site, Plan], WatchedFlight]] = {}


def scenario(kind: AlarmKind) -> Callable[[Callable[[WatchedFlight], None]], Callable[[WatchedFlight], None]]:
    """What makes this alarm in a flight that was normal so far."""

    def register(happens: Callable[[WatchedFlight], None]) -> Callable[[WatchedFlight], None]:
        def fly(site: Site, plan: Plan) -> WatchedFlight:
            flight = in_the_air(site, plan)
            happens(flight)
            return flight

        SCENARIOS[kind] = fly
        return happens

    return register


def in_the_air(site: Site, plan: Plan, **changes: object) -> WatchedFlight:
    flight = WatchedFlight(site, plan, **changes)  # type: ignore[arg-type]
    flight.take_off()
    flight.run(AIRBORNE_S)
    assert flight.fold.history == (), "all is well so far"
    return flight


@scenario(AlarmKind.CRASH)
def motor_stops(flight: WatchedFlight) -> None:
    flight.vehicle.copter.airframe.motor_share = 0.0


SCENARIOS[AlarmKind.TILT] = SCENARIOS[AlarmKind.CRASH]


@scenario(AlarmKind.THRUST)
def says_thrust_loss(flight: WatchedFlight) -> None:
    flight.say("Potential Thrust Loss (3)", 0)


@scenario(AlarmKind.VIBRATION)
def says_vibration(flight: WatchedFlight) -> None:
    flight.say("Vibration compensation ON", 2)


@scenario(AlarmKind.RADIO_FAILSAFE)
def loses_its_transmitter(flight: WatchedFlight) -> None:
    flight.say("Radio Failsafe", 4)
    flight.order("RTL")


@scenario(AlarmKind.TERRAIN_FAILSAFE)
def knows_no_ground(flight: WatchedFlight) -> None:
    flight.say("Terrain Failsafe", 4)


@scenario(AlarmKind.OTHER_FAILSAFE)
def has_a_failsafe_without_a_rule(flight: WatchedFlight) -> None:
    flight.say("Dead Reckon Failsafe", 4)


@scenario(AlarmKind.BATTERY_FAILSAFE)
def battery_is_low(flight: WatchedFlight) -> None:
    flight.vehicle.copter.parameters.set("BATT_LOW_MAH", flight.vehicle.copter.battery.capacity_mah)


@scenario(AlarmKind.GCS_FAILSAFE)
def station_falls_silent(flight: WatchedFlight) -> None:
    flight.vehicle.copter.parameters.set("FS_GCS_ENABLE", 1)
    flight.beats = False


@scenario(AlarmKind.FENCE)
def leaves_the_fence_on_board(flight: WatchedFlight) -> None:
    parameters = flight.vehicle.copter.parameters
    parameters.set("FENCE_ACTION", 0)
    parameters.set("FENCE_TYPE", 1)
    parameters.set("FENCE_ALT_MAX", 20)
    parameters.set("FENCE_ENABLE", 1)


def gps_is_lost(site: Site, plan: Plan) -> WatchedFlight:
    flight = WatchedFlight(site, plan, faults=VehicleFaults(gps_loss_at_s=50.0))
    flight.take_off()
    return flight


SCENARIOS |= dict.fromkeys((AlarmKind.GPS, AlarmKind.EKF, AlarmKind.EKF_FAILSAFE), gps_is_lost)


@scenario(AlarmKind.NOT_NEARER)
def returns_against_a_storm(flight: WatchedFlight) -> None:
    flight.order("RTL")
    flight.blow(25.0)


@scenario(AlarmKind.DRIFT)
def holds_in_a_storm(flight: WatchedFlight) -> None:
    flight.order("BRAKE")
    flight.run(15.0)
    flight.blow(25.0)


@scenario(AlarmKind.SINKING)
def sinks(flight: WatchedFlight) -> None:
    flight.vehicle.copter.parameters.set("WPNAV_SPEED_UP", 0.0)
    flight.displace(0.0, 0.0, -12.0)


@scenario(AlarmKind.OUTSIDE)
def is_blown_out(flight: WatchedFlight) -> None:
    flight.order("BRAKE")
    flight.displace(-2000.0, 0.0)


@scenario(AlarmKind.SEPARATION)
def another_drone_comes(flight: WatchedFlight) -> None:
    flight.order("BRAKE")
    flight.run(6.0)
    flight.meet(150.0, 5.0)


SCENARIOS[AlarmKind.SEPARATION_AHEAD] = SCENARIOS[AlarmKind.SEPARATION]


@scenario(AlarmKind.TRAFFIC)
def a_helicopter_comes(flight: WatchedFlight) -> None:
    flight.order("BRAKE")
    flight.run(6.0)
    plane, amsl_m = LocalPlane(flight.plan.home), flight.state.amsl_altitude_m
    for second in range(10):
        place = GeoPoint(*plane.to_degrees((0.0, 1_200.0 - 40.0 * second)))
        flight.run(1.0)
        heard = TrafficReport(0x885123, flight.now_s, "tower", "HELI1", place, amsl_m, None, 40.0, 180.0, 0.0)
        flight.fleet.sky.on_report(heard, flight.now_s)


@scenario(AlarmKind.OFFICER)
def an_officer_walks_under_it(flight: WatchedFlight) -> None:
    flight.order("BRAKE")
    flight.run(6.0)
    assert flight.state.position is not None
    moment = datetime(2026, 12, 1, 5, 0, tzinfo=UTC)
    officer = Officer("A-1", "Wichai", flight.state.position, moment, moment + timedelta(seconds=75), 5.0, 1.0)
    flight.fleet.people.know(OfficersPicture("tcp://tak:8087", "", (officer,)), moment, flight.now_s)


@scenario(AlarmKind.KEEP_OUT)
def is_blown_into_the_tower(flight: WatchedFlight) -> None:
    flight.order("BRAKE")
    flight.run(6.0)
    body = flight.vehicle.copter.airframe
    flight.displace(TOWER[0] - body.north_m, TOWER[1] - body.east_m)


@scenario(AlarmKind.KEEP_OUT_AHEAD)
def is_sent_at_the_tower(flight: WatchedFlight) -> None:
    body = flight.vehicle.copter.airframe
    flight.displace(TOWER[0] - body.north_m, TOWER[1] + 200.0 - body.east_m)
    flight.goto(TOWER[0], TOWER[1] + 60.0, body.up_m)


@scenario(AlarmKind.FENCE_AHEAD)
def is_sent_near_to_the_fence(flight: WatchedFlight) -> None:
    flight.displace(FENCE_NORTH_M - 250.0 - flight.vehicle.copter.airframe.north_m, 0.0)
    flight.goto(FENCE_NORTH_M - 20.0, flight.vehicle.copter.airframe.east_m, 50.0)


@scenario(AlarmKind.BATTERY_RESERVE)
def battery_is_half_empty(flight: WatchedFlight) -> None:
    flight.draw(50.0)


@scenario(AlarmKind.CEILING)
def climbs_too_high(flight: WatchedFlight) -> None:
    flight.goto(100.0, 0.0, 100.0)


@scenario(AlarmKind.OFF_WAY)
def is_pushed_aside(flight: WatchedFlight) -> None:
    flight.blow(25.0)


@scenario(AlarmKind.UNHEARD)
def falls_silent(flight: WatchedFlight) -> None:
    flight.vehicle.connect(False)


@scenario(AlarmKind.MODE)
def somebody_switches(flight: WatchedFlight) -> None:
    flight.switch("LOITER")


@scenario(AlarmKind.STILL_ARMED)
def lands_and_stays_armed(flight: WatchedFlight) -> None:
    flight.vehicle.pilot.disarm = lambda: None  # type: ignore[method-assign]
    flight.order("RTL")


@scenario(AlarmKind.BATTERY_FORECAST)
def battery_is_old(flight: WatchedFlight) -> None:
    flight.draw(20.0)


@scenario(AlarmKind.BATTERY_VOLTAGE)
def battery_sags(flight: WatchedFlight) -> None:
    flight.fold.flight.expected = replace(flight.fold.flight.expected, low_battery_v=10.5)
    for tenths in range(1, 12):
        flight.vehicle.copter.parameters.set(World.PACK_V, 12.6 - tenths / 10.0)
        flight.run(2.0)


@scenario(AlarmKind.BATTERY_HOME)
def battery_fails(flight: WatchedFlight) -> None:
    flight.draw(92.0)


WORDS = {
    AlarmKind.CRASH: "where no landing was planned",
    AlarmKind.GPS: "GPS lost: fix 0",
    AlarmKind.DRIFT: "from where it held",
    AlarmKind.NOT_NEARER: "in RTL, but going away at",
    AlarmKind.BATTERY_FORECAST: "below forecast",
    AlarmKind.TRAFFIC: "aircraft HELI1, ",
    AlarmKind.OFFICER: "officer Wichai is below: ",
    AlarmKind.SEPARATION_AHEAD: "nearer than 9 m to bravo, at the nearest 0 m",
    AlarmKind.KEEP_OUT_AHEAD: "enters keep-out 'tower' in",
    AlarmKind.FENCE_AHEAD: "leaves fence '",
    AlarmKind.BATTERY_VOLTAGE: "V and sinking: its failsafe, at 10.5 V, acts in about ",
    AlarmKind.BATTERY_RESERVE: "% at landing, reserve 30 %",
    AlarmKind.MODE: "in LOITER, which was not ordered here (before: AUTO)",
}


def test_every_rule_has_a_scenario() -> None:
    assert set(SCENARIOS) == set(AlarmKind) == {rule.kind for rule in RULES}
    assert len(RULES) == len(AlarmKind)


@pytest.mark.parametrize("kind", list(AlarmKind))
def test_what_is_wrong_raises_its_alarm(kind: AlarmKind, site: Site, plan: Plan) -> None:
    flight = SCENARIOS[kind](site, plan)
    alarm = flight.until_alarm(kind, 200.0)
    assert WORDS.get(kind, "") in alarm.message
    assert "{" not in alarm.message
    assert [raised.kind for raised in flight.changes if raised.drone == "alpha"].count(kind) == 1, (
        "raised once, not again and again"
    )


# Raising once, clearing when it is over


def test_an_alarm_is_cleared_when_its_cause_is_gone(site: Site, plan: Plan) -> None:
    flight = in_the_air(site, plan)
    flight.switch("LOITER")
    flight.until_alarm(AlarmKind.MODE)
    flight.order("AUTO")
    flight.run(3.0)
    assert flight.fold.current_alarms == ()
    (alarm,) = flight.fold.history
    assert alarm.cleared_s is not None
    assert flight.changes[-1] == alarm, "that it was cleared is told too"


def test_one_lost_or_odd_frame_raises_and_clears_nothing(site: Site, plan: Plan) -> None:
    flight = in_the_air(site, plan)
    odd = {"fix_type": 0, "satellites_visible": 0, "eph": 65535}
    flight.state.apply(Message("GPS_RAW_INT", odd, 1, 1), flight.now_s)
    assert flight.fold.update(flight.now_s) == ()
    flight.run(5.0)
    assert flight.fold.history == ()


def test_what_is_old_concludes_nothing(site: Site, plan: Plan) -> None:
    flight = in_the_air(site, plan)
    flight.vehicle.connect(False)
    flight.run(100.0)
    assert [alarm.kind for alarm in flight.fold.history] == [AlarmKind.UNHEARD], "it may well fly on as planned"


def test_a_place_heard_once_is_not_held_against_a_drone_that_tells_it_no_more(site: Site, plan: Plan) -> None:
    flight = in_the_air(site, plan)
    flight.displace(-60.0, 60.0)
    flight.run(0.5)
    flight.command(Command.SET_MESSAGE_INTERVAL, 33, -1)
    flight.run(20.0)
    assert flight.state.is_old(TelemetryKind.POSITION, flight.now_s)
    assert flight.state.is_fresh(TelemetryKind.ATTITUDE, flight.now_s), "its clock goes on"
    assert flight.fold.active(AlarmKind.OFF_WAY) is None


def test_who_is_unheard_becomes_critical_and_tells_what_the_vehicle_does_by_then(site: Site, plan: Plan) -> None:
    flight = in_the_air(site, plan)
    flight.fold.flight.expected = replace(flight.fold.flight.expected, gcs_failsafe=GcsFailsafe("RTL", 5.0))
    flight.vehicle.connect(False)
    flight.run(8.0)
    early = flight.fold.active(AlarmKind.UNHEARD)
    flight.run(24.0)
    late = flight.fold.active(AlarmKind.UNHEARD)
    assert early is not None
    assert late is not None
    assert (early.severity, late.severity) == (AlarmSeverity.WARNING, AlarmSeverity.CRITICAL)
    assert "last AUTO, armed, 58 m above home, at 16.05" in late.message
    assert "its ground station failsafe (RTL after 5 s) has acted if it hears nothing either" in late.message
    flight.vehicle.connect(True)
    flight.run(5.0)
    assert flight.fold.current_alarms == ()


def test_a_failsafe_whose_end_was_not_heard_ends_by_the_heartbeat(site: Site, plan: Plan) -> None:
    flight = in_the_air(site, plan)
    flight.say("Radio Failsafe", 4)
    flight.until_alarm(AlarmKind.RADIO_FAILSAFE)
    flight.run(10.0)
    assert flight.fold.active(AlarmKind.RADIO_FAILSAFE) is None


def test_a_hold_that_nobody_knows_the_plan_of_has_alarms_too(site: Site, plan: Plan) -> None:
    flight = in_the_air(site, plan)
    alone = AlarmFold("alpha", flight.state)
    flight.blow(25.0)
    flight.order("BRAKE")
    for _ in range(80):
        flight.run(1.0)
        alone.update(flight.now_s)
    assert alone.active(AlarmKind.DRIFT) is not None


# Normal flights


def flown(flight: WatchedFlight) -> tuple[Alarm, ...]:
    flight.run_until(lambda: not flight.is_armed, 900.0)
    flight.run(10.0)
    return flight.fold.history


@pytest.mark.parametrize(("wind_m_s", "loss"), some_of([(0.0, 0.0), (5.0, 0.1), (5.0, 0.2)], 2))
def test_a_whole_patrol_in_wind_and_with_loss_raises_nothing(
    wind_m_s: float, loss: float, site: Site, plan: Plan
) -> None:
    flight = WatchedFlight(site, plan, wind=Wind(wind_m_s, 90.0, wind_m_s / 5.0), loss=loss)
    flight.take_off()
    assert flown(flight) == ()


def test_staying_where_the_plan_stays_draws_no_more_than_forecast(site: Site) -> None:
    stare = site.patrol("market_stare")
    assert stare is not None
    plan = build_plan(site, [stare], name="stare", created_utc="2026-01-01T00:00:00Z")
    flight = WatchedFlight(site, plan, loss=0.1)
    flight.take_off()
    assert flown(flight) == ()


def test_orders_given_from_here_raise_nothing(site: Site, plan: Plan) -> None:
    flight = in_the_air(site, plan, loss=0.1)
    flight.order("BRAKE")
    flight.run(40.0)
    flight.goto(100.0, 250.0, 45.0)
    flight.run(60.0)
    flight.order("AUTO")
    flight.run(60.0)
    flight.order("RTL")
    assert flown(flight) == ()


def test_a_landing_ordered_from_here_raises_nothing(site: Site, plan: Plan) -> None:
    flight = in_the_air(site, plan, wind=Wind(5.0, 0.0, 1.0))
    flight.order("LAND")
    assert flown(flight) == ()


def test_standing_on_the_ground_armed_raises_nothing(site: Site, plan: Plan) -> None:
    flight = WatchedFlight(site, plan, parameters={"DISARM_DELAY": 0.0})
    flight.order("GUIDED")
    flight.command(Command.COMPONENT_ARM_DISARM, 1)
    flight.run(60.0)
    assert flight.is_armed
    assert flight.fold.history == ()


# What the plan makes one expect


def test_circles_of_a_fence_and_holes_count(plan: Plan) -> None:
    alpha = plan.drones[0]
    around = {"lat_e7": alpha.home.lat_e7, "lon_e7": alpha.home.lon_e7}
    circle = MissionItem(Command.FENCE_CIRCLE_INCLUSION, param1=100.0, **around)
    hole = MissionItem(Command.FENCE_CIRCLE_EXCLUSION, param1=30.0, **around)
    fence = Mission((circle, hole), MissionType.FENCE)
    expected = expected_flight(replace(alpha, fence=fence), 1)
    assert expected.fence.outside_m((50.0, 0.0)) == 0.0
    assert expected.fence.outside_m((130.0, 0.0)) == pytest.approx(30.0)
    assert expected.fence.outside_m((10.0, 0.0)) == pytest.approx(20.0)


def test_the_share_of_the_flight_that_is_done_only_grows(site: Site, plan: Plan) -> None:
    expected = expected_flight(plan.drones[0], 1, site.rules)
    done = [expected.seconds_done(item, target.place, target.place, 50.0) for item, target in expected.targets.items()]
    assert all(value is not None for value in done)
    assert done == sorted(done)  # type: ignore[type-var]
    assert 0.0 < done[0] < done[-1] < expected.seconds  # type: ignore[operator]


@pytest.mark.parametrize(
    ("item", "takes_s"),
    [
        (MissionItem(Command.NAV_DELAY, param1=40.0), 40.0),
        (MissionItem(Command.NAV_DELAY, param1=-1.0), 0.0),
        (MissionItem(Command.NAV_LOITER_TIME, 3, param1=25.0, altitude_m=30.0), 25.0),
        (MissionItem(Command.DO_SET_CAM_TRIGG_DIST, param1=40.0), 0.0),
    ],
)
def test_what_an_item_waits_is_reckoned_into_what_comes_after_it(item: MissionItem, takes_s: float, plan: Plan) -> None:
    alpha = plan.drones[0]
    home = {"lat_e7": alpha.home.lat_e7, "lon_e7": alpha.home.lon_e7}
    there = MissionItem(Command.NAV_WAYPOINT, 3, lat_e7=home["lat_e7"] + 9_000, lon_e7=home["lon_e7"], altitude_m=30.0)
    up, back = MissionItem(Command.NAV_TAKEOFF, altitude_m=30.0), MissionItem(Command.NAV_RETURN_TO_LAUNCH)

    def expected(*items: MissionItem) -> ExpectedFlight:
        flown = Mission((MissionItem(Command.NAV_WAYPOINT, **home), up, *items, there, back))  # type: ignore[arg-type]
        sorties = (replace(alpha.sorties[0], mission=flown),)
        return expected_flight(replace(alpha, sorties=sorties), 1)

    waits, flies = expected(item), expected()
    assert waits.targets[3].seconds_before - flies.targets[2].seconds_before == pytest.approx(takes_s)
    assert waits.seconds - flies.seconds == pytest.approx(takes_s)


def test_nothing_is_wrong_with_who_was_never_heard() -> None:
    fold = AlarmFold("alpha", VehicleState(system_id=1))
    assert fold.update(0.0) == fold.update(1000.0) == ()
