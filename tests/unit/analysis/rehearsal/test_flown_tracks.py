"""Flown tracks against the site's volumes and against each other."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
import shapely

from dronectl.analysis.rehearsal.airspace import Airspace
from dronectl.analysis.rehearsal.apart import all_apart, apart_from_others
from dronectl.analysis.rehearsal.envelope import envelope, line_of, rings_of
from dronectl.analysis.rehearsal.kept import judge_track
from dronectl.analysis.rehearsal.lifting import lifted
from dronectl.checks import flights_and_ground
from dronectl.checks.flight import Flight, Ground
from dronectl.model.plan.plan import Plan
from dronectl.model.rehearsal.flown import End, FlownSortie, Photographs, Track
from dronectl.model.rehearsal.settings import Judgement
from dronectl.model.site import Site

NONE = np.zeros(0)
DAY = date(2026, 3, 1)


@pytest.fixture(scope="module")
def flights(site: Site, plan: Plan) -> tuple[list[Flight], Ground]:
    return flights_and_ground(plan, site, DAY)


@pytest.fixture(scope="module")
def airspace(flights: tuple[list[Flight], Ground]) -> Airspace:
    return Airspace.of(flights[0][0], flights[1])


def flown(
    airspace: Airspace, ways: list[tuple[float, float, float]], *, drone: str = "alpha", start_s: float = 0.0,
    end: End = End.LANDED,
) -> FlownSortie:  # fmt: skip
    """Along straight ways between places (east, north, height) in the site's plane, a quarter of a second a metre."""
    x, y, up = (np.array(column) for column in zip(*ways, strict=True))
    at = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)) + np.abs(np.diff(up)))])
    steps = np.arange(0.0, at[-1], 1.0)
    x, y, up = (np.interp(steps, at, column) for column in (x, y, up))
    lat, lon = airspace.frame.to_geo(x, y)
    track = Track(
        start_s + steps * 0.25, lat, lon, up, np.full(len(steps), 3, np.int32), np.linspace(100, 80, len(steps))
    )
    return FlownSortie(drone, 1, track, Photographs(NONE, NONE, NONE, NONE), start_s, end)


def judged(one: FlownSortie, airspace: Airspace, share: float = 0.5) -> dict[str, float]:
    kept = judge_track(one, airspace, Judgement(ceiling_tolerance_m=1.0), margin_share=share)
    return {breach.rule: breach.amount for breach in kept.breaches}


def tower(airspace: Airspace) -> tuple[shapely.Point, float]:
    """Middle and half width of a keep-out that reaches to the sky."""
    area = next(volume.area for volume in airspace.volumes if volume.zone == "tower")
    return area.centroid, (area.bounds[2] - area.bounds[0]) / 2


def test_a_track_through_a_keep_out_and_one_beside_it(airspace: Airspace) -> None:
    middle, half_m = tower(airspace)
    height_m = 50.0

    def past(aside_m: float) -> FlownSortie:
        x = middle.x + aside_m
        return flown(airspace, [(x, middle.y - 60.0, height_m), (x, middle.y + 60.0, height_m)])

    assert judged(past(0.0), airspace)["keep-out"] > 10.0
    beside = judge_track(past(half_m + 3.0), airspace, Judgement(), margin_share=0.5)
    assert [breach.zone for breach in beside.breaches] == ["tower"]
    assert beside.keep_out_m == pytest.approx(3.0, abs=0.3)
    assert "m to be left" in beside.breaches[0].words
    assert not judged(past(half_m + 3.0), airspace, share=0.1)
    assert not judged(past(half_m + 6.0), airspace)


def test_a_track_out_of_the_fence(airspace: Airspace) -> None:
    assert airspace.fence is not None
    west = airspace.fence[1].bounds[0]
    found = judge_track(
        flown(airspace, [(west + 200.0, 0.0, 50.0), (west - 30.0, 0.0, 50.0)]), airspace, Judgement(), margin_share=0.0
    )
    (breach,) = (one for one in found.breaches if one.rule == "fence")
    assert breach.amount == pytest.approx(-found.fence_m, abs=0.01)
    assert "outside the fence" in breach.words
    assert breach.time_s > 50.0


def test_a_track_above_the_ceiling_and_one_that_never_lands(airspace: Airspace) -> None:
    high = flown(airspace, [(0.0, -100.0, 0.0), (0.0, -100.0, 92.0), (20.0, -100.0, 92.0)], end=End.EMPTY)
    found = judged(high, airspace)
    assert found["ceiling"] == pytest.approx(2.0, abs=1.0)
    assert "landing" in found
    assert "ceiling" not in judged(flown(airspace, [(0.0, -100.0, 0.0), (0.0, -100.0, 90.5)]), airspace)


def test_over_ground_where_it_is_known(airspace: Airspace) -> None:
    class Hill:
        is_flat = False

        @staticmethod
        def heights_m(xy_m: np.ndarray) -> np.ndarray:
            return np.where(np.abs(xy_m[:, 0]) < 20.0, 45.0, 0.0)

    hilly = replace(airspace, relief=Hill())  # type: ignore[arg-type]
    over = flown(airspace, [(-100.0, -150.0, 0.0), (-100.0, -150.0, 50.0), (100.0, -150.0, 50.0)])
    assert judged(over, hilly, share=0.5)["terrain"] == pytest.approx(5.0, abs=0.01)
    assert "terrain" not in judged(over, hilly, share=0.2)


def test_two_drones_that_meet_and_one_that_is_late(airspace: Airspace, flights: tuple[list[Flight], Ground]) -> None:
    airspaces = {"alpha": airspace, "bravo": airspace}
    first = flown(airspace, [(-50.0, 0.0, 50.0), (50.0, 0.0, 50.0)])
    second = flown(airspace, [(0.0, -50.0, 52.0), (0.0, 50.0, 52.0)], drone="bravo")
    late = flown(airspace, [(0.0, -50.0, 52.0), (0.0, 50.0, 52.0)], drone="bravo", start_s=5.0)
    closest_m, breaches = all_apart([first, second], airspaces, 5.0)
    assert closest_m == pytest.approx(2.0, abs=0.8)
    assert [breach.rule for breach in breaches] == ["separation"]
    assert not all_apart([first, late], airspaces, 5.0)[1]
    assert apart_from_others(first, [second, late], airspaces, 5.0)[0].words.startswith("2.")
    on_ground = flown(airspace, [(0.0, 0.0, 0.0), (3.0, 0.0, 0.0)])
    assert all_apart([on_ground, replace(on_ground, drone="bravo")], airspaces, 5.0)[0] == float("inf")


def test_what_a_person_allows_counts_not(airspace: Airspace, flights: tuple[list[Flight], Ground]) -> None:
    middle, _ = tower(airspace)
    through = flown(airspace, [(middle.x, middle.y - 60.0, 50.0), (middle.x, middle.y + 60.0, 50.0)])
    breaches = judge_track(through, airspace, Judgement(), margin_share=0.5).breaches
    (by,) = lifted(breaches, *flights, ["keep-out by Somchai"])
    assert by.by == "override by Somchai"
    (nobody,) = lifted(breaches, *flights, ["ceiling by Somchai"])
    assert nobody.by is None


def test_where_all_went_is_an_area_around_all_ways(airspace: Airspace) -> None:
    lines = [
        line_of(flown(airspace, [(0.0, y, 50.0), (100.0, y, 50.0)]).track, airspace.frame) for y in (0.0, 0.5, 40.0)
    ]
    assert all(len(line) == 2 for line in lines)
    area = envelope(lines)
    assert area.area == pytest.approx(100.0 * 1.5 + 100.0, rel=0.05)
    assert len(rings_of(area, airspace.frame)) == 2
