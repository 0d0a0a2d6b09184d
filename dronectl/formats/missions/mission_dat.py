"""ArduPilot's ``mission.dat``, ``fence.dat`` and ``rally.dat``: what it offers under ``@MISSION/`` over MAVLink FTP.

Little-endian: a header of five 16-bit numbers (magic 0x763d, MAV_MISSION_TYPE, options, number of the first item, count
of items), then the payload of a MISSION_ITEM_INT (MAVLink message 73) for each, never shortened: 38 bytes. Bit 0 of
the options asks ArduPilot to keep the mission that it has. Source: ArduPilot, libraries/AP_Filesystem; MAVLink,
common.xml. Item 0 of a mission is home, as on the wire.

What ArduCopter 4.5 itself gives out under these names leaves some fields unset (seen on SITL): fence and rally items
say 0 for number, mission type and autocontinue, fence items for the frame too; a mission item without a place has
leftovers of the item before it where the place and altitude would be; on 4.6 these, and each mission item's type, are
whatever stood in its memory. They are read as what they mean.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass, replace

from dronectl.errors import InputError
from dronectl.formats.missions.wpl import MAX_ITEMS
from dronectl.formats.text.places import FLOAT32_MAX
from dronectl.model.ardupilot.stored_items import ACCEPTED_COMMANDS, COMMANDS_WITH_PLACE, canonical_item
from dronectl.model.plan.mission import Frame, Mission, MissionItem, MissionType

MAGIC = 0x763D
_HEADER = struct.Struct("<5H")
_ITEM = struct.Struct("<4f2if2H6B")
_FLOAT32 = struct.Struct("<f")
_KEEP_THE_REST = 1
_ANY_VEHICLE = (0, 0)
"""Target system and component: whoever reads the file."""
_ENOUGH_DIGITS = 9
"""Significant digits that tell every float32 from the next."""


def read_mission_dat(data: bytes, *, source: str) -> Mission:
    """The mission, fence or rally points of a file; which of them is told by its header.

    Numbers that are float32 in the file become the shortest decimals that give the same float32: 30.12 stays 30.12.

    Raises:
        InputError: another file, cut off, a part of a mission, or a number that is none; with the item or the byte.
    """
    header = _header(data, source)
    found, wanted = len(data) - _HEADER.size, header.count * _ITEM.size
    if found != wanted:
        raise InputError(
            f"{source}: found {found} bytes of items, {wanted} are wanted for {header.count} items",
            hint="the file is cut off or was changed: fetch it again",
        )
    items = []
    for seq in range(header.count):
        where = f"{source}: item {seq} (byte {_HEADER.size + seq * _ITEM.size})"
        items.append(_item(data, seq, header.mission_type, where))
    return Mission(tuple(items), header.mission_type)


def write_mission_dat(mission: Mission) -> bytes:
    """The file's bytes. Parameters and altitudes become float32; an unset (NaN) parameter stays NaN.

    Raises:
        InputError: more items than a file can have, or a number that float32 or MISSION_ITEM_INT cannot hold.
    """
    if len(mission) > MAX_ITEMS:
        raise InputError(f"found {len(mission)} items, a mission.dat takes {MAX_ITEMS}")
    parts = [_HEADER.pack(MAGIC, mission.mission_type, 0, 0, len(mission))]
    for seq, item in enumerate(mission.items):
        try:
            parts.append(_packed(item, seq, mission.mission_type))
        except (struct.error, OverflowError) as error:
            raise InputError(f"item {seq} ({item.command_name()}): a number does not fit MAVLink: {error}") from error
    return b"".join(parts)


@dataclass(frozen=True, slots=True)
class _Header:
    mission_type: MissionType
    count: int


def _header(data: bytes, source: str) -> _Header:
    if len(data) < _HEADER.size:
        raise InputError(f"{source}: found {len(data)} bytes, at least the {_HEADER.size} of the header are wanted")
    magic, mission_type, options, start, count = _HEADER.unpack_from(data)
    if magic != MAGIC:
        raise InputError(
            f"{source}: starts with 0x{magic:04x}, 0x{MAGIC:04x} is wanted", hint="is it ArduPilot's mission.dat?"
        )
    if mission_type not in tuple(MissionType):
        raise InputError(f"{source}: header: data type is {mission_type}, 0 mission, 1 fence or 2 rally is wanted")
    if start or options & _KEEP_THE_REST:
        raise InputError(
            f"{source}: header: holds {count} items from number {start} on, to go into a mission on board",
            hint="fetch the whole mission",
        )
    if count > MAX_ITEMS:
        raise InputError(f"{source}: header: {count} items, more than {MAX_ITEMS}")
    return _Header(MissionType(mission_type), count)


def _item(data: bytes, seq: int, mission_type: MissionType, where: str) -> MissionItem:
    raw = data[_HEADER.size + seq * _ITEM.size :][: _ITEM.size]
    if not any(raw):
        raise InputError(f"{where}: nothing but zeros", hint="the file was not written to its end: fetch it again")
    p1, p2, p3, p4, x, y, z, its_seq, command, _system, _component, frame, _current, autocontinue, its_type = (
        _ITEM.unpack(raw)
    )
    is_mission = mission_type is MissionType.MISSION
    if its_seq != seq and (is_mission or its_seq):
        raise InputError(f"{where}: has number {its_seq}, {seq} is wanted")
    if its_type not in (mission_type, 0) and not is_mission:
        raise InputError(f"{where}: is of mission type {its_type}, the header says {int(mission_type)}")
    if is_mission and not math.isfinite(z) and _has_no_place(command):
        z = 0.0
    if not math.isfinite(z) or any(math.isinf(value) for value in (p1, p2, p3, p4)):
        raise InputError(f"{where}: a parameter or the altitude is no finite number")
    params = (shortest(p1), shortest(p2), shortest(p3), shortest(p4))
    item = MissionItem(command, frame, *params, x, y, shortest(z), bool(autocontinue))
    if is_mission:
        return _without_leftovers(item)
    if its_type == mission_type:
        return item
    is_fence = mission_type is MissionType.FENCE
    return replace(item, autocontinue=True, frame=int(Frame.GLOBAL_RELATIVE_ALT) if is_fence else frame)


def _has_no_place(command: int) -> bool:
    return command in ACCEPTED_COMMANDS and command not in COMMANDS_WITH_PLACE


def _without_leftovers(item: MissionItem) -> MissionItem:
    """Place and altitude are 0 where they mean nothing for this command."""
    if not _has_no_place(item.command):
        return item
    kept = canonical_item(item, 1)
    return replace(item, lat_e7=kept.lat_e7, lon_e7=kept.lon_e7, altitude_m=kept.altitude_m)


def _packed(item: MissionItem, seq: int, mission_type: MissionType) -> bytes:
    for value in (*item.params, item.altitude_m):
        if abs(value) > FLOAT32_MAX:
            raise OverflowError(f"{value:g}")
    if math.isnan(item.altitude_m):
        raise OverflowError("the altitude is not a number")
    return _ITEM.pack(
        *item.params,
        item.lat_e7,
        item.lon_e7,
        item.altitude_m,
        seq,
        item.command,
        *_ANY_VEHICLE,
        item.frame,
        int(seq == 0),
        int(item.autocontinue),
        mission_type,
    )


def shortest(value: float) -> float:
    """The decimal of fewest digits that is the same float32 as ``value``, which is one."""
    if not math.isfinite(value):
        return value
    bits = _FLOAT32.pack(value)
    for digits in range(1, _ENOUGH_DIGITS):
        short = float(f"{value:.{digits}g}")
        if abs(short) <= FLOAT32_MAX and _FLOAT32.pack(short) == bits:
            return short
    longest = float(f"{value:.{_ENOUGH_DIGITS}g}")
    return longest if abs(longest) <= FLOAT32_MAX else value
