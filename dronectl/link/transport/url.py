"""Where a drone is reached, as a URL."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qsl, urlsplit

from dronectl.errors import InputError

DEFAULT_BAUD = 57_600
FORMS = (
    "tcp://host:port, tcpin://address:port, udpin://address:port, udpout://host:port, shared://host:port, "
    "serial:///dev/ttyUSB0?baud=57600 or serial:COM7?baud=57600"
)


class LinkKind(StrEnum):
    TCP = "tcp"
    TCP_IN = "tcpin"
    UDP_IN = "udpin"
    UDP_OUT = "udpout"
    SERIAL = "serial"
    SHARED = "shared"
    """A station of ours on another computer."""


@dataclass(frozen=True, slots=True)
class LinkUrl:
    """Two drones with equal values share one link. ``host``/``port`` for networks, ``device``/``baud`` for serial."""

    kind: LinkKind
    host: str = ""
    port: int = 0
    device: str = ""
    baud: int = DEFAULT_BAUD

    def __str__(self) -> str:
        if self.kind is LinkKind.SERIAL:
            slashes = "//" if self.device.startswith("/") else ""
            return f"serial:{slashes}{self.device}?baud={self.baud}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.kind}://{host}:{self.port}"

    @property
    def is_within_computer(self) -> bool:
        """It leads to another program on this computer (a simulator, a router), and through no network."""
        if self.kind is LinkKind.SERIAL:
            return False
        try:
            return ipaddress.ip_address(self.host.partition("%")[0]).is_loopback
        except ValueError:
            return self.host.lower() == "localhost"


def parse_link(url: str) -> LinkUrl:
    """The link that a URL names.

    Raises:
        InputError: what is wrong with it, and which forms there are.
    """
    text = url.strip()
    scheme, separator, _ = text.partition(":")
    kinds = {kind.value: kind for kind in LinkKind}
    if not separator or scheme.lower() not in kinds:
        named = f"'{scheme}' is no kind of link" if separator else "it names no kind of link"
        raise _bad(url, named)
    kind = kinds[scheme.lower()]
    return _serial(url, text) if kind is LinkKind.SERIAL else _network(url, text, kind)


def _network(url: str, text: str, kind: LinkKind) -> LinkUrl:
    try:
        parts = urlsplit(text)
        port, host = parts.port, parts.hostname
    except ValueError as error:
        raise _bad(url, str(error)) from None
    if not text.lower().startswith(f"{kind}://"):
        raise _bad(url, f"'//' is missing after '{kind}:'")
    if parts.path.strip("/") or parts.query or parts.fragment or parts.username is not None:
        raise _bad(url, "only a host and a port are allowed")
    if not host:
        raise _bad(url, "it has no host")
    if re.search(r"[\s\x00-\x1f]", host):
        raise _bad(url, f"'{host}' is no host name")
    if port is None:
        raise _bad(url, "it has no port")
    if port == 0:
        raise _bad(url, "port 0 is not allowed")
    return LinkUrl(kind, host=host, port=port)


def _serial(url: str, text: str) -> LinkUrl:
    rest = text.partition(":")[2]
    device, _, query = rest.partition("?")
    if device.startswith("//"):
        device = device[2:]
    if re.fullmatch(r"/COM\d+", device, re.IGNORECASE):
        device = device[1:]
    if re.fullmatch(r"COM\d+", device, re.IGNORECASE):
        device = device.upper()
    if not device or device == "/" or "\0" in device:
        raise _bad(url, "it names no serial port")
    baud = DEFAULT_BAUD
    try:
        options = parse_qsl(query, keep_blank_values=True, strict_parsing=True) if query else []
    except ValueError:
        raise _bad(url, f"'{query}' is not baud=NUMBER") from None
    for key, value in options:
        if key != "baud":
            raise _bad(url, f"unknown option '{key}', allowed: baud")
        if not (value.isascii() and value.isdigit() and 1 <= int(value[:9]) <= 12_000_000):
            raise _bad(url, f"baud={value} is no baud rate")
        baud = int(value)
    return LinkUrl(LinkKind.SERIAL, device=device, baud=baud)


def _bad(url: str, what: str) -> InputError:
    return InputError(f"link '{url}': {what}", hint=f"links are {FORMS}")
