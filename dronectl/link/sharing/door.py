"""How joiners come to an owner: a Unix socket that is its user's alone; on Windows a port of the loopback interface,
which everybody on this computer can reach, and a token that only the user can read."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import os
import secrets
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path

from dronectl.link.sharing.holder import Door

_LONGEST_PATH = 100
"""Of a Unix socket: 104 bytes on macOS, 108 on Linux, the last one zero."""
_LOOPBACK = "127.0.0.1"

Enter = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def open_door(folder: Path, name: str, enter: Enter) -> tuple[asyncio.Server, Door]:
    """``enter`` is called with everyone who comes.

    Raises:
        OSError: it cannot be opened.
    """
    path = folder / f"{name}.sock"
    if not hasattr(socket, "AF_UNIX") or os.name == "nt" or len(os.fsencode(path)) > _LONGEST_PATH:
        server = await asyncio.start_server(enter, _LOOPBACK, 0)
        return server, Door(port=server.sockets[0].getsockname()[1], token=secrets.token_hex(16))
    path.unlink(missing_ok=True)  # of an owner that was killed: who holds the claim holds the name
    server = await asyncio.start_unix_server(enter, path)
    path.chmod(0o600)
    return server, Door(path=str(path))


def close_door(server: asyncio.Server, door: Door) -> None:
    server.close()
    if door.path:
        with contextlib.suppress(OSError):
            Path(door.path).unlink()


async def go_in(door: Door) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """
    Raises:
        OSError: nobody opens.
    """
    if door.path:
        return await asyncio.open_unix_connection(door.path)
    return await asyncio.open_connection(_LOOPBACK, door.port)


def may_enter(door: Door, token: object) -> bool:
    """A Unix socket lets nobody else in by itself."""
    return not door.token or (isinstance(token, str) and hmac.compare_digest(door.token.encode(), token.encode()))
