"""An order as a value: what it says, what it makes a drone fly, how it is given and what must then be seen.

Whoever gives orders, by a command, a key or a page, takes them from here: so it is one text, and one proof.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dronectl.link.fleet_link import VehicleLink
from dronectl.ops.common.events import Listener, ignore
from dronectl.ops.orders import motions, orders, ways

if TYPE_CHECKING:
    from dronectl.checks.ways.way import Way
    from dronectl.model.geo import GeoPoint
    from dronectl.model.site import Site
    from dronectl.ops.audit.trail import AuditedOrder
    from dronectl.ops.orders.airspace import Airspace
    from dronectl.ops.orders.look_target import LookTarget
    from dronectl.ops.orders.motions import MakeMotion
    from dronectl.ops.orders.proved_order import Movement
    from dronectl.ops.orders.way_ahead import MakeWay


@dataclass(frozen=True)
class Order:
    """What is ordered. ``text`` says it; ``way`` is what it makes a drone fly, where it moves one; ``run`` gives it, or
    ``along`` for the way that was proved."""

    text: str
    run: Callable[[VehicleLink], Coroutine[Any, Any, None]] | None = None
    way: MakeWay | None = None
    stays_in_flight: bool = False
    site: Site | None = None
    """The workspace, where it was needed already."""
    overrides: tuple[str, ...] = ()
    around: bool = False
    """Where the straight way breaks a rule, fly around first."""
    around_by: str = ""
    """The command that flies around, with what it needs besides --drone; empty: none does."""
    along: Callable[[VehicleLink, Way, Listener], Coroutine[Any, Any, None]] | None = None
    motion: MakeMotion | None = None
    """What must be seen of a drone that was ordered."""

    def question(self, names: str) -> str:
        """What a person is asked before it is given."""
        return f"{self.text}: {names}. Go?"

    def movement(self) -> Movement:
        from dronectl.ops.orders.proved_order import Movement

        assert self.way is not None
        return Movement(self.way, self.run, self.along, self.around, self.around_by, self.motion)

    def told_to(self, audited: AuditedOrder) -> Order:
        """The same, whose outcome for each drone goes into the audit log."""
        run = None if self.run is None else audited.given_to(self.run)
        along = None if self.along is None else audited.given_to(self.along)
        return replace(self, run=run, along=along)


HOLD = Order("hold", orders.hold, ways.stop_here, stays_in_flight=True, motion=motions.stops)
RTL = Order("return to launch", orders.rtl, ways.way_back, motion=motions.returns)
LAND = Order("land where it is", orders.land, ways.straight_down, motion=motions.sinks)
AT_ONCE: dict[str, Order] = {"hold": HOLD, "rtl": RTL, "land": LAND}
"""What ends what goes on, by name: nothing holds it up, see :mod:`dronectl.ops.orders.immediate_order`."""


def goto_order(
    place: GeoPoint,
    relative_altitude_m: float | None,
    site: Site,
    listener: Listener = ignore,
    *,
    around: bool = True,
    overrides: tuple[str, ...] = (),
    typed: str = "",
) -> Order:
    """To a place, where it hovers. ``relative_altitude_m`` None: in the drone's own layer; ``typed``: the place as a
    command has it."""
    from dronectl.ops.orders import to_place

    return Order(
        f"fly to {place} {height_words(relative_altitude_m)}",
        way=to_place.way_to(place, relative_altitude_m, site, listener),
        along=to_place.fly_there,
        stays_in_flight=True,
        site=site,
        overrides=overrides,
        around=around,
        around_by=f"goto {typed or place}",
        motion=to_place.goes_there,
    )


def look_order(
    target: LookTarget,
    relative_altitude_m: float | None,
    airspace: Airspace,
    listener: Listener = ignore,
    *,
    around: bool = True,
    typed: str = "",
) -> Order:
    """To where a target can be seen from, camera and nose on it."""
    from dronectl.ops.orders.look import Look

    view = Look(target, airspace, relative_altitude_m, listener)
    return Order(
        f"look at {target.name} {height_words(relative_altitude_m)}",
        way=view.way,
        along=view.fly,
        stays_in_flight=True,
        site=airspace.site,
        overrides=airspace.overrides,
        around=around,
        around_by=f"look {typed or target.id}",
        motion=view.motion,
    )


def resume_order(text: str, *, around: bool, overrides: tuple[str, ...] = ()) -> Order:
    """The mission taken up at the item that was left, with all that it had set by then."""
    from dronectl.ops.orders.mission_resume import resume_at_item

    return Order(
        text,
        way=ways.on_with_mission,
        along=resume_at_item,
        stays_in_flight=True,
        overrides=overrides,
        around=around,
        around_by="resume",
        motion=motions.flies_on,
    )


def height_words(relative_altitude_m: float | None) -> str:
    return "in its own layer" if relative_altitude_m is None else f"at {relative_altitude_m:g} m"
