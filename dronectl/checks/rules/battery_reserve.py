"""Each flight ends with the reserve still in the battery, in the site's wind, by the checker's own estimate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from dronectl.checks.flight import Flight, Ground
from dronectl.checks.rule import Found, Rule, found
from dronectl.checks.trajectory.leg import LegKind
from dronectl.checks.wording import Form
from dronectl.geodesy.frame import FloatArray

_CLIMBING = frozenset({LegKind.TAKE_OFF, LegKind.CLIMB})
_ROUNDING_PCT = 0.01
_BEARINGS = np.radians(np.arange(0.0, 360.0, 15.0))
"""Where the wind may blow to."""


STILL_AIR = Form(", {used:.1f} % in still air", " ลมสงบ {used} %")
LOW = Form(
    "{left:.1f} % of the usable {usable:g} % of the battery left at landing; at least {reserve:g} % required "
    "(the flight draws {used:.1f} % in {wind:g} m/s of wind{still_air})",
    "เหลือแบตเตอรี่ {left} % จากที่ใช้ได้ {usable} % ตอนลงจอด ต้องเหลืออย่างน้อย {reserve} % "
    "(ใช้ {used} % ในลม {wind} m/s{still_air})",
    many="landing with less than {reserve} % of the battery, least {left} %",
    many_thai="ลงจอดโดยเหลือแบตเตอรี่ไม่ถึง {reserve} % น้อยที่สุด {left} %",
)


def used_pct(flight: Flight, wind_m_s: float = 0.0) -> float:
    """Share of the battery's capacity that the flight draws in such a wind from its worst side, 0..100 and above.

    Power between hover, cruise and flat out is read off straight lines, which lie above the curve that real power is.
    Where the wind leaves less speed over ground than planned, the leg takes longer.
    """
    if not flight.legs:
        return 0.0
    _, energy_ws = flown_in(flight, worst_winds(wind_m_s))
    return 100.0 * float(energy_ws.sum(axis=1).max()) / 3600.0 / flight.drone.battery.capacity_wh


def worst_winds(speed_m_s: float) -> FloatArray:
    """(winds, 2): where a wind of this speed may blow to, metres a second east and north."""
    return speed_m_s * np.column_stack([np.cos(_BEARINGS), np.sin(_BEARINGS)])


def flown_in(flight: Flight, blowing: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Seconds and watt-seconds of each leg in each wind, both (winds, legs). ``blowing``: (winds, 2) of where the air
    moves to, metres a second east and north."""
    drone, battery = flight.drone, flight.drone.battery
    planned_s = np.diff(flight.times)
    going = (flight.ends - flight.starts)[:, :2] / np.maximum(planned_s, 1e-6)[:, None]
    speed = np.hypot(*going.T)
    along = going / np.maximum(speed, 1e-9)[:, None]
    wind_m_s = np.hypot(*blowing.T)[:, None]
    helping = blowing @ along.T
    crossing = np.sqrt(np.maximum(wind_m_s**2 - helping**2, 0.0))
    possible = helping + np.sqrt(np.maximum(drone.max_airspeed_m_s**2 - crossing**2, 1e-6))
    kept = np.where(speed > 1e-6, np.minimum(speed, np.maximum(possible, 1e-3)), 0.0)
    airspeed = np.hypot(kept - helping, crossing)
    airspeed = np.where(speed > 1e-6, airspeed, wind_m_s)
    speeds = (0.0, drone.cruise_speed_m_s, drone.max_airspeed_m_s)
    power_w = np.interp(airspeed, speeds, (battery.hover_power_w, battery.cruise_power_w, battery.fastest_power_w))
    climbing = np.array([leg.kind in _CLIMBING for leg in flight.legs])
    power_w = power_w + np.where(climbing, battery.climbing_power_w - battery.hover_power_w, 0.0)
    taken_s = planned_s * np.where(speed > 1e-6, speed / np.maximum(kept, 1e-9), 1.0)
    return taken_s, power_w * taken_s


def find(flights: Sequence[Flight], ground: Ground) -> Iterator[Found]:
    """One finding a flight."""
    reserve_pct, wind_m_s = ground.site.rules.battery_reserve_pct, ground.site.rules.wind_m_s
    for flight in flights:
        usable_pct = 100.0 * flight.drone.battery.usable_share
        still_pct = used_pct(flight)
        used = max(still_pct, used_pct(flight, wind_m_s))
        left_pct = usable_pct - used
        if left_pct >= reserve_pct - _ROUNDING_PCT:
            continue
        still_air = STILL_AIR(used=still_pct) if used - still_pct >= 0.05 else ""
        yield found(
            "battery-reserve",
            flight,
            LOW(
                left=left_pct,
                usable=usable_pct,
                reserve=reserve_pct,
                used=used,
                wind=wind_m_s,
                still_air=still_air,
            ),
            item=len(flight.mission) - 1,
            amount=reserve_pct - left_pct,
            unit="%",
        )


RULE = Rule(
    id="battery-reserve",
    title="Battery reserve",
    explanation="At landing, [rules] battery_reserve_pct of the battery's capacity must be left of what may be drawn "
    "from it (usable_share), in a wind of [rules] wind_m_s from whatever side is worst. Power goes by airspeed, from "
    "hover_power_w over cruise_power_w to fast_power_w at max_airspeed_m_s; climbs take climb_power_w.",
    find=find,
    why="The reserve brings the drone home against more wind than the limit, or to a landing that had to wait.",
    source="Capacity, usable_share and powers in dronectl.toml: from its data sheet and the drone's own logs.",
    example="23.0 % of the usable 85 % of the battery left at landing; at least 30 % required (the flight draws 62.0 % "
    "in 5 m/s of wind, 57.1 % in still air)",
    remedy="Fly less in one sortie, or use a larger battery; 'plan build' splits the work into sorties that fit.",
)
