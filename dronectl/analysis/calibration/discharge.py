"""How the voltage of a pack fell in a flight, the load taken out: what its capacity and its wear are read from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dronectl.model.track.battery_series import BatterySeries

Numbers = NDArray[np.float64]

FULL_CELL_V = 4.25
"""No common cell has more when it is full."""
BLOCK_S = 10.0
_LEAST_BLOCKS = 9
_LEAST_FALL_V = 0.06
_LOADED_SHARE = 0.4
"""Of the usual current: with less the aircraft stands on the ground, and the pack recovers for minutes."""
_HIGHEST_OHM = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Discharge:
    """Columns of one length, each value a mean over some seconds of flight."""

    drawn_ah: Numbers
    """Since the first of them."""
    cell_v: Numbers
    """Of a cell, as it would be without load."""
    current_a: float
    """The usual one."""
    cell_ohm: float
    cells: int


def cells_of(series: BatterySeries) -> int | None:
    """Cells in series: as told, else as few as its highest voltage allows. None: no voltage was told."""
    if series.cells is not None:
        return series.cells
    told = series.voltage_v[np.isfinite(series.voltage_v)]
    return int(np.ceil(np.percentile(told, 95.0) / FULL_CELL_V)) if len(told) else None


def discharge_of(series: BatterySeries, cells: int) -> Discharge | str:
    """The discharge of a flight; else why it tells nothing.

    A cell's resistance is the change of voltage with each change of the current from one block to the next.
    """
    drawn_ah = _drawn_ah(series)
    if drawn_ah is None:
        return "no current was measured"
    drawn, current, volts = _block_means(series, drawn_ah)
    if len(drawn):
        loaded = current > _LOADED_SHARE * np.percentile(current, 75.0)
        drawn, current, volts = drawn[loaded], current[loaded], volts[loaded] / cells
    if len(drawn) < _LEAST_BLOCKS:
        return "the battery was heard for less than two minutes of flight"
    if np.ptp(volts) < _LEAST_FALL_V:
        return "its voltage hardly fell: too little was drawn, or nothing measures it"
    steps_a, steps_v = np.diff(current), np.diff(volts)
    steps_v = steps_v - np.median(steps_v)
    spread = float((steps_a**2).sum())
    ohm = -float((steps_a * steps_v).sum()) / spread if spread > 0.0 else 0.0
    ohm = min(max(ohm, 0.0), _HIGHEST_OHM)
    return Discharge(drawn - drawn[0], volts + ohm * current, float(np.median(current)), ohm, cells)


def _drawn_ah(series: BatterySeries) -> Numbers | None:
    """As the monitor counts, else the current summed."""
    if len(series) < 2:
        return None
    if np.isfinite(series.consumed_ah).all() and np.ptp(series.consumed_ah) > 0.0:
        return series.consumed_ah
    current = np.nan_to_num(series.current_a)
    if not current.any():
        return None
    hours = np.diff(series.utc_us) / 3.6e9
    return np.concatenate([[0.0], np.cumsum(hours * (current[1:] + current[:-1]) / 2.0)])


def _block_means(series: BatterySeries, drawn_ah: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Charge drawn, current and voltage of the pack, means over :data:`BLOCK_S` each."""
    known = np.isfinite(series.voltage_v) & np.isfinite(series.current_a) & np.isfinite(drawn_ah)
    block = (series.utc_us[known] - series.utc_us[0]) // int(BLOCK_S * 1e6)
    _, which, counts = np.unique(block, return_inverse=True, return_counts=True)
    drawn, current, volts = (
        np.bincount(which, values[known], minlength=len(counts)) / counts
        for values in (drawn_ah, series.current_a, series.voltage_v)
    )
    return drawn, current, volts
