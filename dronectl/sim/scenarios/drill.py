"""A drill from its first moment to its last: the fleet, what goes wrong on it, and what its pilot ordered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from dronectl.model.scenario import Scenario
from dronectl.sim.fleet.fleet import SimFleet
from dronectl.sim.scenarios.director import Director, Happened, directed
from dronectl.sim.scenarios.shadows import Shadow
from dronectl.sim.scenarios.training import Answer, OrderWatch, TakenOrder, judge
from dronectl.sim.vehicle.settings import FleetSettings

DOWN_FOR_S = 3.0
"""All of them stand for so many simulated seconds: it is over."""


class Drill:
    """``tell``: what a pilot is told meanwhile; with ``shows`` also what happens, at once."""

    def __init__(
        self,
        settings: FleetSettings,
        scenario: Scenario,
        shadows: Sequence[Shadow],
        tell: Callable[[str], None],
        *,
        shows: bool = False,
    ) -> None:
        self._settings = settings
        self._scenario = scenario
        self._shadows = tuple(shadows)
        self._tell = tell
        self._shows = shows
        self._stopped = asyncio.Event()
        self._director: Director | None = None
        self.taken: list[TakenOrder] = []

    def stop(self) -> None:
        """It ends, whoever still flies."""
        self._stopped.set()

    @property
    def happened(self) -> tuple[Happened, ...]:
        return () if self._director is None else tuple(self._director.happened)

    @property
    def answers(self) -> tuple[Answer, ...]:
        """What became of each order that was expected."""
        return judge(self._scenario, self.happened, self.taken)

    async def take(self) -> None:
        """Until all of them have flown and stand again, or it is stopped.

        Raises:
            InputError: a port is taken.
        """
        fleet = SimFleet.from_settings(self._settings)
        self._director = directed(fleet, self._scenario, self._settings.wind, self._shadows, self._on_happened)
        watches = [OrderWatch(vehicle, self.taken) for vehicle in fleet.vehicles.values()]
        flown, down_since_s = False, 0.0

        def step() -> None:
            assert self._director is not None
            nonlocal flown, down_since_s
            self._director.step()
            for watch in watches:
                watch.step()
            now_s = max(vehicle.now_s for vehicle in fleet.vehicles.values())
            if not all(vehicle.copter.is_landed for vehicle in fleet.vehicles.values()):
                flown, down_since_s = True, now_s
            elif flown and now_s - down_since_s >= DOWN_FOR_S:
                self.stop()

        fleet.on_step = step
        async with fleet:
            self._tell("the drones answer; push and fly a plan in another terminal (Ctrl-C ends the drill)")
            serving = asyncio.create_task(fleet.run_forever())
            stopping = asyncio.create_task(self._stopped.wait())
            try:
                await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
                if serving.done():
                    serving.result()
            finally:
                serving.cancel()
                stopping.cancel()
                await asyncio.gather(serving, stopping, return_exceptions=True)

    def _on_happened(self, happened: Happened) -> None:
        if self._shows:
            what = f"{happened.event.what} is over" if happened.is_over else str(happened.event.what)
            self._tell(f"{happened.t_s:.0f} s: {happened.drone}: {what}")
