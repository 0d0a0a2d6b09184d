"""Frames to the vehicles that they belong to: by link and system id, several vehicles on one link."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from dronectl.link.codec import Encoder, FrameParser, MavlinkFrame
from dronectl.link.signing.signer import Key, Signing
from dronectl.link.transport.endpoint import Callbacks, Endpoint, Peer
from dronectl.link.transport.endpoints import endpoint_for
from dronectl.link.transport.url import LinkUrl
from dronectl.protocol.core.machine import AUTOPILOT_COMPONENT_ID, GCS_COMPONENT_ID
from dronectl.protocol.vehicle.liveness import is_autopilot_heartbeat, is_station_heartbeat

log = logging.getLogger(__name__)

_HEARTBEAT_ID = 0
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

    def timesync_asked(self, link: Link) -> None:
        """The link asked everyone on it for the time, to measure the round trip."""


class Link:
    """One endpoint, the vehicles that are reached over it, and who else was heard there."""

    def __init__(self, router: MavlinkRouter, url: LinkUrl, *, reconnect: bool, connect_timeout_s: float) -> None:
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
        callbacks = Callbacks(self._on_bytes, self._on_up, self._on_down, self._on_peer_gone)
        self.endpoint: Endpoint = endpoint_for(url, callbacks, reconnect=reconnect, connect_timeout_s=connect_timeout_s)

    def broadcast(self, name: str, fields: Mapping[str, Any]) -> None:
        """One message for all vehicles on this link; to each that has a key, signed with it."""
        frames: dict[Key | None, bytes] = {}
        for member in self.members.values():
            key = member.signing.key
            if key not in frames:
                frames[key] = self.encoder.encode(name, fields, member.signing.signer(self.url))
                self.endpoint.send(frames[key], None)
            member.tap(frames[key], outgoing=True)

    def ask_time(self) -> None:
        """One TIMESYNC for all vehicles on this link; each answers with its own time and our stamp."""
        if not self.endpoint.is_up:
            return
        now_s = asyncio.get_running_loop().time()
        stamp = round(now_s * 1e9)
        self._asked_s[stamp] = now_s
        if len(self._asked_s) > _QUESTIONS:
            del self._asked_s[next(iter(self._asked_s))]
        for member in self.members.values():
            member.timesync_asked(self)
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
            self._route(frame, peer)

    def _route(self, frame: MavlinkFrame, peer: Peer) -> None:
        self.radio_heard = self.radio_heard or frame.message_id in RADIO_IDS
        if frame.message_id == _HEARTBEAT_ID and frame.system_id not in self.autopilots:
            self._note_speaker(frame)
        member = self.members.get(frame.system_id)
        if member is not None:
            member.receive(frame, self, peer)
            return
        elsewhere = self._router.member(frame.system_id)
        if elsewhere is not None:
            elsewhere.receive_elsewhere(frame, self, peer)
        self._report_unknown_system(frame, elsewhere)

    def _note_speaker(self, frame: MavlinkFrame) -> None:
        message = frame.message()
        if message is None:
            return
        if frame.component_id == AUTOPILOT_COMPONENT_ID and is_autopilot_heartbeat(message):
            self.autopilots.add(frame.system_id)
        elif is_station_heartbeat(message) and frame.system_id != self._router.station_id:
            self.stations_s[frame.system_id] = asyncio.get_running_loop().time()

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

    def __init__(self, station_id: int, *, reconnect: bool, connect_timeout_s: float) -> None:
        self.station_id = station_id
        """Our own system id."""
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
            self._links[url] = Link(self, url, reconnect=self._reconnect, connect_timeout_s=self._connect_timeout_s)
        return self._links[url]

    def member(self, system_id: int) -> LinkMember | None:
        """The vehicle with this system id on any link."""
        return next((link.members[system_id] for link in self.links if system_id in link.members), None)
