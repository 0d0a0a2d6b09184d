"""Processes of our own that work for this one: they hear no Ctrl-C, and end when it ends."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


def begin_child() -> None:
    """First thing in such a process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent tells when to stop, so that files are cleaned up
    threading.Thread(target=_end_with_parent, daemon=True).start()


@contextmanager
def hearing_no_ctrl_c() -> Iterator[None]:
    """Processes that are started in here ignore Ctrl-C from their first moment on, where the system can do that; ours
    waits until then."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()  # a parent that was killed could not tell
        os._exit(1)
