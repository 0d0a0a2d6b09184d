"""The map of the control room's page between whole zooms: how much of it the site fills at first, and that tiles
and names are asked for by whole zooms, also after the light was changed.

    python tests/bench/page/zooms.py [--brief]

Over streets of both schemas and a picture from the air, of a town that is nowhere, at four sizes. It exits with 1 when
something is not as it should be.
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2] / "support" / "maps"))

import imagecodecs
import made_up_town
import numpy as np
from accessibility import SIZES
from browser import Page, browser
from pretend_room import PretendRoom

from dronectl.model.ground.tiles import MapSettings
from dronectl.ops.background.desk import TileDesk
from dronectl.web.app import make_app
from dronectl.web.server import serving

LEAST_FILLED = 0.8
"""Of the map, by the site, in the direction in which it fills more."""
FILES = ("town.pmtiles", "town.mbtiles", "air.mbtiles", "near.mbtiles")
"""The last one has tiles of one zoom alone: the next above that of the wall."""
NEAR_ZOOM = 16
FILLED = """(() => {
  const at = siteMap.site.bounds.map((place) => siteMap.map.latLngToContainerPoint(place));
  const size = siteMap.map.getSize();
  return Math.max(Math.abs(at[1].x - at[0].x) / size.x, Math.abs(at[1].y - at[0].y) / size.y);
})()"""
DRAWN = (
    "document.querySelectorAll('.leaflet-tile-loaded').length > 2 && "
    "!document.querySelector('.leaflet-tile:not(.leaflet-tile-loaded)') && "
    "![...siteMap.streets.tiles.values()].includes(null)"
)
ASKED = "performance.getEntriesByType('resource').map((one) => new URL(one.name).pathname)"
STREETS_NAMED = """[...siteMap.streets.tiles.values()].flat()
  .filter((one) => one && one.end && one.rank <= siteMap.map.getZoom() - 8).length"""


async def look(*, brief: bool) -> int:
    """How many things are wrong."""
    wrong = looks = 0
    with tempfile.TemporaryDirectory() as folder:
        maps = Path(folder)
        for file in ("town.mbtiles", "near.mbtiles") if brief else FILES:
            write_map(maps / file)
            async with TileDesk(maps, MapSettings((file,))) as tiles:
                room = PretendRoom(tiles=tiles)
                async with (
                    serving(make_app(room, room.site.name, None), "127.0.0.1", 0) as port,
                    browser() as (page, _),
                ):
                    for size in ("wall",) if brief or file.startswith("near") else SIZES:
                        await page.size(*SIZES[size], is_phone=size == "phone")
                        await page.open(f"http://127.0.0.1:{port}/")
                        looks += 1
                        for words in await said_of(page, file):
                            wrong += 1
                            print(f"{file} {size}: {words}")
                    for words in page.log:
                        wrong += 1
                        print(f"{file}: the console says: {words}")
    print(f"{looks} looks, {wrong} findings")
    return wrong


async def said_of(page: Page, file: str) -> list[str]:
    """What is wrong."""
    said = []
    await page.until("typeof siteMap !== 'undefined' && !!siteMap.site && siteMap.streets.layers.size > 0")
    await page.until(DRAWN)
    filled = await page.evaluate(FILLED)
    if not LEAST_FILLED <= filled <= 1.0:
        said.append(f"the site fills {filled:.2f} of the map")
    for theme in ("light", "dark"):
        await page.evaluate(f"setTheme('{theme}')")
        await asyncio.sleep(0.3)
        await page.until(DRAWN)
    asked = [path for path in await page.evaluate(ASKED) if path.startswith(("/tiles/", "/names/"))]
    if not asked or any(not part.isdigit() for path in asked for part in path.split("/")[2:]):
        said.append(f"asked for {asked}")
    if file.startswith("town") and not await page.evaluate(STREETS_NAMED):
        said.append("no street has a name at this zoom")
    return said


def write_map(path: Path) -> None:
    if path.name == "town.pmtiles":
        made_up_town.write_pmtiles(path)
    elif path.name == "town.mbtiles":
        made_up_town.write_mbtiles(path)
    else:
        write_pictures(path)


def write_pictures(path: Path) -> None:
    """One colour everywhere."""
    tile = imagecodecs.png_encode(np.full((256, 256, 3), (60, 110, 70), np.uint8))
    with sqlite3.connect(path) as one:
        one.execute("CREATE TABLE metadata (name TEXT, value TEXT)")
        one.execute("CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_data BLOB)")
        one.execute("INSERT INTO metadata VALUES ('format', 'png')")
        addresses = [address for address, _ in made_up_town.tiles()]
        if path.name == "near.mbtiles":
            last = max(zoom for zoom, _, _ in addresses)
            corners = [(x * 2 + dx, y * 2 + dy) for z, x, y in addresses if z == last for dx in (0, 1) for dy in (0, 1)]
            addresses = [(NEAR_ZOOM, x, y) for x, y in corners]
        rows = [(zoom, x, (1 << zoom) - 1 - y, tile) for zoom, x, y in addresses]
        one.executemany("INSERT INTO tiles VALUES (?, ?, ?, ?)", rows)
    one.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--brief", action="store_true", help="one file, at the wall's size")
    sys.exit(1 if asyncio.run(look(brief=parser.parse_args().brief)) else 0)


if __name__ == "__main__":
    main()
