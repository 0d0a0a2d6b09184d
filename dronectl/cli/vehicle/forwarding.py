"""``--forward``: other ground stations that see what the fleet says."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import click

from dronectl.errors import InputError
from dronectl.ops.telemetry.forwarding import Forward


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
