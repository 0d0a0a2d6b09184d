"""Which class of endpoint a URL wants."""

from __future__ import annotations

from dronectl.errors import InputError
from dronectl.link.transport.endpoint import Callbacks, Endpoint
from dronectl.link.transport.serial_port import Serial
from dronectl.link.transport.tcp import TcpClient, TcpServer
from dronectl.link.transport.udp import Udp
from dronectl.link.transport.url import FORMS, LinkKind, LinkUrl

_CLASSES: dict[LinkKind, type[Endpoint]] = {
    LinkKind.TCP: TcpClient,
    LinkKind.TCP_IN: TcpServer,
    LinkKind.UDP_IN: Udp,
    LinkKind.UDP_OUT: Udp,
    LinkKind.SERIAL: Serial,
}


def endpoint_for(url: LinkUrl, callbacks: Callbacks, *, reconnect: bool, connect_timeout_s: float) -> Endpoint:
    """The endpoint of a URL, not opened yet.

    Raises:
        InputError: it names a station, which is joined and no port.
    """
    if url.kind not in _CLASSES:
        raise InputError(f"{url} is a station: only drones can be reached there", hint=f"links are {FORMS}")
    return _CLASSES[url.kind](url, callbacks, reconnect=reconnect, connect_timeout_s=connect_timeout_s)
