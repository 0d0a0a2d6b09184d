"""Whether the motors may start, and why not."""

from __future__ import annotations

from dronectl.sim.flight.failsafe import Failsafes
from dronectl.sim.flight.modes import NEEDS_POSITION, NOT_ARMABLE, Mode, mode_name
from dronectl.sim.flight.pilot import Pilot
from dronectl.sim.vehicle.copter import Copter
from dronectl.sim.vehicle.navigation import Navigation
from dronectl.sim.vehicle.outbox import CRITICAL, INFO

_FORCE_ARM = 2989.0
_FORCE_DISARM = 21196.0
_TELL_EVERY_S = 30.0


class Arming:
    """Runs the checks before arming, tells about failing ones every 30 s, arms and disarms."""

    def __init__(self, copter: Copter, navigation: Navigation, pilot: Pilot, failsafes: Failsafes) -> None:
        self._copter = copter
        self._navigation = navigation
        self._pilot = pilot
        self._failsafes = failsafes
        self._told_s = 0.0
        self.is_ready = False
        """The PREARM_CHECK bit of SYS_STATUS."""

    def problems(self) -> list[str]:
        """Why arming would be refused, in ArduPilot's words."""
        copter, navigation = self._copter, self._navigation
        mode = self._pilot.mode
        found = []
        if copter.settings.faults.refuse_arm:
            found.append(copter.settings.faults.refuse_arm)
        if int(copter.parameters["ARMING_CHECK"]) == 0:
            return found
        if self._failsafes.has_battery:
            found.append("Battery failsafe")
        if not navigation.is_aligned:
            found.append("AHRS: not using configured AHRS type")
        felt_mgauss = navigation.compasses.felt_mgauss(copter.airframe.up_m)
        most_mgauss = copter.parameters["ARMING_MAGTHRESH"]
        if most_mgauss and felt_mgauss > most_mgauss:
            found.append(f"Check mag field (xy diff:{felt_mgauss:.0f}>{most_mgauss:.0f})")
        if not navigation.is_steady:
            found.append("Accels inconsistent")
        needs_position = mode in NEEDS_POSITION
        if needs_position and copter.home is None:
            found.append("AHRS: waiting for home")
        if needs_position and not navigation.is_position_ok:
            found.append("GPS 1: Bad fix" if not navigation.has_fix else "Need Position Estimate")
        elif copter.fence.needs_position and not navigation.is_position_ok:
            found.append("Fence enabled, need position estimate")
        if copter.fence.problem():
            found.append(copter.fence.problem())
        if mode is Mode.AUTO and len(copter.mission) <= 1:
            found.append("Mode requires mission")
        return found

    def arm(self, *, force: bool = False) -> bool:
        """Start the motors; False when refused, each reason having been sent as a status text."""
        copter, mode = self._copter, self._pilot.mode
        if copter.is_armed:
            return True
        problems = [] if force else self.problems()
        auto_may_arm = copter.parameters.flag("AUTO_OPTIONS", 0)
        if not problems and (mode in NOT_ARMABLE or (mode is Mode.AUTO and not auto_may_arm)):
            problems = [f"{mode_name(mode, copter.firmware)} mode not armable"]
        if problems:
            for problem in problems:
                copter.outbox.text(CRITICAL, f"Arm: {problem}")
            return False
        if copter.home is not None:
            copter.set_home_here()
            self._navigation.send_origin()
        copter.is_armed = True
        self._pilot.on_armed()
        copter.outbox.text(INFO, "Arming motors")
        return True

    def disarm(self, *, force: bool = False) -> bool:
        """Stop the motors; refused in the air, without a word."""
        copter = self._copter
        if not copter.is_armed:
            return True
        if not copter.is_landed and not force:
            return False
        self._pilot.disarm()
        return True

    def on_command(self, wanted: float, magic: float) -> bool | None:
        """COMPONENT_ARM_DISARM; None when the wish is neither."""
        if wanted == 1.0:
            return self.arm(force=magic == _FORCE_ARM)
        if wanted == 0.0:
            return self.disarm(force=magic == _FORCE_DISARM)
        return None

    def check_now(self) -> None:
        """RUN_PREARM_CHECKS: tell at once; what is told every 30 s goes on as before."""
        self._tell(self.problems())

    def _tell(self, problems: list[str]) -> None:
        for problem in problems:
            self._copter.outbox.text(CRITICAL, f"PreArm: {problem}")

    def step(self) -> None:
        """Once a second: refresh the bit, and tell about problems when it is time."""
        copter = self._copter
        problems = [] if copter.is_armed else self.problems()
        self.is_ready = not problems
        if problems and copter.now_s - self._told_s >= _TELL_EVERY_S:
            self._told_s = copter.now_s
            self._tell(problems)
