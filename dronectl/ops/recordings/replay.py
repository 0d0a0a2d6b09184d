"""A recording sent again at its own pace, or at any other."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from dronectl.link.signing.signer import carries_key
from dronectl.link.transport.replay_sender import open_sender

LONGEST_PAUSE_S = 2.0
"""A recording may hold hours in which nothing was heard: no gap is replayed longer, unless it is asked for."""
_FRAMES_AT_ONCE = 50
"""As fast as possible, too, others on the loop and the sockets get their turn."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """``frames``: how many were sent. ``shortened_s``: what was left out of gaps, in seconds of the recording."""

    frames: int
    shortened_s: float


async def replay(
    frames: Iterable[tuple[int, bytes]], url: str, *, speed: float = 1.0, longest_pause_s: float = LONGEST_PAUSE_S
) -> Replayed:
    """Sends each (time in unix µs, frame) to ``url`` when it is due. ``speed``: recorded seconds per second, infinite
    for as fast as possible. Late frames are sent at once and delay none behind them.

    Raises:
        InputError: a wrong URL. NoAnswer: the other end cannot be reached.
    """
    sent, shortened_s = 0, 0.0
    previous_us: int | None = None
    loop = asyncio.get_running_loop()
    async with open_sender(url) as send:
        due_s = loop.time()
        for t_us, frame in frames:
            if previous_us is not None:
                gap_s = max(0, t_us - previous_us) / 1e6
                shortened_s += max(0.0, gap_s - longest_pause_s)
                due_s += min(gap_s, longest_pause_s) / speed
                if due_s > loop.time():
                    await asyncio.sleep(due_s - loop.time())
                elif sent % _FRAMES_AT_ONCE == 0:
                    await asyncio.sleep(0)
            previous_us = t_us
            if carries_key(frame):
                continue  # another program recorded how a drone was given its key: it would be given again
            send(frame)
            sent += 1
    return Replayed(sent, shortened_s)
