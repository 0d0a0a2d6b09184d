"""Whether the drone's failsafe counts our heartbeats."""

from __future__ import annotations

from collections.abc import Sequence

from dronectl.errors import NoAnswer
from dronectl.model.ardupilot.vehicle_settings import Setting, setting_name
from dronectl.ops.control.control import read_failsafe_station
from dronectl.ops.flight.readiness.asked import AskedDrone
from dronectl.ops.flight.readiness.check import ReadinessCheck, not_evaluated


async def ask(asked: AskedDrone) -> Sequence[ReadinessCheck]:
    """Its failsafe must count our heartbeats: with another one's it turns back when that one ends, or never."""
    vehicle = asked.vehicle
    name = f"whose heartbeats its failsafe counts ({setting_name(Setting.GCS_SYSTEM_ID, vehicle.firmware)})"
    wanted = f"{vehicle.station.name_of(vehicle.station.system_id)}: 'dronectl control request --drone {vehicle.name}'"
    try:
        control = await read_failsafe_station(vehicle, asked.listener)
    except NoAnswer as error:
        return (not_evaluated(name, error.message, wanted),)
    return (ReadinessCheck(name, control.is_ours, control.holder, wanted),)
