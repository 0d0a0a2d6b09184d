"""Who answers on an open connection, asked without a heartbeat: a vehicle counts on one that begins."""

from __future__ import annotations

import socket
import time
from collections.abc import Collection

from dronectl.link.codec import Encoder, FrameParser
from dronectl.protocol.core.machine import AUTOPILOT_COMPONENT_ID, GCS_COMPONENT_ID
from dronectl.protocol.vehicle.identity import ASK_IDENTITY, AUTOPILOT_VERSION_ID, Identity, identity_of

_ASK_AGAIN_S = 0.5
_CHUNK_BYTES = 4096


def ask_identities(
    connection: socket.socket, system_ids: Collection[int], station_id: int, patience_s: float
) -> dict[int, Identity]:
    """By system id, of those that say so in time: not of one that takes signed frames only.

    Raises:
        OSError: the connection fell.
    """
    name, fields = ASK_IDENTITY
    encoder = Encoder(station_id, GCS_COMPONENT_ID)
    parser = FrameParser()
    found: dict[int, Identity] = {}
    until_s = time.monotonic() + patience_s
    ask_s = 0.0
    while (missing := set(system_ids) - found.keys()) and (now_s := time.monotonic()) < until_s:
        if now_s >= ask_s:
            ask_s = now_s + _ASK_AGAIN_S
            for system_id in sorted(missing):
                target = {"target_system": system_id, "target_component": AUTOPILOT_COMPONENT_ID}
                connection.sendall(encoder.encode(name, {**fields, **target}))
        connection.settimeout(max(0.01, min(ask_s, until_s) - now_s))
        try:
            data = connection.recv(_CHUNK_BYTES)
        except TimeoutError:
            continue
        if not data:
            break
        for frame in parser.feed(data):
            message = frame.message() if frame.message_id == AUTOPILOT_VERSION_ID else None
            if message is not None and frame.component_id == AUTOPILOT_COMPONENT_ID:
                found[frame.system_id] = identity_of(message)
    return found
