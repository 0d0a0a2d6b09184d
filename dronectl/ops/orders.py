"""One order to one drone, confirmed by the vehicle's acknowledgement and by what it then does."""

from __future__ import annotations

from collections.abc import Callable

from dronectl.errors import InputError, NoAnswer, NotReady
from dronectl.link.fleet_link import VehicleLink
from dronectl.model.geo import GeoPoint
from dronectl.model.mission import Command, Frame
from dronectl.ops.waiting import until
from dronectl.protocol.command import CommandInt, CommandLong
from dronectl.protocol.modes import mode_name, mode_number

EFFECT_TIMEOUT_S = 6.0
"""How long an acknowledged order may take to show in the vehicle's own state."""
CUSTOM_MODE_ENABLED = 1
"""MAV_MODE_FLAG_CUSTOM_MODE_ENABLED."""
ON_GROUND_M = 1.0
AIRBORNE_M = 2.0
"""High enough that AUTO counts as in flight and takes over the climb."""
CLIMB_TIMEOUT_S = 20.0
FLIES_WHEN_ARMED = ("AUTO", "AUTO_RTL")


async def set_mode(vehicle: VehicleLink, name: str) -> None:
    """Sets a flight mode and waits until the heartbeat shows it.

    Raises:
        InputError: no such mode. Refused: with the vehicle's words. NoAnswer: nothing came, or the mode never showed.
    """
    number = mode_number(name)
    wanted = mode_name(number)
    if vehicle.state.mode == wanted:
        return
    await vehicle.run(CommandLong(Command.DO_SET_MODE, CUSTOM_MODE_ENABLED, number))
    await effect(vehicle, lambda: vehicle.state.mode == wanted, f"accepted mode {wanted} but never showed it")


async def arm(vehicle: VehicleLink) -> None:
    """Arms on the ground, and nothing more; the refusal carries what the vehicle says ("Arm: …", "PreArm: …").

    A drone that landed from a mission is still in AUTO: armed there, it would fly the mission again at once
    (AUTO_OPTIONS 3). So it is put into GUIDED first.
    """
    if vehicle.state.armed:
        return
    if vehicle.state.mode in FLIES_WHEN_ARMED:
        await set_mode(vehicle, "GUIDED")
    await vehicle.run(CommandLong(Command.COMPONENT_ARM_DISARM, 1))
    await effect(vehicle, lambda: vehicle.state.armed is True, "accepted arming but never showed it")


async def disarm(vehicle: VehicleLink) -> None:
    """Disarms on the ground; in flight the vehicle refuses, and nothing here forces it."""
    if vehicle.state.armed is False:
        return
    await vehicle.run(CommandLong(Command.COMPONENT_ARM_DISARM, 0))
    await effect(vehicle, lambda: vehicle.state.armed is False, "accepted disarming but never showed it")


async def takeoff(vehicle: VehicleLink, relative_altitude_m: float) -> None:
    """GUIDED, arm, climb. Returns when the vehicle has taken the order; following the climb is the caller's.

    Raises:
        InputError: the altitude is not above zero.
        NotReady: it flies already.
    """
    if not relative_altitude_m > 0:
        raise InputError(f"take-off altitude {relative_altitude_m} m is not above zero")
    if vehicle.state.armed and (vehicle.state.relative_altitude_m or 0.0) > ON_GROUND_M:
        raise NotReady(f"{vehicle.name} is flying already", hint="use goto to change its altitude")
    await set_mode(vehicle, "GUIDED")
    await arm(vehicle)
    await climb(vehicle, relative_altitude_m)


async def climb(vehicle: VehicleLink, relative_altitude_m: float) -> None:
    """NAV_TAKEOFF to an armed drone in GUIDED."""
    await vehicle.run(CommandLong(Command.NAV_TAKEOFF, 0, 0, 0, 0, 0, 0, relative_altitude_m))


async def hold(vehicle: VehicleLink) -> None:
    """Stops and hovers here (BRAKE would disarm nothing but also ignore the pilot; LOITER gives the sticks back)."""
    await set_mode(vehicle, "LOITER")


async def resume(vehicle: VehicleLink) -> None:
    """Goes on with the mission from the item it was at.

    Raises:
        NotReady: it is not flying: ``start`` or ``fly`` begin a mission.
    """
    if not vehicle.state.armed:
        raise NotReady(f"{vehicle.name} is not flying", hint="'dronectl fly PLAN' begins a mission")
    await set_mode(vehicle, "AUTO")


async def start(vehicle: VehicleLink) -> None:
    """Starts the mission on board: arm and climb in GUIDED when on the ground, then AUTO.

    AUTO alone would need AUTO_OPTIONS 3 on every vehicle; this way works with ArduCopter's defaults.
    """
    if vehicle.state.armed and (vehicle.state.relative_altitude_m or 0.0) > ON_GROUND_M:
        await set_mode(vehicle, "AUTO")
        return
    await set_mode(vehicle, "GUIDED")
    await arm(vehicle)
    await climb_into_mission(vehicle)


async def climb_into_mission(vehicle: VehicleLink) -> None:
    """From armed on the ground in GUIDED into the air, then AUTO.

    Raises:
        NoAnswer: it took the order but did not climb.
    """
    await climb(vehicle, AIRBORNE_M * 2)
    await effect(
        vehicle,
        lambda: (vehicle.state.relative_altitude_m or 0.0) >= AIRBORNE_M,
        f"took the take-off order but did not climb within {CLIMB_TIMEOUT_S:.0f} s",
        CLIMB_TIMEOUT_S,
    )
    await set_mode(vehicle, "AUTO")


async def rtl(vehicle: VehicleLink) -> None:
    """Return to launch and land."""
    await set_mode(vehicle, "RTL")


async def land(vehicle: VehicleLink) -> None:
    """Land here, now."""
    await set_mode(vehicle, "LAND")


async def goto(vehicle: VehicleLink, place: GeoPoint, relative_altitude_m: float | None) -> None:
    """Flies to a place in GUIDED, at ``relative_altitude_m`` or at the altitude it has.

    Raises:
        NotReady: it is not flying. Refused: outside the fence (the vehicle gives no words for that).
    """
    if not vehicle.state.armed:
        raise NotReady(f"{vehicle.name} is not flying", hint="'dronectl takeoff ALT' first")
    altitude_m = vehicle.state.relative_altitude_m if relative_altitude_m is None else relative_altitude_m
    if altitude_m is None:
        raise NoAnswer(f"{vehicle.name}: its altitude is not known yet", hint="give one: LAT,LON,ALT")
    change_mode = 1  # MAV_DO_REPOSITION_FLAGS_CHANGE_MODE
    await vehicle.run(
        CommandInt(
            Command.DO_REPOSITION,
            -1.0,  # speed: unchanged
            change_mode,
            frame=Frame.GLOBAL_RELATIVE_ALT_INT,
            lat_e7=place.lat_e7,
            lon_e7=place.lon_e7,
            altitude_m=altitude_m,
        )
    )
    await effect(vehicle, lambda: vehicle.state.mode == "GUIDED", "accepted the place but is not in GUIDED")


async def effect(
    vehicle: VehicleLink, shown: Callable[[], bool], complaint: str, timeout_s: float = EFFECT_TIMEOUT_S
) -> None:
    """Waits until the vehicle's own messages show the effect of an order.

    Raises:
        NoAnswer: they did not in time.
    """
    if not await until(vehicle, shown, timeout_s):
        raise NoAnswer(f"{vehicle.name} {complaint}", hint="look at it before anything else: 'dronectl watch'")
