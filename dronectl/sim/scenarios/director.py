"""What happens when, and to whom: a scenario beside a simulated fleet."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from dronectl.model.scenario import Scenario, ScenarioEvent
from dronectl.sim.fleet.fleet import SimFleet
from dronectl.sim.scenarios.shadows import Shadow
from dronectl.sim.scenarios.stage import StagedDrone
from dronectl.sim.vehicle.settings import Wind


@dataclass(frozen=True, slots=True)
class Happened:
    """``t_s``: on the drone's own clock, simulated seconds since power-on."""

    event: ScenarioEvent
    drone: str
    t_s: float
    is_over: bool = False


@dataclass(slots=True)
class _Part:
    """One event for one drone."""

    event: ScenarioEvent
    drone: StagedDrone
    began_s: float | None = None
    is_over: bool = False


@dataclass
class Director:
    """:meth:`step` is called after each moment that the fleet lived. ``on_happened``: told of what begins and ends."""

    scenario: Scenario
    drones: Mapping[str, StagedDrone]
    on_happened: Callable[[Happened], None] = lambda _happened: None
    happened: list[Happened] = field(default_factory=list)
    _parts: list[_Part] = field(init=False)

    def __post_init__(self) -> None:
        self._parts = [
            _Part(event, self.drones[name])
            for event in self.scenario.events
            for name in (event.drones or tuple(self.drones))
            if name in self.drones
        ]

    @property
    def is_done(self) -> bool:
        """Nothing more will happen."""
        return all(part.began_s is not None and (part.is_over or part.event.for_s is None) for part in self._parts)

    def step(self) -> None:
        for drone in self.drones.values():
            drone.step()
        for part in self._parts:
            event, drone = part.event, part.drone
            if part.began_s is None:
                if drone.is_at(event.moment):
                    part.began_s = drone.now_s
                    drone.begin(event)
                    self._tell(Happened(event, drone.name, drone.now_s))
            elif event.for_s is not None and not part.is_over and drone.now_s - part.began_s >= event.for_s:
                part.is_over = True
                drone.end(event)
                self._tell(Happened(event, drone.name, drone.now_s, is_over=True))

    def _tell(self, happened: Happened) -> None:
        self.happened.append(happened)
        self.on_happened(happened)


def directed(
    fleet: SimFleet,
    scenario: Scenario,
    wind: Wind,
    shadows: Sequence[Shadow] = (),
    on_happened: Callable[[Happened], None] = lambda _happened: None,
) -> Director:
    """The scenario for a built-in fleet, whose usual wind is ``wind``."""
    drones = {}
    for name, vehicle in fleet.vehicles.items():
        second = fleet.serial1.get(name)
        servers = (fleet.servers[name],) if second is None else (fleet.servers[name], second)
        drones[name] = StagedDrone(vehicle, servers, wind, shadows)
    return Director(scenario, drones, on_happened)
