"""Reports to a real broker that comes and goes, is slow, or wants to know who we are: none is lost, some come twice."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cutting_proxy import CuttingProxy
from mosquitto import Broker, Onlooker, broker, free_port, needs_mosquitto
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode

from dronectl.errors import InputError
from dronectl.model.broker import MqttSettings
from dronectl.model.report import Report, ReportKind
from dronectl.sinks import stored_sink
from dronectl.sinks.mqtt import MqttChannel
from dronectl.sinks.sink import ChannelEvent, Down
from dronectl.sinks.stored_sink import StoredSink

pytestmark = [needs_mosquitto, pytest.mark.xdist_group("mosquitto")]

STATUS = "v1/th/roi-et/mueang/_station/status"
TEN_MINUTES = 3 * 600
"""Positions of three drones, once a second."""


def settings_of(port: int, **more: object) -> MqttSettings:
    return MqttSettings("127.0.0.1", "th", "roi-et", "mueang", port, **more)  # type: ignore[arg-type]


def position(number: int) -> Report:
    return Report(ReportKind.POSITION, "alpha", {"i": number})


class Told:
    """What a person is told."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._news = threading.Condition()

    def __call__(self, text: str) -> None:
        with self._news:
            self.texts.append(text)
            self._news.notify_all()

    def wait_for(self, part: str, times: int = 1) -> None:
        with self._news:
            enough = self._news.wait_for(lambda: sum(part in text for text in self.texts) >= times, timeout=60)
        assert enough, f"never told {part}: {self.texts}"


@contextmanager
def publishing(
    settings: MqttSettings, folder: Path, told: Told, *, password: str | None = None, most: int = 100_000
) -> Iterator[StoredSink]:
    sink = StoredSink(MqttChannel(settings, password, folder), folder / "out.sqlite", most, told)
    try:
        yield sink
    finally:
        sink.close()


def offer(sink: StoredSink, first: int, last: int) -> None:
    for number in range(first, last + 1):
        sink.offer(position(number))


def heard(onlooker: Onlooker) -> set[int]:
    return {body["i"] for body in onlooker.bodies("/alpha/position")}


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dronectl.sinks.mqtt.PAUSE_S", (0.05, 0.1))
    monkeypatch.setattr("dronectl.sinks.stored_sink.LOOK_EVERY_S", 0.1)


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Broker]:
    folder = tmp_path / "broker"
    folder.mkdir()
    with broker(folder) as one:
        yield one


def test_topics_retained_statuses_and_numbers(mosquitto: Broker, tmp_path: Path) -> None:
    with Onlooker(mosquitto.port) as onlooker:
        with publishing(settings_of(mosquitto.port), tmp_path, Told()) as sink:
            sink.offer(Report(ReportKind.STATUS, "alpha", {"mode": "AUTO"}))
            sink.offer(position(1))
            sink.offer(Report(ReportKind.EVENT, None, {"message": "ลมแรง"}))
            onlooker.wait_for("_station/event", message="ลมแรง")
        onlooker.wait_for("_station/status", state="offline", reason="dronectl ended")
        assert sink.counts.delivered == 3
        assert (sink.counts.waiting, sum(sink.counts.dropped.values())) == (0, 0)
        topics = [topic for topic, _, _ in onlooker.heard]
        assert sorted(set(topics)) == [
            STATUS.replace("status", "event"),
            STATUS,
            "v1/th/roi-et/mueang/alpha/position",
            "v1/th/roi-et/mueang/alpha/status",
        ]
        assert [body["n"] for _, body, _ in onlooker.heard if "n" in body] == [1, 2, 3]
        assert onlooker.wait_for("_station/status", state="online")["time_utc"].endswith("Z")
    with Onlooker(mosquitto.port, "late") as late:
        late.wait_for("_station/status", state="offline")
        late.wait_for("alpha/status", mode="AUTO")
        assert heard(late) == set(), "an old position is not shown to who comes late"


def test_a_process_that_dies_is_told_offline_by_the_broker(mosquitto: Broker, tmp_path: Path) -> None:
    async def main() -> None:
        async with CuttingProxy(mosquitto.port) as proxy:
            with Onlooker(mosquitto.port) as onlooker:
                told = Told()
                sink = StoredSink(
                    MqttChannel(settings_of(proxy.port), None, tmp_path), tmp_path / "out.sqlite", 10, told
                )
                await asyncio.to_thread(onlooker.wait_for, "_station/status", state="online")
                proxy.cut()
                await asyncio.to_thread(
                    onlooker.wait_for, "_station/status", state="offline", reason="the connection fell"
                )
                await asyncio.to_thread(told.wait_for, "reports are kept for it")
                await asyncio.to_thread(sink.close)

    asyncio.run(main())


def test_a_broker_that_is_restarted_gets_all_of_it_and_so_does_who_looks_on(mosquitto: Broker, tmp_path: Path) -> None:
    told = Told()
    with Onlooker(mosquitto.port) as onlooker, publishing(settings_of(mosquitto.port), tmp_path, told) as sink:
        for times in (1, 2):
            offer(sink, 100 * times - 99, 100 * times - 50)
            mosquitto.stop()
            told.wait_for("not connected", times)
            offer(sink, 100 * times - 49, 100 * times)
            mosquitto.start()
            onlooker.wait_for("/alpha/position", i=100 * times)
        assert heard(onlooker) == set(range(1, 201))
    assert (sink.counts.delivered, sink.counts.waiting, dict(sink.counts.dropped)) == (200, 0, {})


def test_a_broker_that_is_killed_gets_all_that_it_did_not_acknowledge(mosquitto: Broker, tmp_path: Path) -> None:
    told = Told()
    with publishing(settings_of(mosquitto.port), tmp_path, told) as sink:
        offer(sink, 1, 50)
        told.wait_for("connected")
        mosquitto.stop(kill=True)
        told.wait_for("not connected")
        offer(sink, 51, 100)
        mosquitto.start()
        told.wait_for(": connected", 2)
    assert (sink.counts.delivered, sink.counts.waiting, dict(sink.counts.dropped)) == (100, 0, {})


def test_ten_minutes_without_a_broker_are_delivered_in_order_and_without_a_gap(
    mosquitto: Broker, tmp_path: Path
) -> None:
    async def main() -> None:
        async with CuttingProxy(mosquitto.port) as proxy:
            told = Told()
            with Onlooker(mosquitto.port) as onlooker, publishing(settings_of(proxy.port), tmp_path, told) as sink:
                offer(sink, 1, 100)
                proxy.cut()
                offer(sink, 101, TEN_MINUTES)
                await asyncio.to_thread(told.wait_for, "not connected")
                proxy.heal()
                await asyncio.to_thread(onlooker.wait_for, "/alpha/position", i=TEN_MINUTES)
                numbers = [body["n"] for body in onlooker.bodies("/alpha/position")]
                assert list(dict.fromkeys(numbers)) == list(range(1, TEN_MINUTES + 1))
                await asyncio.to_thread(sink.close)
                assert dict(sink.counts.dropped) == {}

    asyncio.run(main())


def test_a_broker_that_reads_slowly_holds_up_nobody_and_loses_nothing(mosquitto: Broker, tmp_path: Path) -> None:
    async def main() -> None:
        slow = asyncio.Semaphore(0)

        async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            there, to_broker = await asyncio.open_connection("127.0.0.1", mosquitto.port)

            async def upward() -> None:
                while data := await reader.read(64):
                    to_broker.write(data)
                    await slow.acquire()

            async def downward() -> None:
                while data := await there.read(4096):
                    writer.write(data)

            await asyncio.gather(upward(), downward(), return_exceptions=True)
            for way in (writer, to_broker):
                way.close()

        server = await asyncio.start_server(carry, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        with Onlooker(mosquitto.port) as onlooker, publishing(settings_of(port), tmp_path, Told()) as sink:
            for _ in range(10):
                slow.release()
            offer(sink, 1, 500)
            while sink.counts.waiting < 480:  # noqa: ASYNC110 - another thread counts
                await asyncio.sleep(0.01)
            assert sink.counts.delivered <= 20, "it takes what it takes"
            for _ in range(100_000):
                slow.release()
            await asyncio.to_thread(onlooker.wait_for, "/alpha/position", i=500)
            assert heard(onlooker) == set(range(1, 501))
            await asyncio.to_thread(sink.close)
        server.close()

    asyncio.run(main())


def test_without_a_broker_the_bound_holds_what_is_dropped_is_counted_and_the_rest_comes_the_next_time(
    tmp_path: Path,
) -> None:
    port, told = free_port(), Told()
    with publishing(settings_of(port), tmp_path, told, most=100) as sink:
        told.wait_for("nobody answers there")
        offer(sink, 1, 250)
        told.wait_for("dropped: too many wait")
    counts = sink.counts
    assert counts.dropped["position"] + counts.waiting == 250
    assert 80 <= counts.waiting <= 100
    folder = tmp_path / "broker"
    folder.mkdir()
    later = Broker(folder, port)
    later.start()
    try:
        with Onlooker(port) as onlooker, publishing(settings_of(port), tmp_path, Told(), most=100) as sink:
            onlooker.wait_for("/alpha/position", i=250)
            assert heard(onlooker) == set(range(251 - counts.waiting, 251))
    finally:
        later.stop()


def test_the_queue_before_the_disk_is_bounded_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the disk itself hangs: nobody empties the queue here."""
    monkeypatch.setattr(stored_sink, "QUEUED", 10)
    monkeypatch.setattr(StoredSink, "_work", lambda _self: None)
    sink = StoredSink(MqttChannel(settings_of(free_port()), None, tmp_path), tmp_path / "out.sqlite", 100, Told())
    offer(sink, 1, 25)
    assert sink.counts.dropped == {"position": 15}


def test_of_two_processes_one_publishes_and_the_other_follows_when_it_ends(mosquitto: Broker, tmp_path: Path) -> None:
    settings, told = settings_of(mosquitto.port), Told()
    with Onlooker(mosquitto.port) as onlooker:
        with publishing(settings, tmp_path, Told()) as first:
            offer(first, 1, 1)
            onlooker.wait_for("/alpha/position", i=1)
            second = StoredSink(MqttChannel(settings, None, tmp_path), tmp_path / "out.sqlite", 100, told)
            told.wait_for("another dronectl of this workspace tells it already")
            offer(second, 2, 2)
            second.offer(Report(ReportKind.PLAN, "alpha", {"plan": "demo"}, only_here=True))
            offer(first, 3, 3)
            onlooker.wait_for("/alpha/position", i=3)
            onlooker.wait_for("/alpha/plan", plan="demo")  # what the second alone knows, told by the first
        told.wait_for("connected")
        offer(second, 4, 4)
        onlooker.wait_for("/alpha/position", i=4)
        second.close()
        assert heard(onlooker) == {1, 3, 4}


def test_a_wrong_password_is_told_once_and_nothing_is_lost(tmp_path: Path) -> None:
    folder = tmp_path / "broker"
    folder.mkdir()
    subprocess.run(["mosquitto_passwd", "-c", "-b", str(folder / "passwords"), "mueang", "right"], check=True)
    told = Told()
    with broker(folder, f"allow_anonymous false\npassword_file {folder / 'passwords'}\n") as one:
        settings = settings_of(one.port, username="mueang")
        with publishing(settings, tmp_path, told, password="wrong") as sink:
            offer(sink, 1, 1)
            told.wait_for("the broker refuses: Not authorized")
        assert (sink.counts.delivered, sink.counts.waiting) == (0, 1)
        with publishing(settings, tmp_path, Told(), password="right") as sink:
            offer(sink, 2, 2)
            while sink.counts.delivered < 2:
                threading.Event().wait(0.01)
    assert sum("refuses" in text for text in told.texts) == 1


KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


def test_a_refusal_is_told_with_its_reason_alone(tmp_path: Path) -> None:
    heard: list[ChannelEvent] = []
    channel = MqttChannel(settings_of(1), None, tmp_path)
    channel._heard = heard.append
    refused, gone = ReasonCode(PacketTypes.CONNACK, "Not authorized"), ReasonCode(PacketTypes.DISCONNECT)
    for _ in range(2):
        channel._on_connect(channel._client, None, Any, refused, None)
        channel._on_disconnect(channel._client, None, Any, gone, None)
    assert heard == [Down("the broker refuses: Not authorized")] * 2


def openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


def certify(folder: Path, name: str, subject: str, extensions: str = "") -> None:
    """NAME.pem and NAME.key, signed by ca.pem."""
    openssl(
        folder,
        "req",
        *KEY,
        "-keyout",
        f"{name}.key",
        "-out",
        f"{name}.csr",
        "-subj",
        subject,
    )
    (folder / "ext").write_text(extensions)
    openssl(folder, "x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
            "-out", f"{name}.pem", "-days", "2", "-extfile", "ext")  # fmt: skip


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl to make certificates with")
def test_encrypted_the_broker_proves_who_it_is_and_so_do_we(tmp_path: Path) -> None:
    folder = tmp_path / "broker"
    folder.mkdir()
    openssl(folder, "req", "-x509", *KEY, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=Our CA")
    certify(folder, "broker", "/CN=broker", "subjectAltName=IP:127.0.0.1")
    certify(folder, "station", "/CN=mueang")
    wants = (
        f"cafile {folder}/ca.pem\ncertfile {folder}/broker.pem\nkeyfile {folder}/broker.key\nrequire_certificate true\n"
    )
    ours: dict[str, object] = {"ca_file": "ca.pem", "client_cert_file": "station.pem", "client_key_file": "station.key"}
    with broker(folder, f"allow_anonymous true\n{wants}") as one:
        told = Told()
        channel = MqttChannel(settings_of(one.port, tls=True, **ours), None, folder)
        sink = StoredSink(channel, tmp_path / "out.sqlite", 100, told)
        offer(sink, 1, 3)
        told.wait_for("connected")
        sink.close()
        assert sink.counts.delivered == 3
        told = Told()
        of_anyone = {**ours, "ca_file": None}
        sink = StoredSink(
            MqttChannel(settings_of(one.port, tls=True, **of_anyone), None, folder), tmp_path / "out.sqlite", 100, told
        )
        told.wait_for("not connected")
        sink.close()
        assert sink.counts.delivered == 0, "its certificate is signed by nobody whom this computer trusts"


def test_a_certificate_that_cannot_be_used_is_told_before_anything_begins(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    with pytest.raises(InputError, match=r"dronectl.toml: \[mqtt\]: a certificate or key cannot be used"):
        MqttChannel(settings_of(1, tls=True, ca_file="ca.pem"), None, tmp_path)
    with pytest.raises(InputError, match="cannot be used"):
        MqttChannel(settings_of(1, tls=True, ca_file="none.pem"), None, tmp_path)
