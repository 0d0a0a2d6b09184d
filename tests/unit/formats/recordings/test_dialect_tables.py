"""The tables that reading uses instead of pymavlink's dialect say what the dialect says."""

from __future__ import annotations

import subprocess
import sys

import dialect_tables
import pytest
from pymavlink.dialects.v20 import ardupilotmega as dialect

from dronectl.formats.recordings.tlog.dialect_tables import CRC_EXTRA, ENUMS, FIELDS
from dronectl.formats.recordings.tlog.layout import payload_layout


def test_they_are_what_the_generator_makes_of_this_pymavlink() -> None:
    made: dict[str, object] = {}
    exec(dialect_tables.text(), made)
    assert (made["CRC_EXTRA"], made["FIELDS"], made["ENUMS"]) == (CRC_EXTRA, FIELDS, ENUMS)


def test_checksum_seeds_are_the_dialects() -> None:
    assert {message_id: message.crc_extra for message_id, message in dialect.mavlink_map.items()} == CRC_EXTRA


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_layouts_decode_what_the_dialect_encodes(name: str) -> None:
    message_class = getattr(dialect, f"MAVLink_{name.lower()}_message")
    assert payload_layout(name).dtype.itemsize == message_class.unpacker.size
    assert payload_layout(name).message_id == message_class.id


def test_reading_does_not_import_the_dialect() -> None:
    dialect = "pymavlink.dialects.v20.ardupilotmega"
    code = f"import sys, dronectl.formats.recordings.recording; sys.exit('{dialect}' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
