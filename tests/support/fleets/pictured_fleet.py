"""A whole fleet of built-in copters and its picture: no sockets, no clock, no tasks."""

from __future__ import annotations

from watched_flight import STEP_S, WatchedFlight

from dronectl.model.alarm import Alarm
from dronectl.model.picture import DroneIdentity, FleetPicture, LinkPicture
from dronectl.model.plan.plan import Plan
from dronectl.model.site import Site
from dronectl.ops.picture.fold import FleetFold
from dronectl.ops.picture.surroundings import surroundings_of
from dronectl.sim.vehicle.settings import Wind


class PicturedFleet:
    """Each drone of a plan with its sortie on board, ready to arm."""

    def __init__(self, site: Site, plan: Plan, *, wind: Wind | None = None, loss: float = 0.0) -> None:
        drones = range(len(plan.drones))
        self.flights = [WatchedFlight(site, plan, wind=wind, loss=loss, number=number) for number in drones]
        self.fold = FleetFold([flight.fold for flight in self.flights], surroundings_of(site))
        self.changes: list[Alarm] = []

    def flight(self, name: str) -> WatchedFlight:
        return next(flight for flight in self.flights if flight.plan.name == name)

    def take_off(self) -> None:
        """As ``fly`` does it, all at the same time."""
        for flight in self.flights:
            flight.order("GUIDED")
            flight.command(400, 1)
            flight.command(22, 0, 0, 0, 0, 0, 0, 4.0)
        self.run(8.0)
        for flight in self.flights:
            flight.order("AUTO")

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds / STEP_S)):
            for flight in self.flights:
                flight.step()
            self.changes += self.fold.look(self.now_s)

    @property
    def now_s(self) -> float:
        return self.flights[0].now_s

    def picture(self) -> FleetPicture:
        links = (LinkPicture("serial:///dev/ttyUSB0?baud=57600", True, True, 2.0, 84.0),)
        who = {flight.plan.name: DroneIdentity(None, "4.7.0", links) for flight in self.flights}
        return self.fold.picture(self.now_s, "2026-11-23T02:00:00.000Z", who)
