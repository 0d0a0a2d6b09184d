"""Commands that ArduCopter stores and flies, of which these checks do not know what they do to the path.

Which of them it stores was asked of ArduCopter 4.5 (SITL): an upload of each was acknowledged.
"""

from __future__ import annotations

from collections.abc import Iterator

from dronectl.checks.trajectory.item_order import Problem
from dronectl.checks.wording import Form
from dronectl.model.plan.finding import Severity
from dronectl.model.plan.fix import Fix, deleted
from dronectl.model.plan.mission import Mission

_MOVES = {
    30: "NAV_CONTINUE_AND_CHANGE_ALT",
    31: "NAV_LOITER_TO_ALT",
    83: "NAV_ALTITUDE_WAIT",
    84: "NAV_VTOL_TAKEOFF",
    85: "NAV_VTOL_LAND",
    191: "DO_GO_AROUND",
    193: "DO_PAUSE_CONTINUE",
    194: "DO_SET_REVERSE",
    210: "DO_INVERTED_FLIGHT",
    212: "DO_AUTOTUNE_ENABLE",
    213: "NAV_SET_YAW_SPEED",
    218: "DO_AUX_FUNCTION",
    223: "DO_ENGINE_CONTROL",
    3000: "DO_VTOL_TRANSITION",
    42702: "NAV_SCRIPT_TIME",
    42703: "NAV_ATTITUDE_TIME",
}
_STAYS = {
    215: "DO_SET_RESUME_REPEAT_DIST",
    216: "DO_SPRAYER",
    217: "DO_SEND_SCRIPT_MESSAGE",
    531: "SET_CAMERA_ZOOM",
    532: "SET_CAMERA_FOCUS",
    534: "SET_CAMERA_SOURCE",
}
STORED = frozenset(_MOVES) | frozenset(_STAYS)


_UNPROVEN = Form(
    "{command} moves the drone in a way that is not checked: not proven",
    "{command} ทำให้โดรนเคลื่อนที่โดยไม่มีการตรวจ: พิสูจน์ไม่ได้",
)
_UNCHECKED = Form("{command}: its effect is not checked", "{command}: ไม่ได้ตรวจผลของคำสั่งนี้")


def problems(mission: Mission) -> Iterator[Problem]:
    """An error for each item that may move the drone, a warning for the others."""
    for seq in range(1, len(mission)):
        command = mission.items[seq].command
        if command in _MOVES:
            yield Problem(
                seq, Severity.ERROR, _UNPROVEN(command=_MOVES[command]), Fix(f"take out item {seq}", (deleted(seq),))
            )
        elif command in _STAYS:
            yield Problem(seq, Severity.WARNING, _UNCHECKED(command=_STAYS[command]))
