"""A flight's path in pieces: straight legs with heights and times."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dronectl.checks.trajectory.item_order import Problem
from dronectl.checks.wording import Form
from dronectl.model.plan.finding import Message

HERE = -1
"""``from_item`` of a leg that begins where an aircraft is just now, at no item."""


class LegKind(StrEnum):
    """What the aircraft does on a leg."""

    TAKE_OFF = "take-off"
    TRAVEL = "travel"
    CIRCLE = "circle"
    HOLD = "hold"
    CLIMB = "climb"
    RETURN = "return"
    DESCENT = "descent"


_LEG = Form("leg {start}→{end}", "ช่วงบิน {start}→{end}")
_SPLINE = Form("the spline {start}→{end}", "ช่วงโค้ง {start}→{end}")
_FROM_HERE = Form("the way from here to item {item}", "ทางจากที่นี่ไปรายการ {item}")
_AT_ITEM = {
    LegKind.TAKE_OFF: Form("the take-off climb (item {item})", "ช่วงไต่ขึ้นจากพื้น (รายการ {item})"),
    LegKind.CIRCLE: Form("the circle at item {item}", "วงบินที่รายการ {item}"),
    LegKind.HOLD: Form("the hold at item {item}", "จุดลอยตัวที่รายการ {item}"),
    LegKind.CLIMB: Form("the climb at item {item}", "ช่วงไต่ที่รายการ {item}"),
    LegKind.RETURN: Form("the return to home (item {item})", "ทางกลับจุดขึ้นบิน (รายการ {item})"),
    LegKind.DESCENT: Form("the descent at item {item}", "ช่วงลดระดับที่รายการ {item}"),
}


@dataclass(frozen=True, slots=True)
class Position:
    """Metres east, north, and above the site's plane: the level of the ground at the site's home."""

    x_m: float
    y_m: float
    height_m: float


@dataclass(frozen=True, slots=True)
class Leg:
    """From one position to another at constant velocity, seconds after take-off."""

    kind: LegKind
    from_item: int
    item: int
    """The item at which it ends."""
    start: Position
    end: Position
    start_s: float
    end_s: float
    camera_on: bool
    curved: bool = False
    """A piece of a spline: a chord that the curve leaves by a centimetre at most."""
    named: Message | None = None
    """How to call it where item numbers say nothing."""

    @property
    def way(self) -> str:
        """What all pieces of one curve or turn share."""
        return f"{self.kind} {self.from_item}→{self.item}"

    def words(self) -> Message:
        """How to call it in a message."""
        if self.named is not None:
            return self.named
        if self.from_item == HERE and self.kind in (LegKind.TRAVEL, LegKind.CIRCLE):
            return _FROM_HERE(item=self.item)
        if self.kind is LegKind.TRAVEL:
            return (_SPLINE if self.curved else _LEG)(start=self.from_item, end=self.item)
        return _AT_ITEM[self.kind](item=self.item)


@dataclass(frozen=True, slots=True)
class Route:
    """The path of one mission; ``problems`` are the faults of its structure met on the way."""

    legs: tuple[Leg, ...]
    problems: tuple[Problem, ...]
    rally_points: tuple[Position, ...] = ()
    """Where a failsafe may return to instead of home."""
