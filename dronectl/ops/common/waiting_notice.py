"""Waiting that says so: a person who sees nothing for ten seconds takes a program for hung."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterator
from contextlib import contextmanager

from dronectl.ops.common.events import Listener, Note, Progress

SILENCE_S = 1.5
"""So long nothing need be said: whoever answers at once has shown who it is by then."""
STAGE = "waiting"


@contextmanager
def waiting_notice(listener: Listener, drone: str, text: str, limit_s: float) -> Iterator[None]:
    """Within: after a moment a note says what is waited for; from then on the seconds up to the limit are counted."""
    loop = asyncio.get_running_loop()
    began_s, total = loop.time(), max(1, math.ceil(limit_s))
    handle: asyncio.TimerHandle | None = None

    def tick() -> None:
        nonlocal handle
        if handle is first:
            listener(Note(text))
        listener(Progress(drone, STAGE, min(int(loop.time() - began_s), total - 1), total))
        handle = loop.call_later(SILENCE_S, tick)

    first = handle = loop.call_later(SILENCE_S, tick)
    try:
        yield
    finally:
        handle.cancel()
        if handle is not first:
            listener(Progress(drone, STAGE, total, total))
