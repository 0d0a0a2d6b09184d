"""The site that ways are held against, and who else is in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from dronectl.errors import InputError, NotReady
from dronectl.model.fleet import Drone
from dronectl.model.geo import GeoPoint
from dronectl.model.plan.mission import Mission
from dronectl.model.plan.plan import DronePlan
from dronectl.model.site import Site
from dronectl.ops.common import present

if TYPE_CHECKING:  # the geometry engine is not needed for orders that end a flight
    from dronectl.checks.flight import Ground
    from dronectl.checks.ways.way import Present, Way
    from dronectl.checks.ways.way_ahead import Proof
    from dronectl.checks.ways.way_apart import Other


ORDER_LASTS = timedelta(minutes=30)
"""A drone that is sent somewhere stays there until somebody ends it, or its battery: what closes within this time is
closed to it."""


@dataclass(frozen=True)
class Airspace:
    """The site that ways are held against, now; ``overrides``: ``RULE by NAME``. ``others``: who else is in it.

    ``ground.site`` is what ways are found in and held against: the workspace's, closed around officers. ``site`` is the
    workspace as it is: what is put on board and written down knows nobody who walks about."""

    site: Site
    ground: Ground
    overrides: tuple[str, ...] = ()
    others: tuple[Other, ...] = ()

    @classmethod
    def of(cls, site: Site, overrides: Sequence[str] = (), *, lasts: timedelta = ORDER_LASTS) -> Airspace:
        """``lasts``: what begins now goes on for so long at least."""
        from dronectl.checks.flight import Ground
        from dronectl.geodesy.frame import LocalFrame
        from dronectl.site.local_time import today_at

        frame = LocalFrame(site.home)
        ground = Ground(site, today_at(site), frame, now=present.hour(), least=lasts)
        return cls(site, ground, tuple(overrides))

    def drone(self, name: str) -> Drone:
        found = self.site.drone(name)
        if found is None:
            raise InputError(f"no drone '{name}' in dronectl.toml")
        return found

    def place(self, x_m: float, y_m: float) -> GeoPoint:
        """Of metres in the site's frame."""
        import numpy as np

        return self.ground.frame.to_points(np.array([[x_m, y_m]]))[0]

    def prove(self, way: Way, present: Present, name: str) -> Proof:
        """
        Raises:
            NotReady: the drone is not at this site.
        """
        from dronectl.checks.ways.way_ahead import prove

        try:
            return prove(way, present, self.drone(name), self.ground, overrides=self.overrides, others=self.others)
        except InputError as error:
            raise NotReady(f"the way ahead of {name} was not proved: {error.message}", hint=error.hint) from None

    def prove_from_ground(self, mission: Mission, plan: DronePlan, stands: GeoPoint) -> Proof:
        """A sortie of a plan, flown from where the drone stands: its home will be there once it is armed.

        Raises:
            NotReady: that is not at this site.
        """
        from dronectl.checks.trajectory.defaults import RETURN_ALTITUDE_M
        from dronectl.checks.ways.way import Present, Returns, Way

        returns = Returns(plan.rtl_altitude_m or RETURN_ALTITUDE_M, plan.rally)
        way = Way(mission, returns=returns)
        return self.prove(way, Present(stands, 0.0, stands), plan.name)

    def prove_all(self, found: Mapping[str, tuple[Way, Present]]) -> dict[str, Proof]:
        """The ways of drones that are ordered together, by name: each is held against those of the others too.

        Raises:
            NotReady: a drone is not at this site.
        """
        ordered = [self.flight(*answer, name) for name, answer in found.items()]
        others = [other for other in self.others if other.name not in found]
        shared = replace(self, others=(*ordered, *others))
        return {name: shared.prove(*answer, name) for name, answer in found.items()}

    def flight(self, way: Way, present: Present, name: str) -> Other:
        """A drone of the airspace that takes this way.

        Raises:
            NotReady: it is not at this site.
        """
        from dronectl.checks.ways.way import stay
        from dronectl.checks.ways.way_ahead import flight_ahead
        from dronectl.checks.ways.way_apart import Other, staying

        try:
            ahead = flight_ahead(way, present, self.drone(name), self.ground)
            if not ahead.legs:  # a landing of one that stands
                ahead = flight_ahead(stay(), present, self.drone(name), self.ground)
            return Other(name, staying(ahead))
        except InputError as error:
            raise NotReady(f"where {name} flies cannot be told: {error.message}", hint=error.hint) from None
