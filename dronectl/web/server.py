"""Serving an application within our own event loop: it starts no loop, and takes no signal."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from dronectl.errors import InputError

try:
    import uvicorn

    from dronectl.web.connections import PatientProtocol
except ImportError as error:
    raise InputError(
        "the page needs a web server, which is not installed", hint="pip install 'dronectl[serve]'"
    ) from error

_END_S = 2.0


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Ctrl-C is the command's."""
        yield


@asynccontextmanager
async def serving(app: Any, host: str, port: int) -> AsyncIterator[int]:
    """Within: ``app`` is served; the port, a free one for 0.

    Raises:
        InputError: nobody can listen there.
    """
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), family=family)
    except OSError as error:
        raise InputError(
            f"{host}:{port} cannot be listened on: {error.strerror}", hint="give another --port"
        ) from error
    with listening:
        config = uvicorn.Config(
            app,
            http=PatientProtocol,
            ws="none",
            log_config=None,
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=1,
            server_header=False,
            proxy_headers=False,
        )
        server = _Server(config)
        task = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield int(listening.getsockname()[1])
        finally:
            server.should_exit = True
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_END_S):
                    await asyncio.shield(task)
            if not task.done():
                server.force_exit = True
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
