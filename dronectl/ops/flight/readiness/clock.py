"""Whether the computer's clock agrees with the drone's, which GPS sets: recordings, permits and daylight go by it."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from datetime import timedelta

from dronectl.model.message import Message
from dronectl.model.text.shown_time import us_of
from dronectl.ops.common.waiting import until
from dronectl.ops.flight.readiness import now
from dronectl.ops.flight.readiness.asked import AskedDrone
from dronectl.ops.flight.readiness.check import ReadinessCheck, not_evaluated

ID = "clock"
MOST_OFF_S = 10.0
WITHIN_S = 8.0
LONG_ENOUGH_US = 1_000_000
"""Of the computer's clock, so that the pace of the other one shows over the jitter of a radio."""
SIMULATED_PACE = 1.5
"""No clock that GPS sets runs so fast: it is a simulation that is told to, whose time is nobody's."""


async def ask(asked: AskedDrone) -> Sequence[ReadinessCheck]:
    """Looks at SYSTEM_TIME for a second or a little more."""
    stamps: list[tuple[int, int]] = []

    def on_message(message: Message) -> None:
        if message.name == "SYSTEM_TIME" and int(message["time_unix_usec"]):
            stamps.append((us_of(now.computer_clock()), int(message["time_unix_usec"])))

    unsubscribe = asked.vehicle.subscribe(on_message)
    try:
        await until(
            asked.vehicle,
            lambda: len(stamps) >= 2 and stamps[-1][0] - stamps[0][0] >= LONG_ENOUGH_US,
            WITHIN_S,
        )
    finally:
        unsubscribe()
    return (judge(stamps),)


def judge(stamps: Sequence[tuple[int, int]]) -> ReadinessCheck:
    """``stamps``: µs since 1970 of the computer and of the drone, at the same moments."""
    wanted = f"within {MOST_OFF_S:g} s of the drone's GPS time"
    if not stamps:
        return not_evaluated(ID, "the drone tells no GPS time yet", wanted, ID)
    passed_us, its_us = (stamps[-1][side] - stamps[0][side] for side in (0, 1))
    if passed_us >= LONG_ENOUGH_US and its_us / passed_us >= SIMULATED_PACE:
        pace = its_us / passed_us
        return ReadinessCheck(ID, True, f"the drone's runs {pace:.0f} times as fast: a simulation", wanted, ID)
    off_s = statistics.median(ours - its for ours, its in stamps) / 1e6
    side = "ahead of" if off_s > 0 else "behind"
    found = f"this computer's is {_span(abs(off_s))} {side} the drone's"
    return ReadinessCheck(ID, abs(off_s) <= MOST_OFF_S, found, wanted, ID)


def _span(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 120 else str(timedelta(seconds=round(seconds)))
