"""In which order a mission's items are flown: jumps followed, endless loops cut."""

from __future__ import annotations

import math
from dataclasses import dataclass

from dronectl.checks.wording import Form
from dronectl.model.plan.finding import Message, Severity
from dronectl.model.plan.fix import Fix
from dronectl.model.plan.mission import Command, Mission

MAX_FLOWN_ITEMS = 20_000
"""A mission whose jumps make more than this is checked as far as here."""

ONCE_MORE = 1
"""How often an endless jump is followed: every leg of the loop, its closing one too, is then seen."""


_TOO_LONG = Form(
    "jumps make the mission longer than {most} items; the rest is not checked",
    "คำสั่งกระโดดทำให้ภารกิจยาวเกิน {most} รายการ ส่วนที่เหลือไม่ได้ตรวจ",
)
_NOWHERE = Form("{command} to {target:g}: no such item", "{command} ไปรายการ {target}: ไม่มีรายการนี้")
_FOR_EVER = Form(
    "{command} to item {target} repeats forever: the mission never ends",
    "{command} ไปรายการ {target} ซ้ำไม่สิ้นสุด: ภารกิจไม่มีวันจบ",
)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a mission's structure at one item."""

    item: int
    severity: Severity
    message: Message
    fix: Fix | None = None


def whole(value: float) -> int:
    """A parameter as ArduCopter takes it; NaN and infinity count as 0."""
    return int(value) if math.isfinite(value) else 0


def flown_order(mission: Mission, first: int = 1) -> tuple[list[int], list[Problem]]:
    """Sequence numbers as flown from item ``first`` on (jumps themselves left out), and the jumps that are wrong.

    Like the autopilot, a jump counts how often it was taken over the whole flight.
    """
    order: list[int] = []
    problems: dict[int, Problem] = {}
    taken: dict[int, int] = {}
    seq, steps = first - 1, 0
    while seq + 1 < len(mission):
        seq += 1
        steps += 1
        if steps > MAX_FLOWN_ITEMS:
            problems[seq] = Problem(seq, Severity.ERROR, _TOO_LONG(most=MAX_FLOWN_ITEMS))
            break
        item = mission.items[seq]
        if item.command not in (Command.DO_JUMP, Command.DO_JUMP_TAG):
            order.append(seq)
            continue
        target = _target(mission, seq)
        if target is None:
            nowhere = _NOWHERE(command=item.command_name(), target=item.param1)
            problems[seq] = Problem(seq, Severity.ERROR, nowhere)
            continue
        repeats = whole(item.param2)
        if repeats < 0:
            message = _FOR_EVER(command=item.command_name(), target=target)
            fix = Fix(f"let item {seq} repeat a number of times that the battery lasts for (param2)")
            problems[seq] = Problem(seq, Severity.ERROR, message, fix)
            repeats = ONCE_MORE
        if taken.get(seq, 0) < repeats:
            taken[seq] = taken.get(seq, 0) + 1
            seq = target - 1
    return order, list(problems.values())


def _target(mission: Mission, seq: int) -> int | None:
    wanted = whole(mission.items[seq].param1)
    if mission.items[seq].command == Command.DO_JUMP:
        return wanted if 1 <= wanted < len(mission) else None
    tags = (
        index
        for index, item in enumerate(mission.items)
        if item.command == Command.JUMP_TAG and whole(item.param1) == wanted
    )
    return next(tags, None)
