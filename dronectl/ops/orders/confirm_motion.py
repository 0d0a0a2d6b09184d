"""An order that the vehicle has taken is seen in how it moves, or it is said that it is not."""

from __future__ import annotations

import asyncio

from dronectl.errors import NoAnswer, NoMotion, Refused
from dronectl.link.fleet_link import VehicleLink
from dronectl.ops.common.waiting import until
from dronectl.ops.orders.motion import Motion, on_the_ground
from dronectl.ops.telemetry.streams import request_until

FOLLOWS_WITHIN_S = 15.0
"""From full speed a copter stops, or turns back, in half of that; a radio that loses frames shows it later."""
FRESH_S = 1.5
"""Positions that come so often need not be asked for: another command may have asked for more of them."""
LASTS_S = 0.5
"""So long it must be seen: one sample may be the end of what it did before."""
STREAM_HZ = 4.0
STANDS = "on the ground"


async def confirm_motion(vehicle: VehicleLink, motion: Motion, mode: str) -> str:
    """What is seen of it, in words; ``mode`` is what it was ordered into, and has shown. Only positions that come from
    now on count. A drone on the ground needs no motion.

    Raises:
        NoMotion: it moves otherwise. Refused: it is in another mode now. NoAnswer: it does not tell how it moves.
    """
    loop, state, name = asyncio.get_running_loop(), vehicle.state, vehicle.name
    begun_s = loop.time()
    since_s: float | None = None
    words = ""

    def tells() -> bool:
        return state.position_s is not None and state.position_s > begun_s

    def is_over() -> bool:
        nonlocal since_s, words
        if state.armed is False or state.mode != mode:
            return True
        if not tells():
            return False
        words = STANDS if on_the_ground(state) else motion.seen(state)
        since_s = None if not words else state.position_s if since_s is None else since_s
        return since_s is not None and (state.position_s or 0.0) - since_s >= LASTS_S

    while not is_over() and (left_s := begun_s + FOLLOWS_WITHIN_S - loop.time()) > 0.0:
        if not await until(vehicle, is_over, min(FRESH_S, left_s)):
            heard_s = state.position_s
            if heard_s is None or loop.time() - heard_s > FRESH_S:
                await request_until(vehicle, lambda: tells() or is_over(), min(left_s, FRESH_S), rate_hz=STREAM_HZ)
    if state.armed is False:
        return STANDS
    if state.mode != mode:
        raise Refused(
            f"{name}: {mode} was set, and it is in {state.mode} now",
            hint="somebody, or a failsafe, has taken it over: 'dronectl watch' shows it",
        )
    if not tells():
        raise NoAnswer(
            f"{name}: {mode} is set; whether it moves accordingly is not known, no position came within "
            f"{FOLLOWS_WITHIN_S:g} s",
            hint="look at it; 'dronectl watch' shows what it says",
        )
    if not words:
        raise NoMotion(
            f"{name}: {mode} is set, but {motion.instead(state)}",
            hint="look at it, and order again or take it over by its transmitter",
        )
    return words
