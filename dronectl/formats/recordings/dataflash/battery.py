"""What the battery monitors told in a DataFlash log: BAT, before 2020 CURR."""

from __future__ import annotations

import numpy as np

from dronectl.formats.recordings.dataflash.receivers import (
    best_receiver,
    first_instance,
    receivers,
    system_id,
    timing,
)
from dronectl.formats.recordings.dataflash.rejoined import rejoined
from dronectl.formats.recordings.dataflash.tables import DataFlash
from dronectl.model.track.battery_series import BatterySeries


def batteries_of(log: DataFlash) -> dict[int, BatterySeries]:
    """System id (0: not told) → its first battery."""
    found: dict[int, list[BatterySeries]] = {}
    for boot in rejoined(log):
        table = first_instance(boot.table("BAT") or boot.table("CURR"))
        if table is None or not {"Volt", "Curr"} <= set(table.columns):
            continue
        epoch_us = timing(best_receiver(receivers(boot))).boot_utc_us
        voltage_v = table.number("Volt")
        consumed_ah = table.number("CurrTot") / 1000.0
        voltage_v = np.where(voltage_v > 0.0, voltage_v, np.nan)
        series = BatterySeries(table.time_us + epoch_us, voltage_v, table.number("Curr"), consumed_ah)
        found.setdefault(system_id(boot), []).append(series)
    return {owner: BatterySeries.joined(parts) for owner, parts in found.items()}
