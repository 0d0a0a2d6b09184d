"""The flight modes at work: who may enter one, and what each makes the copter do."""

from __future__ import annotations

from dronectl.sim.flight.circle import Circle
from dronectl.sim.flight.guided import Guided
from dronectl.sim.flight.maneuvers import Hold, Land, Maneuver
from dronectl.sim.flight.mission_run import ACTIVE, COMPLETE, MissionRun
from dronectl.sim.flight.modes import NEEDS_POSITION, NOT_FLOWN, Mode, mode_name
from dronectl.sim.flight.places import Place, here, stopping_place
from dronectl.sim.flight.return_home import ReturnHome
from dronectl.sim.vehicle.camera import Camera
from dronectl.sim.vehicle.copter import Copter
from dronectl.sim.vehicle.navigation import Navigation
from dronectl.sim.vehicle.outbox import CRITICAL, INFO, WARNING
from dronectl.sim.vehicle.physics import Demand


class Pilot:
    """Holds the mode, flies it one step at a time, and disarms on the ground."""

    def __init__(self, copter: Copter, navigation: Navigation, camera: Camera) -> None:
        self._copter = copter
        self._navigation = navigation
        self.mode = Mode.STABILIZE
        self.run = MissionRun(copter, camera)
        self.guided = Guided(copter)
        self.auto_may_start = False
        self._maneuver: Maneuver | None = None
        self._idle_s = 0.0

    def set_mode(self, number: int, *, pause_s: float = 0.0) -> bool:
        """Enter a mode; False when refused, with the reason in a status text. ``pause_s``: until LAND descends."""
        copter = self._copter
        if number == self.mode:
            return True
        if number in NOT_FLOWN:
            copter.outbox.text(WARNING, f"Mode change to {mode_name(number, copter.firmware)} failed: init failed")
            return False
        if number not in Mode.__members__.values():
            copter.outbox.text(WARNING, f"No such mode {number}")
            return False
        mode = Mode(number)
        if copter.is_armed and mode in NEEDS_POSITION and not self._navigation.is_position_ok:
            copter.outbox.text(WARNING, f"Mode change to {mode_name(mode, copter.firmware)} failed: requires position")
            return False
        if mode is Mode.AUTO and not self._may_enter_auto():
            copter.outbox.text(WARNING, f"Mode change to {mode_name(mode, copter.firmware)} failed: init failed")
            return False
        self._leave()
        self.mode = mode
        self._forget_complete_mission()
        self._maneuver = self._maneuver_of(mode, pause_s)
        return True

    def start_mission(self) -> bool:
        """MISSION_START: AUTO, and go without waiting for the throttle."""
        if not self.set_mode(Mode.AUTO):
            return False
        self.auto_may_start = True
        if self.run.state != ACTIVE and self._copter.is_armed:
            self.run.start_or_resume()
        return True

    def take_off(self, relative_altitude_m: float) -> bool:
        """NAV_TAKEOFF by command: GUIDED only, armed, on the ground, upwards."""
        copter = self._copter
        target_m = copter.up_of(relative_altitude_m, 3)
        if self.mode is not Mode.GUIDED or not copter.is_armed or not copter.is_landed:
            return False
        if target_m <= copter.airframe.up_m:
            return False
        place = here(copter)
        self.guided.climb(Place(place.north_m, place.east_m, target_m))
        return True

    def go_to(self, place: Place) -> bool:
        """A new place to fly to in GUIDED, also out of a pause; False when the fence forbids it."""
        if not self.guided.go_to(place):
            return False
        self._maneuver = None
        return True

    def pause(self) -> bool:
        if self.mode not in (Mode.AUTO, Mode.GUIDED) or self._copter.is_landed:
            self._copter.outbox.text(INFO, "Failed to pause")
            return False
        if self.mode is not Mode.AUTO or not self.run.pause(is_paused=True):
            self._maneuver = Hold(stopping_place(self._copter))
        return True

    def resume(self) -> bool:
        if self.mode not in (Mode.AUTO, Mode.GUIDED):
            self._copter.outbox.text(INFO, "Failed to resume")
            return False
        self._maneuver = None
        self.run.pause(is_paused=False)
        return True

    def on_armed(self) -> None:
        self._idle_s = 0.0
        self.guided.rest()
        self._forget_complete_mission()
        if self.mode is not Mode.AUTO:
            self.auto_may_start = False

    def step(self, dt_s: float) -> None:
        """Move the copter, or leave it standing; disarm when it has landed or idled for DISARM_DELAY."""
        copter = self._copter
        if not copter.is_armed:
            if copter.is_landed or copter.airframe.drop(dt_s):
                copter.is_landed = True
                copter.airframe.stand()
            return
        demand = self._demand(dt_s)
        if copter.is_landed or demand is None or copter.airframe.step(demand, dt_s):
            copter.airframe.stand()
        if self._has_landed():
            copter.is_landed = True
            self.disarm()
        elif copter.is_landed:
            self._idle(dt_s)
        else:
            self._idle_s = 0.0

    def disarm(self) -> None:
        copter = self._copter
        copter.is_armed = False
        self.auto_may_start = False
        self.run.rewind()
        self.guided.rest()
        if self.mode is not Mode.AUTO:
            self._maneuver = None
        copter.outbox.text(INFO, "Disarming motors")

    def _may_enter_auto(self) -> bool:
        copter = self._copter
        if not copter.is_armed:
            return True
        if len(copter.mission) <= 1:
            return False
        if copter.is_landed and not self.run.starts_with_takeoff():
            copter.outbox.text(CRITICAL, "Auto: Missing Takeoff Cmd")
            return False
        return True

    def _forget_complete_mission(self) -> None:
        """A mission that was flown to its end starts over when AUTO is entered, or the copter armed, again."""
        if self.run.state == COMPLETE:
            self.run.reset()

    def _leave(self) -> None:
        if self.mode is Mode.AUTO:
            self.run.stop()
        self.guided.rest()

    def lose_position(self) -> None:
        """A landing goes on without one."""
        if isinstance(self._maneuver, Land):
            self._maneuver.is_steered = False

    def _maneuver_of(self, mode: Mode, pause_s: float) -> Maneuver | None:
        copter = self._copter
        if copter.is_landed or mode is Mode.AUTO:
            return None
        if mode in (Mode.RTL, Mode.SMART_RTL):
            return ReturnHome(copter)
        stop = stopping_place(copter)
        if mode is Mode.LAND:
            return Land(stop.point, is_steered=self._navigation.is_position_ok, pause_s=pause_s)
        if mode is Mode.CIRCLE:
            return Circle(
                copter, stop, copter.parameters["CIRCLE_RADIUS"] / 100.0, 0.0, copter.parameters["WPNAV_SPEED"] / 100.0
            )
        if mode in (Mode.GUIDED, Mode.GUIDED_NOGPS):
            self.guided.hold(stop)
            return None
        if mode is Mode.STABILIZE:
            # Nobody holds the sticks: the throttle is at its lower end and the copter sinks.
            return Land(stop.point)
        return Hold(stop)

    def _demand(self, dt_s: float) -> Demand | None:
        copter = self._copter
        if self._maneuver is not None:
            return self._maneuver.demand(copter, dt_s)
        if self.mode is Mode.AUTO:
            return self._auto_demand(dt_s)
        if self.mode in (Mode.GUIDED, Mode.GUIDED_NOGPS):
            return self.guided.demand(dt_s)
        return None

    def _auto_demand(self, dt_s: float) -> Demand | None:
        copter = self._copter
        if self.run.state == COMPLETE:
            return self.run.rest(dt_s)
        if self.run.state != ACTIVE:
            takes_off_alone = copter.parameters.flag("AUTO_OPTIONS", 1) or self.auto_may_start
            if (copter.is_landed and not takes_off_alone) or not self._navigation.is_position_ok:
                return None
            if len(copter.mission) <= 1:
                return self.run.rest(dt_s)
            self.run.start_or_resume()
        return self.run.step(dt_s) or self.run.rest(dt_s)

    def _has_landed(self) -> bool:
        copter = self._copter
        if copter.is_landed or not copter.airframe.is_on_ground:
            return False
        if self._maneuver is not None:
            return self._maneuver.is_done
        return self.mode is Mode.AUTO and self.run.state == COMPLETE

    def _idle(self, dt_s: float) -> None:
        if self.guided.is_climbing or self.run.state == ACTIVE:
            self._idle_s = 0.0
            return
        self._idle_s += dt_s
        delay_s = self._copter.parameters["DISARM_DELAY"]
        if delay_s and self._idle_s >= delay_s:
            self.disarm()
