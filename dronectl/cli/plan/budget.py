"""How long planning may search: spans of time as people write them, and Ctrl-C as "that is good enough"."""

from __future__ import annotations

import re
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import click

LONGEST_S = 3600.0
_SECONDS = {"ms": 1e-3, "s": 1.0, "min": 60.0}


def span_s(_ctx: click.Context, _param: click.Parameter, value: str) -> float:
    """A span of time in seconds, of ``500ms``, ``1s``, ``2 min``: the callback of an option."""
    found = re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,9})?) ?(ms|s|min)", value.strip(), re.ASCII)
    if found is None:
        raise click.BadParameter(f"{value!r} is no time as 500ms, 1s or 2 min")
    seconds = float(found[1]) * _SECONDS[found[2]]
    if seconds > LONGEST_S:
        raise click.BadParameter(f"{value!r} is more than an hour")
    return seconds


@contextmanager
def stop_on_interrupt() -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C was pressed since. A second one interrupts as ever."""
    interrupted = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield interrupted.is_set
        return

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        if interrupted.is_set():
            raise KeyboardInterrupt
        interrupted.set()

    previous = signal.signal(signal.SIGINT, on_signal)
    try:
        yield interrupted.is_set
    finally:
        signal.signal(signal.SIGINT, previous)
