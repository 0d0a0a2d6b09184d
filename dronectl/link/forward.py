"""The fleet's frames to another ground station, and, where that is allowed, its commands back to the fleet."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from dronectl.errors import InputError, NotReady
from dronectl.link.codec import FrameParser, MavlinkFrame
from dronectl.link.fleet_link import FleetLink
from dronectl.link.sharing.write_guard import WriteGuard
from dronectl.link.signing.signer import carries_key
from dronectl.link.transport.endpoint import Callbacks, Peer
from dronectl.link.transport.endpoints import endpoint_for
from dronectl.link.transport.url import LinkKind, LinkUrl, parse_link
from dronectl.link.vehicle_link import VehicleLink

_REMEMBERED = 512
_MOST_PEERS = 16
_CONNECT_TIMEOUT_S = 2.0
_LISTENING = {LinkKind.TCP_IN, LinkKind.UDP_IN}
_OPPOSITE = {LinkKind.UDP_OUT: LinkKind.UDP_IN, LinkKind.TCP: LinkKind.TCP_IN}
_HERE = frozenset({"127.0.0.1", "localhost", "::1", "0.0.0.0", "::"})


class _Recent:
    """The frames that went one way lately: what comes a second time has gone in a circle."""

    def __init__(self) -> None:
        self._order: deque[bytes] = deque()
        self._frames: set[bytes] = set()

    def is_new(self, raw: bytes) -> bool:
        if raw in self._frames:
            return False
        self._frames.add(raw)
        self._order.append(raw)
        if len(self._order) > _REMEMBERED:
            self._frames.discard(self._order.popleft())
        return True


class _Forwarder:
    """One other ground station. What the fleet says goes there, each frame once, whatever links it came by.

    Back come, with ``commands``, only frames that name a drone of the fleet as their target: no broadcast (it would
    reach aircraft of others on the same radio), no message that the dialect does not know, nothing in the name of a
    drone, no signing key.
    """

    def __init__(self, fleet: FleetLink, url: LinkUrl, *, commands: bool, tell: Callable[[str], None]) -> None:
        self._vehicles: dict[int, VehicleLink] = {vehicle.system_id: vehicle for vehicle in fleet.vehicles.values()}
        self._commands = commands
        self._there = _Recent()
        self._back = _Recent()
        self._parsers: dict[Peer, FrameParser] = {}
        self._tell = tell
        self._told = ""
        leases = {system_id: vehicle.new_lease() for system_id, vehicle in self._vehicles.items()}
        self.guard = WriteGuard(f"the station at {url}", leases)

        def on_down(reason: str) -> None:
            self._parsers.clear()
            tell(f"forwarding to {url} stopped: {reason}; trying again")

        callbacks = Callbacks(self._on_bytes, lambda: None, on_down, self._on_peer_gone)
        self.endpoint = endpoint_for(url, callbacks, reconnect=True, connect_timeout_s=_CONNECT_TIMEOUT_S)

    def on_frame(self, _drone: str, frame: bytes, _t_unix_s: float, outgoing: bool) -> None:
        """The tap."""
        if not outgoing and self._there.is_new(frame):
            self.endpoint.send(frame, None)

    def _on_bytes(self, data: bytes, peer: Peer) -> None:
        if not self._commands:
            return
        if peer not in self._parsers and len(self._parsers) >= _MOST_PEERS:
            del self._parsers[next(iter(self._parsers))]
        for frame in self._parsers.setdefault(peer, FrameParser()).feed(data):
            vehicle = self._target(frame)
            if vehicle is not None and self._back.is_new(frame.raw) and self._may_pass(frame, vehicle):
                vehicle.send_for(frame.raw)

    def _may_pass(self, frame: MavlinkFrame, vehicle: VehicleLink) -> bool:
        """Its transfers are dropped while the drone is in another hand, and that is told."""
        try:
            self.guard.require_pass(frame, vehicle.system_id)
        except NotReady as error:
            if error.message != self._told:
                self._told = error.message
                self._tell(f"what the other station sends to {vehicle.name} is dropped: {error.message}")
            return False
        return True

    def _target(self, frame: MavlinkFrame) -> VehicleLink | None:
        """The drone that this frame is for; None when it must not pass."""
        if frame.system_id in self._vehicles or carries_key(frame.raw):
            return None
        message = frame.message()
        return None if message is None else self._vehicles.get(int(message.get("target_system", 0)))

    def _on_peer_gone(self, peer: Peer) -> None:
        self._parsers.pop(peer, None)


@asynccontextmanager
async def forwarded(
    fleet: FleetLink, urls: Sequence[str], *, commands: bool = False, tell: Callable[[str], None]
) -> AsyncIterator[None]:
    """Within: everything that is heard of the fleet goes to ``urls`` too. Nothing there can hold up the fleet.

    Args:
        commands: frames from there that are for a drone of the fleet are passed on to it.
        tell: hears in one line when a station cannot be reached, or no longer. It is tried again until the end.

    Raises:
        InputError: a wrong URL, one that leads back into the fleet's own links, or a port that cannot be listened on.
    """
    own = [parse_link(report.url) for vehicle in fleet.vehicles.values() for report in vehicle.links]
    async with AsyncExitStack() as opened:
        for url in dict.fromkeys(parse_link(text) for text in urls):
            _refuse_circle(url, own)
            forwarder = _Forwarder(fleet, url, commands=commands, tell=tell)
            opened.push_async_callback(forwarder.endpoint.close)
            await forwarder.endpoint.open()
            if not forwarder.endpoint.is_up:
                reason = forwarder.endpoint.down_reason
                if url.kind in _LISTENING:
                    raise InputError(f"--forward {url}: {reason}", hint="give another port")
                tell(f"forwarding to {url}: {reason}; trying again")
            opened.callback(forwarder.guard.close)
            opened.callback(fleet.add_tap(forwarder.on_frame))
        yield


def _refuse_circle(url: LinkUrl, own: Sequence[LinkUrl]) -> None:
    if url.kind is LinkKind.SERIAL:
        raise InputError(
            f"--forward {url}: a serial port cannot be forwarded to", hint="use udpout://, tcp:// or tcpin://"
        )
    for link in own:
        meets = link.kind is _OPPOSITE.get(url.kind) and link.port == url.port
        if link == url or (meets and (url.host in _HERE or url.host == link.host)):
            raise InputError(
                f"--forward {url} leads back to the fleet's own link {link}", hint="forward to another port or machine"
            )
