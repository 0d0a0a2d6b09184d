"""DataFlash logs off the aircraft: list them, download them, go on where an earlier run stopped."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dronectl.errors import InputError, Interrupted, NotReady, Refused, StorageError
from dronectl.link.fleet_link import Identity, VehicleLink
from dronectl.model.text.shown_time import file_stamp, utc_of_us
from dronectl.ops.common.events import Listener, Note, Progress, ignore
from dronectl.ops.logs.log_fetch import LogFetch, never_ends
from dronectl.ops.logs.log_part import LogIdentity, LogPart, forget_part
from dronectl.protocol.log.log_list import LogEntry, LogList

_CAN_FTP = 32
"""MAV_PROTOCOL_CAPABILITY_FTP."""
_LOOK_AGAIN_S = 1.2
_STILL_WRITING_S = 25.0
"""ArduPilot goes on writing for 15 s after disarming (HAL_LOGGER_ARM_PERSIST)."""


@dataclass(frozen=True, slots=True)
class DownloadedLog:
    """``proof``: ``crc32`` (the vehicle's checksum of its file) or ``size`` (every byte came; each frame had its own
    checksum of 16 bits, and nothing has proved the whole)."""

    log_id: int
    path: Path
    size_bytes: int
    time_utc_s: int | None
    way: str
    proof: str
    resumed_bytes: int
    seconds: float
    is_dataflash: bool


async def list_logs(vehicle: VehicleLink, listener: Listener = ignore) -> tuple[LogEntry, ...]:
    """The logs on board, oldest first.

    Raises:
        NotReady: it is armed. NoAnswer.
    """
    require_on_ground(vehicle)

    def progress(done: int, total: int) -> None:
        listener(Progress(vehicle.name, "log list", done, total))

    return await vehicle.run(LogList(), progress)


def require_on_ground(vehicle: VehicleLink) -> None:
    """
    Raises:
        NotReady: it is armed, or was not heard to be disarmed.
    """
    if vehicle.state.armed is not False:
        raise NotReady(f"{vehicle.name} is armed: logs are read on the ground", hint="land and disarm")


def chosen_logs(logs: Sequence[LogEntry], wanted: Sequence[str], *, drone: str) -> list[LogEntry]:
    """The logs that ``wanted`` names: numbers of the list, ``latest`` or ``all``; each once, in that order.

    Raises:
        InputError: a word that is none of these, or no such log on board.
    """
    by_id = {log.log_id: log for log in logs}
    chosen: dict[int, LogEntry] = {}
    for word in wanted:
        if word == "all":
            chosen |= by_id
            continue
        if word != "latest" and not (word.isascii() and word.isdigit() and len(word) <= 5):
            raise InputError(f"'{word}' is no log", hint="a number that 'dronectl log list' shows, latest, or all")
        if not logs:
            raise InputError(f"{drone}: no logs on board", hint="a log begins when the vehicle is armed")
        log_id = logs[-1].log_id if word == "latest" else int(word)
        if log_id not in by_id:
            first, last = logs[0].log_id, logs[-1].log_id
            raise InputError(f"{drone}: no log {log_id} on board", hint=f"there are {first} to {last}")
        chosen[log_id] = by_id[log_id]
    return list(chosen.values())


async def download_logs(
    vehicle: VehicleLink,
    identity: Identity,
    wanted: Sequence[str],
    folder: Path,
    *,
    way: str = "auto",
    listener: Listener = ignore,
) -> list[DownloadedLog]:
    """Fetches logs into ``folder``, one after the other; a log that is there already is not fetched again.

    Raises:
        NotReady: armed, in another command's hand, or the newest log is still being written. InputError: no such log.
        NoAnswer, Refused, StorageError: what was fetched so far stays for the next run. Mismatch: it was thrown away.
        Interrupted: it was cancelled; says how far it came.
    """
    with vehicle.lease.held():
        return await _download_all(vehicle, identity, wanted, folder, way, listener)


async def _download_all(
    vehicle: VehicleLink, identity: Identity, wanted: Sequence[str], folder: Path, way: str, listener: Listener
) -> list[DownloadedLog]:
    logs = await list_logs(vehicle, listener)
    done = []
    for log in chosen_logs(logs, wanted, drone=vehicle.name):
        is_newest = log == logs[-1]
        closed = await _closed(vehicle, log, listener) if is_newest else log
        known = [*logs[:-1], closed] if is_newest else logs
        download = _LogDownload(vehicle, identity, closed, folder, listener, may_grow=is_newest)
        done.append(await download.run(known, way))
    return done


class _LogDownload:
    """One log into its file: what is there already, how it is fetched, and what proves it."""

    def __init__(
        self,
        vehicle: VehicleLink,
        identity: Identity,
        log: LogEntry,
        folder: Path,
        listener: Listener,
        *,
        may_grow: bool,
    ) -> None:
        self._vehicle, self._log, self._listener = vehicle, log, listener
        self._fetch = LogFetch(vehicle, log, listener, may_grow=may_grow)
        self._can_ftp = bool(identity.capabilities & _CAN_FTP)
        self._identity = LogIdentity(vehicle.name, identity.uid, log.log_id, log.size_bytes, log.time_utc_s)
        stem = f"{vehicle.name}-log{log.log_id:05}"
        self._part_path = folder / f"{stem}.bin.part"
        self._final = folder / f"{stem}-{file_time(log.time_utc_s)}.bin"

    async def run(self, logs: Sequence[LogEntry], way: str) -> DownloadedLog:
        began_s = asyncio.get_running_loop().time()
        if self._final.exists():
            if self._final.stat().st_size != self._log.size_bytes:
                hint = "it is of another log: move it away, or give another folder with -o"
                raise StorageError(f"{self._final}: exists already, with another size", hint=hint)
            forget_part(self._part_path)
            self._note("is here already: not fetched again")
            return self._result("none", "size", 0, began_s, self._log.size_bytes)
        remote = None if way == "log" else await self._remote_path(logs, must=way == "ftp")
        self._require_space()
        with LogPart(self._part_path, self._identity) as part:
            if part.begun_anew:
                self._note(f"begins anew: {part.begun_anew}", "warning")
            elif part.resumed_bytes:
                self._note(f"goes on after {part.resumed_bytes} of {self._log.size_bytes} bytes")
            try:
                size, proof = await (
                    self._fetch.by_blocks(part) if remote is None else self._fetch.by_file(part, remote)
                )
            except asyncio.CancelledError:
                raise Interrupted(
                    f"{self._vehicle.name}: log {self._log.log_id} stopped at {part.had.covered} of "
                    f"{self._log.size_bytes} bytes",
                    hint="run the same command again: it goes on from there",
                ) from None
            part.finish(self._final, size)
            way = "log" if remote is None else "ftp"
            return self._result(way, proof, part.resumed_bytes, began_s, size)

    async def _remote_path(self, logs: Sequence[LogEntry], *, must: bool) -> str | None:
        """The log's path over MAVLink FTP; None when it cannot be had that way and need not."""
        remote, reason = None, "the vehicle does not offer MAVLink FTP"
        if self._can_ftp:
            remote, reason = await self._fetch.find_file(logs)
        if remote is None and must:
            raise Refused(f"{self._vehicle.name}: {reason}", hint="fetch it with --via log")
        if remote is None:
            self._note(f"{reason}; fetching it with LOG_REQUEST_DATA")
        return remote

    def _require_space(self) -> None:
        there = next(path for path in (self._final.parent, *self._final.parent.absolute().parents) if path.exists())
        if shutil.disk_usage(there).free < self._log.size_bytes:
            raise StorageError(
                f"{there}: log {self._log.log_id} has {self._log.size_bytes} bytes, the disk has less free",
                hint="free some space, or give another folder with -o",
            )

    def _result(self, way: str, proof: str, resumed_bytes: int, began_s: float, size: int) -> DownloadedLog:
        seconds = asyncio.get_running_loop().time() - began_s
        is_dataflash = begins_as_dataflash(self._final)
        if not is_dataflash:
            self._note("does not begin as a DataFlash log: track commands may not read it", "warning")
        log = self._log
        return DownloadedLog(
            log.log_id, self._final, size, log.time_utc_s, way, proof, resumed_bytes, seconds, is_dataflash
        )

    def _note(self, text: str, level: str = "info") -> None:
        self._listener(Note(f"log {self._log.log_id}: {text}", self._vehicle.name, level))


async def _closed(vehicle: VehicleLink, log: LogEntry, listener: Listener) -> LogEntry:
    """The newest log once its size stays: the drone may have landed a moment ago.

    Raises:
        NotReady: it is written to for ever.
    """
    loop = asyncio.get_running_loop()
    deadline_s = loop.time() + _STILL_WRITING_S
    told = False
    while True:
        await asyncio.sleep(_LOOK_AGAIN_S)
        (again,) = await vehicle.run(LogList(first=log.log_id, last=log.log_id))
        if again.size_bytes == log.size_bytes:
            return again
        if loop.time() > deadline_s:
            raise never_ends(vehicle, log)
        if not told:
            listener(Note(f"log {log.log_id}: is still being written; waiting for its end", vehicle.name))
            told = True
        log = again


def begins_as_dataflash(path: Path) -> bool:
    """Whether a file's first message is a format (FMT), as that of every DataFlash log."""
    from dronectl.formats.recordings.dataflash.layout import FMT_BYTES, FMT_TYPE, HEADER, parse_fmt

    with path.open("rb") as file:
        head = file.read(FMT_BYTES)
    return len(head) == FMT_BYTES and head[:3] == HEADER + bytes([FMT_TYPE]) and parse_fmt(head) is not None


def file_time(time_utc_s: int | None) -> str:
    """As ``20260813T091500Z``; ``undated`` when the vehicle did not know the time."""
    moment = None if time_utc_s is None else utc_of_us(time_utc_s * 1_000_000)
    return "undated" if moment is None else file_stamp(moment)
