"""One order to one drone, confirmed by the vehicle's acknowledgement and by what it then does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from dronectl.errors import DronectlError, InputError, Interrupted, NoAnswer, NotReady, Refused
from dronectl.link.fleet_link import VehicleLink
from dronectl.model.geo import GeoPoint
from dronectl.model.plan.mission import Command, Frame
from dronectl.ops.common.parallel import to_the_end
from dronectl.ops.common.waiting import until
from dronectl.ops.telemetry.streams import kept_streams, request_until
from dronectl.protocol.vehicle.command import CommandInt, CommandLong
from dronectl.protocol.vehicle.modes import mode_name, mode_number

EFFECT_TIMEOUT_S = 10.0
"""How long an acknowledged order may take to show in the vehicle's own state: of ten heartbeats some get lost."""
CUSTOM_MODE_ENABLED = 1
"""MAV_MODE_FLAG_CUSTOM_MODE_ENABLED."""
ON_GROUND_M = 1.0
AIRBORNE_M = 2.0
"""High enough that AUTO counts as in flight and takes over the climb."""
CLIMB_TIMEOUT_S = 20.0
STREAM_HZ = 2.0
_AS_LONG_AS_IT_TAKES_S = 3600.0
LIFT_M = AIRBORNE_M * 2
"""To this a drone climbs in GUIDED before AUTO takes over."""
FLIES_WHEN_ARMED = ("AUTO", "AUTO_RTL")
BEGINS_A_MISSION = "'dronectl fly PLAN' begins a mission"


async def set_mode(vehicle: VehicleLink, name: str) -> None:
    """Sets a flight mode and waits until the heartbeat shows it.

    Raises:
        InputError: no such mode. Refused: with the vehicle's words. NoAnswer: nothing came, or the mode never showed.
    """
    number = mode_number(name)
    wanted = mode_name(number)
    command = CommandLong(Command.DO_SET_MODE, CUSTOM_MODE_ENABLED, number)
    vehicle.state.ordered_mode, vehicle.state.ordered_by = wanted, ""
    await _order(vehicle, command, lambda: vehicle.state.mode == wanted, f"accepted mode {wanted} but never showed it")


async def arm(vehicle: VehicleLink) -> None:
    """Arms on the ground, and nothing more; the refusal carries what the vehicle says ("Arm: …", "PreArm: …").

    A drone that landed from a mission is still in AUTO: armed there, it would fly the mission again at once
    if its options let it be armed in AUTO. So it is put into GUIDED first.
    """
    if vehicle.state.armed is False and vehicle.state.mode in FLIES_WHEN_ARMED:
        await set_mode(vehicle, "GUIDED")
    command = CommandLong(Command.COMPONENT_ARM_DISARM, 1)
    await _order(vehicle, command, lambda: vehicle.state.armed is True, "accepted arming but never showed it")


async def disarm(vehicle: VehicleLink) -> None:
    """Disarms on the ground; in flight the vehicle refuses, and nothing here forces it."""
    command = CommandLong(Command.COMPONENT_ARM_DISARM, 0)
    await _order(vehicle, command, lambda: vehicle.state.armed is False, "accepted disarming but never showed it")


async def abort_launch(vehicle: VehicleLink) -> str:
    """Ends a launch: disarms a drone that stands, orders one that flies home; says in words what became of it.

    It orders whatever the last heartbeat says, which knows nothing yet of an arming order that is on its way. It takes
    bounded time and raises no error of the drone's.
    """
    if not _is_above_ground(vehicle):
        try:
            await disarm(vehicle)
        except Refused:
            pass  # it has left the ground meanwhile
        except DronectlError as error:
            return f"{vehicle.name} MAY BE ARMED ({error.message})"
        else:
            return f"{vehicle.name} is disarmed"
    try:
        await rtl(vehicle)
    except DronectlError as error:
        return f"{vehicle.name} IS STILL FLYING ({error.message})"
    return f"{vehicle.name} returns to launch"


async def disarm_crashed(vehicle: VehicleLink) -> str:
    """Stops the motors of a drone that lies on the ground; says in words what became of it.

    One that takes itself to be flying refuses that. It is told to land, which stops them once it finds the ground.

    Raises:
        DronectlError: it does not answer.
    """
    try:
        await disarm(vehicle)
    except Refused:
        await land(vehicle)
        return f"{vehicle.name} takes itself to be flying and is told to land, which stops its motors where it lies"
    return f"{vehicle.name} is disarmed where it lies"


@asynccontextmanager
async def abort_launch_on_failure(vehicle: VehicleLink) -> AsyncIterator[None]:
    """What fails or is interrupted inside leaves no armed drone behind.

    Raises:
        DronectlError: the failure, with what became of the drone. Interrupted: likewise, for a cancellation.
    """
    try:
        yield
    except DronectlError as error:
        error.message += f"; {await to_the_end(abort_launch(vehicle))}"
        raise
    except asyncio.CancelledError:
        raise Interrupted(f"stopped by the user; {await to_the_end(abort_launch(vehicle))}") from None


async def is_flying(vehicle: VehicleLink) -> bool:
    """Armed and above the ground. From here on it streams its altitude.

    Raises:
        NotReady: its altitude does not come.
    """
    state = vehicle.state
    if not await request_until(
        vehicle, lambda: state.relative_altitude_m is not None, EFFECT_TIMEOUT_S, rate_hz=STREAM_HZ
    ):
        raise NotReady(f"{vehicle.name} does not tell its altitude", hint="look at it: 'dronectl fleet status'")
    return vehicle.state.armed is not False and _is_above_ground(vehicle)


def _is_above_ground(vehicle: VehicleLink) -> bool:
    return _altitude_m(vehicle) > ON_GROUND_M


def _altitude_m(vehicle: VehicleLink) -> float:
    return vehicle.state.relative_altitude_m or 0.0


async def takeoff(vehicle: VehicleLink, relative_altitude_m: float) -> None:
    """GUIDED, arm, climb. Returns when the vehicle has left the ground; following the climb is the caller's.

    Raises:
        InputError: the altitude is not above zero.
        NotReady: it flies already.
    """
    if not relative_altitude_m > 0:
        raise InputError(f"take-off altitude {relative_altitude_m} m is not above zero")
    if await is_flying(vehicle):
        raise NotReady(f"{vehicle.name} is flying already", hint="use goto to change its altitude")
    async with abort_launch_on_failure(vehicle), kept_streams([vehicle], STREAM_HZ):
        await set_mode(vehicle, "GUIDED")
        await arm(vehicle)
        await climb(vehicle, relative_altitude_m)


async def climb(vehicle: VehicleLink, relative_altitude_m: float) -> None:
    """NAV_TAKEOFF to an armed drone in GUIDED; returns when it is off the ground, or as high as it shall be.

    A copy of the order that arrives when the first one has been obeyed is refused, as one in the air is none that takes
    off: what it does then counts, and not the refusal.

    Raises:
        Refused: with the vehicle's words. NoAnswer: it took the order but did not climb.
    """
    high_m = min(AIRBORNE_M, relative_altitude_m * 0.8)
    state = vehicle.state
    try:
        await vehicle.run(CommandLong(Command.NAV_TAKEOFF, 0, 0, 0, 0, 0, 0, relative_altitude_m))
    except Refused as refusal:
        if refusal.details.get("copies", 1) == 1:
            raise
        await until(vehicle, lambda: _altitude_m(vehicle) >= high_m or state.armed is False, CLIMB_TIMEOUT_S)
        if _altitude_m(vehicle) < high_m:
            raise
    complaint = f"took the take-off order but did not climb within {CLIMB_TIMEOUT_S:.0f} s"
    await effect(vehicle, lambda: _altitude_m(vehicle) >= high_m, complaint, CLIMB_TIMEOUT_S)


async def hold(vehicle: VehicleLink) -> None:
    """Stops and hovers here, in BRAKE.

    LOITER would obey a transmitter whose throttle stick lies low while nobody flies by hand: it would sink.
    """
    await set_mode(vehicle, "BRAKE")


async def resume(vehicle: VehicleLink) -> None:
    """Goes on with the mission from the item it was at.

    Raises:
        NotReady: it is not flying: ``start`` or ``fly`` begin a mission.
    """
    await require_flying(vehicle, BEGINS_A_MISSION)
    await set_mode(vehicle, "AUTO")


async def require_flying(vehicle: VehicleLink, hint: str) -> None:
    """Raises:
    NotReady: it stands on the ground.
    """
    if not await is_flying(vehicle):
        raise NotReady(f"{vehicle.name} is not flying", hint=hint)


async def start(vehicle: VehicleLink) -> None:
    """Starts the mission on board: arm and climb in GUIDED when on the ground, then AUTO.

    AUTO alone would need options of AUTO on every vehicle; this way works with ArduCopter's defaults.
    """
    if await is_flying(vehicle):
        await set_mode(vehicle, "AUTO")
        return
    async with abort_launch_on_failure(vehicle), kept_streams([vehicle], STREAM_HZ):
        await set_mode(vehicle, "GUIDED")
        await arm(vehicle)
        await climb_into_mission(vehicle)


async def climb_into_mission(vehicle: VehicleLink) -> None:
    """From armed on the ground in GUIDED into the air, then AUTO.

    Raises:
        NoAnswer: it took the order but did not climb.
    """
    await climb(vehicle, LIFT_M)
    await set_mode(vehicle, "AUTO")


async def rtl(vehicle: VehicleLink) -> None:
    """Return to launch and land."""
    await set_mode(vehicle, "RTL")


async def land(vehicle: VehicleLink) -> None:
    """Land here, now."""
    await set_mode(vehicle, "LAND")


async def altitude_there(vehicle: VehicleLink, relative_altitude_m: float | None) -> float:
    """The height above home for a way to a place: the one that it has, where none is given.

    Raises:
        NotReady: it is not flying, or so low that the way there needs a height of its own.
    """
    await require_flying(vehicle, "'dronectl takeoff ALT' first")
    altitude_m = (vehicle.state.relative_altitude_m or 0.0) if relative_altitude_m is None else relative_altitude_m
    if altitude_m < AIRBORNE_M:
        raise NotReady(f"{vehicle.name} would fly {altitude_m:.1f} m above home", hint="give a height: LAT,LON,ALT")
    return altitude_m


async def goto(vehicle: VehicleLink, place: GeoPoint, relative_altitude_m: float | None) -> None:
    """Flies to a place in GUIDED, at ``relative_altitude_m`` or at the altitude it has.

    Raises:
        NotReady: it is not flying, or so low that the way there needs a height of its own.
        Refused: outside the fence (the vehicle gives no words for that; ArduCopter 4.7 does not refuse it).
    """
    altitude_m = await altitude_there(vehicle, relative_altitude_m)
    vehicle.state.ordered_mode, vehicle.state.ordered_by = "GUIDED", ""
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


async def _order(vehicle: VehicleLink, command: CommandLong, shown: Callable[[], bool], complaint: str) -> None:
    """Gives an order, always: the last heartbeat, up to a second old, is no reason to leave it out. Then waits for a
    heartbeat from after the acknowledgement that shows the effect.

    An effect that begins to show is as good as an acknowledgement, which may get lost on its way.
    """
    if shown():
        await vehicle.run(command)
        acknowledged_at_s = vehicle.state.last_heartbeat_s
        await effect(vehicle, lambda: vehicle.state.last_heartbeat_s != acknowledged_at_s and shown(), complaint)
        return
    obeyed = asyncio.create_task(until(vehicle, shown, _AS_LONG_AS_IT_TAKES_S))
    given = asyncio.create_task(vehicle.run(command))
    try:
        await asyncio.wait({given, obeyed}, return_when=asyncio.FIRST_COMPLETED)
        if obeyed.done():
            return
        given.result()
        await effect(vehicle, shown, complaint)
    finally:
        given.cancel()
        obeyed.cancel()
        await asyncio.gather(given, obeyed, return_exceptions=True)


async def effect(
    vehicle: VehicleLink, shown: Callable[[], bool], complaint: str, timeout_s: float = EFFECT_TIMEOUT_S
) -> None:
    """Waits until the vehicle's own messages show the effect of an order.

    Raises:
        NoAnswer: they did not in time.
    """
    if not await until(vehicle, shown, timeout_s):
        raise NoAnswer(f"{vehicle.name} {complaint}", hint="look at it before anything else: 'dronectl watch'")
