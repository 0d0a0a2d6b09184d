"""What a battery monitor told during a recording."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class BatterySeries:
    """Of one aircraft's first battery, in the order of time; columns of one length, NaN for what was not told."""

    utc_us: NDArray[np.int64]
    """Microseconds since 1970, on the clock of the recording's tracks."""
    voltage_v: Numbers
    """Of the whole pack."""
    current_a: Numbers
    consumed_ah: Numbers
    """As the monitor counts, since it was switched on."""
    cells: int | None = None
    """In series, where the monitor tells each one's voltage."""

    def __len__(self) -> int:
        return len(self.utc_us)

    def between(self, begin_us: int, end_us: int) -> BatterySeries:
        """From one time on and up to another."""
        chosen = (self.utc_us >= begin_us) & (self.utc_us <= end_us)
        return BatterySeries(
            self.utc_us[chosen],
            self.voltage_v[chosen],
            self.current_a[chosen],
            self.consumed_ah[chosen],
            self.cells,
        )

    def plausible(self) -> BatterySeries:
        """In the order of time, without what no battery of an aircraft gives: damage that no checksum covers."""
        order = np.argsort(self.utc_us, kind="stable")
        return BatterySeries(
            self.utc_us[order],
            _within(self.voltage_v, 1.0, 1_000.0)[order],
            _within(self.current_a, -1_000.0, 2_000.0)[order],
            _within(self.consumed_ah, 0.0, 10_000.0)[order],
            self.cells,
        )

    @classmethod
    def joined(cls, parts: list[BatterySeries]) -> BatterySeries:
        """Those of several boots, or links, of one aircraft. At least one."""
        utc_us = np.concatenate([part.utc_us for part in parts])
        order = np.argsort(utc_us, kind="stable")
        return cls(
            utc_us[order],
            np.concatenate([part.voltage_v for part in parts])[order],
            np.concatenate([part.current_a for part in parts])[order],
            np.concatenate([part.consumed_ah for part in parts])[order],
            next((part.cells for part in parts if part.cells is not None), None),
        )


def _within(values: Numbers, least: float, most: float) -> Numbers:
    with np.errstate(invalid="ignore"):
        return np.where((values >= least) & (values <= most), values, np.nan)
