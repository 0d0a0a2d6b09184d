"""Does what was read back equal what was sent, after what ArduPilot is known to make of an item?"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator

from dronectl.model.ardupilot.releases import kept_forms
from dronectl.model.plan.mission import Mission, MissionItem, MissionType


def differences(sent: Mission, on_board: Mission, firmware: str | None = None) -> list[str]:
    """What differs, one line each, nothing when they are equal.

    ``firmware`` is that of the vehicle (``4.7.0``); unknown, what any release makes of an item counts as equal.

    Item 0 of a mission is left out: it is the vehicle's own home, which no upload sets; so a mission of nothing but
    home equals an empty one. Of fence items only command, size and place count, of rally points place and altitude in
    whole metres: that is what the vehicle stores.
    """
    first = 1 if sent.mission_type is MissionType.MISSION else 0
    sent_count, held_count = max(len(sent) - first, 0), max(len(on_board) - first, 0)
    lines: list[str] = []
    if sent_count != held_count:
        lines.append(f"{held_count} items on board instead of {sent_count}")
    for seq in range(first, min(len(sent), len(on_board))):
        wanted, held = sent.items[seq], on_board.items[seq]
        forms = kept_forms(wanted, seq, sent.mission_type, firmware) if wanted.is_finite() else (wanted,)
        of_each = [", ".join(_item_differences(wanted, form, held, sent.mission_type)) for form in forms]
        found = "" if "" in of_each else of_each[-1]
        if found:
            lines.append(f"item {seq}: {found}")
    return lines


def same_items(sent: Mission, on_board: Mission, firmware: str | None = None) -> bool:
    return not differences(sent, on_board, firmware)


def _item_differences(
    sent: MissionItem, wanted: MissionItem, held: MissionItem, mission_type: MissionType
) -> Iterator[str]:
    """``wanted`` is what the vehicle makes of ``sent``; what is held as it was sent is right in any case."""
    if held == sent:
        return
    if sent.command != held.command:
        yield f"{held.command_name()} instead of {sent.command_name()}"
        return
    if wanted.lat_e7 != held.lat_e7:
        yield f"latitude {held.lat_e7 / 1e7:.7f} instead of {wanted.lat_e7 / 1e7:.7f}"
    if wanted.lon_e7 != held.lon_e7:
        yield f"longitude {held.lon_e7 / 1e7:.7f} instead of {wanted.lon_e7 / 1e7:.7f}"
    match mission_type:
        case MissionType.MISSION:
            yield from _parameter_differences(wanted, held, 4)
            if wanted.frame != held.frame:
                yield f"frame {held.frame} instead of {wanted.frame}"
            if not _same_scaled(wanted.altitude_m, held.altitude_m, 100):
                yield f"altitude {held.altitude_m:g} m instead of {wanted.altitude_m:g} m"
        case MissionType.FENCE:
            yield from _parameter_differences(wanted, held, 1)
        case MissionType.RALLY:
            if not _same_scaled(math.trunc(wanted.altitude_m), math.trunc(held.altitude_m), 1):
                yield f"altitude {held.altitude_m:g} m instead of {wanted.altitude_m:g} m"


def _parameter_differences(wanted: MissionItem, held: MissionItem, count: int) -> Iterator[str]:
    for index, (want, have) in enumerate(zip(wanted.params[:count], held.params[:count], strict=True), start=1):
        if not _same_single(want, have):
            yield f"parameter {index} is {have:g} instead of {want:g}"


def _same_single(want: float, have: float) -> bool:
    """Equal as the float32 that the wire carries; NaN equals NaN."""
    return _as_single(want) == _as_single(have) or (math.isnan(want) and math.isnan(have))


def _same_scaled(want: float, have: float, per_unit: int) -> bool:
    if not (math.isfinite(want) and math.isfinite(have)):
        return _same_single(want, have)
    return round(want * per_unit) == round(have * per_unit)


def _as_single(value: float) -> float:
    try:
        (single,) = struct.unpack("<f", struct.pack("<f", value))
    except OverflowError:
        return math.copysign(math.inf, value)
    return float(single)
