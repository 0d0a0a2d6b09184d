"""What one command leaves in the audit log. Nothing waits for it but who asks to, and no order ends because of it.

Lines are written by a thread, in the order in which things happened, each with its own time. The thread takes no part
in an order that must not wait; the others begin when their intent is on the disk, or cannot be brought there.
"""

from __future__ import annotations

import asyncio
import os
import queue
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

from dronectl.errors import DronectlError, Interrupted, error_text
from dronectl.link.fleet_link import VehicleLink
from dronectl.model.audit import AuditEvent, AuditResult
from dronectl.model.text.shown_time import iso_z, now
from dronectl.ops.audit.log import AuditLog
from dronectl.ops.common.events import Event, Launched, Listener, Note
from dronectl.ops.common.operator import operator

P = ParamSpec("P")
T = TypeVar("T")

WRITTEN_WITHIN_S = 6.0
"""So long a command waits for its lines: a little more than for another process that writes."""

NOTHING: Mapping[str, object] = {}

Say = Callable[[str], None]


class AuditTrail:
    """The lines of one process; use it as a context manager around everything that it orders.

    What cannot be written is told once, by ``say``, and stops nothing.
    """

    def __init__(self, log: AuditLog, words: str, say: Say) -> None:
        """``words``: the command as it was typed, without secrets."""
        self._log = log
        self._say = say
        self._who = {"words": words, "user": operator(), "host": socket.gethostname(), "pid": os.getpid()}
        self._failed = False
        self._lines: queue.SimpleQueue[Mapping[str, object] | threading.Event | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write_all, name="audit log", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._lines.put(None)
        self._thread.join(WRITTEN_WITHIN_S)
        if self._thread.is_alive():
            self._tell(f"{self._log.folder}: not written within {WRITTEN_WITHIN_S:g} s")

    @contextmanager
    def order(
        self, name: str, drones: Sequence[str], what: Mapping[str, object] = NOTHING, *, at_once: bool = False
    ) -> Iterator[AuditedOrder]:
        """Within: the order ``name`` to ``drones`` is given. Its intent is in the log before, its outcomes after.

        ``what``: what else is to be said of it: ``plan_sha256``, ``overrides`` …; empty values are left out.
        ``at_once``: it does not wait for its intent to be written. A drone of which nothing was told within shares the
        end of the whole: done, or what was raised.
        """
        order = AuditedOrder(self._lines.put, name, drones)
        order.tell(AuditEvent.INTENT, **self._who, drones=list(drones), **what)
        if not at_once:
            self.flush()
        try:
            yield order
        except BaseException as error:
            order.end(error)
            raise
        order.end(None)

    def flush(self) -> None:
        """Returns when what was told so far is in the log, or cannot be brought there in time."""
        written = threading.Event()
        self._lines.put(written)
        if not written.wait(WRITTEN_WITHIN_S):
            self._tell(f"{self._log.folder}: not written within {WRITTEN_WITHIN_S:g} s")

    def _write_all(self) -> None:
        """The thread: whatever has come meanwhile is written at once."""
        while True:
            taken = [self._lines.get()]
            while not self._lines.empty():
                taken.append(self._lines.get())
            lines = [one for one in taken if isinstance(one, Mapping)]
            if lines:
                try:
                    self._log.append(lines, str(lines[0]["time_utc"])[:10])
                except DronectlError as error:
                    self._tell(error.message)
                except Exception as error:  # noqa: BLE001 - whatever it is, orders go on
                    self._tell(error_text(error))
            for one in taken:
                if isinstance(one, threading.Event):
                    one.set()
            if None in taken:
                return

    def _tell(self, reason: str) -> None:
        if not self._failed:
            self._failed = True
            self._say(f"the audit log is not written: {reason}")


class AuditedOrder:
    """One order on its way: whoever gives it tells here what becomes of it."""

    def __init__(self, put: Callable[[Mapping[str, object]], None], name: str, drones: Sequence[str]) -> None:
        self._put = put
        self._id = os.urandom(4).hex()
        self._name = name
        self._open = dict.fromkeys(drones)

    def tell(self, event: AuditEvent, **what: object) -> None:
        """A line of this order; None and empty values are left out."""
        fixed = {"time_utc": iso_z(now(), timespec="milliseconds"), "event": event, "id": self._id, "order": self._name}
        self._put({**fixed, **{key: value for key, value in what.items() if value not in (None, "", [], ())}})

    def told_of(self, drone: str, text: str) -> None:
        """What was seen of a drone after it had confirmed the order; empty: nothing."""
        if text:
            self.tell(AuditEvent.SAID, drone=drone, text=text)

    def done(self, drone: str, answer: str = "", **what: object) -> None:
        """The drone confirmed it. ``answer``: what it said or showed."""
        self._outcome(drone, AuditResult.DONE, answer=answer, **what)

    def failed(self, drone: str, error: BaseException, **what: object) -> None:
        """It did not come to a good end for this drone."""
        stopped = isinstance(error, Interrupted | KeyboardInterrupt | asyncio.CancelledError)
        kind = error.kind if isinstance(error, DronectlError) else DronectlError.kind
        words = error_text(error) if isinstance(error, DronectlError) or not stopped else "stopped by the user"
        result = AuditResult.INTERRUPTED if stopped else AuditResult.FAILED
        self._outcome(drone, result, kind=None if stopped else kind, answer=words, **what)

    def given_to(
        self,
        give: Callable[Concatenate[VehicleLink, P], Coroutine[Any, Any, T]],
        in_words: Callable[[T], str] | None = None,
    ) -> Callable[Concatenate[VehicleLink, P], Coroutine[Any, Any, T]]:
        """The same order, whose outcome for each vehicle is told when it is there: its result ``in_words``, else what
        the vehicle's last heartbeat says."""

        async def give_it(vehicle: VehicleLink, /, *args: P.args, **kwargs: P.kwargs) -> T:
            try:
                result = await give(vehicle, *args, **kwargs)
            except BaseException as error:
                self.failed(vehicle.name, error, **link_of(vehicle))
                raise
            answer = state_words(vehicle) if in_words is None else in_words(result)
            self.done(vehicle.name, answer, **link_of(vehicle))
            return result

        return give_it

    def heard_by(self, listener: Listener) -> Listener:
        """The same listener, while what it is warned of, and who took off, also goes into the log."""

        def listen(event: Event) -> None:
            if isinstance(event, Launched):
                self.tell(AuditEvent.STARTED, drone=event.drone)
            elif isinstance(event, Note) and event.level != "info":
                self.tell(AuditEvent.SAID, drone=event.drone, text=event.text)
            listener(event)

        return listen

    def heard_before(self, warnings: Sequence[str]) -> None:
        """What people were warned of before there was an order."""
        for text in warnings:
            self.tell(AuditEvent.SAID, text=text)

    def end(self, error: BaseException | None) -> None:
        """The whole is over: what is not known of a drone yet is what became of the whole."""
        for drone in tuple(self._open):
            if error is None:
                self.done(drone)
            else:
                self.failed(drone, error)

    def _outcome(self, drone: str, result: AuditResult, **what: object) -> None:
        self._open.pop(drone, None)
        self.tell(AuditEvent.OUTCOME, drone=drone, result=result, **what)


def state_words(vehicle: VehicleLink) -> str:
    """What its last heartbeat says: ``BRAKE, armed``."""
    state = vehicle.state
    return f"{state.mode or 'no mode heard'}, {'armed' if state.armed else 'disarmed'}"


def link_of(vehicle: VehicleLink) -> dict[str, object]:
    """Over which link it was reached, and which other process owned it."""
    path = vehicle.paths.used
    owner = None if path is None else path.link.endpoint.holder
    is_other = owner is not None and owner.pid != os.getpid()
    return {"link": vehicle.url, "link_owner": f"{owner.command} by pid {owner.pid}" if owner and is_other else None}
