"""The pictures of the control room's page in docs/images, over a room without aircraft and a town that is nowhere.

    python tests/bench/page/pictures.py

Wall: Thai, dark, read-only · desk: logged in, a question open · tablet: English, light · phone: what was ordered.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2] / "support" / "maps"))

import made_up_town
from accessibility import LOG_IN, SIZES
from browser import browser
from pretend_orders import PretendOrders
from pretend_room import PretendRoom

from dronectl.model.ground.tiles import MapSettings
from dronectl.ops.background.desk import TileDesk
from dronectl.web.app import make_app
from dronectl.web.server import serving

IMAGES = Path(__file__).resolve().parents[3] / "docs" / "images"
LOOKS = {
    "wall": ("th", "dark", "0"),
    "desk": ("th", "dark", LOG_IN),
    "tablet": ("en", "light", "0"),
    "phone": ("en", "light", "document.querySelectorAll('details').forEach((one) => one.open = false)"),
}
"""By size: language, light, and the script before the picture; who was logged in stays so."""


DRAWN = (
    "siteMap.streets.layers.size > 0 && document.querySelectorAll('.leaflet-tile-loaded').length > 5 && "
    "!document.querySelector('.leaflet-tile:not(.leaflet-tile-loaded)') && "
    "![...siteMap.streets.tiles.values()].includes(null)"
)
"""Every tile and every name is there."""


async def main() -> None:
    with tempfile.TemporaryDirectory() as maps:
        made_up_town.write_pmtiles(Path(maps) / "town.pmtiles")
        async with TileDesk(Path(maps), MapSettings(("town.pmtiles",))) as tiles:
            await take(PretendRoom(tiles=tiles))


async def take(room: PretendRoom) -> None:
    async with serving(make_app(room, room.site.name, PretendOrders()), "127.0.0.1", 0) as port, browser() as (page, _):
        for size, (language, theme, script) in LOOKS.items():
            await page.size(*SIZES[size], is_phone=size == "phone")
            await page.open(f"http://127.0.0.1:{port}/")
            await page.until("!!window.document.querySelector('#drones td')", within_s=120)
            await page.evaluate(f"setLanguage('{language}'); setTheme('{theme}')")
            await page.evaluate(script)
            await asyncio.sleep(2.0)
            if size == "desk":
                await page.evaluate("document.querySelector('#incidents [data-order=dispatch]').click()")
                await page.until("!document.getElementById('question').hidden")
            await page.until(DRAWN, within_s=120)
            await asyncio.sleep(6.0)  # a trail behind each drone
            await page.picture(IMAGES / f"page-{size}.webp", kind="webp", quality=70)


if __name__ == "__main__":
    asyncio.run(main())
