"""CONTROL_STATUS, which the dialect lacks, is made as the dialect makes its own messages."""

from __future__ import annotations

from pymavlink.dialects.v20 import ardupilotmega as dialect

from dronectl.link.codec import Encoder, FrameParser, checksum
from dronectl.link.control_status import definition
from dronectl.protocol.vehicle.operator_control import OperatorControl, operator_control_of


def test_the_extra_byte_is_reckoned_as_pymavlink_did_for_a_message_of_bytes() -> None:
    known = dialect.MAVLink_change_operator_control_ack_message
    text = definition(tuple((name, 0) for name in known.ordered_fieldnames), known.msgname)
    crc = checksum(text[:-1], text[-1])
    assert (crc & 0xFF) ^ (crc >> 8) == known.crc_extra


def test_there_and_back() -> None:
    fields = {"flags": 3, "gcs_main": 250, "gcs_secondary": [255, 251]}
    frame = Encoder(1, 1).encode("CONTROL_STATUS", fields)
    (heard,) = FrameParser().feed(frame)
    message = heard.message()
    assert message is not None
    assert message["gcs_secondary"] == [255, 251, *[0] * 8]
    assert operator_control_of(message) == OperatorControl(250, (255, 251))
    of_a_part = {**fields, "flags": 2}  # of a component alone: not the vehicle's
    (heard,) = FrameParser().feed(Encoder(1, 1).encode("CONTROL_STATUS", of_a_part))
    part = heard.message()
    assert part is not None
    assert operator_control_of(part) is None
