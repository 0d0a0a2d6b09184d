"""Single keys of a terminal, and what they mean on the dashboard."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO

CONFIRM_WITHIN_S = 6.0
POLL_S = 0.1
ORDERS = {
    "h": ("hold", "hold here"),
    "r": ("rtl", "return to launch"),
    "l": ("land", "LAND HERE, whatever is below"),
}
"""Key: (the order's name, what it does)."""
_STEPS = {"n": 1, "p": -1}
QUIT = "quit"
SEEN = "seen"
"""Alarms that stand are seen by the person, of the drones chosen."""


@dataclass(frozen=True, slots=True)
class KeyOrder:
    """A confirmed order to some drones; ``name`` QUIT leaves the dashboard, SEEN is no order either."""

    name: str
    drones: tuple[str, ...]


class OrderKeys:
    """Which order the keys pressed so far amount to. An order goes out only when ``y`` follows its key in time.

    1 to 9 choose one drone, ``n`` and ``p`` the next and the previous one, ``a`` all of them; any other key, and
    choosing, takes back an order not yet confirmed.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = tuple(names)
        self._chosen = self._names
        self._pending: str | None = None
        self._asked_at_s = 0.0
        self._warning = ""

    def press(self, key: str, now_s: float) -> KeyOrder | None:
        """The order that this key completes."""
        pending, self._pending, self._warning = self._pending, None, ""
        key = key.lower()
        if pending is not None and now_s - self._asked_at_s <= CONFIRM_WITHIN_S and key == "y":
            return KeyOrder(ORDERS[pending][0], self._chosen)
        if key in ORDERS:
            self._pending, self._asked_at_s = key, now_s
        elif key == "a":
            self._chosen = self._names
        elif key in tuple("123456789") and int(key) <= len(self._names):
            self._chosen = (self._names[int(key) - 1],)
        elif key in _STEPS and self._names:
            self._chosen = (self._names[self._stepped(_STEPS[key])],)
        elif key == "s":
            return KeyOrder(SEEN, self._chosen)
        elif key == "q":
            return KeyOrder(QUIT, ())
        return None

    def _stepped(self, step: int) -> int:
        """From all of them to the first or the last."""
        if len(self._chosen) != 1:
            return 0 if step > 0 else len(self._names) - 1
        return (self._names.index(self._chosen[0]) + step) % len(self._names)

    @property
    def chosen(self) -> tuple[str, ...]:
        """Whom an order goes to."""
        return self._chosen

    def is_asking(self, now_s: float) -> bool:
        """An order waits for its ``y``, and still may have it."""
        return self._pending is not None and now_s - self._asked_at_s <= CONFIRM_WITHIN_S

    @property
    def asked(self) -> KeyOrder | None:
        """The order that waits for its ``y``."""
        return KeyOrder(ORDERS[self._pending][0], self._chosen) if self._pending is not None else None

    def warn(self, order: KeyOrder, text: str) -> None:
        """What that order will cross, told while it waits; of another one, or none, it is too late to say so here."""
        if order == self.asked:
            self._warning = text

    def prompt(self, now_s: float) -> str:
        """The line under the table: what may be pressed, or what is to be confirmed."""
        whom = "all drones" if self._chosen == self._names else self._chosen[0]
        if self._pending is not None and self.is_asking(now_s):
            warning = f"  {self._warning}" if self._warning else ""
            return f"{', '.join(self._chosen)}: {ORDERS[self._pending][1]}?{warning}  y = yes, any other key = no"
        choice = "1-9 n p choose, a all" if len(self._names) > 1 else ""
        keys = ("h hold  r return  l land", choice, "s alarms seen", "q quit")
        return " | ".join(part for part in (f"orders go to {whom}", *keys) if part)


@contextmanager
def keys_of(stream: IO[str], press: Callable[[str], None]) -> Iterator[None]:
    """Within: calls ``press`` with each key, from a thread; the terminal neither waits for Enter nor shows the keys.

    Ctrl-C stays Ctrl-C.
    """
    stop = threading.Event()
    with _unbuffered(stream) as read:

        def work() -> None:
            with suppress(OSError, ValueError):  # the terminal is gone
                while not stop.is_set():
                    for key in read():
                        press(key)

        thread = threading.Thread(target=work, name="keys", daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(10 * POLL_S)


if sys.platform == "win32":
    import msvcrt
    import time

    @contextmanager
    def _unbuffered(_stream: IO[str]) -> Iterator[Callable[[], str]]:
        def read() -> str:
            if not msvcrt.kbhit():
                time.sleep(POLL_S)
                return ""
            return msvcrt.getwch()

        yield read

else:
    import select
    import termios
    import tty

    @contextmanager
    def _unbuffered(stream: IO[str]) -> Iterator[Callable[[], str]]:
        number = stream.fileno()
        before = termios.tcgetattr(number)

        def read() -> str:
            ready, _, _ = select.select([number], [], [], POLL_S)
            if not ready:
                return ""
            data = os.read(number, 64)
            if not data:
                raise OSError("the terminal is closed")
            # Arrows and their like come as several bytes after an escape: none of them is a key of ours.
            return "" if data.startswith(b"\x1b") else data.decode("utf-8", "ignore")

        tty.setcbreak(number)
        try:
            yield read
        finally:
            with suppress(termios.error):  # the terminal is gone
                termios.tcsetattr(number, termios.TCSADRAIN, before)
