"""A scenario's radio between a station at home and a vehicle: what the vehicle does where it passes nothing, and after.

The scenario's own ``Radio`` decides by where the vehicle truly is, which a second serial port tells; the station is on
the first one, and what the radio does not pass is lost both ways.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flying import (
    DO_REPOSITION,
    FLIGHT_S,
    GUIDED,
    RTL,
    heard_s,
    pass_time,
    said_s,
    stream_everything,
    take_off,
    wait_disarmed,
)
from raw_client import RawClient, offset_e7
from vehicles import HOME_LAT_DEG, HOME_LON_DEG

from dronectl.model.geo import GeoPoint
from dronectl.model.scenario import Happening, Moment, ScenarioEvent
from dronectl.sim.scenarios.radio import Radio
from dronectl.sim.scenarios.shadows import Shadow

SPEEDUP = 5
"""Heartbeats go by our clock: their pauses are to be short for the vehicle too."""
HOME = GeoPoint(HOME_LAT_DEG, HOME_LON_DEG)
SILENT_AFTER_S = 5.0
"""FS_GCS_TIMEOUT."""
RANGE_M = 60.0
TOWER = Shadow(GeoPoint.from_e7(*offset_e7(HOME_LAT_DEG, HOME_LON_DEG, 50.0, 0.0)), 8.0, 60.0)
"""50 m north of home."""
M_PER_DEG = 111_319.5


class Air:
    """Between a station and a vehicle; ``loss`` follows what the other port's SIMSTATE and position tell."""

    def __init__(self, radio: Radio, station: RawClient) -> None:
        self.radio = radio
        self.loss = 0.0
        self.quiet_since_s: float | None = None
        self._point, self._up_m = (0.0, 0.0), 0.0
        self._send, self._hear = station.send_bytes, station.hear
        station.send_bytes, station.hear = self.send, self.hear  # type: ignore[method-assign]

    def send(self, frame: bytes) -> None:
        if not self.loss:
            self._send(frame)

    def hear(self, data: bytes) -> None:
        if not self.loss:
            self._hear(data)

    def follow(self, message: Any) -> None:
        """What the second port tells."""
        if message.get_type() == "SIMSTATE":
            north, east = message.lat * 1e-7 - HOME_LAT_DEG, message.lng * 1e-7 - HOME_LON_DEG
            self._point = (north * M_PER_DEG, east * M_PER_DEG * math.cos(math.radians(HOME_LAT_DEG)))
        elif message.get_type() == "GLOBAL_POSITION_INT":
            self._up_m = message.relative_alt / 1000.0
            self.loss = self.radio.loss(self._point, self._up_m)
            if not self.loss:
                self.quiet_since_s = None
            elif self.quiet_since_s is None:
                self.quiet_since_s = message.time_boot_ms / 1000.0


@pytest.fixture
def watcher(port: Callable[[int], RawClient]) -> Iterator[RawClient]:
    """On the second serial port, silent."""
    with port(1) as client:
        client.sends_heartbeats = False
        stream_everything(client, 10)
        yield client


@contextmanager
def returns_when_silent(client: RawClient) -> Iterator[None]:
    client.set_parameter("FS_GCS_ENABLE", 1)
    try:
        yield
    finally:
        client.set_parameter("FS_GCS_ENABLE", 0)


def event(what: Happening, **figures: float) -> ScenarioEvent:
    return ScenarioEvent("radio", what, (), Moment(at_s=0.0), figures=figures)


@pytest.mark.parametrize(
    "what", [event(Happening.RADIO_RANGE, beyond_m=RANGE_M), event(Happening.RADIO_SHADOW)], ids=lambda one: one.what
)
def test_where_the_radio_passes_nothing_it_turns_back_after_five_seconds_and_comes_home(
    ready: RawClient, watcher: RawClient, what: ScenarioEvent
) -> None:
    radio = Radio(HOME, [TOWER])
    radio.begin(what)
    with returns_when_silent(ready):
        take_off(ready, 10.0)
        fly_north(ready, 400.0)
        told = ready.talk()
        air = Air(radio, ready)
        turned_s = follow_until_it_returns(watcher, air)
        assert air.quiet_since_s is not None
        assert SILENT_AFTER_S - 1.0 < turned_s - air.quiet_since_s < SILENT_AFTER_S + 2.5
        seen = watcher.talk()
        keep_following(watcher, air)
        assert "GCS Failsafe Cleared" in seen.texts()
        assert "GCS Failsafe" not in [text for text in told.texts() if "Cleared" not in text], (
            "it was not heard to say so"
        )
        place = watcher.last("SIMSTATE")
        assert abs(place.lat * 1e-7 - HOME_LAT_DEG) * M_PER_DEG < 3.0


def test_a_link_that_is_cut_brings_it_home(ready: RawClient, port: Callable[[int], RawClient]) -> None:
    """The station is on the second port, and its connection ends; the first one is silent and listens."""
    with returns_when_silent(ready):
        station = port(1)
        take_off(ready, 10.0)
        ready.sends_heartbeats = False
        stream_everything(ready, 10)
        talk = ready.talk()
        pass_time(ready, 2 * SILENT_AFTER_S)
        assert ready.mode() == GUIDED, "it hears the station"
        station.close()
        cut_s = heard_s(ready)
        assert SILENT_AFTER_S - 1.5 < said_s(talk, "GCS Failsafe") - cut_s < SILENT_AFTER_S + 2.5
        wait_disarmed(ready, 2 * FLIGHT_S)
        assert ready.mode() == RTL


def fly_north(client: RawClient, north_m: float) -> None:
    x, y = offset_e7(HOME_LAT_DEG, HOME_LON_DEG, north_m, 0.0)
    client.command_int(DO_REPOSITION, 6, (-1.0, 1.0, 0.0, 0.0), x, y, 10.0)


def follow_until_it_returns(watcher: RawClient, air: Air) -> float:
    """By the vehicle's clock."""
    last_s = 0.0

    def is_back(message: Any) -> bool:
        nonlocal last_s
        air.follow(message)
        if message.get_type() == "GLOBAL_POSITION_INT":
            last_s = message.time_boot_ms / 1000.0
        return bool(message.get_type() == "HEARTBEAT" and message.autopilot == 3 and message.custom_mode == RTL)

    watcher.talk().wait_until(is_back, "RTL", 2 * FLIGHT_S)
    return last_s


def keep_following(watcher: RawClient, air: Air) -> None:
    """Until it has landed and stopped its motors."""

    def is_down(message: Any) -> bool:
        air.follow(message)
        return bool(message.get_type() == "HEARTBEAT" and message.autopilot == 3 and not message.base_mode & 128)

    watcher.talk().wait_until(is_down, "disarming", 3 * FLIGHT_S)
