"""A recording sent again with its own timing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from dronectl.link.signing.signer import carries_key
from dronectl.link.transport.replay_sender import open_sender

LONGEST_PAUSE_S = 2.0
"""A recording may hold hours on the ground; no gap is replayed longer than this."""


async def replay(frames: Iterable[tuple[int, bytes]], url: str, *, speedup: float) -> int:
    """Sends each (time in unix µs, frame) to ``url`` and returns how many were sent.

    Raises:
        InputError: a wrong URL. NoAnswer: the other end cannot be reached.
    """
    sent = 0
    previous_us: int | None = None
    loop = asyncio.get_running_loop()
    due = loop.time()
    async with open_sender(url) as send:
        for t_us, frame in frames:
            if previous_us is not None:
                due += min(max(0, t_us - previous_us) / 1e6, LONGEST_PAUSE_S) / speedup
                if due > loop.time():
                    await asyncio.sleep(due - loop.time())
            previous_us = t_us
            if carries_key(frame):
                continue  # another program recorded how a drone was given its key: it would be given again
            send(frame)
            sent += 1
    return sent
