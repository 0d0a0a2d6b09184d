"""What was lost of a recording, the rest of which is used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dronectl.formats.recordings.recording import Recording

TEXT_LOG = "log"
"""The format of recordings that consist of lines."""


@dataclass(frozen=True, slots=True)
class Damage:
    """As the reader counted it."""

    damaged_frames: int = 0
    """Frames that fail their checksum."""
    skipped_bytes: int = 0
    """Bytes (of a text log: lines) that belong to no frame."""
    cut_tail: bool = False
    """The file ends inside a frame (of a text log: a line)."""
    in_lines: bool = False
    """It is a text log's."""

    @classmethod
    def of(cls, recording: Recording) -> Damage:
        return cls(
            recording.damaged_frames,
            recording.skipped_bytes,
            recording.partial_tail,
            in_lines=recording.format == TEXT_LOG,
        )

    @property
    def words(self) -> str:
        """For a person, in one line; empty when there is none."""
        left_out = []
        if self.damaged_frames:
            left_out.append(_count(self.damaged_frames, "damaged frame"))
        if self.skipped_bytes and self.in_lines:
            left_out.append(f"{_count(self.skipped_bytes, 'line')} without a message")
        elif self.skipped_bytes:
            left_out.append(f"{_count(self.skipped_bytes, 'byte')} outside of frames")
        told = [f"{' and '.join(left_out)} left out"] if left_out else []
        if self.cut_tail:
            told.append(f"ends inside a {'line' if self.in_lines else 'frame'}, all before it is used")
        return "; ".join(told)

    def as_json(self) -> dict[str, object]:
        return {
            "damaged_frames": self.damaged_frames,
            "skipped_bytes": self.skipped_bytes,
            "cut_tail": self.cut_tail,
        }


NONE = Damage()


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
