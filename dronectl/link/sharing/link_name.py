"""What a link is called among processes: two URLs that want one port have one name."""

from __future__ import annotations

import hashlib
import os

from dronectl.link.transport.url import LinkKind, LinkUrl

_HERE = frozenset({"localhost", "::1"})


def link_file(url: LinkUrl) -> str:
    """The lock of who owns it."""
    return f"link-{link_name(url)}.lock"


def link_name(url: LinkUrl) -> str:
    """A file name without surprises, equal for URLs that lead to one port."""
    match url.kind:
        case LinkKind.SERIAL:
            place = os.path.realpath(url.device) if url.device.startswith("/") else url.device
        case LinkKind.TCP_IN | LinkKind.UDP_IN:
            place = str(url.port)  # whatever address it listens on
        case _:
            place = f"{'127.0.0.1' if url.host.lower() in _HERE else url.host.lower()}:{url.port}"
    return hashlib.sha256(f"{url.kind} {place}".encode()).hexdigest()[:20]
