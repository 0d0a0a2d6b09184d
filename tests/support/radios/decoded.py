"""What bytes on a wire say."""

from __future__ import annotations

from dronectl.link.codec import FrameParser
from dronectl.model.message import Message


def decode_all(data: bytes) -> list[Message]:
    """Every known message in these bytes."""
    frames = FrameParser().feed(data)
    return [message for frame in frames if (message := frame.message()) is not None]
