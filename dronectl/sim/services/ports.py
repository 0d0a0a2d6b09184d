"""Which of a vehicle's serial ports a frame leaves by, and with which sequence number.

ArduPilot answers where it was asked and says the rest on all of its ports; each port counts its frames for itself.
"""

from __future__ import annotations

from dronectl.sim.vehicle.dialect import mavlink

_UPLOAD = (
    mavlink.MAVLINK_MSG_ID_MISSION_REQUEST,
    mavlink.MAVLINK_MSG_ID_MISSION_REQUEST_INT,
    mavlink.MAVLINK_MSG_ID_MISSION_ACK,
)
_ANSWERS = frozenset(
    {
        *_UPLOAD,
        mavlink.MAVLINK_MSG_ID_MISSION_COUNT,
        mavlink.MAVLINK_MSG_ID_MISSION_ITEM,
        mavlink.MAVLINK_MSG_ID_MISSION_ITEM_INT,
        mavlink.MAVLINK_MSG_ID_COMMAND_ACK,
        mavlink.MAVLINK_MSG_ID_FILE_TRANSFER_PROTOCOL,
        mavlink.MAVLINK_MSG_ID_LOG_ENTRY,
        mavlink.MAVLINK_MSG_ID_LOG_DATA,
        mavlink.MAVLINK_MSG_ID_TIMESYNC,
        mavlink.MAVLINK_MSG_ID_AUTOPILOT_VERSION,
    }
)


class Ports:
    """One vehicle's ports, told apart by their channel numbers."""

    def __init__(self) -> None:
        self._asked_on: dict[int, int] = {}
        self._sent: dict[int, int] = {}

    def channel_of(self, frame: bytes, asked_on: int | None) -> int | None:
        """The channel that this frame is for; None: all of them.

        ``asked_on``: where the bytes came from that it answers; None for what the vehicle says by itself, such as the
        next request of an upload, which goes where the last one went.
        """
        message_id = int.from_bytes(frame[7:10], "little")
        if message_id not in _ANSWERS:
            return None
        kind = _UPLOAD[0] if message_id in _UPLOAD else message_id
        if asked_on is not None:
            self._asked_on[kind] = asked_on
        return self._asked_on.get(kind)

    def numbered(self, frame: bytes, channel: int) -> bytes:
        """An unsigned frame with this port's own sequence number."""
        number = self._sent.get(channel, 0)
        self._sent[channel] = (number + 1) % 256
        body = bytearray(frame[:-2])
        body[4] = number
        extra = mavlink.mavlink_map[int.from_bytes(frame[7:10], "little")].crc_extra
        return bytes(body) + int(mavlink.x25crc(bytes(body[1:]) + bytes([extra])).crc).to_bytes(2, "little")
