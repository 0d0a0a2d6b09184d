"""What a check may look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from dronectl.link.fleet_link import VehicleLink
from dronectl.model.plan.plan import DronePlan
from dronectl.model.site import Site
from dronectl.ops.common.events import Listener
from dronectl.ops.orders.airspace import Airspace

if TYPE_CHECKING:
    from dronectl.checks import ProvedPlan
    from dronectl.ops.items.transaction import Committed


@dataclass(frozen=True, slots=True)
class Operator:
    """What the people there answer for: items of the checklist that they did, checks that they waive (by id, who)."""

    checked: frozenset[str] = frozenset()
    waived: Mapping[str, str] = field(default_factory=dict)

    def answering(self, check: str, who: str) -> Operator:
        """With somebody who answers for one more check, unless a person does."""
        return replace(self, waived={check: who, **self.waived})


NOTHING_SAID = Operator()


@dataclass(frozen=True, slots=True)
class AskedDrone:
    """One drone before its flight; without a plan, as far as it can be asked then."""

    vehicle: VehicleLink
    plan: DronePlan | None
    proved: ProvedPlan | None
    airspace: Airspace | None
    sortie: int
    listener: Listener
    committed: Committed | None = None
    """What the hand that has held the drone since has put on board, just now."""


@dataclass(frozen=True, slots=True)
class AskedSite:
    """The place and the people before a flight."""

    site: Site
    drones: Sequence[str]
    proved: ProvedPlan | None
    sortie: int
    operator: Operator
    now: datetime
    simulated: bool = False
    """Every drone simulates itself, so that no law binds it."""
    lasts_s: float | None = None
    """Of a flight that is in no plan."""
    overrides: Sequence[str] = ()
    """Likewise: rules, and who answers for them."""

    @property
    def longest_s(self) -> float | None:
        """How long the longest flight of the sortie takes in the wind it was planned for; None: nobody knows."""
        if self.proved is None:
            return self.lasts_s
        plans = [self.proved.plan.drone(name) for name in self.drones]
        flights = [flight for plan in plans if plan is not None and (flight := plan.sortie(self.sortie)) is not None]
        return max((flight.duration_s for flight in flights), default=0.0)
