"""Which items of a download are asked for again, and when: one machine, message by message."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from dronectl.model.message import Message
from dronectl.model.plan.mission import Mission, MissionType
from dronectl.protocol.core.machine import Effect, Send
from dronectl.protocol.mission.download import ItemDownload

COUNT = 12


def item(seq: int) -> Message:
    fields = {"seq": seq, "command": 16, "frame": 3, "current": 0, "autocontinue": 1, "z": 30.0}
    fields |= dict.fromkeys(("param1", "param2", "param3", "param4", "x", "y", "mission_type"), 0)
    return Message("MISSION_ITEM_INT", fields, 1)


def asked_for(effects: Sequence[Effect]) -> list[int]:
    return [one.fields["seq"] for one in effects if isinstance(one, Send) and one.name == "MISSION_REQUEST_INT"]


def begun(window: int) -> tuple[ItemDownload, list[int]]:
    """A download whose count came after 0.1 s, and what it asked for then."""
    machine = ItemDownload(MissionType.MISSION, window=window)
    machine.start(0.0)
    return machine, asked_for(machine.on_message(Message("MISSION_COUNT", {"count": COUNT, "mission_type": 0}, 1), 0.1))


def test_what_was_asked_for_at_the_same_moment_is_not_overtaken_by_one_another() -> None:
    machine, first = begun(COUNT)
    assert first == list(range(COUNT))
    assert [asked_for(machine.on_message(item(seq), 0.2)) for seq in (11, 9, 7, 5)] == [[], [], [], []]
    assert machine.resent == 0


def test_an_item_that_three_later_ones_have_overtaken_is_asked_for_again_at_once() -> None:
    machine, first = begun(2)
    assert first == [0, 1]
    answered, asked = [], []
    wanted, now_s = 1, 0.2  # item 0 never comes
    while 0 not in asked:
        answered.append(wanted)
        asked = asked_for(machine.on_message(item(wanted), now_s))
        wanted, now_s = max(asked), now_s + 0.1
    assert len(answered) == 1 + 3, "1 was asked for with it, the others after it"
    assert machine.resent == 1
    for seq in {*range(COUNT)} - set(answered):
        machine.on_message(item(seq), now_s)
    assert isinstance(machine.outcome, Mission)
    assert len(machine.outcome) == COUNT


@pytest.mark.parametrize("seq", [COUNT, COUNT + 5])
def test_an_item_that_the_list_has_no_place_for_is_left_alone(seq: int) -> None:
    machine, _ = begun(COUNT)
    assert machine.on_message(item(seq), 0.2) == []
    assert machine.outcome is None
