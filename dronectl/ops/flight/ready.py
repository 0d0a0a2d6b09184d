"""Go / no-go before arming: each drone is asked, what is not ready has its reason."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from dronectl.errors import NoAnswer, NotReady, Refused
from dronectl.geodesy.distance import flat_distance_m
from dronectl.link.fleet_link import VehicleLink
from dronectl.model.ardupilot.float32 import in_digits
from dronectl.model.ardupilot.vehicle_settings import Setting, Wire, setting_name
from dronectl.model.plan.mission import MissionType
from dronectl.model.plan.plan import DronePlan
from dronectl.model.rules import Rules
from dronectl.model.telemetry import TelemetryKind
from dronectl.ops.common.events import Listener, Note, ignore
from dronectl.ops.common.parallel import on_each
from dronectl.ops.common.waiting import until
from dronectl.ops.control.control import read_failsafe_station
from dronectl.ops.items.push import wanted_items
from dronectl.ops.items.transfer import download
from dronectl.ops.orders.airspace import Airspace
from dronectl.ops.orders.way_ahead import violations_text
from dronectl.ops.parameters.failsafe_settings import failsafe_settings
from dronectl.ops.parameters.settings import read_setting, read_wire
from dronectl.ops.plans.flight_authorisation import plans_of
from dronectl.ops.telemetry.streams import request_until
from dronectl.protocol.mission.canonical import differences
from dronectl.protocol.param.changes import compare_parameters
from dronectl.protocol.param.parameters import Parameter
from dronectl.protocol.vehicle.prearm import TOLD_EVERY_S, PrearmReasons

if TYPE_CHECKING:
    from dronectl.checks import ProvedPlan

MIN_GPS_FIX = 3
MIN_SATELLITES = 6
MAX_HOME_OFFSET_M = 30.0
"""The plan's take-off and its straight return start at the planned home; farther off they were never checked."""
STREAM_HZ = 4.0
SETTLE_S = 12.0
"""How long the first samples of each kind may take, on a link that loses one frame in five."""
PREARM_FRESH_S = TOLD_EVERY_S + 5.0
"""A reason that was not repeated for so long is none any more."""


@dataclass(frozen=True, slots=True)
class ReadinessCheck:
    """One question to one drone."""

    name: str
    ok: bool
    found: str
    wanted: str


@dataclass(frozen=True, slots=True)
class Readiness:
    """All answers of one drone."""

    drone: str
    system_id: int
    checks: tuple[ReadinessCheck, ...]

    @property
    def go(self) -> bool:
        return all(check.ok for check in self.checks)

    def reasons(self) -> str:
        """The not_ready in words: ``battery 41 % (wanted at least 55 %)``; empty for a go."""
        return ", ".join(f"{c.name} {c.found} (wanted {c.wanted})" for c in self.checks if not c.ok)

    def as_json(self) -> dict[str, object]:
        return {
            "name": self.drone,
            "system_id": self.system_id,
            "go": self.go,
            "checks": [asdict(check) for check in self.checks],
        }


async def fleet_readiness(
    vehicles: Sequence[VehicleLink],
    proved: ProvedPlan | None = None,
    *,
    sortie: int = 1,
    listener: Listener = ignore,
    settle_s: float = SETTLE_S,
) -> tuple[Readiness, ...]:
    """Asks every drone in parallel.

    With ``proved`` also: is the plan on board, does the battery suffice, is it at home, is the way from where it stands
    lawful, and are all its failsafe settings those that the plan was proved with?

    Raises:
        TypeError, RuleViolation, InputError: the plan is not proved, or not for these drones.
        NoAnswer: a drone is silent.
    """

    plans = {} if proved is None else plans_of(proved, vehicles)
    reserve_pct = 0.0 if proved is None else proved.site.rules.battery_reserve_pct
    airspace = None if proved is None else Airspace.of(proved.site, proved.plan.overrides)

    async def ask(vehicle: VehicleLink) -> Readiness:
        await vehicle.wait_alive(settle_s)
        # What has not come by then is reported as "not heard".
        await request_until(vehicle, lambda: _heard_everything(vehicle), settle_s, rate_hz=STREAM_HZ)
        plan = plans.get(vehicle.name)
        on_board: Sequence[ReadinessCheck] = ()
        if plan and proved and airspace:
            on_board = await _board_checks(vehicle, plan, sortie, proved.site.rules, listener)
            on_board = (*on_board, _way_check(vehicle, plan, sortie, airspace))
            await request_until(vehicle, lambda: _heard_everything(vehicle), settle_s, rate_hz=STREAM_HZ)
        on_board = (*on_board, await _station_check(vehicle, listener))
        reasons = await _prearm_reasons(vehicle, listener)
        # Last, because all that takes its time.
        return present_state(
            vehicle, plan, sortie=sortie, reserve_pct=reserve_pct, further=on_board, prearm_reasons=reasons
        )

    return tuple((await on_each(vehicles, ask)).values())


def present_state(
    vehicle: VehicleLink,
    plan: DronePlan | None,
    *,
    sortie: int,
    reserve_pct: float,
    further: Sequence[ReadinessCheck] = (),
    prearm_reasons: Sequence[str] | None = None,
) -> Readiness:
    """What the vehicle's messages say at this moment; nothing is asked or waited for. ``further``: checks to add.
    ``prearm_reasons``: why it would not arm, where it was asked."""
    of_flight = _flight_checks(vehicle, plan, sortie, reserve_pct) if plan is not None else ()
    return Readiness(vehicle.name, vehicle.system_id, (*_state_checks(vehicle, prearm_reasons), *of_flight, *further))


def require_go(answers: Sequence[Readiness]) -> None:
    """Raises NotReady with every reason of every drone that says no."""
    not_ready = [answer for answer in answers if not answer.go]
    if not_ready:
        reasons = "; ".join(f"{answer.drone}: {answer.reasons()}" for answer in not_ready)
        raise NotReady(
            f"no-go: {reasons}",
            hint="'dronectl fleet ready PLAN' shows every check; push the plan again if a mission differs",
            details={"go": False, "drones": [answer.as_json() for answer in answers]},
        )


async def wait_until_settled(vehicle: VehicleLink, timeout_s: float) -> bool:
    """True once the vehicle's own state says go; False when it still does not after ``timeout_s``.

    Raises:
        NoAnswer: the drone is silent.
    """
    await vehicle.wait_alive(max(timeout_s, SETTLE_S))
    return await request_until(
        vehicle, lambda: all(check.ok for check in _state_checks(vehicle)), timeout_s, rate_hz=STREAM_HZ
    )


def _heard_everything(vehicle: VehicleLink) -> bool:
    state = vehicle.state
    known = (state.ekf_flags, state.prearm_ok, state.gps_fix, state.battery_pct, state.position)
    now_s = asyncio.get_running_loop().time()
    fresh = (
        state.is_fresh(kind, now_s)
        for kind in (TelemetryKind.EKF, TelemetryKind.BATTERY, TelemetryKind.GPS, TelemetryKind.POSITION)
    )
    return None not in known and all(fresh)


def _of_now(vehicle: VehicleLink, kind: TelemetryKind, check: ReadinessCheck) -> ReadinessCheck:
    """The same, but no go where it was heard too long ago to be how things are."""
    now_s = asyncio.get_running_loop().time()
    if not vehicle.state.is_old(kind, now_s):
        return check
    age_s = vehicle.state.age_s(kind, now_s) or 0.0
    return replace(check, ok=False, found=f"{check.found}, {age_s:.0f} s ago", wanted=f"{check.wanted}, now")


def _state_checks(vehicle: VehicleLink, prearm_reasons: Sequence[str] | None = None) -> Sequence[ReadinessCheck]:
    state = vehicle.state
    ekf = state.ekf_flags
    reasons = "; ".join(_told_lately(vehicle) if prearm_reasons is None else prearm_reasons)
    unexplained = "failing" if prearm_reasons is None else "failing, and the vehicle does not say why"
    prearm = "not heard" if state.prearm_ok is None else "good" if state.prearm_ok else reasons or unexplained
    fix, satellites = state.gps_fix, state.satellites
    armed = ReadinessCheck("on the ground", state.armed is False, "armed" if state.armed else "disarmed", "disarmed")
    found_ekf = "not heard" if ekf is None else f"0x{ekf:03x}"
    has_fix = (fix or 0) >= MIN_GPS_FIX and (satellites or 0) >= MIN_SATELLITES
    wanted = f"fix ≥ {MIN_GPS_FIX}, ≥ {MIN_SATELLITES} satellites"
    return (
        _of_now(vehicle, TelemetryKind.MODE, armed),
        _of_now(
            vehicle, TelemetryKind.EKF, ReadinessCheck("EKF", bool(state.ekf_ready), found_ekf, "0x1f without 0x80")
        ),
        _of_now(vehicle, TelemetryKind.BATTERY, ReadinessCheck("pre-arm", bool(state.prearm_ok), prearm, "good")),
        _of_now(
            vehicle, TelemetryKind.GPS, ReadinessCheck("GPS", has_fix, f"fix {fix}, {satellites} satellites", wanted)
        ),
    )


async def _prearm_reasons(vehicle: VehicleLink, listener: Listener) -> Sequence[str] | None:
    """Why it would not arm now, in its own words; None where there is nothing to ask.

    A vehicle that cannot be asked tells it from time to time: that is waited for. One that does not answer is not: what
    was heard lately must do.
    """
    if vehicle.state.prearm_ok is not False or vehicle.state.armed:
        return None
    try:
        return await vehicle.run(PrearmReasons())
    except Refused:
        listener(Note("waiting for the vehicle to say why it would not arm", vehicle.name))
        await until(vehicle, lambda: bool(_told_lately(vehicle) or vehicle.state.prearm_ok), TOLD_EVERY_S + 1.0)
    except NoAnswer as error:
        listener(Note(error.message, vehicle.name, "warning"))
    return _told_lately(vehicle)


def _told_lately(vehicle: VehicleLink) -> list[str]:
    """Why it would not arm, as far as it said so within the time in which such reasons are repeated."""
    oldest_s = asyncio.get_running_loop().time() - PREARM_FRESH_S
    return [text for text, heard_s in vehicle.state.prearm_reasons_s.items() if heard_s >= oldest_s]


def _flight_checks(vehicle: VehicleLink, plan: DronePlan, sortie: int, reserve_pct: float) -> Sequence[ReadinessCheck]:
    state = vehicle.state
    flight = plan.sortie(sortie)
    drawn_pct = max(flight.battery_pct, flight.windy_battery_pct) if flight else 0.0
    needed_pct = min(100.0, drawn_pct + reserve_pct)
    battery = state.battery_pct
    found = "not heard" if battery is None else f"{battery:.0f} %"
    battery_check = ReadinessCheck(
        "battery", battery is not None and battery >= needed_pct, found, f"≥ {needed_pct:.0f} %"
    )
    offset_m = flat_distance_m(state.position, plan.home) if state.position is not None else None
    home_check = ReadinessCheck(
        "distance from planned home",
        offset_m is not None and offset_m <= MAX_HOME_OFFSET_M,
        "not heard" if offset_m is None else f"{offset_m:.1f} m",
        f"≤ {MAX_HOME_OFFSET_M:.0f} m",
    )
    return _of_now(vehicle, TelemetryKind.BATTERY, battery_check), _of_now(vehicle, TelemetryKind.POSITION, home_check)


async def _board_checks(
    vehicle: VehicleLink, plan: DronePlan, sortie: int, rules: Rules, listener: Listener
) -> list[ReadinessCheck]:
    checks = []
    for mission_type, mission in wanted_items(plan, sortie).items():
        on_board = await download(vehicle, mission_type, listener, "compare")
        different = differences(mission, on_board, vehicle.firmware)
        kind = "mission" if mission_type is MissionType.MISSION else mission_type.name.lower()
        checks.append(
            ReadinessCheck(
                f"{kind} on board", not different, different[0] if different else "equal", "equal to the plan"
            )
        )
    wanted = failsafe_settings(plan, rules)
    held = await asyncio.gather(*(read_wire(vehicle, setting, listener=listener) for setting in wanted))
    told = (_setting_check(*one, setting, wanted[setting]) for one, setting in zip(held, wanted, strict=True))
    enabled = await read_setting(vehicle, Setting.FENCE_ENABLED, listener)
    return [*checks, *told, *(_fence_checks(vehicle) if enabled else ())]


def _fence_checks(vehicle: VehicleLink) -> Sequence[ReadinessCheck]:
    """A fence that is enabled may be switched off until the next start, by an order. Only where that can be seen."""
    if vehicle.state.prearm_ok is None:  # what tells the one tells the other
        return ()
    acts = vehicle.state.fence_breached is not None
    return (ReadinessCheck("fence", acts, "acts" if acts else "enabled, and does not act", "acts"),)


async def _station_check(vehicle: VehicleLink, listener: Listener) -> ReadinessCheck:
    """Its failsafe must count our heartbeats: with another one's it turns back when that one ends, or never."""
    name = f"whose heartbeats its failsafe counts ({setting_name(Setting.GCS_SYSTEM_ID, vehicle.firmware)})"
    wanted = f"{vehicle.station.name_of(vehicle.station.system_id)}: 'dronectl control request --drone {vehicle.name}'"
    try:
        control = await read_failsafe_station(vehicle, listener)
    except NoAnswer:
        return ReadinessCheck(name, False, "not told", wanted)
    return ReadinessCheck(name, control.is_ours, control.holder, wanted)


def _way_check(vehicle: VehicleLink, plan: DronePlan, sortie: int, airspace: Airspace) -> ReadinessCheck:
    """The plan was proved from its home; the drone stands some metres off, and its own home will be there."""
    name, wanted, flight = "way from where it stands", "breaks no rule", plan.sortie(sortie)
    if vehicle.state.position is None or flight is None:
        return ReadinessCheck(name, False, "not known", wanted)
    proof = airspace.prove_from_ground(flight.mission, plan, vehicle.state.position)
    return ReadinessCheck(name, not proof.errors, violations_text(proof.errors) or wanted, wanted)


def _setting_check(wire: Wire, held: Parameter, setting: Setting, wanted: float) -> ReadinessCheck:
    """Another altitude of return may be another drone's layer, or lower than a roof on the way home; another rally
    setting leads to a goal that no return was proved to; another fence turns a drone back where the plan does not."""
    ok = not compare_parameters({held.name: wire.value(wanted)}, {held.name: held}).changes
    if setting is Setting.RETURN_ALTITUDE_M:
        return ReadinessCheck(f"return altitude ({held.name})", ok, f"{wire.si(held.value):g} m", f"{wanted:g} m")
    return ReadinessCheck(held.name, ok, in_digits(held.value), in_digits(wire.value(wanted)))
