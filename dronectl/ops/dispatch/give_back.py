"""``patrol resume``: the rest of a patrol given back, also where an errand took its place on board."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from dronectl.errors import DronectlError, NotReady
from dronectl.link.fleet_link import VehicleLink
from dronectl.model.plan.mission import MissionType
from dronectl.ops.common.events import Listener, Note, ignore
from dronectl.ops.common.leases import leased
from dronectl.ops.common.waiting import until
from dronectl.ops.dispatch.left_patrol import LeftPatrol, left_patrol
from dronectl.ops.flight.remainders import tell_resumed
from dronectl.ops.items.transfer import download, put
from dronectl.ops.orders import orders
from dronectl.ops.orders.mission_resume import resume_at_item
from dronectl.ops.orders.motion import AT_REST_M_S
from dronectl.ops.orders.order import Order, resume_order
from dronectl.ops.orders.way_ahead import mission_ahead, returns_of
from dronectl.ops.telemetry.streams import kept_streams

if TYPE_CHECKING:
    from dronectl.checks.ways.way import Way

STOPS_WITHIN_S = 15.0
STREAM_HZ = 4.0


def patrol_order(flights: Path, *, around: bool = True, overrides: tuple[str, ...] = ()) -> Order:
    """``flights``: the workspace's folder of that name."""
    back = GiveBack(flights)
    order = resume_order("go on with the patrol", around=around, overrides=overrides)
    return replace(order, way=back.way, along=back.fly)


@dataclass
class GiveBack:
    """What a movement is made of; ``flights``: the workspace's folder of that name."""

    flights: Path
    _left: dict[str, LeftPatrol] = field(default_factory=dict)

    async def way(self, vehicle: VehicleLink) -> Way:
        """On with the patrol: with the mission on board, or with the one that an errand took the place of, from the
        item that was left.

        Raises:
            NotReady: it is not flying. NoAnswer, Refused: it does not tell what must be known.
        """
        from dronectl.checks.ways.way import Way

        left = left_patrol(self.flights, vehicle.name, await download(vehicle, MissionType.MISSION))
        if not await orders.is_flying(vehicle):
            hint = orders.BEGINS_A_MISSION if left is None else "'dronectl fly --resume' flies the rest of its patrol"
            raise NotReady(f"{vehicle.name} is not flying", hint=hint)
        if left is None:
            return await mission_ahead(vehicle)
        self._left[vehicle.name] = left
        return Way(left.mission, left.item, returns=await returns_of(vehicle))

    async def fly(self, vehicle: VehicleLink, way: Way, listener: Listener = ignore) -> None:
        """The way that was proved; where it is not on board yet, the drone holds while it is put there.

        Raises:
            Refused, Mismatch, NoAnswer: it does not take it: it hovers.
        """
        left = self._left.get(vehicle.name)
        if left is not None:
            async with kept_streams([vehicle], STREAM_HZ, listener):
                with leased([vehicle]):
                    await self._put(vehicle, left, listener)
        await resume_at_item(vehicle, way, listener)
        if left is not None:
            self._note(left, vehicle.name, listener)

    async def _put(self, vehicle: VehicleLink, left: LeftPatrol, listener: Listener) -> None:
        await orders.hold(vehicle)
        await until(vehicle, lambda: (vehicle.state.ground_speed_m_s or 0.0) < AT_REST_M_S, STOPS_WITHIN_S)
        try:
            await put(vehicle, left.mission, listener)
        except DronectlError as error:
            error.message += f"; {vehicle.name} hovers, and may hold a mixture of its errand and its patrol"
            error.hint = f"give the order again, or bring it home: 'dronectl rtl --drone {vehicle.name}'"
            raise

    def _note(self, left: LeftPatrol, name: str, listener: Listener) -> None:
        """So that nobody gives it back, or flies it, a second time."""
        try:
            left.given_back()
            if left.remainder.is_dir():
                tell_resumed(left.remainder, [name], left.folder)
        except (DronectlError, OSError) as error:
            listener(Note(f"that the patrol was given back was not noted: {error}", name, "warning"))
