"""What the router brings to one vehicle: its frames, judged, taken in and handed on; and how its links come and go."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from dronectl.errors import DronectlError, NoAnswer, NotReady
from dronectl.link.aircraft_identity import AircraftIdentity
from dronectl.link.codec import MavlinkFrame
from dronectl.link.presence import Presence
from dronectl.link.router import RADIO_IDS, Link
from dronectl.link.runner import MachineRuns
from dronectl.link.signing.signer import Signing
from dronectl.link.transport.endpoint import Peer
from dronectl.link.vehicle_frames import VehicleFrames
from dronectl.link.vehicle_paths import VehiclePath, VehiclePaths
from dronectl.model.message import Message
from dronectl.protocol.core.machine import AUTOPILOT_COMPONENT_ID
from dronectl.protocol.vehicle.identity import ASK_IDENTITY, AUTOPILOT_VERSION_ID
from dronectl.protocol.vehicle.liveness import is_autopilot_heartbeat
from dronectl.protocol.vehicle.modes import ordered_mode
from dronectl.protocol.vehicle.telemetry import VehicleState

log = logging.getLogger(__name__)

_TIMESYNC_ID = 111


@dataclass
class VehicleReceiver:
    """A :class:`~dronectl.link.router.LinkMember`. What is believed goes to state, machines and subscribers."""

    name: str
    system_id: int
    state: VehicleState
    paths: VehiclePaths
    frames: VehicleFrames
    identity: AircraftIdentity
    presence: Presence
    runs: MachineRuns
    _subscribers: list[Callable[[Message], None]] = field(default_factory=list)

    @property
    def signing(self) -> Signing:
        return self.frames.signing

    def subscribe(self, callback: Callable[[Message], None]) -> Callable[[], None]:
        """Calls back with every message of this system, all components. Returns what ends it."""
        self._subscribers.append(callback)

        def unsubscribe() -> None:
            if callback in self._subscribers:
                self._subscribers.remove(callback)

        return unsubscribe

    def tap(self, frame: bytes, *, outgoing: bool) -> None:
        self.frames.tap(frame, outgoing=outgoing)

    def receive(self, frame: MavlinkFrame, link: Link, peer: Peer) -> None:
        if frame.message_id in RADIO_IDS:
            # A radio's own words, which nobody signs: recorded, and never taken for the drone's.
            self.frames.tap(frame.raw, outgoing=False)
            return
        now_s = asyncio.get_running_loop().time()
        path = self.paths.of(link)
        message = frame.message()
        from_autopilot = frame.component_id == AUTOPILOT_COMPONENT_ID
        uid: str | None = None
        if message is not None and from_autopilot and frame.message_id == AUTOPILOT_VERSION_ID:
            uid = self.identity.take_version(message, path)
        if not self.identity.accepts(frame, path, (link.url, peer), now_s):
            return
        if from_autopilot:
            self._heard(path, frame.sequence, uid, now_s)
            if message is not None and frame.message_id == _TIMESYNC_ID and message["tc1"]:
                path.time_told(int(message["ts1"]), now_s)
        if self.paths.several and not self.paths.lets_in(frame, path, now_s):
            return
        self.frames.tap(frame.raw, outgoing=False)
        if message is not None:
            self._hand_on(message, now_s, from_autopilot=from_autopilot)

    def sent(self, frame: MavlinkFrame, who: str) -> None:
        """Recorded; and a mode that it orders is one that was ordered here."""
        self.frames.tap(frame.raw, outgoing=True)
        message = frame.message()
        if message is not None and (mode := ordered_mode(message)) is not None:
            self.state.ordered_mode = mode
            self.state.ordered_by = who

    def receive_past(self, frame: MavlinkFrame, age_s: float) -> None:
        """What the link's owner heard before we came: it is as old as it is."""
        message = frame.message()
        if message is None or frame.component_id != AUTOPILOT_COMPONENT_ID:
            return
        self.state.apply(message, asyncio.get_running_loop().time() - age_s)
        if is_autopilot_heartbeat(message):
            self.presence.on_heartbeat()

    def link_owned(self, link: Link) -> None:
        """A link id to sign with there; without one this drone is of no use, and the others are."""
        try:
            self.signing.signer(link.url)
        except DronectlError as error:
            self.frames.signing = Signing(self.name)
            self.identity.set_key_fault(error)

    def denied(self, why: str) -> None:
        self.runs.fail(NotReady(why))

    def give_way(self, who: str) -> None:
        self.runs.give_way(who)

    def receive_elsewhere(self, frame: MavlinkFrame, link: Link, peer: Peer) -> None:
        now_s = asyncio.get_running_loop().time()
        path = self.paths.used
        if (
            frame.component_id == AUTOPILOT_COMPONENT_ID
            and path is not None
            and path.peer_guard.source is not None
            and self.frames.admits(frame.raw, link.url)
        ):
            self.identity.accepts(frame, path, (link.url, peer), now_s, may_move=False)

    def link_up(self) -> None:
        self.presence.wake()

    def link_down(self, link: Link, reason: str) -> None:
        path = self.paths.of(link)
        self.paths.forget(path)
        self.use_best_path()
        others = [other for other in self.paths.all if other is not path]
        if not any(self.paths.trusts(other) and other.is_open for other in others):
            self.presence.on_lost()
        if not any(other.is_open for other in others):
            self.runs.fail(NoAnswer(f"link to {self.name} closed: {reason}", hint=f"check {path.url}"))
        self.presence.wake()

    def peer_gone(self, link: Link, peer: Peer) -> None:
        path = self.paths.of(link)
        if path.peer == peer:
            path.is_gone = True
            self.link_down(link, "the other side closed it")

    def timesync_asked(self, link: Link) -> None:
        self.paths.of(link).quality.asked()

    def use_best_path(self) -> None:
        """Once a second, and when a link falls: has one fallen silent, is another one better?"""
        before = self.paths.used
        if not self.paths.choose(asyncio.get_running_loop().time()):
            return
        if (used := self.paths.used) is None:
            return
        self.state.loss = used.quality.loss
        if before is not None:
            log.warning("%s: over %s from now on; %s is worse, silent or down", self.name, used.url, before.url)
        self.runs.on_new_link()

    def _heard(self, path: VehiclePath, sequence: int, uid: str | None, now_s: float) -> None:
        self.paths.heard(path, sequence, now_s)
        path.uid = uid or path.uid
        if self.paths.several:
            if path.question_is_due(now_s):
                self.frames.send_over(path, *ASK_IDENTITY, path.peer)
            if self.paths.used is None or not self.paths.trusts(self.paths.used):
                self.use_best_path()

    def _hand_on(self, message: Message, now_s: float, *, from_autopilot: bool) -> None:
        if from_autopilot:
            self.state.apply(message, now_s)
            if is_autopilot_heartbeat(message):
                self.presence.on_heartbeat()
            self.runs.feed(message)
        for callback in tuple(self._subscribers):
            callback(message)
