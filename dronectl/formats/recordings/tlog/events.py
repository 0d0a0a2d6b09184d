"""What a telemetry log tells besides positions: modes, arming, texts, waypoints, photographs, fences."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dronectl.formats.recordings.flight_samples import fence_words, is_a_place
from dronectl.formats.recordings.text_pieces import joined_texts
from dronectl.formats.recordings.tlog.clock import Clock
from dronectl.formats.recordings.tlog.frames import Rows
from dronectl.formats.recordings.tlog.heartbeats import ARMED
from dronectl.formats.recordings.tlog.modes import PX4, mode_name
from dronectl.model.degrees import E7
from dronectl.model.track.track import EventKind, TrackEvent

if TYPE_CHECKING:
    from dronectl.model.track.photograph import Photograph

_LATE_FEEDBACK_US = 5_000_000
_FEEDBACK_FIELDS = ("alt_msl", "alt_rel", "roll", "pitch")
_BITS_OF_BREACH = {1: 8, 2: 1, 3: 2 | 4}  # FENCE_BREACH: MINALT, MAXALT, BOUNDARY
_BREACH_UNKNOWN = 1 << 7

OffsetEvent = tuple[int, EventKind, str]
"""Place in the file, what, and in words."""


def events_of(rows: Mapping[str, Rows], clock: Clock, begin: int, end: int) -> tuple[TrackEvent, ...]:
    """What one vehicle told between two places in the file, in the order of its time."""
    found: list[OffsetEvent] = [
        *_mode_events(rows, begin, end),
        *_high_latency_modes(rows, begin, end),
        *_texts(rows, begin, end),
        *_fence_events(rows, begin, end),
    ]
    reached = rows["MISSION_ITEM_REACHED"].between(begin, end)
    for offset, seq in zip(reached.offset.tolist(), reached.fields["seq"].tolist(), strict=True):
        found.append((offset, EventKind.WAYPOINT, f"waypoint {seq}"))
    message, number = _photo_message(rows)
    photos = rows[message].between(begin, end)
    for offset, photo in zip(photos.offset.tolist(), photos.fields[number].tolist(), strict=True):
        found.append((offset, EventKind.PHOTO, f"photo {photo}"))
    found.sort(key=lambda event: event[0])
    utc_us = clock.utc_us_at(np.array([offset for offset, _, _ in found], np.int64))
    times = utc_us.astype("datetime64[us]")
    return tuple(TrackEvent(time, kind, text) for time, (_, kind, text) in zip(times, found, strict=True))


def photographs_of(rows: Mapping[str, Rows], clock: Clock, begin: int, end: int) -> tuple[Photograph, ...]:
    """Photographs whose place is told, each once. Its own UTC counts where it agrees with the vehicle's clock."""
    message, number = _photo_message(rows)
    photos = rows[message].between(begin, end)
    match message:
        case "CAMERA_FEEDBACK":
            told_us, lat_deg, lon_deg, *columns = _by_feedback(photos.fields)
        case "CAMERA_IMAGE_CAPTURED":
            told_us, lat_deg, lon_deg, *columns = _by_camera(photos.fields)
        case _:
            return ()
    from dronectl.model.track.photograph import Photograph  # most flights have none

    heard_us = clock.utc_us_at(photos.offset)
    utc_us = np.where(np.abs(told_us - heard_us) < _LATE_FEEDBACK_US, told_us, heard_us)
    times, numbers = utc_us.astype("datetime64[us]"), photos.fields[number].tolist()
    all_photographs = zip(
        times, numbers, lat_deg.tolist(), lon_deg.tolist(), *(c.tolist() for c in columns), strict=True
    )
    photographs = {
        photograph[:2]: Photograph(*photograph)
        for photograph in itertools.compress(all_photographs, is_a_place(lat_deg, lon_deg))
    }
    return tuple(sorted(photographs.values(), key=lambda photograph: photograph.time_utc))


def _photo_message(rows: Mapping[str, Rows]) -> tuple[str, str]:
    """The message that tells this vehicle's photographs best, and its field with their number.

    The autopilot tells each with its own place; a camera with a MAVLink interface does so itself; a mere trigger tells
    no place. All of them may come together, for one photograph.
    """
    if len(rows["CAMERA_FEEDBACK"]):
        return "CAMERA_FEEDBACK", "img_idx"
    if len(rows["CAMERA_IMAGE_CAPTURED"]):
        return "CAMERA_IMAGE_CAPTURED", "image_index"
    return "CAMERA_TRIGGER", "seq"


def _by_feedback(fields: NDArray[np.void]) -> tuple[NDArray[np.float64], ...]:
    """UTC, latitude, longitude, both heights, roll, pitch and yaw (degrees)."""
    told_us = fields["time_usec"].astype(np.float64)
    attitude = (fields[name].astype(np.float64) for name in _FEEDBACK_FIELDS)
    with np.errstate(invalid="ignore"):
        yaw_deg = fields["yaw"].astype(np.float64) % 360.0  # since ArduCopter 4.7 from -180
    return told_us, fields["lat"] / E7, fields["lng"] / E7, *attitude, yaw_deg


def _by_camera(fields: NDArray[np.void]) -> tuple[NDArray[np.float64], ...]:
    """The same. Heights are in millimetres there; the attitude is the camera's, and the aircraft's is not told: NaN."""
    untold = (np.full(len(fields), np.nan),) * 3
    heights = (fields["alt"] / 1000, fields["relative_alt"] / 1000)
    return fields["time_utc"].astype(np.float64), fields["lat"] / E7, fields["lon"] / E7, *heights, *untold


def _mode_events(rows: Mapping[str, Rows], begin: int, end: int) -> Iterator[OffsetEvent]:
    """Arming and changes of mode. Between the last heartbeat before arming and the first after it the mode is the
    latter's: a flight begins in it."""
    heartbeats = rows["HEARTBEAT"].between(begin, end + 1)
    fields = heartbeats.fields
    armed = ((fields["base_mode"] & ARMED) != 0).tolist()
    modes = zip(*(fields[name].tolist() for name in ("type", "autopilot", "custom_mode")), strict=True)
    was_armed: bool | None = None
    mode_before = ""
    for offset, is_armed, kind_and_mode in zip(heartbeats.offset.tolist(), armed, modes, strict=True):
        if was_armed is not None and is_armed != was_armed:
            kind = EventKind.ARMED if is_armed else EventKind.DISARMED
            yield offset, kind, str(kind)
        was_armed = is_armed
        mode = mode_name(*kind_and_mode)
        if is_armed and mode != mode_before:
            yield offset if mode_before else begin, EventKind.MODE, mode
            mode_before = mode


def _high_latency_modes(rows: Mapping[str, Rows], begin: int, end: int) -> Iterator[OffsetEvent]:
    """Changes of mode where a satellite link carries no heartbeats."""
    if len(rows["HEARTBEAT"]):
        return
    told = rows["HIGH_LATENCY2"].between(begin, end)
    columns = (told.fields[name].tolist() for name in ("type", "autopilot", "custom_mode"))
    before = ""
    for offset, vehicle_type, autopilot, custom_mode in zip(told.offset.tolist(), *columns, strict=True):
        if autopilot == PX4:
            custom_mode <<= 16  # it sends the upper half alone
        mode = mode_name(vehicle_type, autopilot, custom_mode)
        if mode != before:
            yield offset if before else begin, EventKind.MODE, mode
            before = mode


def _fence_events(rows: Mapping[str, Rows], begin: int, end: int) -> Iterator[OffsetEvent]:
    """Changes between broken and respected."""
    told = rows["FENCE_STATUS"].between(begin, end)
    was_broken = False
    columns = (told.offset, told.fields["breach_status"], told.fields["breach_type"])
    for offset, status, breach_type in zip(*(column.tolist() for column in columns), strict=True):
        if bool(status) != was_broken:
            bits = _BITS_OF_BREACH.get(breach_type, _BREACH_UNKNOWN) if status else 0
            yield offset, EventKind.FENCE, fence_words(bits)
        was_broken = bool(status)


def _texts(rows: Mapping[str, Rows], begin: int, end: int) -> Iterator[OffsetEvent]:
    """Status texts, the chunks of long ones joined, whatever comes in between."""
    fields = (told := rows["STATUSTEXT"].between(begin, end)).fields
    columns = (told.offset, fields["id"], fields["chunk_seq"], fields["text"])
    for offset, text in joined_texts(zip(*(column.tolist() for column in columns), strict=True)):
        yield offset, EventKind.TEXT, text
