"""Events through a TAK server that is not ours (taky): valid, whole, over TCP and TLS, and after it was away."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
from cot_schema import assert_valid
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, load_pem_private_key, pkcs12
from cryptography.x509 import load_pem_x509_certificate
from taky_server import Certificates, Device, Taky, needs_taky, taky
from waiting import until

from dronectl.model.geo import GeoPoint
from dronectl.model.picture import DroneIdentity, DronePicture, FleetPicture, FlightPhase
from dronectl.model.site import Site
from dronectl.model.tak.cot import CotEvent, CotNode
from dronectl.model.tak.settings import TakSettings, TakTransport
from dronectl.model.telemetry import TelemetrySample
from dronectl.model.text.shown_time import iso_z, now
from dronectl.ops.common.events import Event, Note, PictureEvent
from dronectl.ops.publishing.publish import Publish
from dronectl.ops.tak.session import TakSources, tak_session
from dronectl.ops.tak.shared_officers import officers_now

pytestmark = [needs_taky, pytest.mark.xdist_group("taky")]

COUNT = 50


def picture(number: int, now_s: float) -> FleetPicture:
    """Fifty drones, a little on each time."""
    drones = []
    for index in range(COUNT):
        sample = TelemetrySample(
            iso_z(now()), f"drone{index}", index + 1, "AUTO", True, 16.05 + index * 1e-4, 103.65 + number * 1e-5,
            200.0, 60.0, 8.0, 90.0, 73.0, 22.8, position_age_s=0.0,
        )  # fmt: skip
        identity, phase = DroneIdentity(), FlightPhase.PATROL
        drones.append(DronePicture(sample, identity, phase, 1.0, phase, horizontal_error_m=0.9, course_deg=90.0))
    return FleetPicture(iso_z(now()), now_s, tuple(drones))


def officer(uid: str, name: str, **more: Any) -> CotEvent:
    moment = now()
    detail = (
        CotNode("takv", {"device": "phone", "platform": "ATAK", "os": "34", "version": "5"}),
        CotNode("contact", {"callsign": name, "endpoint": "*:-1:stcp"}),
        CotNode("__group", {"name": "Cyan", "role": "Team Member"}),
        CotNode("track", {"speed": "1.2", "course": "80"}),
    )
    stale = moment + timedelta(seconds=75)
    event = CotEvent(
        uid, "a-f-G-U-C", "m-g", moment, moment, stale, GeoPoint(16.0535, 103.6531), 110.0, 5.0, 8.0, detail
    )
    return replace(event, **more)


@dataclass
class Told:
    """What a person is told."""

    texts: list[str] = field(default_factory=list)

    def __call__(self, event: Event) -> None:
        if isinstance(event, Note):
            self.texts.append(event.text)

    async def wait_for(self, part: str) -> None:
        await until(lambda: any(part in text for text in self.texts))


async def of(device: Device, wanted: set[str]) -> list[CotEvent]:
    return await asyncio.to_thread(device.wait_for, lambda events: wanted <= {event.uid for event in events})


@asynccontextmanager
async def session_of(
    settings: TakSettings, site: Site, told: Told, context: ssl.SSLContext | None = None
) -> AsyncIterator[Any]:
    sources = TakSources(site.root, lambda: site)
    async with tak_session(settings, context, sources, told) as session:
        yield session


def tcp(server: Taky) -> TakSettings:
    return TakSettings(TakTransport.TCP, "127.0.0.1", server.port, "ROI-ET", rate_hz=5.0)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dronectl.link.tak.tak_link.PAUSE_S", (0.05, 0.2))


def test_a_second_client_hears_fifty_drones_all_that_stands_and_we_hear_it(site: Site, tmp_path: Path) -> None:
    site = replace(site, root=tmp_path)

    async def main(server: Taky, device: Device) -> None:
        told = Told()
        async with session_of(tcp(server), site, told) as session:
            await told.wait_for("connected")
            loop = asyncio.get_running_loop()
            await until(lambda: session.is_ours)
            for number in range(6):
                session.on_event(PictureEvent(picture(number, loop.time())))
                places = {f"dronectl.ROI-ET.drone.drone{index}" for index in range(COUNT)}
                lon = 103.65 + number * 1e-5
                await asyncio.to_thread(
                    device.wait_for,
                    lambda events, lon=lon, places=places: (
                        places <= {event.uid for event in events if abs(event.place.lon_deg - lon) < 2e-6}
                    ),
                )
                await asyncio.sleep(0.25)
            await of(device, {"dronectl.ROI-ET.station", "dronectl.ROI-ET.keep-out.tower"})
            device.say(officer("ANDROID-1", "สมชาย"))
            await until(lambda: (known := officers_now(tmp_path, tcp(server), now())) is not None and known.officers)
            found = officers_now(tmp_path, tcp(server), now())
            assert found is not None
            assert found.officers[0].name == "สมชาย"
            assert found.officers[0].ce_m == 5.0
            assert found.officers[0].speed_m_s == 1.2

    with taky(tmp_path / "taky") as server, Device(server.port) as device:
        asyncio.run(main(server, device))
        ours = [(data, event) for _, data, event in device.heard if event.uid.startswith("dronectl.")]
        assert len(ours) >= 6 * COUNT
        for data, event in ours:
            assert_valid(data)
            assert event.time <= event.stale <= event.start + timedelta(seconds=10)
        remarks = next(event for _, event in ours if event.uid.endswith("drone.drone7")).node("remarks")
        assert remarks is not None
        assert remarks.text.startswith("ลาดตระเวน · สูง 60 ม.")


def test_after_it_was_away_it_hears_what_stands_again(site: Site, tmp_path: Path) -> None:
    site = replace(site, root=tmp_path)

    async def main(server: Taky) -> None:
        told = Told()
        async with session_of(tcp(server), site, told):
            await told.wait_for("connected")
            await asyncio.to_thread(server.stop)
            await told.wait_for("not connected")
            await told.wait_for("connection refused")
            told.texts.clear()
            await asyncio.to_thread(server.start)
            with Device(server.port) as device:
                await of(device, {"dronectl.ROI-ET.station", "dronectl.ROI-ET.keep-out.tower"})
            assert told.texts[-1].endswith(": connected")

    with taky(tmp_path / "taky") as server:
        asyncio.run(main(server))


@dataclass
class Keys:
    """A certification authority, a server's certificate, and a client's in both forms."""

    folder: Path
    server: Certificates = field(init=False)

    def __post_init__(self) -> None:
        authority = trustme.CA()
        own = authority.issue_cert("localhost")
        client = authority.issue_cert("roi-et@example.org", common_name="roi-et")
        for name, blob in (
            ("ca", authority.cert_pem),
            ("server-key", own.private_key_pem),
            ("key", client.private_key_pem),
        ):
            blob.write_to_path(self.folder / f"{name}.pem")
        own.cert_chain_pems[0].write_to_path(self.folder / "server.pem")
        client.cert_chain_pems[0].write_to_path(self.folder / "cert.pem")
        self.server = Certificates(self.folder / "ca.pem", self.folder / "server.pem", self.folder / "server-key.pem")
        key = load_pem_private_key(client.private_key_pem.bytes(), None)
        certificate = load_pem_x509_certificate(client.cert_chain_pems[0].bytes())
        packed = pkcs12.serialize_key_and_certificates(
            b"roi-et",
            key,
            certificate,
            None,
            BestAvailableEncryption(b"atakatak"),  # type: ignore[arg-type]
        )
        (self.folder / "client.p12").write_bytes(packed)
        (self.folder / "password").write_text("atakatak\n", encoding="utf-8")
        trustme.CA().cert_pem.write_to_path(self.folder / "stranger.pem")

    def context(self) -> ssl.SSLContext:
        """Of a device."""
        context = ssl.create_default_context(cafile=str(self.folder / "ca.pem"))
        context.load_cert_chain(self.folder / "cert.pem", self.folder / "key.pem")
        return context


PEM = {"client_cert_file": "cert.pem", "client_key_file": "key.pem"}
P12 = {"client_p12_file": "client.p12", "password_file": "password"}


@pytest.mark.parametrize("own", [PEM, P12], ids=["pem", "p12"])
def test_tls_with_a_certificate_of_our_own(own: dict[str, str], site: Site, tmp_path: Path) -> None:
    keys = Keys(tmp_path)
    (tmp_path / "dronectl.toml").write_text((site.root / "dronectl.toml").read_text(encoding="utf-8"), encoding="utf-8")

    async def main(server: Taky, device: Device) -> None:
        settings = TakSettings(
            TakTransport.TLS, "127.0.0.1", server.port, "ROI-ET", rate_hz=5.0, ca_file="ca.pem",
            server_name="localhost", **own,  # type: ignore[arg-type]
        )  # fmt: skip
        told = Told()
        async with Publish(root=tmp_path, tak=settings).of(told) as listener:
            await told.wait_for(": connected")
            while not any(event.uid.endswith("drone3") for _, _, event in device.heard):
                listener(PictureEvent(picture(0, asyncio.get_running_loop().time())))
                await asyncio.sleep(0.25)

    with taky(tmp_path / "taky", keys.server) as server, Device(server.port, keys.context()) as device:
        asyncio.run(main(server, device))
    assert list(tmp_path.glob("*.tmp")) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"ca_file": "stranger.pem"}, "TLS: "),
        ({"server_name": "tak.example.org"}, "TLS: Hostname mismatch"),
        ({"client_cert_file": None, "client_key_file": None}, "not connected: "),
    ],
    ids=["another authority", "another name", "no certificate"],
)
def test_a_server_that_is_not_proved_or_does_not_take_us_is_said(
    change: dict[str, Any], said: str, site: Site, tmp_path: Path
) -> None:
    keys = Keys(tmp_path)

    async def main(server: Taky) -> None:
        settings = TakSettings(
            TakTransport.TLS, "127.0.0.1", server.port, "R", ca_file="ca.pem", server_name="localhost"
        )
        settings = replace(replace(settings, **PEM), **change)  # type: ignore[arg-type]
        told = Told()
        async with Publish(root=tmp_path, tak=settings).of(told) as _:
            await told.wait_for(said)

    with taky(tmp_path / "taky", keys.server) as server:
        asyncio.run(main(server))
        assert "drone" not in server.log()


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ({"client_p12_file": "client.p12"}, "a certificate or key cannot be used"),
        ({"client_p12_file": "password"}, "a certificate or key cannot be used"),
        ({"client_p12_file": "none.p12"}, "none.p12: no such file"),
        ({"client_cert_file": "ca.pem", "client_key_file": "key.pem"}, "a certificate or key cannot be used"),
        ({"ca_file": "none.pem"}, "a certificate or key cannot be used"),
    ],
)
def test_certificates_that_cannot_be_used_are_said_and_nobody_waits(
    own: dict[str, Any], said: str, site: Site, tmp_path: Path
) -> None:
    Keys(tmp_path)

    async def main() -> None:
        settings = replace(TakSettings(TakTransport.TLS, "127.0.0.1", 1, "R"), **own)
        told = Told()
        async with Publish(root=tmp_path, tak=settings).of(told) as listener:
            listener(PictureEvent(picture(0, 0.0)))
        assert "nothing is published: " in told.texts[0]
        assert said in told.texts[0]

    asyncio.run(main())
