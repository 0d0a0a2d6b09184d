"""The worst moment: on each leg of a flight one thing fails, and the autopilot does what it does."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from dronectl.model.rehearsal.flown import FlownSortie, Track
from dronectl.sim.flight.aircraft import Aircraft
from dronectl.sim.rehearsal.barometer import BarometerDrift
from dronectl.sim.rehearsal.board import Board, ready_aircraft
from dronectl.sim.rehearsal.conditions import DroneConditions
from dronectl.sim.rehearsal.flying import fly_on, longest_s
from dronectl.sim.rehearsal.recorder import Recorder
from dronectl.sim.vehicle.world_parameters import World

_EVERY_S = 90.0
"""A leg, or a stay, that lasts longer has a moment for each of these."""
_SHORTEST_S = 1.0
TELLING = ("ailsafe", "reach", "hrust", "ariance")
"""What texts about failures have in common."""


class Failure(StrEnum):
    """What fails."""

    LINK = "link"
    BATTERY = "battery"
    GPS = "gps"
    MOTOR = "motor"


@dataclass(frozen=True, slots=True)
class FailedFlight:
    """A flight from the moment of a failure on."""

    failure: Failure
    item: int
    """That it was on."""
    at_s: float
    """After the start of the wave."""
    flown: FlownSortie


def fail_on_each_leg(
    board: Board, conditions: DroneConditions, flown: FlownSortie, failures: Sequence[Failure]
) -> Iterator[FailedFlight]:
    """Each failure in the middle of each leg of ``flown``, which flew in these conditions."""
    aircraft = ready_aircraft(board, conditions)
    if aircraft is None:
        return
    begins_s = aircraft.copter.now_s
    drift = BarometerDrift(conditions, begins_s, longest_s(board))
    for item, moment_s in moments_of(flown.track, flown.start_s):
        while aircraft.copter.now_s - begins_s < moment_s - 1e-6:
            drift.move_ground(aircraft.copter)
            aircraft.step()
        if aircraft.copter.is_landed:
            continue
        for failure in failures:
            yield _failed(aircraft, board, conditions, failure, item, begins_s, flown.start_s, drift)


def moments_of(track: Track, start_s: float) -> list[tuple[int, float]]:
    """(item, seconds since the mission's start) in the middle of each leg, and more often on long ones."""
    if not len(track.item):
        return []
    changes = np.flatnonzero(np.diff(track.item)) + 1
    begins = [0, *changes.tolist()]
    ends = [*changes.tolist(), len(track.item) - 1]
    moments = []
    for begin, end in zip(begins, ends, strict=True):
        from_s, to_s = float(track.time_s[begin]) - start_s, float(track.time_s[end]) - start_s
        if to_s - from_s < _SHORTEST_S:
            continue
        count = 1 + int((to_s - from_s) / _EVERY_S)
        shares = (np.arange(count) + 0.5) / count
        moments += [(int(track.item[begin]), from_s + float(share) * (to_s - from_s)) for share in shares]
    return moments


def _failed(
    aircraft: Aircraft, board: Board, conditions: DroneConditions, failure: Failure, item: int, begins_s: float,
    start_s: float, drift: BarometerDrift,
) -> FailedFlight:  # fmt: skip
    heard: list[str] = []
    failing = copy_of(aircraft)
    failing.copter.outbox.on_text = heard.append
    at_s = aircraft.copter.now_s - begins_s
    recorder = Recorder(failing, begins_s)
    _fail(failing, failure)
    end = fly_on(failing, recorder, drift, longest_s(board))
    said = tuple(text for text in heard if any(word in text for word in TELLING))
    flown = recorder.flown(conditions, sortie=board.sortie, start_s=start_s, end=end, said=said)
    return FailedFlight(failure, item, at_s + start_s, flown)


def _fail(aircraft: Aircraft, failure: Failure) -> None:
    copter = aircraft.copter
    match failure:
        case Failure.LINK:
            aircraft.failsafes.on_gcs_heartbeat()  # the last one
        case Failure.BATTERY:
            copter.battery.run_low(copter.parameters["BATT_LOW_VOLT"], copter.parameters["BATT_LOW_MAH"])
        case Failure.GPS:
            copter.parameters.set(World.GPS_IS_OFF, 1.0)
        case Failure.MOTOR:
            copter.airframe.motor_share = 0.0


def copy_of(aircraft: Aircraft) -> Aircraft:
    """Another one that is where this one is and goes on as it would; what flying does not change is shared."""
    copter = aircraft.copter
    outbox = copy.copy(copter.outbox)
    shared = (copter.settings, copter.firmware, copter.mission, copter.fence_store, copter.rally, copter.chart)
    memo: dict[int, object] = {id(one): one for one in shared}
    memo[id(copter.outbox)] = outbox
    memo[id(copter.parameters)] = copter.parameters.copy(outbox)
    return copy.deepcopy(aircraft, memo)
