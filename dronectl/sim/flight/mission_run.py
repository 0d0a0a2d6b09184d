"""Flying the mission: which item is next, what is done on the way, when it is over."""

from __future__ import annotations

import math
from dataclasses import dataclass

from dronectl.sim.flight.circle import Circle, way_to_the_rim
from dronectl.sim.flight.courses import Stop, course
from dronectl.sim.flight.fly_leg import FlyLeg
from dronectl.sim.flight.legs import Leg, limits_of
from dronectl.sim.flight.maneuvers import Climb, Hold, Land, Maneuver
from dronectl.sim.flight.mission_walk import MissionWalk
from dronectl.sim.flight.places import Place, here, stopping_place
from dronectl.sim.flight.return_home import ReturnHome
from dronectl.sim.flight.spline import FlyCurve
from dronectl.sim.vehicle.camera import Camera
from dronectl.sim.vehicle.copter import Copter, Home
from dronectl.sim.vehicle.dialect import mavlink
from dronectl.sim.vehicle.items import TITLES, Item
from dronectl.sim.vehicle.outbox import INFO, NOTICE
from dronectl.sim.vehicle.physics import Demand

NOT_STARTED, ACTIVE, COMPLETE = "not started", "active", "complete"


@dataclass(frozen=True, slots=True)
class _Until:
    """What is waited for before more is done: a time, else a distance to the end of the leg."""

    time_s: float | None = None
    distance_m: float = 0.0


class MissionRun:
    """Walks through the mission. ``step`` gives the demand of the item being flown; None when there is none."""

    def __init__(self, copter: Copter, camera: Camera) -> None:
        self._copter = copter
        self._camera = camera
        self._walk = MissionWalk(copter.mission)
        self.state = NOT_STARTED
        self.seq = 0
        self._maneuver: Maneuver | None = None
        self._leg_end: Place | None = None
        self._waiting_do: list[int] = []
        self._until: _Until | None = None
        self._heading_rad: float | None = None
        self._roi: Place | None = None
        self._speed_m_s: float | None = None
        self._loiter_s: float | None = None
        self._changes = copter.mission.changes

    @property
    def destination(self) -> Place | None:
        """The end of the leg being flown."""
        if isinstance(self._maneuver, ReturnHome):
            return self._maneuver.destination
        return self._leg_end

    @property
    def current_seq(self) -> int:
        return self.seq

    def starts_with_takeoff(self) -> bool:
        seq = self._walk.first_navigation()
        item = None if seq is None else self._walk.item(seq)
        return item is not None and bool(item.command == mavlink.MAV_CMD_NAV_TAKEOFF)

    def start_or_resume(self) -> None:
        if self.state == COMPLETE or self.seq == 0 or self.seq >= len(self._copter.mission):
            self.reset()
        self.state = ACTIVE
        self._leg_end = None
        self._begin(max(1, self.seq))

    def stop(self) -> None:
        """Leave the mission (another mode); it resumes at the same item."""
        if self.state == ACTIVE:
            self.state = NOT_STARTED
        self._maneuver = None
        self._roi = None

    def reset(self) -> None:
        self.state = NOT_STARTED
        self.seq = 0
        self._walk.forget_jumps()
        self._speed_m_s = None

    def rewind(self) -> None:
        """On disarming: the next start is from the beginning. That the mission was flown to its end is kept."""
        was_complete = self.state == COMPLETE
        self.reset()
        self._maneuver = None
        self.state = COMPLETE if was_complete else NOT_STARTED

    def set_current(self, seq: int, *, restart: bool = False) -> bool:
        """Go to item ``seq``; False when there is none."""
        if not 0 <= seq < len(self._copter.mission):
            return False
        if restart:
            self.reset()
        self.seq = max(1, seq)
        if self.state == ACTIVE:
            self._leg_end = None
            self._begin(self.seq)
        return True

    def set_speed(self, speed_m_s: float) -> None:
        self._speed_m_s = speed_m_s
        self._limits_changed()

    def pause(self, *, is_paused: bool) -> bool:
        """Stop on the way to a place, or go on; False when it is not on one."""
        if not isinstance(self._maneuver, (FlyLeg, FlyCurve)):
            return False
        self._maneuver.pause(is_paused=is_paused)
        return True

    def set_roi(self, place: Place | None) -> None:
        self._roi = place

    def set_heading(self, heading_rad: float) -> None:
        self._heading_rad = heading_rad

    def step(self, dt_s: float) -> Demand | None:
        """One step of flight; the state turns COMPLETE after the last item."""
        if self.state != ACTIVE:
            return None
        if self._changes != self._copter.mission.changes:
            self._adopt_change()
        if self._maneuver is None:
            return None
        self._run_waiting()
        demand = self._maneuver.demand(self._copter, dt_s)
        if self._maneuver.is_done:
            self._finish_item()
        if self._roi is not None:
            body = self._copter.airframe
            demand.heading_rad = math.atan2(self._roi.east_m - body.east_m, self._roi.north_m - body.north_m)
        elif self._heading_rad is not None:
            demand.heading_rad = self._heading_rad
        return demand

    def _adopt_change(self) -> None:
        """A new mission came while the old one is flown: go on at the same number, if there still is one."""
        self._changes = self._copter.mission.changes

    def _finish_item(self) -> None:
        copter = self._copter
        item = self._walk.item(self.seq)
        if isinstance(self._maneuver, (FlyLeg, FlyCurve)) and self._loiter_s is not None and item is not None:
            # The waypoint is reached; its delay, or the loiter, begins.
            self._maneuver = self._stay(item, self._leg_end or self._maneuver.end, self._loiter_s)
            self._loiter_s = None
            return
        if isinstance(self._maneuver, Circle):
            self._leg_end = None  # the next leg begins where it comes to rest
        copter.outbox.send(mavlink.MAVLink_mission_item_reached_message(self.seq))
        command = item.command if item is not None else 0
        if command not in (mavlink.MAV_CMD_NAV_TAKEOFF, mavlink.MAV_CMD_NAV_RETURN_TO_LAUNCH, mavlink.MAV_CMD_NAV_LAND):
            copter.outbox.text(INFO, f"Reached command #{self.seq}")
        self._begin(self.seq + 1)

    def _stay(self, item: Item, place: Place, for_s: float) -> Maneuver:
        if item.command == mavlink.MAV_CMD_NAV_LOITER_TURNS:
            return Circle(self._copter, place, item.p3, item.p1, self._speed())
        return Hold(place, for_s if math.isfinite(for_s) else None)

    def _begin(self, seq: int) -> None:
        """Start the next navigation item at or after ``seq``, queueing what is to be done before it."""
        queue, nav_seq = self._walk.next_navigation(seq)
        self._waiting_do = queue
        self._until = None
        item = None if nav_seq is None else self._walk.item(nav_seq)
        if nav_seq is None or item is None:
            self._run_waiting()
            self._complete()
            return
        if queue:
            self._run_waiting()
        self.seq = nav_seq
        self._heading_rad = None
        self._announce(nav_seq, item)
        self._maneuver = self._maneuver_of(item, nav_seq)

    def _announce(self, seq: int, item: Item) -> None:
        self._copter.outbox.text(INFO, f"Mission: {seq} {TITLES.get(item.command, '?')}")

    def _complete(self) -> None:
        self.state = COMPLETE
        self.seq = 0
        copter = self._copter
        if not copter.is_landed:
            self._maneuver = Hold(stopping_place(copter))

    def rest(self, dt_s: float) -> Demand | None:
        """What to do in AUTO once the mission is over: hold, while in the air."""
        if self._copter.is_landed:
            return None
        if not isinstance(self._maneuver, Hold):
            self._maneuver = Hold(stopping_place(self._copter))
        return self._maneuver.demand(self._copter, dt_s)

    # What each navigation command flies

    def _maneuver_of(self, item: Item, seq: int) -> Maneuver:
        copter = self._copter
        self._loiter_s = None
        command = item.command
        if command == mavlink.MAV_CMD_NAV_TAKEOFF:
            place = here(copter)
            up_m = max(copter.up_of(item.z, item.frame), place.up_m)
            self._leg_end = Place(place.north_m, place.east_m, up_m)
            return Climb(self._leg_end)
        if command == mavlink.MAV_CMD_NAV_RETURN_TO_LAUNCH:
            self._leg_end = None
            return ReturnHome(copter)
        if command == mavlink.MAV_CMD_NAV_DELAY:
            return Hold(stopping_place(copter), max(0.0, item.p1))
        if command == mavlink.MAV_CMD_NAV_GUIDED_ENABLE:
            return Hold(stopping_place(copter), None if item.p1 > 0.5 else 0.0)
        came_by = self._maneuver if self._leg_end else None
        start = self._leg_end or stopping_place(copter)
        end = self._place_of(item, start)
        limits = limits_of(copter.parameters, self._speed())
        if command in (mavlink.MAV_CMD_NAV_LAND, mavlink.MAV_CMD_NAV_PAYLOAD_PLACE):
            self._leg_end = None
            over = Place(end.north_m, end.east_m, start.up_m)
            return _GoAndLand(FlyLeg(Leg(start, over, limits), limits), Land(end.point))
        self._leg_end = end
        if command == mavlink.MAV_CMD_NAV_LOITER_TURNS:
            rim = way_to_the_rim(copter, stopping_place(copter), end, item.p3)
            if rim is None:
                return self._stay(item, end, item.p1)
            self._loiter_s = item.p1
            return FlyLeg(Leg(start, rim, limits), limits)
        if command == mavlink.MAV_CMD_NAV_LOITER_UNLIM:
            self._loiter_s = math.inf
        elif command == mavlink.MAV_CMD_NAV_LOITER_TIME:
            self._loiter_s = max(0.0, item.p1)
        elif item.p1 > 0:
            self._loiter_s = item.p1
        stays = self._loiter_s is not None
        return course(seq, start, Stop(item, end), limits, stays=stays, after=self._after, came_by=came_by)

    def _limits_changed(self) -> None:
        if isinstance(self._maneuver, (FlyLeg, FlyCurve)):
            self._maneuver.change_speed(limits_of(self._copter.parameters, self._speed()))

    def _speed(self) -> float:
        return self._speed_m_s or self._copter.parameters["WPNAV_SPEED"] / 100.0

    def _place_of(self, item: Item, otherwise: Place) -> Place:
        """Where an item is; latitude and longitude 0 mean here, altitude 0 in a place-less item the present one."""
        if item.x == 0 and item.y == 0:
            north_m, east_m = otherwise.point
        else:
            north_m, east_m = self._copter.chart.to_local(item.x, item.y)
        return Place(north_m, east_m, self._copter.up_of(item.z, item.frame) if item.z else otherwise.up_m)

    def _after(self, seq: int, place: Place) -> tuple[int, Stop] | None:
        """The place after an item, through jumps that will be taken."""
        next_seq = self._walk.after(seq)
        item = None if next_seq is None else self._walk.item(next_seq)
        return None if next_seq is None or item is None else (next_seq, Stop(item, self._place_of(item, place)))

    # What is done on the way

    def _run_waiting(self) -> None:
        while self._waiting_do:
            if self._until is not None:
                if not self._is_met(self._until):
                    return
                self._until = None
            seq = self._waiting_do.pop(0)
            item = self._walk.item(seq)
            if item is not None:
                self._announce(seq, item)
                self._do(item)

    def _is_met(self, until: _Until) -> bool:
        if until.time_s is not None:
            return self._copter.now_s >= until.time_s
        return self._leg_end is not None and math.dist(self._copter.point, self._leg_end.point) < until.distance_m

    def _do(self, item: Item) -> None:
        copter = self._copter
        match item.command:
            case mavlink.MAV_CMD_CONDITION_DELAY:
                self._until = _Until(time_s=copter.now_s + item.p1)
            case mavlink.MAV_CMD_CONDITION_DISTANCE:
                self._until = _Until(distance_m=item.p1)
            case mavlink.MAV_CMD_CONDITION_YAW:
                turn = math.radians(item.p1) * (-1.0 if item.p3 < 0 else 1.0)
                self._heading_rad = copter.airframe.yaw_rad + turn if item.p4 else math.radians(item.p1)
            case mavlink.MAV_CMD_DO_CHANGE_SPEED:
                self._change_speed(item)
            case mavlink.MAV_CMD_DO_SET_ROI_NONE:
                self._roi = None
            case mavlink.MAV_CMD_DO_SET_ROI | mavlink.MAV_CMD_DO_SET_ROI_LOCATION:
                is_none = item.x == 0 and item.y == 0
                self._roi = None if is_none else self._place_of(item, here(copter))
            case mavlink.MAV_CMD_DO_SET_CAM_TRIGG_DIST:
                self._camera.trigger_by_distance(item.p1, now=item.p3 > 0)
            case mavlink.MAV_CMD_DO_DIGICAM_CONTROL | mavlink.MAV_CMD_IMAGE_START_CAPTURE:
                self._camera.shoot()
            case mavlink.MAV_CMD_DO_FENCE_ENABLE:
                self._switch_fence(enable=item.p1 != 0.0)
            case mavlink.MAV_CMD_DO_SET_HOME:
                if item.p1 == 1 or (item.x == 0 and item.y == 0):
                    copter.set_home_here()
                else:
                    copter.set_home(Home(item.x, item.y, item.z))
            case _:
                pass  # servos, relays, gimbals: nothing here that could be seen from the ground

    def _switch_fence(self, *, enable: bool) -> None:
        copter = self._copter
        changed = copter.fence.order(enable=enable)
        text = copter.fence.order_text(changed, enable=enable)
        if text:
            copter.outbox.text(NOTICE if copter.firmware.names_fences else INFO, text)

    def _change_speed(self, item: Item) -> None:
        if item.p2 <= 0:
            return
        if item.p1 == mavlink.SPEED_TYPE_CLIMB_SPEED:
            self._copter.parameters.set("WPNAV_SPEED_UP", item.p2 * 100.0)
            self._limits_changed()
        elif item.p1 == mavlink.SPEED_TYPE_DESCENT_SPEED:
            self._copter.parameters.set("WPNAV_SPEED_DN", item.p2 * 100.0)
            self._limits_changed()
        else:
            self.set_speed(item.p2)


class _GoAndLand:
    """NAV_LAND: over to the place at the present height, then down."""

    def __init__(self, leg: FlyLeg, land: Land) -> None:
        self._leg, self._land = leg, land
        self.is_done = False

    def demand(self, copter: Copter, dt_s: float) -> Demand:
        if not self._leg.is_done:
            return self._leg.demand(copter, dt_s)
        demand = self._land.demand(copter, dt_s)
        self.is_done = self._land.is_done
        return demand
