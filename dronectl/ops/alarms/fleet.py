"""The alarms of an open fleet, told as they come and go."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta, tzinfo
from functools import partial

from dronectl.errors import DronectlError
from dronectl.link.fleet_link import VehicleLink
from dronectl.model.alarm import Alarm
from dronectl.model.ardupilot.vehicle_settings import Setting
from dronectl.model.message import Message
from dronectl.model.telemetry import TelemetryKind
from dronectl.model.text import shown_time
from dronectl.ops.alarms.cause import Clock
from dronectl.ops.alarms.expected import ExpectedFlight, GcsFailsafe
from dronectl.ops.alarms.fold import AlarmFold
from dronectl.ops.common.events import AlarmEvent, Listener, ignore
from dronectl.ops.common.parallel import to_the_end
from dronectl.ops.common.waiting import until
from dronectl.ops.parameters.settings import read_setting
from dronectl.protocol.core.machine import AUTOPILOT_COMPONENT_ID
from dronectl.protocol.vehicle.liveness import is_autopilot_heartbeat

LOOK_EVERY_S = 0.5
TELL_EVERY_S = 1.0
"""So often the words of an alarm that stands are told anew, as its figures move."""
HEARD_WITHIN_S = 600.0
SETTINGS_WITHIN_S, ASK_AGAIN_S, ASK_TIMES = 6.0, 15.0, 4
GCS_ACTIONS = {
    1: "RTL",
    2: "RTL",
    3: "SMART_RTL or RTL",
    4: "SMART_RTL or LAND",
    5: "LAND",
    6: "the landing of its mission, or RTL",
    7: "BRAKE or LAND",
}
"""What is done by the value of the ground station failsafe (https://ardupilot.org/copter/docs/gcs-failsafe.html)."""


class FleetAlarms:
    """Within: every drone's alarms are watched, and ``listener`` is told of them.

    ``expected``: what the plan makes one expect, by drone name; without it the rules that need a plan are silent.
    """

    def __init__(
        self,
        vehicles: Sequence[VehicleLink],
        expected: Mapping[str, ExpectedFlight] | None = None,
        listener: Listener = ignore,
    ) -> None:
        known = expected or {}
        self._vehicles = tuple(vehicles)
        self._listener = listener
        self.folds = {
            vehicle.name: AlarmFold(vehicle.name, vehicle.state, known.get(vehicle.name)) for vehicle in vehicles
        }
        self._unsubscribe: list[Callable[[], None]] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._told: dict[tuple[str, str], tuple[str, float]] = {}

    async def __aenter__(self) -> FleetAlarms:
        for vehicle in self._vehicles:
            self._unsubscribe.append(vehicle.subscribe(partial(self._on_message, vehicle.name)))
        self._tasks = [asyncio.create_task(self._learn(vehicle)) for vehicle in self._vehicles]
        self._tasks.append(asyncio.create_task(self._keep_looking()))
        return self

    async def __aexit__(self, *_: object) -> None:
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        for task in self._tasks:
            task.cancel()
        await to_the_end(asyncio.gather(*self._tasks, return_exceptions=True))

    @property
    def current_alarms(self) -> tuple[Alarm, ...]:
        """What is wrong now in the whole fleet, the gravest first."""
        alarms = [alarm for fold in self.folds.values() for alarm in fold.current_alarms]
        return tuple(sorted(alarms, key=lambda alarm: (not alarm.is_critical, alarm.since_s)))

    async def _learn(self, vehicle: VehicleLink) -> None:
        """What it does without a ground station, as soon as it is heard; one that does not say is left unknown."""
        flight, loop = self.folds[vehicle.name].flight, asyncio.get_running_loop()
        for _ in range(ASK_TIMES):
            await until(vehicle, lambda: vehicle.state.is_fresh(TelemetryKind.MODE, loop.time()), HEARD_WITHIN_S)
            if (known := await gcs_failsafe(vehicle)) is not None:
                flight.expected = replace(flight.expected, gcs_failsafe=known)
                return
            await asyncio.sleep(ASK_AGAIN_S)

    def _on_message(self, name: str, message: Message) -> None:
        if message.component_id != AUTOPILOT_COMPONENT_ID:
            return
        fold = self.folds[name]
        fold.on_message(message)
        if is_autopilot_heartbeat(message):
            self._look(fold)

    async def _keep_looking(self) -> None:
        while True:
            for fold in self.folds.values():
                self._look(fold)
            await asyncio.sleep(LOOK_EVERY_S)

    def _look(self, fold: AlarmFold) -> None:
        now_s = asyncio.get_running_loop().time()
        for alarm in fold.update(now_s):
            self._tell(alarm, now_s, news=True)
        for alarm in fold.current_alarms:
            words, told_s = self._told.get((alarm.drone, alarm.kind), ("", 0.0))
            if words != alarm.message and now_s - told_s >= TELL_EVERY_S:
                self._tell(alarm, now_s, news=False)

    def _tell(self, alarm: Alarm, now_s: float, *, news: bool) -> None:
        self._told[alarm.drone, alarm.kind] = (alarm.message, now_s)
        self._listener(AlarmEvent(alarm, news))


async def gcs_failsafe(vehicle: VehicleLink) -> GcsFailsafe | None:
    """What the vehicle does when it hears no ground station; None: it does not say in time."""
    try:
        async with asyncio.timeout(SETTINGS_WITHIN_S):
            action = await read_setting(vehicle, Setting.GCS_FAILSAFE)
            after_s = await read_setting(vehicle, Setting.GCS_FAILSAFE_TIMEOUT_S)
    except (DronectlError, TimeoutError):
        return None
    return GcsFailsafe(GCS_ACTIONS.get(round(action)), after_s)


def loop_clock(zone: tzinfo) -> Clock:
    """Tells the time of day of a moment of the event loop: ``12:03:10 UTC+7``."""
    loop = asyncio.get_running_loop()

    def at(moment_s: float) -> str:
        ago = timedelta(seconds=loop.time() - moment_s)
        return shown_time.clock(shown_time.now() - ago, zone, seconds=True)

    return at
