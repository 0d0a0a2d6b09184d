"""What a drone that is sent somewhere would fly, held against every rule that says something of it; how long that
takes, and what it leaves in the battery.

The one ticket to a drone in the air: what :func:`prove_errand` returns holds the very items that were checked, from the
very place.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import InitVar, dataclass, field, replace

import numpy as np

from dronectl.checks.authorisation import judge
from dronectl.checks.findings import findings_of
from dronectl.checks.flight import Flight, Ground
from dronectl.checks.rule import Found, Rule, found
from dronectl.checks.rules import autopilot, battery_reserve, camera, daylight, legs, on_board
from dronectl.checks.rules.battery_reserve import flown_in, worst_winds
from dronectl.checks.rules.law import hours, notice, papers
from dronectl.checks.trajectory.leg import LegKind
from dronectl.checks.ways.way import Present, Way
from dronectl.checks.ways.way_ahead import prove
from dronectl.checks.ways.way_apart import Other
from dronectl.checks.wording import Form
from dronectl.errors import RuleViolation
from dronectl.geodesy.frame import FloatArray
from dronectl.model.fleet import Drone
from dronectl.model.plan.finding import Finding, Severity
from dronectl.model.plan.mission import Mission
from dronectl.model.site import Site

_SEAL = object()
_FURTHER: tuple[Rule, ...] = (
    legs.RULE,
    autopilot.RULE,
    on_board.RULE,
    camera.RULE,
    daylight.RULE,
    hours.RULE,
    notice.RULE,
    papers.RULE,
)
"""Besides those of any way ahead. Of the others ``structure`` asks for a take-off, which a drone in the air does not
need, and ``day``, ``schedule`` and ``idleness`` are about plans; ``battery-reserve`` starts here from what is left."""

LOW = Form(
    "{left:.1f} % of the battery left at landing, in {wind:g} m/s of wind; at least {least:.0f} % required "
    "(it has {charge:.0f} % now)",
    "เหลือแบตเตอรี่ {left} % ตอนลงจอด ในลม {wind} m/s ต้องเหลืออย่างน้อย {least} % (ตอนนี้มี {charge} %)",
)


@dataclass(frozen=True, slots=True)
class Outlook:
    """Of a flight that begins now. Seconds from its first motion; battery in percent of the capacity."""

    up_s: float
    """Straight up or down, before it goes anywhere."""
    wind_s: float
    """By so much the wind that is known makes it later at the stay than still air."""
    windy_s: float
    """By so much the site's strongest wind does, from its worst side."""
    lands_s: float
    there_pct: float
    """Drawn until it arrives, in the site's strongest wind."""
    home_pct: float
    """Drawn until it has landed, without a stay, likewise."""
    stay_pct_s: float
    """Drawn for each second of a stay, likewise."""


@dataclass(frozen=True, slots=True)
class ProvedErrand:
    """An errand that breaks no rule but those that an authorisation or a named person lifts, from where it begins."""

    mission: Mission
    way: Way
    drone: Drone
    site: Site
    findings: tuple[Finding, ...]
    flight: Flight
    seal: InitVar[object]
    content: str = field(init=False)

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise TypeError("only the checks say that something is proved: see prove_errand")
        object.__setattr__(self, "content", self._digest())

    def require(self) -> None:
        """
        Raises:
            RuleViolation: it is not what it was when it was proved.
        """
        if self.content != self._digest() or self.way.mission != self.mission:
            raise RuleViolation("changed after it was proved", hint="give the order again")

    def _digest(self) -> str:
        return hashlib.sha256(repr((self.mission, self.drone)).encode("utf-8", "surrogatepass")).hexdigest()


def outlook(flight: Flight, view_item: int, wind_m_s: FloatArray | None, ground: Ground) -> Outlook:
    """``wind_m_s``: (2,) of where the air moves to, metres a second east and north; None: still air."""
    known = np.zeros((1, 2)) if wind_m_s is None else np.asarray(wind_m_s, dtype=float)[None, :]
    taken_s, _ = flown_in(flight, known)
    limit_m_s = ground.site.rules.wind_m_s
    winds = np.vstack([np.zeros((1, 2)), worst_winds(limit_m_s), known])
    windy_s, energy_ws = flown_in(flight, winds)
    holds = np.array([leg.kind is LegKind.HOLD and leg.item == view_item for leg in flight.legs])
    arrival = int(np.argmax(holds)) if holds.any() else len(flight.legs)
    level = [
        index for index, leg in enumerate(flight.legs) if (leg.start.x_m, leg.start.y_m) != (leg.end.x_m, leg.end.y_m)
    ]
    still_s = float(windy_s[0, :arrival].sum())
    percent = 100.0 / 3600.0 / flight.drone.battery.capacity_wh
    moving_ws = np.where(holds, 0.0, energy_ws)
    hold_s = float(windy_s[0, holds].sum())
    held_ws = float(energy_ws[:, holds].sum(axis=1).max()) if holds.any() else 0.0
    return Outlook(
        up_s=float(windy_s[0, : min([*level, arrival])].sum()),
        wind_s=float(taken_s[0, :arrival].sum()) - still_s,
        windy_s=float(windy_s[:, :arrival].sum(axis=1).max()) - still_s,
        lands_s=float(taken_s[0].sum()),
        there_pct=percent * float(energy_ws[:, :arrival].sum(axis=1).max()),
        home_pct=percent * float(moving_ws.sum(axis=1).max()),
        stay_pct_s=percent * held_ws / hold_s if hold_s else 0.0,
    )


def least_at_landing_pct(drone: Drone, ground: Ground) -> float:
    """What must be left of the battery: the reserve, and what may never be drawn of it."""
    return ground.site.rules.battery_reserve_pct + 100.0 * (1.0 - drone.battery.usable_share)


def longest_stay_s(ahead: Outlook, drone: Drone, charge_pct: float, ground: Ground) -> float:
    """How long it can stay and still bring the reserve home; below 0: it cannot even come."""
    left_pct = charge_pct - ahead.home_pct - least_at_landing_pct(drone, ground)
    return left_pct / ahead.stay_pct_s if ahead.stay_pct_s > 0.0 else math.copysign(math.inf, left_pct)


def errand_findings(
    way: Way,
    present: Present,
    drone: Drone,
    ground: Ground,
    *,
    charge_pct: float,
    fence: Mission,
    overrides: Sequence[str] = (),
    others: Sequence[Other] = (),
) -> tuple[tuple[Finding, ...], Flight]:
    """All that the rules find of an errand from where the drone is, and the flight that it is.

    ``charge_pct``: of its battery now. ``fence``: what it carries.

    Raises:
        InputError: the aircraft is not at this site.
    """
    proof = prove(way, present, drone, ground, overrides=overrides, others=others)
    carried = replace(proof.flight, fence=fence, home=present.home)
    further = [one for rule in _FURTHER for one in rule.find([carried], ground)]
    further += _battery(carried, charge_pct, ground)
    told = findings_of([judge(one, ground, overrides, [carried]) for one in further], ground)
    return (*proof.findings, *told), proof.flight


def prove_errand(
    way: Way,
    present: Present,
    drone: Drone,
    ground: Ground,
    *,
    charge_pct: float,
    fence: Mission,
    overrides: Sequence[str] = (),
    others: Sequence[Other] = (),
) -> ProvedErrand:
    """
    Raises:
        RuleViolation: it breaks a rule that nobody lifts. InputError: the aircraft is not at this site.
    """
    findings, flight = errand_findings(
        way, present, drone, ground, charge_pct=charge_pct, fence=fence, overrides=overrides, others=others
    )
    errors = [one for one in findings if one.severity is Severity.ERROR]
    if errors:
        raise RuleViolation(
            f"{drone.name}: {'; '.join(dict.fromkeys(one.message for one in errors[:3]))}",
            details={"violations": [one.as_json() for one in errors]},
        )
    return ProvedErrand(way.mission, way, drone, ground.site, findings, flight, _SEAL)


def _battery(flight: Flight, charge_pct: float, ground: Ground) -> Iterator[Found]:
    wind_m_s = ground.site.rules.wind_m_s
    used = max(battery_reserve.used_pct(flight), battery_reserve.used_pct(flight, wind_m_s))
    left, least = charge_pct - used, least_at_landing_pct(flight.drone, ground)
    if left < least - 0.5:
        message = LOW(left=left, wind=wind_m_s, least=least, charge=charge_pct)
        yield found("battery-reserve", flight, message, amount=least - left, unit="%")
