"""Sockets and serial ports: bytes in and out, with the peer that they came from. Everything else is the router's.

An endpoint tells three things through its callbacks: bytes, "up", and "down, because". With ``reconnect`` it tries
again for ever; without, it stays down.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from dronectl.link.transport.url import LinkUrl

Peer = Hashable
"""Who is at the other end: the address of a UDP sender or TCP client; None where there can be only one."""

_RETRY_S = (0.3, 0.5, 1.0, 2.0)


@dataclass(slots=True)
class Callbacks:
    """What an endpoint tells. Called on the event loop."""

    on_bytes: Callable[[bytes, Peer], None]
    on_up: Callable[[], None]
    on_down: Callable[[str], None]
    on_peer_gone: Callable[[Peer], None]


class Endpoint(ABC):
    """One link's end on this machine."""

    def __init__(self, url: LinkUrl, callbacks: Callbacks, *, reconnect: bool, connect_timeout_s: float) -> None:
        self.url = url
        self.is_up = False
        self.down_reason = "not opened yet"
        self._refused_since_s: float | None = None
        self._callbacks = callbacks
        self._reconnect = reconnect
        self._connect_timeout_s = connect_timeout_s
        self._task: asyncio.Task[None] | None = None
        self._first_attempt = asyncio.Event()

    @property
    def refused_for_s(self) -> float:
        """So long every attempt to connect has been refused: the computer is there, and nothing listens."""
        since_s = self._refused_since_s
        return 0.0 if since_s is None else asyncio.get_running_loop().time() - since_s

    async def open(self) -> None:
        """Returns after the first attempt, whether it is up or not (see ``is_up``, ``down_reason``)."""
        self._task = asyncio.create_task(self._run(), name=f"link {self.url}")
        self._task.add_done_callback(self._on_end)
        await self._first_attempt.wait()

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    @abstractmethod
    def send(self, data: bytes, peer: Peer | None) -> None:
        """Queues bytes for a peer, for all peers when None. Silent when the link is down: frames get lost anyway."""

    @abstractmethod
    async def _serve(self) -> str:
        """Opens, calls ``_up``, works until the link falls and returns why.

        Raises:
            OSError: it could not be opened.
        """

    async def _run(self) -> None:
        attempt = 0
        while True:
            try:
                reason = await self._serve()
                attempt = 0
            except TimeoutError:
                reason, self._refused_since_s = "no connection in time", None
            except (OSError, UnicodeError) as error:
                reason = reason_of(error)
                self._note_refusal(error)
            finally:
                was_up, self.is_up = self.is_up, False
            self.down_reason = reason
            self._first_attempt.set()
            if was_up:
                self._callbacks.on_down(reason)
            if not self._reconnect:
                return
            await asyncio.sleep(_RETRY_S[min(attempt, len(_RETRY_S) - 1)])
            attempt += 1

    def _on_end(self, task: asyncio.Task[None]) -> None:
        """A fault of ours in a callback ends the link: nobody may wait for it, and it must be seen."""
        self._first_attempt.set()
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self.down_reason = f"fault in dronectl: {error!r}"
            self._callbacks.on_down(self.down_reason)
            context = {"message": f"fault on link {self.url}", "exception": error, "task": task}
            task.get_loop().call_exception_handler(context)

    def _note_refusal(self, error: Exception) -> None:
        if not isinstance(error, ConnectionRefusedError):
            self._refused_since_s = None
        elif self._refused_since_s is None:
            self._refused_since_s = asyncio.get_running_loop().time()

    def _up(self) -> None:
        self.is_up = True
        self._refused_since_s = None
        self.down_reason = ""
        self._first_attempt.set()
        self._callbacks.on_up()


def reason_of(error: BaseException) -> str:
    """``connection refused`` rather than ``[Errno 111] Connect call failed ('127.0.0.1', 5760)``."""
    if isinstance(error, ConnectionRefusedError):
        return "connection refused"
    if isinstance(error, socket.gaierror):
        return f"unknown host ({error.strerror})"
    if isinstance(error, FileNotFoundError) or getattr(error, "errno", None) == 2:
        return "no such port"
    strerror = getattr(error, "strerror", None)
    return str(strerror or error)
