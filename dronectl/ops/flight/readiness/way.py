"""Whether the way from where the drone stands to the end of its mission breaks no rule."""

from __future__ import annotations

from collections.abc import Sequence

from dronectl.link.fleet_link import VehicleLink
from dronectl.model.plan.plan import DronePlan
from dronectl.ops.flight.readiness.asked import AskedDrone
from dronectl.ops.flight.readiness.check import ReadinessCheck, not_evaluated
from dronectl.ops.orders.airspace import Airspace
from dronectl.ops.orders.way_ahead import violations_text


async def ask(asked: AskedDrone) -> Sequence[ReadinessCheck]:
    """Proves it anew."""
    assert asked.plan is not None
    assert asked.airspace is not None
    return (way_check(asked.vehicle, asked.plan, asked.sortie, asked.airspace),)


def way_check(vehicle: VehicleLink, plan: DronePlan, sortie: int, airspace: Airspace) -> ReadinessCheck:
    """The plan was proved from its home; the drone stands some metres off, and its own home will be there."""
    name, wanted, flight = "way from where it stands", "breaks no rule", plan.sortie(sortie)
    if vehicle.state.position is None or flight is None:
        return not_evaluated(name, "where it stands was not heard", wanted)
    proof = airspace.prove_from_ground(flight.mission, plan, vehicle.state.position)
    return ReadinessCheck(name, not proof.errors, violations_text(proof.errors) or wanted, wanted)
