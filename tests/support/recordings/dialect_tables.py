"""Writes formats/recordings/tlog/dialect_tables.py from pymavlink's dialect: run with tests/support on PYTHONPATH."""

from __future__ import annotations

import subprocess
import sys
import textwrap

from pymavlink.dialects.v20 import ardupilotmega as dialect
from repository import PACKAGE

TARGET = PACKAGE / "formats" / "recordings" / "tlog" / "dialect_tables.py"
MESSAGES = (
    "BATTERY_STATUS",
    "CAMERA_FEEDBACK",
    "CAMERA_IMAGE_CAPTURED",
    "CAMERA_TRIGGER",
    "FENCE_STATUS",
    "GLOBAL_POSITION_INT",
    "GPS2_RAW",
    "GPS_RAW_INT",
    "HEARTBEAT",
    "HIGH_LATENCY",
    "HIGH_LATENCY2",
    "HOME_POSITION",
    "MISSION_ITEM_REACHED",
    "STATUSTEXT",
    "SYSTEM_TIME",
    "SYS_STATUS",
    "TERRAIN_REPORT",
)
ENUMS = ("COPTER_MODE", "PLANE_MODE", "ROVER_MODE", "SUB_MODE", "TRACKER_MODE")
HEAD = '''"""What the ardupilotmega dialect says about the messages that tracks are made of. Made, not typed.

Importing the dialect itself takes longer than reading most recordings. This file is written by
tests/support/dialect_tables.py from pymavlink, and a test holds it against pymavlink.
"""

from __future__ import annotations

'''


def text() -> str:
    """The module as it should be."""
    crc = {message_id: int(message.crc_extra) for message_id, message in sorted(dialect.mavlink_map.items())}
    layouts = {}
    for message in dialect.mavlink_map.values():
        if message.msgname in MESSAGES:
            letters = bytes(message.native_format).decode("ascii").removeprefix("<")
            fields = tuple(zip(message.ordered_fieldnames, letters, message.array_lengths, strict=True))
            layouts[message.msgname] = (message.id, fields)
    enums = {}
    for enum in ENUMS:
        names = {value: entry.name for value, entry in sorted(dialect.enums[enum].items())}
        enums[enum] = {v: n.removeprefix(f"{enum}_") for v, n in names.items() if not n.endswith("_ENUM_END")}
    return (
        f"{HEAD}# fmt: off\n_MESSAGE_IDS = (\n{wrapped(list(crc))}\n)\n_SEEDS = (\n{wrapped(list(crc.values()))}\n)\n"
        "# fmt: on\n\nCRC_EXTRA: dict[int, int] = dict(zip(_MESSAGE_IDS, _SEEDS, strict=True))\n"
        '"""Seed of every message\'s checksum, by message id."""\n\n'
        "FIELDS: dict[str, tuple[int, tuple[tuple[str, str, int], ...]]] = "
        f"{dict(sorted(layouts.items()))!r}\n"
        '"""Message id, and (name, struct letter, array length) of each field in wire order."""\n\n'
        f"ENUMS: dict[str, dict[int, str]] = {enums!r}\n"
        '"""Names of values, without the enum\'s own."""\n'
    )


def wrapped(numbers: list[int]) -> str:
    """Many numbers a line."""
    return textwrap.indent(textwrap.fill(", ".join(map(str, numbers)) + ",", 114), "    ")


def main() -> None:
    """Write the module and let ruff lay it out."""
    TARGET.write_text(text(), encoding="utf-8")
    subprocess.run([sys.executable, "-m", "ruff", "format", "-q", str(TARGET)], check=True)


if __name__ == "__main__":
    main()
