"""A ground station for one simulator: the protocols' machines over its port, and everything that it says."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any, TypeVar

from dronectl.errors import DronectlError, NoAnswer
from dronectl.link.codec import Encoder, FrameParser, has_target
from dronectl.link.runner import MachineRun
from dronectl.link.transport.endpoint import Callbacks, Peer
from dronectl.link.transport.endpoints import endpoint_for
from dronectl.link.transport.url import parse_link
from dronectl.model.ground_station import DEFAULT_STATION_ID
from dronectl.model.message import Message
from dronectl.protocol.core.machine import AUTOPILOT_COMPONENT_ID, GCS_COMPONENT_ID, Machine, Send

T = TypeVar("T")

_CONNECT_S = 10.0
_HEARTBEAT = {"type": 6, "autopilot": 8, "system_status": 4, "mavlink_version": 3}
"""MAV_TYPE_GCS, MAV_AUTOPILOT_INVALID, MAV_STATE_ACTIVE."""


class SitlStation:
    """``async with``: connected to the simulator behind ``port`` of this computer. ``hear`` gets every message of the
    autopilot, ``lost`` why the simulator is gone."""

    def __init__(
        self, name: str, system_id: int, port: int, hear: Callable[[Message], None], lost: Callable[[str], None]
    ) -> None:
        self._name, self._system_id = name, system_id
        self._hear, self._lost = hear, lost
        self._encoder, self._parser = Encoder(DEFAULT_STATION_ID, GCS_COMPONENT_ID), FrameParser()
        self._runs: list[MachineRun[Any]] = []
        callbacks = Callbacks(self._on_bytes, lambda: None, self._on_down, lambda _peer: None)
        url = parse_link(f"tcp://127.0.0.1:{port}")
        self._endpoint = endpoint_for(url, callbacks, reconnect=False, connect_timeout_s=_CONNECT_S)

    async def __aenter__(self) -> SitlStation:
        await self._endpoint.open()
        if not self._endpoint.is_up:
            raise NoAnswer(f"drone '{self._name}': the simulator does not answer: {self._endpoint.down_reason}")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._endpoint.close()

    async def run(self, machine: Machine[T]) -> T:
        """The machine's outcome.

        Raises:
            DronectlError: the machine's own, or NoAnswer: the simulator is gone.
        """
        run = MachineRun(machine, self._carry_out, None)
        self._runs.append(run)
        try:
            return await run.result()
        finally:
            self._runs.remove(run)

    def send(self, message: str, **fields: Any) -> None:
        """One message, under its dialect's name."""
        self._carry_out(Send(message, fields))

    def beat(self) -> None:
        """The ground station's heartbeat."""
        self._carry_out(Send("HEARTBEAT", _HEARTBEAT))

    def fail(self, error: DronectlError) -> None:
        """Ends what runs."""
        for run in tuple(self._runs):
            run.fail(error)

    def _carry_out(self, effect: Send) -> None:
        to_system, to_component = has_target(effect.name)
        fields = dict(effect.fields)
        fields |= {"target_system": self._system_id} if to_system else {}
        fields |= {"target_component": AUTOPILOT_COMPONENT_ID} if to_component else {}
        self._endpoint.send(self._encoder.encode(effect.name, fields), None)

    def _on_bytes(self, data: bytes, _peer: Peer) -> None:
        for frame in self._parser.feed(data):
            if (frame.system_id, frame.component_id) != (self._system_id, AUTOPILOT_COMPONENT_ID):
                continue
            message = frame.message()
            if message is None:
                continue
            for run in tuple(self._runs):
                run.feed(message)
            self._hear(message)

    def _on_down(self, reason: str) -> None:
        self.fail(NoAnswer(f"drone '{self._name}': the simulator is gone: {reason}"))
        self._lost(reason)
