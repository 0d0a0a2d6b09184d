"""Runs a use case to its end from a command; Ctrl-C cancels it in order, so that it cleans up and says what is left.

So does what ends a program from outside: SIGTERM, SIGHUP when its terminal closes, SIGBREAK on Windows.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, TypeVar

T = TypeVar("T")

_ENDING = ("SIGTERM", "SIGHUP", "SIGBREAK")
"""Interrupts besides Ctrl-C, by name: each system has its own."""


def run(main: Coroutine[Any, Any, T]) -> T:
    """Like ``asyncio.run``, but every interrupt cancels ``main``, also the second one while it puts things back.

    Raises:
        KeyboardInterrupt: it was cancelled and does not say it better.
    """
    with _held() as held:
        try:
            result = asyncio.run(_cancelled_by_interrupts(main, held))
        except asyncio.CancelledError:
            raise KeyboardInterrupt from None
    if held:
        raise KeyboardInterrupt
    return result


async def _cancelled_by_interrupts(main: Coroutine[Any, Any, T], held: list[int]) -> T:
    task = asyncio.current_task()
    assert task is not None
    with _on_interrupt(lambda _number: task.cancel()):
        if held:
            held.clear()
            task.cancel()
        return await main


@contextmanager
def _held() -> Iterator[list[int]]:
    """Within, Ctrl-C is only noted: while a loop is made or closed it would leave half of one."""
    held: list[int] = []
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or before in (signal.SIG_IGN, None):
        yield held
        return
    signal.signal(signal.SIGINT, lambda number, _frame: held.append(number))
    try:
        yield held
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def first_interrupt(ask: Callable[[], object], *, endings_too: bool = True) -> Iterator[None]:
    """Within: the first interrupt calls ``ask`` on the running loop, each further one cancels the running task.

    Without ``endings_too`` only Ctrl-C asks: what ends a program from outside cancels the task at once.
    """
    task = asyncio.current_task()
    assert task is not None
    asked = False

    def on_interrupt(number: int) -> None:
        nonlocal asked
        if asked or not (endings_too or number == signal.SIGINT):
            task.cancel()
        else:
            asked = True
            ask()

    with _on_interrupt(on_interrupt):
        yield


@contextmanager
def _on_interrupt(call: Callable[[int], object]) -> Iterator[None]:
    """Within: each interrupt calls ``call`` with its number on the running loop.

    Works where ``loop.add_signal_handler`` does not (Windows). Outside the main thread it does nothing. What the caller
    of the program has it ignore (SIGHUP under ``nohup``) stays ignored.
    """
    loop = asyncio.get_running_loop()

    def on_signal(number: int, _frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(call, number)

    ending = [getattr(signal, name) for name in _ENDING if hasattr(signal, name)]
    numbers = [signal.SIGINT, *(one for one in ending if signal.getsignal(one) is not signal.SIG_IGN)]
    previous: dict[int, Any] = {}
    try:
        for number in numbers:
            previous[number] = signal.signal(number, on_signal)
    except ValueError:
        yield
        return
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
