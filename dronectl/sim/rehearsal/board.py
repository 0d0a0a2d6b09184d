"""What one drone has on board for a sortie, and the aircraft that takes off with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from dronectl.model.fleet import Battery
from dronectl.sim.flight.aircraft import Aircraft
from dronectl.sim.flight.modes import Mode
from dronectl.sim.rehearsal.conditions import DroneConditions
from dronectl.sim.vehicle.items import Item
from dronectl.sim.vehicle.physics import Airframe
from dronectl.sim.vehicle.settings import VehicleSettings
from dronectl.sim.vehicle.stores import Store

_SETTLED_S = 3.0
_GIVES_UP_S = 30.0


@dataclass(frozen=True, slots=True)
class Board:
    """A drone as an upload left it: items as its stores gave them back, and the parameters that were set."""

    settings: VehicleSettings
    sortie: int
    start_s: float
    """After the start of the wave, as planned."""
    expected_s: float
    """The longest that the plan expects it to fly."""
    mission: tuple[Item, ...]
    fence: tuple[Item, ...]
    rally: tuple[Item, ...]
    parameters: Mapping[str, float]


def items_of(store: Store) -> tuple[Item, ...]:
    """All that a store holds."""
    return tuple(item for seq in range(len(store)) if (item := store.get(seq)) is not None)


def ready_aircraft(board: Board, conditions: DroneConditions) -> Aircraft | None:
    """In its mission, armed, with nobody listening; None: it would not arm."""
    settings = replace(
        board.settings,
        battery=_worn(board.settings.battery, conditions),
        parameters={**board.settings.parameters, **board.parameters},
        gps_lock_s=0.0,
        ekf_settle_s=0.0,
    )
    aircraft = Aircraft(settings, wind=conditions.wind, seed=conditions.seed)
    copter = aircraft.copter
    _believe_to_stand_elsewhere(copter.airframe, conditions)
    copter.outbox.is_open = False
    for store, items in (
        (copter.mission, board.mission),
        (copter.fence_store, board.fence),
        (copter.rally, board.rally),
    ):
        _fill(store, items)
    while copter.now_s < _SETTLED_S or aircraft.arming.problems():
        aircraft.step()
        if copter.now_s > _GIVES_UP_S:
            return None
    return aircraft if _start(aircraft) else None


def _believe_to_stand_elsewhere(body: Airframe, conditions: DroneConditions) -> None:
    """By the error that its receiver has now: where it believes to be armed is the home that it returns to."""
    north_m, east_m, _ = conditions.position_errors_m(np.zeros(1))
    body.north_m, body.east_m = -float(north_m[0]), -float(east_m[0])


def _start(aircraft: Aircraft) -> bool:
    """Armed in GUIDED, as ``fly`` does; then AUTO, whose first item takes off."""
    return aircraft.pilot.set_mode(Mode.GUIDED) and aircraft.arming.arm() and aircraft.pilot.start_mission()


def _fill(store: Store, items: tuple[Item, ...]) -> None:
    store.begin(len(items))
    for seq, item in enumerate(items):
        store.put(seq, item, len(items) - 1)
    store.complete()


def _worn(battery: Battery, conditions: DroneConditions) -> Battery:
    def drawn_w(power_w: float) -> float:
        return power_w * conditions.power_share

    return replace(
        battery,
        capacity_wh=battery.capacity_wh * conditions.capacity_share,
        hover_power_w=drawn_w(battery.hover_power_w),
        cruise_power_w=drawn_w(battery.cruise_power_w),
        climb_power_w=None if battery.climb_power_w is None else drawn_w(battery.climb_power_w),
        fast_power_w=None if battery.fast_power_w is None else drawn_w(battery.fast_power_w),
    )
