"""What is told of a fleet, in virtual time: positions at their rate, states when they change, events, plans."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from virtual_fleet import Cut, virtual_fleet
from virtual_network import run_virtually

from dronectl.errors import InputError, Refused
from dronectl.link.fleet_link import FleetLink
from dronectl.model.alarm import Alarm, AlarmKind, AlarmSeverity
from dronectl.model.broker import MqttSettings
from dronectl.model.plan.flown_sortie import FlownSortie
from dronectl.model.plan.plan import Plan
from dronectl.model.report import Report, ReportKind
from dronectl.ops.common.events import AlarmEvent, Event, Launched, Note, Progress
from dronectl.ops.orders import orders
from dronectl.ops.picture.live import LivePicture
from dronectl.ops.publishing.publish import Publish
from dronectl.ops.publishing.publisher import Publisher
from dronectl.ops.telemetry.streams import kept_streams
from dronectl.sinks.sink import SinkCounts

BROKER = MqttSettings("broker.example.org", "th", "roi-et", "mueang", 1883, rate_hz=1.0)


@dataclass
class Shelf:
    """A sink that keeps what it is given."""

    name: str = "shelf"
    reports: list[Report] = field(default_factory=list)
    is_closed: bool = False
    counts: SinkCounts = field(default_factory=SinkCounts)

    def offer(self, report: Report) -> None:
        assert not self.is_closed
        self.reports.append(report)

    def close(self) -> None:
        self.is_closed = True

    def of(self, kind: ReportKind, drone: str | None = "drone1") -> list[dict[str, Any]]:
        return [dict(one.body) for one in self.reports if one.kind is kind and one.drone == drone]


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Shelf:
    one = Shelf()
    monkeypatch.setattr(Publish, "_sink", lambda *_: one)
    return one


def in_time(work: Coroutine[Any, Any, None]) -> None:
    run_virtually(work, limit_s=600.0)


async def watch(fleet: FleetLink, shelf: Shelf, seconds: float, rate_hz: float = 1.0) -> None:
    vehicles = list(fleet.vehicles.values())
    publisher = Publisher([shelf], rate_hz)
    async with kept_streams(vehicles, 4.0), LivePicture(vehicles, None, publisher.on_event, shows=True):
        await asyncio.sleep(seconds)


@pytest.mark.parametrize(("rate_hz", "least", "most"), [(0.2, 12, 14), (1.0, 55, 61), (2.0, 110, 121)])
def test_positions_come_at_their_rate(rate_hz: float, least: int, most: int) -> None:
    async def main() -> None:
        shelf = Shelf()
        async with virtual_fleet(2, seed=1, one_radio=False) as (fleet, _):
            await asyncio.sleep(30.0)  # its position
            await watch(fleet, shelf, 60.0, rate_hz)
        for name in fleet.vehicles:
            places = shelf.of(ReportKind.POSITION, name)
            assert least <= len(places) <= most
            assert places[-1]["lat_deg"] == pytest.approx(16.0529, abs=1e-4)
            assert all(place["age_s"] < 1.0 for place in places)

    in_time(main())


def test_an_old_position_is_not_told_and_the_status_says_what_is_old() -> None:
    async def main() -> None:
        shelf = Shelf()
        async with virtual_fleet(1, seed=1, one_radio=True) as (fleet, radios):
            await asyncio.sleep(30.0)
            radios[0].cuts.append(Cut(asyncio.get_running_loop().time() + 20.0, 40.0, closes=False))
            await watch(fleet, shelf, 60.0)
        places, states = shelf.of(ReportKind.POSITION), shelf.of(ReportKind.STATUS)
        assert 15 <= len(places) <= 28
        assert states[-1]["lat_deg"] is None
        assert "position" in states[-1]["old"]
        assert states[-1]["phase"] == "lost"

    in_time(main())


def test_a_status_comes_when_something_changes_and_every_ten_seconds() -> None:
    async def main() -> None:
        shelf = Shelf()
        async with virtual_fleet(1, seed=1, one_radio=True) as (fleet, _):
            await asyncio.sleep(40.0)
            watching = asyncio.create_task(watch(fleet, shelf, 60.0))
            await asyncio.sleep(31.0)
            before = len(shelf.of(ReportKind.STATUS))
            await orders.set_mode(fleet.vehicles["drone1"], "GUIDED")
            await asyncio.sleep(1.0)
            (news,) = shelf.of(ReportKind.STATUS)[before:]
            assert (news["mode"], news["armed"], news["firmware"]) == (
                "GUIDED",
                False,
                fleet.vehicles["drone1"].firmware,
            )
            await watching
        assert 3 <= before <= 6
        assert 6 <= len(shelf.of(ReportKind.STATUS)) <= 9

    in_time(main())


def test_what_a_person_is_warned_of_is_an_event_and_progress_is_none() -> None:
    async def main() -> None:
        shelf = Shelf()
        publisher = Publisher([shelf], 1.0)
        alarm = Alarm(AlarmKind.FENCE, AlarmSeverity.CRITICAL, "drone1", "fence breached", 0.0)
        events: list[Event] = [
            Note("all is well"),
            Note("link is weak", "drone1", "warning"),
            Progress("drone1", "mission", 1, 2),
            AlarmEvent(alarm, news=True),
            AlarmEvent(alarm, news=False),
            Launched("drone1"),
            Note("no drone's", level="error"),
        ]
        for event in events:
            publisher.on_event(event)
        told = [(one["event"], one.get("message")) for one in shelf.of(ReportKind.EVENT)]
        assert told == [("note", "link is weak"), ("alarm", "fence breached"), ("launched", None)]
        (of_all,) = shelf.of(ReportKind.EVENT, None)
        assert (of_all["severity"], of_all["message"]) == ("error", "no drone's")

    in_time(main())


def test_the_plan_is_told_when_it_begins_and_when_it_ended_also_where_the_flight_failed(
    plan: Plan, shelf: Shelf
) -> None:
    async def fly_badly() -> None:
        async with Publish(BROKER).of(lambda _event: None, FlownSortie(plan, 1, ("alpha", "bravo"))):
            (flown,) = shelf.of(ReportKind.PLAN, "alpha")
            alpha = plan.drone("alpha")
            assert alpha is not None
            assert (flown["state"], flown["plan"], flown["sortie"]) == ("begun", "demo", 1)
            assert flown["items"] == len(alpha.sorties[0].mission)
            assert flown["way"][0]["relative_altitude_m"] == pytest.approx(58.0, abs=1.0)
            raise Refused("a drone crashed")

    with pytest.raises(Refused):
        in_time(fly_badly())
    assert [body["state"] for body in shelf.of(ReportKind.PLAN, "bravo")] == ["begun", "ended"]
    assert shelf.of(ReportKind.PLAN, "charlie") == []
    (why,) = shelf.of(ReportKind.EVENT, None)
    assert (why["severity"], why["message"]) == ("error", "a drone crashed")
    assert shelf.is_closed


def test_without_a_broker_nothing_is_made_of_it(shelf: Shelf) -> None:
    async def main() -> None:
        told: list[Event] = []
        async with Publish().of(told.append) as listener:
            listener(Note("hello"))
        assert told == [Note("hello")]
        assert not shelf.is_closed

    in_time(main())


def test_a_password_is_read_where_dronectl_toml_says_or_its_absence_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dronectl.ops.publishing.secrets import password_of

    by_file = MqttSettings("h", "th", "roi-et", "mueang", 1883, username="m", password_file="secret")

    def _password(broker: MqttSettings, root: Path) -> str | None:
        return password_of("mqtt", broker.password_env, broker.password_file, root)

    with pytest.raises(InputError, match="secret: no such file"):
        _password(by_file, tmp_path)
    (tmp_path / "secret").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="secret: is empty"):
        _password(by_file, tmp_path)
    (tmp_path / "secret").write_text("รหัส ลับ\r\n", encoding="utf-8")
    assert _password(by_file, tmp_path) == "รหัส ลับ"
    by_variable = MqttSettings("h", "th", "roi-et", "mueang", 1883, username="m", password_env="MUEANG")
    with pytest.raises(InputError, match="the environment has no MUEANG"):
        _password(by_variable, tmp_path)
    monkeypatch.setenv("MUEANG", "x")
    assert _password(by_variable, tmp_path) == "x"
    assert _password(MqttSettings("h", "th", "roi-et", "mueang", 1883), tmp_path) is None


def test_a_password_that_is_not_there_stops_no_flight(tmp_path: Path) -> None:
    async def main() -> None:
        told: list[Event] = []
        broker = MqttSettings("h", "th", "roi-et", "mueang", 1883, username="m", password_env="NO_SUCH_VARIABLE")
        async with Publish(broker, tmp_path).of(told.append) as listener:
            listener(Note("flying"))
        assert told == [
            Note(
                "nothing is published: dronectl.toml: [mqtt]: the environment has no NO_SUCH_VARIABLE "
                "(set it to the password)",
                level="error",
            ),
            Note("flying"),
        ]

    in_time(main())


def test_without_the_client_library_it_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "paho.mqtt.client", None)
    monkeypatch.delitem(sys.modules, "dronectl.sinks.mqtt", raising=False)

    async def main() -> None:
        told: list[Event] = []
        async with Publish(BROKER, tmp_path).of(told.append):
            pass
        (note,) = told
        assert isinstance(note, Note)
        assert "paho-mqtt is not installed (pip install 'dronectl[mqtt]')" in note.text

    in_time(main())
