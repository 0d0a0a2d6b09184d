"""Who is heard in a telemetry log: every autopilot with its own messages, also those that share a system id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dronectl.formats.recordings.tlog.clock import Clock
from dronectl.formats.recordings.tlog.file_order import in_order_of_time
from dronectl.formats.recordings.tlog.frames import Rows
from dronectl.formats.recordings.tlog.shared_id import told_apart
from dronectl.formats.recordings.tlog.timed import HIGH_LATENCY
from dronectl.model.track.clock_facts import TimeSource

OF_CAMERAS = ("CAMERA_FEEDBACK", "CAMERA_IMAGE_CAPTURED", "CAMERA_TRIGGER")
POSITIONS = ("GLOBAL_POSITION_INT", "GPS_RAW_INT", "GPS2_RAW", *HIGH_LATENCY)
_AUTOPILOT_INVALID = 8  # MAV_AUTOPILOT_INVALID: a ground station, a gimbal, a companion computer
_NO_AIRCRAFT = (5, 6, 18, 26, 27)  # MAV_TYPE: antenna tracker, GCS, onboard controller, gimbal, ADS-B receiver
_STATIONS = 250
"""System ids from here on are ground stations' by custom."""

AllRows = Mapping[str, Rows]


@dataclass(frozen=True, slots=True)
class Vehicle:
    """``number`` of ``of`` that were heard with one system id at once."""

    system_id: int
    rows: AllRows
    clock: Clock
    number: int = 1
    of: int = 1


def vehicles_of(rows: AllRows, stamps: TimeSource) -> Iterator[Vehicle]:
    """By system id; each with its messages in the order of its time. ``stamps``: whose time they are."""
    for system_id, component_id in _senders(rows):
        own = {
            message: of_all.take(_sent_by(of_all, system_id, None if message in OF_CAMERAS else component_id))
            for message, of_all in rows.items()
        }
        apart = told_apart(own)
        for number, one in enumerate(apart, 1):
            clock = Clock(one, stamps=stamps)
            ordered = in_order_of_time(one, clock)
            if ordered is not one:
                clock = Clock(ordered, stamps=stamps)
            yield Vehicle(system_id, ordered, clock, number, len(apart))


def _senders(rows: AllRows) -> list[tuple[int, int]]:
    """(system id, component id) of every autopilot; of a system without heartbeats, who tells its position."""
    heartbeats = rows["HEARTBEAT"]
    kinds = heartbeats.fields
    is_vehicle = (kinds["autopilot"] != _AUTOPILOT_INVALID) & ~np.isin(kinds["type"], _NO_AIRCRAFT)
    found = set(_pairs(heartbeats.take(is_vehicle)))
    for name in POSITIONS:
        told = rows[name]
        mute = ~np.isin(told.system_id, heartbeats.system_id)
        if name in HIGH_LATENCY:
            mute &= told.system_id < _STATIONS
        elif name != "GLOBAL_POSITION_INT":  # of systems that nothing else tells of
            mute &= ~np.isin(told.system_id, list({system_id for system_id, _ in found}))
        found.update(_pairs(told.take(mute)))
    return sorted(found)


def _pairs(rows: Rows) -> Iterator[tuple[int, int]]:
    return zip(rows.system_id.tolist(), rows.component_id.tolist(), strict=True)


def _sent_by(rows: Rows, system_id: int, component_id: int | None) -> NDArray[np.bool_]:
    """``component_id`` None: any of that system, as a camera is one of its own."""
    sent: NDArray[np.bool_] = rows.system_id == system_id
    return sent if component_id is None else sent & (rows.component_id == component_id)
