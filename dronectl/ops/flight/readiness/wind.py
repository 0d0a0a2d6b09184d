"""The wind, where the drone knows it: nothing flies in more than every flight was proved to bear."""

from __future__ import annotations

from collections.abc import Sequence

from dronectl.errors import Refused
from dronectl.ops.common.waiting import ask_for
from dronectl.ops.flight.readiness.asked import AskedDrone
from dronectl.ops.flight.readiness.check import ReadinessCheck, told

ID = "wind"
_WIND_ID = 168
"""WIND of the ardupilotmega dialect: what the EKF estimates, from where in degrees, and how fast."""


async def ask(asked: AskedDrone) -> Sequence[ReadinessCheck]:
    """A copter that stands on the ground rarely knows: then a person has to judge it, and is told so."""
    limit_m_s = None if asked.proved is None else asked.proved.site.rules.wind_m_s
    wanted = "" if limit_m_s is None else f"≤ {limit_m_s:g} m/s (rules.wind_m_s)"
    try:
        message = await ask_for(asked.vehicle, _WIND_ID, "WIND")
    except Refused:
        message = None
    if message is None or not float(message["speed"]):  # no estimate is told as no wind at all
        return (told(ID, "not known: the drone does not tell it on the ground; measure or judge it", wanted, ID),)
    speed_m_s, from_deg = float(message["speed"]), float(message["direction"]) % 360.0
    found = f"{speed_m_s:.1f} m/s from {from_deg:03.0f}°"
    if limit_m_s is None:
        return (told(ID, found, wanted, ID),)
    return (ReadinessCheck(ID, speed_m_s <= limit_m_s, found, wanted, ID),)
