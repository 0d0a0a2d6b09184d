"""What the battery monitors told in a telemetry log: BATTERY_STATUS, or, where no link carried it, SYS_STATUS."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from dronectl.formats.recordings.tlog.clock import Clock
from dronectl.formats.recordings.tlog.frames import Frames, Rows, decode_messages
from dronectl.formats.recordings.tlog.layout import payload_layout
from dronectl.formats.recordings.tlog.tracks import MESSAGES
from dronectl.formats.recordings.tlog.vehicles import vehicles_of
from dronectl.model.track.battery_series import BatterySeries
from dronectl.model.track.clock_facts import TimeSource

_NO_CELL_MV = 65_535
"""A cell that is not there; of a pack above 65.5 V the rest of the sum stands in the next one."""
_FULL_CELL_MV = 4_500
_UNKNOWN_CA = -1


def batteries_of(frames: Frames) -> dict[int, BatterySeries]:
    """System id → its first battery. Nothing of a system id that several aircraft shared: nobody knows whose it was."""
    rows = {name: decode_messages(frames, payload_layout(name)) for name in (*MESSAGES, "BATTERY_STATUS")}
    found: dict[int, BatterySeries] = {}
    for vehicle in vehicles_of(rows, TimeSource.COMPUTER):
        if vehicle.of == 1 and vehicle.clock:
            series = _by_battery_status(vehicle.rows, vehicle.clock) or _by_sys_status(vehicle.rows, vehicle.clock)
            if series is not None:
                found[vehicle.system_id] = series
    return found


def _by_battery_status(rows: Mapping[str, Rows], clock: Clock) -> BatterySeries | None:
    told = rows["BATTERY_STATUS"]
    told = told.take(told.fields["id"] == 0)
    if not len(told):
        return None
    cell_mv = np.concatenate(
        [told.fields["voltages"].astype(np.int64), told.fields["voltages_ext"].astype(np.int64)], axis=1
    )
    is_cell = (cell_mv != _NO_CELL_MV) & (cell_mv > 0)
    voltage_v = np.where(is_cell, cell_mv, 0).sum(axis=1) / 1000.0
    counts = is_cell.sum(axis=1)
    each = bool((np.where(is_cell, cell_mv, 0).max(axis=1) <= _FULL_CELL_MV).all())
    cells = int(np.median(counts)) if each and len(counts) and counts.max() > 1 else None
    consumed_mah = told.fields["current_consumed"].astype(np.float64)
    return _series(told, clock, voltage_v, told.fields["current_battery"], consumed_mah / 1000.0, cells)


def _by_sys_status(rows: Mapping[str, Rows], clock: Clock) -> BatterySeries | None:
    told = rows["SYS_STATUS"]
    if not len(told):
        return None
    voltage_v = told.fields["voltage_battery"] / 1000.0
    return _series(told, clock, voltage_v, told.fields["current_battery"], np.full(len(told), np.nan), None)


def _series(
    told: Rows,
    clock: Clock,
    voltage_v: NDArray[np.float64],
    current_ca: NDArray[np.int16],
    consumed_ah: NDArray[np.float64],
    cells: int | None,
) -> BatterySeries:
    current_a = np.where(current_ca == _UNKNOWN_CA, np.nan, current_ca / 100.0)
    voltage_v = np.where(voltage_v > 0.0, voltage_v, np.nan)
    return BatterySeries(clock.utc_us_at(told.offset), voltage_v, current_a, consumed_ah, cells)
