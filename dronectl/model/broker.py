"""A message broker as dronectl.toml's ``[mqtt]`` names it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MqttSettings:
    """Files are paths as written, relative to the workspace. No secret is in here."""

    host: str
    country: str
    province: str
    station: str
    port: int
    tls: bool = False
    ca_file: str | None = None
    """Who may have signed the broker's certificate; None: whom this computer trusts."""
    client_cert_file: str | None = None
    client_key_file: str | None = None
    username: str | None = None
    password_file: str | None = None
    password_env: str | None = None
    rate_hz: float = 1.0
    """Of positions."""
    store_reports: int = 100_000
    """So many wait on the disk at most while the broker is away."""

    @property
    def root(self) -> str:
        """``v1/th/roi-et/mueang``: what all topics of this station begin with."""
        return f"v1/{self.country}/{self.province}/{self.station}"
