"""Faults as they are given on the command line: ``DRONE:KIND[=VALUE]``."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from dronectl.errors import InputError
from dronectl.sim.vehicle.settings import VehicleSettings


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value) or value < 0:
        raise ValueError(text)
    return value


def _system_id(text: str) -> int:
    if not 1 <= int(text) <= 255:
        raise ValueError(text)
    return int(text)


def _percent(text: str) -> float:
    if not 0 <= float(text) <= 100:
        raise ValueError(text)
    return float(text)


_OF_VEHICLE: dict[str, tuple[str, Callable[[str], Any]]] = {
    "system-id": ("system_id", _system_id),
    "battery": ("battery_pct", _percent),
}
_OF_FAULTS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "refuse-arm": ("refuse_arm", str),
    "silent-at": ("silent_at_s", _number),
    "gps-loss-at": ("gps_loss_at_s", _number),
    "gps-loss-for": ("gps_loss_for_s", _number),
    "motor-fail-at": ("motor_fail_at_s", _number),
    "link-cut-at": ("link_cut_at_s", _number),
    "link-cut-bytes": ("link_cut_after_bytes", int),
}
_DEFAULT_VALUES = {"refuse-arm": "Compass not healthy", "silent-at": "0"}

KINDS = tuple(sorted({*_OF_VEHICLE, *_OF_FAULTS}))


def apply_faults(vehicles: Sequence[VehicleSettings], switches: Sequence[str]) -> tuple[VehicleSettings, ...]:
    """The vehicles with the faults that ``switches`` name (``bravo:battery=20``).

    Raises:
        InputError: no such drone or kind of fault, or a value that does not fit.
    """
    by_name = {vehicle.name: vehicle for vehicle in vehicles}
    for switch in switches:
        name, _, fault = switch.partition(":")
        kind, has_value, value = fault.partition("=")
        if name not in by_name:
            raise InputError(f"--fault {switch}: no drone '{name}'", hint=f"the fleet is: {', '.join(by_name)}")
        if kind not in KINDS:
            raise InputError(f"--fault {switch}: no fault '{kind}'", hint=f"faults are: {', '.join(KINDS)}")
        if not has_value:
            value = _DEFAULT_VALUES.get(kind, "")
        try:
            by_name[name] = _with_fault(by_name[name], kind, value)
        except ValueError as error:
            hint = "give seconds, bytes, a percentage or a system id, as in bravo:battery=20"
            raise InputError(f"--fault {switch}: '{value}' does not fit {kind}", hint=hint) from error
    return tuple(by_name.values())


def _with_fault(vehicle: VehicleSettings, kind: str, value: str) -> VehicleSettings:
    if kind in _OF_VEHICLE:
        field, read = _OF_VEHICLE[kind]
        return replace(vehicle, **{field: read(value)})
    field, read = _OF_FAULTS[kind]
    return replace(vehicle, faults=replace(vehicle.faults, **{field: read(value)}))
