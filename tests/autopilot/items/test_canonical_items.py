"""What we expect a vehicle to make of an item is what it makes of it: every command that missions may hold."""

from __future__ import annotations

import pytest
from expectations import Expected
from raw_client import Item, RawClient

from dronectl.model.ardupilot.releases import kept_forms
from dronectl.model.ardupilot.stored_items import ACCEPTED_COMMANDS, COMMANDS_WITH_PLACE
from dronectl.model.plan.mission import Command, MissionItem, MissionType

ODD = (3.7, 2.2, 1.6, 4.4)
"""Parameters that lose something when they are cut to whole numbers, in a range that every command takes."""
FLOAT_TOLERANCE = 1e-4


def item_for(command: int, params: tuple[float, float, float, float]) -> MissionItem:
    if command in COMMANDS_WITH_PLACE:
        return MissionItem(command, 3, *params, lat_e7=160_531_237, lon_e7=1_036_504_999, altitude_m=33.337)
    return MissionItem(command, 2, *params, lat_e7=5, lon_e7=6, altitude_m=2.5)


def on_the_wire(item: MissionItem) -> Item:
    return Item(item.command, item.frame, *item.params, item.lat_e7, item.lon_e7, item.altitude_m)


@pytest.mark.parametrize("params", [ODD, (0.0, 0.0, 0.0, 0.0)], ids=["odd", "zero"])
@pytest.mark.parametrize("command", sorted(ACCEPTED_COMMANDS), ids=lambda command: Command(command).name)
def test_the_vehicle_reads_back_what_canonical_item_says(
    client: RawClient, expected: Expected, command: int, params: tuple[float, float, float, float]
) -> None:
    if command == Command.DO_JUMP:
        params = (1.0, 2.2, 0.0, 0.0)
    sent = item_for(command, params)
    home = Item(16, 0, 0, 0, 0, 0, 0, 0, 0)
    assert client.upload([home, on_the_wire(sent)]).result == 0
    found = client.download()[1]
    (form,) = kept_forms(sent, 1, MissionType.MISSION, expected.release)
    wanted = on_the_wire(form)
    for name in ("command", "frame", "x", "y"):
        assert getattr(found, name) == getattr(wanted, name), name
    for name, ours in (("param1", wanted.p1), ("param2", wanted.p2), ("param3", wanted.p3), ("param4", wanted.p4)):
        assert getattr(found, name) == pytest.approx(ours, abs=FLOAT_TOLERANCE), name
    assert found.z == pytest.approx(wanted.z, abs=FLOAT_TOLERANCE), "z"
