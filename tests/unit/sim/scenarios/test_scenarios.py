"""Scenarios on a built-in fleet without sockets: what happens when, to whom, and what the drones do by themselves."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from watched_flight import WatchedFlight

from dronectl.model.geo import GeoPoint
from dronectl.model.ground.zone import Obstacle, ZoneSet
from dronectl.model.plan.mission import Command
from dronectl.model.plan.plan import Plan
from dronectl.model.scenario import FIGURES, ExpectedOrder, Happening, Moment, Order, Scenario, ScenarioEvent
from dronectl.model.site import Site
from dronectl.sim.fleet.server import VehicleServer
from dronectl.sim.flight.modes import Mode
from dronectl.sim.scenarios.director import Director
from dronectl.sim.scenarios.shadows import Shadow, is_in_shadow, shadows_of
from dronectl.sim.scenarios.stage import StagedDrone
from dronectl.sim.scenarios.training import OrderWatch, TakenOrder, judge
from dronectl.sim.vehicle.settings import LinkFaults, Wind

HOME = GeoPoint(16.0531, 103.6503)
SOON = Moment(flown_s=20.0)


class Staged:
    """alpha on its patrol, with a scenario beside it."""

    def __init__(self, site: Site, plan: Plan, *events: ScenarioEvent, shadows: tuple[Shadow, ...] = ()) -> None:
        self.flight = WatchedFlight(site, plan)
        self.vehicle = self.flight.vehicle
        self.server = VehicleServer(self.vehicle, LinkFaults(), seed=1)
        self.taken: list[TakenOrder] = []
        self.watch = OrderWatch(self.vehicle, self.taken)
        self.drone = StagedDrone(self.vehicle, [self.server], Wind(), shadows)
        self.director = Director(Scenario("s", "s", events=events), {"alpha": self.drone})

    def take_off(self) -> None:
        self.flight.take_off()

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds / 0.5)):
            self.flight.run(0.5)
            self.director.step()
            self.watch.step()

    @property
    def told(self) -> list[tuple[str, bool]]:
        return [(one.event.id, one.is_over) for one in self.director.happened]


def event(
    what: Happening, moment: Moment = SOON, figures: Mapping[str, float] | None = None, **more: Any
) -> ScenarioEvent:
    """Figures that are not given are as in a file without them."""
    known = FIGURES.get(what, {})
    usual = {name: figure.default for name, figure in known.items() if figure.default is not None}
    return ScenarioEvent(str(what), what, (), moment, figures={**usual, **(figures or {})}, **more)


def test_gps_is_lost_for_a_while_and_the_drone_lands(site: Site, plan: Plan) -> None:
    staged = Staged(site, plan, event(Happening.GPS_LOSS, for_s=14.0))
    staged.take_off()
    staged.run(15.0)
    assert staged.vehicle.navigation.has_fix
    staged.run(10.0)
    assert not staged.vehicle.navigation.has_fix
    assert staged.vehicle.pilot.mode is Mode.AUTO
    staged.run(7.0)
    assert staged.vehicle.pilot.mode is Mode.LAND
    staged.run(10.0)
    assert staged.vehicle.navigation.has_fix
    assert staged.told == [("gps_loss", False), ("gps_loss", True)]


def test_a_gps_that_errs_is_not_believed_at_first_and_then_it_is(site: Site, plan: Plan) -> None:
    staged = Staged(site, plan, event(Happening.GPS_GLITCH, figures={"north_m": 60.0, "east_m": 0.0}, for_s=30.0))
    copter = staged.vehicle.copter
    staged.take_off()
    staged.run(28.0)
    assert "GPS Glitch or Compass error" in texts(staged)
    assert copter.off_m == (0.0, 0.0)
    staged.run(8.0)
    assert copter.off_m == pytest.approx((60.0, 0.0), abs=0.1)
    assert "Glitch cleared" not in texts(staged)
    staged.run(9.0)
    assert texts(staged).count("Glitch cleared") == 1
    staged.run(25.0)
    assert copter.off_m == (0.0, 0.0)
    assert staged.vehicle.pilot.mode is Mode.AUTO


def test_a_short_glitch_is_told_and_does_nothing(site: Site, plan: Plan) -> None:
    staged = Staged(site, plan, event(Happening.GPS_GLITCH, figures={"north_m": 60.0, "east_m": 0.0}, for_s=4.0))
    staged.take_off()
    staged.run(30.0)
    assert [text for text in texts(staged) if "litch" in text] == ["GPS Glitch or Compass error", "Glitch cleared"]
    assert staged.vehicle.copter.off_m == (0.0, 0.0)


@pytest.mark.parametrize(("mgauss", "is_said"), [(100.0, False), (500.0, True)])
def test_compasses_that_err_are_tried_and_it_flies_on(site: Site, plan: Plan, mgauss: float, is_said: bool) -> None:
    staged = Staged(site, plan, event(Happening.COMPASS_ERROR, figures={"mgauss": mgauss}, for_s=15.0))
    staged.take_off()
    staged.run(60.0)
    assert texts(staged).count("EKF3 IMU0 switching to compass 1") == is_said
    assert staged.vehicle.pilot.mode is Mode.AUTO


def test_with_compasses_that_err_it_does_not_arm(site: Site, plan: Plan) -> None:
    staged = Staged(site, plan, event(Happening.COMPASS_ERROR, Moment(at_s=0.0), for_s=30.0))
    staged.run(5.0)
    staged.flight.command(400, 1)
    staged.run(1.0)
    assert "Arm: Check mag field (xy diff:500>100)" in texts(staged)
    staged.run(30.0)
    staged.flight.order("GUIDED")
    staged.flight.command(400, 1)
    staged.run(1.0)
    assert staged.vehicle.copter.is_armed


def texts(staged: Staged) -> list[str]:
    return [text.text for text in staged.flight.state.status_texts]


def test_a_battery_that_has_little_left_brings_it_home(site: Site, plan: Plan) -> None:
    staged = Staged(site, plan, event(Happening.BATTERY_LEFT, figures={"pct": 2.0}))
    staged.take_off()
    staged.run(24.0)
    assert staged.vehicle.copter.battery.remaining_pct <= 2
    staged.run(16.0)
    assert staged.vehicle.pilot.mode in (Mode.RTL, Mode.LAND)


def test_a_sag_is_seen_and_goes(site: Site, plan: Plan) -> None:
    staged = Staged(site, plan, event(Happening.BATTERY_SAG, figures={"volts": 0.8}, for_s=5.0))
    staged.take_off()
    staged.run(18.0)
    before_v = staged.vehicle.copter.battery.voltage_v
    staged.run(4.0)
    assert staged.vehicle.copter.battery.voltage_v == pytest.approx(before_v - 0.8, abs=0.15)
    staged.run(6.0)
    assert staged.vehicle.copter.battery.voltage_v == pytest.approx(before_v, abs=0.15)


@pytest.mark.parametrize(
    ("left_pct", "down_after_s", "side_up"), [(0.0, (5.0, 7.0), True), (50.0, (10.0, 14.0), False)]
)
def test_with_a_weak_motor_it_comes_down_and_lies_there_armed(
    site: Site, plan: Plan, left_pct: float, down_after_s: tuple[float, float], side_up: bool
) -> None:
    staged = Staged(site, plan, event(Happening.MOTOR_LOSS, figures={"left_pct": left_pct}))
    body = staged.vehicle.copter.airframe
    staged.take_off()
    while not staged.director.happened:
        staged.run(0.5)
    from_m, after_s = body.up_m, 0.0
    assert 50.0 < from_m < 62.0
    while body.up_m > 0.0:
        staged.run(0.5)
        after_s += 0.5
    assert down_after_s[0] <= after_s <= down_after_s[1]
    staged.run(10.0)
    assert "Potential Thrust Loss (2)" in texts(staged)
    assert staged.vehicle.copter.is_armed
    assert (body.roll_rad > 2.9) is side_up


def test_with_most_of_every_motor_it_flies_on(site: Site, plan: Plan) -> None:
    staged = Staged(site, plan, event(Happening.MOTOR_LOSS, figures={"left_pct": 70.0}))
    staged.take_off()
    staged.run(60.0)
    assert staged.vehicle.copter.airframe.up_m > 50.0
    assert not [text for text in texts(staged) if "hrust" in text]


def test_a_reboot_in_the_air_lets_it_fall_and_it_starts_anew_where_it_fell(site: Site, plan: Plan) -> None:
    staged = Staged(site, plan, event(Happening.REBOOT, Moment(flown_s=40.0)))
    staged.take_off()
    while not staged.director.happened:
        staged.run(0.5)
    staged.run(1.0)
    assert staged.vehicle.now_s < 5.0
    assert staged.server.radio_loss == 1.0, "it boots"
    assert 0.0 < staged.vehicle.copter.airframe.up_m < 60.0
    staged.run(25.0)
    copter = staged.vehicle.copter
    assert (copter.airframe.up_m, copter.is_armed, copter.is_landed) == (0.0, False, True)
    assert math.hypot(*copter.point) > 30.0
    assert staged.vehicle.pilot.mode is Mode.STABILIZE
    assert staged.server.radio_loss == 0.0


def test_a_reboot_on_the_ground_starts_it_anew(site: Site, plan: Plan) -> None:
    staged = Staged(site, plan, event(Happening.REBOOT, Moment(at_s=15.0)))
    staged.run(10.0)
    assert staged.vehicle.now_s < 10.0
    assert len(staged.vehicle.copter.mission) > 3, "its mission survives"
    staged.run(1.0)
    assert staged.server.radio_loss in (0.0, 1.0)


def test_wind_blows_for_a_while(site: Site, plan: Plan) -> None:
    figures = {"speed_m_s": 7.0, "from_deg": 90.0, "gust_m_s": 2.0}
    staged = Staged(site, plan, event(Happening.WIND, figures=figures, for_s=5.0))
    staged.take_off()
    staged.run(22.0)
    north_m_s, east_m_s = staged.vehicle.copter.airframe.wind_m_s
    assert east_m_s < -2.0
    assert abs(north_m_s) < 7.0
    staged.run(6.0)
    assert staged.vehicle.copter.airframe.wind_m_s == (pytest.approx(0.0, abs=1e-9), pytest.approx(0.0, abs=1e-9))


def test_the_radio_passes_nothing_farther_out(site: Site, plan: Plan) -> None:
    staged = Staged(site, plan, event(Happening.RADIO_RANGE, Moment(at_s=0.0), figures={"beyond_m": 60.0}))
    staged.run(1.0)
    assert staged.server.radio_loss == 0.0
    staged.take_off()
    staged.run(60.0)
    assert staged.server.radio_loss == 1.0


def test_a_share_of_frames_vanishes_both_ways(site: Site, plan: Plan) -> None:
    staged = Staged(site, plan, event(Happening.RADIO_LOSS, Moment(at_s=0.0), figures={"share": 0.25}))
    staged.run(1.0)
    assert staged.server.radio_loss == 0.25
    kept = sum(len(staged.server._through_the_air([b"frame"] * 100)) for _ in range(20))
    assert 1400 < kept < 1600


def test_a_link_that_is_cut_stays_cut(site: Site, plan: Plan) -> None:
    staged = Staged(site, plan, event(Happening.LINK_CUT, Moment(at_s=0.0)))
    staged.run(0.5)
    assert not staged.server.accept(None)  # type: ignore[arg-type]


def test_the_clock_jumps(site: Site, plan: Plan) -> None:
    staged = Staged(site, plan, event(Happening.CLOCK_JUMP, Moment(at_s=12.0), figures={"by_s": 3600.0}))
    before_s = staged.vehicle.copter.boot_unix_s
    staged.run(5.0)
    assert staged.vehicle.copter.boot_unix_s == before_s + 3600.0


def test_arming_is_refused_for_a_while(site: Site, plan: Plan) -> None:
    staged = Staged(
        site, plan, event(Happening.REFUSE_ARM, Moment(at_s=0.0), text="Compass not calibrated", for_s=30.0)
    )
    staged.run(2.0)
    staged.flight.command(400, 1)
    staged.run(1.0)
    assert not staged.vehicle.copter.is_armed
    staged.run(30.0)
    staged.flight.order("GUIDED")
    staged.flight.command(400, 1)
    staged.run(1.0)
    assert staged.vehicle.copter.is_armed


def test_somebody_else_s_upload_changes_what_is_on_board(site: Site, plan: Plan) -> None:
    staged = Staged(site, plan, event(Happening.UPLOAD, Moment(item=3), figures={"without_last": 2.0}))
    before = len(staged.vehicle.copter.mission)
    staged.take_off()
    staged.run(90.0)
    assert len(staged.vehicle.copter.mission) == before - 2
    assert "Flight plan received" in [text.text for text in staged.flight.state.status_texts]


def test_near_a_place_it_happens_and_not_before(site: Site, plan: Plan) -> None:
    sortie = plan.drones[0].sortie(1)
    assert sortie is not None
    place = [item.position for item in sortie.mission.items if item.command == Command.NAV_WAYPOINT][2]
    staged = Staged(site, plan, event(Happening.GPS_LOSS, Moment(place=place, within_m=15.0)))
    staged.take_off()
    staged.run(10.0)
    assert staged.told == []
    staged.run(200.0)
    assert staged.told == [("gps_loss", False)]


# Shadows

TOWER = Shadow(GeoPoint.from_e7(HOME.lat_e7 + 9_000, HOME.lon_e7), 8.0, 40.0)
"""100 m north of home."""


@pytest.mark.parametrize(
    ("drone", "up_m", "shaded"),
    [
        ((200.0, 0.0), 50.0, True), ((200.0, 0.0), 90.0, False), ((90.0, 0.0), 10.0, False),
        ((200.0, 20.0), 20.0, False), ((-200.0, 0.0), 20.0, False), ((104.0, 0.0), 30.0, True),
        ((0.2, 0.0), 5.0, False),
    ],
)  # fmt: skip
def test_a_tower_between_antenna_and_drone_shades_it(drone: tuple[float, float], up_m: float, shaded: bool) -> None:
    assert is_in_shadow([TOWER], HOME, drone, up_m) is shaded


def test_the_obstacles_of_a_site_are_its_shadows() -> None:
    mast = Obstacle("mast", "mast", True, "site.geojson#1", HOME, 60.0, 3.0)
    assert shadows_of(ZoneSet(obstacles=(mast,))) == (Shadow(HOME, 3.0, 60.0),)


# Points


def expected(order: Order, within_s: float, after: str = "gps_loss") -> ExpectedOrder:
    return ExpectedOrder((order,), "alpha", after, within_s)


@pytest.mark.parametrize(
    ("late_s", "orders", "points", "note"),
    [
        (4.0, ["RTL"], 10.0, "in time"),
        (15.0, ["RTL"], 5.0, "late"),
        (30.0, ["RTL"], 0.0, "late"),
        (4.0, ["BRAKE", "RTL"], 5.0, "after hold"),
        (4.0, ["BRAKE"], 0.0, "only hold"),
        (4.0, [], 0.0, "no order came"),
    ],
)
def test_points_by_time_and_order(
    site: Site, plan: Plan, late_s: float, orders: list[str], points: float, note: str
) -> None:
    staged = Staged(site, plan, event(Happening.RADIO_LOSS, figures={"share": 0.0}))
    staged.director.scenario = replace(staged.director.scenario, expected=(expected(Order.RTL, 10.0, "radio_loss"),))
    staged.take_off()
    staged.run(21.0)
    while not staged.director.happened:
        staged.run(0.5)
    staged.run(late_s - 0.5)
    for order in orders:
        staged.flight.order(order)
    staged.run(1.0)
    (answer,) = judge(staged.director.scenario, staged.director.happened, staged.taken)
    assert answer.points == pytest.approx(points, abs=0.6)
    assert answer.note == note


def test_what_the_drone_does_by_itself_is_no_order(site: Site, plan: Plan) -> None:
    staged = Staged(site, plan, event(Happening.GPS_LOSS))
    staged.take_off()
    staged.taken.clear()
    staged.run(30.0)
    assert staged.vehicle.pilot.mode is Mode.LAND
    assert staged.taken == []


def test_the_right_order_too_soon_has_half_its_points(site: Site, plan: Plan) -> None:
    events = (
        event(Happening.RADIO_LOSS, figures={"share": 0.0}),
        event(Happening.UPLOAD, figures={"without_last": 1.0}),
    )
    staged = Staged(site, plan, *events)
    both = (expected(Order.HOLD, 20.0, "radio_loss"), expected(Order.RTL, 20.0, "upload"))
    staged.take_off()
    staged.run(22.0)
    staged.flight.order("RTL")
    staged.run(2.0)
    staged.flight.order("BRAKE")
    staged.run(1.0)
    first, second = judge(replace(staged.director.scenario, expected=both), staged.director.happened, staged.taken)
    assert (first.points, first.note) == (5.0, "after rtl")
    assert (second.points, second.note) == (5.0, "before the one that should come first")
