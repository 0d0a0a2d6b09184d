"""The way of a drone that was sent to an incident is told to TAK as long as it flies it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cot_schema import assert_valid
from dispatching import dispatch_of, sent
from flying_fleet import SOUTH_WEST, airspace, around_the_tower, fly_to
from virtual_fleet import Cut, VirtualRadio, virtual_fleet
from virtual_network import run_virtually
from virtual_tak import BASE, PORT, VirtualTak, virtual_now

from dronectl.link.fleet_link import FleetLink, VehicleLink
from dronectl.model.geo import GeoPoint
from dronectl.model.incidents.errand import FlownErrand
from dronectl.model.tak.cot import CotEvent
from dronectl.model.tak.settings import TakSettings, TakTransport
from dronectl.ops.common.waiting import until
from dronectl.ops.dispatch.give_back import GiveBack
from dronectl.ops.dispatch.left_patrol import all_left
from dronectl.ops.incidents import flown_errands
from dronectl.ops.incidents.flown_errands import errand_over, errands_under_way, keep_errand
from dronectl.ops.items.transfer import put
from dronectl.ops.orders import orders
from dronectl.ops.orders.mission_resume import take_up
from dronectl.ops.picture.live import LivePicture
from dronectl.ops.tak.session import TakSources, tak_session
from dronectl.ops.telemetry.streams import kept_streams
from dronectl.sinks.tak_board import HOLDS

TAK = TakSettings(TakTransport.TCP, "127.0.0.1", PORT, "ROI-ET")
PLACE = GeoPoint(16.0521, 103.6522)
UID = "dronectl.ROI-ET.errand.drone1"
READ_EVERY = timedelta(seconds=4)


@pytest.fixture(autouse=True)
def _in_virtual_time(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("model.text.shown_time", "ops.dispatch.dispatch", "ops.dispatch.left_patrol"):
        monkeypatch.setattr(f"dronectl.{module}.now", virtual_now)
    monkeypatch.setattr(flown_errands, "now", lambda: BASE)


@asynccontextmanager
async def told_of(root: Path, fleet: FleetLink) -> AsyncIterator[VirtualTak]:
    """Another command of the workspace is connected to TAK, and watches the fleet."""
    tak, vehicles = VirtualTak(), list(fleet.vehicles.values())
    sources = TakSources(
        root,
        lambda: replace(airspace(1).site, root=root),
        errands=lambda: errands_under_way(root / "flights", BASE + timedelta(seconds=loop.time())),
        now=virtual_now,
    )
    loop = asyncio.get_running_loop()
    async with (
        tak.serve(),
        tak_session(TAK, None, sources, lambda _event: None) as session,
        kept_streams(vehicles, 4.0),
        LivePicture(vehicles, None, session.on_event, shows=True),
    ):
        yield tak


def in_the_air(
    root: Path, then: Callable[[VirtualTak, VehicleLink, VirtualRadio], Coroutine[Any, Any, None]], *, holds: bool
) -> tuple[list[CotEvent], bool]:
    """drone1, sent out of its patrol, and what becomes of it: the ways that were told until then, and whether one is
    told still after a while."""
    found: list[tuple[list[CotEvent], bool]] = []

    async def main() -> None:
        async with virtual_fleet(1, seed=3, one_radio=True) as (fleet, (radio,)):
            (link,) = fleet.vehicles.values()
            await put(link, around_the_tower())
            await fly_to(link, SOUTH_WEST)
            await take_up(link, 2)
            async with told_of(root, fleet) as tak:
                await asyncio.sleep(5.0)
                assert tak.of(UID) == [], "its patrol is nobody's errand"
                done = await sent(dispatch_of(root, airspace(1), PLACE, stay_s=30.0), fleet)
                await asyncio.sleep(8.0)
                before = [event for _, event in tak.of(UID)]
                assert before, "told while it flies it"
                assert done.option.errand is not None
                (kept,) = errands_under_way(root / "flights", virtual_now())
                assert (kept.drone, kept.incident, kept.mission) == ("drone1", "1201-01", done.option.errand.mission)
                await then(tak, link, radio)
                ended = virtual_now()
                await asyncio.sleep(20.0)
                last = tak.of(UID)[-1]
                for _, event, data in tak.heard:
                    if event.uid == UID:
                        assert_valid(data)
                is_told = last[1].stale > virtual_now()
                assert is_told is holds
                assert is_told or last[1].stale <= ended + READ_EVERY + HOLDS
                found.append((before, is_told))

    run_virtually(main(), limit_s=3_000.0)
    return found[0]


def test_the_way_of_the_errand_is_told_and_no_more_once_somebody_calls_it_home(tmp_path: Path) -> None:
    async def home(_tak: VirtualTak, link: VehicleLink, _radio: VirtualRadio) -> None:
        await orders.set_mode(link, "RTL")

    (first, *_), _ = in_the_air(tmp_path, home, holds=False)
    assert first.type == "b-m-r"
    contact = first.node("contact")
    assert contact is not None
    assert contact.attributes["callsign"] == "drone1 1201-01 there"
    places = [node.attributes["point"].split(",") for node in first.detail if node.tag == "link"]
    near_m = min(abs(float(lat) - PLACE.lat_deg) + abs(float(lon) - PLACE.lon_deg) for lat, lon, *_ in places) * 110e3
    assert near_m < 80.0, "it leads to where the place is seen from"


def test_it_is_over_when_its_patrol_is_given_back(tmp_path: Path) -> None:
    async def give_back(_tak: VirtualTak, link: VehicleLink, _radio: VirtualRadio) -> None:
        back = GiveBack(tmp_path / "flights")
        await back.fly(link, await back.way(link))
        assert link.state.mode == "AUTO"
        assert [one.given_back_at is not None for one in all_left(tmp_path / "flights")] == [True]

    in_the_air(tmp_path, give_back, holds=False)


def test_it_is_over_when_it_has_landed_also_when_it_then_flies_something_else(tmp_path: Path) -> None:
    async def land(_tak: VirtualTak, link: VehicleLink, _radio: VirtualRadio) -> None:
        assert await until(link, lambda: link.state.armed is False, 600.0)
        await asyncio.sleep(2.0)
        await put(link, around_the_tower())
        await orders.start(link)
        assert link.state.mode == "AUTO"

    in_the_air(tmp_path, land, holds=False)


def test_one_that_is_not_heard_any_more_flies_it_by_itself(tmp_path: Path) -> None:
    async def cut(_tak: VirtualTak, _link: VehicleLink, radio: VirtualRadio) -> None:
        radio.cuts.append(Cut(asyncio.get_running_loop().time(), 500.0, closes=False))

    in_the_air(tmp_path, cut, holds=True)


def test_the_last_errand_of_each_drone_counts_until_it_is_over_or_damaged(tmp_path: Path) -> None:
    mission = around_the_tower()

    def keep(name: str, drone: str, minutes: float) -> Path:
        folder = tmp_path / name
        keep_errand(folder, FlownErrand(drone, name, "there", mission, 140.0, BASE, BASE + timedelta(minutes=minutes)))
        return folder

    keep("20261201T010000Z-dispatch-1201-01", "alpha", 600.0)
    keep("20261201T050000Z-dispatch-1201-02", "alpha", 9.0)
    keep("20261201T050100Z-dispatch-1201-03", "bravo", 9.0)
    last = keep("20261201T050200Z-dispatch-1201-04", "alpha", 9.0)
    found = errands_under_way(tmp_path, BASE + timedelta(minutes=5))
    assert [(one.drone, one.incident[-2:]) for one in found] == [("alpha", "04"), ("bravo", "03")]
    assert errands_under_way(tmp_path, BASE + timedelta(minutes=10)) == []
    errand_over(last)
    errand_over(tmp_path / "20261201T050300Z-no-errand")
    found = errands_under_way(tmp_path, BASE + timedelta(minutes=5))
    assert [one.drone for one in found] == ["bravo"], "an older one does not come back"
    path = tmp_path / "20261201T050100Z-dispatch-1201-03" / "errand.json"
    path.write_text(path.read_text(encoding="utf-8").replace('Z"', '"'), encoding="utf-8")
    assert errands_under_way(tmp_path, BASE + timedelta(days=9)) == [], "a time without a zone stops nobody"
    for text in ("{", "[]", '{"drone": "bravo"}', "\x00" * 50, "[" * 100_000):
        path.write_text(text, encoding="utf-8")
        assert errands_under_way(tmp_path, BASE + timedelta(minutes=5)) == []
