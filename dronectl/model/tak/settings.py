"""A TAK server, or a group of devices, as dronectl.toml's ``[tak]`` names it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class TakTransport(StrEnum):
    """How events travel."""

    TCP = "tcp"
    TLS = "tls"
    UDP = "udp"
    """To a group, which every device of the local network hears."""


class Told(StrEnum):
    """What is told."""

    DRONES = "drones"
    FOOTPRINTS = "footprints"
    """What the camera of a drone on its patrol sees of the ground."""
    ROUTES = "routes"
    ZONES = "zones"
    """Fences and keep-outs too."""
    INCIDENTS = "incidents"


@dataclass(frozen=True, slots=True)
class TakSettings:
    """Files are paths as written, relative to the workspace. No secret is in here."""

    transport: TakTransport
    host: str
    port: int
    callsign: str
    """Of this station, in the events' names too."""
    tells: tuple[Told, ...] = tuple(Told)
    ca_file: str | None = None
    """Who may have signed the server's certificate; None: whom this computer trusts."""
    client_cert_file: str | None = None
    client_key_file: str | None = None
    client_p12_file: str | None = None
    server_name: str | None = None
    """That the server's certificate is for; None: ``host``."""
    password_file: str | None = None
    """Of the client's key."""
    password_env: str | None = None
    interface: str | None = None
    """The own address by which a group is reached; None: as this computer's routes have it."""
    rate_hz: float = 1.0
    """Of each drone's place."""
    officers: bool = True
    """Whether the places of people on the ground are listened for."""
    crew: tuple[str, ...] = ()
    """Callsigns of those who work beside the drones, from whom none keeps away."""
    officers_margin_m: float = 15.0
    """By so much more than their places may be off, drones keep away from them."""

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.transport}://{host}:{self.port}"
