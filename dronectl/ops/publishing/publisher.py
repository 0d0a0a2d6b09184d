"""Reports as they become due: positions at a rate, states when they change, events at once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from dronectl.model.picture import DronePicture, FleetPicture
from dronectl.model.report import Report
from dronectl.ops.common.events import Event, PictureEvent
from dronectl.ops.publishing.reports import event_report, position_report, status_report
from dronectl.sinks.sink import Sink

STATUS_EVERY_S = 10.0
"""Also where nothing changes, so that who looks on sees that it is still told."""
_EARLY = 0.05
"""Pictures come at a pace of their own: one that is early by this share of the time between is taken."""


class Publisher:
    """A listener to a live picture and to what a person is told. It only fills queues."""

    def __init__(self, sinks: Sequence[Sink], rate_hz: float) -> None:
        self._sinks = sinks
        self._every_s = (1.0 - _EARLY) / rate_hz
        self._position_told_s = float("-inf")
        self._told: dict[str, tuple[object, float]] = {}
        self._last: FleetPicture | None = None

    def tell(self, report: Report | None) -> None:
        """To all sinks; nothing waits."""
        if report is not None:
            for sink in self._sinks:
                sink.offer(report)

    def on_event(self, event: Event) -> None:
        if isinstance(event, PictureEvent):
            self._on_picture(event.picture)
        else:
            self.tell(event_report(event, asyncio.get_running_loop().time()))

    def tell_last(self) -> None:
        """How all of them were when it ended."""
        if self._last is not None:
            for drone in self._last.drones:
                self.tell(status_report(drone, self._last.now_s))

    def _on_picture(self, picture: FleetPicture) -> None:
        self._last = picture
        if picture.now_s - self._position_told_s >= self._every_s:
            self._position_told_s = picture.now_s
            for drone in picture.drones:
                self.tell(position_report(drone))
        for drone in picture.drones:
            state = _state_of(drone)
            before, told_s = self._told.get(drone.name, (None, float("-inf")))
            if state != before or picture.now_s - told_s >= STATUS_EVERY_S:
                self._told[drone.name] = (state, picture.now_s)
                self.tell(status_report(drone, picture.now_s))


def _state_of(drone: DronePicture) -> object:
    """What of it is news when it changes; figures that move all the time are not."""
    sample, alarms = drone.sample, [(alarm.kind, alarm.is_active) for alarm in drone.alarms]
    return drone.phase, drone.leg, sample.mode, sample.armed, sample.gps_fix, sample.old, alarms
