"""The simulated vehicle's file server at the end of the virtual wire. One step of it is 50 ms."""

from __future__ import annotations

import math

from dronectl.model.message import Message
from dronectl.sim.services.ftp_files import VehicleFiles
from dronectl.sim.services.ftp_server import FtpRequest, FtpServer
from dronectl.sim.vehicle.firmware import DEFAULT, FIRMWARES
from dronectl.sim.vehicle.outbox import Outbox
from dronectl.sim.vehicle.parameters import Parameters

STEP_S = 0.05
CLIENT = (255, 190)


class FtpVehicle:
    """``is_deaf``: an autopilot without the protocol. ``release`` (``4.5``) of ArduCopter: the newest by default."""

    def __init__(self, *, is_deaf: bool = False, release: str | None = None) -> None:
        self.firmware = FIRMWARES[release] if release else DEFAULT
        self.parameters = Parameters({}, Outbox(1), self.firmware)
        self.files = VehicleFiles(lambda: self.parameters)
        self.is_deaf = is_deaf
        self.restart()

    def restart(self) -> None:
        self.server = FtpServer(self.files, self.firmware)
        self.timer_s = math.inf

    def on_message(self, message: Message, now_s: float) -> list[Message]:
        if self.is_deaf or message.name != "FILE_TRANSFER_PROTOCOL":
            return []
        replies = self.server.handle(FtpRequest.parse(CLIENT, bytes(message["payload"])), now_s)
        return self._said(replies, now_s)

    def on_timer(self, now_s: float) -> list[Message]:
        return self._said(self.server.step(now_s), now_s)

    def _said(self, replies: list[FtpRequest], now_s: float) -> list[Message]:
        self.timer_s = now_s + STEP_S if self.server.is_busy else math.inf
        fields = {"target_system": 255, "target_component": 190}
        return [
            Message("FILE_TRANSFER_PROTOCOL", {**fields, "payload": list(reply.payload())}, 1, 1) for reply in replies
        ]
