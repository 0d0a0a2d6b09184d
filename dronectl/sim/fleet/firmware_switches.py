"""Which release of ArduCopter each drone flies, as it is given on the command line: ``[NAME=]VERSION``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dronectl.errors import InputError
from dronectl.sim.vehicle.firmware import firmware_named
from dronectl.sim.vehicle.settings import VehicleSettings


def apply_firmware(vehicles: Sequence[VehicleSettings], switches: Sequence[str]) -> tuple[VehicleSettings, ...]:
    """The vehicles with the releases that ``switches`` name; one that names a drone comes before one for all.

    Raises:
        InputError: no such drone or release.
    """
    by_name = {vehicle.name: vehicle for vehicle in vehicles}
    for switch in sorted(switches, key=lambda one: "=" in one):
        name, _, version = switch.rpartition("=")
        if name and name not in by_name:
            raise InputError(f"--firmware {switch}: no drone '{name}'", hint=f"the fleet is: {', '.join(by_name)}")
        firmware = firmware_named(version)
        for one in (name,) if name else tuple(by_name):
            by_name[one] = replace(by_name[one], firmware=firmware)
    return tuple(by_name.values())
