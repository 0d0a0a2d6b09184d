"""Drones in the air sent on errands, over radios that lose frames and fall: whatever happens, a drone flies what was
proved, or hovers, and what it holds is told."""

from __future__ import annotations

import asyncio
import math
import random
from dataclasses import replace
from datetime import UTC, datetime, time
from pathlib import Path

import pytest
import shapely
from by_day import noon
from dispatching import dispatch_of, proposed, sent, sent_and_seen
from effort import seeds, some_of
from flying_fleet import HEIGHT_M, SOUTH_WEST, airspace, around_the_tower, fly_to
from virtual_fleet import Cut, VirtualRadio, virtual_fleet
from virtual_network import run_virtually

from dronectl.errors import DronectlError, NotReady, Refused, RuleViolation
from dronectl.formats.missions.item_hash import items_sha256
from dronectl.link.fleet_link import VehicleLink
from dronectl.model.geo import GeoPoint
from dronectl.model.incidents.incident import IncidentEvent
from dronectl.model.plan.mission import Mission, MissionItem
from dronectl.model.tak.settings import TakSettings, TakTransport
from dronectl.model.text.shown_time import now
from dronectl.ops.common.events import Note, ignore
from dronectl.ops.common.waiting import until
from dronectl.ops.dispatch import sending
from dronectl.ops.dispatch.dispatch import Dispatch
from dronectl.ops.dispatch.look import chosen
from dronectl.ops.flight.readiness.asked import Operator
from dronectl.ops.items.transfer import put
from dronectl.ops.orders import orders
from dronectl.ops.orders.mission_resume import take_up
from dronectl.ops.tak.shared_officers import write_known
from dronectl.ops.telemetry.streams import kept_streams
from dronectl.sim.fleet.vehicle import Vehicle
from dronectl.sim.vehicle.firmware import FIRMWARES
from dronectl.sim.vehicle.settings import LinkFaults

PLACE = GeoPoint(16.0521, 103.6522)
LIMIT_S = 3_000.0
FLEETS_AND_LOSS = [
    (releases, loss) for releases in (("4.7",), ("4.5", "4.6", "4.7"), ("4.6",), ("4.5",)) for loss in (0.1, 0.0, 0.05)
]
TAK = TakSettings(TakTransport.TCP, "tak", 8087, "ROI-ET")


async def on_patrol(link: VehicleLink) -> None:
    """West of the tower, on its way north to item 2."""
    await put(link, around_the_tower())
    await fly_to(link, SOUTH_WEST)
    await take_up(link, 2)
    assert await until(link, lambda: (link.state.ground_speed_m_s or 0.0) > 3.0, 60.0)


def on_board(radio: VirtualRadio) -> str:
    return items_sha256(mission_of(radio.vehicles[0]))


def mission_of(vehicle: Vehicle) -> Mission:
    """The mission that the vehicle holds, read past every protocol."""
    store = vehicle.copter.mission
    items = [store.get(seq) for seq in range(len(store))]
    return Mission(
        tuple(MissionItem(int(i.command), int(i.frame), i.p1, i.p2, i.p3, i.p4, i.x, i.y, i.z) for i in items if i)
    )


def flown(vehicle: Vehicle, places: list[GeoPoint]) -> None:
    body, chart = vehicle.copter.airframe, vehicle.copter.chart
    if body.up_m > 3.0:
        places.append(GeoPoint.from_e7(*chart.to_e7(body.north_m, body.east_m)))


async def watch(radio: VirtualRadio, places: list[GeoPoint]) -> None:
    while True:
        flown(radio.vehicles[0], places)
        await asyncio.sleep(0.2)


def require_clear(places: list[GeoPoint]) -> None:
    ground = airspace(1).ground
    way = shapely.LineString(ground.frame.points_to_xy(places))
    assert min(shapely.distance(area, way) for _, area in ground.keep_outs) > 7.0
    assert ground.areas["site_boundary"].covers(way)


@pytest.mark.parametrize("release", ["4.5", "4.6", "4.7"])
@pytest.mark.parametrize("loss", [0.0, 0.2])
def test_it_flies_its_errand_by_itself_once_it_is_sent(tmp_path: Path, release: str, loss: float) -> None:
    async def main() -> None:
        firmware = FIRMWARES[release]
        async with virtual_fleet(1, seed=3, one_radio=True, firmware=firmware) as (fleet, (radio,)):
            (link,) = fleet.vehicles.values()
            await on_patrol(link)
            radio.set_faults(LinkFaults(loss=loss, latency_ms=50.0, jitter_ms=20.0, baud=57_600))
            places: list[GeoPoint] = []
            watching = asyncio.create_task(watch(radio, places))
            job = dispatch_of(tmp_path, airspace(1), PLACE)
            done = await sent(job, fleet)
            assert done.option.errand is not None
            assert on_board(radio) == items_sha256(done.option.errand.mission)
            assert job.seconds[IncidentEvent.FIRST_BYTE] < 2.0 + 10.0 * loss
            radio.cuts.append(Cut(asyncio.get_running_loop().time(), 1e6, closes=True))
            vehicle = radio.vehicles[0]
            view_items: set[int] = set()
            while vehicle.copter.is_armed:
                view_items.add(vehicle.pilot.run.current_seq)
                await asyncio.sleep(0.5)
            watching.cancel()
            assert done.option.errand.view_item in view_items
            require_clear(places)
            view = airspace(1).ground.frame.point_to_xy(done.option.errand.way.view)
            xy = airspace(1).ground.frame.points_to_xy(places)
            assert float(((xy - view) ** 2).sum(axis=1).min()) < 2.0**2

    run_virtually(main(), limit_s=LIMIT_S)


@pytest.mark.parametrize(("releases", "loss"), some_of(FLEETS_AND_LOSS, 3))
def test_from_the_ground_over_a_radio_of_many_hands(tmp_path: Path, releases: tuple[str, ...], loss: float) -> None:
    """One 57,600-baud radio with three drones, which another hand's ``watch`` has stream. Sent, it needs no link."""

    async def main() -> None:
        async with virtual_fleet(3, seed=4, one_radio=True, releases=releases, apart_m=40.0) as (fleet, (radio,)):
            await asyncio.sleep(45.0)
            radio.set_faults(LinkFaults(loss=loss, latency_ms=50.0, jitter_ms=20.0, baud=57_600))
            async with kept_streams(list(fleet.vehicles.values()), 4.0, ignore):
                await asyncio.sleep(5.0)
                job = dispatch_of(tmp_path, airspace(3, 40.0), PLACE, stay_s=5.0)
                done = await sent(job, fleet)
                assert (done.option.state, done.left) == ("standing", None)
                assert done.option.errand is not None
                (vehicle,) = [one for one in radio.vehicles if one.settings.name == done.option.name]
                others = [one for one in radio.vehicles if one is not vehicle]
                assert items_sha256(mission_of(vehicle)) == items_sha256(done.option.errand.mission)
                radio.cuts.append(Cut(asyncio.get_running_loop().time(), 1e6, closes=True))
                places, view_items = list[GeoPoint](), set[int]()
                while vehicle.copter.is_armed:
                    flown(vehicle, places)
                    view_items.add(vehicle.pilot.run.current_seq)
                    await asyncio.sleep(0.2)
            assert done.option.errand.view_item in view_items
            require_clear(places)
            body = vehicle.copter.airframe
            assert math.hypot(body.north_m, body.east_m) < 2.0, "it lands where it stood"
            assert not any(one.copter.is_armed for one in others)

    run_virtually(main(), limit_s=LIMIT_S)


@pytest.mark.parametrize("seed", seeds(6))
def test_a_link_that_falls_leaves_it_hovering_or_on_its_errand(tmp_path: Path, seed: int) -> None:
    """Never in its mission with anything else on board than its patrol as it was, or the errand as it was proved."""
    draw = random.Random(seed)

    async def main() -> None:
        loop = asyncio.get_running_loop()
        async with virtual_fleet(1, seed=seed, one_radio=True) as (fleet, (radio,)):
            (link,) = fleet.vehicles.values()
            await on_patrol(link)
            job = dispatch_of(tmp_path, airspace(1), PLACE)
            looked = await proposed(job, fleet)
            at_s = loop.time() + draw.uniform(0.0, 5.0)
            radio.cuts.append(Cut(at_s, draw.choice((3.0, 40.0)), closes=draw.random() < 0.5))
            error: DronectlError | None = None
            done = None
            try:
                done = await job.send(looked, chosen(looked.proposal), fleet.vehicles)
            except DronectlError as failure:
                error = failure
            await asyncio.sleep(60.0)
            vehicle, patrol = radio.vehicles[0], items_sha256(around_the_tower())
            if done is not None:
                assert done.option.errand is not None
                assert on_board(radio) == items_sha256(done.option.errand.mission)
                return
            assert error is not None
            job.written()
            assert [note.event for note in job.book.find(job.incident.key).notes][-1] is IncidentEvent.FAILED
            if vehicle.pilot.mode.name == "AUTO":
                kept = list((tmp_path / "flights").glob("*/left-patrol.json"))
                assert on_board(radio) == patrol or kept, "it holds the errand, and its patrol is kept"
            elif on_board(radio) != patrol:
                assert vehicle.pilot.mode.name == "BRAKE"
                assert "may hold a mixture" in error.message

    run_virtually(main(), limit_s=LIMIT_S)


@pytest.mark.parametrize("flies", [True, False])
def test_what_is_not_known_of_officers_is_said_once_before_it_is_sent(tmp_path: Path, *, flies: bool) -> None:
    async def main() -> None:
        async with virtual_fleet(1, seed=3, one_radio=True) as (fleet, _):
            (link,) = fleet.vehicles.values()
            await (on_patrol(link) if flies else asyncio.sleep(40.0))
            told: list[str] = []
            asks = replace(airspace(1), site=replace(airspace(1).site, tak=TAK))
            listen = lambda event: told.append(event.text) if isinstance(event, Note) else None  # noqa: E731
            job = dispatch_of(tmp_path, asks, PLACE, listener=listen)
            looked = await proposed(job, fleet)
            assert [text for text in told if text.startswith("officers: ")] == looked.officers.told
            (warning,) = looked.officers.told
            assert "where officers are is not known: nobody listens to TAK" in warning
            write_known(tmp_path, TAK.url, "connection refused", [], now())
            await job.send(looked, chosen(looked.proposal), fleet.vehicles)
            changed = [text for text in told if text.startswith("officers: ") and text != warning]
            assert [text for text in told if text.startswith("officers: ")] == [warning, *changed]
            assert len(changed) == 1, "something else is said, once"

    run_virtually(main(), limit_s=LIMIT_S)


def test_who_may_not_fly_on_after_dark_is_left_on_its_patrol(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless a person answers for it, as from the ground."""
    evening = datetime.combine(noon().date(), time(10, 30), UTC)  # 17:30 at the site

    async def main() -> None:
        async with virtual_fleet(1, seed=3, one_radio=True) as (fleet, (radio,)):
            (link,) = fleet.vehicles.values()
            await on_patrol(link)
            job = dispatch_of(tmp_path, airspace(1), PLACE, stay_s=600.0)
            monkeypatch.setattr("dronectl.ops.common.present.hour", lambda: evening)
            looked = await proposed(job, fleet)
            option = replace(chosen(looked.proposal), lands_s=7_200.0)
            with pytest.raises(
                NotReady,
                match=r"no-go: site: daylight the sun is down from 1[78]:\d\d.* last .*; drone1 was ordered nothing",
            ):
                await job.send(looked, option, fleet.vehicles)
            assert (radio.vehicles[0].pilot.mode.name, on_board(radio)) == ("AUTO", items_sha256(around_the_tower()))
            answered = dispatch_of(tmp_path / "answered", airspace(1), PLACE, stay_s=600.0)
            answered.operator = Operator(waived={"daylight": "Mali"})
            done = await answered.send(looked, option, fleet.vehicles)
            assert done.left is not None
            assert radio.vehicles[0].pilot.mode.name == "AUTO"

    run_virtually(main(), limit_s=LIMIT_S)


def test_who_takes_it_over_meanwhile_has_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another hand orders it home while its items are changed: it is not set on its errand."""

    async def main() -> None:
        async with virtual_fleet(1, seed=5, one_radio=True) as (fleet, (radio,)):
            (link,) = fleet.vehicles.values()
            await on_patrol(link)
            job = dispatch_of(tmp_path, airspace(1), PLACE)
            real_put = sending.put

            async def put_and_taken(*arguments: object) -> object:
                done = await real_put(*arguments)  # type: ignore[arg-type]
                await orders.rtl(link)
                return done

            monkeypatch.setattr(sending, "put", put_and_taken)
            with pytest.raises(
                Refused, match="was told to hold, and is in RTL now: the errand is on board, and not flown"
            ):
                await sent(job, fleet)
            assert radio.vehicles[0].pilot.mode.name == "RTL"

    run_virtually(main(), limit_s=LIMIT_S)


def test_from_where_no_way_is_lawful_any_more_it_hovers_with_its_patrol(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> None:
        async with virtual_fleet(1, seed=6, one_radio=True) as (fleet, (radio,)):
            (link,) = fleet.vehicles.values()
            await on_patrol(link)
            job = dispatch_of(tmp_path, airspace(1), PLACE)
            looked = await proposed(job, fleet)
            option = chosen(looked.proposal)
            job.wish = dispatch_of(tmp_path / "far", airspace(1), GeoPoint(16.09, 103.65)).wish
            with pytest.raises(RuleViolation, match="it hovers, its patrol is on board"):
                await job.send(looked, option, fleet.vehicles)
            assert radio.vehicles[0].pilot.mode.name == "BRAKE"
            assert on_board(radio) == items_sha256(around_the_tower())

    run_virtually(main(), limit_s=LIMIT_S)


def test_from_the_ground_it_is_seen_there(tmp_path: Path) -> None:
    async def main() -> None:
        async with virtual_fleet(1, seed=8, one_radio=True) as (fleet, _):
            (link,) = fleet.vehicles.values()
            await asyncio.sleep(60.0)
            job: Dispatch = dispatch_of(tmp_path, airspace(1), PLACE)
            done, seconds = await sent_and_seen(job, fleet)
            assert done.option.state == "standing"
            assert abs(seconds - done.option.arrives_s) < max(5.0, 0.05 * seconds)
            assert job.seconds[IncidentEvent.AIRBORNE] < 20.0
            assert done.option.layer is not None
            assert done.option.layer.relative_altitude_m != HEIGHT_M
            assert link.state.mode == "AUTO"

    run_virtually(main(), limit_s=LIMIT_S)
