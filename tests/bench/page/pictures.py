"""The pictures of the control room's page in docs/images, over a room without aircraft.

    python tests/bench/page/pictures.py

Wall: Thai, dark, read-only · desk: logged in, a question open · tablet: English, light · phone: what was ordered.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from accessibility import LOG_IN, SIZES
from browser import browser
from pretend_orders import PretendOrders
from pretend_room import PretendRoom

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


async def main() -> None:
    room = PretendRoom()
    async with serving(make_app(room, room.site.name, PretendOrders()), "127.0.0.1", 0) as port, browser() as (page, _):
        for size, (language, theme, script) in LOOKS.items():
            await page.size(*SIZES[size], is_phone=size == "phone")
            await page.open(f"http://127.0.0.1:{port}/")
            await page.until("!!window.document.querySelector('#drones td')")
            await page.evaluate(f"setLanguage('{language}'); setTheme('{theme}')")
            await page.evaluate(script)
            await asyncio.sleep(2.0)
            if size == "desk":
                await page.evaluate("document.querySelector('#incidents [data-order=dispatch]').click()")
                await page.until("!document.getElementById('question').hidden")
            await asyncio.sleep(2.0)
            await page.picture(IMAGES / f"page-{size}.png")


if __name__ == "__main__":
    asyncio.run(main())
