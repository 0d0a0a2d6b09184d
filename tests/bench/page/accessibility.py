"""What axe-core says of the control room's page: four sizes, Thai and English, dark and light, with the login and with
a question open.

    python tests/bench/page/accessibility.py [--axe FILE] [--brief]

The page runs over a room without aircraft, in a headless Chromium; axe-core comes from the package axe-core-python, or
from another axe.min.js. It exits with 1 when there is a finding that axe calls serious or critical.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from importlib import resources
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from browser import Page, browser
from pretend_orders import PretendOrders
from pretend_room import PretendRoom

from dronectl.web.app import make_app
from dronectl.web.server import serving

SIZES = {"wall": (1920, 1080), "desk": (1440, 900), "tablet": (820, 1180), "phone": (390, 844)}
GRAVE = ("serious", "critical")
LOOKS = (("th", "dark"), ("th", "light"), ("en", "dark"), ("en", "light"))
BRIEF = ("logged in", "question")
RUN = """axe.run(document, {
  runOnly: {type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']},
  resultTypes: ['violations'],
}).then((found) => found.violations.map((one) => ({
  id: one.id, impact: one.impact, help: one.help,
  nodes: one.nodes.map((node) => node.html.slice(0, 160) + ' — ' + node.failureSummary.slice(0, 240)),
})))"""
LOG_IN = """byId('login-name').value = 'somchai'; byId('login-token').value = 'x';
document.querySelector('#login-form .yes').click();
document.querySelectorAll('details').forEach((one) => one.open = true)"""
STATES = (
    ("read-only", "0", "0"),
    ("login", "byId('login').click()", "0"),
    ("logged in", LOG_IN, "0"),
    ("question", "document.querySelector('#ending .hold').click()", "byId('no').click()"),
    ("choices", "document.querySelector('#incidents [data-order=dispatch]').click()", "byId('no').click()"),
    ("keys", "byId('keys').click()", "byId('help-no').click()"),
    ("disconnected", "source.close(); told = 1; look()", "0"),
)
"""Each with the script that brings it about, and the one that ends it."""


async def findings(page: Page) -> list[dict[str, Any]]:
    """What axe finds wrong now."""
    return list(await page.evaluate(RUN))


async def look(axe: str, *, brief: bool) -> int:
    """The number of grave findings."""
    grave, seen = 0, 0
    room = PretendRoom()
    sizes = {"phone": SIZES["phone"]} if brief else SIZES
    looks = (("th", "dark"), ("en", "light")) if brief else LOOKS
    states = tuple(one for one in STATES if not brief or one[0] in BRIEF)
    async with serving(make_app(room, room.site.name, PretendOrders()), "127.0.0.1", 0) as port, browser() as (page, _):
        for size, (wide, high) in sizes.items():
            await page.size(wide, high, is_phone=size == "phone")
            await page.open(f"http://127.0.0.1:{port}/")
            await page.until("!!window.document.querySelector('#drones td')")
            await page.evaluate(axe)
            for state, begin, end in states:
                await page.evaluate(begin)
                await asyncio.sleep(0.5)
                for language, theme in looks:
                    await page.evaluate(f"setLanguage('{language}'); setTheme('{theme}')")
                    await asyncio.sleep(0.15)
                    seen += 1
                    for one in await findings(page):
                        grave += one["impact"] in GRAVE
                        print(f"{size} {language} {theme} {state}: {one['impact']}: {one['id']}: {one['help']}")
                        for node in one["nodes"][:4]:
                            print(f"    {node}")
                await page.evaluate(end)
                await asyncio.sleep(0.2)
        for words in page.log:
            print(f"the console says: {words}")
    print(f"{seen} looks, {grave} findings that are serious or critical")
    return grave


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--axe", type=Path, help="another axe.min.js")
    parser.add_argument("--brief", action="store_true", help="four looks at the phone")
    given = parser.parse_args()
    axe = given.axe.read_text() if given.axe else (resources.files("axe_core_python") / "axe.min.js").read_text()
    sys.exit(1 if asyncio.run(look(axe, brief=given.brief)) else 0)


if __name__ == "__main__":
    main()
