"""Other ground stations that see what the fleet says."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dronectl.ops.common.events import Listener, Note

if TYPE_CHECKING:
    from dronectl.link.fleet_link import FleetLink


@dataclass(frozen=True, slots=True)
class Forward:
    """Where to, and whether commands come back from there."""

    urls: tuple[str, ...] = ()
    commands: bool = False

    @asynccontextmanager
    async def of(self, fleet: FleetLink, listener: Listener) -> AsyncIterator[None]:
        """Within: the fleet's frames are forwarded.

        Raises:
            InputError: a wrong URL, or one that leads back to the fleet.
        """
        if not self.urls:
            yield
            return
        from dronectl.link.forward import forwarded

        def tell(text: str) -> None:
            listener(Note(text, level="warning"))

        async with forwarded(fleet, self.urls, commands=self.commands, tell=tell):
            yield


NOBODY = Forward()
