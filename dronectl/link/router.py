"""Frames to the vehicles that they belong to: by link and system id, several vehicles on one link."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from dronectl.errors import DronectlError
from dronectl.link.codec import Encoder, FrameParser, MavlinkFrame, whole_frame
from dronectl.link.sharing.guest import Guest
from dronectl.link.sharing.shared_endpoint import SharedCallbacks, SharedEndpoint
from dronectl.link.signing.signer import Key, Signing, carries_key
from dronectl.link.transport.endpoint import Peer
from dronectl.link.transport.url import LinkUrl
from dronectl.protocol.core.machine import AUTOPILOT_COMPONENT_ID, GCS_COMPONENT_ID
from dronectl.protocol.vehicle.liveness import is_autopilot_heartbeat, is_station_heartbeat

log = logging.getLogger(__name__)

_HEARTBEAT_ID, _TIMESYNC_ID = 0, 111
RADIO_IDS = frozenset({109, 166})
"""RADIO_STATUS, RADIO."""
_MOST_PARSERS = 64
_QUESTIONS = 16
"""TIMESYNC questions whose answers are still of interest."""


class LinkMember(Protocol):
    """A vehicle as the router sees it."""

    name: str

    @property
    def system_id(self) -> int: ...

    @property
    def signing(self) -> Signing: ...

    def receive(self, frame: MavlinkFrame, link: Link, peer: Peer) -> None: ...

    def receive_elsewhere(self, frame: MavlinkFrame, link: Link, peer: Peer) -> None:
        """Its system id was heard on a link that is not its own."""

    def link_up(self) -> None: ...

    def link_down(self, link: Link, reason: str) -> None: ...

    def peer_gone(self, link: Link, peer: Peer) -> None: ...

    def tap(self, frame: bytes, *, outgoing: bool) -> None: ...

    def sent(self, frame: MavlinkFrame, who: str) -> None:
        """Another process on this link sent it to this vehicle; ``who`` empty: this one did, through its owner."""

    def receive_past(self, frame: MavlinkFrame, age_s: float) -> None:
        """What the link's owner heard before we joined."""

    def link_owned(self, link: Link) -> None:
        """The port is this process's: it signs from now on."""

    def denied(self, why: str) -> None:
        """What we sent to it was not sent on."""

    def give_way(self, who: str) -> None:
        """An order goes to it, from ``who``: what fills its link for long ends."""

    def timesync_asked(self, link: Link) -> None:
        """The link asked everyone on it for the time, to measure the round trip."""


class Link:
    """One endpoint, the vehicles that are reached over it, and who else was heard there.

    The process that owns it signs, judges, beats and measures for all who joined it; ``guests`` are the drones that
    only they work with.
    """

    def __init__(
        self, router: MavlinkRouter, url: LinkUrl, *, reconnect: bool, connect_timeout_s: float, alone: bool
    ) -> None:
        self.url = url
        self.members: dict[int, LinkMember] = {}
        self.autopilots: set[int] = set()
        """System ids of all flight controllers heard here, ours or not."""
        self.stations_s: dict[int, float] = {}
        """When other ground stations, by system id, were heard here last."""
        self.encoder = Encoder(router.station_id, GCS_COMPONENT_ID)
        self.full = asyncio.Lock()
        """Held by whoever fills the link for a while."""
        self.radio_heard = False
        """A telemetry radio reports about itself here: what is sent goes through the air."""
        self._router = router
        self._parsers: dict[Peer, FrameParser] = {}
        self._asked_s: dict[int, float] = {}
        self._guests: dict[int, Signing] = {}
        callbacks = SharedCallbacks(
            on_bytes=self._on_bytes,
            on_frame=self._on_frame,
            on_sent=self._on_sent,
            on_frame_of_joiner=self._on_frame_of_joiner,
            on_guests=self._on_guests,
            on_up=self._on_up,
            on_down=self._on_down,
            on_peer_gone=self._on_peer_gone,
            on_give_way=self._on_give_way,
            on_denied=self._on_denied,
            on_owned=self._on_owned,
            on_stop=router.on_stop,
        )
        self.endpoint = SharedEndpoint(
            url, callbacks, reconnect=reconnect, connect_timeout_s=connect_timeout_s, alone=alone
        )

    def add(self, member: LinkMember, guest: Guest) -> None:
        """A vehicle that is reached here. ``guest``: as the link's owner has to know it, where another process is."""
        self.members[member.system_id] = member
        self.endpoint.drones = (*self.endpoint.drones, guest)

    async def close(self) -> None:
        await self.endpoint.close()
        for signing in self._guests.values():
            signing.close()

    def send(self, name: str, fields: Mapping[str, Any], signing: Signing, peer: Peer | None) -> bytes | None:
        """One message out; signed by who owns the link. Returns the frame as it went out; None: its owner tells."""
        is_ours = not self.endpoint.is_joined
        frame = self.encoder.encode(name, fields, signing.signer(self.url) if is_ours else None)
        self.endpoint.send(frame, peer)
        return frame if is_ours else None

    def relay(self, raw: bytes, signing: Signing, peer: Peer | None) -> bytes | None:
        """A frame that somebody else has written, under its own ids: as it is, but signed where the drone has a key.
        Returns it as it went out; None: who owns the link tells."""
        frame = whole_frame(raw)
        is_ours = not self.endpoint.is_joined
        if is_ours and frame is not None and (sign := signing.signer(self.url)) is not None:
            raw = self.encoder.relayed(frame, sign)
        self.endpoint.send(raw, peer)
        return raw if is_ours else None

    def broadcast(self, name: str, fields: Mapping[str, Any]) -> None:
        """One message for all vehicles on this link, those of guests too; to each that has a key, signed with it."""
        frames: dict[Key | None, bytes] = {}
        for signing in (*(member.signing for member in self.members.values()), *self._guests.values()):
            if signing.key not in frames:
                frames[signing.key] = self.encoder.encode(name, fields, signing.signer(self.url))
                self.endpoint.send(frames[signing.key], None)
        for member in self.members.values():
            member.tap(frames[member.signing.key], outgoing=True)

    def ask_time(self) -> None:
        """One TIMESYNC for all vehicles on this link; each answers with its own time and our stamp."""
        if not self.endpoint.is_up:
            return
        stamp = round(asyncio.get_running_loop().time() * 1e9)
        self._on_asked(stamp)
        self.broadcast("TIMESYNC", {"tc1": 0, "ts1": stamp})

    def asked_at_s(self, stamp: int) -> float | None:
        """When the TIMESYNC with this stamp went out here; None: it was not ours, or long ago."""
        return self._asked_s.get(stamp)

    def _on_bytes(self, data: bytes, peer: Peer) -> None:
        parser = self._parsers.get(peer)
        if parser is None:
            if len(self._parsers) >= _MOST_PARSERS:
                del self._parsers[next(iter(self._parsers))]
            parser = self._parsers[peer] = FrameParser()
        for frame in parser.feed(data):
            self._note(frame)
            if self._believes(frame):
                key = (frame.system_id, frame.component_id, frame.message_id)
                self.endpoint.heard(key, frame.raw, peer)
                self._route(frame, peer)

    def _on_frame(self, raw: bytes, peer: str, age_s: float) -> None:
        """The link's owner believes this frame."""
        frame = whole_frame(raw)
        if frame is None:
            return
        self._note(frame, age_s)
        if not age_s:
            self._route(frame, peer or None)
        elif (member := self.members.get(frame.system_id)) is not None:
            member.receive_past(frame, age_s)

    def _on_sent(self, raw: bytes, who: str) -> None:
        frame = whole_frame(raw)
        if frame is None:
            return
        if frame.message_id == _TIMESYNC_ID and (message := frame.message()) is not None and not message["tc1"]:
            self._on_asked(int(message["ts1"]))
        self._tap_sent(frame, who)

    def _on_frame_of_joiner(self, raw: bytes, peer: str, who: str) -> None:
        """What a joiner says goes out in its own name, numbered with what we say, and signed."""
        frame = whole_frame(raw)
        if frame is None or carries_key(raw):
            return
        signing = self._signing_of(_target(frame))
        own = self.encoder.relayed(frame, None if signing is None else signing.signer(self.url))
        self.endpoint.send(own, peer or None, who)
        self._tap_sent(frame if (told := whole_frame(own)) is None else told, who)

    def _tap_sent(self, frame: MavlinkFrame, who: str) -> None:
        target = _target(frame)
        for system_id, member in self.members.items():
            if target in (0, system_id):
                member.sent(frame, who)

    def _on_guests(self, guests: Sequence[Guest]) -> None:
        for guest in guests:
            if guest.system_id not in self.members and guest.system_id not in self._guests:
                try:
                    signing = self._router.open_signing(guest)
                    signing.signer(self.url)
                    self._guests[guest.system_id] = signing
                except DronectlError as error:  # whoever joined finds the same fault, and says so
                    log.info("%s: %s", guest.name, error.message)

    def _on_asked(self, stamp: int) -> None:
        self._asked_s[stamp] = asyncio.get_running_loop().time()
        if len(self._asked_s) > _QUESTIONS:
            del self._asked_s[next(iter(self._asked_s))]
        for member in self.members.values():
            member.timesync_asked(self)

    def _on_give_way(self, system_id: int, who: str) -> None:
        if (member := self.members.get(system_id)) is not None:
            member.give_way(who)

    def _on_denied(self, system_id: int, why: str) -> None:
        if (member := self.members.get(system_id)) is not None:
            member.denied(why)

    def _on_owned(self) -> None:
        for member in self.members.values():
            member.link_owned(self)

    def _signing_of(self, system_id: int) -> Signing | None:
        member = self.members.get(system_id)
        return self._guests.get(system_id) if member is None else member.signing

    def _believes(self, frame: MavlinkFrame) -> bool:
        """Judged once, by who owns the link. A radio has no key; of strangers nothing is known."""
        signing = None if self.endpoint.is_joined else self._signing_of(frame.system_id)
        return frame.message_id in RADIO_IDS or signing is None or signing.admits(frame.raw, self.url)

    def _note(self, frame: MavlinkFrame, age_s: float = 0.0) -> None:
        self.radio_heard = self.radio_heard or frame.message_id in RADIO_IDS
        if frame.message_id == _HEARTBEAT_ID and frame.system_id not in self.autopilots:
            self._note_speaker(frame, age_s)

    def _route(self, frame: MavlinkFrame, peer: Peer) -> None:
        member = self.members.get(frame.system_id)
        if member is not None:
            member.receive(frame, self, peer)
            return
        elsewhere = self._router.member(frame.system_id)
        if elsewhere is not None:
            elsewhere.receive_elsewhere(frame, self, peer)
        if frame.system_id not in self._guests and (
            elsewhere is not None or frame.system_id not in self._router.fellows
        ):
            self._report_unknown_system(frame, elsewhere)

    def _note_speaker(self, frame: MavlinkFrame, age_s: float) -> None:
        message = frame.message()
        if message is None:
            return
        if frame.component_id == AUTOPILOT_COMPONENT_ID and is_autopilot_heartbeat(message):
            self.autopilots.add(frame.system_id)
        elif is_station_heartbeat(message) and frame.system_id != self._router.station_id:
            self.stations_s[frame.system_id] = asyncio.get_running_loop().time() - age_s

    def _report_unknown_system(self, frame: MavlinkFrame, elsewhere: LinkMember | None) -> None:
        who = (frame.system_id, frame.component_id)
        if who not in self._router.unknown_systems:
            self._router.unknown_systems.add(who)
            level = logging.WARNING if frame.component_id == AUTOPILOT_COMPONENT_ID else logging.INFO
            why = "it is none of the drones asked for"
            if elsewhere is not None:
                why = f"that is the system id of {elsewhere.name}, which has other links"
            text = "%s: system %d component %d speaks there too; %s: it is ignored"
            log.log(level, text, self.url, *who, why)

    def _on_up(self) -> None:
        self._router.came_up.set()
        for member in self.members.values():
            member.link_up()

    def _on_down(self, reason: str) -> None:
        self._parsers.clear()
        self.autopilots.clear()
        for member in self.members.values():
            member.link_down(self, reason)

    def _on_peer_gone(self, peer: Peer) -> None:
        self._parsers.pop(peer, None)
        for member in self.members.values():
            member.peer_gone(self, peer)


class MavlinkRouter:
    """All links of a fleet; equal URLs are one link."""

    def __init__(
        self,
        station_id: int,
        *,
        reconnect: bool,
        connect_timeout_s: float,
        open_signing: Callable[[Guest], Signing],
        alone: bool = False,
        on_stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self.station_id = station_id
        """Our own system id."""
        self.fellows: set[int] = set()
        """System ids of drones of the fleet that were not asked for: no strangers."""
        self.came_up = asyncio.Event()
        """A link did."""
        self.open_signing = open_signing
        self.on_stop = on_stop
        self._alone = alone
        self._links: dict[LinkUrl, Link] = {}
        self.unknown_systems: set[tuple[int, int]] = set()
        """System and component ids that were reported: once each, whatever links they speak on."""
        self._reconnect = reconnect
        self._connect_timeout_s = connect_timeout_s

    @property
    def links(self) -> Sequence[Link]:
        return tuple(self._links.values())

    def link(self, url: LinkUrl) -> Link:
        """The link of this URL, made when it is new. Add its members before it is opened."""
        if url not in self._links:
            self._links[url] = Link(
                self, url, reconnect=self._reconnect, connect_timeout_s=self._connect_timeout_s, alone=self._alone
            )
        return self._links[url]

    def member(self, system_id: int) -> LinkMember | None:
        """The vehicle with this system id on any link."""
        return next((link.members[system_id] for link in self.links if system_id in link.members), None)


def _target(frame: MavlinkFrame) -> int:
    """The system that a frame is for; 0: all."""
    message = frame.message()
    return 0 if message is None else int(message.get("target_system", 0))
