"""Whether the computer's clock agrees with the drone's, which GPS sets: recordings, permits and daylight go by it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from dronectl.model.text.shown_time import now, us_of
from dronectl.ops.common.waiting import ask_for
from dronectl.ops.flight.readiness.asked import AskedDrone
from dronectl.ops.flight.readiness.check import ReadinessCheck, not_evaluated
from dronectl.ops.flight.readiness.simulated import is_simulated

ID = "clock"
MOST_OFF_S = 10.0
_SYSTEM_TIME_ID = 2


async def ask(asked: AskedDrone) -> Sequence[ReadinessCheck]:
    """Has it tell its time."""
    wanted = f"within {MOST_OFF_S:g} s of the drone's GPS time"
    message = await ask_for(asked.vehicle, _SYSTEM_TIME_ID, "SYSTEM_TIME")
    its_us = 0 if message is None else int(message["time_unix_usec"])
    if not its_us:
        return (not_evaluated(ID, "the drone tells no GPS time yet", wanted, ID),)
    ahead_s = (us_of(now()) - its_us) / 1e6
    found, ok = f"this computer's is {_words(ahead_s)} the drone's", abs(ahead_s) <= MOST_OFF_S
    if not ok and await is_simulated(asked.vehicle):
        found, ok = f"{found}, which is simulated", True
    return (ReadinessCheck(ID, ok, found, wanted, ID),)


def _words(ahead_s: float) -> str:
    seconds = abs(ahead_s)
    span = f"{seconds:.1f} s" if seconds < 120 else str(timedelta(seconds=round(seconds)))
    return f"{span} {'ahead of' if ahead_s > 0 else 'behind'}"
