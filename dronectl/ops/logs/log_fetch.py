"""The bytes of one log over the wire, by MAVLink FTP or by LOG_REQUEST_DATA, kept as they come."""

from __future__ import annotations

import asyncio
import itertools
import secrets
from collections.abc import Sequence
from typing import Protocol, TypeVar

from dronectl.errors import DronectlError, IdentityError, InputError, Mismatch, NoAnswer, NotReady, Refused
from dronectl.link.fleet_link import VehicleLink
from dronectl.model.ardupilot.vehicle_settings import Setting, setting_name
from dronectl.ops.common.events import Listener, Progress
from dronectl.ops.logs.log_part import LogPart
from dronectl.protocol.core.machine import Machine
from dronectl.protocol.ftp.blocks import BlocksElsewhere
from dronectl.protocol.ftp.directory import FtpList
from dronectl.protocol.ftp.packet import checksum
from dronectl.protocol.ftp.read import FtpDownload
from dronectl.protocol.log.log_download import LogDownload
from dronectl.protocol.log.log_files import LOG_FOLDERS, file_of
from dronectl.protocol.log.log_list import LogEntry, LogList

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

_MOST_GROWTHS = 8
_GROWTH_BYTES = 1_000_000
"""ArduPilot appends to the newest log whenever it saves a parameter, every half minute its own running time."""
_sessions = itertools.count(secrets.randbelow(256))


class _Reading(Machine[T_co], Protocol[T_co]):
    """A machine whose bytes are fetched as they come."""

    def take(self) -> list[tuple[int, bytes]]: ...


class LogFetch:
    """Brings one log into a :class:`LogPart`. ``may_grow``: it is the newest one, which may still be appended to."""

    def __init__(self, vehicle: VehicleLink, log: LogEntry, listener: Listener, *, may_grow: bool) -> None:
        self._vehicle, self._log, self._listener = vehicle, log, listener
        self._may_grow = may_grow

    async def find_file(self, logs: Sequence[LogEntry]) -> tuple[str | None, str]:
        """The log's path over MAVLink FTP, or None and why it cannot be had that way.

        Raises:
            IdentityError: another aircraft answers.
        """
        reason = "the vehicle does not offer MAVLink FTP"
        try:
            for folder in LOG_FOLDERS:
                try:
                    listing = await self._vehicle.run(FtpList(folder, session=next(_sessions)))
                except Refused as error:
                    if isinstance(error, IdentityError):
                        raise
                    reason = error.message
                    continue
                name = file_of(self._log, logs, listing)
                if name is not None:
                    return f"{folder}/{name}", ""
                reason = f"{folder}: which file is this log is not certain"
        except (NoAnswer, InputError) as error:
            reason = error.message
        return None, reason

    async def by_file(self, part: LogPart, remote: str) -> tuple[int, str]:
        """The size, and what proves it."""
        spare = _GROWTH_BYTES if self._may_grow else 0
        for left in reversed(range(_MOST_GROWTHS)):
            blocks = BlocksElsewhere(part.had, lambda size: checksum(part.pieces(size)))
            machine = FtpDownload(remote, blocks, session=next(_sessions), max_bytes=self._log.size_bytes + spare)
            try:
                size = await self._keeping(part, machine)
            except Mismatch:
                if self._may_grow and left:
                    continue  # it grew between the last block and its checksum
                part.discard()
                raise
            except Refused:
                if list(part.had.missing(self._log.size_bytes)):
                    raise
                return self._log.size_bytes, "size"  # every byte is here: what it refused was its checksum
            if size == self._log.size_bytes or (self._may_grow and size > self._log.size_bytes):
                return size, "crc32"
            break
        part.discard()
        raise Mismatch(f"{remote}: is not as long as log {self._log.log_id} of the list", hint="list the logs again")

    async def by_blocks(self, part: LogPart) -> tuple[int, str]:
        """The size, and what proves it."""
        log = self._log
        for _ in range(_MOST_GROWTHS):
            await self._keeping(part, LogDownload(log, had=list(part.had)))
            if not self._may_grow:
                return log.size_bytes, "size"
            (again,) = await self._vehicle.run(LogList(first=log.log_id, last=log.log_id))
            if again.size_bytes == log.size_bytes:
                return log.size_bytes, "size"
            log = again
        raise never_ends(self._vehicle, log)

    async def _keeping(self, part: LogPart, machine: _Reading[T]) -> T:
        """Runs it, and keeps what comes."""
        task = asyncio.current_task()
        assert task is not None
        faults: list[DronectlError] = []

        def keep(_done: int = 0, _total: int = 0) -> None:
            try:
                for offset, data in machine.take():
                    part.write(offset, data)
            except DronectlError as error:
                if not faults:
                    task.cancel()
                faults.append(error)
            stage = f"log {self._log.log_id}"
            self._listener(Progress(self._vehicle.name, stage, part.had.covered, self._log.size_bytes))

        try:
            outcome = await self._vehicle.run(machine, keep)
        except asyncio.CancelledError:
            if faults:
                task.uncancel()
                raise faults[0] from None
            raise
        finally:
            if not faults:
                keep()
        if faults:
            raise faults[0]
        return outcome


def never_ends(vehicle: VehicleLink, log: LogEntry) -> NotReady:
    """The error of a log that is written to for ever."""
    return NotReady(
        f"{vehicle.name}: log {log.log_id} is still being written",
        hint=f"with {setting_name(Setting.LOG_WHEN_DISARMED, vehicle.firmware)} 1 it never ends: restart the vehicle, "
        "and fetch it as an older log",
    )
