from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest
from virtual_network import run_virtually

from dronectl.link.fleet_link import VehicleLink
from dronectl.model.message import Message
from dronectl.model.plan.plan import Plan
from dronectl.ops.alarms.expected import expected_flight
from dronectl.ops.alarms.fold import AlarmFold
from dronectl.ops.common.events import Event, Note
from dronectl.ops.flight import follow
from dronectl.ops.flight.drone_flight import DroneFlight, FlightEnd
from dronectl.ops.flight.follow import Follower
from dronectl.protocol.vehicle.telemetry import VehicleState


class Vehicle:
    """What a follower needs of a VehicleLink, fed by hand."""

    name, system_id = "alpha", 1

    def __init__(self) -> None:
        self.state = VehicleState(system_id=1)
        self.now_s = 0.0
        self.alarms = AlarmFold("alpha", self.state)

    def subscribe(self, callback: Callable[[Message], None]) -> Callable[[], None]:
        self.callback = callback
        return lambda: None

    def say(self, name: str, **fields: Any) -> None:
        message = Message(name, fields)
        self.state.apply(message, self.now_s)
        self.alarms.on_message(message)
        self.alarms.update(self.now_s)
        self.callback(message)

    def heartbeat(self, *, armed: bool, mode: int = 3) -> None:
        base_mode = 0x80 if armed else 0
        self.say("HEARTBEAT", autopilot=3, base_mode=base_mode, custom_mode=mode, system_status=4)

    def position(self, relative_altitude_m: float) -> None:
        places = {"lat": 160540000, "lon": 1036520000, "alt": 200000, "vx": 0, "vy": 0, "vz": 0, "hdg": 0}
        self.say("GLOBAL_POSITION_INT", time_boot_ms=1000, relative_alt=round(relative_altitude_m * 1000), **places)


def followed(plan: Plan, tell: Callable[[Vehicle], None]) -> tuple[DroneFlight, list[str]]:
    told: list[str] = []

    def listen(event: Event) -> None:
        if isinstance(event, Note):
            told.append(event.text)

    async def main() -> DroneFlight:
        vehicle = Vehicle()
        alpha = plan.drone("alpha")
        assert alpha is not None
        vehicle.alarms.flight.expected = expected_flight(alpha, 1)
        with Follower(cast(VehicleLink, vehicle), alpha, 1, listen, vehicle.alarms, str) as follower:
            tell(vehicle)
            return await follower.follow()

    return run_virtually(main()), told


def test_motors_that_stop_in_the_air_are_no_landing(plan: Plan) -> None:
    def fall(vehicle: Vehicle) -> None:
        vehicle.heartbeat(armed=True)
        vehicle.position(37.0)
        vehicle.heartbeat(armed=False)

    flight, told = followed(plan, fall)
    assert flight.armed
    assert not flight.landed
    assert "DISARMED 37 m above home: it may have fallen" in told


def test_a_landing_while_the_link_was_away_is_judged_by_a_fresh_altitude(plan: Plan) -> None:
    def land_unheard(vehicle: Vehicle) -> None:
        vehicle.heartbeat(armed=True)
        vehicle.position(58.0)
        vehicle.now_s = 40.0
        vehicle.heartbeat(armed=False)
        vehicle.position(0.2)
        vehicle.heartbeat(armed=False)

    flight, told = followed(plan, land_unheard)
    assert (flight.landed, flight.ended) == (True, FlightEnd.LANDED)
    assert told[-1] == "landed early and disarmed: it did not say why", "no item of its mission was reached"


def test_a_flight_lasts_until_it_is_first_heard_disarmed(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where it tells its altitude, by which it is judged, only later."""
    now_s = 100.0
    monkeypatch.setattr(follow, "_now_s", lambda: now_s)

    def land_and_tell_late(vehicle: Vehicle) -> None:
        nonlocal now_s
        for now_s, armed in ((100.0, True), (160.0, False), (161.0, False), (162.5, False)):
            vehicle.now_s = now_s
            if now_s == 162.5:
                vehicle.position(0.2)
            vehicle.heartbeat(armed=armed)
            assert vehicle.state.armed is armed

    flight, _ = followed(plan, land_and_tell_late)
    assert (flight.ended, flight.duration_s) == (FlightEnd.LANDED, 60.0)


def test_the_mission_counts_as_flown_when_the_message_of_the_last_item_was_lost(plan: Plan) -> None:
    def lossy(vehicle: Vehicle) -> None:
        vehicle.heartbeat(armed=True)
        vehicle.say("MISSION_ITEM_REACHED", seq=2)
        vehicle.say("MISSION_CURRENT", seq=999)
        vehicle.position(0.0)
        vehicle.heartbeat(armed=False)

    flight, _ = followed(plan, lossy)
    assert flight.completed
    assert flight.reached_item == flight.last_item


def test_a_drone_that_returns_early_is_not_complete(plan: Plan) -> None:
    def early(vehicle: Vehicle) -> None:
        vehicle.heartbeat(armed=True)
        vehicle.say("MISSION_ITEM_REACHED", seq=2)
        vehicle.say("STATUSTEXT", severity=2, text="Battery Failsafe")
        vehicle.heartbeat(armed=True, mode=6)
        vehicle.say("MISSION_CURRENT", seq=999)
        vehicle.position(0.1)
        vehicle.heartbeat(armed=False, mode=6)

    flight, _ = followed(plan, early)
    assert (flight.completed, flight.landed, flight.reached_item) == (False, True, 2)
    assert flight.texts == ("Battery Failsafe",)
    assert flight.cause.startswith("battery failsafe at ")


def test_a_silent_drone_is_given_up_in_the_end(plan: Plan) -> None:
    flight, told = followed(plan, lambda vehicle: vehicle.heartbeat(armed=True))
    assert not flight.landed
    assert flight.ended is FlightEnd.UNHEARD
    assert any("NOT HEARD: heard last at" in text and "goes on by itself" in text for text in told)


def test_a_drone_that_was_never_armed_is_not_waited_for(plan: Plan) -> None:
    flight, _ = followed(plan, lambda vehicle: vehicle.heartbeat(armed=False))
    assert (flight.armed, flight.landed, flight.completed) == (False, False, False)
