"""The vehicle's side of log transfer, as ArduPilot 4.5 serves it: one list or one range at a time, none while armed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dronectl.sim.services.ftp_files import VehicleFiles
from dronectl.sim.vehicle.dialect import Packet, mavlink
from dronectl.sim.vehicle.outbox import ERROR, INFO, Outbox

_BLOCK_BYTES = 90
LOG_FOLDER = "logs"


@dataclass(slots=True)
class _Range:
    """What is left to be sent of a log."""

    log_id: int
    content: bytes
    offset: int
    left: int


class LogServer:
    """Requests in, messages out; :meth:`step` goes on with what was begun. Until that is done, others go unheard.

    ``blocks_per_step``: 40 as SITL's; on a telemetry radio ArduPilot sends one at a time.
    """

    def __init__(
        self, files: VehicleFiles, outbox: Outbox, is_armed: Callable[[], bool], *, blocks_per_step: int = 40
    ) -> None:
        self._files = files
        self._outbox = outbox
        self._is_armed = is_armed
        self._blocks_per_step = blocks_per_step
        self._entries: list[Packet] = []
        self._range: _Range | None = None
        self._has_warned = False

    def on_request_list(self, packet: Packet) -> None:
        if self._refuses_armed():
            return
        if self._entries or self._range is not None:
            self._outbox.text(INFO, "Log download in progress")
            return
        logs = self._logs()
        if not logs:
            self._outbox.send(mavlink.MAVLink_log_entry_message(0, 0, 0, 0, 0))
            return
        first, last = max(1, packet.start), min(packet.end, len(logs))
        for log_id in range(first, last + 1):
            path = logs[log_id - 1]
            size, when_s = len(self._files.card[path]), self._files.modified_s.get(path, 0)
            self._entries.append(mavlink.MAVLink_log_entry_message(log_id, len(logs), last, when_s, size))
        self.step()

    def on_request_data(self, packet: Packet) -> None:
        if self._refuses_armed() or self._entries or self._range is not None:
            return
        logs = self._logs()
        if not 1 <= packet.id <= len(logs):
            return
        content = bytes(self._files.card[logs[packet.id - 1]])
        left = min(max(0, len(content) - packet.ofs), packet.count)
        self._range = _Range(packet.id, content, packet.ofs, left)
        self.step()

    def on_request_end(self, _packet: Packet) -> None:
        if not self._refuses_armed():
            self._entries.clear()
            self._range = None

    def step(self) -> None:
        if self._is_armed():
            return
        if self._entries:
            self._outbox.send(self._entries.pop(0))
        for _ in range(self._blocks_per_step):
            if self._range is None:
                break
            self._send_block(self._range)

    def _send_block(self, under_way: _Range) -> None:
        size = min(under_way.left, _BLOCK_BYTES)
        data = under_way.content[under_way.offset : under_way.offset + size]
        self._outbox.send(
            mavlink.MAVLink_log_data_message(
                under_way.log_id, under_way.offset, len(data), list(data.ljust(_BLOCK_BYTES, b"\0"))
            )
        )
        under_way.offset += len(data)
        under_way.left -= len(data)
        if len(data) < _BLOCK_BYTES or under_way.left == 0:
            self._range = None

    def _refuses_armed(self) -> bool:
        if not self._is_armed():
            self._has_warned = False
            return False
        if not self._has_warned:
            self._has_warned = True
            self._outbox.text(ERROR, "Disarm for log download")
        return True

    def _logs(self) -> list[str]:
        """Paths on the card, the oldest first: a log's number in a list is its place, whatever its file is called."""
        return sorted(path for path in self._files.card if path.startswith(f"{LOG_FOLDER}/") and path.endswith(".BIN"))
