"""One flight of one drone in one run, from the start of its mission to the stop of its motors."""

from __future__ import annotations

from dataclasses import replace

from dronectl.model.rehearsal.flown import End, FlownSortie
from dronectl.sim.flight.aircraft import Aircraft
from dronectl.sim.rehearsal.barometer import BarometerDrift
from dronectl.sim.rehearsal.board import Board, ready_aircraft
from dronectl.sim.rehearsal.conditions import DroneConditions
from dronectl.sim.rehearsal.recorder import STEPS_PER_SAMPLE, Recorder
from dronectl.sim.vehicle.items import NAVIGATION

_LONGER_SHARE, _LONGER_S = 2.0, 600.0
"""A flight that takes so many times what the plan expects, and this, does not end."""


def fly_sortie(board: Board, conditions: DroneConditions) -> FlownSortie | None:
    """The whole flight; None: the drone would not arm. Equal boards and conditions give equal flights."""
    aircraft = ready_aircraft(board, conditions)
    if aircraft is None:
        return None
    begins_s = aircraft.copter.now_s
    recorder = Recorder(aircraft, begins_s)
    end = fly_on(aircraft, recorder, BarometerDrift(conditions, begins_s, longest_s(board)), longest_s(board))
    start_s = board.start_s + conditions.late_s
    flown = recorder.flown(conditions, sortie=board.sortie, start_s=start_s, end=end)
    last = max((seq for seq, item in enumerate(board.mission) if item.command in NAVIGATION), default=0)
    if end is End.LANDED and int(flown.track.item.max()) < last:
        return replace(flown, end=End.EARLY)
    return flown


def longest_s(board: Board) -> float:
    """After so long nobody waits for the end of a flight any more."""
    return board.expected_s * _LONGER_SHARE + _LONGER_S


def fly_on(aircraft: Aircraft, recorder: Recorder, drift: BarometerDrift, most_s: float) -> End:
    """Flies until it lies on the ground, its battery is empty, or ``most_s`` are over."""
    copter = aircraft.copter
    body, battery = copter.airframe, copter.battery
    step, look = aircraft.step, recorder.look
    until_s = copter.now_s + most_s
    end: End | None = None
    while end is None:
        for _ in range(STEPS_PER_SAMPLE):
            drift.move_ground(copter)
            step()
            look()
            if not copter.is_armed:
                break
        recorder.sample()
        if not copter.is_armed:
            end = End.LANDED
        elif body.has_failed and body.is_on_ground:
            end = End.FELL
        elif battery.remaining_share <= 0.0 and not copter.is_landed:
            end = End.EMPTY
        elif copter.now_s > until_s:
            end = End.ENDLESS
    return end
