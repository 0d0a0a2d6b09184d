"""A flight's path in pieces: straight legs with heights and times."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dronectl.checks.trajectory.item_order import Problem

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
    named: str = ""
    """How to call it where item numbers say nothing."""

    @property
    def way(self) -> str:
        """What all pieces of one curve or turn share."""
        return f"{self.kind} {self.from_item}→{self.item}"

    def words(self) -> str:
        """How to call it in a message."""
        if self.named:
            return self.named
        match self.kind:
            case LegKind.TRAVEL | LegKind.CIRCLE if self.from_item == HERE:
                return f"the way from here to item {self.item}"
            case LegKind.TAKE_OFF:
                return f"the take-off climb (item {self.item})"
            case LegKind.TRAVEL:
                return f"{'the spline' if self.curved else 'leg'} {self.from_item}→{self.item}"
            case LegKind.CIRCLE:
                return f"the circle at item {self.item}"
            case LegKind.HOLD:
                return f"the hold at item {self.item}"
            case LegKind.CLIMB:
                return f"the climb at item {self.item}"
            case LegKind.RETURN:
                return f"the return to home (item {self.item})"
            case LegKind.DESCENT:
                return f"the descent at item {self.item}"


@dataclass(frozen=True, slots=True)
class Route:
    """The path of one mission; ``problems`` are the faults of its structure met on the way."""

    legs: tuple[Leg, ...]
    problems: tuple[Problem, ...]
    rally_points: tuple[Position, ...] = ()
    """Where a failsafe may return to instead of home."""
