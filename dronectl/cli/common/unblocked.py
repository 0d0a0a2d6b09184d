"""Output that holds nobody up.

A terminal that is stopped (Ctrl-S, a mouse that marks text on Windows) and a reader that does not read make a program
wait in the middle of a write. One that flies drones must not: its heartbeat would end, and so would all that goes over
the links that it owns.
"""

from __future__ import annotations

import functools
import io
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import ParamSpec, TextIO, TypeVar, cast

P = ParamSpec("P")
T = TypeVar("T")

_MOST_WAITING_BYTES = 1 << 20
_LAST_WORDS_S = 2.0
_NEW_LINE = os.linesep if os.name == "nt" else "\n"


class _Pump:
    """Writes what waits, in a thread of its own. What comes while too much waits is dropped, whole writes at a time."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._waiting: deque[bytes] = deque()
        self._bytes = 0
        self._fault: OSError | None = None
        self._changed = threading.Condition()
        self._ended = False
        self.dropped = 0
        threading.Thread(target=self._pump, name=f"output {stream.fileno()}", daemon=True).start()

    def put(self, data: bytes) -> None:
        """
        Raises:
            OSError: what was put before could not be written: its reader is gone.
        """
        with self._changed:
            if self._fault is not None:
                fault, self._fault = self._fault, None
                raise fault
            if self._bytes + len(data) > _MOST_WAITING_BYTES:
                self.dropped += 1
                return
            self._waiting.append(data)
            self._bytes += len(data)
            self._changed.notify_all()

    def end(self) -> None:
        """Returns when all is written, or nobody has taken anything for a while.

        Raises:
            OSError: it could not be written.
        """
        with self._changed:
            self._ended = True
            self._changed.notify_all()
            end_s = time.monotonic() + _LAST_WORDS_S
            while self._bytes and self._fault is None and (left_s := end_s - time.monotonic()) > 0:
                self._changed.wait(left_s)
            if self._fault is not None:
                raise self._fault

    def _pump(self) -> None:
        while True:
            with self._changed:
                while not self._waiting:
                    if self._ended:
                        return
                    self._changed.wait()
                data = self._waiting.popleft()
            try:
                self._write(data)
            except OSError as error:
                with self._changed:
                    self._fault = error
            with self._changed:
                self._bytes -= len(data)
                self._changed.notify_all()

    def _write(self, data: bytes) -> None:
        if os.name == "nt" and self._stream.isatty():
            # A Windows console takes UTF-16, which its own stream knows how to give it.
            self._stream.write(data.decode("utf-8", "replace"))
            self._stream.flush()
            return
        left = memoryview(data)
        while left:
            left = left[os.write(self._stream.fileno(), left) :]


class _Bytes(io.RawIOBase):
    def __init__(self, pump: _Pump) -> None:
        self._pump = pump

    def write(self, data: object) -> int:
        taken = bytes(cast(bytes, data))
        if taken:
            self._pump.put(taken)
        return len(taken)


class _Text(io.TextIOBase):
    """In place of ``sys.stdout`` or ``sys.stderr``."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, pump: _Pump, stream: TextIO) -> None:
        self._stream = stream
        self._pump = pump
        self.buffer = _Bytes(pump)

    def isatty(self) -> bool:
        return self._stream.isatty()

    def fileno(self) -> int:
        return self._stream.fileno()

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"text is wanted, not {type(text).__name__}")
        if text:
            self._pump.put(text.replace("\n", _NEW_LINE).encode("utf-8", "replace"))
        return len(text)


def unblocked(command: Callable[P, T]) -> Callable[P, T]:
    """Decorator, the innermost one: for commands that keep links open for long."""

    @functools.wraps(command)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        with unblocked_output():
            return command(*args, **kwargs)

    return call


@contextmanager
def unblocked_output() -> Iterator[None]:
    """Within: writing to stdout and stderr returns at once. What nobody takes is dropped in whole writes, and counted
    on stderr at the end.

    Raises:
        OSError: something could not be written; BrokenPipeError: its reader is gone.
    """
    before = (sys.stdout, sys.stderr)
    if not all(_is_a_file(stream) for stream in before):
        yield
        return
    for stream in before:
        stream.flush()
    # One thread for one terminal, so that words stay in order; two where one end may block and the other not.
    first = _Pump(before[0])
    second = first if os.path.sameopenfile(before[0].fileno(), before[1].fileno()) else _Pump(before[1])
    sys.stdout, sys.stderr = cast(TextIO, _Text(first, before[0])), cast(TextIO, _Text(second, before[1]))
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
        with suppress(OSError):  # nobody is left to be told
            if first.dropped:
                second.put(f"{first.dropped} pieces of output were dropped: nobody took them in time\n".encode())
            if second is not first:
                second.end()
        first.end()


def _is_a_file(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.fileno() >= 0
    except (OSError, ValueError):
        return False
