"""Two ground stations, each with a radio of its own to the same drone: one has control, the other knows it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import pytest
from virtual_fleet import VirtualRadio, virtual_radios
from virtual_network import run_virtually

from dronectl.errors import InputError, NoAnswer, NotReady
from dronectl.link.fleet_link import VehicleLink, open_fleet
from dronectl.model.ground_station import GroundStation
from dronectl.ops.common.events import Event, Note
from dronectl.ops.control.control import read_control, read_control_status
from dronectl.ops.control.gate import identify_to_command, require_control, tell_control
from dronectl.ops.control.hand_over import release_to, request_control
from dronectl.ops.control.lost_control import told_who_takes_control, watched_control
from dronectl.ops.orders import orders
from dronectl.ops.parameters.settings import set_parameter
from dronectl.sim.fleet.vehicle import Vehicle
from dronectl.sim.vehicle.settings import LinkFaults

RELEASES = ("4.5", "4.7")
TOKEN = {"4.5": "SYSID_MYGCS", "4.7": "MAV_GCS_SYSID"}
ENFORCED = {"4.5": "SYSID_ENFORCE", "4.7": "MAV_OPTIONS"}
FIELD = GroundStation(255, ((250, "ห้องควบคุม"),))
ROOM = GroundStation(250, ((255, "Field"),))
LONG_ENOUGH_S = 4.0
"""For the heartbeats of the one to come to the other, also where every tenth frame is lost."""


@dataclass
class Scene:
    """The same drone as the two of them see it."""

    field: VehicleLink
    room: VehicleLink
    vehicle: Vehicle
    radios: list[VirtualRadio]


@asynccontextmanager
async def two_stations(
    release: str, *, field: GroundStation = FIELD, room: GroundStation = ROOM, loss: float = 0.0, seed: int = 1
) -> AsyncIterator[Scene]:
    async with virtual_radios(1, seed=seed, one_radio=True, links=2, releases=[release]) as (drones, radios):
        (drone,) = drones
        first = replace(drone, link=radios[0].url, further_links=(), station=field)
        second = replace(drone, link=radios[1].url, further_links=(), station=room)
        for radio in radios:
            radio.set_faults(LinkFaults(latency_ms=20.0, loss=loss))
        async with open_fleet([first]) as one, open_fleet([second]) as other:
            scene = Scene(one.vehicles[drone.name], other.vehicles[drone.name], radios[0].vehicles[0], radios)
            await asyncio.gather(scene.field.wait_alive(30.0), scene.room.wait_alive(30.0))
            await asyncio.sleep(LONG_ENOUGH_S)
            yield scene


def virtually(
    act: Callable[[Scene], Awaitable[None]],
    release: str,
    *,
    loss: float = 0.0,
    seed: int = 1,
    **stations: GroundStation,
) -> None:
    async def main() -> None:
        async with two_stations(release, loss=loss, seed=seed, **stations) as scene:
            await act(scene)

    run_virtually(main(), limit_s=900.0)


@pytest.mark.parametrize(
    ("release", "loss", "seed"), [("4.5", 0.0, 1), ("4.7", 0.0, 1), ("4.5", 0.1, 2), ("4.7", 0.1, 3)]
)
def test_control_goes_back_and_forth_and_orders_only_from_who_has_it(release: str, loss: float, seed: int) -> None:
    async def act(scene: Scene) -> None:
        field, room = scene.field, scene.room
        await identify_to_command([field], {})
        with pytest.raises(
            NotReady, match=r"ground station 255 \(Field\) has control \(\w+ 255\), not this one \(250\)"
        ):
            await identify_to_command([room], {})
        over = await request_control(room)
        assert (over.before.first, over.after.first, over.changed) == (255, 250, True)
        assert scene.vehicle.copter.parameters["SYSID_MYGCS"] == 250
        with pytest.raises(NotReady, match=r"ground station 250 \(ห้องควบคุม\) has control"):
            await identify_to_command([field], {})
        await identify_to_command([room], {})
        back = await release_to(room, "Field")
        assert (back.before.first, back.after.first) == (250, 255)
        await identify_to_command([field], {})

    virtually(act, release, loss=loss, seed=seed)


@pytest.mark.parametrize("release", RELEASES)
def test_each_hears_the_other_through_the_drone_and_nobody_hears_itself(release: str) -> None:
    async def act(scene: Scene) -> None:
        assert scene.field.stations_heard == {250}
        assert scene.room.stations_heard == {255}
        scene.radios[1].set_faults(LinkFaults(loss=1.0))
        await asyncio.sleep(15.0)
        assert scene.field.stations_heard == frozenset(), "one that is not heard any more is none"

    virtually(act, release)


def test_where_nothing_is_known_of_others_hearing_one_is_enough_to_ask_who_has_control() -> None:
    async def act(scene: Scene) -> None:
        with pytest.raises(NotReady, match=r"ground station 250 has control"):
            await require_control([scene.field])

    async def main() -> None:
        async with two_stations("4.7", field=GroundStation()) as scene:
            await request_control(scene.room)
            await act(scene)

    run_virtually(main(), limit_s=60.0)


def test_the_only_ground_station_asks_nothing() -> None:
    async def main() -> None:
        async with virtual_radios(1, seed=1, one_radio=True) as (drones, radios):
            sent = []
            async with open_fleet(
                drones, taps=[lambda _n, frame, _t, out: sent.append(frame) if out else None]
            ) as fleet:
                await fleet.vehicles["drone1"].wait_alive(10.0)
                before = len(sent)
                await require_control(list(fleet.vehicles.values()))
                assert len(sent) == before
            assert radios[0].vehicles[0].copter.parameters["SYSID_MYGCS"] == 255

    run_virtually(main(), limit_s=60.0)


def test_a_range_of_4_7_is_shared_and_is_left_as_it_is() -> None:
    async def act(scene: Scene) -> None:
        await set_parameter(scene.field, "MAV_GCS_SYSID", 250)
        await set_parameter(scene.field, "MAV_GCS_SYSID_HI", 255)
        for one in (scene.field, scene.room):
            control = await read_control(one)
            assert (control.is_ours, control.is_shared, control.holder) == (True, True, "ground stations 250 to 255")
            await require_control([one])
        over = await request_control(scene.room)
        assert not over.changed
        assert over.words() == "ground stations 250 to 255 had control already"
        alone = await release_to(scene.room, "255")
        assert (alone.after.first, alone.after.last) == (255, 255)

    virtually(act, "4.7")


def test_a_range_without_us_ends_when_we_take_control() -> None:
    async def act(scene: Scene) -> None:
        await set_parameter(scene.field, "MAV_GCS_SYSID", 251)
        await set_parameter(scene.field, "MAV_GCS_SYSID_HI", 255)
        over = await request_control(scene.room)
        assert (over.before.first, over.before.last, over.after.first, over.after.last) == (251, 255, 250, 250)

    virtually(act, "4.7")


@pytest.mark.parametrize("release", RELEASES)
def test_an_emergency_order_is_obeyed_without_control_and_who_has_it_is_told_afterwards(release: str) -> None:
    async def act(scene: Scene) -> None:
        told: list[Event] = []
        await orders.hold(scene.room)
        assert scene.room.state.mode == "BRAKE"
        await tell_control([scene.room], told.append)
        (note,) = told
        assert isinstance(note, Note)
        assert note.text.startswith("ground station 255 (Field) has control, and may order otherwise: tell them")
        await tell_control([scene.field], told.append)
        assert len(told) == 1

    virtually(act, release)


@pytest.mark.parametrize("release", RELEASES)
def test_a_drone_that_obeys_its_own_station_alone_is_silent_to_the_other_which_is_told_why(release: str) -> None:
    async def act(scene: Scene) -> None:
        await set_parameter(scene.field, ENFORCED[release], 1)
        status = await read_control_status(scene.field)
        assert (status.obeys_nobody_else, status.failsafe, status.heard) == (True, False, (250,))
        with pytest.raises(NoAnswer, match="who has control is not known, and nothing was ordered") as refusal:
            await require_control([scene.room])
        assert "it may obey another ground station alone" in refusal.value.hint
        told: list[Event] = []
        await tell_control([scene.room], told.append)
        (note,) = told
        assert isinstance(note, Note)
        assert note.text.startswith("who has control was not told: it may obey another ground station alone (SYSID_ENF")
        with pytest.raises(NoAnswer) as silence:
            await identify_to_command([scene.room], {})
        assert "; or it may obey another ground station alone" in silence.value.hint

    virtually(act, release)


@pytest.mark.parametrize("release", RELEASES)
def test_an_armed_drone_is_not_given_to_one_that_it_does_not_hear(release: str) -> None:
    async def act(scene: Scene) -> None:
        await asyncio.sleep(30.0)  # its position
        scene.radios[1].set_faults(LinkFaults(loss=1.0))
        await asyncio.sleep(15.0)
        await orders.set_mode(scene.field, "GUIDED")
        await orders.arm(scene.field)
        with pytest.raises(NotReady, match=r"is armed, and ground station 250 \(ห้องควบคุม\) is not heard through it"):
            await release_to(scene.field, None)
        assert scene.vehicle.copter.parameters["SYSID_MYGCS"] == 255
        await orders.disarm(scene.field)
        assert (await release_to(scene.field, None)).after.first == 250

    virtually(act, release)


@pytest.mark.parametrize("release", RELEASES)
def test_in_flight_the_failsafe_counts_who_has_control_and_a_hand_over_does_not_set_it_off(release: str) -> None:
    async def act(scene: Scene) -> None:
        await asyncio.sleep(30.0)
        await set_parameter(scene.field, "FS_GCS_ENABLE", 1)
        await orders.takeoff(scene.field, 10.0)
        await request_control(scene.room)
        await asyncio.sleep(20.0)
        assert scene.vehicle.pilot.mode.name == "GUIDED"
        scene.radios[0].set_faults(LinkFaults(loss=1.0))  # the one that had control is gone
        await asyncio.sleep(20.0)
        assert scene.vehicle.pilot.mode.name == "GUIDED"
        scene.radios[1].set_faults(LinkFaults(loss=1.0))
        await asyncio.sleep(20.0)
        assert scene.vehicle.pilot.mode.name == "RTL"

    virtually(act, release)


@pytest.mark.parametrize("release", RELEASES)
def test_who_flies_is_told_when_another_takes_control_and_when_it_comes_back(release: str) -> None:
    async def act(scene: Scene) -> None:
        told: list[Event] = []
        with told_who_takes_control([scene.field], told.append):
            await read_control(scene.field)
            await read_control(scene.field)
            await request_control(scene.room)
            await release_to(scene.room, None)
        await request_control(scene.room)
        assert [event.text.partition(":")[0] for event in told if isinstance(event, Note)] == [
            "ground station 250 (ห้องควบคุม) has control now",
            "ground station 255 (this one) has control now",
        ]

    virtually(act, release)


@pytest.mark.parametrize("release", RELEASES)
def test_an_armed_drone_is_not_taken_by_who_will_not_beat_for_it(release: str) -> None:
    async def act(scene: Scene) -> None:
        await asyncio.sleep(30.0)
        await set_parameter(scene.field, "FS_GCS_ENABLE", 1)
        await orders.set_mode(scene.field, "GUIDED")
        await orders.arm(scene.field)
        with pytest.raises(NotReady, match="would act on its ground station failsafe some seconds after this command"):
            await request_control(scene.room, ends_at_once=True)
        assert scene.vehicle.copter.parameters["SYSID_MYGCS"] == 255
        await set_parameter(scene.field, "FS_GCS_ENABLE", 0)
        assert (await request_control(scene.room, ends_at_once=True)).after.is_ours

    virtually(act, release)


def test_who_joins_a_link_hears_of_other_stations_from_its_owner_and_of_those_that_were_not_for_long() -> None:
    async def main() -> None:
        async with virtual_radios(1, seed=1, one_radio=True, links=2) as (drones, radios):
            (drone,) = drones
            field = replace(drone, link=radios[0].url, further_links=())
            room = replace(drone, link=radios[1].url, further_links=(), station=ROOM)
            async with open_fleet([field]) as owner:
                async with open_fleet([room]):
                    await asyncio.sleep(LONG_ENOUGH_S)
                    async with open_fleet([field]) as joiner:
                        assert not joiner.shares[0].is_ours
                        await joiner.vehicles["drone1"].wait_alive(10.0)
                        assert joiner.vehicles["drone1"].stations_heard == {250}
                await asyncio.sleep(15.0)
                async with open_fleet([field]) as joiner:
                    await joiner.vehicles["drone1"].wait_alive(10.0)
                    assert joiner.vehicles["drone1"].stations_heard == frozenset()
                assert owner.vehicles["drone1"].stations_heard == frozenset()

    run_virtually(main(), limit_s=60.0)


@pytest.mark.parametrize("release", RELEASES)
def test_who_watches_is_told_whose_it_is_once_there_is_another_station_and_when_that_changes(release: str) -> None:
    async def main() -> None:
        async with virtual_radios(1, seed=1, one_radio=True, links=2, releases=[release]) as (drones, radios):
            (drone,) = drones
            field = replace(drone, link=radios[0].url, further_links=())
            room = replace(drone, link=radios[1].url, further_links=(), station=ROOM)
            told: list[Event] = []
            radios[0].vehicles[0].copter.parameters.set("SYSID_MYGCS", 250)
            async with open_fleet([field]) as one:
                watching = one.vehicles["drone1"]
                async with watched_control([watching], told.append):
                    await asyncio.sleep(30.0)
                    assert told == [], "nothing is asked where nobody else is"
                    async with open_fleet([room]) as other:
                        await other.vehicles["drone1"].wait_alive(10.0)
                        await asyncio.sleep(LONG_ENOUGH_S)
                        await release_to(other.vehicles["drone1"], None)
                        await request_control(other.vehicles["drone1"])
                        await asyncio.sleep(LONG_ENOUGH_S)
            assert [event.text.partition(",")[0] for event in told if isinstance(event, Note)] == [
                "ground station 250 has control",
                "ground station 255 (this one) has control now",
                "ground station 250 has control now",
            ]

    run_virtually(main(), limit_s=120.0)


def test_release_names_a_successor_that_is_known() -> None:
    async def act(scene: Scene) -> None:
        with pytest.raises(InputError, match="'Nobody' is no other ground station"):
            await release_to(scene.field, "Nobody")
        with pytest.raises(InputError, match="'255' is no other ground station"):
            await release_to(scene.field, "255")
        with pytest.raises(NotReady, match=r"ground station 255 \(Field\) has control, not this one"):
            await release_to(scene.room, None)

    virtually(act, "4.7")

    async def with_two_known(scene: Scene) -> None:
        with pytest.raises(InputError, match=r"to whom\? there are ground station 240 \(Boat\), ground station 250"):
            await release_to(scene.field, None)

    virtually(with_two_known, "4.7", field=GroundStation(255, ((240, "Boat"),)))
