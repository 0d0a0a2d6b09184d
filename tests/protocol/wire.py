"""A machine and a vehicle at the two ends of a wire that loses, doubles, delays and reorders; in virtual time."""

from __future__ import annotations

import heapq
import random
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Protocol

from dronectl.model.message import Message
from dronectl.protocol.core.machine import Machine, Send

SIZES = {
    "MISSION_ITEM_INT": 50,
    "MISSION_REQUEST": 17,
    "MISSION_REQUEST_INT": 17,
    "MISSION_ACK": 16,
    "STATUSTEXT": 40,
    "FILE_TRANSFER_PROTOCOL": 263,
    "LOG_DATA": 109,
    "LOG_REQUEST_DATA": 24,
}
FLOATS = ("param1", "param2", "param3", "param4", "z")


class Vehicle(Protocol):
    @property
    def timer_s(self) -> float: ...

    def on_timer(self, now_s: float) -> list[Message]: ...

    def on_message(self, message: Message, now_s: float) -> list[Message]: ...


@dataclass(frozen=True)
class Faults:
    loss: float = 0.0
    duplicate: float = 0.0
    delay_s: float = 0.05
    jitter_s: float = 0.0
    bytes_per_s: float = 0.0
    """0: no limit."""


class Stuck(Exception):
    """The machine neither ended nor had a timer."""


class Wire:
    def __init__(self, seed: int, faults: Faults) -> None:
        self.random = random.Random(seed)
        self.faults = faults
        self.now_s = 0.0
        self.sent = 0
        self.sent_bytes = 0
        self._events: list[tuple[float, int, str, int, Message]] = []
        self._order = count()
        self._free_s = {"vehicle": 0.0, "machine": 0.0}
        self.cut: Callable[[float], bool] = lambda _now_s: False

    def put(self, destination: str, message: Message, pair: int = 0) -> None:
        size = SIZES.get(message.name, 20)
        self.sent += destination == "vehicle"
        self.sent_bytes += size if destination == "vehicle" else 0
        leaves_s = max(self.now_s, self._free_s[destination])
        if self.faults.bytes_per_s:
            leaves_s += size / self.faults.bytes_per_s
        self._free_s[destination] = leaves_s
        if self.cut(self.now_s):
            return
        copies = 1 + (self.random.random() < self.faults.duplicate)
        for _ in range(copies):
            if self.random.random() >= self.faults.loss:
                arrives_s = leaves_s + self.faults.delay_s + self.random.random() * self.faults.jitter_s
                heapq.heappush(self._events, (arrives_s, next(self._order), destination, pair, message))

    def run(self, machine: Machine[Any], vehicle: Vehicle, *, limit_s: float = 600.0) -> Any:
        """Until the machine's outcome, which is returned; ``now_s`` goes on from where it was."""
        return self.run_all([(machine, vehicle)], limit_s=limit_s)[0]

    def run_all(self, pairs: Sequence[tuple[Machine[Any], Vehicle]], *, limit_s: float = 600.0) -> list[Any]:
        """Machines with a vehicle each, all on this one wire, until the last outcome; in the order of ``pairs``."""
        for pair, (machine, _) in enumerate(pairs):
            self._carry_out(machine.start(self.now_s), pair)
        while any(machine.outcome is None for machine, _ in pairs):
            due: list[tuple[float, int, str]] = []
            if self._events:
                due.append((self._events[0][0], 0, "event"))
            for pair, (machine, vehicle) in enumerate(pairs):
                due.append((vehicle.timer_s, pair, "vehicle timer"))
                if machine.outcome is None:
                    if machine.deadline_s is None:
                        raise Stuck(f"no timer at {self.now_s}")
                    due.append((machine.deadline_s, pair, "machine timer"))
            when_s, pair, what = min(due)
            self.now_s = max(self.now_s, when_s)
            assert self.now_s < limit_s, "a machine never ends"
            machine, vehicle = pairs[pair]
            if what == "machine timer":
                self._carry_out(machine.on_timeout(self.now_s), pair)
            elif what == "vehicle timer":
                for answer in vehicle.on_timer(self.now_s):
                    self.put("machine", answer, pair)
            else:
                self._deliver(pairs)
        return [machine.outcome for machine, _ in pairs]

    def _deliver(self, pairs: Sequence[tuple[Machine[Any], Vehicle]]) -> None:
        _, _, destination, pair, message = heapq.heappop(self._events)
        machine, vehicle = pairs[pair]
        if destination == "vehicle":
            for answer in vehicle.on_message(message, self.now_s):
                self.put("machine", answer, pair)
        elif machine.outcome is None:
            self._carry_out(machine.on_message(message, self.now_s), pair)

    def _carry_out(self, effects: Any, pair: int) -> None:
        for effect in effects:
            if isinstance(effect, Send):
                fields = {name: _as_carried(name, value) for name, value in effect.fields.items()}
                self.put("vehicle", Message(effect.name, fields, 255, 190), pair)


def _as_carried(name: str, value: Any) -> Any:
    if name in FLOATS:
        return struct.unpack("<f", struct.pack("<f", value))[0]
    return value
