"""The frames of one vehicle: encoded, signed, sent over one of its paths, and shown to all who listen in."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from dronectl.link.codec import has_target
from dronectl.link.signing.signer import Signing, carries_key
from dronectl.link.transport.endpoint import Peer
from dronectl.link.transport.url import LinkUrl
from dronectl.link.vehicle_paths import VehiclePath, VehiclePaths
from dronectl.model.fleet import Drone
from dronectl.protocol.core.machine import AUTOPILOT_COMPONENT_ID, Send

Tap = Callable[[str, bytes, float, bool], None]
"""Gets every raw frame of fleet members: the drone's name, the frame, unix time in seconds, whether it went out."""


class VehicleFrames:
    """``signing`` may be replaced at any time: the next frame is signed and judged with the new one."""

    def __init__(self, drone: Drone, paths: VehiclePaths, taps: list[Tap], signing: Signing) -> None:
        self.signing = signing
        self._name = drone.name
        self._system_id = drone.system_id
        self._paths = paths
        self._taps = taps

    def admits(self, frame: bytes, url: LinkUrl) -> bool:
        """Whether a frame that came is believed."""
        return self.signing.admits(frame, url)

    def send(self, effect: Send) -> None:
        """Over the path in use; nowhere while there is none."""
        if self._paths.used is not None:
            self.send_over(self._paths.used, effect.name, effect.fields, self._paths.used.peer)

    def send_to_all(self, effect: Send) -> None:
        """Over each path, to whoever is there."""
        for path in self._paths.all:
            self.send_over(path, effect.name, effect.fields, None)

    def send_over(self, path: VehiclePath, name: str, given: Mapping[str, Any], peer: Peer | None) -> None:
        """One message, its target filled in."""
        fields = dict(given)
        names_system, names_component = has_target(name)
        if names_system:
            fields.setdefault("target_system", self._system_id)
        if names_component:
            fields.setdefault("target_component", AUTOPILOT_COMPONENT_ID)
        frame = path.link.send(name, fields, self.signing, peer)
        if frame is not None:
            self.tap(frame, outgoing=True)

    def send_raw(self, frame: bytes) -> None:
        """A frame that someone else has encoded."""
        path = self._paths.used
        if path is not None and (sent := path.link.relay(frame, self.signing, path.peer)) is not None:
            self.tap(sent, outgoing=True)

    def tap(self, frame: bytes, *, outgoing: bool) -> None:
        """Shows a frame from or to this vehicle to all who listen in; one with a key in it to nobody."""
        if self._taps and not carries_key(frame):
            now_unix_s = time.time()
            for tap in tuple(self._taps):
                tap(self._name, frame, now_unix_s, outgoing)
