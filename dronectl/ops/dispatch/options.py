"""For each drone whether it may go to where something happens, when it would be there, and for how long; the best."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dronectl.errors import InputError
from dronectl.model.geo import GeoPoint
from dronectl.model.incidents.incident import IncidentPlace
from dronectl.model.plan.finding import Finding, allowed_of, allowed_words, errors_of
from dronectl.ops.dispatch.fleet_now import DroneNow, FleetNow
from dronectl.ops.dispatch.heights import heights_of
from dronectl.ops.orders.airspace import Airspace
from dronectl.ops.orders.layer import Layer
from dronectl.ops.orders.look_target import STANDOFF_M
from dronectl.ops.orders.way_ahead import violations_text

if TYPE_CHECKING:
    from dronectl.checks.errands import Outlook
    from dronectl.checks.ways.way import Way
    from dronectl.planning.mission.errand import Errand, Sight

STAY_S = 300.0
"""So long a drone stays, where nobody says otherwise."""
LEAST_STAY_S = 60.0
"""Who cannot stay for so long is not sent: there is not enough to be seen."""
MOST_HEIGHTS = 8
"""So many heights are tried for a drone."""
READY_S = 4.5
"""From the order to the first motion of a drone on the ground: items, go / no-go, arming. Measured on SITL."""
SEEN_BEFORE_S = 0.5
"""By so much more than turning it round takes, one in the air sees the place before it has come to rest there: some
metres off. Measured on SITL, as the next one."""
BRAKES_M_S2 = 3.0
"""Deceleration that a stop is reckoned with; ArduCopter's BRAKE is faster."""


@dataclass(frozen=True)
class Option:
    """One drone. ``why``: why it cannot be sent; empty: it can. Times count from the order, battery is in percent."""

    name: str
    state: str
    """``standing``, ``flying`` or ``unheard``."""
    why: str = ""
    battery_pct: float | None = None
    layer: Layer | None = None
    errand: Errand | None = None
    arrives_s: float = math.inf
    windy_arrives_s: float = math.inf
    there_pct: float = 0.0
    longest_stay_s: float = 0.0
    stay_s: float = 0.0
    home_pct: float = 0.0
    """Left at landing after that stay."""
    lands_s: float = 0.0
    """Of the errand, after that stay."""
    findings: tuple[Finding, ...] = ()

    @property
    def can_go(self) -> bool:
        return not self.why

    @property
    def allowed(self) -> tuple[Finding, ...]:
        return allowed_of(self.findings)

    @property
    def allowed_words(self) -> str:
        return allowed_words(self.findings)

    @property
    def hidden_words(self) -> str:
        """That it will not see the place; empty: it will."""
        return "" if self.errand is None or self.errand.way.sees else "the place is hidden from all around"

    def as_json(self) -> dict[str, object]:
        errand, layer = self.errand, self.layer
        document: dict[str, object] = {
            "name": self.name,
            "state": self.state,
            "can_go": self.can_go,
            "why": self.why or None,
            "battery_pct": self.battery_pct,
        }
        if errand is None or layer is None:
            return document
        return {
            **document,
            "relative_altitude_m": round(layer.relative_altitude_m, 2),
            "layer": layer.source,
            "distance_m": round(errand.way.length_m, 1),
            "arrives_s": round(self.arrives_s, 1),
            "windy_arrives_s": round(self.windy_arrives_s, 1),
            "view": {
                "lat_deg": errand.way.view.lat_deg,
                "lon_deg": errand.way.view.lon_deg,
                "off_m": round(errand.way.off_m, 1),
                "sees": errand.way.sees,
            },
            "battery_there_pct": round(self.there_pct, 1),
            "longest_stay_s": round(self.longest_stay_s, 1),
            "stay_s": round(self.stay_s, 1),
            "battery_home_pct": round(self.home_pct, 1),
            "violations": [one.as_json() for one in self.findings],
        }


@dataclass(frozen=True)
class Proposal:
    """``options``: those that can go by the time at which they are there, then those that only go because somebody
    answers for a broken rule, then the others. ``cameras``: the fixed ones that see the place."""

    options: tuple[Option, ...]
    cameras: tuple[str, ...]
    wind_m_s: tuple[float, float] | None

    @property
    def best(self) -> Option | None:
        """Who is there first."""
        return next((option for option in self.options if option.can_go), None)


@dataclass(frozen=True)
class Wish:
    """What is wanted: to look at ``place`` for ``stay_s``; ``wind_m_s``: as a person says, to east and north."""

    place: IncidentPlace
    stay_s: float = STAY_S
    wind_m_s: tuple[float, float] | None = None
    relative_altitude_m: float | None = None
    """At no other height than this."""


def propose(now: FleetNow, wish: Wish, airspace: Airspace, busy: Mapping[str, str]) -> Proposal:
    """``busy``: drones that are at another errand, and at which."""
    wind_m_s = wish.wind_m_s or next((one.wind_m_s for one in now.drones.values() if one.wind_m_s is not None), None)
    wish = replace(wish, wind_m_s=wind_m_s)
    options = [option_of(one, now, wish, airspace, busy.get(name, "")) for name, one in now.drones.items()]
    options += [Option(name, "unheard", why.removeprefix(f"{name}: ")) for name, why in now.unheard.items()]
    options.sort(key=lambda option: (not option.can_go, len(option.allowed), option.arrives_s, option.name))
    return Proposal(tuple(options), cameras_at(wish.place, airspace), wind_m_s)


def cameras_at(place: IncidentPlace, airspace: Airspace) -> tuple[str, ...]:
    """Ids of the fixed cameras that see the place: by range, bearing, field of view, and what stands in between."""
    from dronectl.planning.hotspots.cctv import cameras_seeing

    (found,) = cameras_seeing([place.point], airspace.site, airspace.ground.frame)
    return found


def option_of(now: DroneNow, fleet: FleetNow, wish: Wish, airspace: Airspace, busy: str = "") -> Option:
    """At the first of its heights at which it may go; of those that somebody answers for, at the one with the fewest
    broken rules."""
    state = "flying" if now.is_flying else "standing"
    known = Option(now.name, state, battery_pct=now.battery_pct)
    why = _why_not(now, busy)
    if why:
        return replace(known, why=why)
    others = fleet.others(airspace, now.name)
    first: Option | None = None
    allowed: list[Option] = []
    for layer in _heights(now, wish, airspace):
        found = _at_height(layer, known, now, wish, replace(airspace, others=others))
        if found.can_go and not found.allowed:
            return found
        if found.can_go:
            allowed.append(found)
        elif found.errand is not None and not found.findings:
            first = found
            break  # what its battery does not bear, it bears at no other height
        first = first or found
    if allowed:
        return min(allowed, key=lambda option: len(option.allowed))
    return first or replace(known, why=f"no height for it below {airspace.site.rules.ceiling_m:g} m")


def _why_not(now: DroneNow, busy: str) -> str:
    if busy and now.is_at_an_errand:
        return f"busy with {busy}"
    if now.battery_pct is None:
        return "does not tell how full its battery is: has it a monitor, and is that on?"
    if now.comes_down:
        return f"comes down ({now.mode})"
    return f"not ready: {now.not_ready}" if now.not_ready else ""


def _heights(now: DroneNow, wish: Wish, airspace: Airspace) -> Iterator[Layer]:
    if wish.relative_altitude_m is not None:
        yield Layer(wish.relative_altitude_m, "the order")
        return
    for _, layer in zip(range(MOST_HEIGHTS), heights_of(now, airspace.site), strict=False):
        yield layer


def _at_height(layer: Layer, known: Option, now: DroneNow, wish: Wish, airspace: Airspace) -> Option:
    from dronectl.checks.errands import longest_stay_s
    from dronectl.planning.mission.errand import errand

    drone, ground = airspace.drone(now.name), airspace.ground
    assert now.battery_pct is not None
    home = now.present.home if now.is_flying else drone.home
    try:
        made = errand(
            ground.site,
            ground.frame,
            drone,
            sight_of(wish.place, airspace),
            start=_start(now, airspace),
            is_flying=now.is_flying,
            home=home,
            home_height_m=ground.relief.known_at(*ground.frame.point_to_xy(home)),
            relative_altitude_m=layer.relative_altitude_m,
        )
        ahead = _outlook(made, now, airspace, wish)
    except InputError as error:
        return replace(known, why=error.message, layer=layer)
    longest_s = longest_stay_s(ahead, drone, now.battery_pct, ground)
    stay_s = math.floor(max(1.0, min(wish.stay_s, longest_s)))
    made = made.staying(stay_s)
    still_s = begins_after_s(now) + ahead.up_s + made.way.seconds
    option = replace(
        known,
        layer=layer,
        errand=made,
        arrives_s=still_s + ahead.wind_s,
        windy_arrives_s=still_s + ahead.windy_s,
        there_pct=now.battery_pct - ahead.there_pct,
        longest_stay_s=max(0.0, longest_s),
        stay_s=stay_s,
        home_pct=now.battery_pct - ahead.home_pct - ahead.stay_pct_s * stay_s,
        lands_s=begins_after_s(now) + ahead.lands_s + stay_s,
    )
    if longest_s < min(LEAST_STAY_S, wish.stay_s):
        words = "its battery does not bring it there and home" if longest_s < 0.0 else f"could stay {longest_s:.0f} s"
        return replace(option, why=f"{words} (battery {now.battery_pct:.0f} %)")
    findings = _findings(made, now, airspace)
    errors = errors_of(findings)
    return replace(option, findings=findings, why=violations_text(errors) if errors else "")


def begins_after_s(now: DroneNow) -> float:
    """From the order to the first motion of the errand."""
    return now.speed_m_s / BRAKES_M_S2 - SEEN_BEFORE_S if now.is_flying else READY_S


def sight_of(place: IncidentPlace, airspace: Airspace) -> Sight:
    """What is looked at, above the site's plane."""
    from dronectl.planning.mission.errand import Sight

    ground = airspace.ground
    height_m = ground.relief.known_at(*ground.frame.point_to_xy(place.point)) + place.height_m
    return Sight(place.point, height_m, STANDOFF_M if place.standoff_m is None else place.standoff_m)


def way_of(made: Errand, now: DroneNow) -> Way:
    """The errand as a way from where the drone is; from the ground its own height of return will be the errand's."""
    from dronectl.checks.ways.way import Returns, Way

    if now.is_flying:
        return Way(made.mission, made.first, returns=now.returns)
    return Way(made.mission, made.first, returns=Returns(made.relative_altitude_m))


def _start(now: DroneNow, airspace: Airspace) -> GeoPoint:
    """Where the errand begins: where one in the air will have stopped, the home of one on the ground.

    Raises:
        InputError: that is not at this site.
    """
    from dronectl.checks.ways.way_ahead import rest_of

    drone = airspace.drone(now.name)
    if not now.is_flying:
        return drone.home
    rest = rest_of(now.present, drone, airspace.ground)
    return airspace.place(rest.x_m, rest.y_m)


def _outlook(made: Errand, now: DroneNow, airspace: Airspace, wish: Wish) -> Outlook:
    """
    Raises:
        InputError: it is not at this site.
    """
    import numpy as np

    from dronectl.checks.errands import outlook
    from dronectl.checks.ways.way_ahead import flight_ahead

    flight = flight_ahead(way_of(made, now), now.present, airspace.drone(now.name), airspace.ground)
    wind_m_s = None if wish.wind_m_s is None else np.array(wish.wind_m_s)
    return outlook(flight, made.view_item, wind_m_s, airspace.ground)


def _findings(made: Errand, now: DroneNow, airspace: Airspace) -> tuple[Finding, ...]:
    from dronectl.checks.errands import errand_findings
    from dronectl.checks.flight import NO_FENCE

    assert now.battery_pct is not None
    findings, _ = errand_findings(
        way_of(made, now),
        now.present,
        airspace.drone(now.name),
        airspace.ground,
        charge_pct=now.battery_pct,
        fence=NO_FENCE,
        overrides=airspace.overrides,
        others=airspace.others,
    )
    return findings
