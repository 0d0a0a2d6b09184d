"""The vehicle's side of the mission protocol, written from the observed behaviour of ArduCopter 4.5.6 and from nothing
of the client: a mission store, one transfer at a time, a poll each second, an end after 8 s of silence.

It keeps items as plain field dictionaries. Times are virtual.
"""

from __future__ import annotations

import math
import struct
from typing import Any

from dronectl.model.message import Message

CAPACITY = 650
POLL_S = 1.0
GIVE_UP_S = 8.0
KNOWN = {16, 17, 18, 19, 20, 21, 22, 82, 92, 93, 94, 112, 114, 115, 177, 178, 179, 201, 202, 203, 205, 206, 207}
PLACED = {16, 17, 18, 19, 21, 22, 82, 94, 201}


def single(value: float) -> float:
    return struct.unpack("<f", struct.pack("<f", value))[0]


def centimetres(value: float) -> float:
    return math.trunc(single(single(value) * 100)) / 100


class ItemVehicle:
    """``takes_unasked`` False: an autopilot that closes the transfer on an item that it has not asked for yet."""

    def __init__(self, *, takes_unasked: bool = True, ask_delay_s: float = 0.0) -> None:
        self.stores: dict[int, list[dict[str, Any]]] = {0: [], 1: [], 2: []}
        self.takes_unasked = takes_unasked
        self.ask_delay_s = ask_delay_s
        self.uploading: int | None = None
        self.count = 0
        self.want = 0
        self.asked = -1
        self.heard_s = 0.0
        self.poll_s = math.inf
        self.stored_items = 0

    @property
    def timer_s(self) -> float:
        return self.poll_s

    def hang(self, mission_type: int, now_s: float) -> None:
        """An upload of someone else that stopped before its first item."""
        self.uploading, self.count, self.want, self.heard_s = mission_type, 5, 0, now_s
        self.other_owner = True
        self.poll_s = now_s + POLL_S

    other_owner = False

    def on_timer(self, now_s: float) -> list[Message]:
        if self.uploading is None:
            self.poll_s = math.inf
            return []
        kind = self.uploading
        if now_s - self.heard_s >= GIVE_UP_S:
            self._close()
            return [_ack(15, kind), _text("Mission upload timeout")]
        self.poll_s = now_s + POLL_S
        return [] if self.other_owner else [self._ask()]

    def on_message(self, message: Message, now_s: float) -> list[Message]:
        kind = message.get("mission_type", 0)
        if message.name != "MISSION_ITEM_INT" and self.uploading is not None:
            mine = message.name == "MISSION_COUNT" and not self.other_owner and self.uploading == kind
            if message.name != "MISSION_ACK" and not mine:
                return [_ack(14, kind)]
        match message.name:
            case "MISSION_COUNT":
                return self._on_count(message["count"], kind, now_s)
            case "MISSION_ITEM_INT":
                return self._on_item(message, kind, now_s)
            case "MISSION_REQUEST_LIST":
                return [_message("MISSION_COUNT", count=len(self.stores[kind]), mission_type=kind)]
            case "MISSION_REQUEST_INT":
                if message["seq"] >= len(self.stores[kind]):
                    return [_ack(14, kind)]
                return [_message("MISSION_ITEM_INT", **self.stores[kind][message["seq"]])]
            case "MISSION_CLEAR_ALL":
                self.stores[kind] = []
                return [_ack(0, kind)]
            case _:
                return []

    def _on_count(self, count: int, kind: int, now_s: float) -> list[Message]:
        if count == 0:
            self._close()
            self.stores[kind] = []
            return [_ack(0, kind)]
        if count > CAPACITY + 1:
            return [_ack(4, kind), _text(f"Only {CAPACITY} items are supported")]
        self.uploading, self.count, self.want, self.heard_s = kind, count, 0, now_s
        del self.stores[kind][count:]
        self.poll_s = now_s + POLL_S
        return [self._ask()]

    def _ask(self) -> Message:
        self.asked = self.want
        return _message("MISSION_REQUEST", seq=self.want, mission_type=self.uploading)

    def _on_item(self, message: Message, kind: int, now_s: float) -> list[Message]:
        if self.uploading != kind or self.other_owner:
            return [_ack(1, kind)]
        seq = message["seq"]
        if seq != self.want:
            if not self.takes_unasked:
                self._close()
                return [_ack(1, kind)]
            return [_ack(13, kind)]
        if not self.takes_unasked and seq != self.asked:
            self._close()
            return [_ack(1, kind)]
        fault = _fault(message.fields)
        if fault is not None:
            self._close()
            return [_ack(fault, kind)]
        self.heard_s = now_s
        self.poll_s = now_s + POLL_S
        store = self.stores[kind]
        item = _kept(dict(message.fields)) if kind == 0 else dict(message.fields)
        if seq < len(store):
            store[seq] = item
        else:
            store.append(item)
        self.stored_items += 1
        self.want += 1
        if self.want < self.count:
            return [self._ask()]
        self._close()
        return [_ack(0, kind), _text("Flight plan received", severity=6)]

    def _close(self) -> None:
        self.uploading = None
        self.other_owner = False
        self.poll_s = math.inf


def _fault(fields: Any) -> int | None:
    if fields["mission_type"] == 0 and fields["seq"] > 0 and fields["command"] not in KNOWN:
        return 3
    if fields["frame"] not in (0, 3, 6, 10):
        return 2
    if abs(fields["x"]) > 900_000_000:
        return 10
    if math.isnan(fields["z"]):
        return 12
    return None


def _kept(fields: dict[str, Any]) -> dict[str, Any]:
    if fields["seq"] == 0:
        return {**fields, "command": 16, "frame": 0, "x": 160_538_000, "y": 1_036_520_000, "z": 148.0, "param1": 0.0}
    fields["z"] = centimetres(fields["z"])
    if fields["frame"] == 6:
        fields["frame"] = 3
    if fields["command"] not in PLACED:
        fields["frame"] = 0
    if fields["command"] == 16:
        fields["param1"] = float(int(fields["param1"]))
        fields["param2"] = fields["param3"] = fields["param4"] = 0.0
    if fields["command"] == 21:
        fields["param4"] = 1.0
    return fields


def _message(name: str, **fields: Any) -> Message:
    return Message(name, {**fields, "target_system": 255, "target_component": 190}, 1, 1)


def _ack(result: int, kind: int) -> Message:
    return _message("MISSION_ACK", type=result, mission_type=kind)


def _text(text: str, severity: int = 4) -> Message:
    return Message("STATUSTEXT", {"severity": severity, "text": text, "id": 0, "chunk_seq": 0}, 1, 1)
