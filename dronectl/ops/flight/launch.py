"""Off the ground: who starts together is armed together, climbs, and is in AUTO."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial

from dronectl.errors import DronectlError, NoAnswer
from dronectl.link.fleet_link import VehicleLink
from dronectl.ops.common.events import Launched, Listener, Note
from dronectl.ops.common.parallel import on_each, to_the_end
from dronectl.ops.common.waiting import until
from dronectl.ops.flight.follow import Follower
from dronectl.ops.flight.readiness.check import Readiness, require_go
from dronectl.ops.flight.readiness.present import present_state
from dronectl.ops.orders import orders


class Launch:
    """Start time after start time: all drones of one start are armed before the first of them climbs.

    So a drone that refuses to arm is known while everyone still stands on the ground.
    """

    def __init__(self, followers: Mapping[str, Follower], sortie: int, reserve_pct: float, listener: Listener) -> None:
        self._followers = followers
        self._sortie = sortie
        self._reserve_pct = reserve_pct
        self._listener = listener
        self._touched: list[VehicleLink] = []
        self.told = ""
        """What became of the drones when the launch was undone."""

    async def run(self) -> None:
        """Returns when all are in AUTO, but those of a later start that failed: they are undone, and the others, in the
        air by then, go on. A failure of the first start, or a cancellation, disarms who stands and brings home who
        flies."""
        starts: dict[float, list[Follower]] = {}
        for follower in self._followers.values():
            starts.setdefault(follower.start_s, []).append(follower)
        try:
            for start_s, group in sorted(starts.items()):
                try:
                    await self._wait_for(start_s, group)
                    await self._start([follower.vehicle for follower in group], start_s)
                except DronectlError as error:
                    if start_s == min(starts):
                        raise
                    await to_the_end(self._leave_out(group, error))
        except (DronectlError, asyncio.CancelledError):
            self.told = await to_the_end(self._undo(self._touched))
            raise

    async def _start(self, group: Sequence[VehicleLink], start_s: float) -> None:
        require_go([self._present_state(vehicle) for vehicle in group])
        self._touched += group
        # First the modes, so that all are armed at about the same time: who waits armed for long disarms itself.
        await on_each(group, _into_guided)
        await on_each(group, orders.arm)
        if len(self._touched) == len(group):
            for follower in self._followers.values():
                follower.set_plan_time(start_s)
        await on_each(group, orders.climb_into_mission, stop_at_first_failure=True)
        self._listener(Note(f"{', '.join(vehicle.name for vehicle in group)} in AUTO"))
        for vehicle in group:
            self._listener(Launched(vehicle.name))

    def _present_state(self, vehicle: VehicleLink) -> Readiness:
        plan = self._followers[vehicle.name].plan
        return present_state(vehicle, plan, sortie=self._sortie, reserve_pct=self._reserve_pct)

    async def _wait_for(self, start_s: float, group: Sequence[Follower]) -> None:
        """Start times count from the first take-off, in the vehicles' own seconds: simulated ones are shorter."""
        if not self._touched:
            return
        patience_s = 30.0 + 4 * start_s
        for follower in group:
            if not await until(follower.vehicle, partial(follower.has_reached, start_s), patience_s):
                raise NoAnswer(f"{follower.vehicle.name}: its clock did not reach its start time")

    async def _leave_out(self, group: Sequence[Follower], error: DronectlError) -> None:
        for follower in group:
            follower.not_launched = error.message
        told = await self._undo([one.vehicle for one in group if one.vehicle in self._touched])
        rest = f"; {told}" if told else ""
        self._listener(Note(f"{error.message}{rest}; the others go on", level="error"))

    async def _undo(self, vehicles: Sequence[VehicleLink]) -> str:
        return ", ".join(await asyncio.gather(*(orders.abort_launch(vehicle) for vehicle in vehicles)))


async def _into_guided(vehicle: VehicleLink) -> None:
    await orders.set_mode(vehicle, "GUIDED")
