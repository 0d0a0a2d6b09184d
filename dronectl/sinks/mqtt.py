"""Reports to an MQTT broker, upward only: nothing is subscribed to, so that no order can come from there.

Topics are ``v1/COUNTRY/PROVINCE/STATION/DRONE/KIND``; docs/reference/mqtt.md has what is in them. Every report
goes with QoS 1, so the broker acknowledges it (https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/mqtt-v3.1.1.html#_Toc398718101).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from dronectl import __version__
from dronectl.model.broker import MqttSettings
from dronectl.model.report import ReportKind
from dronectl.model.text.shown_time import iso_z, now
from dronectl.sinks.sink import ChannelEvent, Delivered, Down, Up, Waiting
from dronectl.storage.tls_files import client_context

STATION = "_station"
"""In a topic in place of a drone's name, which begins with a letter."""
KEEPALIVE_S = 20
PAUSE_S = (1, 30)
"""Between two attempts to connect: at first, and after many in vain."""
GOODBYE_S = 2.0


class MqttChannel:
    """A :class:`~dronectl.sinks.sink.Channel`. While the connection stands, the station's status says ``online``; the
    broker itself says ``offline`` when it falls (last will)."""

    window = 20

    def __init__(self, settings: MqttSettings, password: str | None, folder: Path) -> None:
        """``folder``: where the files of the settings are.

        Raises:
            InputError: a certificate or key cannot be used.
        """
        self.name = f"mqtt {settings.host}:{settings.port}"
        self._settings = settings
        self._heard: Callable[[ChannelEvent], None] = lambda _event: None
        self._was_refused = False
        self._client = client = paho.Client(
            CallbackAPIVersion.VERSION2, client_id=f"dronectl-{settings.root.replace('/', '-')}", protocol=paho.MQTTv311
        )
        client.max_inflight_messages_set(self.window + 1)
        client.reconnect_delay_set(*PAUSE_S)
        if settings.username is not None:
            client.username_pw_set(settings.username, password)
        if settings.tls:
            client.tls_set_context(
                client_context(
                    folder,
                    "mqtt",
                    ca_file=settings.ca_file,
                    cert_file=settings.client_cert_file,
                    key_file=settings.client_key_file,
                )
            )
        client.will_set(
            self._status_topic, _text({"state": "offline", "reason": "the connection fell"}), 1, retain=True
        )
        client.on_connect = self._on_connect
        client.on_connect_fail = self._on_connect_fail
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish

    def open(self, heard: Callable[[ChannelEvent], None]) -> None:
        self._heard = heard
        self._client.connect_async(self._settings.host, self._settings.port, KEEPALIVE_S)
        self._client.loop_start()

    def send(self, waiting: Waiting) -> int:
        report = waiting.report
        topic = f"{self._settings.root}/{report.drone or STATION}/{report.kind}"
        body = _text({"n": waiting.number, **report.body})
        return self._client.publish(topic, body, qos=1, retain=report.kind.is_retained).mid

    def close(self) -> None:
        if self._client.is_connected():
            self._say_status("offline", "dronectl ended").wait_for_publish(GOODBYE_S)
        self._client.disconnect()
        self._client.loop_stop()

    @property
    def _status_topic(self) -> str:
        return f"{self._settings.root}/{STATION}/{ReportKind.STATUS}"

    def _say_status(self, state: str, reason: str) -> paho.MQTTMessageInfo:
        body = {"time_utc": iso_z(now()), "state": state, "reason": reason, "dronectl": __version__}
        return self._client.publish(self._status_topic, _text(body), qos=1, retain=True)

    # -- called by paho's thread ----------------------------------------------------------------------------------

    def _on_connect(
        self, _client: paho.Client, _data: Any, _flags: paho.ConnectFlags, code: ReasonCode, _more: Properties | None
    ) -> None:
        self._was_refused = code.is_failure
        if code.is_failure:
            self._heard(Down(f"the broker refuses: {code}"))
            return
        self._say_status("online", "connected")
        self._heard(Up())

    def _on_connect_fail(self, _client: paho.Client, _data: Any) -> None:
        self._heard(Down("nobody answers there"))

    def _on_disconnect(
        self, _client: paho.Client, _data: Any, _flags: paho.DisconnectFlags, code: ReasonCode, _more: Properties | None
    ) -> None:
        if not self._was_refused:  # which was told, with the reason
            self._heard(Down(f"the connection fell: {code}"))

    def _on_publish(
        self, _client: paho.Client, _data: Any, token: int, _code: ReasonCode, _more: Properties | None
    ) -> None:
        self._heard(Delivered(token))


def _text(body: Mapping[str, object]) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))
