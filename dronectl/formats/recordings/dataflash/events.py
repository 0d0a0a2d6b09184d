"""What a DataFlash log tells besides positions: arming, modes, texts, waypoints, photographs, fences."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dronectl.formats.recordings.dataflash.clock import TimedLog
from dronectl.formats.recordings.dataflash.tables import MessageTable
from dronectl.formats.recordings.flight_samples import decoded_text, fence_words, is_a_place
from dronectl.formats.recordings.text_pieces import joined_texts
from dronectl.formats.recordings.tlog.layout import enum_names
from dronectl.formats.recordings.tlog.modes import BLIMP_MODES
from dronectl.model.track.track import EventKind, TrackEvent

if TYPE_CHECKING:
    from dronectl.model.track.photograph import Photograph

_EV_ARMED, _EV_DISARMED = 10, 11  # AP_Logger LogEvent
_ERR_FENCE = 9  # AP_Logger LogErrorSubsystem: FAILSAFE_FENCE, whose code is the kinds of fence broken
_REACHED = re.compile(r"Reached (?:command|waypoint) #(\d+)")
_SHOT_COLUMNS = ("Lat", "Lng", "Alt", "RelAlt", "R", "P", "Y")
_MODES_OF_FIRMWARE = (
    ("Copter", "COPTER_MODE"),
    ("Plane", "PLANE_MODE"),
    ("Rover", "ROVER_MODE"),
    ("Sub", "SUB_MODE"),
    ("Tracker", "TRACKER_MODE"),
)
_LARGEST = 1 << 31

BootEvent = tuple[int, EventKind, str]
"""Microseconds since boot, what, and in words."""


def arming_of(log: TimedLog) -> list[tuple[int, bool]]:
    """(time since boot, armed or disarmed), in the order of time."""
    arm, events = log.table("ARM"), log.table("EV")
    if arm is not None and "ArmState" in arm:
        told = list(zip(arm.time_us.tolist(), (arm.number("ArmState") != 0).tolist(), strict=True))
    elif events is not None and "Id" in events:
        pairs = zip(events.time_us.tolist(), events.number("Id").tolist(), strict=True)
        told = [(at_us, ident == _EV_ARMED) for at_us, ident in pairs if ident in (_EV_ARMED, _EV_DISARMED)]
    else:
        return []
    return sorted(told, key=lambda change: change[0])


def all_events(log: TimedLog) -> list[BootEvent]:
    """Everything that happened, in the order of time."""
    return sorted(_events(log), key=_time)


def events_of(events: Sequence[BootEvent], begin_us: int, end_us: int, epoch_us: int) -> tuple[TrackEvent, ...]:
    """What of it happened from ``begin_us`` to ``end_us``. The mode that a flight begins in is told at that time."""
    first = bisect.bisect_left(events, begin_us, key=_time)
    found = list(events[first : bisect.bisect_right(events, end_us, key=_time)])
    begun_in = next((event for event in reversed(events[:first]) if event[1] is EventKind.MODE), None)
    if begun_in is not None and not any(at == begin_us and kind is EventKind.MODE for at, kind, _ in found):
        found.insert(0, (begin_us, EventKind.MODE, begun_in[2]))
    times = (np.array([at_us for at_us, _, _ in found], np.int64) + epoch_us).astype("datetime64[us]")
    return tuple(TrackEvent(time, kind, text) for time, (_, kind, text) in zip(times, found, strict=True))


def photographs_of(log: TimedLog, begin_us: int, end_us: int, epoch_us: int) -> tuple[Photograph, ...]:
    """Photographs with the place of the aircraft at the shutter, of all cameras."""
    table = _photos(log)
    if table is None or not {*_SHOT_COLUMNS, "Img"} <= set(table.columns):
        return ()
    from dronectl.model.track.photograph import Photograph  # most flights have none

    at_us = table.time_us
    places = is_a_place(table.number("Lat"), table.number("Lng"))
    wanted = np.flatnonzero((at_us >= begin_us) & (at_us <= end_us) & places)
    times = (at_us[wanted] + epoch_us).astype("datetime64[us]")
    values = {name: table.number(name)[wanted] for name in _SHOT_COLUMNS}
    values["Y"] = values["Y"] % 360.0  # since ArduCopter 4.7 from -180
    columns = (column.tolist() for column in values.values())
    photographs = (
        Photograph(*photograph) for photograph in zip(times, _whole(table.number("Img")[wanted]), *columns, strict=True)
    )
    return tuple(sorted(photographs, key=lambda photograph: photograph.time_utc))


def _photos(log: TimedLog) -> MessageTable | None:
    """CAM is written at the shutter: by the camera's own signal, or, where it gives none, when it was triggered; TRIG
    is the trigger where it gives one."""
    return log.table("CAM") or log.table("TRIG")


def _events(log: TimedLog) -> Iterator[BootEvent]:
    yield from _mode_events(log)
    for at_us, is_armed in arming_of(log):
        yield at_us, EventKind.ARMED if is_armed else EventKind.DISARMED, "armed" if is_armed else "disarmed"
    for at_us, text in _texts(log):
        reached = _REACHED.match(text)
        if reached:
            yield at_us, EventKind.WAYPOINT, f"waypoint {reached[1]}"
        elif text:
            yield at_us, EventKind.TEXT, text
    photos = _photos(log)
    if photos is not None:
        numbers = _whole(photos.number("Img")) if "Img" in photos else range(1, len(photos) + 1)
        for at_us, number in zip(photos.time_us.tolist(), numbers, strict=True):
            yield at_us, EventKind.PHOTO, f"photo {number}"
    errors = log.table("ERR")
    if errors is not None and {"Subsys", "ECode"} <= set(errors.columns):
        errors = errors.where(errors.number("Subsys") == _ERR_FENCE)
        for at_us, code in zip(errors.time_us.tolist(), _whole(errors.number("ECode")), strict=True):
            yield at_us, EventKind.FENCE, fence_words(code)


def _texts(log: TimedLog) -> list[tuple[int, str]]:
    """What the vehicle said, and when. Since ArduCopter 4.7 a text of more than 64 bytes is several messages."""
    table = log.table("MSG")
    if table is None or "Message" not in table:
        return []
    # A number that a damaged text log has not is 0, and the piece a text of its own.
    idents, numbers = (_whole(table.number(name)) for name in ("ID", "Seq"))
    return joined_texts(zip(table.time_us.tolist(), idents, numbers, table.columns["Message"].tolist(), strict=True))


def _mode_events(log: TimedLog) -> Iterator[BootEvent]:
    """Changes of mode."""
    table = log.table("MODE")
    column = "ModeNum" if table is not None and "ModeNum" in table else "Mode"
    if table is None or column not in table:
        return
    names = _mode_names(log)
    changes = sorted(zip(table.time_us.tolist(), table.columns[column].tolist(), strict=True), key=lambda one: one[0])
    before = ""
    for at_us, value in changes:
        mode = _mode_name(value, names)
        if mode != before:
            yield at_us, EventKind.MODE, mode
            before = mode


def _mode_names(log: TimedLog) -> dict[int, str]:
    words = " ".join(text for _, text in _texts(log)[:50])
    if "Blimp" in words:
        return BLIMP_MODES
    for firmware, enum in _MODES_OF_FIRMWARE:
        if firmware in words:
            return enum_names(enum)
    return {}


def _mode_name(value: object, names: Mapping[int, str]) -> str:
    """Binary logs hold a number; text logs a number or a name."""
    if isinstance(value, bytes):
        text = decoded_text(value)
        if not text.isdigit():
            return text
        value = int(text)
    return names.get(value, f"mode {value}") if isinstance(value, int) else f"mode {value}"


def _time(event: BootEvent) -> int:
    return event[0]


def _whole(values: NDArray[np.float64]) -> list[int]:
    numbers: list[int] = np.clip(np.nan_to_num(values), 0, _LARGEST).astype(np.int64).tolist()
    return numbers
