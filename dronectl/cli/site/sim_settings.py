"""What the simulated fleet is made of: ``sim/`` with the command line over it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dronectl.cli.common.app import App
    from dronectl.sim.vehicle.settings import FleetSettings


def sim_settings(
    app: App, site: Any, firmwares: tuple[str, ...], faults: tuple[str, ...], options: dict[str, Any]
) -> FleetSettings:
    """What sim/ says, with the command line's options put over it."""
    from dataclasses import replace

    from dronectl.sim.fleet.fault_switches import apply_faults
    from dronectl.sim.fleet.firmware_switches import apply_firmware
    from dronectl.sim.vehicle.settings import load_settings

    settings = load_settings(site.root, app.drones(site), ground_elevation_m=site.ground_elevation_m)
    given = {name: value for name, value in options.items() if value is not None}
    link = {name.removeprefix("link_"): value for name, value in given.items() if name.startswith("link_")}
    whole = {name: value for name, value in given.items() if not name.startswith("link_")}
    vehicles = apply_firmware(apply_faults(settings.vehicles, faults), firmwares)
    return replace(settings, vehicles=vehicles, link=replace(settings.link, **link), **whole)
