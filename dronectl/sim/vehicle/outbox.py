"""What a vehicle has to say: packed frames in the order they are to leave."""

from __future__ import annotations

from collections.abc import Callable

from dronectl.sim.vehicle.dialect import Packet, mavlink

EMERGENCY, ALERT, CRITICAL, ERROR, WARNING, NOTICE, INFO, DEBUG = range(8)
"""MAV_SEVERITY."""

_TEXT_LENGTH = 50


class Outbox:
    """Packs messages at once, so that sequence numbers show their order. Closed, it forgets what it is given."""

    def __init__(self, system_id: int) -> None:
        self._codec = mavlink.MAVLink(None, srcSystem=system_id, srcComponent=mavlink.MAV_COMP_ID_AUTOPILOT1)
        self._frames: list[bytes] = []
        self._text_id = 0
        self.is_open = True
        self.on_text: Callable[[str], None] = lambda _text: None
        """Hears every text, also while nobody is connected."""

    def send(self, message: Packet) -> None:
        if self.is_open:
            self._frames.append(bytes(message.pack(self._codec)))
            self._codec.seq = (self._codec.seq + 1) % 256

    def pass_on(self, frame: bytes) -> None:
        """Somebody else's frame, as it came."""
        if self.is_open:
            self._frames.append(frame)

    def text(self, severity: int, text: str) -> None:
        """A STATUSTEXT; one longer than 50 bytes is sent in numbered chunks."""
        self.on_text(text)
        data = text.encode()
        if len(data) <= _TEXT_LENGTH:
            self.send(mavlink.MAVLink_statustext_message(severity, data))
            return
        self._text_id = self._text_id % 65535 + 1
        # A last chunk that is full would look unfinished: the end is marked by a NUL.
        chunks = range(len(data) // _TEXT_LENGTH + 1)
        for number in chunks:
            piece = data[number * _TEXT_LENGTH : (number + 1) * _TEXT_LENGTH]
            self.send(mavlink.MAVLink_statustext_message(severity, piece, self._text_id, number))

    def take(self) -> list[bytes]:
        """Everything packed since the last call."""
        frames, self._frames = self._frames, []
        return frames
