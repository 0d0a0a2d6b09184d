"""The commands that the checks call unproven are truly taken by the autopilot: they are not to be called refused."""

from __future__ import annotations

import pytest
from flying import HOME_ITEM, NAV_TAKEOFF, waypoint
from raw_client import RawClient
from vehicles import BUILTIN

from dronectl.checks.trajectory.unproven import STORED

SCRIPTED = {42702, 217}
"""NAV_SCRIPT_TIME and DO_SEND_SCRIPT_MESSAGE: a build without scripting knows them not."""


def has(client: RawClient, parameter: str) -> bool:
    talk = client.talk()
    client.send("PARAM_REQUEST_READ", param_id=parameter.encode(), param_index=-1)
    client.parameter("FENCE_ENABLE")
    return bool([m for m in talk.heard("PARAM_VALUE") if m.param_id == parameter])


def test_the_autopilot_stores_each_of_them(kind: str, client: RawClient) -> None:
    if kind == BUILTIN:
        pytest.skip("the built-in copter refuses what it cannot fly")
    stored = sorted(STORED if has(client, "SCR_ENABLE") else STORED - SCRIPTED)
    items = [waypoint(10, 10, 20, command=command) for command in stored]
    answer = client.upload([HOME_ITEM, waypoint(0, 0, 20, command=NAV_TAKEOFF), *items])
    assert answer.result == 0
    assert [item.command for item in client.download()[2:]] == stored
