"""Power in hover, cruise, climb and flat out from flights, with how sure each is.

In level flight P(v) = hover + a v² + b v³, as the planner has it; climbing and sinking each add their own share. The
fit is Huber's (P. J. Huber, "Robust Estimation of a Location Parameter", 1964) by repeated weighted least squares:
gusts and turns pull at single windows. How sure it is comes from drawing flights anew (Efron's bootstrap); of few
flights from what the fit left over, which one gust makes alike in windows that follow one another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dronectl.analysis.calibration.windows import WINDOW_S, Numbers, Windows, joined

_DRAWS = 400
_TINY = 1e-9
"""A draw may hold no climb at all."""
_LEAST_FLIGHTS = 5
"""Fewer cannot be drawn anew."""
_STRETCH = 8
"""Windows: half a minute, after which gusts are forgotten."""
_HUBER = 1.345
_ROUNDS = 12
_MOVING_M_S = 1.0
_SECOND_SPEED = 1.3
_LEAST_SECOND = 10
"""Windows at another speed than the usual one, before a third power of the speed can be told from a second."""


@dataclass(frozen=True, slots=True)
class Value:
    """A number and half of the span in which it lies with 95 % likelihood, and how long it was seen."""

    value: float
    plus_minus: float
    seen_s: float

    @property
    def plus_minus_pct(self) -> float:
        return 100.0 * self.plus_minus / abs(self.value) if self.value else float("inf")


@dataclass(frozen=True, slots=True, eq=False)
class PowerFit:
    """What was found. ``weights`` are those of hover, v², v³, climbing and sinking."""

    weights: Numbers
    draws: Numbers
    """(draws, 5): the same of flights drawn anew."""
    terms: tuple[int, ...]
    """Which of the weights were sought."""

    def power_w(self, windows: Windows, *, sinking: bool = True) -> Numbers:
        """Of each window; without ``sinking`` as the planner reckons, for which a descent is a hover."""
        columns = _columns(windows)
        if not sinking:
            columns[:, 4] = 0.0
        power: Numbers = columns @ self.weights
        return power

    def energy_wh(self, windows: Windows) -> float:
        """Of all windows, as the planner reckons."""
        return float(self.power_w(windows, sinking=False).sum()) * WINDOW_S / 3600.0

    def level(self, speed_m_s: float, seen_s: float) -> Value:
        """Power at a speed in level flight."""
        return self._value(np.array([1.0, speed_m_s**2, speed_m_s**3, 0.0, 0.0]), seen_s)

    def climbing(self, climb_m_s: float, seen_s: float) -> Value:
        """Power in a climb on the spot."""
        return self._value(np.array([1.0, 0.0, 0.0, climb_m_s, 0.0]), seen_s)

    def _value(self, at: Numbers, seen_s: float) -> Value:
        low, high = np.percentile(self.draws @ at, (2.5, 97.5))
        return Value(float(self.weights @ at), float(high - low) / 2.0, seen_s)


def fit_power(flights: Sequence[Windows], *, seed: int = 1) -> PowerFit | None:
    """The fit over all flights; None where they are too short to tell anything."""
    everything = joined(flights) if flights else None
    if everything is None or len(everything) < 2 * _STRETCH:
        return None
    terms = _terms(everything)
    columns = _columns(everything)[:, terms]
    trust = _huber_weights(columns, everything.power_w)
    weights, draws = np.zeros(5), np.zeros((_DRAWS, 5))
    normal = (columns * trust[:, None]).T @ columns + _TINY * np.eye(len(terms))
    weights[list(terms)] = np.linalg.solve(normal, columns.T @ (trust * everything.power_w))
    random = np.random.default_rng(seed)
    if sum(len(flight) > 0 for flight in flights) >= _LEAST_FLIGHTS:
        draws[:, terms] = _flights_drawn(flights, columns, trust * everything.power_w, trust, random)
    else:
        off = everything.power_w - columns @ weights[list(terms)]
        draws[:, terms] = weights[list(terms)] + _left_over(off, trust, normal, random)
    return PowerFit(weights, draws, terms)


def _flights_drawn(
    flights: Sequence[Windows], columns: Numbers, power: Numbers, trust: Numbers, random: np.random.Generator
) -> Numbers:
    """(draws, terms): the weights by as many flights, drawn from them with replacement."""
    ends = np.cumsum([len(flight) for flight in flights]).tolist()
    parts = [slice(end - len(flight), end) for end, flight in zip(ends, flights, strict=True) if len(flight)]
    normal = np.array([(columns[part] * trust[part, None]).T @ columns[part] for part in parts])
    right = np.array([columns[part].T @ power[part] for part in parts])
    chosen = random.integers(0, len(parts), (_DRAWS, len(parts)))
    together = normal[chosen].sum(axis=1) + _TINY * np.eye(columns.shape[1])
    drawn: Numbers = np.linalg.solve(together, right[chosen].sum(axis=1)[:, :, None])[:, :, 0]
    return drawn


def _left_over(off: Numbers, trust: Numbers, normal: Numbers, random: np.random.Generator) -> Numbers:
    """(draws, terms): errors of the weights, the windows as many as they are unlike one another."""
    alike = float(np.clip((off[1:] * off[:-1]).mean() / max(float((off**2).mean()), 1e-12), 0.0, 0.78))
    variance = float((trust * off**2).sum()) / max(len(off) - len(normal), 1) * (1.0 + alike) / (1.0 - alike)
    return random.multivariate_normal(np.zeros(len(normal)), variance * np.linalg.inv(normal), _DRAWS)


def off_pct(flights: Sequence[Windows]) -> list[float]:
    """How far the energy of each flight is from what the others foretell, in percent of it, by size."""
    found: list[float] = []
    for left_out, flight in enumerate(flights):
        others = fit_power([one for number, one in enumerate(flights) if number != left_out])
        if others is not None and flight.energy_wh > 0.0:
            found.append(100.0 * abs(others.energy_wh(flight) / flight.energy_wh - 1.0))
    return sorted(found)


def _columns(windows: Windows) -> Numbers:
    """(windows, 5)."""
    ones = np.ones(len(windows))
    return np.column_stack([ones, windows.speed2, windows.speed3, windows.climb_m_s, windows.sink_m_s])


def _terms(windows: Windows) -> tuple[int, ...]:
    """Those that the flights can tell apart."""
    moving = windows.speed_m_s[windows.speed_m_s > _MOVING_M_S]
    terms = [0]
    if len(moving) >= _STRETCH:
        terms.append(1)
        usual = float(np.median(moving))
        faster = int((moving > _SECOND_SPEED * usual).sum())
        slower = int((moving < usual / _SECOND_SPEED).sum())
        if max(faster, slower) >= max(_LEAST_SECOND, len(moving) // 10):
            terms.append(2)
    if windows.climb_m_s.sum() > _MOVING_M_S:
        terms.append(3)
    if windows.sink_m_s.sum() > _MOVING_M_S:
        terms.append(4)
    return tuple(terms)


def _huber_weights(columns: Numbers, power_w: Numbers) -> Numbers:
    trust = np.ones(len(power_w))
    for _ in range(_ROUNDS):
        root = np.sqrt(trust)
        solution = np.linalg.lstsq(columns * root[:, None], power_w * root, rcond=None)[0]
        off = np.abs(power_w - columns @ solution)
        scale = max(float(np.median(off)) / 0.6745, 1e-6)
        trust = np.minimum(1.0, _HUBER * scale / np.maximum(off, 1e-9))
    return trust
