"""The simulated vehicle's log server at the end of the virtual wire."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from dronectl.model.message import Message
from dronectl.sim.services.ftp_files import VehicleFiles
from dronectl.sim.services.log_server import LogServer
from dronectl.sim.vehicle.outbox import Outbox
from dronectl.sim.vehicle.parameters import Parameters

STEP_S = 0.05
RADIO_STEP_S = 109 / 5760
"""A radio of 57,600 baud has room for the next block."""


class _Said(Outbox):
    def __init__(self) -> None:
        super().__init__(1)
        self.messages: list[Message] = []

    def send(self, message: Any) -> None:
        fields = {name: getattr(message, name) for name in message.fieldnames}
        if isinstance(fields.get("text"), bytes):
            fields["text"] = fields["text"].decode()
        self.messages.append(Message(message.get_type(), fields, 1, 1))


class LogVehicle:
    """``is_deaf``: an autopilot without the protocol. Logs are ``contents``, numbered from 1.

    ``on_radio``: it sends a block whenever a radio of 57,600 baud has room for one, and so never queues them.
    """

    def __init__(self, *contents: bytes, is_deaf: bool = False, on_radio: bool = False) -> None:
        self.step_s, self.blocks_per_step = (RADIO_STEP_S, 1) if on_radio else (STEP_S, 40)
        self.said = _Said()
        parameters = Parameters({}, Outbox(1))
        self.files = VehicleFiles(lambda: parameters)
        for number, content in enumerate(contents, start=1):
            self.files.card[f"logs/{number:08}.BIN"] = content
            self.files.modified_s[f"logs/{number:08}.BIN"] = 1_700_000_000 + number
        self.is_deaf = is_deaf
        self.is_armed = False
        self.heard: list[str] = []
        self.timer_s = self.step_s
        self.restart()

    def restart(self) -> None:
        self.server = LogServer(self.files, self.said, lambda: self.is_armed, blocks_per_step=self.blocks_per_step)

    def on_message(self, message: Message, _now_s: float) -> list[Message]:
        self.heard.append(message.name)
        if self.is_deaf:
            return []
        packet = SimpleNamespace(**message.fields)
        handlers = {
            "LOG_REQUEST_LIST": self.server.on_request_list,
            "LOG_REQUEST_DATA": self.server.on_request_data,
            "LOG_REQUEST_END": self.server.on_request_end,
        }
        handlers[message.name](packet)
        return self._take()

    def on_timer(self, now_s: float) -> list[Message]:
        self.timer_s = now_s + self.step_s
        self.server.step()
        return self._take()

    def _take(self) -> list[Message]:
        messages, self.said.messages = self.said.messages, []
        return messages
