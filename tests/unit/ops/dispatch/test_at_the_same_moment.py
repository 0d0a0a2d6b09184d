"""Orders that are confirmed in the same moment: the second is held against what the first one will fly."""

from __future__ import annotations

import asyncio
import errno
import math
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from dispatching import dispatch_of, proposed
from flying_fleet import SOUTH_WEST, airspace, around_the_tower, fly_to
from virtual_fleet import VirtualRadio, virtual_fleet
from virtual_network import run_virtually

from dronectl.checks.ways.way import Present, over
from dronectl.errors import DronectlError, NotReady, Refused, RuleViolation
from dronectl.link.fleet_link import FleetLink
from dronectl.model.geo import GeoPoint
from dronectl.model.text.shown_time import now
from dronectl.ops.common.waiting import until
from dronectl.ops.dispatch.look import Looked
from dronectl.ops.dispatch.sending import Sent
from dronectl.ops.items.transfer import put
from dronectl.ops.orders import orders, to_place
from dronectl.ops.orders.airspace import Airspace
from dronectl.ops.orders.claims import claims as claiming
from dronectl.ops.orders.claims.claims import FILE, LOCK, Claims, beside
from dronectl.ops.orders.claims.claims_file import BEGINS_WITHIN_S, read_claims
from dronectl.ops.orders.mission_resume import take_up
from dronectl.ops.orders.proved_order import Movement, ProvedMovement, order_proved
from dronectl.storage import file_lock
from dronectl.storage.file_lock import lock_file

PLACE = GeoPoint(16.0521, 103.6522)
SOUTH_EAST = GeoPoint(16.0528, 103.6532)
LEAST_M = 9.0
"""Of the site's 10 m, as places are measured."""
APART_M = 90.0
"""Of the homes of the two."""
HEIGHT_M = 36.0
LIMIT_S = 3_000.0
Test = Callable[[FleetLink, list[VirtualRadio]], Coroutine[Any, Any, None]]


def with_two(test: Test) -> None:
    async def main() -> None:
        async with virtual_fleet(2, seed=3, one_radio=False, apart_m=APART_M) as (fleet, radios):
            await test(fleet, list(radios))

    run_virtually(main(), limit_s=LIMIT_S)


def air() -> Airspace:
    return airspace(2, APART_M)


async def nearest_m(radios: list[VirtualRadio], seconds: float) -> float:
    """How near the two bodies come to each other in the air, many times a second."""
    least_m, bodies = math.inf, [radio.vehicles[0].copter for radio in radios]
    frame = air().ground.frame
    for _ in range(round(seconds / 0.2)):
        places = [GeoPoint.from_e7(*one.chart.to_e7(one.airframe.north_m, one.airframe.east_m)) for one in bodies]
        (here, there), (up, other_up) = frame.points_to_xy(places), (one.airframe.up_m for one in bodies)
        if min(up, other_up) > 2.0:
            least_m = min(least_m, math.dist((*here, up), (*there, other_up)))
        await asyncio.sleep(0.2)
    return least_m


async def both_on_patrol(fleet: FleetLink) -> None:
    """At one height, one behind the other."""
    first, second = fleet.vehicles.values()
    for link, place in ((first, SOUTH_WEST), (second, SOUTH_EAST)):
        await put(link, around_the_tower())
        await fly_to(link, place)
    await asyncio.gather(take_up(first, 2), take_up(second, 4))
    assert await until(first, lambda: (first.state.ground_speed_m_s or 0.0) > 3.0, 60.0)


async def sent_at_once(
    fleet: FleetLink, root: Path, *, height_m: float | None = None
) -> tuple[Sent | BaseException, Sent | BaseException]:
    """Both drones to one place, each by a command of its own: proposed, then confirmed in the same moment."""
    jobs = []
    for name in fleet.vehicles:
        job = dispatch_of(root, air(), PLACE, stay_s=30.0)
        job.wish = replace(job.wish, relative_altitude_m=height_m)
        jobs.append((job, name, await proposed(job, fleet)))

    def option(looked: Looked, name: str) -> Any:
        found = next(one for one in looked.proposal.options if one.name == name)
        assert found.can_go, found.why
        return found

    first, second = await asyncio.gather(
        *(job.send(looked, option(looked, name), fleet.vehicles) for job, name, looked in jobs),
        return_exceptions=True,
    )
    return first, second


def test_two_called_out_of_their_patrols_take_ways_that_do_not_meet(tmp_path: Path) -> None:
    async def test(fleet: FleetLink, radios: list[VirtualRadio]) -> None:
        await both_on_patrol(fleet)
        first, second = await sent_at_once(fleet, tmp_path)
        assert isinstance(first, Sent)
        assert isinstance(second, Sent)
        assert await nearest_m(radios, 200.0) > LEAST_M
        assert all(claim.ended is not None for claim in read_claims(tmp_path / FILE))

    with_two(test)


def test_two_from_the_ground_take_ways_that_do_not_meet(tmp_path: Path) -> None:
    async def test(fleet: FleetLink, radios: list[VirtualRadio]) -> None:
        await asyncio.sleep(40.0)
        first, second = await sent_at_once(fleet, tmp_path)
        assert isinstance(first, Sent)
        assert isinstance(second, Sent)
        assert await nearest_m(radios, 200.0) > LEAST_M

    with_two(test)


@pytest.mark.parametrize("flies", [True, False])
def test_of_two_at_one_height_one_is_sent(tmp_path: Path, *, flies: bool) -> None:
    """Each alone was lawful."""

    async def test(fleet: FleetLink, radios: list[VirtualRadio]) -> None:
        first, second = fleet.vehicles.values()
        beside = GeoPoint(SOUTH_WEST.lat_deg, SOUTH_WEST.lon_deg + 15.0 / 106_900.0)
        if flies:
            await asyncio.gather(fly_to(first, SOUTH_WEST), fly_to(second, beside))
        await asyncio.sleep(40.0)
        answers = await sent_at_once(fleet, tmp_path, height_m=46.0)
        (refused,) = [one for one in answers if isinstance(one, BaseException)]
        assert isinstance(refused, RuleViolation)
        assert "m from drone" in refused.message
        assert ("it hovers" if flies else "it stands") in refused.message
        modes = {radio.vehicles[0].pilot.mode.name for radio in radios}
        assert modes == ({"AUTO", "BRAKE"} if flies else {"AUTO", "STABILIZE"})
        assert await nearest_m(radios, 120.0) > LEAST_M

    with_two(test)


def goes(place: GeoPoint) -> Movement:
    return Movement(to_place.way_to(place, HEIGHT_M, air().site), along=to_place.fly_there, motion=to_place.goes_there)


def test_two_gotos_that_cross_are_held_against_each_other(tmp_path: Path) -> None:
    west, east = GeoPoint(16.0524, 103.6508), GeoPoint(16.0524, 103.6528)
    beside = 18.0 / 106_900.0

    async def test(fleet: FleetLink, radios: list[VirtualRadio]) -> None:
        first, second = fleet.vehicles.values()
        await asyncio.gather(fly_to(first, west, height_m=HEIGHT_M), fly_to(second, east, height_m=HEIGHT_M))
        goals = (GeoPoint(east.lat_deg, east.lon_deg - beside), GeoPoint(west.lat_deg, west.lon_deg + beside))

        async def order(name: str, goal: GeoPoint) -> ProvedMovement:
            return await order_proved(fleet, [name], goes(goal), air(), claims=Claims(tmp_path))

        answers = await asyncio.gather(
            *(order(name, goal) for name, goal in zip(fleet.vehicles, goals, strict=True)), return_exceptions=True
        )
        assert sorted(type(one).__name__ for one in answers) == ["ProvedMovement", "RuleViolation"]
        assert await nearest_m(radios, 60.0) > LEAST_M

    with_two(test)


def test_an_order_that_ended_since_somebody_looked_counts_as_it_is_flown(tmp_path: Path) -> None:
    """Its mission was another one when it was asked: who is sent by an older proposal meets it nowhere."""

    async def test(fleet: FleetLink, radios: list[VirtualRadio]) -> None:
        await both_on_patrol(fleet)
        first, second = (dispatch_of(tmp_path, air(), PLACE, stay_s=20.0) for _ in range(2))
        looks = [await proposed(job, fleet) for job in (first, second)]
        names = list(fleet.vehicles)
        for job, looked, name in zip((first, second), looks, names, strict=True):
            option = next(one for one in looked.proposal.options if one.name == name)
            assert option.can_go, option.why
            await job.send(looked, option, fleet.vehicles)
            await asyncio.sleep(5.0)
            if job is first:
                (found,) = Claims(tmp_path).others(air(), {"drone2"}, looks[1].fleet.asked, fleet.vehicles)
                assert found.obeys, "in place of what it told before"
                assert option.errand is not None
                (seen,) = looks[1].fleet.others(air(), "drone2")
                assert beside([seen], [found]) == (found.other,)
                assert found.other.flight.mission.items[-1] == option.errand.mission.items[-1]
                assert found.other.flight.mission != seen.flight.mission
        assert await nearest_m(radios, 200.0) > LEAST_M

    with_two(test)


def test_who_holds_the_lock_for_ever_stops_no_emergency_and_is_told(tmp_path: Path) -> None:
    async def test(fleet: FleetLink, _radios: list[VirtualRadio]) -> None:
        first, second = fleet.vehicles.values()
        await fly_to(first, SOUTH_WEST, height_m=HEIGHT_M)
        (tmp_path / LOCK).parent.mkdir(parents=True)
        with (tmp_path / LOCK).open("ab") as held:
            assert lock_file(held)
            loop = asyncio.get_running_loop()
            begun_s = loop.time()
            going = asyncio.create_task(
                order_proved(fleet, [first.name], goes(SOUTH_EAST), air(), claims=Claims(tmp_path))
            )
            await asyncio.sleep(1.0)
            await orders.hold(first)
            assert loop.time() - begun_s < 4.0, "hold waits for nobody"
            with pytest.raises(NotReady, match="another order of this workspace is being proved; nothing was ordered"):
                await going
        del second

    with_two(test)


def claimed(claims: Claims, name: str = "drone1") -> tuple[Any, ...]:
    way = over([(SOUTH_WEST, HEIGHT_M), (SOUTH_EAST, HEIGHT_M)])
    present = Present(PLACE, HEIGHT_M, air().drone(name).home)
    claims.claim({name: [(way, present, 5.0)]})
    return way, present


def test_claims_are_read_as_they_were_written_and_count_until_they_end(tmp_path: Path) -> None:
    async def test(fleet: FleetLink, _radios: list[VirtualRadio]) -> None:
        first = fleet.vehicles["drone1"]
        before, mine, others = now(), Claims(tmp_path), Claims(tmp_path)
        way, present = claimed(mine)
        (claim,) = read_claims(tmp_path / FILE)
        assert (claim.way, claim.present, claim.late_s) == (
            replace(way, names={}),
            present,
            BEGINS_WITHIN_S + 5.0,
        )
        (found,) = others.others(air(), (), now(), {})
        assert (found.other.name, found.obeys, found.other.late_s) == ("drone1", False, claim.late_s)
        assert others.others(air(), {"drone1"}, now(), {}) == ()
        await others.end([first])
        assert read_claims(tmp_path / FILE) == [claim], "it is another one's"
        await mine.end([first])
        assert others.others(air(), (), now(), {}) == ()
        assert len(others.others(air(), (), before, {})) == 1
        claimed(mine)
        await mine.end([first], obeyed=False)
        assert others.others(air(), (), before, {}) == ()

    with_two(test)


def test_an_order_that_was_killed_while_it_was_given_counts_for_minutes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    claimed(Claims(tmp_path))
    moment = now()
    for minutes, count in ((1, 1), (4, 0), (30, 0)):
        monkeypatch.setattr(claiming, "now", partial(lambda later: moment + timedelta(minutes=later), minutes))
        assert len(Claims(tmp_path).others(air(), (), moment, {})) == count


@pytest.mark.parametrize(
    "text", ["", "{", "[1]", '[{"drone": "a"}]', "null", "\x00", '{"version": 9}', "without a time zone", "[" * 100_000]
)
def test_of_a_damaged_file_it_is_told_once_that_nobody_knows_what_was_claimed(tmp_path: Path, text: str) -> None:
    claimed(Claims(tmp_path))
    whole = (tmp_path / FILE).read_text(encoding="utf-8")
    (tmp_path / FILE).write_text(whole.replace('Z"', '"') if "zone" in text else text, encoding="utf-8")
    told: list[Any] = []
    claims = Claims(tmp_path, told.append)
    for _ in range(2):
        assert claims.others(air(), (), now() - timedelta(minutes=1), {}) == ()
    (note,) = told
    assert "orders of the same moment are not held against this one: " in note.text
    assert "claimed-ways.json: is " in note.text
    claimed(claims)
    assert len(read_claims(tmp_path / FILE)) == 1


@pytest.mark.parametrize(("age_s", "is_heard"), [(0.5, True), (20.0, False)])
def test_who_is_not_heard_any_more_may_be_anywhere_on_its_way(tmp_path: Path, age_s: float, *, is_heard: bool) -> None:
    """What was seen of it counts beside what was claimed for it, and the way is as wide as it may have come."""

    async def test() -> None:
        state = SimpleNamespace(
            mode="AUTO", position=SOUTH_WEST, position_s=asyncio.get_running_loop().time() - age_s, mission_item=None,
            relative_altitude_m=HEIGHT_M, home=PLACE, velocity_east_m_s=3.0, velocity_north_m_s=4.0,
        )  # fmt: skip
        vehicle: Any = SimpleNamespace(name="drone1", state=state)
        before, claims = now(), Claims(tmp_path)
        claimed(claims)
        await claims.end([vehicle])
        (found,) = claims.others(air(), (), before, {"drone1": vehicle})
        assert found.obeys is is_heard
        assert found.other.radius_m == pytest.approx(5.0 * age_s, rel=0.05)

    asyncio.run(test())


def test_an_order_that_is_refused_leaves_no_claim(tmp_path: Path) -> None:
    """The drone hovers where it is seen, and not on the way to where it was not sent."""

    async def test(fleet: FleetLink, _radios: list[VirtualRadio]) -> None:
        first = fleet.vehicles["drone1"]
        await fly_to(first, SOUTH_WEST)

        async def refuse(*_: object) -> None:
            assert len(read_claims(tmp_path / FILE)) == 1
            raise Refused("drone1: no")

        refused = replace(goes(SOUTH_EAST), along=refuse)
        with pytest.raises(Refused):
            await order_proved(fleet, [first.name], refused, air(), claims=Claims(tmp_path))
        assert read_claims(tmp_path / FILE) == []

    with_two(test)


def test_of_a_way_around_only_its_last_part_counts_once_it_was_flown(tmp_path: Path) -> None:
    async def test(fleet: FleetLink, _radios: list[VirtualRadio]) -> None:
        claims, before = Claims(tmp_path), now()
        way, present = over([(SOUTH_WEST, HEIGHT_M), (SOUTH_EAST, HEIGHT_M)]), Present(PLACE, HEIGHT_M, PLACE)
        claims.claim({"drone1": [(way, present, 0.0), (way, present, 400.0)]})
        assert [one.given_within for one in read_claims(tmp_path / FILE)] == [
            timedelta(minutes=3),
            timedelta(minutes=3, seconds=400),
        ]
        await claims.end([fleet.vehicles["drone1"]])
        assert len(claims.others(air(), (), before, {})) == 1

    with_two(test)


def test_where_no_locks_are_kept_nobody_waits_for_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(_file: object, *, wait: bool) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(file_lock, "_lock", no_locks)

    async def test() -> None:
        async with asyncio.timeout(1.0), Claims(tmp_path).alone() as alone:
            claimed(alone)

    asyncio.run(test())
    assert len(read_claims(tmp_path / FILE)) == 1


def test_where_nothing_can_be_written_the_order_goes_on_and_it_is_told(tmp_path: Path) -> None:
    (tmp_path / "flights").write_text("no folder", encoding="utf-8")
    told: list[Any] = []

    async def main() -> None:
        mine = Claims(tmp_path, told.append)
        async with mine.alone():
            claimed(mine)
        with suppress(DronectlError):
            await mine.end([])

    run_virtually(main(), limit_s=60.0)
    assert "orders of the same moment are not held against this one" in told[0].text


def test_who_claims_nothing_is_as_before() -> None:
    async def main() -> None:
        async with Claims().alone() as alone:
            claimed(alone)
            assert alone.others(air(), (), now() - timedelta(minutes=1), {}) == ()

    run_virtually(main(), limit_s=60.0)
