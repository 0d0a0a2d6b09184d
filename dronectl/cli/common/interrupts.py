"""Ctrl-C while something is imported waits until that is done.

Packages make an ImportError of an interrupt in the middle of them, print a traceback, or lose it: NumPy and what is
built on it do. Imports happen inside commands here, so it would end in an unexpected fault now and then.
"""

from __future__ import annotations

import _thread
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_LOOK_AGAIN_S = 0.02


@contextmanager
def interrupts_after_imports() -> Iterator[None]:
    """Within: Ctrl-C is a KeyboardInterrupt, though not in an import. Whoever has a handler of its own keeps it."""
    is_ours = threading.current_thread() is threading.main_thread()
    if not is_ours or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    waiting: list[threading.Timer] = []

    def on_interrupt(_number: int, frame: FrameType | None) -> None:
        if not _is_importing(frame):
            raise KeyboardInterrupt
        again = threading.Timer(_LOOK_AGAIN_S, _thread.interrupt_main)
        again.daemon = True
        again.start()
        waiting[:] = [again]

    signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for timer in waiting:  # all is done: there is nothing left to interrupt
            timer.cancel()


def _is_importing(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False
