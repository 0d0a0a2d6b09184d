"""A TCP way to a vehicle that can be cut and healed again, as radio links are."""

from __future__ import annotations

import asyncio


class CuttingProxy:
    """``async with`` it: ``port`` leads to ``target_port`` until :meth:`cut`, and again after :meth:`heal`.

    A radio out of reach is something else: while ``is_deaf`` the connection stays, and bytes vanish, both ways.
    """

    def __init__(self, target_port: int, port: int = 0) -> None:
        """``port``: to listen on; 0: one that is free."""
        self._target_port = target_port
        self._is_cut = False
        self.is_deaf = False
        self._ways: set[asyncio.StreamWriter] = set()
        self.port = port

    async def __aenter__(self) -> CuttingProxy:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self.cut()
        self._server.close()
        self._ways.clear()
        self.heal()

    def cut(self) -> None:
        """Ends what is connected and lets nobody in."""
        self._is_cut = True
        for way in self._ways:
            way.transport.abort()

    def heal(self) -> None:
        self._is_cut = False

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_cut:
            writer.transport.abort()
            return
        there, to_vehicle = await asyncio.open_connection("127.0.0.1", self._target_port)
        self._ways |= {writer, to_vehicle}
        await asyncio.gather(self._pump(reader, to_vehicle), self._pump(there, writer), return_exceptions=True)
        for way in (writer, to_vehicle):
            self._ways.discard(way)
            way.close()

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(4096):
                if not self.is_deaf:
                    sink.write(data)
        finally:
            sink.transport.abort()
