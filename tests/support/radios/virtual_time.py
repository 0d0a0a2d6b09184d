"""An event loop whose time is virtual: what would be waited for has passed at once, an hour in seconds."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any


class NeverEnds(Exception):
    """Nothing is left to wait for, or the time limit has passed."""


class Instant(selectors.DefaultSelector):
    """Never waits: what would be waiting time is added to the clock."""

    def __init__(self, now_s: float = 1000.0, limit_s: float = float("inf")) -> None:
        super().__init__()
        self.now_s = now_s
        self.limit_s = now_s + limit_s

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise NeverEnds("every task waits for another")
        self.now_s += max(0.0, timeout)
        if self.now_s > self.limit_s:
            raise NeverEnds(f"not over after {self.limit_s:.0f} s")
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self, instant: Instant) -> None:
        super().__init__(instant)
        self._instant = instant

    def time(self) -> float:
        return self._instant.now_s

    def run_in_executor(self, executor: Executor | None, func: Callable[..., Any], *args: Any) -> Any:
        """What a thread would do is done at once: no virtual time may pass beside real work."""
        done = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - whoever waits for it gets it
            done.set_exception(error)
        return done
