"""Which of a vehicle's serial ports a frame leaves by, and with which sequence number.

ArduPilot answers where it was asked and says the rest on all of its ports; each port counts its frames for itself.
A ground station's heartbeat goes on as it came, to the ports by which that station was never heard (ArduPilot's
``MAVLink_routing::handle_heartbeat``), so that ground stations on two radios know of each other.
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


_TO_WHO_UPLOADED = b"Flight plan received"
"""The one text that does not go to all ports (``MissionItemProtocol_Waypoints::complete``): who flies by another radio
does not hear of an upload."""
_TYPE_AT = 14
"""Where HEARTBEAT.type is in a frame of MAVLink 2."""


def is_passed_on(frame: bytes) -> bool:
    """Whether a frame that leaves is somebody else's: a ground station's heartbeat."""
    is_heartbeat = frame[0] == mavlink.PROTOCOL_MARKER_V2 and not any(frame[7:10])
    return is_heartbeat and frame[_TYPE_AT] == mavlink.MAV_TYPE_GCS


class Ports:
    """One vehicle's ports, told apart by their channel numbers."""

    def __init__(self) -> None:
        self._asked_on: dict[int, int] = {}
        self._sent: dict[int, int] = {}
        self._heard_on: dict[tuple[int, int], set[int]] = {}
        """The channels by which each ground station, by system and component id, was heard."""

    def leaves_by(self, channel: int, frame: bytes, asked_on: int | None) -> bool:
        """Whether this frame is for this channel.

        ``asked_on``: where the bytes came from that it answers; None for what the vehicle says by itself, such as the
        next request of an upload, which goes where the last one went.
        """
        if is_passed_on(frame):
            heard_on = self._heard_on.setdefault((frame[5], frame[6]), set())
            if asked_on is not None:
                heard_on.add(asked_on)
            return channel not in heard_on
        message_id = int.from_bytes(frame[7:10], "little")
        is_upload = message_id in _UPLOAD or _TO_WHO_UPLOADED in frame
        if message_id not in _ANSWERS and not is_upload:
            return True
        kind = _UPLOAD[0] if is_upload else message_id
        if asked_on is not None:
            self._asked_on[kind] = asked_on
        return self._asked_on.get(kind) in (None, channel)

    def numbered(self, frame: bytes, channel: int) -> bytes:
        """An unsigned frame with this port's own sequence number; one that is passed on keeps the one that it has."""
        if is_passed_on(frame):
            return frame
        number = self._sent.get(channel, 0)
        self._sent[channel] = (number + 1) % 256
        body = bytearray(frame[:-2])
        body[4] = number
        extra = mavlink.mavlink_map[int.from_bytes(frame[7:10], "little")].crc_extra
        return bytes(body) + int(mavlink.x25crc(bytes(body[1:]) + bytes([extra])).crc).to_bytes(2, "little")
