"""Whether what is on board is what was proved: missions, fences, rally points, failsafe settings."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from dronectl.link.fleet_link import VehicleLink
from dronectl.model.ardupilot.float32 import in_digits
from dronectl.model.ardupilot.vehicle_settings import Setting, Wire
from dronectl.model.plan.mission import MissionType
from dronectl.ops.flight.readiness.asked import AskedDrone
from dronectl.ops.flight.readiness.check import ReadinessCheck
from dronectl.ops.items.transfer import download
from dronectl.ops.parameters.failsafe_settings import failsafe_settings
from dronectl.ops.parameters.settings import read_setting, read_wire
from dronectl.ops.plans.wanted_items import wanted_items
from dronectl.protocol.mission.canonical import differences
from dronectl.protocol.param.changes import compare_parameters
from dronectl.protocol.param.parameters import Parameter


async def ask(asked: AskedDrone) -> Sequence[ReadinessCheck]:
    """Items and settings, read from the vehicle and compared."""
    vehicle, plan, proved, listener = asked.vehicle, asked.plan, asked.proved, asked.listener
    assert plan is not None
    assert proved is not None
    just_now = {} if asked.committed is None else asked.committed.lists
    checks = []
    for mission_type, mission in wanted_items(plan, asked.sortie).items():
        on_board = just_now.get(mission_type)
        if on_board is None or mission_type is MissionType.MISSION:  # another ground station may have written since
            on_board = await download(vehicle, mission_type, listener, "compare")
        different = differences(mission, on_board, vehicle.firmware)
        kind = "mission" if mission_type is MissionType.MISSION else mission_type.name.lower()
        checks.append(
            ReadinessCheck(
                f"{kind} on board", not different, different[0] if different else "equal", "equal to the plan"
            )
        )
    wanted = failsafe_settings(plan, proved.site.rules)
    held = await asyncio.gather(*(read_wire(vehicle, setting, listener=listener) for setting in wanted))
    told = (_setting_check(*one, setting, wanted[setting]) for one, setting in zip(held, wanted, strict=True))
    enabled = await read_setting(vehicle, Setting.FENCE_ENABLED, listener)
    return [*checks, *told, *(fence_checks(vehicle) if enabled else ())]


def fence_checks(vehicle: VehicleLink) -> Sequence[ReadinessCheck]:
    """A fence that is enabled may be switched off until the next start, by an order. Only where that can be seen."""
    if vehicle.state.prearm_ok is None:  # what tells the one tells the other
        return ()
    acts = vehicle.state.fence_breached is not None
    return (ReadinessCheck("fence", acts, "acts" if acts else "enabled, and does not act", "acts"),)


def _setting_check(wire: Wire, held: Parameter, setting: Setting, wanted: float) -> ReadinessCheck:
    """Another altitude of return may be another drone's layer, or lower than a roof on the way home; another rally
    setting leads to a goal that no return was proved to; another fence turns a drone back where the plan does not."""
    ok = not compare_parameters({held.name: wire.value(wanted)}, {held.name: held}).changes
    if setting is Setting.RETURN_ALTITUDE_M:
        return ReadinessCheck(f"return altitude ({held.name})", ok, f"{wire.si(held.value):g} m", f"{wanted:g} m")
    return ReadinessCheck(held.name, ok, in_digits(held.value), in_digits(wire.value(wanted)))
