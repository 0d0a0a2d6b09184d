"""Orders are seen in how a drone moves: what counts as seen, and on the virtual fleet what is said when it is not."""

from __future__ import annotations

from collections.abc import Callable
from unittest.mock import patch

import pytest
from flying_fleet import CORNERS, HEIGHT_M, HOME, SOUTH_WEST, airspace, around_the_tower, fly_to, load
from virtual_fleet import VirtualRadio, virtual_fleet
from virtual_network import run_virtually

from dronectl.checks.ways.way import Returns, Way
from dronectl.errors import NoAnswer, NoMotion, Refused
from dronectl.link.codec import FrameParser
from dronectl.link.fleet_link import VehicleLink
from dronectl.model.geo import GeoPoint
from dronectl.ops.common.events import Event, Note
from dronectl.ops.common.waiting import until
from dronectl.ops.items.transfer import put
from dronectl.ops.orders import motions, orders, ways
from dronectl.ops.orders.confirm_motion import STANDS, confirm_motion
from dronectl.ops.orders.immediate_order import order_immediately
from dronectl.ops.orders.motion import Climbs, FliesOn, GoesTo, Motion, Sinks, Stops, on_the_ground
from dronectl.ops.orders.motion import Returns as GoesBack
from dronectl.ops.orders.proved_order import Movement, order_proved
from dronectl.ops.orders.to_place import fly_there, goes_there, way_to
from dronectl.protocol.vehicle.telemetry import VehicleState
from dronectl.sim.vehicle.settings import LinkFaults

HERE = GeoPoint(16.0530, 103.6500)
NORTH = GeoPoint(16.0540, 103.6500)


def flying(north: float = 0.0, east: float = 0.0, climb: float = 0.0, up: float = 40.0, item: int = 3) -> VehicleState:
    return VehicleState(
        armed=True,
        position=HERE,
        relative_altitude_m=up,
        velocity_north_m_s=north,
        velocity_east_m_s=east,
        climb_m_s=climb,
        ground_speed_m_s=(north**2 + east**2) ** 0.5,
        mission_item=item,
    )


@pytest.mark.parametrize(
    ("motion", "state", "words"),
    [
        (Stops(), flying(0.3), "hovers (0.3 m/s)"),
        (Stops(), flying(4.2), ""),
        (Stops(), flying(climb=-1.5), ""),
        (Sinks(), flying(climb=-1.5), "sinks at 1.5 m/s"),
        (Sinks(), flying(climb=0.1), ""),
        (Climbs(60.0), flying(climb=2.0), "climbs at 2.0 m/s"),
        (Climbs(60.0), flying(), ""),
        (Climbs(42.0), flying(), "is at 40 m above home"),
        (GoesBack([NORTH]), flying(5.0), "turned back, 111 m to fly"),
        (GoesBack([NORTH]), flying(-5.0), ""),
        (GoesBack([NORTH]), flying(-5.0, climb=1.0), "climbs at 1.0 m/s to return"),
        (GoesBack([HERE]), flying(climb=-1.0), "is over its goal"),
        (GoesBack([]), flying(5.0), ""),
        (GoesTo(NORTH), flying(5.0), "on its way, 111 m to fly"),
        (GoesTo(NORTH), flying(-0.4, 6.0), ""),
        (GoesTo(HERE, 40.0), flying(), "is there"),
        (GoesTo(HERE, 60.0), flying(), ""),
        (GoesTo(HERE, 60.0), flying(climb=1.0), "on its way, 20 m to climb"),
        (GoesTo(HERE, 20.0), flying(climb=-1.0), "on its way, 20 m to sink"),
        (FliesOn(3, GoesTo(NORTH)), flying(5.0), "on its way, 111 m to fly (item 3)"),
        (FliesOn(3, GoesTo(NORTH)), flying(), ""),
        (FliesOn(3, GoesTo(NORTH)), flying(item=4), "flies on, at item 4"),
        (FliesOn(3, None), flying(), "waits at item 3, as its mission has it"),
    ],
)
def test_what_is_seen_of_an_order(motion: Motion, state: VehicleState, words: str) -> None:
    assert motion.seen(state) == words


@pytest.mark.parametrize(
    ("motion", "state", "words"),
    [
        (Stops(), flying(4.2), "it still moves at 4.2 m/s"),
        (Sinks(), flying(), "it does not sink: 40 m above home, +0.0 m/s"),
        (Climbs(60.0), flying(), "it does not climb: 40 m above home, +0.0 m/s"),
        (GoesBack([NORTH]), flying(-5.0), "it neither climbs nor turns back: flies 180° at 5.0 m/s, 40 m above home"),
        (GoesTo(NORTH), flying(), "it does not fly there: moves at 0.0 m/s, 111 m from the place"),
        (FliesOn(3, Sinks()), flying(), "it does not sink: 40 m above home, +0.0 m/s (item 3)"),
    ],
)
def test_what_it_does_instead(motion: Motion, state: VehicleState, words: str) -> None:
    assert motion.instead(state) == words


def test_who_stands_needs_no_motion_and_who_hovers_low_does() -> None:
    assert on_the_ground(VehicleState(armed=False))
    assert on_the_ground(flying(up=0.2))
    assert not on_the_ground(flying(up=0.2, climb=0.5))
    assert not on_the_ground(flying())


async def on_its_way(link: VehicleLink) -> None:
    """In AUTO towards the second corner, at full speed."""
    await put(link, around_the_tower())
    await fly_to(link, CORNERS[0])
    await orders.resume(link)
    await until(link, lambda: (link.state.ground_speed_m_s or 0.0) > 4.0 and link.state.mission_item == 3, 60.0)


@pytest.mark.parametrize("loss", [0.0, 0.1])
def test_every_order_is_seen_in_the_air(loss: float) -> None:
    async def main() -> None:
        async with virtual_fleet(1, seed=4, one_radio=True) as (fleet, radios):
            (link,) = fleet.vehicles.values()
            await on_its_way(link)
            radios[0].set_faults(LinkFaults(latency_ms=50.0, loss=loss))
            told: list[Event] = []
            seen: dict[str, str] = {}

            async def give(run: object, motion: motions.MakeMotion, way: ways.MakeWay) -> str:
                await order_immediately(
                    [link], run, way, load, make_motion=motion, listener=told.append, on_done=seen.__setitem__
                )  # type: ignore[arg-type]
                return seen[link.name]

            assert (await give(orders.hold, motions.stops, ways.stop_here)).startswith("hovers")
            first = next(event for event in told if isinstance(event, Note))
            assert first.text == "BRAKE is set"
            assert (await give(orders.rtl, motions.returns, ways.way_back)).startswith(("turned back", "climbs"))
            await give(orders.hold, motions.stops, ways.stop_here)
            way = way_to(CORNERS[0], 40.0, airspace(3).site)
            move = Movement(way, along=fly_there, motion=goes_there)
            done = await order_proved(fleet, [link.name], move, airspace())
            assert done.motions[link.name].startswith(("on its way", "is there"))
            resume = Movement(ways.on_with_mission, run=orders.resume, motion=motions.flies_on)
            done = await order_proved(fleet, [link.name], resume, airspace())
            assert "item" in done.motions[link.name]
            assert (await give(orders.land, motions.sinks, ways.straight_down)).startswith("sinks")

    run_virtually(main(), limit_s=900.0)


async def confirmed(link: VehicleLink, motion: Motion, mode: str, error: type[Refused | NoAnswer]) -> str:
    with pytest.raises(error) as raised:
        await confirm_motion(link, motion, mode)
    assert type(raised.value) is error
    return raised.value.message


def test_what_takes_the_mode_and_does_not_follow_is_said() -> None:
    async def main() -> None:
        async with virtual_fleet(1, seed=4, one_radio=True) as (fleet, radios):
            (link,) = fleet.vehicles.values()
            assert await confirm_motion(link, Stops(), link.state.mode or "") == STANDS
            await on_its_way(link)
            words = await confirmed(link, Stops(), "AUTO", NoMotion)
            assert words.startswith("drone1: AUTO is set, but it still moves at ")
            words = await confirmed(link, OnceOnly(), "AUTO", NoMotion)
            assert words == "drone1: AUTO is set, but it did so for a moment"
            words = await confirmed(link, Stops(), "BRAKE", Refused)
            assert words == "drone1: BRAKE was set, and it is in AUTO now"
            with without(radios[0], "GLOBAL_POSITION_INT"):
                words = await confirmed(link, Stops(), "AUTO", NoAnswer)
            assert "whether it moves accordingly is not known, no position came within 15 s" in words

    run_virtually(main(), limit_s=900.0)


class OnceOnly:
    """What shows in one sample, and in no other."""

    _sample_s: float | None = None

    def seen(self, state: VehicleState) -> str:
        self._sample_s = self._sample_s or state.position_s
        return "seen" if state.position_s == self._sample_s else ""

    def instead(self, _state: VehicleState) -> str:
        return "it did so for a moment"


def without(radio: VirtualRadio, name: str) -> object:
    """Within: messages of this name get lost on their way down."""
    send: Callable[[list[bytes]], None] = radio._to_ground
    parser = FrameParser()

    def others(frames: list[bytes]) -> None:
        send([frame for frame in frames if all(one.message().name != name for one in parser.feed(frame))])  # type: ignore[union-attr]

    return patch.object(radio, "_to_ground", others)


def test_an_item_of_the_mission_says_what_is_to_be_seen() -> None:
    async def main() -> None:
        async with virtual_fleet(1, seed=4, one_radio=True) as (fleet, _):
            (link,) = fleet.vehicles.values()
            way = Way(around_the_tower(), 1, returns=Returns())
            assert await motions.flies_on(link, way) == FliesOn(1, Climbs(HEIGHT_M))
            way = Way(around_the_tower(), 3, returns=Returns())
            assert await motions.flies_on(link, way) == FliesOn(3, GoesTo(CORNERS[1], HEIGHT_M))
            assert await motions.flies_on(link, Way(around_the_tower(), 5)) == FliesOn(5, GoesBack(()))
            await fly_to(link, SOUTH_WEST)
            returns = await motions.returns(link, None)
            assert isinstance(returns, GoesBack)
            assert [round(goal.lat_deg, 4) for goal in returns.goals] == [round(HOME.lat_deg, 4)]

    run_virtually(main(), limit_s=400.0)
