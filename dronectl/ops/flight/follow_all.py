"""All drones of a flight followed to their landing; and called home, again and again, when somebody says so."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress

from dronectl.errors import DronectlError, Interrupted
from dronectl.ops.alarms.last_heard import last_heard
from dronectl.ops.common.events import Listener, Note
from dronectl.ops.common.parallel import named
from dronectl.ops.flight.drone_flight import DroneFlight
from dronectl.ops.flight.follow import Follower
from dronectl.ops.orders import orders

ORDER_AGAIN_S = 1.0
DISARM_AGAIN_S = 10.0
COMING_DOWN = frozenset({"RTL", "SMART_RTL", "AUTO_RTL", "LAND"})
"""Who returns or lands already is left alone: a failsafe that lands knows why it does not return."""


async def follow_all(
    followers: Mapping[str, Follower], stop: asyncio.Event, listener: Listener, *, come_home: bool
) -> tuple[DroneFlight, ...]:
    """Until all have landed or are given up; once ``stop`` is set, or at once, all are ordered home.

    Raises:
        Interrupted: cancelled; who was in the air goes on by itself.
    """
    helper = asyncio.create_task(_bring_home(None if come_home else stop, list(followers.values()), listener))
    try:
        return tuple(await asyncio.gather(*(follower.follow() for follower in followers.values())))
    except asyncio.CancelledError:
        flying = [follower for follower in followers.values() if follower.vehicle.state.armed]
        left = [follower.vehicle.name for follower in flying]
        last = "".join(f"; {follower.vehicle.name} {follower.seen_last}" for follower in flying)
        where = f"left to their missions and failsafes: {', '.join(left)}{last}" if left else "every drone has landed"
        details = {"left": left, "last": [last_heard(follower.alarms.flight).as_json() for follower in flying]}
        raise Interrupted(
            f"stopped by the user; {where}", hint="'dronectl watch' shows them", details=details
        ) from None
    finally:
        helper.cancel()
        with suppress(asyncio.CancelledError):
            await helper


async def _bring_home(stop: asyncio.Event | None, followers: Sequence[Follower], listener: Listener) -> None:
    """Orders every armed drone home, again and again until its heartbeat shows that it comes: links fall and return.
    One that lies on the ground is disarmed instead: an order to fly would start what is left of it."""
    if stop is not None:
        await stop.wait()
    now_s = asyncio.get_running_loop().time()
    for follower in followers:
        follower.called_back_s = now_s
    if any(follower.vehicle.state.armed and not follower.has_crashed for follower in followers):
        text = "every drone in the air returns to launch; press Ctrl-C again to leave them"
        listener(Note(text, level="warning"))

    async def order_down(follower: Follower) -> None:
        vehicle, told = follower.vehicle, ""
        while vehicle.state.armed and not follower.done.is_set():
            try:
                if follower.has_crashed:
                    listener(Note(await orders.disarm_crashed(vehicle), level="warning"))
                    await asyncio.sleep(DISARM_AGAIN_S)
                elif vehicle.state.mode not in COMING_DOWN:
                    await orders.rtl(vehicle)
                else:
                    await asyncio.sleep(ORDER_AGAIN_S)
            except DronectlError as error:
                if error.message != told:
                    told = error.message
                    listener(Note(f"{named(error, vehicle.name).message}; ordered again until it comes", level="error"))
                await asyncio.sleep(ORDER_AGAIN_S)

    await asyncio.gather(*(order_down(follower) for follower in followers))
