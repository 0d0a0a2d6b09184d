"""One drone over its link: messages in and out, protocol machines, and whether it is surely one aircraft."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any, TypeVar

from dronectl.errors import DronectlError, IdentityError, NoAnswer
from dronectl.link.codec import Frame, has_target
from dronectl.link.endpoints import Peer
from dronectl.link.quality import LinkQuality, LinkReport
from dronectl.link.router import RADIO_IDS, Link
from dronectl.link.runner import MachineRun, OnProgress
from dronectl.link.signing import Signing, carries_key
from dronectl.link.sources import SourceWatch
from dronectl.model.fleet import Drone
from dronectl.model.message import Message
from dronectl.protocol.identity import AUTOPILOT_VERSION_ID, Identity, ReadIdentity, identity_of, two_aircraft
from dronectl.protocol.liveness import LOST_AFTER_S, is_autopilot_heartbeat
from dronectl.protocol.machine import AUTOPILOT_COMPONENT_ID, Machine, Send
from dronectl.protocol.streams import RequestStreams
from dronectl.protocol.telemetry import STREAMED, VehicleState

T = TypeVar("T")

Tap = Callable[[str, bytes, float, bool], None]
"""Gets every raw frame of fleet members: the drone's name, the frame, unix time in seconds, whether it went out."""

_TIMESYNC_ID = 111
_SLOW_HZ = 2.0
_SLOW_STREAMS = frozenset({1, 2, 24, 42, 147, 193})
"""Battery, GPS, mission, EKF and home change slowly: a high rate is for position and attitude."""


class VehicleLink:
    """One drone of the fleet. Made by :func:`open_fleet`."""

    def __init__(self, drone: Drone, link: Link, taps: list[Tap], signing: Signing, *, reconnect: bool) -> None:
        self.name = drone.name
        self.signing = signing
        self.state = VehicleState(system_id=drone.system_id)
        self._system_id = drone.system_id
        self._link = link
        self._taps = taps
        self._reconnect = reconnect
        self._runs: set[MachineRun[Any]] = set()
        self._subscribers: list[Callable[[Message], None]] = []
        self._waiters: set[asyncio.Future[None]] = set()
        self._sources = SourceWatch()
        self._quality = LinkQuality(self.state.loss)
        self._alive_since_up = False
        self._conflict: DronectlError | None = None
        self._uid: str | None = None

    @property
    def system_id(self) -> int:
        return self._system_id

    @property
    def url(self) -> str:
        """The link, as a URL."""
        return str(self._link.url)

    @property
    def connected(self) -> bool:
        """The link is up. Whether the vehicle speaks on it: :attr:`silent_s`."""
        return self._link.endpoint.is_up

    @property
    def silent_s(self) -> float | None:
        """Seconds since its last heartbeat; None before the first."""
        last_s = self.state.last_heartbeat_s
        return None if last_s is None else asyncio.get_running_loop().time() - last_s

    @property
    def links(self) -> tuple[LinkReport, ...]:
        """How well its links carry it now."""
        round_trip_s = self._quality.round_trip_s
        return (
            LinkReport(
                url=self.url,
                up=self.connected,
                heard=asyncio.get_running_loop().time() - self._quality.heard_s <= LOST_AFTER_S,
                in_use=True,
                loss_pct=self._quality.loss.recent_pct,
                round_trip_ms=None if round_trip_s is None else round(round_trip_s * 1000.0, 1),
            ),
        )

    async def wait_alive(self, timeout_s: float) -> None:
        """Returns when the vehicle's heartbeat is there.

        Raises:
            NoAnswer: it is not, after ``timeout_s``, or the link is down for good.
            IdentityError: other vehicles answer on its link, or two with its system id.
        """
        loop = asyncio.get_running_loop()
        deadline_s = loop.time() + timeout_s
        while True:
            if self._conflict is not None:
                raise self._conflict_again()
            if self._alive_since_up and self.connected and self.state.is_alive(loop.time()):
                return
            left_s = deadline_s - loop.time()
            if left_s <= 0 or not (self.connected or self._reconnect):
                raise self._silence(timeout_s)
            waiter: asyncio.Future[None] = loop.create_future()
            self._waiters.add(waiter)
            await asyncio.wait({waiter}, timeout=left_s)
            self._waiters.discard(waiter)

    async def run(self, machine: Machine[T], on_progress: OnProgress | None = None) -> T:
        """Runs a protocol machine to its end. Several may run at once.

        Raises:
            DronectlError: the machine's error; NoAnswer when the link falls; IdentityError when a second aircraft
                with this system id shows up.
        """
        return await self._run(machine, self._send_effect, on_progress)

    async def identify(self) -> Identity:
        """Asks the vehicle who it is.

        Raises:
            NoAnswer, IdentityError.
        """

        def send_to_all(effect: Send) -> None:
            self._transmit(effect.name, dict(effect.fields), None)

        return await self._run(ReadIdentity(), send_to_all, None)

    async def request_streams(self, rate_hz: float) -> None:
        """Asks for the messages that :attr:`state` is made of: position and attitude at ``rate_hz``, the rest at most
        twice a second.

        Raises:
            NoAnswer: the vehicle does not answer.
        """
        rates = {number: min(rate_hz, _SLOW_HZ) if number in _SLOW_STREAMS else rate_hz for number in STREAMED}
        await self.run(RequestStreams(rates))

    def send(self, name: str, **fields: Any) -> None:
        """Sends one message; its target is filled in. Nothing is awaited and nothing is certain.

        Raises:
            ValueError: no such message or field, or a value that does not fit.
        """
        peer = self._peer()
        self._transmit(name, fields, peer)

    def send_frame(self, frame: bytes) -> None:
        """Sends a frame that someone else has encoded."""
        self._link.endpoint.send(frame, self._peer())
        self.tap(frame, outgoing=True)

    def subscribe(self, callback: Callable[[Message], None]) -> Callable[[], None]:
        """Calls back with every message of this system, all components. Returns what ends it."""
        self._subscribers.append(callback)

        def unsubscribe() -> None:
            if callback in self._subscribers:
                self._subscribers.remove(callback)

        return unsubscribe

    @property
    def radio_heard(self) -> bool:
        """A telemetry radio is on the link."""
        return self._link.radio_heard

    def prepare_signing(self, fault: DronectlError | None) -> None:
        """With a fault of its key (or when no link id can be had) this drone is of no use, and the others are."""
        try:
            self.signing.signer(self._link.url)
        except DronectlError as error:
            fault, self.signing = error, Signing(self.name)
        self._conflict = self._conflict or fault

    # What the router tells

    def receive(self, frame: Frame, link: Link, peer: Peer) -> None:
        if frame.message_id in RADIO_IDS:
            # A radio's own words, which nobody signs: recorded, and never taken for the drone's.
            self.tap(frame.raw, outgoing=False)
            return
        if not self.signing.admits(frame.raw, link.url):
            return
        now_s = asyncio.get_running_loop().time()
        message = frame.message()
        from_autopilot = frame.component_id == AUTOPILOT_COMPONENT_ID
        if message is not None and from_autopilot and frame.message_id == AUTOPILOT_VERSION_ID:
            self._check_uid(message)
        if not self._is_from_here(frame, link, peer, now_s):
            return
        self.tap(frame.raw, outgoing=False)
        if from_autopilot:
            self._quality.heard(frame.sequence, now_s)
        if message is None:
            return
        if from_autopilot:
            self.state.apply(message, now_s)
            if frame.message_id == _TIMESYNC_ID and message["tc1"]:
                self._on_time(link, int(message["ts1"]), now_s)
            if is_autopilot_heartbeat(message):
                self._alive_since_up = True
                self._wake()
            for run in tuple(self._runs):
                run.feed(message)
        for callback in tuple(self._subscribers):
            callback(message)

    def receive_elsewhere(self, frame: Frame, link: Link, peer: Peer) -> None:
        now_s = asyncio.get_running_loop().time()
        if (
            frame.component_id == AUTOPILOT_COMPONENT_ID
            and self._sources.source is not None
            and self.signing.admits(frame.raw, link.url)
        ):
            self._is_from_here(frame, link, peer, now_s)

    def link_up(self) -> None:
        self._wake()

    def link_down(self, reason: str) -> None:
        self._alive_since_up = False
        self._sources.forget()
        self._quality.forget()
        self._fail_runs(NoAnswer(f"link to {self.name} closed: {reason}", hint=f"check {self.url}"))
        self._wake()

    def peer_gone(self, peer: Peer) -> None:
        if self._peer() == peer:
            self.link_down("the other side closed it")

    def timesync_asked(self) -> None:
        self._quality.asked()

    # Inside

    def _on_time(self, link: Link, stamp: int, now_s: float) -> None:
        asked_s = link.asked_at_s(stamp)
        if asked_s is not None:
            self._quality.answered(now_s - asked_s)

    async def _run(self, machine: Machine[T], send: Callable[[Send], None], on_progress: OnProgress | None) -> T:
        if self._conflict is not None:
            raise self._conflict_again()
        if not self.connected:
            raise NoAnswer(f"no link to {self.name}: {self._link.endpoint.down_reason}", hint=f"check {self.url}")
        run = MachineRun(machine, send, on_progress)
        self._runs.add(run)
        try:
            return await run.result()
        finally:
            self._runs.discard(run)

    def _send_effect(self, effect: Send) -> None:
        self._transmit(effect.name, dict(effect.fields), self._peer())

    def _transmit(self, name: str, fields: dict[str, Any], peer: Peer | None) -> None:
        names_system, names_component = has_target(name)
        if names_system:
            fields.setdefault("target_system", self._system_id)
        if names_component:
            fields.setdefault("target_component", AUTOPILOT_COMPONENT_ID)
        frame = self._link.encoder.encode(name, fields, self.signing.signer(self._link.url))
        self._link.endpoint.send(frame, peer)
        self.tap(frame, outgoing=True)

    def tap(self, frame: bytes, *, outgoing: bool) -> None:
        """Shows a frame from or to this vehicle to all who listen in; one with a key in it to nobody."""
        if self._taps and not carries_key(frame):
            now_unix_s = time.time()
            for tap in tuple(self._taps):
                tap(self.name, frame, now_unix_s, outgoing)

    def _peer(self) -> Peer | None:
        source = self._sources.source
        return source[1] if isinstance(source, tuple) else None

    def _is_from_here(self, frame: Frame, link: Link, peer: Peer, now_s: float) -> bool:
        accepted = self._sources.accept(frame.raw, (link.url, peer), now_s)
        if self._sources.rival is not None and self._conflict is None:
            other = self._sources.rival
            place = f"{other[0]} {other[1] or ''}".strip() if isinstance(other, tuple) else str(other)
            self._set_conflict(
                IdentityError(
                    f"two aircraft speak as system {self._system_id}: one on {self.url}, one on {place}",
                    hint="switch one of them off and give it another SYSID_THISMAV",
                )
            )
        return accepted

    def _check_uid(self, message: Message) -> None:
        uid = identity_of(message).uid
        if self._uid is not None and uid is not None and uid != self._uid and self._conflict is None:
            self._set_conflict(two_aircraft(self._system_id, self._uid, uid))
        self._uid = self._uid or uid

    def _set_conflict(self, error: IdentityError) -> None:
        error.message = f"{self.name}: {error.message}"
        self._conflict = error
        self._fail_runs(self._conflict_again())
        self._wake()

    def _conflict_again(self) -> DronectlError:
        """A fresh copy: an error that is raised twice would drag its first traceback along."""
        assert self._conflict is not None
        return type(self._conflict)(self._conflict.message, hint=self._conflict.hint)

    def _fail_runs(self, error: DronectlError) -> None:
        for run in tuple(self._runs):
            run.fail(type(error)(error.message, hint=error.hint, details=error.details))

    def _wake(self) -> None:
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)

    def _silence(self, timeout_s: float) -> DronectlError:
        """Why the vehicle is not there, as exactly as can be told."""
        endpoint = self._link.endpoint
        if not endpoint.is_up:
            return NoAnswer(
                f"{self.name}: no link to {self.url}: {endpoint.down_reason}",
                hint="is the drone (or 'dronectl sim start') on, and is the link in dronectl.toml right?",
            )
        heard = self._link.autopilots - {self._system_id}
        strangers = sorted(heard - self._link.members.keys())
        if strangers:
            listed = ", ".join(str(system_id) for system_id in strangers)
            return IdentityError(
                f"{self.name}: system {self._system_id} does not answer on {self.url}; heard there: system {listed}",
                hint="correct system_id or link in dronectl.toml, or the aircraft's SYSID_THISMAV",
                details={"heard": strangers},
            )
        refused = self.signing.why_silent()
        if refused:
            return NoAnswer(
                f"{self.name}: nothing rightly signed came from system {self._system_id} on {self.url}: {refused}",
                hint=f"'dronectl signing status --drone {self.name}' says what this drone does",
            )
        others = f" (others do: system {', '.join(map(str, sorted(heard)))})" if heard else ""
        return NoAnswer(
            f"{self.name}: no heartbeat from system {self._system_id} on {self.url} for {timeout_s:g} s{others}",
            hint="is the drone on, and is its telemetry radio linked?",
        )
