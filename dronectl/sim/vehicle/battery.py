"""The pack on board: what it gives, what is left, how its voltage sags."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from dronectl.model.fleet import Battery

_NOMINAL_CELL_V = 3.7
_FULL_CELL_V = 4.2
_CELL_RESISTANCE_OHM = 0.002
_OPEN_CIRCUIT_V = ((0.0, 3.0), (0.05, 3.45), (0.2, 3.65), (0.5, 3.8), (0.8, 4.0), (1.0, 4.2))
"""Cell voltage without load by what is left (a common lithium-polymer curve, piecewise linear)."""
_FROM_THE_TOP = tuple(
    (low, low_v, high - low, high_v - low_v)
    for (low, low_v), (high, high_v) in reversed(list(itertools.pairwise(_OPEN_CIRCUIT_V)))
)
"""Its pieces: where each begins, how wide it is and by how much it rises."""
_LEAST_HOVER_W = 50.0
_LEAST_FASTER_M_S = 0.1
_FASTEST_SHARE = 1.6
"""Of the cruise speed: beyond, a power that nobody measured is not known to rise."""
_SINKING_SAVES_PER_M_S = 0.03
_IDLE_W = 5.0


@dataclass(frozen=True, slots=True)
class PowerSpeeds:
    """At which speeds the powers of a ``Battery`` are drawn."""

    cruise_m_s: float = 8.0
    climb_m_s: float = 2.5
    fastest_m_s: float = 10.0


COMMON_SPEEDS = PowerSpeeds()


class BatteryPack:
    """Charge drawn from a ``Battery``; percentages are of its whole capacity, as an autopilot counts them."""

    def __init__(self, battery: Battery, *, cells: int, start_pct: float, speeds: PowerSpeeds = COMMON_SPEEDS) -> None:
        # A battery known by its endurance only comes as 1 W for so long: give it watts that make whole mAh.
        scale = max(1.0, _LEAST_HOVER_W / max(battery.hover_power_w, 1e-6))
        self._hover_w = battery.hover_power_w * scale
        self._cruise_w = battery.cruise_power_w * scale
        self.cruise_power_w = self._cruise_w
        self._cruise_m_s = speeds.cruise_m_s
        self._climbing_costs_per_m_s = (battery.climbing_power_w / battery.hover_power_w - 1.0) / speeds.climb_m_s
        if battery.fast_power_w is None:
            self._faster_m_s = (_FASTEST_SHARE - 1.0) * self._cruise_m_s
            self._faster_w_per_m_s = (self._cruise_w - self._hover_w) / self._cruise_m_s
        else:
            self._faster_m_s = max(speeds.fastest_m_s - self._cruise_m_s, _LEAST_FASTER_M_S)
            self._faster_w_per_m_s = (battery.fast_power_w * scale - self._cruise_w) / self._faster_m_s
        self._cells = cells
        self.capacity_mah = battery.capacity_wh * scale / (cells * _NOMINAL_CELL_V) * 1000.0
        self.used_before_mah = self.capacity_mah * (1.0 - start_pct / 100.0)
        self.consumed_mah = 0.0
        self.consumed_j = 0.0
        self.current_a = 0.0
        self.voltage_v = self._open_circuit_v()

    @property
    def remaining_share(self) -> float:
        """0..1 of the capacity."""
        capacity = self.capacity_mah
        left = capacity - self.used_before_mah - self.consumed_mah
        return left / capacity if left > 0.0 and capacity else 0.0

    @property
    def remaining_pct(self) -> int:
        return int(self.remaining_share * 100.0)

    def fly(self, dt_s: float, air_speed_m_s: float, climb_m_s: float, sag_v: float = 0.0) -> None:
        """``sag_v``: what a worn pack gives less than a good one that is as full."""
        self._draw(self.flight_power_w(air_speed_m_s, climb_m_s), dt_s, sag_v)

    def idle(self, dt_s: float, *, armed: bool, sag_v: float = 0.0) -> None:
        """On the ground."""
        self._draw(_IDLE_W if armed else 0.0, dt_s, sag_v)

    def _draw(self, power_w: float, dt_s: float, sag_v: float) -> None:
        open_v, voltage_v, cells = self._open_circuit_v(), self.voltage_v, self._cells
        self.current_a = current_a = power_w / (voltage_v if voltage_v > 1.0 else 1.0)
        self.voltage_v = open_v - current_a * _CELL_RESISTANCE_OHM * cells - sag_v
        self.consumed_mah += current_a * dt_s / 3.6
        self.consumed_j += current_a * cells * _NOMINAL_CELL_V * dt_s

    def when_drawn(self, consumed_mah: float, power_w: float) -> float:
        """Volts under this load once so much has been drawn."""
        self.consumed_mah = consumed_mah
        open_v = self._open_circuit_v()
        return open_v - power_w / max(open_v, 1.0) * _CELL_RESISTANCE_OHM * self._cells

    def run_low(self, low_v: float, low_mah: float) -> None:
        """From now on it holds no more than what a failsafe at this voltage under the present load, or at this charge,
        calls low; one that holds less stays as it is."""
        share = low_mah / self.capacity_mah if self.capacity_mah else 0.0
        wanted_v = low_v + self.current_a * _CELL_RESISTANCE_OHM * self._cells
        for (low, low_cell_v), (high, high_cell_v) in itertools.pairwise(_OPEN_CIRCUIT_V):
            if self._cells * low_cell_v <= wanted_v <= self._cells * high_cell_v:
                step = (wanted_v / self._cells - low_cell_v) / (high_cell_v - low_cell_v)
                share = max(share, low + step * (high - low))
        self.used_before_mah += max(0.0, self.remaining_share - 0.999 * share) * self.capacity_mah

    def flight_power_w(self, air_speed_m_s: float, climb_m_s: float) -> float:
        """Between hover, cruise and flat out by airspeed; climbing costs, sinking saves a little."""
        faster_m_s = air_speed_m_s - self._cruise_m_s
        if faster_m_s <= 0.0:
            level = self._hover_w + (self._cruise_w - self._hover_w) * air_speed_m_s / self._cruise_m_s
        else:
            level = self._cruise_w + self._faster_w_per_m_s * min(faster_m_s, self._faster_m_s)
        return level * (1.0 + (self._climbing_costs_per_m_s if climb_m_s > 0 else _SINKING_SAVES_PER_M_S) * climb_m_s)

    def _open_circuit_v(self) -> float:
        left = self.remaining_share
        if left > 1.0:
            return self._cells * _FULL_CELL_V
        for piece in _FROM_THE_TOP:
            if left > piece[0]:
                break
        low, low_v, wide, rise_v = piece
        return self._cells * (low_v + rise_v * (left - low) / wide)
