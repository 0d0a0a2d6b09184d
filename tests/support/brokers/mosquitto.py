"""A real MQTT broker on a port of its own, and somebody who looks on."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

BINARY = shutil.which("mosquitto", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"]))
needs_mosquitto = pytest.mark.skipif(BINARY is None, reason="no mosquitto on this computer: its package has it")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@dataclass
class Broker:
    """``start`` and ``stop`` as often as wanted: what it retains and its sessions are kept in ``folder``."""

    folder: Path
    port: int
    settings: str = "allow_anonymous true\n"
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns when it answers."""
        config = self.folder / "mosquitto.conf"
        kept = f"persistence true\npersistence_location {self.folder}/\nmax_queued_messages 100000\n"
        root = "user root\n" if hasattr(os, "geteuid") and os.geteuid() == 0 else ""
        config.write_text(f"listener {self.port} 127.0.0.1\n{kept}{root}{self.settings}", encoding="utf-8")
        assert BINARY is not None
        self._process = subprocess.Popen(
            [BINARY, "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while self._process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            threading.Event().wait(0.01)
        raise AssertionError(f"mosquitto ended with {self._process.returncode}")

    def stop(self, *, kill: bool = False) -> None:
        if self._process is not None:
            (self._process.kill if kill else self._process.terminate)()
            self._process.wait()
            self._process = None


@contextlib.contextmanager
def broker(folder: Path, settings: str = "allow_anonymous true\n") -> Iterator[Broker]:
    one = Broker(folder, free_port(), settings)
    one.start()
    try:
        yield one
    finally:
        one.stop()


class Onlooker:
    """Subscribes to everything and keeps it: topics and documents, in the order in which they came."""

    def __init__(self, port: int, client_id: str = "onlooker") -> None:
        self.heard: list[tuple[str, dict[str, Any], bool]] = []
        self._news = threading.Condition()
        self._client = paho.Client(CallbackAPIVersion.VERSION2, client_id=client_id, clean_session=False)
        self._client.reconnect_delay_set(0.05, 0.1)
        self._client.on_connect = lambda client, *_: client.subscribe("#", qos=1)
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.on_message = self._on_message
        self._subscribed = threading.Event()
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        assert self._subscribed.wait(60)

    def __enter__(self) -> Onlooker:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _on_message(self, _client: Any, _data: Any, message: Any) -> None:
        with self._news:
            self.heard.append((message.topic, json.loads(message.payload), message.retain))
            self._news.notify_all()

    def bodies(self, ending: str) -> list[dict[str, Any]]:
        """What came under topics with this end."""
        return [body for topic, body, _ in self.heard if topic.endswith(ending)]

    def wait_for(self, ending: str, **wanted: Any) -> dict[str, Any]:
        """The first document of such a topic in which these values stand."""

        def find() -> dict[str, Any] | None:
            return next((b for b in self.bodies(ending) if wanted.items() <= b.items()), None)

        with self._news:
            assert self._news.wait_for(find, timeout=60), f"no {wanted} under {ending}"
        found = find()
        assert found is not None
        return found
