"""How ``fly`` ends when a drone falls, loses its position or is lost: with the true cause, and never by waiting on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest
import virtual_fleet
from proofs import proved
from virtual_network import run_virtually

from dronectl.errors import DronectlError, Interrupted, NoAnswer, Refused
from dronectl.model.alarm import AlarmKind
from dronectl.model.plan.plan import Plan
from dronectl.model.site import Site
from dronectl.ops.common.events import AlarmEvent, Event, Note
from dronectl.ops.flight.drone_flight import DroneFlight, FlightEnd
from dronectl.ops.flight.fly import FlightResult, fly_sortie
from dronectl.ops.flight.recorded_flight import RecordedFlight, require_completed
from dronectl.ops.items.push import push
from dronectl.sim.fleet.vehicle import Vehicle
from dronectl.sim.vehicle.settings import VehicleFaults, load_settings

LONG_S = 900.0
Outcome = tuple[FlightResult, list[Event], dict[str, Vehicle]]
Fly = Callable[..., Outcome]
"""Drones with their faults, and what is done when an alarm is told → the result, all that was told, the vehicles."""
Act = Callable[[asyncio.Event, AlarmEvent], None]


def leave_it(_stop: asyncio.Event, _told: AlarmEvent) -> None:
    """Nobody does anything."""


@pytest.fixture
def flown(site: Site, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> Fly:
    def flown(faults: dict[str, VehicleFaults], act: Act = leave_it) -> Outcome:
        """The demo in virtual time by the drones that ``faults`` names, and all that was told."""
        settings = [v for v in load_settings(site.root, site.drones).vehicles if v.name in faults]
        made: dict[str, Vehicle] = {}
        told: list[Event] = []

        def vehicle(number: int, seed: int, *_: object) -> Vehicle:
            own = settings[number - 1]
            made[own.name] = Vehicle(replace(own, faults=faults[own.name]), seed=seed)
            return made[own.name]

        monkeypatch.setattr(virtual_fleet, "_vehicle", vehicle)

        async def main() -> FlightResult:
            stop = asyncio.Event()

            def listen(event: Event) -> None:
                told.append(event)
                if isinstance(event, AlarmEvent):
                    act(stop, event)

            async with virtual_fleet.virtual_fleet(len(settings), seed=3, one_radio=False) as (fleet, _):
                plan_proved = proved(plan, site)
                await push(fleet, plan_proved, sortie=1, uids=dict.fromkeys(faults))
                return await fly_sortie(fleet, plan_proved, sortie=1, stop=stop, ready_within_s=30.0, listener=listen)

        return run_virtually(main(), limit_s=LONG_S), told, made

    return flown


def error_of(result: FlightResult) -> DronectlError:
    with pytest.raises(DronectlError) as raised:
        require_completed(RecordedFlight(result, (), None))
    return raised.value


def drone(result: FlightResult, name: str) -> DroneFlight:
    return next(drone for drone in result.drones if drone.name == name)


def test_a_wreck_is_told_of_and_left_and_the_others_are_followed_to_their_end(flown: Fly) -> None:
    result, told, vehicles = flown({"alpha": VehicleFaults(), "bravo": VehicleFaults(motor_fail_at_s=100.0)})
    alpha, bravo = drone(result, "alpha"), drone(result, "bravo")
    assert (alpha.ended, alpha.completed, alpha.cause) == (FlightEnd.LANDED, True, "")
    assert (bravo.ended, bravo.landed) == (FlightEnd.CRASHED, False)
    assert bravo.cause.startswith("crash at ")
    assert "after loss of thrust at" in bravo.cause
    assert bravo.last is not None
    assert bravo.last["home_distance_m"] > 50.0  # type: ignore[operator]
    raised = {event.alarm.kind for event in told if isinstance(event, AlarmEvent) and event.news}
    assert AlarmKind.CRASH in raised
    assert not {event.alarm.kind for event in told if isinstance(event, AlarmEvent) and event.alarm.drone == "alpha"}
    assert vehicles["bravo"].copter.is_armed, "nothing is ordered that nobody asked for"
    error = error_of(result)
    assert isinstance(error, Refused)
    assert "bravo CRASHED: crash at " in error.message
    assert error.hint == "'dronectl disarm --drone bravo' stops its motors"


def test_a_stop_disarms_a_wreck_and_does_not_order_it_home(flown: Fly) -> None:
    def stop_at_a_crash(stop: asyncio.Event, told: AlarmEvent) -> None:
        if told.alarm.kind is AlarmKind.CRASH:
            stop.set()

    result, told, vehicles = flown(
        {"alpha": VehicleFaults(), "bravo": VehicleFaults(motor_fail_at_s=60.0)}, stop_at_a_crash
    )
    notes = [(event.drone, event.text) for event in told if isinstance(event, Note)]
    assert ("bravo", "mode RTL") not in notes
    assert ("alpha", "mode RTL") in notes
    assert any("bravo takes itself to be flying and is told to land" in text for _, text in notes)
    assert not vehicles["bravo"].copter.is_armed
    assert drone(result, "bravo").ended is FlightEnd.FELL
    assert drone(result, "alpha").cause.startswith("called back from here at ")
    assert isinstance(error_of(result), Interrupted)


def test_the_cause_of_an_early_landing_is_what_led_to_it_and_not_the_last_words(flown: Fly) -> None:
    result, _, _ = flown({"alpha": VehicleFaults(gps_loss_at_s=90.0, gps_loss_for_s=20.0)})
    alpha = drone(result, "alpha")
    assert alpha.texts[-1] == "EKF Failsafe Cleared"
    assert (alpha.ended, alpha.completed) == (FlightEnd.LANDED, False)
    assert alpha.cause.startswith("EKF failsafe at ")
    assert " after GPS loss at " in alpha.cause
    error = error_of(result)
    assert isinstance(error, Refused)
    assert "alpha landed early, item " in error.message


def test_who_falls_silent_is_given_up_with_its_last_place(
    flown: Fly,
) -> None:
    result, told, _ = flown({"alpha": VehicleFaults(silent_at_s=100.0)})
    alpha = drone(result, "alpha")
    assert alpha.ended is FlightEnd.UNHEARD
    assert "NOT HEARD: heard last at" in alpha.end
    assert " s ago: AUTO, armed, 58 m above home, at 16.05" in alpha.end
    assert "m/s on course" in alpha.end
    assert "ground station failsafe" in alpha.end
    critical = [
        event.alarm for event in told if isinstance(event, AlarmEvent) and event.news and event.alarm.is_critical
    ]
    assert [alarm.kind for alarm in critical] == [AlarmKind.UNHEARD]
    assert isinstance(error_of(result), NoAnswer)
