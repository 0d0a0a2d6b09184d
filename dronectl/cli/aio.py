"""Runs a use case to its end from a command; Ctrl-C cancels it in order, so that it cleans up and says what is left."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, TypeVar

T = TypeVar("T")


def run(main: Coroutine[Any, Any, T]) -> T:
    """``asyncio.run``: Ctrl-C cancels ``main`` and comes out as KeyboardInterrupt, unless ``main`` says it better."""
    return asyncio.run(main)


@contextmanager
def first_interrupt(ask: Callable[[], None]) -> Iterator[None]:
    """Within: the first Ctrl-C calls ``ask`` on the running loop, the next one cancels the running task.

    Works where ``loop.add_signal_handler`` does not (Windows). Outside the main thread it does nothing.
    """
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    asked = False

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        if asked and task is not None:
            loop.call_soon_threadsafe(task.cancel)
        asked = True
        loop.call_soon_threadsafe(ask)

    try:
        previous = signal.signal(signal.SIGINT, on_signal)
    except ValueError:
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)
