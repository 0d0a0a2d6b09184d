"""Several vehicles behind one port."""

from __future__ import annotations

import asyncio
import threading


class Hub:
    """One port that carries several vehicles, as one radio does: what the client says reaches all of them."""

    def __init__(self, ports: list[int]) -> None:
        self._ports = ports
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._stop = asyncio.Event()
        self.port = 0

    def __enter__(self) -> Hub:
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),))
        self._thread.start()
        assert self._ready.wait(60)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)
        self._loop.close()

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ends = [await asyncio.open_connection("127.0.0.1", port) for port in self._ports]

        async def down(source: asyncio.StreamReader) -> None:
            while data := await source.read(4096):
                writer.write(data)

        async def up() -> None:
            while data := await reader.read(4096):
                for _, vehicle in ends:
                    vehicle.write(data)

        try:
            await asyncio.gather(up(), *(down(source) for source, _ in ends))
        except ConnectionError:
            pass
        finally:
            for _, vehicle in ends:
                vehicle.close()
            writer.close()
