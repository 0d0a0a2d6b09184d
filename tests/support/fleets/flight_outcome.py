"""What came of a flight: what dronectl said of it, what lies on the disk, and what the vehicles themselves told."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from flying_range import Backend
from second_port import SecondPort
from timed_terminal import Said

from dronectl.formats.recordings.tlog.files import iter_frames
from dronectl.model.geo import GeoPoint
from dronectl.ops.alarms.alarm_table import RULES

_POSITION = (33).to_bytes(3, "little")
_PLACEHOLDER = re.compile(r"\\\{[^}]*\\\}")


@dataclass(frozen=True, slots=True)
class Event:
    """What the script did, to whom, and when by our clock."""

    drone: str
    what: str
    loop_s: float


@dataclass(frozen=True, slots=True)
class Warned:
    """An alarm as it was told first, so many own seconds after the event."""

    drone: str
    kind: str
    text: str
    after_s: float


@dataclass(frozen=True, slots=True)
class Record:
    """What lies on the disk of one drone's flight."""

    frames: int
    from_start: bool
    """The first heartbeat in it is of a drone that stands disarmed."""
    to_the_end: bool
    """The last one is so again."""
    longest_gap_s: float
    """Between two of its positions, by its own clock."""
    missing_in_box: int
    """Frames of this recording that the black box has not."""


@dataclass
class Outcome:
    scenario: str
    backend: Backend
    code: int = -1
    answer: dict[str, Any] = field(default_factory=dict)
    said: list[Said] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    hands: dict[str, SecondPort] = field(default_factory=dict)
    homes: dict[str, GeoPoint] = field(default_factory=dict)
    records: dict[str, Record] = field(default_factory=dict)
    ordered: int | None = None
    """Exit code of the command beside."""

    @property
    def message(self) -> str:
        return str(self.answer.get("error", {}).get("message", ""))

    @property
    def words(self) -> str:
        return "\n".join(one.text for one in self.said)

    def drone(self, name: str) -> dict[str, Any]:
        drones = self.answer.get("drones") or self.answer.get("error", {}).get("drones") or []
        return next(one for one in drones if one["name"] == name)

    def warned(self) -> list[Warned]:
        """Alarms in the order in which they were told; after the event, where there was one."""
        since_s = self.events[0].loop_s if self.events else 0.0
        found = []
        for said in self.said:
            match = re.search(r"(?:^|\s)(?:ALARM|warning) (\w+): (.+)$", said.text)
            if match and said.loop_s is not None:
                after_s = self.hands[match[1]].own_between(since_s, said.loop_s)
                found.append(Warned(match[1], _kind_of(match[2]), match[2], after_s))
        return found

    def alarms_of(self, name: str) -> list[str]:
        return [one.kind for one in self.warned() if one.drone == name]

    def acted(self, name: str) -> tuple[str, float] | None:
        """The first mode that the vehicle took after the event and before ``fly`` ended, and how many own seconds
        later."""
        since_s = self.events[0].loop_s
        until_s = max((said.loop_s for said in self.said if said.loop_s is not None), default=since_s)
        later = [one for one in self.hands[name].modes if since_s < one.loop_s < until_s]
        return (later[0].what, self.hands[name].own_between(since_s, later[0].loop_s)) if later else None

    def state(self, name: str) -> str:
        """Where the vehicle is at the end, by its own words."""
        hand = self.hands[name]
        away_m = hand.from_m(self.homes[name])
        height = "on the ground" if abs(hand.up_m) < 3.0 else f"{hand.up_m:.0f} m up"
        side = ", on its side" if hand.tilt_deg > 45.0 else ""
        return f"{'armed' if hand.armed else 'disarmed'}, {height}{side}, {away_m:.0f} m from home"

    def is_home(self, name: str) -> bool:
        hand = self.hands[name]
        return hand.was_armed and not hand.armed and abs(hand.up_m) < 3.0 and hand.from_m(self.homes[name]) < 5.0


def record_of(flight: Path, box_folder: Path, name: str, system_id: int) -> Record:
    """The recordings of one drone."""
    frames: list[tuple[int, bytes]] = []
    paths = sorted(flight.glob(f"{name}*.tlog"), key=lambda path: (len(path.name), path.name))
    for path in paths:
        frames += list(iter_frames(path))
    own = [(t_us, frame) for t_us, frame in frames if frame[0] == 0xFD and frame[5] == system_id and frame[6] == 1]
    beats = [bool(frame[10 + 6] & 0x80) for _, frame in own if frame[7:10] == b"\0\0\0" and frame[1] > 6]
    clock_s = [
        int.from_bytes(frame[10:14], "little") / 1e3 for _, frame in own if frame[7:10] == _POSITION and frame[1] >= 4
    ]
    box: set[bytes] = set()
    for path in box_folder.rglob(f"{name}-*.tlog"):
        if path.stat().st_size:  # a full disk takes a file's name and nothing of what is in it
            box |= {frame for _, frame in iter_frames(path)}
    return Record(
        frames=len(frames),
        from_start=bool(beats) and not beats[0],
        to_the_end=bool(beats) and not beats[-1],
        longest_gap_s=max((after - before for before, after in pairwise(clock_s)), default=math.inf),
        missing_in_box=sum(frame not in box for _, frame in frames),
    )


def _kind_of(text: str) -> str:
    for rule in RULES:
        pattern = _PLACEHOLDER.sub(".*?", re.escape(rule.template))
        if re.match(pattern, text):
            return str(rule.kind)
    return "?"
