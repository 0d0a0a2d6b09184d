"""Drones in one hand: for a whole transaction on several of them, and for a whole launch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from dronectl.link.fleet_link import VehicleLink


@contextmanager
def leased(vehicles: Sequence[VehicleLink]) -> Iterator[None]:
    """Within: no other command transfers anything to or from these drones, or launches them.

    Raises:
        NotReady: one of them is in another command's hand; says whose. None is taken then.
    """
    with ExitStack() as held:
        for vehicle in vehicles:
            held.enter_context(vehicle.lease.held())
        yield
