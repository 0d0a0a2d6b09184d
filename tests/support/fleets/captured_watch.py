"""What ``dronectl watch`` shows of a flight, at the four sizes of the documentation."""

from __future__ import annotations

import io

from pictured_fleet import PicturedFleet
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

ASKED_AT = (80, 24)
"""At this size an order waits for its answer."""


class CapturedWatch:
    """Three drones on a patrol; bravo's battery has given in, charlie is not heard any more."""

    def __init__(self, site: Site, plan: Plan) -> None:
        self.console = Console(file=io.StringIO(), width=200, force_terminal=True)
        self.plan = plan
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
