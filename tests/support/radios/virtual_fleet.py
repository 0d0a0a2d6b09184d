"""The built-in fleet and dronectl's own links in one event loop whose time is virtual: an hour passes in seconds.

Everything between them is the real thing, from the transaction down to the frames; only sockets and the clock are not.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from unittest.mock import patch

from dronectl.link.fleet_link import FleetLink, open_fleet
from dronectl.link.transport.endpoint import Callbacks, Endpoint, Peer
from dronectl.link.transport.url import LinkUrl
from dronectl.model.fleet import Battery, Camera, Drone
from dronectl.model.geo import GeoPoint
from dronectl.sim.fleet.link_faults import FaultyLine, split_frames
from dronectl.sim.fleet.vehicle import Vehicle
from dronectl.sim.services.ports import Ports
from dronectl.sim.vehicle.dialect import mavlink
from dronectl.sim.vehicle.firmware import DEFAULT, FIRMWARES, Firmware
from dronectl.sim.vehicle.items import Item
from dronectl.sim.vehicle.settings import LinkFaults, VehicleSettings

STEP_S = 0.1
_HOME = GeoPoint(16.0529, 103.6503)
_STREAMS = ("RAW_SENS", "EXT_STAT", "RC_CHAN", "POSITION", "EXTRA1", "EXTRA2", "EXTRA3")


def home_of(number: int, apart_m: float) -> GeoPoint:
    """Of the drone of this number, eastward from the first one's."""
    metre_e7 = 93.5  # at the site's latitude
    return GeoPoint.from_e7(_HOME.lat_e7, _HOME.lon_e7 + round((number - 1) * apart_m * metre_e7))


@dataclass(frozen=True)
class Cut:
    """The link is gone for a while from ``at_s``. ``closes``: the connection falls; otherwise frames vanish."""

    at_s: float
    for_s: float
    closes: bool


@dataclass
class VirtualRadio:
    """One link with the vehicles behind it. Faults and cuts may be set at any time."""

    url: str
    vehicles: Sequence[Vehicle]
    seed: int
    cuts: list[Cut] = field(default_factory=list)
    restarts: list[tuple[float, Vehicle]] = field(default_factory=list)
    """When, and which vehicle, is switched off and on."""
    channel: int = 0
    """Which serial port of its vehicles this is."""
    others: list[VirtualRadio] = field(default_factory=list)
    """The other radios of the same vehicles."""
    ports: dict[str, Ports] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.set_faults(LinkFaults(latency_ms=20.0))
        self._endpoint: VirtualEndpoint | None = None
        self._buffer = bytearray()

    def set_faults(self, faults: LinkFaults) -> None:
        self._up = FaultyLine(faults, seed=self.seed * 2)
        self._down = FaultyLine(faults, seed=self.seed * 2 + 1)

    def is_cut(self, *, closed: bool) -> bool:
        now_s = asyncio.get_running_loop().time()
        return any(cut.at_s <= now_s < cut.at_s + cut.for_s and (cut.closes or not closed) for cut in self.cuts)

    def connect(self, endpoint: VirtualEndpoint | None) -> None:
        self._endpoint = endpoint
        self._buffer.clear()
        for vehicle in self.vehicles:
            vehicle.connect(any(radio._endpoint is not None for radio in (self, *self.others)))

    def to_vehicles(self, data: bytes) -> None:
        loop = asyncio.get_running_loop()
        self._buffer += data
        for frame in split_frames(self._buffer):
            if not self.is_cut(closed=False):
                for arrival_s in self._up.send(frame, loop.time()):
                    loop.call_at(arrival_s, self._heard, frame)

    def _heard(self, frame: bytes) -> None:
        for vehicle in self.vehicles:
            self._deliver(vehicle, vehicle.receive(frame, self.channel), self.channel)

    def _deliver(self, vehicle: Vehicle, frames: Sequence[bytes], asked_on: int | None) -> None:
        ports = self.ports.setdefault(vehicle.settings.name, Ports())
        for frame in frames:
            for radio in (self, *self.others):
                if ports.leaves_by(radio.channel, frame, asked_on):
                    radio._to_ground([ports.numbered(frame, radio.channel) if self.others else frame])

    def _to_ground(self, frames: Sequence[bytes]) -> None:
        loop = asyncio.get_running_loop()
        for frame in frames:
            if not self.is_cut(closed=False):
                for arrival_s in self._down.send(frame, loop.time()):
                    loop.call_at(arrival_s, self._arrived, frame)

    def _arrived(self, frame: bytes) -> None:
        if self._endpoint is not None:
            self._endpoint.arrived(frame)

    async def live(self) -> None:
        """Lets the vehicles live, and switches them off and on when it is time to."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(STEP_S)
            for vehicle in self.vehicles if self.channel == 0 else ():
                self._deliver(vehicle, vehicle.step(STEP_S), None)
            for due in [due for due in self.restarts if due[0] <= loop.time()]:
                self.restarts.remove(due)
                due[1].receive(_reboot_order(due[1]))
                due[1].step(STEP_S)
            if self._endpoint is not None and self.is_cut(closed=True):
                self._endpoint.fall()


class VirtualEndpoint(Endpoint):
    """The ground's end of a :class:`VirtualRadio`."""

    radio: VirtualRadio
    _fell: asyncio.Future[str] | None = None

    async def _serve(self) -> str:
        if self.radio.is_cut(closed=True):
            raise ConnectionRefusedError
        self._fell = asyncio.get_running_loop().create_future()
        self.radio.connect(self)
        try:
            self._up()
            return await self._fell
        finally:
            self._fell = None
            self.radio.connect(None)

    def fall(self) -> None:
        if self._fell is not None and not self._fell.done():
            self._fell.set_result("cut")

    def arrived(self, frame: bytes) -> None:
        if self._fell is not None and not self._fell.done():
            self._callbacks.on_bytes(frame, None)

    def send(self, data: bytes, peer: Peer | None) -> None:
        if self._fell is not None:
            self.radio.to_vehicles(data)


@asynccontextmanager
async def virtual_radios(
    count: int,
    *,
    seed: int,
    one_radio: bool,
    links: int = 1,
    firmware: Firmware = DEFAULT,
    releases: Sequence[str] = (),
    apart_m: float = 0.0,
) -> AsyncIterator[tuple[list[Drone], list[VirtualRadio]]]:
    """``count`` drones, quiet but for their heartbeats, behind one radio or one each; within, links that are opened
    to them lead there.

    With ``links`` above 1 each radio is so many, which all lead to the same vehicles. ``releases`` (``4.5``) of
    ArduCopter are given out in turn; without any, all fly ``firmware``. ``apart_m``: between one home and the next.
    """
    own = [FIRMWARES[releases[number % len(releases)]] if releases else firmware for number in range(count)]
    vehicles = [_vehicle(number, seed, one, home_of(number, apart_m)) for number, one in enumerate(own, start=1)]
    groups = [vehicles] if one_radio else [[vehicle] for vehicle in vehicles]
    radios = [_radios_of(group, seed * 31 + n, f"radio{n}", links) for n, group in enumerate(groups, start=1)]
    by_url = {radio.url: radio for bundle in radios for radio in bundle}
    drones = [
        _drone(vehicle, [radio.url for bundle in radios for radio in bundle if vehicle in radio.vehicles])
        for vehicle in vehicles
    ]

    def endpoint_for(url: LinkUrl, callbacks: Callbacks, *, reconnect: bool, connect_timeout_s: float) -> Endpoint:
        endpoint = VirtualEndpoint(url, callbacks, reconnect=reconnect, connect_timeout_s=connect_timeout_s)
        endpoint.radio = by_url[str(url)]
        return endpoint

    with patch("dronectl.link.sharing.shared_endpoint.endpoint_for", endpoint_for):
        lives = [asyncio.create_task(radio.live()) for radio in by_url.values()]
        try:
            yield drones, list(by_url.values())
        finally:
            for life in lives:
                life.cancel()
            await asyncio.gather(*lives, return_exceptions=True)


@asynccontextmanager
async def virtual_fleet(
    count: int,
    *,
    seed: int,
    one_radio: bool,
    links: int = 1,
    firmware: Firmware = DEFAULT,
    releases: Sequence[str] = (),
    apart_m: float = 0.0,
) -> AsyncIterator[tuple[FleetLink, list[VirtualRadio]]]:
    """The fleet of :func:`virtual_radios`, found and alive."""
    options = {"links": links, "firmware": firmware, "releases": releases, "apart_m": apart_m}
    async with (
        virtual_radios(count, seed=seed, one_radio=one_radio, **options) as (drones, radios),  # type: ignore[arg-type]
        open_fleet(drones) as fleet,
    ):
        for link in fleet.vehicles.values():
            await link.wait_alive(30.0)
        await asyncio.sleep(3.0)  # without its storage for two seconds after power-on
        yield fleet, radios


SETTINGS = ("RTL_ALT", "FENCE_TYPE", "FENCE_ALT_MAX", "FENCE_ACTION", "RALLY_LIMIT_KM", "RALLY_INCL_HOME")


def on_board(vehicle: Vehicle) -> list[list[Item | None] | list[float]]:
    """All items that the vehicle holds, without its home, and its failsafe settings: read past every protocol."""
    copter = vehicle.copter
    return [
        [copter.mission.get(seq) for seq in range(1, len(copter.mission))],
        [copter.fence_store.get(seq) for seq in range(len(copter.fence_store))],
        [copter.rally.get(seq) for seq in range(len(copter.rally))],
        [round(copter.parameters[name], 6) for name in SETTINGS],  # the stock values have more digits than float32
    ]


def faults_of(random_: random.Random, loss: float) -> LinkFaults:
    """A radio that loses this share of all frames, and what else may be wrong with it."""
    return LinkFaults(
        loss=loss,
        duplicate=random_.choice((0.0, 0.0, 0.05)),
        reorder=random_.choice((0.0, 0.0, 0.05)),
        latency_ms=random_.choice((5.0, 20.0, 50.0, 200.0)),
        jitter_ms=random_.choice((0.0, 10.0, 50.0)),
        baud=random_.choice((0, 57_600)),
    )


def _vehicle(number: int, seed: int, firmware: Firmware, home: GeoPoint) -> Vehicle:
    quiet = {f"SR0_{stream}": 0.0 for stream in _STREAMS}
    settings = VehicleSettings(f"drone{number}", number, home, parameters=quiet, firmware=firmware)
    return Vehicle(settings, seed=seed * 7 + number)


def _radios_of(vehicles: Sequence[Vehicle], seed: int, name: str, links: int) -> list[VirtualRadio]:
    """The links to the same vehicles."""
    ports: dict[str, Ports] = {}
    radios = [
        VirtualRadio(f"tcp://{name}:{n + 1}", vehicles, seed + 1000 * n, channel=n, ports=ports) for n in range(links)
    ]
    for radio in radios:
        radio.others = [other for other in radios if other is not radio]
    return radios


def _drone(vehicle: Vehicle, urls: Sequence[str]) -> Drone:
    settings = vehicle.settings
    battery = Battery(capacity_wh=99.0, hover_power_w=250.0, cruise_power_w=230.0)
    camera = Camera(13.2, 8.8, 8.8, 5472, 3648, 2.0)
    further = tuple(urls[1:])
    return Drone(settings.name, settings.system_id, urls[0], settings.home, battery, camera, further_links=further)


def _reboot_order(vehicle: Vehicle) -> bytes:
    """From another ground station: what this one sees is an aircraft that starts anew."""
    codec = mavlink.MAVLink(None, srcSystem=250, srcComponent=190)
    order = mavlink.MAVLink_command_long_message(
        vehicle.settings.system_id, 1, mavlink.MAV_CMD_PREFLIGHT_REBOOT_SHUTDOWN, 0, 1, 0, 0, 0, 0, 0, 0
    )
    return bytes(order.pack(codec))
