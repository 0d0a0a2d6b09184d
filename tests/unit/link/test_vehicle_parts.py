"""The parts of a vehicle's link, each alone: machines, presence, frames, and whose aircraft it is."""

from __future__ import annotations

import asyncio
import functools
from types import SimpleNamespace
from typing import Any, cast

import pytest
from fake_vehicle import drone

from dronectl.errors import DronectlError, IdentityError, NoAnswer
from dronectl.link.aircraft_identity import AircraftIdentity
from dronectl.link.codec import Encoder, FrameParser, MavlinkFrame
from dronectl.link.presence import Presence
from dronectl.link.router import Link
from dronectl.link.runner import MachineRuns
from dronectl.link.signing.signer import Signing
from dronectl.link.transport.url import parse_link
from dronectl.link.vehicle_frames import VehicleFrames
from dronectl.link.vehicle_paths import VehiclePaths
from dronectl.model.message import Message
from dronectl.protocol.core.machine import BaseMachine, Effect, Send
from dronectl.protocol.core.request_timer import AssumedLink
from dronectl.protocol.vehicle.liveness import LossMeter
from dronectl.protocol.vehicle.telemetry import VehicleState

DRONE = drone("alpha", 7, "tcp://127.0.0.1:5760")
UID = "0011223344556677"


class FakeEndpoint:
    def __init__(self) -> None:
        self.is_up = True
        self.is_joined = False
        self.sent: list[tuple[bytes, Any]] = []

    def send(self, frame: bytes, peer: Any) -> None:
        self.sent.append((frame, peer))


def paths_of(count: int = 1) -> VehiclePaths:
    links = [
        SimpleNamespace(
            url=parse_link(f"tcp://127.0.0.1:{5760 + number}"), endpoint=FakeEndpoint(), encoder=Encoder(255, 190),
            autopilots={7, 9 + number}, radio_heard=number == 1,
        )
        for number in range(count)
    ]  # fmt: skip
    for link in links:
        link.send = functools.partial(Link.send, cast(Any, link))
    return VehiclePaths(cast(Any, links), VehicleState(system_id=7).loss)


def frame_of(name: str, **fields: Any) -> MavlinkFrame:
    (frame,) = FrameParser().feed(Encoder(7, 1).encode(name, fields))
    return frame


class Waiting(BaseMachine[str]):
    """Ends with the name of the first message; tells the new link of its own."""

    def start(self, now_s: float) -> list[Effect]:
        return [Send("HEARTBEAT")]

    def on_message(self, message: Message, now_s: float) -> list[Effect]:
        self._finish(message.name)
        return []

    def on_new_link(self, now_s: float) -> list[Effect]:
        return [Send("SYSTEM_TIME")]


def test_all_machines_get_every_message_and_each_ends_by_itself() -> None:
    async def main() -> tuple[list[str], list[str]]:
        runs, sent = MachineRuns(AssumedLink(), 255), list[str]()
        both = [asyncio.create_task(runs.run(Waiting(), lambda effect: sent.append(effect.name), None)) for _ in "ab"]
        await asyncio.sleep(0)
        runs.on_new_link()
        runs.feed(Message("PING", {}, 7, 1))
        return await asyncio.gather(*both), sent

    ended, sent = asyncio.run(main())
    assert ended == ["PING", "PING"]
    assert sent == ["HEARTBEAT", "HEARTBEAT", "SYSTEM_TIME", "SYSTEM_TIME"]


def test_machines_that_are_failed_raise_an_error_of_their_own() -> None:
    async def main() -> list[Any]:
        link = AssumedLink(0.2, 0.1)
        runs = MachineRuns(link, 250)
        machines = [Waiting(), Waiting()]
        both = [asyncio.create_task(runs.run(machine, lambda _effect: None, None)) for machine in machines]
        await asyncio.sleep(0)
        assert all(machine.link is link for machine in machines), "what is known of the link is theirs"
        assert all(machine.station_id == 250 for machine in machines), "so is who we are"
        runs.fail(NoAnswer("the link fell", hint="look", details={"sent": True}))
        return await asyncio.gather(*both, return_exceptions=True)

    first, second = asyncio.run(main())
    assert (type(first), str(first), first.hint, first.details) == (NoAnswer, "the link fell", "look", {"sent": True})
    assert first is not second


def test_a_vehicle_is_there_by_a_heartbeat_since_its_link_came_up() -> None:
    paths, state = paths_of(), VehicleState(system_id=7)
    presence = Presence(state, paths)
    state.last_heartbeat_s = 10.0
    assert not presence.is_there(10.5), "that one came before the link fell"
    presence.on_heartbeat()
    assert presence.is_there(14.9)
    assert not presence.is_there(15.1)
    cast(Any, paths.all[0].link.endpoint).is_up = False
    assert not presence.is_there(10.5)
    cast(Any, paths.all[0].link.endpoint).is_up = True
    presence.on_lost()
    assert not presence.is_there(10.5)


def test_who_waits_for_a_vehicle_is_woken() -> None:
    async def main() -> float:
        loop = asyncio.get_running_loop()
        presence, began_s = Presence(VehicleState(system_id=7), paths_of()), loop.time()
        waiting = asyncio.create_task(presence.changed(3600.0))
        await asyncio.sleep(0)
        presence.wake()
        await waiting
        return loop.time() - began_s

    assert asyncio.run(asyncio.wait_for(main(), 60.0)) < 3600.0


def test_a_frame_goes_to_the_path_in_use_with_its_target_and_is_shown() -> None:
    paths, shown = paths_of(2), list[tuple[str, bytes, bool]]()
    frames = VehicleFrames(
        DRONE, paths, [lambda name, raw, _time, out: shown.append((name, raw, out))], Signing("alpha")
    )
    frames.send(Send("PARAM_REQUEST_LIST"))
    assert shown == [], "no path is known to lead to it yet"
    paths.used = paths.all[1]
    frames.send(Send("PARAM_REQUEST_LIST"))
    first, second = (cast(FakeEndpoint, path.link.endpoint).sent for path in paths.all)
    assert not first
    ((raw, _),) = second
    (message,) = [frame.message() for frame in FrameParser().feed(raw)]
    assert message is not None
    assert (message["target_system"], message["target_component"]) == (7, 1)
    assert shown == [("alpha", raw, True)]
    frames.send_to_all(Send("PARAM_REQUEST_LIST"))
    assert [len(first), len(second)] == [1, 2]


def test_two_uids_are_two_aircraft_and_nothing_goes_on() -> None:
    paths, told = paths_of(), list[DronectlError]()
    identity = AircraftIdentity(DRONE, paths, told.append)
    uid2 = [*bytes.fromhex(UID), *bytes(10)]
    version = frame_of("AUTOPILOT_VERSION", uid2=uid2, flight_sw_version=4 << 24 | 7 << 16 | 255)
    message = version.message()
    assert message is not None
    first = identity.take_version(message, paths.all[0])
    assert first is not None
    assert identity.take_version(message, paths.all[0]) == first
    identity.require_usable()
    assert (identity.firmware, paths.uid, told) == ("4.7.0", first, [])
    other = frame_of("AUTOPILOT_VERSION", uid2=[9, *uid2[1:]], flight_sw_version=4 << 24 | 255).message()
    assert other is not None
    identity.take_version(other, paths.all[0])
    (conflict,) = told
    assert isinstance(conflict, IdentityError)
    assert conflict.message.startswith("alpha: ")
    assert identity.firmware == "4.7.0", "of the first one"
    with pytest.raises(IdentityError) as raised:
        identity.require_usable()
    assert raised.value is not conflict
    assert raised.value.message == conflict.message


def test_a_key_that_cannot_be_used_makes_a_drone_of_no_use_and_the_first_fault_counts() -> None:
    identity = AircraftIdentity(DRONE, paths_of(), lambda _error: None)
    identity.set_key_fault(NoAnswer("no link id is free"))
    identity.set_key_fault(NoAnswer("later"))
    with pytest.raises(NoAnswer, match="no link id is free"):
        identity.require_usable()


def test_the_losses_of_a_vehicle_are_those_of_its_first_link_and_each_link_has_its_own() -> None:
    for count in (1, 2, 3):
        paths, loss = paths_of(count), LossMeter()
        paths = VehiclePaths([path.link for path in paths.all], loss)
        for number, path in enumerate(paths.all):
            for sequence in range(0, 10 * (number + 1), number + 1):
                paths.heard(path, sequence, 1.0)
        assert loss.recent_pct == 0.0, "every frame came on the first"
        assert [path.quality.loss.recent_pct for path in paths.all] == [0.0, 50.0, 66.7][:count]
        paths.heard(paths.all[0], 20, 1.0)
        assert loss.lost == 10


def test_what_the_links_of_a_vehicle_are_together() -> None:
    paths = paths_of(2)
    assert paths.url == "tcp://127.0.0.1:5760 and tcp://127.0.0.1:5761"
    assert paths.systems_heard == {7, 9, 10}
    assert paths.radio_heard
    for path in paths.all:
        assert paths.is_up
        cast(Any, path.link.endpoint).is_up = False
    assert not paths.is_up
    paths.used = paths.all[1]
    assert paths.url == "tcp://127.0.0.1:5761"
