"""The vehicle's side of MAVLink 2 signing, as ArduCopter 4.5 does it (GCS_Signing.cpp, mavlink_helpers.h).

What a ground station may trip over is in here: the first serial port (channel 0, USB on a real board) lets everything
in, signed or not; a key is taken on the ground only; sixteen streams are remembered until the power goes, whatever
becomes of the key; timestamps begin a minute after the one that was stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from dronectl.sim.vehicle.dialect import Packet, mavlink

_TICKS_PER_S = 100_000
_EPOCH_UNIX_S = 1_420_070_400
_MINUTE = 60 * _TICKS_PER_S
_SAVE_EVERY_S = 30.0
_MOST_STREAMS = 16
_UNSIGNED_ANYWHERE = (mavlink.MAVLINK_MSG_ID_RADIO_STATUS, mavlink.MAVLINK_MSG_ID_RADIO)
_TRUSTED_CHANNEL = 0


@dataclass(slots=True)
class StoredKey:
    """What survives a power cycle."""

    secret: bytes = bytes(32)
    timestamp: int = 0

    @property
    def is_set(self) -> bool:
        """A key of zeros with the timestamp 0 means none; zeros with another timestamp are a key like any other."""
        return any(self.secret) or self.timestamp != 0


class Signing:
    """One vehicle's key on all of its channels (serial ports), from one boot to the next."""

    def __init__(self, stored: StoredKey) -> None:
        self.stored = stored
        self._is_on = False
        self._stamps: dict[int, int] = {}
        self._streams: dict[tuple[int, int, int], int] = {}
        self._next_save_s = _SAVE_EVERY_S
        self._load()

    @property
    def is_on(self) -> bool:
        return self._is_on

    def on_setup(self, packet: Packet) -> None:
        """A SETUP_SIGNING to a disarmed vehicle: at once on all channels."""
        self.stored.secret = bytes(packet.secret_key)
        self.stored.timestamp = packet.initial_timestamp
        self._load()

    def on_time(self, unix_s: float) -> None:
        """The first fix tells the time: timestamps go on from there if it is later."""
        now = int(unix_s - _EPOCH_UNIX_S) * _TICKS_PER_S
        for channel, stamp in self._stamps.items():
            self._stamps[channel] = max(stamp, now)
        self._save()

    def step(self, now_s: float) -> None:
        if now_s >= self._next_save_s:
            self._next_save_s = now_s + _SAVE_EVERY_S
            self._save()

    def hears(self, frame: bytes, message_id: int, channel: int) -> bool:
        """Whether a frame that came on this channel is listened to."""
        if not self._is_on:
            return True
        if frame[0] == 0xFD and frame[2] & 1 and self._is_right(frame, channel):
            return True
        return channel == _TRUSTED_CHANNEL or message_id in _UNSIGNED_ANYWHERE

    def signed(self, frame: bytes, channel: int) -> bytes:
        """A frame of ours as it leaves by this channel."""
        if not self._is_on:
            return frame
        message_id = int.from_bytes(frame[7:10], "little")
        marked = bytearray(frame[:-2])
        marked[2] |= 1
        extra = mavlink.mavlink_map[message_id].crc_extra
        marked += mavlink.x25crc(bytes(marked[1:]) + bytes([extra])).crc.to_bytes(2, "little")
        stamp = self._stamps.get(channel, self.stored.timestamp + _MINUTE)
        self._stamps[channel] = stamp + 1
        marked.append(channel)
        marked += stamp.to_bytes(8, "little")[:6]
        return bytes(marked) + sha256(self.stored.secret + marked).digest()[:6]

    def _is_right(self, frame: bytes, channel: int) -> bool:
        if sha256(self.stored.secret + frame[:-6]).digest()[:6] != frame[-6:]:
            return False
        stamp = int.from_bytes(frame[-12:-6], "little")
        own = self._stamps.setdefault(channel, self.stored.timestamp + _MINUTE)
        stream = (frame[5], frame[6], frame[-13])
        if stream not in self._streams:
            if len(self._streams) >= _MOST_STREAMS or stamp + _MINUTE < own:
                return False
        elif stamp <= self._streams[stream]:
            return False
        self._streams[stream] = stamp
        self._stamps[channel] = max(own, stamp)
        return True

    def _load(self) -> None:
        self._is_on = self.stored.is_set
        self._stamps = dict.fromkeys((0, 1), self.stored.timestamp + _MINUTE)

    def _save(self) -> None:
        if self._is_on:
            self.stored.timestamp = max(self.stored.timestamp, *self._stamps.values())
