"""At which heights a drone that is sent somewhere may cross the site: its own layer first, then others that are
free."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dronectl.errors import NotReady
from dronectl.model.site import Site
from dronectl.ops.orders.layer import APART_M, LOWEST_M, Layer, fleet_layer_m, mission_layer_m

if TYPE_CHECKING:
    from dronectl.ops.dispatch.fleet_now import DroneNow

STEP_M = 4.0


def heights_of(now: DroneNow, site: Site) -> Iterator[Layer]:
    """Above home. Its own layer is that of its mission on board, else of its place in the fleet; the others lie at
    least as far from that as two drones must be apart, the nearest first."""
    own_m: float | None = mission_layer_m(now.mission) if now.is_flying else None
    source = "its mission on board"
    if own_m is None or own_m > site.rules.ceiling_m:
        source = "its place in the fleet"
        try:
            own_m = fleet_layer_m(site, now.name)
        except NotReady:
            own_m = None
    if own_m is not None:
        yield Layer(own_m, source)
    begin_m = LOWEST_M if own_m is None else own_m
    apart_m = 0.0 if own_m is None else site.rules.separation_m + APART_M
    count = int(site.rules.ceiling_m / STEP_M) + 1
    steps = [apart_m + STEP_M * index for index in range(count)]
    for away_m in steps:
        for height_m in (begin_m + away_m, begin_m - away_m):
            if LOWEST_M <= height_m <= site.rules.ceiling_m - 1.0:
                yield Layer(height_m, "what is free of the others")
