"""Each flight ends with the reserve still in the battery, by the checker's own estimate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dronectl.planning.checks.finding import Finding, Rule
from dronectl.planning.checks.flight import Flight, Ground
from dronectl.planning.checks.route import LegKind

_MOVING = frozenset({LegKind.TRAVEL, LegKind.CIRCLE, LegKind.RETURN})
_ROUNDING_PCT = 0.01


def used_pct(flight: Flight) -> float:
    """Share of the battery's capacity that the flight draws, 0..100 and above."""
    battery = flight.drone.battery
    energy_ws = sum(
        (leg.end_s - leg.start_s) * (battery.cruise_power_w if leg.kind in _MOVING else battery.hover_power_w)
        for leg in flight.legs
    )
    return 100.0 * energy_ws / 3600.0 / battery.capacity_wh


def check(flights: Sequence[Flight], ground: Ground) -> Iterator[Finding]:
    """One finding a flight."""
    reserve_pct = ground.site.rules.battery_reserve_pct
    for flight in flights:
        usable_pct = 100.0 * flight.drone.battery.usable_share
        used = used_pct(flight)
        left_pct = usable_pct - used
        if left_pct >= reserve_pct - _ROUNDING_PCT:
            continue
        yield Finding(
            "battery-reserve",
            f"the flight draws {used:.1f} % of the battery: {left_pct:.1f} % of the usable {usable_pct:g} % are left, "
            f"{reserve_pct:g} % are to be kept",
            flight.drone.name,
            flight.sortie,
            item=len(flight.mission) - 1,
            amount=reserve_pct - left_pct,
            unit="%",
        )


RULE = Rule(
    "battery-reserve",
    "Battery reserve",
    "At landing, [rules] battery_reserve_pct of the battery's capacity must be left of what may be drawn from it "
    "(usable_share). The estimate takes hover power to climb, descend and hold, and cruise power else.",
    check,
    why="The reserve brings the drone home against a wind that nobody forecast, or to a landing that had to wait.",
    source="Capacity, usable_share and powers in dronectl.toml: from its data sheet and the drone's own logs.",
    example="the flight draws 62.0 % of the battery: 23.0 % of the usable 85 % are left, 30 % are to be kept",
    remedy="Fly less in one sortie, or use a larger battery; 'plan build' splits the work into sorties that fit.",
)
