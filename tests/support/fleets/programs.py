"""dronectl as people start it, and ports where nobody answers."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import IO, Any


def dronectl(*arguments: str, **how: Any) -> subprocess.Popen[str]:
    """The program as people start it."""
    command = [sys.executable, "-m", "dronectl", *arguments]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **how}
    return subprocess.Popen(command, text=True, encoding="utf-8", **streams)


def interrupted_once_it_shows(*arguments: str, stream: str) -> tuple[int, str, str]:
    """A program whose ``stream`` is a terminal, and that gets Ctrl-C as soon as it has drawn something there.

    So it is interrupted at its work, and not in the interpreter's start. Returns its exit code, what it told on that
    stream and on the other one. Not on Windows.
    """
    import pty

    ours, theirs = pty.openpty()
    process = dronectl(*arguments, **{stream: theirs})
    os.close(theirs)
    shown = b""
    with suppress(OSError):  # nobody has the other end open any more
        shown = os.read(ours, 1)
        process.send_signal(signal.SIGINT)
        while piece := os.read(ours, 65_536):
            shown += piece
    os.close(ours)
    others = process.communicate()
    return process.returncode, shown.decode("utf-8", "replace"), "".join(other or "" for other in others)


def wait_for(condition: Callable[[], object]) -> None:
    """The test's own limit ends it when it never holds."""
    while not condition():
        time.sleep(0.05)


@contextmanager
def silent_server() -> Iterator[str]:
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"tcp://127.0.0.1:{server.getsockname()[1]}"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert isinstance(port, int)
        return port


def read_until(stream: IO[str] | None, words: str) -> str:
    """The lines of a program up to the one with these words; all of them where it never says so."""
    assert stream is not None
    told = ""
    while words not in told and (line := stream.readline()):
        told += line
    return told
