"""``[mqtt]`` of dronectl.toml: the broker that is told of the fleet, and under which topics."""

from __future__ import annotations

import re

from dronectl.model.broker import MqttSettings
from dronectl.site.table import Table

_SEGMENT = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_SEGMENT_WORDS = "a-z, 0-9 and '-', a letter or digit first, at most 32: it becomes part of a topic"
_HOST = re.compile(r"[A-Za-z0-9.:_-]{1,253}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_PORT, _TLS_PORT = 1883, 8883
_THIS_COMPUTER = ("localhost", "127.0.0.1", "::1")


def read_mqtt_settings(table: Table) -> MqttSettings | None:
    """None where the table is empty, or something is wrong in it."""
    host = table.text("host", pattern=_HOST, allowed="a name or address, without a port")
    tls = table.boolean("tls", default=False)
    settings = MqttSettings(
        host=host,
        port=table.integer("port", 1, 65535, default=_TLS_PORT if tls else _PORT),
        tls=tls,
        country=table.text("country", pattern=_SEGMENT, allowed=_SEGMENT_WORDS),
        province=table.text("province", pattern=_SEGMENT, allowed=_SEGMENT_WORDS),
        station=table.text("station", pattern=_SEGMENT, allowed=_SEGMENT_WORDS),
        ca_file=_optional(table, "ca_file", "a file"),
        client_cert_file=_optional(table, "client_cert_file", "a file"),
        client_key_file=_optional(table, "client_key_file", "a file"),
        username=_optional(table, "username", "a name"),
        password_file=_optional(table, "password_file", "a file"),
        password_env=_optional(table, "password_env", "the name of an environment variable", _VARIABLE),
        rate_hz=table.number("rate_hz", 0.05, 2.0, default=1.0),
        store_reports=table.integer("store_reports", 100, 10_000_000, default=100_000),
    )
    _report_contradictions(table, settings)
    table.finish()
    return settings if table.ok else None


def _optional(table: Table, key: str, allowed: str, pattern: re.Pattern[str] | None = None) -> str | None:
    return table.text(key, pattern=pattern, allowed=allowed) if table.has(key) else None


def _report_contradictions(table: Table, settings: MqttSettings) -> None:
    given = settings.password_file is not None, settings.password_env is not None
    if all(given):
        table.report("password_env", "found beside password_file, allowed one or the other")
    if settings.username is None and any(given):
        table.report("username", "found nothing, allowed a name where there is a password")
    if settings.client_key_file is not None and settings.client_cert_file is None:
        table.report("client_cert_file", "found nothing, allowed a file where there is a client_key_file")
    if settings.tls:
        return
    if settings.username is not None and settings.host not in _THIS_COMPUTER:
        table.report("tls", "found false, allowed true where a password goes to another computer")
    if settings.ca_file is not None or settings.client_cert_file is not None:
        table.report("tls", "found false, allowed true where there are certificates")
