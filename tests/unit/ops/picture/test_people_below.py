"""An officer who walks under a drone in flight: alarmed within the circle that orders keep clear of, and never taken
for gone because nothing is heard of him."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import shapely
from effort import examples
from hypothesis import given
from hypothesis import strategies as st
from watched_flight import WatchedFlight

from dronectl.geodesy.plane import LocalPlane
from dronectl.model.alarm import AlarmKind
from dronectl.model.geo import GeoPoint
from dronectl.model.plan.plan import Plan
from dronectl.model.site import Site
from dronectl.model.tak.officers import MISSED_FOR, Officer, OfficersPicture
from dronectl.model.tak.settings import TakSettings, TakTransport
from dronectl.ops.orders.officers import circles_of
from dronectl.ops.picture.people_below import PeopleBelow
from dronectl.ops.tak.shared_officers import NOBODY, officers_now, write_known

NOON = datetime(2026, 12, 1, 5, 0, tzinfo=UTC)
HERE = GeoPoint(16.05, 103.65)
PLANE = LocalPlane(HERE)
MARGIN_M = 10.0
TAK = TakSettings(TakTransport.TCP, "tak", 8087, "ROI-ET", officers_margin_m=MARGIN_M, crew=("Pilot",))


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def officer(place: GeoPoint, seen_s: float = 0.0, name: str = "สมชาย", **more: float | None) -> Officer:
    one = Officer(name, name, place, at(seen_s), at(seen_s + 75.0), 5.0, 1.5)
    return replace(one, **more)  # type: ignore[arg-type]


def off(east_m: float, north_m: float = 0.0) -> GeoPoint:
    return GeoPoint(*PLANE.to_degrees((east_m, north_m)))


def told_of(one: Officer, moment: datetime) -> OfficersPicture:
    is_known = one.is_known(moment)
    return OfficersPicture("tcp://tak", "", (one,) if is_known else (), () if is_known else (one,), MARGIN_M)


class Walk:
    """alpha over its site, and officers as a workspace tells of them, on alpha's clock."""

    def __init__(self, site: Site, plan: Plan, root: Path) -> None:
        self.root, self.flown = root, WatchedFlight(site, plan)
        self.began_s = self.flown.now_s

    def flies(self) -> None:
        self.flown.take_off()
        self.flown.run(20.0)
        self.flown.order("BRAKE")
        self.flown.run(8.0)

    @property
    def below(self) -> GeoPoint:
        assert self.flown.state.position is not None
        return self.flown.state.position

    def beside(self, metres: float) -> GeoPoint:
        return GeoPoint(*LocalPlane(self.below).to_degrees((metres, 0.0)))

    @property
    def t_s(self) -> float:
        return self.flown.now_s - self.began_s

    def tell(self, *known: Officer, why: str = "") -> None:
        write_known(self.root, TAK.url, why, known, at(self.t_s))
        self.look()

    def look(self) -> None:
        moment = at(self.t_s)
        self.flown.fleet.people.know(officers_now(self.root, TAK, moment), moment, self.flown.now_s)

    @property
    def said(self) -> str:
        alarm = self.flown.fold.active(AlarmKind.OFFICER)
        return "" if alarm is None else f"{alarm.severity}: {alarm.message}"


@pytest.fixture
def walk(site: Site, plan: Plan, tmp_path: Path) -> Walk:
    return Walk(site, plan, tmp_path)


def test_who_walks_under_a_drone_is_alarmed_until_he_has_gone(walk: Walk) -> None:
    walk.flown.run(3.0)
    walk.tell(officer(walk.below, walk.t_s))
    walk.flown.run(3.0)
    assert walk.said == "", "a drone on the ground is over nobody"
    walk.flies()
    assert walk.said.startswith("critical: officer สมชาย is below: 0 m from under it"), "it took off over him"
    walk.tell(officer(walk.beside(40.0), walk.t_s))
    walk.flown.run(6.0)
    assert walk.said == ""
    walk.tell(officer(walk.beside(6.0), walk.t_s))
    walk.flown.run(2.0)
    assert walk.said == "critical: officer สมชาย is below: 6 m from under it, known to 18 m, seen 2 s ago"
    walk.tell(officer(walk.beside(60.0), walk.t_s))
    walk.flown.run(6.0)
    assert walk.said == ""
    assert [alarm.kind for alarm in walk.flown.fold.cleared] == [AlarmKind.OFFICER] * 2


def test_one_of_the_crew_stands_where_he_must(walk: Walk) -> None:
    walk.flies()
    walk.tell(officer(walk.below, walk.t_s, "Pilot"))
    walk.flown.run(4.0)
    assert walk.said == ""


@pytest.mark.parametrize("how", ["silent", "nobody listens", "forgotten", "unreadable"])
def test_what_is_not_known_any_more_does_not_clear_an_alarm(walk: Walk, how: str) -> None:
    walk.flies()
    seen = officer(walk.beside(6.0), walk.t_s)
    walk.tell(seen)
    walk.flown.run(2.0)
    for _ in range(45):
        walk.flown.run(2.0)
        if how == "silent":
            walk.tell(seen)
        elif how == "nobody listens":
            walk.look()
        elif how == "forgotten":
            walk.tell()
        else:
            (walk.root / "flights" / "officers.json").write_text("{", encoding="utf-8")
            walk.look()
        assert "officer สมชาย" in walk.said
    said = "officer สมชาย may be below: 6 m from under it, known to 128 m, seen 92 s ago and not any more"
    assert walk.said.endswith(said)
    walk.flown.displace(200.0, 0.0)
    walk.flown.run(8.0)
    assert walk.said == "", "his circle is that of when he was known last"


def test_who_was_known_once_warns_a_drone_that_comes_over_his_place(walk: Walk) -> None:
    walk.flies()
    gone = officer(walk.below, walk.t_s - 100.0)
    walk.tell(gone, why=NOBODY)
    walk.flown.run(3.0)
    assert walk.said.startswith("warning: officer สมชาย may be below: 0 m from under it")


seconds = st.floats(0.0, 120.0)
figures = st.one_of(st.none(), st.floats(0.0, 40.0))


@examples(150)
@given(st.floats(-260.0, 260.0), st.floats(-260.0, 260.0), seconds, figures, st.one_of(st.none(), st.floats(0.0, 3.0)))
def test_the_circle_is_that_of_the_orders(
    east_m: float, north_m: float, age_s: float, ce_m: float | None, speed_m_s: float | None
) -> None:
    """Whoever is known: a drone is over him where an order would be refused, but for what a polygon is wider than its
    circle; and no more later than earlier."""
    one = officer(HERE, -age_s, ce_m=ce_m, speed_m_s=speed_m_s)
    is_known = one.is_known(NOON)
    people = PeopleBelow()
    people.know(told_of(one, NOON), NOON, 0.0)
    place = off(east_m, north_m)
    found = people.below(place, 0.0)
    (keep_out,) = circles_of([one], min(NOON, one.known_until), MARGIN_M)
    ring = shapely.Polygon([PLANE.to_xy(corner) for corner in keep_out.polygon.exterior])
    point = shapely.Point(PLANE.to_xy(place))
    if found is not None:
        assert ring.buffer(0.1).contains(point)
        assert found.is_known is is_known
        for later_s in (0.5, 30.0, MISSED_FOR.total_seconds()):
            later = people.below(place, later_s)
            assert later is not None
            assert later.radius_m >= found.radius_m
    else:
        assert ring.exterior.distance(point) < 0.01 * one.radius_m(NOON, MARGIN_M) + 0.1 or not ring.contains(point)


@examples(100)
@given(
    st.lists(st.tuples(st.floats(1.0, 60.0), st.sampled_from(["seen", "silent", "empty", "nobody"])), max_size=30),
    st.floats(0.0, 14.9),
)
def test_nobody_is_ever_taken_for_gone(steps: list[tuple[float, str]], away_m: float) -> None:
    """Whatever is told or not told, a drone that stays within his circle stays over him while he is remembered."""
    people, moment_s, seen = PeopleBelow(), 0.0, officer(HERE, 0.0)
    people.know(OfficersPicture("tcp://tak", "", (seen,), margin_m=MARGIN_M), NOON, 0.0)
    for passed_s, what in steps:
        moment_s += passed_s
        if what == "seen":
            seen = officer(HERE, moment_s)
        is_known = seen.is_known(at(moment_s))
        told = told_of(seen, at(moment_s))
        if what in ("empty", "nobody"):
            told = replace(told, officers=(), missed=(), why=NOBODY if what == "nobody" else "")
        people.know(told, at(moment_s), moment_s)
        found = people.below(off(away_m), moment_s)
        if moment_s - (seen.seen - NOON).total_seconds() <= MISSED_FOR.total_seconds():
            assert found is not None
            assert found.is_known is is_known
