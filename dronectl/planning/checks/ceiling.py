"""No leg is higher above ground than the rules allow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import shapely

from dronectl.planning.checks.finding import HEIGHT_TOLERANCE_M, Finding, Rule
from dronectl.planning.checks.flight import Flight, Ground


def check(flights: Sequence[Flight], ground: Ground) -> Iterator[Finding]:
    """The legs above the ceiling, reported as one: the highest."""
    ceiling_m = ground.site.rules.ceiling_m
    for flight in flights:
        for leg, shape in zip(flight.legs, flight.shapes, strict=True):
            highest = max(leg.start, leg.end, key=lambda position: position.height_m)
            if highest.height_m <= ceiling_m + HEIGHT_TOLERANCE_M:
                continue
            yield Finding(
                "ceiling",
                f"{leg.words()} reaches {highest.height_m:.1f} m above ground, {ceiling_m:g} m are allowed",
                flight.drone.name,
                flight.sortie,
                item=leg.item,
                where=shapely.Point(highest.x_m, highest.y_m),
                extent=shape,
                amount=highest.height_m - ceiling_m,
                unit="m",
                group="ceiling",
            )


RULE = Rule(
    "ceiling",
    "Under the ceiling",
    "No point of the flight may be higher above ground than [rules] ceiling_m. The ground is taken as flat at the "
    "site's ground elevation.",
    check,
)
