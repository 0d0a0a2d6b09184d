"""Whether the computer's clock agrees with the drone's, which GPS sets: recordings, permits and daylight go by it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from dronectl.errors import NoAnswer, UnknownName
from dronectl.link.fleet_link import VehicleLink
from dronectl.model.ardupilot.vehicle_settings import Setting
from dronectl.model.message import Message
from dronectl.model.text.shown_time import now, us_of
from dronectl.ops.common.waiting import until
from dronectl.ops.flight.readiness.asked import AskedDrone
from dronectl.ops.flight.readiness.check import ReadinessCheck, not_evaluated
from dronectl.ops.parameters.settings import read_setting

ID = "clock"
MOST_OFF_S = 10.0
WITHIN_S = 8.0


async def ask(asked: AskedDrone) -> Sequence[ReadinessCheck]:
    """Looks at the next SYSTEM_TIME that has a time in it."""
    ahead_s: list[float] = []

    def on_message(message: Message) -> None:
        if message.name == "SYSTEM_TIME" and int(message["time_unix_usec"]):
            ahead_s.append((us_of(now()) - int(message["time_unix_usec"])) / 1e6)

    unsubscribe = asked.vehicle.subscribe(on_message)
    try:
        await until(asked.vehicle, lambda: bool(ahead_s), WITHIN_S)
    finally:
        unsubscribe()
    wanted = f"within {MOST_OFF_S:g} s of the drone's GPS time"
    if not ahead_s:
        return (not_evaluated(ID, "the drone tells no GPS time yet", wanted, ID),)
    found, ok = f"this computer's is {_words(ahead_s[-1])} the drone's", abs(ahead_s[-1]) <= MOST_OFF_S
    if not ok and await _is_simulated(asked.vehicle):
        found, ok = f"{found}, which is simulated", True
    return (ReadinessCheck(ID, ok, found, wanted, ID),)


async def _is_simulated(vehicle: VehicleLink) -> bool:
    """Whether ArduPilot simulates itself there; its clock then begins and runs as it was told to."""
    try:
        await read_setting(vehicle, Setting.SIMULATION_PACE)
    except (UnknownName, NoAnswer):
        return False
    return True


def _words(ahead_s: float) -> str:
    seconds = abs(ahead_s)
    span = f"{seconds:.1f} s" if seconds < 120 else str(timedelta(seconds=round(seconds)))
    return f"{span} {'ahead of' if ahead_s > 0 else 'behind'}"
