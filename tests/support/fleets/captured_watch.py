"""What ``dronectl watch`` shows of a flight, at the four sizes of the documentation.

``python tests/support/fleets/captured_watch.py`` draws it anew into docs/images; a test holds the pictures to it.
"""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

if __name__ == "__main__":  # as pyproject.toml has it for the tests
    SUPPORT = Path(__file__).parents[1]
    sys.path[:0] = [str(folder) for folder in (SUPPORT, *SUPPORT.iterdir()) if folder.is_dir()]

from pictured_fleet import PicturedFleet
from repository import REPOSITORY
from rich.console import Console
from rich.text import Text

from dronectl.cli.common.keyboard import OrderKeys
from dronectl.cli.vehicle.dashboard.frame import Frame
from dronectl.cli.vehicle.dashboard.map_view import MapView
from dronectl.cli.vehicle.dashboard.messages import Messages
from dronectl.model.picture import FleetPicture
from dronectl.model.plan.plan import Plan
from dronectl.model.site import Site
from dronectl.sim.vehicle.settings import Wind

SIZES = ((60, 24), (80, 24), (120, 40), (200, 60))
IMAGES = REPOSITORY / "docs" / "images"
ASKED_AT = (80, 24)
"""At this size an order waits for its answer."""
_SVG = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {terminal_width} {terminal_height}">
<style>.{unique_id}-matrix {{font: {char_height}px/{line_height}px "DejaVu Sans Mono", monospace}}
{styles}</style>
<rect fill="#0c0c0c" width="100%" height="100%"/>
<defs><clipPath id="{unique_id}-clip-terminal"><rect width="100%" height="100%"/></clipPath>{lines}</defs>
<g clip-path="url(#{unique_id}-clip-terminal)">{backgrounds}<g class="{unique_id}-matrix">{matrix}</g></g>
</svg>
"""


class CapturedWatch:
    """Three drones on a patrol; bravo's battery has given in, charlie is not heard any more."""

    def __init__(self, site: Site, plan: Plan) -> None:
        self.console = Console(file=io.StringIO(), width=200, force_terminal=True)
        self.began_s = 0.0
        self.messages = Messages(lambda: self.clock(self.fleet.now_s))
        self.frame = Frame(
            f"{site.name} · plan {plan.name}, sortie 1", self.console, self.clock, self.messages,
            MapView(site.drones, site, plan, 1),
        )  # fmt: skip
        self.keys = OrderKeys([drone.name for drone in site.drones])
        self.fleet = PicturedFleet(site, plan, wind=Wind(4.0, 60.0, 0.8), loss=0.02)
        self.began_s = self.fleet.now_s
        self.fleet.take_off()
        self._fly(100)
        self.fleet.flight("bravo").draw(45.0)
        self.messages.add("Battery 1 is low 14.60V used 2200 mAh", "bravo", "warning")
        self._fly(6)
        self.fleet.fold.see(["bravo"], self.fleet.now_s, "somchai")
        self._fly(24)
        self.fleet.flight("charlie").vehicle.connect(False)
        self._fly(20)

    def _fly(self, seconds: int) -> None:
        for _ in range(seconds):
            self.fleet.run(1.0)
            self.frame.map_view.remember(self.picture())

    def clock(self, moment_s: float) -> str:
        whole = round(9 * 3600 + moment_s - self.began_s)
        return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d} UTC+7"

    def picture(self) -> FleetPicture:
        return self.fleet.picture()

    def lines(self, size: tuple[int, int]) -> list[Text]:
        keys = OrderKeys([drone.name for drone in self.picture().drones])
        if size == ASKED_AT:
            keys.press("2", 0.0)
            keys.press("r", 0.0)
        prompt, chosen = keys.prompt(0.0), keys.chosen
        return self.frame.lines(self.picture(), size, prompt=prompt, chosen=chosen, is_question=keys.is_asking(0.0))


def image(size: tuple[int, int]) -> Path:
    return IMAGES / f"watch-{size[0]}x{size[1]}.svg"


def drawn(lines: list[Text], width: int) -> str:
    """An SVG of the terminal, without fonts from elsewhere."""
    console = Console(file=io.StringIO(), width=width, force_terminal=True, color_system="truecolor", record=True)
    for line in lines:
        console.print(line, no_wrap=True, overflow="crop")
    return console.export_svg(title="dronectl watch", code_format=_SVG, unique_id="watch")


def text_of(svg: str) -> str:
    """The characters in it, without the blanks between them."""
    words = re.findall(r"<text[^>]*>(.*?)</text>", svg, re.DOTALL)
    plain = "".join(words).replace("&#160;", "").replace("&gt;", ">").replace("&lt;", "<").replace("&amp;", "&")
    return re.sub(r"\s", "", plain)


def main() -> None:
    from dronectl.planning.build import build_plan
    from dronectl.site.workspace import load_site

    site = load_site(REPOSITORY)
    patrol = site.patrol("demo")
    assert patrol is not None
    plan = build_plan(site, [patrol], name="demo", created_utc="2026-01-01T00:00:00Z")
    watch = CapturedWatch(site, plan)
    for size in SIZES:
        image(size).write_text(drawn(watch.lines(size), size[0]), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
