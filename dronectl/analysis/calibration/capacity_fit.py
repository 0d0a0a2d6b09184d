"""What a pack really holds, by how far its voltage falls while charge is drawn from it.

A cell's voltage without load tells how full it is. What it told, over the charge that the monitor counted, is a
straight line whose slope is the capacity. The curve of volts over fullness is that of common cells: packs differ from
it by some percent of fullness, so that the capacity itself is the better known the more of it was drawn. How a pack
wears is told much better (:mod:`dronectl.analysis.calibration.wear`), as no curve is taken for granted there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dronectl.analysis.calibration.discharge import BLOCK_S, Discharge, Numbers

CURVE_SHARE = 0.03
"""Packs of one chemistry lie so far around its curve: share of the capacity by which the charge drawn is misjudged."""
_SHARES = np.array([0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0])
POLYMER = "lithium-polymer"
CURVES: dict[str, Numbers] = {
    POLYMER: np.array([3.27, 3.61, 3.69, 3.73, 3.77, 3.80, 3.84, 3.87, 3.95, 4.02, 4.11, 4.20]),
    "lithium-ion": np.array([2.80, 3.05, 3.20, 3.40, 3.52, 3.63, 3.73, 3.81, 3.89, 3.97, 4.07, 4.18]),
}
"""Volts of a cell without load by what is left of it, at ``_SHARES``: common shapes, rounded."""

_FORGETS_S = 60.0
"""What moves the voltage besides (warmth, recovery) is much the same within a minute."""
_LEAST_SHARE = 0.2
_BAD_MISFIT_SHARE = 0.02


@dataclass(frozen=True, slots=True)
class Capacity:
    """By one flight."""

    capacity_ah: float
    plus_minus_ah: float
    """Half of the span with 95 % likelihood, for what the curve is not the pack's own included."""
    mean_v: float
    """Of the pack, from full to empty under the load flown: capacity times this is energy."""
    drawn_share: float
    """Of the capacity, in this flight."""
    curve: str
    misfit_share: float
    """How far the fullness lies around the line: root of the mean square."""

    @property
    def energy_wh(self) -> float:
        return self.capacity_ah * self.mean_v


def fit_capacity(discharge: Discharge, curve: str | None = None) -> Capacity | str:
    """The capacity by one flight; else why it does not tell. ``curve``: of :data:`CURVES`; None: lithium-polymer,
    unless the other one is clearly right, which the upper half of a discharge does not tell."""
    best = _fitted(curve or POLYMER, discharge)
    if curve is None and best.misfit_share > _BAD_MISFIT_SHARE:
        best = min((_fitted(name, discharge) for name in CURVES), key=lambda one: one.misfit_share)
    if best.drawn_share < _LEAST_SHARE:
        return f"only {100.0 * best.drawn_share:.0f} % of it was drawn"
    return best


def _fitted(name: str, discharge: Discharge) -> Capacity:
    curve, q_ah = CURVES[name], discharge.drawn_ah
    fullness = np.interp(discharge.cell_v, curve, _SHARES)
    design = np.column_stack([np.ones(len(q_ah)), q_ah])
    (start, slope), *_ = np.linalg.lstsq(design, fullness, rcond=None)
    off = fullness - start - slope * q_ah
    drawn = max(-float(slope) * float(q_ah[-1]), 1e-3)
    spread = float(((q_ah - q_ah.mean()) ** 2).sum())
    variance = float((off**2).sum()) / max(len(q_ah) - 2, 1) * (_FORGETS_S / BLOCK_S)
    by_chance = 1.96 * float(np.sqrt(variance / spread)) * float(q_ah[-1])
    capacity_ah = float(q_ah[-1]) / drawn
    mean_cell_v = float(np.interp(np.linspace(0.0, 1.0, 201), _SHARES, curve).mean())
    mean_cell_v -= discharge.cell_ohm * discharge.current_a
    return Capacity(
        capacity_ah,
        capacity_ah * float(np.hypot(by_chance, CURVE_SHARE)) / drawn,
        discharge.cells * mean_cell_v,
        drawn,
        name,
        float(np.sqrt((off**2).mean())),
    )
