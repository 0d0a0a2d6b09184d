"""How much less a pack holds than it did: its discharges against its own earlier ones.

A pack whose capacity is k of what it was shows the same voltages after k of the charge: V(q) = V₀(q / k + d), d for not
having begun as full. No curve of any chemistry is needed for that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dronectl.analysis.calibration.discharge import Discharge, Numbers

REFERENCES = 3
LATEST = 8
_LEAST_COMMON = 8
_SHARES = np.linspace(0.6, 1.2, 151)
_BEGUN = np.linspace(-0.2, 0.2, 41)
"""How much fuller or emptier it was at the start, of the charge drawn in the earlier flight."""


@dataclass(frozen=True, slots=True)
class Wear:
    """Of a pack now against its first flights."""

    kept_share: float
    plus_minus: float
    """Half of the span with 95 % likelihood."""
    flights: int
    """The latest ones, that it is told by."""

    @property
    def is_certain(self) -> bool:
        """Something was lost, whatever chance did."""
        return 1.0 - self.kept_share > self.plus_minus


def wear_of(discharges: Sequence[Discharge]) -> Wear | None:
    """By the flights of one pack in the order of time; None where they are too few or too short."""
    references, later = discharges[:REFERENCES], discharges[REFERENCES:][-LATEST:]
    kept = [
        float(np.median(shares))
        for one in later
        if len(shares := [share for ref in references if (share := kept_share(ref, one)) is not None])
    ]
    if len(kept) < 2:
        return None
    among = [
        abs(share - 1.0)
        for number, ref in enumerate(references)
        for other in references[number + 1 :]
        if (share := kept_share(ref, other)) is not None
    ]
    middle = float(np.median(kept))
    spread = max(1.4826 * float(np.median(np.abs(np.array(kept) - middle))), float(np.median(among or [0.02])), 0.005)
    error = 1.253 * spread * float(np.sqrt(1.0 / len(kept) + 1.0 / len(references)))
    return Wear(middle, 1.96 * error, len(kept))


def kept_share(before: Discharge, after: Discharge) -> float | None:
    """The capacity of the later flight as a share of that of the earlier; None where they have too little in common."""
    if before.cells != after.cells:
        return None
    q0, v0 = before.drawn_ah, _falling(before.cell_v)
    full_ah = float(q0[-1])
    at = after.drawn_ah[None, None, :] / _SHARES[:, None, None] + (_BEGUN * full_ah)[None, :, None]
    inside = (at >= 0.0) & (at <= full_ah)
    count = inside.sum(axis=2)
    off = np.where(inside, (np.interp(at, q0, v0) - after.cell_v) ** 2, 0.0).sum(axis=2) / np.maximum(count, 1)
    off[count < max(_LEAST_COMMON, len(after.drawn_ah) // 2)] = np.inf
    best = int(np.argmin(off))
    share, _ = np.unravel_index(best, off.shape)
    if not np.isfinite(off.ravel()[best]) or share in (0, len(_SHARES) - 1):
        return None
    return float(_SHARES[share])


def _falling(volts: Numbers) -> Numbers:
    """A smooth curve: means of three neighbours, the ends kept."""
    padded = np.concatenate([volts[:1], volts, volts[-1:]])
    smooth: Numbers = (padded[:-2] + padded[1:-1] + padded[2:]) / 3.0
    return smooth
