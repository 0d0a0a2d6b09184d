"""Whatever a vehicle (or somebody between) says its items are: they are refused, or written as our own readers take."""

from __future__ import annotations

from collections.abc import Sequence

from effort import examples
from hypothesis import given
from hypothesis import strategies as st

from dronectl.errors import Refused
from dronectl.formats.missions.qgc_plan import QgcPlan, read_qgc_plan, write_qgc_plan
from dronectl.formats.missions.wpl import read_wpl, write_wpl
from dronectl.model.message import Message
from dronectl.model.plan.mission import Command, Mission, MissionType
from dronectl.protocol.mission.download import ItemDownload

_COMMANDS = {
    MissionType.MISSION: st.sampled_from([int(command) for command in Command if command < 5000 or command > 5100]),
    MissionType.FENCE: st.integers(5000, 5004),
    MissionType.RALLY: st.just(5100),
}
_PLACES = st.integers(-(2**31), 2**31 - 1) | st.integers(-900_000_000, 900_000_000)
_FLOATS = st.floats(width=32)


@st.composite
def items(draw: st.DrawFn, mission_type: MissionType) -> list[dict[str, float | int]]:
    count = draw(st.integers(1, 6))
    return [
        {
            "command": 16 if is_home else draw(_COMMANDS[mission_type]),
            "frame": 0 if is_home else draw(st.integers(0, 11) | st.integers(0, 255)),
            "autocontinue": draw(st.integers(0, 255)),
            **{f"param{number}": draw(_FLOATS) for number in range(1, 5)},
            "x": draw(_PLACES),
            "y": draw(_PLACES),
            "z": draw(_FLOATS),
        }
        for is_home in [mission_type is MissionType.MISSION] + [False] * (count - 1)
    ]


def downloaded(mission_type: MissionType, said: Sequence[dict[str, float | int]]) -> Mission | Refused:
    machine = ItemDownload(mission_type)
    machine.start(0.0)
    machine.on_message(Message("MISSION_COUNT", {"count": len(said), "mission_type": mission_type}, 1), 0.1)
    for seq, fields in enumerate(said):
        whole = {**fields, "seq": seq, "current": 0, "mission_type": mission_type}
        machine.on_message(Message("MISSION_ITEM_INT", whole, 1), 0.2)
    assert isinstance(machine.outcome, Mission | Refused)
    return machine.outcome


@examples(300)
@given(st.data(), st.sampled_from(list(MissionType)))
def test_a_download_is_refused_or_our_own_readers_take_it(data: st.DataObject, mission_type: MissionType) -> None:
    mission = downloaded(mission_type, data.draw(items(mission_type)))
    if isinstance(mission, Refused):
        assert "which cannot be" in mission.message
        return
    assert len(read_wpl(write_wpl(mission), source="a.waypoints")) == len(mission)
    empty = Mission((), MissionType.MISSION)
    whole = {MissionType.MISSION: empty, MissionType.FENCE: Mission((), MissionType.FENCE)}
    whole[MissionType.RALLY] = Mission((), MissionType.RALLY)
    whole[mission_type] = mission
    read_qgc_plan(write_qgc_plan(QgcPlan(*whole.values())), source="a.plan")
