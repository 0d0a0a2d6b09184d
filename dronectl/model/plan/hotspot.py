"""Hot-spot patrols: what a plan of one keeps."""

from __future__ import annotations

from dataclasses import dataclass

KOPER_RETURN_S = 7200.0
"""Koper (1995): come back to a hot spot at least every two hours …"""

KOPER_STAY_S = (600.0, 960.0)
"""… and stay for 10 to 16 minutes."""


@dataclass(frozen=True, slots=True)
class SpotFigures:
    """What a plan does at one point. Idleness: seconds since the last visit ended, the period's ends counted."""

    id: str
    weight: float
    """As geofences/ says."""
    weight_after_cctv: float
    cctv: tuple[str, ...]
    """Ids of the fixed cameras that see it."""
    standoff_m: float
    """From how far it is looked at."""
    visits: int
    stay_s: float
    """All visits together."""
    mean_idleness_s: float
    worst_idleness_s: float


@dataclass(frozen=True, slots=True)
class HotspotFigures:
    """What a plan of a hot-spot patrol keeps; measured on the flights as planned, not on how they were chosen."""

    patrol: str
    period_s: float
    max_idleness_s: float
    """As promised."""
    worst_idleness_s: float
    mean_idleness_s: float
    """Weighted by the points' weights after CCTV."""
    revisited_120_min_pct: float
    """Share of the points never left alone for longer than two hours."""
    stays_10_16_min_pct: float
    """Share of the visits that last 10 to 16 minutes."""
    order_entropy: float | None
    """0: each point is always followed by the same one; 1: as evenly by the others as so few visits can be. None: too
    few visits to say."""
    return_variation: float | None
    """Of the times between visits, relative to each point's mean: 0 is clockwork, 1 as irregular as chance. None: no
    point is returned to twice."""
    wave_starts_s: tuple[float, ...]
    """Start of each of its sortie numbers after the start of the period."""
    first_sortie: int
    spots: tuple[SpotFigures, ...]
    zones_seen_pct: tuple[tuple[str, float], ...] = ()
    """For each zone of the patrol the share of its area that fixed cameras see."""
