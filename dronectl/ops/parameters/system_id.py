"""The number by which a drone is spoken to: two drones with one obey one order."""

from __future__ import annotations

from collections.abc import Sequence

from dronectl.errors import InputError, NoAnswer
from dronectl.link.fleet_link import VehicleLink
from dronectl.model.ardupilot.vehicle_settings import Setting, names_of
from dronectl.model.fleet import Drone
from dronectl.ops.common.events import Listener, Note, ignore
from dronectl.ops.parameters.settings import set_parameter
from dronectl.protocol.param.parameters import Parameter, ParameterType


def is_system_id(name: str) -> bool:
    return name in names_of(Setting.SYSTEM_ID)


def require_free(system_id: float, given_to: Sequence[Drone], fleet: Sequence[Drone]) -> None:
    """
    Raises:
        InputError: it would be given to several drones, or is another drone's.
    """
    names = [drone.name for drone in given_to]
    others = [drone.name for drone in fleet if drone.system_id == system_id and drone.name not in names]
    if len(names) > 1 or others:
        shared = ", ".join([*names, *others])
        raise InputError(
            f"{shared} would all be system {system_id:g}, and obey one order; nothing was sent",
            hint="give each drone a number of its own, one with --drone at a time",
        )


async def set_system_id(vehicle: VehicleLink, name: str, system_id: float, listener: Listener = ignore) -> Parameter:
    """Sets it. Since ArduCopter 4.7 the vehicle speaks as the new system at once, and answers as the old one no more;
    before, once it is switched off and on.

    Raises:
        As :func:`dronectl.ops.parameters.settings.set_parameter`; NoAnswer also when neither of the two is heard then.
    """
    before = vehicle.paths.systems_heard
    try:
        found = await set_parameter(vehicle, name, system_id)
        when = "once it was switched off and on"
    except NoAnswer as error:
        if not error.details.get("sent") or system_id in before or system_id not in vehicle.paths.systems_heard:
            raise
        found, when = Parameter(name, int(system_id), ParameterType.INT16), "from now on"
    words = f"speaks as system {system_id:g} {when}: write system_id = {system_id:g} into dronectl.toml then"
    listener(Note(words, vehicle.name, "warning"))
    return found
