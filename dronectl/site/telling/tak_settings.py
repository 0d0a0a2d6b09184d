"""``[tak]`` of dronectl.toml: the TAK server, or the group of devices, that is told of the fleet and listened to."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from dronectl.model.tak.settings import TakSettings, TakTransport, Told
from dronectl.site.table import Table, one_of

_URL = re.compile(r"(tcp|tls|udp)://(\[[0-9A-Fa-f:.%]+\]|[A-Za-z0-9._-]{1,253}):\d{1,5}/?")
_URL_WORDS = "tcp://HOST:8087, tls://HOST:8089 or udp://239.2.3.1:6969"
_CALLSIGN = re.compile(r"[^\s<>&\"'][^<>&\"']{0,30}")
_NAME = re.compile(r"[A-Za-z0-9._-]{1,253}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_TLS_KEYS = ("ca_file", "client_cert_file", "client_key_file", "client_p12_file", "server_name")


def read_tak_settings(table: Table) -> TakSettings | None:
    """None where the table is empty, or something is wrong in it."""
    transport, host, port = _where(table)
    settings = TakSettings(
        transport=transport,
        host=host,
        port=port,
        callsign=table.text("callsign", pattern=_CALLSIGN, allowed="a name of at most 31 letters, as ROI-ET"),
        tells=_told(table),
        ca_file=_optional(table, "ca_file", "a file"),
        client_cert_file=_optional(table, "client_cert_file", "a file"),
        client_key_file=_optional(table, "client_key_file", "a file"),
        client_p12_file=_optional(table, "client_p12_file", "a file"),
        server_name=_optional(table, "server_name", "the name in the server's certificate", _NAME),
        password_file=_optional(table, "password_file", "a file"),
        password_env=_optional(table, "password_env", "the name of an environment variable", _VARIABLE),
        interface=_optional(table, "interface", "an own IPv4 address", re.compile(r"\d{1,3}(\.\d{1,3}){3}")),
        rate_hz=table.number("rate_hz", 0.2, 5.0, default=1.0),
        officers=table.boolean("officers", default=True),
        crew=table.names("crew"),
        officers_margin_m=table.number("officers_margin_m", 0.0, 500.0, default=15.0),
    )
    _report_contradictions(table, settings)
    table.finish()
    return settings if table.ok else None


def _where(table: Table) -> tuple[TakTransport, str, int]:
    url = table.text("url", pattern=_URL, allowed=_URL_WORDS)
    try:
        parts = urlsplit(url)
        transport, host, port = TakTransport(parts.scheme), parts.hostname or "", parts.port or 0
    except ValueError:
        table.reject("url", _URL_WORDS)
        return TakTransport.TCP, "", 0
    if port == 0 or (transport is TakTransport.UDP and not _is_group(host)):
        words = "udp://239.2.3.1:6969, a group's address" if transport is TakTransport.UDP else _URL_WORDS
        table.reject("url", words)
    return transport, host, port


def _is_group(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.version == 4 and address.is_multicast


def _told(table: Table) -> tuple[Told, ...]:
    if not table.has("tells"):
        return tuple(Told)
    words = [str(one) for one in Told]
    names = table.names("tells", known=words)
    if not all(name in words for name in names):
        table.reject("tells", f"some of {one_of(words)}")
        return ()
    return tuple(Told(name) for name in names)


def _optional(table: Table, key: str, allowed: str, pattern: re.Pattern[str] | None = None) -> str | None:
    return table.text(key, pattern=pattern, allowed=allowed) if table.has(key) else None


def _report_contradictions(table: Table, settings: TakSettings) -> None:
    if settings.password_file is not None and settings.password_env is not None:
        table.report("password_env", "found beside password_file, allowed one or the other")
    if settings.client_p12_file is not None and settings.client_cert_file is not None:
        table.report("client_p12_file", "found beside client_cert_file, allowed one or the other")
    if settings.client_key_file is not None and settings.client_cert_file is None:
        table.report("client_cert_file", "found nothing, allowed a file where there is a client_key_file")
    has_password = settings.password_file is not None or settings.password_env is not None
    if has_password and settings.client_p12_file is None and settings.client_cert_file is None:
        table.report("client_p12_file", "found nothing, allowed a file where there is a password: it is its key's")
    if settings.transport is not TakTransport.TLS:
        for key in _TLS_KEYS:
            if getattr(settings, key) is not None:
                table.report(key, "found with another url than tls://…, allowed there alone")
    if settings.interface is not None and settings.transport is not TakTransport.UDP:
        table.report("interface", "found with another url than udp://…, allowed there alone")
