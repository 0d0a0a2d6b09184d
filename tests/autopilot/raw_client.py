"""A ground station of a few lines: pymavlink's codec, and nothing of dronectl.

The golden answers are asserted through this client, so that a fault of dronectl's own link and protocol machines
cannot hide a fault of the vehicle. It keeps everything that it hears; a :class:`Talk` looks at what came since it
began. :class:`SocketClient` talks over TCP to any vehicle; ``virtual_client.py`` to the built-in one without a clock.
"""

from __future__ import annotations

import contextlib
import math
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pymavlink.dialects.v20 import ardupilotmega as dialect

GCS_SYSTEM_ID = 255
"""SYSID_MYGCS of the vehicle: only this system's heartbeats feed its ground station failsafe."""
GCS_COMPONENT_ID = 190
HEARTBEAT_INTERVAL_S = 0.04
"""Wall time. At speed-up 20 this is 0.8 s for the vehicle, within its one-a-second expectation."""
ANSWER_S = 60.0
"""Wall time that any single answer may take on a busy machine; a right answer comes in milliseconds."""


@dataclass(frozen=True, slots=True)
class Item:
    """A mission, fence or rally item in wire units (x and y in degrees x 1e7)."""

    command: int
    frame: int = 3
    p1: float = 0.0
    p2: float = 0.0
    p3: float = 0.0
    p4: float = 0.0
    x: int = 0
    y: int = 0
    z: float = 0.0


INVALID_SEQUENCE = 13


class RawClient:
    """One connection to one vehicle, by whatever way the frames go."""

    def __init__(self, target_system: int) -> None:
        self.target_system = target_system
        self.sends_heartbeats = True
        self.sent: Counter[str] = Counter()
        """How many messages of each name went out."""
        self._codec = dialect.MAVLink(None, srcSystem=GCS_SYSTEM_ID, srcComponent=GCS_COMPONENT_ID)
        self._codec.robust_parsing = True
        self._messages: list[Any] = []

    def close(self) -> None:
        """Ends the connection; once more does no harm."""
        raise NotImplementedError

    def send_bytes(self, frame: bytes) -> None:
        """Sends what somebody has packed."""
        raise NotImplementedError

    def now_s(self) -> float:
        """Of the clock that time-outs are measured with."""
        raise NotImplementedError

    def wait_news(self, seen: int, timeout_s: float) -> None:
        """Returns when there are more than ``seen`` messages, or at the time-out."""
        raise NotImplementedError

    def __enter__(self) -> RawClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # sending

    def send(self, name: str, **fields: Any) -> None:
        """Sends a message by its dialect name; the targets are filled in where the message has them."""
        kind = getattr(dialect, f"MAVLink_{name.lower()}_message")
        if "target_system" in kind.fieldnames:
            fields.setdefault("target_system", self.target_system)
        if "target_component" in kind.fieldnames:
            fields.setdefault("target_component", 1)
        self.sent[name] += 1
        self.send_bytes(kind(**fields).pack(self._codec))

    def send_heartbeat(self) -> None:
        self.send("HEARTBEAT", type=6, autopilot=8, base_mode=0, custom_mode=0, system_status=4, mavlink_version=3)

    def send_item(self, seq: int, item: Item, mission_type: int = 0) -> None:
        self.send(
            "MISSION_ITEM_INT",
            seq=seq,
            frame=item.frame,
            command=item.command,
            current=0,
            autocontinue=1,
            param1=item.p1,
            param2=item.p2,
            param3=item.p3,
            param4=item.p4,
            x=item.x,
            y=item.y,
            z=item.z,
            mission_type=mission_type,
        )

    # looking

    def talk(self) -> Talk:
        """Begins to listen from here on."""
        return Talk(self, len(self._messages))

    def last(self, name: str) -> Any | None:
        """The newest message of this name, ever."""
        return next((m for m in reversed(self._messages) if m.get_type() == name), None)

    def messages_from(self, start: int) -> list[Any]:
        return self._messages[start:]

    # short forms of common exchanges

    def command(self, command: int, *params: float, confirmation: int = 0) -> Answer:
        """COMMAND_LONG and the vehicle's answer to it."""
        padded = (*params, *([0.0] * (7 - len(params))))
        talk = self.talk()
        fields = {f"param{k}": value for k, value in enumerate(padded, start=1)}
        self.send("COMMAND_LONG", command=command, confirmation=confirmation, **fields)
        return Answer(talk.expect("COMMAND_ACK", command=command).result, talk)

    def command_int(self, command: int, frame: int, params: Sequence[float], x: int, y: int, z: float) -> Answer:
        """COMMAND_INT and the vehicle's answer to it."""
        talk = self.talk()
        fields = {f"param{k}": value for k, value in enumerate(params, start=1)}
        self.send("COMMAND_INT", frame=frame, command=command, current=0, autocontinue=0, x=x, y=y, z=z, **fields)
        return Answer(talk.expect("COMMAND_ACK", command=command).result, talk)

    def upload(self, items: Sequence[Item], mission_type: int = 0) -> Answer:
        """The classic upload: each item when it is asked for."""
        talk = self.talk()
        self.send("MISSION_COUNT", count=len(items), mission_type=mission_type)
        while True:
            message = talk.expect_any("MISSION_REQUEST", "MISSION_REQUEST_INT", "MISSION_ACK")
            if message.get_type() == "MISSION_ACK":
                if message.type == INVALID_SEQUENCE:
                    # A repeated request crossed our answer to the first; the transfer goes on.
                    continue
                return Answer(message.type, talk)
            self.send_item(message.seq, items[message.seq], mission_type)

    def download(self, mission_type: int = 0) -> list[Any]:
        """Every MISSION_ITEM_INT on board, in order; closes the transfer with an acknowledgement."""
        talk = self.talk()
        self.send("MISSION_REQUEST_LIST", mission_type=mission_type)
        count = talk.expect("MISSION_COUNT", mission_type=mission_type).count
        items = []
        for seq in range(count):
            self.send("MISSION_REQUEST_INT", seq=seq, mission_type=mission_type)
            items.append(talk.expect("MISSION_ITEM_INT", seq=seq, mission_type=mission_type))
        self.send("MISSION_ACK", type=0, mission_type=mission_type)
        return items

    def clear(self, mission_type: int = 0) -> Answer:
        talk = self.talk()
        self.send("MISSION_CLEAR_ALL", mission_type=mission_type)
        return Answer(talk.expect("MISSION_ACK").type, talk)

    def parameter(self, name: str) -> float:
        talk = self.talk()
        self.send("PARAM_REQUEST_READ", param_id=name.encode(), param_index=-1)
        return float(talk.expect("PARAM_VALUE", param_id=name).param_value)

    def set_parameter(self, name: str, value: float) -> Any:
        """PARAM_SET; returns the PARAM_VALUE that the vehicle answers with, which it must."""
        kind = self.last_type_of(name)
        talk = self.talk()
        self.send("PARAM_SET", param_id=name.encode(), param_value=value, param_type=kind)
        return talk.expect("PARAM_VALUE", param_id=name)

    def last_type_of(self, name: str) -> int:
        """The parameter's own MAV_PARAM_TYPE, asked for when it was not heard yet."""
        for message in reversed(self._messages):
            if message.get_type() == "PARAM_VALUE" and message.param_id == name:
                return int(message.param_type)
        self.parameter(name)
        return self.last_type_of(name)

    def mode(self) -> int:
        talk = self.talk()
        return int(talk.expect("HEARTBEAT", autopilot=3).custom_mode)

    def armed(self) -> bool:
        talk = self.talk()
        return bool(talk.expect("HEARTBEAT", autopilot=3).base_mode & 128)

    def hear(self, data: bytes) -> None:
        """Keeps what the vehicle has sent."""
        decoded = self._codec.parse_buffer(data) or []
        self._messages += [m for m in decoded if m.get_type() != "BAD_DATA"]


class SocketClient(RawClient):
    """Over TCP; a thread reads everything.

    Raises:
        TimeoutError: nobody listens at the port.
    """

    def __init__(self, port: int, target_system: int, *, connect_timeout_s: float = 60.0) -> None:
        super().__init__(target_system)
        self._socket = _connect(port, connect_timeout_s)
        self._news = threading.Condition()
        self._send_lock = threading.RLock()
        self._closing = threading.Event()
        self._threads = [
            threading.Thread(target=self._read, name=f"raw-client-{port}", daemon=True),
            threading.Thread(target=self._beat, name=f"raw-heartbeat-{port}", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        self._closing.set()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(timeout=5.0)
        self._socket.close()

    def send(self, name: str, **fields: Any) -> None:
        with self._send_lock:  # the codec counts its frames
            super().send(name, **fields)

    def send_bytes(self, frame: bytes) -> None:
        with self._send_lock:
            self._socket.sendall(frame)

    def now_s(self) -> float:
        return time.monotonic()

    def wait_news(self, seen: int, timeout_s: float) -> None:
        with self._news:
            self._news.wait_for(lambda: len(self._messages) > seen or self._closing.is_set(), timeout_s)

    def _read(self) -> None:
        while not self._closing.is_set():
            try:
                data = self._socket.recv(65536)
            except OSError:
                break
            if not data:
                break
            with self._news:
                self.hear(data)
                self._news.notify_all()

    def _beat(self) -> None:
        while not self._closing.wait(HEARTBEAT_INTERVAL_S):
            if self.sends_heartbeats:
                with contextlib.suppress(OSError):
                    self.send_heartbeat()


class Talk:
    """What the vehicle said since this talk began. Each ``expect`` goes on behind the message it found."""

    def __init__(self, client: RawClient, start: int) -> None:
        self._client = client
        self._start = start
        self._cursor = start

    def expect(self, name: str, *, timeout_s: float = ANSWER_S, **fields: Any) -> Any:
        """The next message of this name whose fields have these values."""
        return self.expect_any(name, timeout_s=timeout_s, **fields)

    def expect_any(self, *names: str, timeout_s: float = ANSWER_S, **fields: Any) -> Any:
        """The next message of one of these names whose fields have these values."""

        def fits(message: Any) -> bool:
            return message.get_type() in names and all(getattr(message, k) == v for k, v in fields.items())

        wanted = f"{' or '.join(names)} {fields or ''}"
        return self.wait_until(fits, wanted, timeout_s)

    def expect_text(self, part: str, *, timeout_s: float = ANSWER_S) -> Any:
        """A STATUSTEXT with ``part`` in it, anywhere in this talk (texts come before or after acknowledgements)."""
        deadline = self._client.now_s() + timeout_s
        while True:
            seen = len(self._client._messages)
            for message in self._client.messages_from(self._start):
                if message.get_type() == "STATUSTEXT" and part in message.text:
                    return message
            self._wait(seen, deadline, f"a text with '{part}'")

    def wait_until(self, fits: Callable[[Any], bool], wanted: str, timeout_s: float = ANSWER_S) -> Any:
        """The next message that fits.

        Raises:
            TimeoutError: none came; says what was wanted and what was heard instead.
        """
        deadline = self._client.now_s() + timeout_s
        while True:
            new = self._client.messages_from(self._cursor)
            for message in new:
                self._cursor += 1
                if fits(message):
                    return message
            self._wait(self._cursor, deadline, wanted)

    def heard(self, *names: str) -> list[Any]:
        """Everything of these names since the talk began."""
        return [m for m in self._client.messages_from(self._start) if m.get_type() in names]

    def texts(self) -> list[str]:
        return [m.text for m in self.heard("STATUSTEXT")]

    def _wait(self, seen: int, deadline: float, wanted: str) -> None:
        remaining_s = deadline - self._client.now_s()
        if remaining_s <= 0:
            heard = sorted({m.get_type() for m in self._client.messages_from(self._start)})
            raise TimeoutError(f"no {wanted}; heard {', '.join(heard)}; texts {self.texts()}")
        self._client.wait_news(seen, remaining_s)


@dataclass(frozen=True, slots=True)
class Answer:
    """An acknowledgement's result, and the talk it came in (for the texts around it)."""

    result: int
    talk: Talk

    def says(self, part: str) -> bool:
        """Waits for the text that belongs to the answer; it may come just after it."""
        return bool(self.talk.expect_text(part))


def offset_e7(lat_deg: float, lon_deg: float, north_m: float, east_m: float) -> tuple[int, int]:
    """A place some metres away, good to centimetres over the few hundred metres that these tests use."""
    metres_per_degree = 111_319.49
    lat = lat_deg + north_m / metres_per_degree
    lon = lon_deg + east_m / (metres_per_degree * math.cos(math.radians(lat_deg)))
    return round(lat * 1e7), round(lon * 1e7)


def _connect(port: int, timeout_s: float) -> socket.socket:
    deadline = time.monotonic() + timeout_s
    while True:
        try:
            connection = socket.create_connection(("127.0.0.1", port), timeout=1.0)
        except OSError:
            if time.monotonic() > deadline:
                raise TimeoutError(f"nobody listens on tcp port {port}") from None
            time.sleep(0.1)
        else:
            connection.settimeout(None)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return connection
