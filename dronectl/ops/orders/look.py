"""An order to look at a place: to where it can be seen from, the camera and the nose on it, and there it hovers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dronectl.errors import DronectlError, InputError, NotReady
from dronectl.geodesy.distance import flat_distance_m
from dronectl.geodesy.plane import LocalPlane
from dronectl.link.fleet_link import VehicleLink
from dronectl.model.geo import GeoPoint
from dronectl.model.plan.mission import Command, Frame
from dronectl.ops.common.events import Listener, Note, ignore
from dronectl.ops.common.waiting import until
from dronectl.ops.orders import orders
from dronectl.ops.orders.airspace import Airspace
from dronectl.ops.orders.fly_around import Stop, arrival
from dronectl.ops.orders.look_target import LookTarget
from dronectl.ops.orders.motion import AT_REST_M_S, Motion
from dronectl.ops.orders.officers import Officers
from dronectl.ops.orders.to_place import goal_of, height_for
from dronectl.ops.orders.way_ahead import STREAM_HZ, home_of, present_of
from dronectl.ops.telemetry.streams import kept_streams
from dronectl.protocol.vehicle.command import CommandInt, CommandLong
from dronectl.protocol.vehicle.telemetry import VehicleState

if TYPE_CHECKING:
    from dronectl.checks.ways.way import Way

ON_IT_DEG = 15.0
"""The nose points at a place, as far as a picture shows it."""
TURNS_WITHIN_S = 10.0
TURN_DEG_S = 30.0


@dataclass(frozen=True)
class Look:
    """One order to look at ``target``, at a height above home or, where none is given, in the drone's own layer.

    Its methods are what a movement is made of (:class:`dronectl.ops.orders.proved_order.Movement`).
    """

    target: LookTarget
    airspace: Airspace
    relative_altitude_m: float | None = None
    listener: Listener = ignore

    async def way(self, vehicle: VehicleLink) -> Way:
        """Straight to where the target can be seen from.

        Raises:
            NotReady: it is not flying, or there is no such place. NoAnswer, Refused: it does not tell where it is.
        """
        from dronectl.checks.ways.way import there
        from dronectl.checks.ways.way_ahead import home_height_m
        from dronectl.planning.paths.viewpoint import viewpoint

        altitude_m = await height_for(vehicle, self.relative_altitude_m, self.airspace.site, self.listener)
        present = await present_of(vehicle)
        ground = Officers().in_airspace(self.airspace).ground  # who gives the order tells what is not known of them
        try:
            view = viewpoint(
                ground.site,
                ground.frame,
                self.airspace.drone(vehicle.name),
                present.place,
                self.target.place,
                standoff_m=self.target.standoff_m,
                altitude_m=altitude_m + home_height_m(present, ground),
                target_height_m=self._target_height_m(),
            )
        except InputError as error:
            raise NotReady(error.message, hint=error.hint) from None
        off_m = flat_distance_m(view, self.target.place)
        self.listener(Note(f"looks from {view}, {off_m:.0f} m off", vehicle.name))
        return there(view, altitude_m)

    async def fly(self, vehicle: VehicleLink, way: Way, listener: Listener = ignore) -> None:
        """The last leg, the camera on the target from its beginning. Returns when the drone is there, its nose turned.

        Raises:
            Refused, NoAnswer: it does not go there, or does not take the place to look at.
        """
        place, relative_altitude_m = goal_of(way)
        await orders.goto(vehicle, place, relative_altitude_m)
        await vehicle.run(await self._roi(vehicle))
        async with kept_streams([vehicle], STREAM_HZ, listener):
            await arrival(vehicle, Stop(place, relative_altitude_m))
            if not await until(vehicle, lambda: off_deg(vehicle.state, self.target.place) < ON_IT_DEG, TURNS_WITHIN_S):
                await self._turn_nose(vehicle, listener)

    async def motion(self, _vehicle: VehicleLink, _way: Way | None) -> Motion:
        return LooksAt(self.target)

    async def _roi(self, vehicle: VehicleLink) -> CommandInt:
        home = await home_of(vehicle)
        home_m = self.airspace.ground.relief.known_at(*self.airspace.ground.frame.point_to_xy(home))
        return CommandInt(
            Command.DO_SET_ROI,
            frame=Frame.GLOBAL_RELATIVE_ALT,
            lat_e7=self.target.place.lat_e7,
            lon_e7=self.target.place.lon_e7,
            altitude_m=self._target_height_m() - home_m,
        )

    def _target_height_m(self) -> float:
        """Above the site's plane."""
        ground = self.airspace.ground
        return ground.relief.known_at(*ground.frame.point_to_xy(self.target.place)) + self.target.height_m

    async def _turn_nose(self, vehicle: VehicleLink, listener: Listener) -> None:
        """One whose camera turns by itself keeps its nose where it was: it is told to turn it too."""
        try:
            await vehicle.run(
                CommandLong(Command.CONDITION_YAW, _bearing_deg(vehicle.state, self.target.place), TURN_DEG_S)
            )
        except DronectlError as error:
            listener(Note(f"its nose was not turned: {error.message}", vehicle.name, "warning"))


@dataclass(frozen=True, slots=True)
class LooksAt:
    """Hovers with its nose on the target."""

    target: LookTarget

    def seen(self, state: VehicleState) -> str:
        if (state.ground_speed_m_s or 0.0) >= AT_REST_M_S or off_deg(state, self.target.place) >= ON_IT_DEG:
            return ""
        off_m = 0.0 if state.position is None else flat_distance_m(state.position, self.target.place)
        return f"looks at {self.target.name} from {off_m:.0f} m"

    def instead(self, state: VehicleState) -> str:
        off = off_deg(state, self.target.place)
        return f"it does not look there: its nose points {off:.0f}° past it, {state.ground_speed_m_s or 0.0:.1f} m/s"


def off_deg(state: VehicleState, place: GeoPoint) -> float:
    """By how much the nose points past a place; 180 while that is not known."""
    if state.heading_deg is None or state.position is None:
        return 180.0
    return abs(math.remainder(state.heading_deg - _bearing_deg(state, place), 360.0))


def _bearing_deg(state: VehicleState, place: GeoPoint) -> float:
    if state.position is None:
        return 0.0
    east_m, north_m = LocalPlane(state.position).to_xy(place)
    return math.degrees(math.atan2(east_m, north_m)) % 360.0
