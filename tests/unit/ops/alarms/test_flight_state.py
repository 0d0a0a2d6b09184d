"""What is remembered of a flight: of its mode, of the leg it is on, and what tells standing from hovering low."""

from __future__ import annotations

from typing import Any

import pytest

from dronectl.geodesy.plane import LocalPlane
from dronectl.model.geo import GeoPoint
from dronectl.model.plan.mission import Command
from dronectl.model.telemetry import TelemetryKind
from dronectl.ops.alarms import finders
from dronectl.ops.alarms.expected import ExpectedFlight, Target
from dronectl.ops.alarms.flight import FlightState
from dronectl.protocol.vehicle.telemetry import VehicleState

HOME = GeoPoint(16.05, 103.65)
PLANE = LocalPlane(HOME)
FAR_M = 100.0


def target(north_m: float, command: Command = Command.NAV_WAYPOINT) -> Target:
    return Target((north_m, 0.0), 30.0, command, seconds_before=0.0, seconds_there=0.0)


TARGETS = {2: target(FAR_M), 3: target(2 * FAR_M), 4: target(0.0, Command.NAV_LAND)}


class Watched:
    """An armed drone over its home's meridian that says every half second where it is."""

    def __init__(self, mode: str = "AUTO", **state: Any) -> None:
        self.vehicle = VehicleState(armed=True, mode=mode, mission_item=2, **state)
        expected = ExpectedFlight(PLANE, goals=((0.0, 0.0),), targets=TARGETS)
        self.flight = FlightState(self.vehicle, expected)

    def at(self, north_m: float, up_m: float = 30.0, *, seconds: float = 0.5, **changes: Any) -> FlightState:
        for name, value in changes.items():
            setattr(self.vehicle, name, value)
        self.vehicle.position = GeoPoint(*PLANE.to_degrees((0.0, north_m)))
        self.vehicle.relative_altitude_m = up_m
        now_s = self.flight.now_s
        for _ in range(round(seconds / 0.5)):
            now_s += 0.5
            self.vehicle.heard_s = dict.fromkeys(TelemetryKind, now_s)
            self.flight.update(now_s)
        return self.flight

    def unplaced(self, seconds: float) -> None:
        """It is heard, and does not say where it is."""
        for _ in range(round(seconds / 0.5)):
            now_s = self.flight.now_s + 0.5
            self.vehicle.heard_s[TelemetryKind.MODE] = now_s
            self.flight.update(now_s)


def north_m(flight: FlightState) -> float:
    assert flight.came_from is not None
    return round(flight.came_from.north_east[0], 1)


def test_a_leg_begins_once_and_the_next_one_where_the_mission_has_its_item() -> None:
    watched = Watched()
    assert [north_m(watched.at(north)) for north in (0.0, 20.0, 60.0)] == [0.0, 0.0, 0.0]
    assert north_m(watched.at(FAR_M - 10, mission_item=3)) == FAR_M, "near enough to have come by it"
    assert north_m(watched.at(FAR_M + 50)) == FAR_M
    assert north_m(watched.at(FAR_M + 50, mission_item=2)) == FAR_M + 50, "sent back from far before item 3"


def test_another_mode_forgets_where_the_last_one_began_and_held() -> None:
    watched = Watched("BRAKE")
    held = watched.at(10.0, ground_speed_m_s=0.0)
    assert held.anchor is not None
    assert held.anchor.north_east[0] == pytest.approx(10.0, abs=0.1)
    flight = watched.at(40.0, mode="AUTO")
    assert flight.anchor is None
    assert flight.entered is not None
    assert flight.entered.north_east[0] == pytest.approx(40.0, abs=0.1)
    assert watched.at(FAR_M).arrived_s is not None
    flight = watched.at(FAR_M + 30, mode="LOITER")
    assert (flight.came_from, flight.arrived_s) == (None, None)
    assert flight.anchor is not None
    assert flight.anchor.north_east[0] == pytest.approx(FAR_M + 30, abs=0.1)


@pytest.mark.parametrize(
    ("mode", "item", "lands"),
    [("LAND", 2, True), ("LAND", None, True), ("AUTO", 4, True), ("AUTO", 2, False), ("LOITER", 4, False)],
)
def test_it_lands_where_it_is_when_told_so_or_at_the_landing_of_its_mission(
    mode: str, item: int | None, lands: bool
) -> None:
    assert Watched().at(0.0, mode=mode, mission_item=item).lands_here is lands


@pytest.mark.parametrize(
    ("up_m", "north", "stands"), [(1.0, 0.0, True), (2.0, 0.0, False), (4.0, 0.0, False), (1.0, 50.0, False)]
)
def test_only_who_is_at_its_landing_place_and_lower_than_it_hovers_stands_there_armed(
    up_m: float, north: float, stands: bool
) -> None:
    watched = Watched("LAND")
    watched.at(north, 20.0)
    flight = watched.at(north, up_m, seconds=finders.STILL_S + 4.0)
    assert (finders.still_armed(flight) is not None) is stands


@pytest.mark.parametrize(
    ("mode", "north", "told"),
    [("RTL", FAR_M, True), ("SMART_RTL", FAR_M, False), ("LOITER", FAR_M, False), ("RTL", 10.0, False)],
)
def test_only_a_return_by_the_straight_way_that_stands_far_from_home_does_not_come_nearer(
    mode: str, north: float, told: bool
) -> None:
    flight = Watched(mode).at(north, seconds=finders.RETURN_LOOK_S)
    assert finders.not_nearer(flight) is None, "not yet"
    watched = Watched(mode)
    finding = finders.not_nearer(watched.at(north, seconds=finders.RETURN_LOOK_S + 5.0))
    assert (finding is not None) is told
    if finding is not None:
        assert finding.amount == pytest.approx(FAR_M, abs=0.1)
        assert finding.values == {"how": "not coming nearer", "mode": "RTL"}


@pytest.mark.parametrize(("start_m", "speed_m_s", "told"), [(330.0, -5.0, False), (500.0, 5.0, True)])
def test_who_goes_home_from_beside_a_rally_point_comes_nearer_and_who_goes_to_a_far_one_does_not(
    start_m: float, speed_m_s: float, told: bool
) -> None:
    """The first is then farther from home than it was from the rally point, the second nearer to a place far off."""
    watched = Watched("RTL")
    watched.flight.expected = ExpectedFlight(PLANE, goals=((0.0, 0.0), (450.0, 0.0), (2000.0, 0.0)), targets=TARGETS)
    for second in range(round(finders.RETURN_LOOK_S) + 2):
        flight = watched.at(start_m + speed_m_s * second, seconds=1.0)
    assert (finders.not_nearer(flight) is not None) is told


def test_where_it_was_half_a_minute_ago_must_be_known_to_tell_that_it_comes_no_nearer() -> None:
    watched = Watched("RTL")
    watched.at(FAR_M, seconds=2.0)
    watched.unplaced(finders.RETURN_LOOK_S + 10.0)
    assert finders.not_nearer(watched.at(FAR_M)) is None
    assert finders.not_nearer(watched.at(FAR_M, seconds=finders.RETURN_LOOK_S)) is not None


@pytest.mark.parametrize(
    ("ordered", "mode", "told"),
    [("AUTO", "AUTO", False), ("AUTO", "RTL", True), (None, "RTL", False), ("RTL", "RTL", False)],
)
def test_a_mode_that_nobody_ordered_is_told_to_who_gave_orders_only(ordered: str | None, mode: str, told: bool) -> None:
    watched = Watched("AUTO", ordered_mode=ordered)
    watched.at(0.0)
    finding = finders.mode(watched.at(0.0, mode=mode))
    assert (finding is not None) is told
    if finding is not None:
        assert finding.values == {"mode": "RTL", "before": "AUTO"}
