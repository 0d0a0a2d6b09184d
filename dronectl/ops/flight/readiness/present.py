"""What the vehicle's messages say at this moment: nothing is asked or waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from dronectl.errors import NoAnswer, Refused
from dronectl.geodesy.distance import flat_distance_m
from dronectl.link.fleet_link import VehicleLink
from dronectl.model.plan.plan import DronePlan
from dronectl.model.telemetry import TelemetryKind
from dronectl.ops.common.events import Listener, Note
from dronectl.ops.common.waiting import until
from dronectl.ops.flight.readiness.check import Readiness, ReadinessCheck
from dronectl.protocol.vehicle.ekf_status import GOOD, ekf_words
from dronectl.protocol.vehicle.prearm import TOLD_EVERY_S, PrearmReasons

MIN_GPS_FIX = 3
MIN_SATELLITES = 6
MAX_HOME_OFFSET_M = 30.0
"""The plan's take-off and its straight return start at the planned home; farther off they were never checked."""
PREARM_FRESH_S = TOLD_EVERY_S + 5.0
"""A reason that was not repeated for so long is none any more."""


def present_state(
    vehicle: VehicleLink,
    plan: DronePlan | None,
    *,
    sortie: int,
    reserve_pct: float,
    further: Sequence[ReadinessCheck] = (),
    prearm_reasons: Sequence[str] | None = None,
) -> Readiness:
    """``further``: checks to add. ``prearm_reasons``: why it would not arm, where it was asked."""
    of_flight = _flight_checks(vehicle, plan, sortie, reserve_pct) if plan is not None else ()
    return Readiness(vehicle.name, vehicle.system_id, (*state_checks(vehicle, prearm_reasons), *of_flight, *further))


def heard_everything(vehicle: VehicleLink) -> bool:
    """All that these checks look at has come, and not long ago."""
    state = vehicle.state
    known = (state.ekf_flags, state.prearm_ok, state.gps_fix, state.battery_pct, state.position)
    now_s = asyncio.get_running_loop().time()
    fresh = (
        state.is_fresh(kind, now_s)
        for kind in (TelemetryKind.EKF, TelemetryKind.BATTERY, TelemetryKind.GPS, TelemetryKind.POSITION)
    )
    return None not in known and all(fresh)


def state_checks(vehicle: VehicleLink, prearm_reasons: Sequence[str] | None = None) -> Sequence[ReadinessCheck]:
    state = vehicle.state
    ekf = state.ekf_flags
    reasons = "; ".join(_told_lately(vehicle) if prearm_reasons is None else prearm_reasons)
    unexplained = "failing" if prearm_reasons is None else "failing, and the vehicle does not say why"
    prearm = "not heard" if state.prearm_ok is None else "good" if state.prearm_ok else reasons or unexplained
    fix, satellites = state.gps_fix, state.satellites
    armed = ReadinessCheck("on the ground", state.armed is False, "armed" if state.armed else "disarmed", "disarmed")
    found_ekf = "not heard" if ekf is None else ekf_words(ekf, yet=True)
    has_fix = (fix or 0) >= MIN_GPS_FIX and (satellites or 0) >= MIN_SATELLITES
    wanted = f"fix ≥ {MIN_GPS_FIX}, ≥ {MIN_SATELLITES} satellites"
    return (
        _of_now(vehicle, TelemetryKind.MODE, armed),
        _of_now(vehicle, TelemetryKind.EKF, ReadinessCheck("EKF", bool(state.ekf_ready), found_ekf, GOOD)),
        _of_now(vehicle, TelemetryKind.BATTERY, ReadinessCheck("pre-arm", bool(state.prearm_ok), prearm, "good")),
        _of_now(
            vehicle, TelemetryKind.GPS, ReadinessCheck("GPS", has_fix, f"fix {fix}, {satellites} satellites", wanted)
        ),
    )


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


def _of_now(vehicle: VehicleLink, kind: TelemetryKind, check: ReadinessCheck) -> ReadinessCheck:
    """The same, but no go where it was heard too long ago to be how things are."""
    now_s = asyncio.get_running_loop().time()
    if not vehicle.state.is_old(kind, now_s):
        return check
    age_s = vehicle.state.age_s(kind, now_s) or 0.0
    return replace(check, ok=False, found=f"{check.found}, {age_s:.0f} s ago", wanted=f"{check.wanted}, now")


async def prearm_reasons(vehicle: VehicleLink, listener: Listener) -> Sequence[str] | None:
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
