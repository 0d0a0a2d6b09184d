"""What a drone is doing, by its mode, how it moves and its plan."""

from __future__ import annotations

from dronectl.model.picture import FlightPhase
from dronectl.model.plan.mission import Command
from dronectl.model.telemetry import TelemetryKind
from dronectl.ops.alarms.flight import HOLDS, FlightState

MOVES_M_S = 1.0
CLIMBS_M_S = 0.5
AT_ITS_GOAL_M = 15.0
LOW_M = 3.0
GUIDED = frozenset({"GUIDED", "GUIDED_NOGPS"})
HOLDING = HOLDS | {"POSHOLD", "CIRCLE", "THROW"}
"""Modes in which a drone that nobody steers stays where it is."""


def phase_of(f: FlightState) -> FlightPhase:
    """By what is heard now; a drone that is not heard is lost, whatever it did."""
    state = f.state
    if not state.heard:
        return FlightPhase.UNHEARD
    if not state.is_fresh(TelemetryKind.MODE, f.now_s):
        return FlightPhase.LOST
    if not f.is_armed:
        return FlightPhase.LANDED if f.flown else FlightPhase.STANDING
    return _in_the_air(f) if f.flown else FlightPhase.ARMING


def _in_the_air(f: FlightState) -> FlightPhase:
    moves = (f.state.ground_speed_m_s or 0.0) > MOVES_M_S
    climb_m_s = f.state.climb_m_s or 0.0
    if f.lands_here:
        return FlightPhase.LANDING
    if f.is_returning:
        down_there = _is_coming_down(f, moves=moves) and f.nearest_m(f.return_goals) < AT_ITS_GOAL_M
        return FlightPhase.LANDING if down_there else FlightPhase.RETURNING
    if f.mode == "AUTO":
        target = f.expected.targets.get(f.state.mission_item or -1)
        from_the_ground = target is not None and target.command == Command.NAV_TAKEOFF
        if from_the_ground:
            return FlightPhase.CLIMBING
        down_at_home = (
            not f.expected.targets and _is_coming_down(f, moves=moves) and f.nearest_m(f.goals) < AT_ITS_GOAL_M
        )
        return FlightPhase.LANDING if down_at_home else FlightPhase.PATROL
    if f.mode in HOLDING:
        return FlightPhase.HOLDING
    if f.mode in GUIDED:
        if moves:
            return FlightPhase.DISPATCHED
        return FlightPhase.CLIMBING if climb_m_s > CLIMBS_M_S else FlightPhase.HOLDING
    return FlightPhase.STEERED


def _is_coming_down(f: FlightState, *, moves: bool) -> bool:
    is_low = f.here is not None and f.here.up_m < LOW_M
    return not moves and (is_low or (f.state.climb_m_s or 0.0) < -CLIMBS_M_S / 2)


def leg_of(f: FlightState) -> tuple[int | None, int | None]:
    """On which leg of how many: to the n-th of the places of its mission, the take-off apart. None: not known."""
    places = sorted(n for n, target in f.expected.targets.items() if target.command != Command.NAV_TAKEOFF)
    item = f.state.mission_item
    if not places or item is None or not f.state.is_fresh(TelemetryKind.MISSION, f.now_s):
        return None, len(places) or None
    return min(sum(n < item for n in places) + 1, len(places)), len(places)
