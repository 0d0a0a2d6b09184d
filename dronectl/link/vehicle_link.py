"""One drone over its links: messages in and out, protocol machines, and whether it is surely one aircraft."""

from __future__ import annotations

import asyncio
import logging
import math
import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from dronectl.errors import DronectlError, IdentityError, NoAnswer
from dronectl.link.codec import MavlinkFrame, has_target
from dronectl.link.quality import LinkReport
from dronectl.link.router import RADIO_IDS, Link
from dronectl.link.runner import MachineRun, OnProgress
from dronectl.link.signing.signer import Signing, carries_key
from dronectl.link.silence_diagnosis import why_silent
from dronectl.link.transport.endpoints import Peer
from dronectl.link.transport.url import LinkUrl
from dronectl.link.vehicle_paths import VehiclePath, VehiclePaths
from dronectl.model.fleet import Drone
from dronectl.model.message import Message
from dronectl.protocol.core.machine import AUTOPILOT_COMPONENT_ID, BaseMachine, Machine, Send
from dronectl.protocol.vehicle.freshness import SLOW_HZ
from dronectl.protocol.vehicle.identity import (
    ASK_IDENTITY,
    AUTOPILOT_VERSION_ID,
    SAME_SYSTEM_ID_HINT,
    Identity,
    ReadIdentity,
    identity_of,
    two_aircraft,
)
from dronectl.protocol.vehicle.liveness import is_autopilot_heartbeat
from dronectl.protocol.vehicle.streams import RequestStreams, Stream, StreamsResult
from dronectl.protocol.vehicle.telemetry import STREAMED, VehicleState

log = logging.getLogger(__name__)

T = TypeVar("T")

Tap = Callable[[str, bytes, float, bool], None]
"""Gets every raw frame of fleet members: the drone's name, the frame, unix time in seconds, whether it went out."""

_TIMESYNC_ID = 111
_PROOF_S = 6.0
"""So long a link on which the system id is heard may take to say who is there."""
_LISTEN_S = 2.5
"""So long a link that is up may be silent before nobody is taken to be there: a vehicle beats once a second."""
_ASK_AGAIN_S = 0.25
_FAST_STREAMS = frozenset({"GLOBAL_POSITION_INT", "ATTITUDE", "VFR_HUD"})
"""Battery, GPS, mission, EKF and home change slowly: a high rate is for position and attitude."""


class VehicleLink:
    """One drone of the fleet. Made by :func:`open_fleet`."""

    def __init__(
        self, drone: Drone, links: Sequence[Link], taps: list[Tap], signing: Signing, *, reconnect: bool
    ) -> None:
        self.name = drone.name
        self.signing = signing
        self.state = VehicleState(system_id=drone.system_id)
        self._system_id = drone.system_id
        self._recorded_uid = drone.uid
        self.firmware: str | None = None
        """``4.7.0``, once the vehicle has said so (:meth:`identify`)."""
        self._paths = VehiclePaths(links, self.state.loss)
        self._taps = taps
        self._reconnect = reconnect
        self._runs: set[MachineRun[Any]] = set()
        self._subscribers: list[Callable[[Message], None]] = []
        self._waiters: set[asyncio.Future[None]] = set()
        self._alive_since_up = False
        self._conflict: DronectlError | None = None

    @property
    def system_id(self) -> int:
        return self._system_id

    @property
    def url(self) -> str:
        """The link in use, as a URL; while there is none, all of them."""
        return self._paths.used.url if self._paths.used else " and ".join(path.url for path in self._paths.all)

    @property
    def connected(self) -> bool:
        """A link is up. Whether the vehicle speaks on it: :attr:`silent_s`."""
        return any(path.link.endpoint.is_up for path in self._paths.all)

    @property
    def silent_s(self) -> float | None:
        """Seconds since its last heartbeat; None before the first."""
        last_s = self.state.last_heartbeat_s
        return None if last_s is None else asyncio.get_running_loop().time() - last_s

    @property
    def systems_heard(self) -> frozenset[int]:
        """System ids of all flight controllers that were heard on its links, its own too."""
        return frozenset().union(*(path.link.autopilots for path in self._paths.all))

    @property
    def links(self) -> tuple[LinkReport, ...]:
        """How well its links carry it now."""
        return self._paths.reports(asyncio.get_running_loop().time())

    @property
    def round_trip_s(self) -> float | None:
        """How long answers take on the link in use; None: not measured."""
        return self._paths.round_trip_s

    async def wait_alive(self, timeout_s: float, *, refused_s: float = math.inf) -> None:
        """Returns when the vehicle's heartbeat is there.

        Raises:
            NoAnswer: it is not, after ``timeout_s``; all links refused for ``refused_s``; the link is down for good.
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
            is_refused = min(path.link.endpoint.refused_for_s for path in self._paths.all) >= refused_s
            if left_s <= 0 or is_refused or not (self.connected or self._reconnect):
                raise why_silent(self.name, self._system_id, self._paths, timeout_s, self.signing.why_silent())
            waiter: asyncio.Future[None] = loop.create_future()
            self._waiters.add(waiter)
            await asyncio.wait({waiter}, timeout=left_s if refused_s == math.inf else min(left_s, _ASK_AGAIN_S))
            self._waiters.discard(waiter)

    async def run(self, machine: Machine[T], on_progress: OnProgress | None = None) -> T:
        """Runs a protocol machine to its end. Several may run at once.

        Raises:
            DronectlError: the machine's error; NoAnswer when the link falls; IdentityError when a second aircraft
                with this system id shows up.
        """
        return await self._run(machine, self._send_effect, on_progress)

    async def identify(self, *, thorough: bool = True) -> Identity:
        """Asks the vehicle who it is, on each of its links; ``thorough`` as
        :class:`dronectl.protocol.vehicle.identity.ReadIdentity` has it.

        Raises:
            NoAnswer: it does not say. IdentityError: two aircraft answer, or one may be another.
        """

        def send_to_all(effect: Send) -> None:
            for path in self._paths.all:
                self._transmit(effect.name, dict(effect.fields), path, None)

        identity = await self._run(ReadIdentity(thorough=thorough), send_to_all, None)
        if self._paths.several:
            await self._prove_links(send_to_all)
        return identity

    async def request_streams(self, rate_hz: float) -> StreamsResult:
        """Asks for the messages that :attr:`state` is made of: position and attitude at ``rate_hz``, the rest at most
        twice a second. What does not come is told in the result.

        Raises:
            NoAnswer: the link falls.
        """
        self.state.asked_hz = rate_hz
        streams = [
            Stream(name, number, rate_hz if name in _FAST_STREAMS else min(rate_hz, SLOW_HZ))
            for name, number in STREAMED.items()
        ]
        return await self.run(RequestStreams(streams))

    def alone_on_link(self) -> asyncio.Lock:
        """``async with``: nobody else on the same link fills it meanwhile. For transfers of many kilobytes."""
        return (self._paths.used or self._paths.all[0]).link.full

    def send(self, name: str, **fields: Any) -> None:
        """Sends one message; its target is filled in. Nothing is awaited and nothing is certain.

        Raises:
            ValueError: no such message or field, or a value that does not fit.
        """
        self._send_effect(Send(name, fields))

    def send_frame(self, frame: bytes) -> None:
        """Sends a frame that someone else has encoded."""
        path = self._paths.used
        if path is not None:
            path.link.endpoint.send(frame, path.peer)
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
        """A telemetry radio is on one of the links."""
        return any(path.link.radio_heard for path in self._paths.all)

    def prepare_signing(self, fault: DronectlError | None) -> None:
        """With a fault of its key (or when no link id can be had) this drone is of no use, and the others are."""
        try:
            for path in self._paths.all:
                self.signing.signer(path.link.url)
        except DronectlError as error:
            fault, self.signing = error, Signing(self.name)
        self._conflict = self._conflict or fault

    # What the router tells

    def receive(self, frame: MavlinkFrame, link: Link, peer: Peer) -> None:
        if frame.message_id in RADIO_IDS:
            # A radio's own words, which nobody signs: recorded, and never taken for the drone's.
            self.tap(frame.raw, outgoing=False)
            return
        if not self.signing.admits(frame.raw, link.url):
            return
        now_s = asyncio.get_running_loop().time()
        path = self._paths.of(link)
        message = frame.message()
        from_autopilot = frame.component_id == AUTOPILOT_COMPONENT_ID
        uid: str | None = None
        if message is not None and from_autopilot and frame.message_id == AUTOPILOT_VERSION_ID:
            uid = self._check_uid(message, path)
        if not self._is_from_here(frame, path, (link.url, peer), now_s):
            return
        if from_autopilot:
            self._heard(path, frame.sequence, uid, now_s)
            if message is not None and frame.message_id == _TIMESYNC_ID and message["tc1"]:
                path.time_told(int(message["ts1"]), now_s)
        if self._paths.several and not self._paths.lets_in(frame, path, now_s):
            return
        self.tap(frame.raw, outgoing=False)
        if message is None:
            return
        if from_autopilot:
            self.state.apply(message, now_s)
            if is_autopilot_heartbeat(message):
                self._alive_since_up = True
                self._wake()
            for run in tuple(self._runs):
                run.feed(message)
        for callback in tuple(self._subscribers):
            callback(message)

    def receive_elsewhere(self, frame: MavlinkFrame, link: Link, peer: Peer) -> None:
        now_s = asyncio.get_running_loop().time()
        path = self._paths.used
        if (
            frame.component_id == AUTOPILOT_COMPONENT_ID
            and path is not None
            and path.peer_guard.source is not None
            and self.signing.admits(frame.raw, link.url)
        ):
            self._is_from_here(frame, path, (link.url, peer), now_s, may_move=False)

    def link_up(self) -> None:
        self._wake()

    def link_down(self, link: Link, reason: str) -> None:
        path = self._paths.of(link)
        self._paths.forget(path)
        self._use_best(asyncio.get_running_loop().time())
        others = [other for other in self._paths.all if other is not path]
        if not any(self._paths.trusts(other) and other.is_open for other in others):
            self._alive_since_up = False
        if not any(other.is_open for other in others):
            self._fail_runs(NoAnswer(f"link to {self.name} closed: {reason}", hint=f"check {path.url}"))
        self._wake()

    def peer_gone(self, link: Link, peer: Peer) -> None:
        path = self._paths.of(link)
        if path.peer == peer:
            path.is_gone = True
            self.link_down(link, "the other side closed it")

    def timesync_asked(self, link: Link) -> None:
        self._paths.of(link).quality.asked()

    def look_at_links(self) -> None:
        """Once a second: has one fallen silent, is another one better?"""
        self._use_best(asyncio.get_running_loop().time())

    # Inside

    def _heard(self, path: VehiclePath, sequence: int, uid: str | None, now_s: float) -> None:
        self._paths.heard(path, sequence, now_s)
        path.uid = uid or path.uid
        if self._paths.several:
            if path.question_is_due(now_s):
                self._transmit(*ASK_IDENTITY, path, path.peer)
            if self._paths.used is None or not self._paths.trusts(self._paths.used):
                self._use_best(now_s)

    def _use_best(self, now_s: float) -> None:
        before = self._paths.used
        if not self._paths.choose(now_s):
            return
        if (used := self._paths.used) is None:
            return
        self.state.loss = used.quality.loss
        if before is not None:
            log.warning("%s: over %s from now on; %s is worse, silent or down", self.name, used.url, before.url)
        for run in tuple(self._runs):
            run.on_new_link()

    async def _prove_links(self, ask: Callable[[Send], None]) -> None:
        """Waits until each open link has said which aircraft is there, or is silent.

        Raises:
            IdentityError: two aircraft; or on one link there may be another one, and no uid is recorded to tell by.
        """
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        while self._conflict is None:
            unproven = self._paths.unproven(loop.time())
            silent = [path for path in self._paths.all if path.is_open and not path.is_heard(loop.time())]
            waited_s = loop.time() - began_s
            if not (unproven and waited_s < _PROOF_S) and not (silent and waited_s < _LISTEN_S):
                break
            await asyncio.sleep(_ASK_AGAIN_S)
            if unproven or silent:
                name, fields = ASK_IDENTITY
                ask(Send(name, fields))
        if self._conflict is not None:
            raise self._conflict_again()
        for path in self._paths.unproven(loop.time()):
            text = f"{self.name}: system {self._system_id} is heard on {path.url} too, but does not say there who it is"
            if self._recorded_uid is None:
                hint = "leave that link out (--link), or record the drone's uid over the other one ('fleet record')"
                raise IdentityError(f"{text}: it may be another aircraft", hint=hint)
            log.warning("%s: that link is not used", text)

    async def _run(self, machine: Machine[T], send: Callable[[Send], None], on_progress: OnProgress | None) -> T:
        if self._conflict is not None:
            raise self._conflict_again()
        if not self.connected:
            reasons = "; ".join(path.link.endpoint.down_reason for path in self._paths.all)
            raise NoAnswer(f"no link to {self.name}: {reasons}", hint=f"check {self.url}")
        if isinstance(machine, BaseMachine):
            machine.link = self._paths
        run = MachineRun(machine, send, on_progress)
        self._runs.add(run)
        try:
            return await run.result()
        except NoAnswer as error:
            self._tell_more(error)
            raise
        finally:
            self._runs.discard(run)

    def _tell_more(self, error: NoAnswer) -> None:
        """Who did not answer, and how long ago it was heard."""
        if not re.search(rf"(?<!\w){re.escape(self.name)}(?!\w)", error.message):
            silent_s = self.silent_s
            heard = "not heard yet" if silent_s is None else f"heard {silent_s:.1f} s ago"
            error.message = f"{self.name}: {error.message}, {heard}"

    def _send_effect(self, effect: Send) -> None:
        if self._paths.used is not None:
            self._transmit(effect.name, effect.fields, self._paths.used, self._paths.used.peer)

    def _transmit(self, name: str, given: Mapping[str, Any], path: VehiclePath, peer: Peer | None) -> None:
        fields = dict(given)
        names_system, names_component = has_target(name)
        if names_system:
            fields.setdefault("target_system", self._system_id)
        if names_component:
            fields.setdefault("target_component", AUTOPILOT_COMPONENT_ID)
        frame = path.link.encoder.encode(name, fields, self.signing.signer(path.link.url))
        path.link.endpoint.send(frame, peer)
        self.tap(frame, outgoing=True)

    def tap(self, frame: bytes, *, outgoing: bool) -> None:
        """Shows a frame from or to this vehicle to all who listen in; one with a key in it to nobody."""
        if self._taps and not carries_key(frame):
            now_unix_s = time.time()
            for tap in tuple(self._taps):
                tap(self.name, frame, now_unix_s, outgoing)

    def _is_from_here(
        self,
        frame: MavlinkFrame,
        path: VehiclePath,
        source: tuple[LinkUrl, Peer],
        now_s: float,
        *,
        may_move: bool = True,
    ) -> bool:
        accepted = path.peer_guard.accept(frame.raw, source, now_s, may_move=may_move)
        if path.peer_guard.rival is not None and self._conflict is None:
            other = path.peer_guard.rival
            place = f"{other[0]} {other[1] or ''}".strip() if isinstance(other, tuple) else str(other)
            self._set_conflict(
                IdentityError(
                    f"two aircraft speak as system {self._system_id}: one on {path.url}, one on {place}",
                    hint=SAME_SYSTEM_ID_HINT,
                )
            )
        return accepted

    def _check_uid(self, message: Message, path: VehiclePath) -> str | None:
        """The uid in an AUTOPILOT_VERSION, once it is held against that of all answers before."""
        identity, known = identity_of(message), self._paths.uid
        uid = identity.uid
        if known is not None and uid is not None and uid != known and self._conflict is None:
            where = f"{uid} on {path.url}" if self._paths.several else uid
            self._set_conflict(two_aircraft(self._system_id, known, where))
        self._paths.uid = known or uid
        if self._conflict is None:
            self.firmware = identity.firmware
        return uid

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
