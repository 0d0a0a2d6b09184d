"""taky, a TAK server that is not ours, and who listens and speaks there as a device does."""

from __future__ import annotations

import importlib.util
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from mosquitto import free_port

from dronectl.formats.tak.cot_stream import CotSplitter
from dronectl.formats.tak.cot_xml import cot_bytes, read_cot
from dronectl.model.tak.cot import CotEvent

needs_taky = pytest.mark.skipif(
    importlib.util.find_spec("taky") is None or sys.platform == "win32", reason="no taky, which wants Unix sockets"
)


@dataclass(frozen=True)
class Certificates:
    """Of a server, and who signs its clients'."""

    ca: Path
    cert: Path
    key: Path


class Taky:
    """Stopped and started again it keeps its port."""

    def __init__(self, folder: Path, certificates: Certificates | None = None) -> None:
        self.port = free_port()
        self._folder = folder
        tls = "enabled = false"
        if certificates is not None:
            files = f"ca = {certificates.ca}\ncert = {certificates.cert}\nkey = {certificates.key}"
            tls = f"enabled = true\nclient_cert_required = true\n{files}\ncert_db = {folder / 'none'}"
        (folder / "taky.conf").write_text(
            f"[taky]\nbind_ip = 127.0.0.1\nroot_dir = {folder}\nhostname = localhost\n"
            f"[cot_server]\nport = {self.port}\n[dp_server]\nupload_path = {folder}\n[ssl]\n{tls}\n",
            encoding="utf-8",
        )
        (folder / "none").write_text("", encoding="utf-8")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with (self._folder / "log").open("ab") as log:
            command = [sys.executable, "-m", "taky.cot", "-c", str(self._folder / "taky.conf"), "-l", "debug"]
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        for _ in range(1_200):
            with suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port), 1.0).close()
                return
            assert self._process.poll() is None, self.log()
            time.sleep(0.05)
        raise AssertionError(f"taky does not come: {self.log()}")

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(30)
            self._process = None

    def log(self) -> str:
        return (self._folder / "log").read_text(encoding="utf-8", errors="replace")


@contextmanager
def taky(folder: Path, certificates: Certificates | None = None) -> Iterator[Taky]:
    folder.mkdir()
    server = Taky(folder, certificates)
    server.start()
    try:
        yield server
    finally:
        server.stop()


class Device:
    """A second client: hears all that is told, in a thread, with the time at which it came."""

    def __init__(self, port: int, context: ssl.SSLContext | None = None) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), 10.0)
        self._socket.settimeout(None)
        if context is not None:
            self._socket = context.wrap_socket(self._socket, server_hostname="localhost")
        self.heard: list[tuple[float, bytes, CotEvent]] = []
        self._news = threading.Condition()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def __enter__(self) -> Device:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def say(self, event: CotEvent) -> None:
        self._socket.sendall(cot_bytes(event))

    def wait_for(self, wanted: Callable[[list[CotEvent]], bool], seconds: float = 60.0) -> list[CotEvent]:
        """All that was heard, once that is enough."""

        def events() -> list[CotEvent]:
            return [event for _, _, event in self.heard]

        with self._news:
            enough = self._news.wait_for(lambda: wanted(events()), timeout=seconds)
        assert enough, sorted({event.uid for event in events()})
        return events()

    def _listen(self) -> None:
        splitter = CotSplitter()
        with suppress(OSError):
            while data := self._socket.recv(65_536):
                moment_s = time.time()
                found = [(moment_s, one, read_cot(one)) for one in splitter.feed(data)]
                with self._news:
                    self.heard += [(when, one, event) for when, one, event in found if event is not None]
                    assert all(event is not None for _, _, event in found)
                    self._news.notify_all()
