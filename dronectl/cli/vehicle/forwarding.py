"""``--forward``: other ground stations that see what the fleet says."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from dronectl.errors import InputError
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


def forward_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds ``--forward`` and ``--forward-commands``; the command gets ``forward``, a :class:`Forward`."""

    @click.option(
        "--forward",
        "forward_urls",
        multiple=True,
        metavar="URL",
        help="Send what the drones say there too (udpout://HOST:PORT, tcp://…, tcpin://…); may be repeated.",
    )
    @click.option(
        "--forward-commands",
        is_flag=True,
        help="Let that ground station command the drones as well. Default: it only sees.",
    )
    @functools.wraps(function)
    def call(*args: Any, forward_urls: tuple[str, ...], forward_commands: bool, **kwargs: Any) -> Any:
        if forward_commands and not forward_urls:
            raise InputError("--forward-commands: nobody is forwarded to", hint="add --forward udpout://HOST:PORT")
        return function(*args, forward=Forward(forward_urls, forward_commands), **kwargs)

    return call
