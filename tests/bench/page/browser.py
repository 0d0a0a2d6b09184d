"""Chromium without a screen, driven by its own DevTools protocol: opened, asked, pictured, measured."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import itertools
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import websockets

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--mute-audio",
    "--remote-debugging-port=0",
)


class Page:
    """One tab. ``log`` has what the page told its console, and what it could not load."""

    def __init__(self, socket: Any) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self._asked: dict[int, asyncio.Future[Any]] = {}
        self.log: list[str] = []
        self._reading = asyncio.ensure_future(self._read())

    async def _read(self) -> None:
        async for text in self._socket:
            told = json.loads(text)
            if "id" in told and told["id"] in self._asked:
                self._asked.pop(told["id"]).set_result(told)
            elif told.get("method") == "Runtime.exceptionThrown":
                details = told["params"]["exceptionDetails"]
                self.log.append(str(details.get("exception", {}).get("description", details["text"])))
            elif told.get("method") == "Log.entryAdded":
                self.log.append(told["params"]["entry"]["text"] + " " + told["params"]["entry"].get("url", ""))

    async def ask(self, method: str, **params: Any) -> Any:
        number = next(self._numbers)
        self._asked[number] = asyncio.get_running_loop().create_future()
        await self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        told = await self._asked[number]
        if "error" in told:
            raise RuntimeError(f"{method}: {told['error']}")
        return told["result"]

    async def evaluate(self, script: str) -> Any:
        """The value of an expression; a promise is awaited."""
        told = await self.ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in told:
            raise RuntimeError(f"{script}: {told['exceptionDetails']}")
        return told["result"].get("value")

    async def size(self, wide: int, high: int, dots: float = 1.0, *, is_phone: bool = False) -> None:
        await self.ask(
            "Emulation.setDeviceMetricsOverride", width=wide, height=high, deviceScaleFactor=dots, mobile=is_phone
        )

    async def open(self, url: str) -> None:
        await self.ask("Page.navigate", url=url)

    async def picture(self, path: Path, *, kind: str = "png", quality: int = 80) -> None:
        more = {} if kind == "png" else {"quality": quality}
        told = await self.ask("Page.captureScreenshot", format=kind, **more)
        await asyncio.to_thread(path.write_bytes, base64.b64decode(told["data"]))

    async def until(self, script: str, *, within_s: float = 20.0) -> None:
        """Waits for an expression to be true."""
        async with asyncio.timeout(within_s):
            while not await self.evaluate(script):  # noqa: ASYNC110 – the page tells nobody
                await asyncio.sleep(0.1)


@contextlib.asynccontextmanager
async def browser(*more_flags: str) -> AsyncIterator[tuple[Page, subprocess.Popen[bytes]]]:
    """Within: a browser of its own with one empty tab."""
    program = os.environ.get("DRONECTL_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        raise SystemExit("no Chromium here: install it, or name it in DRONECTL_CHROMIUM")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        running = subprocess.Popen(  # noqa: ASYNC220
            [program, *FLAGS, f"--user-data-dir={folder}", *more_flags, "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            port_file = Path(folder) / "DevToolsActivePort"
            async with asyncio.timeout(60):
                while not port_file.exists() or not port_file.read_text().strip():  # noqa: ASYNC110
                    await asyncio.sleep(0.1)
            port = port_file.read_text().split()[0]
            tabs = json.loads(urlopen(f"http://127.0.0.1:{port}/json").read())  # noqa: ASYNC210
            address = next(tab["webSocketDebuggerUrl"] for tab in tabs if tab["type"] == "page")
            async with websockets.connect(address, max_size=None) as socket:
                page = Page(socket)
                for domain in ("Page", "Runtime", "Log", "Performance"):
                    await page.ask(f"{domain}.enable")
                yield page, running
        finally:
            running.terminate()
            running.wait()
