"""A plan onto simulated drones, as ``push`` puts it on real ones: the same items, encoders, protocol and settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from dronectl.errors import InputError
from dronectl.model.ardupilot.vehicle_settings import OLDEST_SUPPORTED, Setting, wires_of
from dronectl.model.plan.mission import MissionType
from dronectl.model.plan.plan import DronePlan, Plan, Sortie
from dronectl.model.rehearsal.settings import RehearsalSettings
from dronectl.model.rules import Rules
from dronectl.ops.parameters.failsafe_settings import failsafe_settings
from dronectl.ops.plans.wanted_items import wanted_items
from dronectl.ops.rehearsal.virtual_station import VirtualStation
from dronectl.protocol.mission.verified_upload import VerifiedUpload
from dronectl.protocol.param.parameters import ParameterSet
from dronectl.sim.rehearsal.board import Board, items_of
from dronectl.sim.vehicle.battery import BatteryPack
from dronectl.sim.vehicle.firmware import DEFAULT
from dronectl.sim.vehicle.settings import VehicleSettings

_HAS_STORAGE_S = 3.0
_BATTERY_RETURNS, _STATION_RETURNS = 2.0, 1.0
_OLDEST = ".".join(map(str, (*OLDEST_SUPPORTED, 0)))
_LONGER = 1.5
"""Over the plan's own word for the longest that a flight takes."""


def boards_of(
    plan: Plan, vehicles: Sequence[VehicleSettings], rules: Rules, settings: RehearsalSettings
) -> list[Board]:
    """Each sortie of each drone on board of one that stands at the plan's home, read back and equal.

    Raises:
        InputError: a drone of the plan has no simulated counterpart.
        Refused, Mismatch: the vehicle does not take or keep an item.
    """
    by_name = {settings.name: settings for settings in vehicles}
    boards = []
    for planned in plan.drones:
        vehicle = by_name.get(planned.name)
        if vehicle is None:
            raise InputError(f"the plan is for {planned.name}, which dronectl.toml does not have")
        at_home = replace(
            vehicle,
            home=planned.home,
            home_amsl_m=planned.home_amsl_m,
            parameters=_before_upload(vehicle, settings),
        )
        boards += [_board(planned, sortie, at_home, rules) for sortie in planned.sorties]
    return boards


def _before_upload(vehicle: VehicleSettings, settings: RehearsalSettings) -> dict[str, float]:
    """The aircraft's parameters, the later over the earlier: a low battery returns; those of ``sim/``, whose failsafes
    suit a fleet with a speed-up; the fence acts, and a lost ground station returns; those of the settings."""
    pack = BatteryPack(vehicle.battery, cells=vehicle.cells, start_pct=100.0)
    low_ah = round(pack.capacity_mah * settings.moments.battery_low_pct / 100.0) / 1000.0
    low_battery = _named({Setting.BATTERY_LOW_ACTION: _BATTERY_RETURNS, Setting.BATTERY_LOW_AH: low_ah})
    guarded = _named({Setting.FENCE_ENABLED: 1.0, Setting.GCS_FAILSAFE: _STATION_RETURNS})
    return {**low_battery, **vehicle.parameters, **guarded, **settings.parameters}


def _named(values: Mapping[Setting, float]) -> dict[str, float]:
    """As the oldest release has them, which every simulated copter understands."""
    wires = {wires_of(setting, _OLDEST)[0]: value for setting, value in values.items()}
    return {wire.name: wire.value(value) for wire, value in wires.items()}


def _board(planned: DronePlan, sortie: Sortie, settings: VehicleSettings, rules: Rules) -> Board:
    station = VirtualStation([settings])
    station.wait(_HAS_STORAGE_S)
    firmware = (settings.firmware or DEFAULT).text
    wanted = wanted_items(planned, sortie.number)
    for mission_type in (MissionType.MISSION, MissionType.FENCE, MissionType.RALLY):
        station.run(planned.name, VerifiedUpload(wanted[mission_type], firmware=firmware))
    put: dict[str, float] = {}
    for setting, value in failsafe_settings(planned, rules).items():
        wire = wires_of(setting, firmware)[0]
        put[wire.name] = station.run(planned.name, ParameterSet(wire.name, wire.value(value))).value
    copter = station.fleet.vehicles[planned.name].copter
    return Board(
        settings=settings,
        sortie=sortie.number,
        start_s=sortie.start_s,
        expected_s=max(sortie.windy_duration_s, sortie.duration_s * _LONGER),
        mission=items_of(copter.mission),
        fence=items_of(copter.fence_store),
        rally=items_of(copter.rally),
        parameters=put,
    )
