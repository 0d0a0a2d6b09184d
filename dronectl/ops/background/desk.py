"""Tiles for a page, drawn by a process of their own: a file may be anybody's, and the drones' links are not to wait."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections import OrderedDict
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from pathlib import Path
from typing import Any

from dronectl.errors import DronectlError, InputError
from dronectl.formats.background.drawer import Background, Drawer, attribution_of
from dronectl.formats.streets.look import Theme
from dronectl.model.ground.tiles import MapSettings, Tile
from dronectl.ops.common.child_processes import begin_child, hearing_no_ctrl_c

MOST_KEPT_BYTES = 48 << 20
MOST_DEATHS = 5
"""Of the process that draws, after which nothing is asked of it any more."""
_JSON = "application/json"


class TileDesk:
    """Within: tiles of the site's map files. Without any file no process is started."""

    def __init__(self, root: Path, settings: MapSettings) -> None:
        self._root, self._settings = root, settings
        self._pool: ProcessPoolExecutor | None = None
        self._deaths = 0
        self._kept: OrderedDict[tuple[Any, ...], Tile | None] = OrderedDict()
        self._kept_bytes = 0
        self.backgrounds: list[Background] = []

    async def __aenter__(self) -> TileDesk:
        if self._settings.files:
            try:
                self.backgrounds = await self._asked(_backgrounds)
            except DronectlError as error:
                self.backgrounds = [Background(name, None, problem=error.message) for name in self._settings.files]
        return self

    async def __aexit__(self, *_error: object) -> None:
        if self._pool is not None:
            await asyncio.to_thread(self._pool.shutdown, wait=True, cancel_futures=True)

    def document(self) -> list[dict[str, Any]]:
        """What a page is told of them, bottom to top."""
        told: list[dict[str, Any]] = []
        for number, one in enumerate(self.backgrounds):
            if one.facts is None:
                told.append({"number": number, "name": one.name, "problem": one.problem})
                continue
            facts = one.facts
            told.append(
                {
                    "number": number,
                    "name": facts.name,
                    "kind": str(facts.kind),
                    "min_zoom": facts.min_zoom,
                    "max_zoom": facts.max_zoom,
                    "bounds": list(facts.bounds),
                    "attribution": attribution_of(facts),
                    "version": one.version,
                    "problem": None,
                }
            )
        if self._settings.attribution and told:
            told[-1]["further_attribution"] = self._settings.attribution
        return told

    async def picture(self, number: int, zoom: int, x: int, y: int, theme: str) -> Tile | None:
        """One tile as it is shown; None: there is nothing.

        Raises:
            DronectlError: the file is damaged there, or what draws is gone.
        """
        look = Theme.LIGHT if theme == Theme.LIGHT else Theme.DARK
        return await self._kept_or(_picture, number, zoom, x, y, look)

    async def names(self, number: int, zoom: int, x: int, y: int) -> Tile | None:
        """What is written in a tile of streets, as JSON; see :meth:`Drawer.names`. Raises: as :meth:`picture`."""
        return await self._kept_or(_names, number, zoom, x, y)

    async def _kept_or(self, work: Any, *asked: Any) -> Tile | None:
        key = (work, *asked)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        if not 0 <= asked[0] < len(self.backgrounds):
            return None
        tile: Tile | None = await self._asked(work, *asked)
        self._kept[key] = tile
        self._kept_bytes += _size(tile)
        while self._kept_bytes > MOST_KEPT_BYTES and self._kept:
            _, old = self._kept.popitem(last=False)
            self._kept_bytes -= _size(old)
        return tile

    async def _asked(self, work: Any, *asked: Any) -> Any:
        if self._deaths >= MOST_DEATHS:
            raise InputError("what draws the background died too often: a map file is damaged")
        loop = asyncio.get_running_loop()
        try:
            with hearing_no_ctrl_c():
                future = loop.run_in_executor(self._running(), work, *asked)
            return await future
        except BrokenProcessPool as error:
            self._deaths += 1
            if self._pool is not None:
                with suppress(OSError):
                    self._pool.shutdown(wait=False, cancel_futures=True)
                self._pool = None
            raise InputError("what draws the background died of a map file") from error

    def _running(self) -> ProcessPoolExecutor:
        if self._pool is None:
            context = multiprocessing.get_context("spawn")  # as Windows does it: one way everywhere
            self._pool = ProcessPoolExecutor(
                1, mp_context=context, initializer=_begin, initargs=(self._root, self._settings)
            )
        return self._pool


def _size(tile: Tile | None) -> int:
    return 200 + (0 if tile is None else len(tile.data))


# In the process that draws

_drawer: Drawer | None = None


def _begin(root: Path, settings: MapSettings) -> None:
    global _drawer
    begin_child()
    _drawer = Drawer(root, settings)


def _open() -> Drawer:
    if _drawer is None:
        raise InputError("nothing is open here")
    return _drawer


def _backgrounds() -> list[Background]:
    return _open().backgrounds


def _picture(number: int, zoom: int, x: int, y: int, theme: Theme) -> Tile | None:
    return _open().picture(number, zoom, x, y, theme)


def _names(number: int, zoom: int, x: int, y: int) -> Tile | None:
    said = _open().names(number, zoom, x, y)
    return None if said is None else Tile(said, _JSON)
