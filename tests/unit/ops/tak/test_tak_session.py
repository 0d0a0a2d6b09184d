"""A fleet and a TAK server, in virtual time: what is told, what is heard, and a server that is away."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from cot_schema import assert_valid
from flying_fleet import CORNERS, airspace, fly_to
from virtual_fleet import Cut, virtual_fleet
from virtual_network import run_virtually
from virtual_tak import PORT, VirtualTak, virtual_now

from dronectl.formats.tak.cot_xml import cot_bytes
from dronectl.link.fleet_link import FleetLink
from dronectl.model.geo import GeoPoint
from dronectl.model.plan.flown_sortie import FlownSortie
from dronectl.model.plan.plan import Plan
from dronectl.model.site import Site
from dronectl.model.tak.cot import CotEvent, CotNode
from dronectl.model.tak.settings import TakSettings, TakTransport
from dronectl.ops.common.events import Event, Note
from dronectl.ops.picture.live import LivePicture
from dronectl.ops.tak.session import TakSession, TakSources, tak_session
from dronectl.ops.tak.shared_officers import officers_now
from dronectl.ops.telemetry.streams import kept_streams
from dronectl.sinks.tak_board import HOLDS

TAK = TakSettings(TakTransport.TCP, "127.0.0.1", PORT, "ROI-ET")
DRONE = "dronectl.ROI-ET.drone.drone1"


def in_time(work: Coroutine[Any, Any, None]) -> None:
    run_virtually(work, limit_s=2_000.0)


def site_in(root: Path) -> Site:
    return replace(airspace(2).site, root=root)


@asynccontextmanager
async def telling(
    root: Path, told: list[Event], fleet: FleetLink | None = None, **more: Any
) -> AsyncIterator[TakSession]:
    sources = TakSources(root, lambda: site_in(root), now=virtual_now, **more)
    async with tak_session(TAK, None, sources, told.append) as session:
        if fleet is None:
            yield session
            return
        vehicles = list(fleet.vehicles.values())
        async with kept_streams(vehicles, 4.0), LivePicture(vehicles, None, session.on_event, shows=True):
            yield session


def officer(uid: str = "ANDROID-7", speed: str = "1.0") -> bytes:
    moment = virtual_now()
    detail = (CotNode("contact", {"callsign": "Wichai"}), CotNode("track", {"speed": speed, "course": "10"}))
    return cot_bytes(
        CotEvent(uid, "a-f-G-U-C", "m-g", moment, moment, moment + timedelta(seconds=75), GeoPoint(16.05, 103.65),
                 80.0, 5.0, None, detail)
    )  # fmt: skip


def notes(told: list[Event]) -> list[str]:
    return [event.text for event in told if isinstance(event, Note)]


def test_drones_zones_and_the_station_are_told_and_are_stale_when_nothing_is_heard(tmp_path: Path) -> None:
    async def main() -> None:
        tak, told = VirtualTak(), list[Event]()
        async with tak.serve(), virtual_fleet(2, seed=4, one_radio=False) as (fleet, radios):
            async with telling(tmp_path, told, fleet) as session:
                await fly_to(fleet.vehicles["drone1"], CORNERS[0])
                await asyncio.sleep(20.0)
                assert session.is_up
                radios[0].cuts.append(Cut(asyncio.get_running_loop().time(), 500.0, closes=False))
                cut = virtual_now()
                await asyncio.sleep(30.0)
            after = len(tak.heard)
            await asyncio.sleep(20.0)
            assert len(tak.heard) == after, "nothing after the end"
        for _, _, data in tak.heard:
            assert_valid(data)
        mine = tak.of(DRONE)
        assert len(mine) > 60
        for before, later in pairwise(mine):
            assert later[1].start > before[1].start, "never renewed by old data"
        for when, event in mine:
            assert event.stale == event.start + HOLDS
            assert event.start <= when <= event.start + timedelta(seconds=4), "told soon after it was heard"
            assert when - event.time <= timedelta(seconds=1)
        last_when, last = mine[-1]
        assert last.stale <= cut + HOLDS, "stale ten seconds after it was heard last"
        assert last_when <= cut + timedelta(seconds=5)
        track = last.node("track")
        assert track is not None
        assert last.hae_m is not None
        other = tak.of("dronectl.ROI-ET.drone.drone2")
        assert other[-1][0] > cut + timedelta(seconds=25), "the other one is still told"
        assert abs(last.hae_m - (other[-1][1].hae_m or 0.0) - 30.0) < 4.0
        uids = {event.uid for _, event, _ in tak.heard}
        assert {"dronectl.ROI-ET.station", "dronectl.ROI-ET.keep-out.tower"} <= uids
        assert notes(told)[0] == "TAK tcp://127.0.0.1:8087: connected"

    in_time(main())


def test_a_server_that_is_away_for_minutes_slows_nothing_and_then_hears_how_things_are_now(tmp_path: Path) -> None:
    async def main() -> None:
        tak, told = VirtualTak(), list[Event]()
        async with virtual_fleet(2, seed=4, one_radio=False) as (fleet, _):
            heard_s: list[float] = []
            loop = asyncio.get_running_loop()
            fleet.vehicles["drone1"].subscribe(
                lambda message: heard_s.append(loop.time()) if message.name == "GLOBAL_POSITION_INT" else None
            )
            async with telling(tmp_path, told, fleet) as session:
                async with tak.serve():
                    await asyncio.sleep(30.0)
                first, gone = len(tak.heard), virtual_now()
                size = 0
                for _ in range(18):
                    await asyncio.sleep(10.0)
                    size = max(size, len(session.board._entries))
                assert len(tak.heard) == first
                back = virtual_now()
                async with tak.serve():
                    await asyncio.sleep(35.0)
                mine = [(when, event) for when, event in tak.of(DRONE) if when > back]
                assert mine, notes(told)
                assert mine[0][0] - back <= timedelta(seconds=31), "tried again every half minute at most"
                assert all(when < event.stale for when, event in mine), "what is old is not told as if it were now"
                assert len([when for when, _ in mine if when == mine[0][0]]) == 1, "the newest alone"
        others = 2 + len(site_in(tmp_path).zones.features())
        assert size <= others + 2, "of each thing one event waits"
        gaps = [later - before for before, later in pairwise(heard_s)]
        assert max(gaps[20:]) <= 1.0, "the radio goes on as it did"
        lines = notes(told)
        assert lines[0].endswith("connected")
        assert "not connected: the other side closed it; drones fly on" in lines[1]
        assert lines[2].startswith("TAK tcp://127.0.0.1:8087: not connected: connection refused")
        assert lines[3].endswith(": connected")
        assert len(lines) == 5, "said once each; the last one when the server ended"
        assert gone < back

    in_time(main())


def test_a_server_that_takes_nothing_is_left_and_nothing_piles_up(tmp_path: Path) -> None:
    async def main() -> None:
        told, sitting, again = list[Event](), list[asyncio.StreamWriter](), asyncio.Event()

        async def sit(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            sitting.append(writer)
            if len(sitting) == 2:
                again.set()
            with suppress(asyncio.CancelledError):
                await asyncio.Event().wait()

        server = await asyncio.start_server(sit, "127.0.0.1", PORT, limit=1_000)
        async with telling(tmp_path, told) as session:
            await again.wait()
            assert any("it took nothing for 15 s" in line for line in notes(told)), notes(told)
            assert session.board.told < 150, "what fills the line, and no more of what stands"
        server.close()

    in_time(main())


def test_officers_are_heard_and_shared_and_forgotten(tmp_path: Path) -> None:
    async def main() -> None:
        tak, told = VirtualTak(), list[Event]()
        async with tak.serve(), telling(tmp_path, told):
            await asyncio.sleep(3.0)
            tak.say(b'<?xml version="1.0"?>\n<!DOCTYPE x><event><rubbish/></event>' + officer())
            tak.say(b"\x00\xff" * 50_000)
            await asyncio.sleep(2.0)
            picture = officers_now(tmp_path, TAK, virtual_now())
            assert picture is not None
            assert [one.name for one in picture.officers] == ["Wichai"]
            assert not picture.is_doubtful
            assert picture.officers[0].radius_m(virtual_now(), 0.0) < 9.0
            tak.say(officer("dronectl.ROI-ET.station"))
            await asyncio.sleep(80.0)
            picture = officers_now(tmp_path, TAK, virtual_now())
            assert picture is not None
            assert picture.officers == ()
            assert [one.name for one in picture.missed] == ["Wichai"]
            assert "not known any more: Wichai" in picture.words(virtual_now())
        picture = officers_now(tmp_path, TAK, virtual_now())
        assert picture is not None
        assert "is not known: dronectl ended" in picture.words(virtual_now())

    in_time(main())


def test_who_listens_next_does_not_forget_whom_another_one_heard(tmp_path: Path) -> None:
    """An officer is not taken for gone because a command ended and another one listens since."""

    async def main() -> None:
        tak, told = VirtualTak(), list[Event]()
        async with tak.serve():
            async with telling(tmp_path, told):
                await asyncio.sleep(3.0)
                tak.say(officer())
                await asyncio.sleep(3.0)
            async with telling(tmp_path, told):
                await asyncio.sleep(8.0)
                picture = officers_now(tmp_path, TAK, virtual_now())
                assert picture is not None
                assert [one.name for one in picture.officers] == ["Wichai"]
                assert picture.why == ""

    in_time(main())


def test_officers_are_heard_in_either_version_of_the_protocol(tmp_path: Path) -> None:
    """As a group's devices send them."""

    def field(number: int, data: bytes) -> bytes:
        return bytes((number << 3 | 2, len(data))) + data

    def double(number: int, value: float) -> bytes:
        return bytes((number << 3 | 1,)) + struct.pack("<d", value)

    async def main() -> None:
        told: list[Event] = []
        async with telling(tmp_path, told) as session:
            await asyncio.sleep(2.0)
            moment = int(virtual_now().timestamp() * 1000)
            times = b"".join(
                bytes((number << 3,)) + varint(moment + later) for number, later in ((6, 0), (7, 0), (8, 75_000))
            )
            names = field(1, b"a-f-G-U-C") + field(5, b"ANDROID-9") + field(9, b"m-g")
            event = names + times + double(10, 16.05) + double(11, 103.65) + double(13, 4.0)
            session._on_event(b"\xbf\x01\xbf" + field(2, event + field(15, field(2, field(2, b"Malee")))))
            session._on_event(b"\xbf\x01\xbf" + bytes(range(256)))
            session._on_event(officer())
            await asyncio.sleep(2.0)
            picture = officers_now(tmp_path, TAK, virtual_now())
            assert picture is not None
            assert [(one.name, one.ce_m) for one in picture.officers] == [("Malee", 4.0), ("Wichai", 5.0)]

    in_time(main())


def varint(value: int) -> bytes:
    return bytes((value & 0x7F | 0x80,)) + varint(value >> 7) if value > 0x7F else bytes((value,))


def test_a_server_that_is_away_is_said_to_who_asks_for_officers(tmp_path: Path) -> None:
    async def main() -> None:
        async with telling(tmp_path, []):
            await asyncio.sleep(40.0)
            picture = officers_now(tmp_path, TAK, virtual_now())
            assert picture is not None
            assert picture.words(virtual_now()) == "where officers are is not known: connection refused"

    in_time(main())


def test_a_flood_leaves_the_loop_to_others(tmp_path: Path) -> None:
    async def main() -> None:
        tak, told = VirtualTak(), list[Event]()
        async with tak.serve(), telling(tmp_path, told) as session:
            await asyncio.sleep(3.0)
            tak.say(b"".join(officer(f"u{number}") for number in range(5_000)))
            began = virtual_now()
            await asyncio.sleep(0.0)
            while "u4999" not in session.officers._known:
                await asyncio.sleep(0.1)
                assert virtual_now() - began < timedelta(seconds=30)
            assert virtual_now() - began >= timedelta(seconds=2), "the other side had to wait"
            assert len(session.officers.all(virtual_now())) <= 1_000

    in_time(main())


def test_the_second_process_tells_its_routes_alone_and_takes_over(tmp_path: Path, plan: Plan) -> None:
    async def main() -> None:
        tak = VirtualTak()
        first, second = list[Event](), list[Event]()
        flown = FlownSortie(plan, 1, ("alpha",))
        async with tak.serve(), virtual_fleet(1, seed=4, one_radio=False) as (fleet, _):
            async with telling(tmp_path, first, fleet):
                await asyncio.sleep(10.0)
                before = len(tak.of(DRONE))
                async with telling(tmp_path, second, fleet, flown=flown) as other:
                    await asyncio.sleep(10.0)
                    assert tak.connections == 2
                    assert not other.is_ours
                    assert "another dronectl of this workspace is connected already" in " ".join(notes(second))
                    assert 8 <= len(tak.of(DRONE)) - before <= 12, "each drone is told by one of them"
                    assert tak.of("dronectl.ROI-ET.route.alpha")
                ended = virtual_now()
                await asyncio.sleep(20.0)
            assert tak.of("dronectl.ROI-ET.route.alpha")[-1][1].stale <= ended + HOLDS
            async with telling(tmp_path, second, fleet) as other:
                await asyncio.sleep(5.0)
                assert other.is_ours

    in_time(main())


def test_the_live_picture_has_the_officers_of_the_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dronectl.model.text.shown_time.now", virtual_now)

    async def main() -> None:
        tak, told = VirtualTak(), list[Event]()
        site = replace(site_in(tmp_path), tak=TAK)
        async with (
            tak.serve(),
            virtual_fleet(1, seed=4, one_radio=False) as (fleet, _),
            telling(tmp_path, told),
            LivePicture(list(fleet.vehicles.values()), None, told.append, lambda: site) as live,
        ):
            await asyncio.sleep(3.0)
            tak.say(officer())
            await asyncio.sleep(4.0)
            officers = live.now().officers
            assert officers is not None
            assert [one.name for one in officers.officers] == ["Wichai"]

    in_time(main())
