"""Planned against flown: every figure against what a hand works out."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from flown_plans import Place, flights, knots, mission, shipped_site, track_along

from dronectl.analysis.flight_comparison import Comparison, Spread, compare_track
from dronectl.checks.flight import Flight
from dronectl.errors import InputError
from dronectl.geodesy.frame import LocalFrame
from dronectl.model.plan.mission import Mission
from dronectl.model.site import Site
from dronectl.model.track.track import EventKind, Track, TrackEvent

CORNERS: tuple[Place, ...] = ((100.0, 0.0), (100.0, 100.0), (0.0, 100.0))
"""Items 2, 3 and 4; 1 is the take-off and 5 the return."""


@pytest.fixture(scope="module")
def site() -> Site:
    return shipped_site()


@pytest.fixture(scope="module")
def square(site: Site) -> Flight:
    (flight,) = flights(site, mission(site, CORNERS))
    return flight


def against(site: Site, track: Track, *planned: Flight, within_m: float | None = None) -> Comparison:
    return compare_track(track, planned, LocalFrame(site.home), within_m=within_m)


def test_a_flight_as_planned_has_no_errors(site: Site, square: Flight) -> None:
    found = against(site, track_along(site, *knots(square)), square)
    assert found.cross_track.max_m < 0.02
    assert found.height is not None
    assert found.height.max_m < 0.02
    assert [leg.item for leg in found.legs] == [1, 2, 3, 4, 5]
    assert found.missed == ()
    assert found.flown_s == pytest.approx(found.planned_s, abs=0.2)
    assert found.planned_m == pytest.approx(400.0, abs=0.1)
    assert found.flown_m == pytest.approx(400.0, abs=2.0)
    for leg in found.legs[:-1]:
        assert leg.flown_s == pytest.approx(leg.planned_s, abs=0.15)
    assert found.within_m == square.drone.waypoint_radius_m + 1.0


def test_a_shift_is_the_cross_track_error_of_the_legs_across_it(site: Site, square: Flight) -> None:
    times_s, places_m = knots(square)
    found = against(site, track_along(site, times_s, places_m + np.array([2.0, 0.0, 0.0])), square)
    legs = {leg.item: leg for leg in found.legs}
    north = legs[3].cross_track
    assert north is not None
    assert north.mean_m == pytest.approx(2.0, abs=0.05)
    assert north.p95_m == pytest.approx(2.0, abs=0.01)
    assert north.max_m == pytest.approx(2.0, abs=0.01)
    west = legs[4].cross_track
    assert west is not None
    assert west.p95_m < 0.1, "along the leg a shift is no error"
    assert found.cross_track.max_m == pytest.approx(2.0, abs=0.01)
    assert found.worst.cross_track_m == found.cross_track.max_m
    assert legs[5].off_m == pytest.approx(2.0, abs=0.01), "it landed so far from home"


def test_height_errors_have_their_sign_at_the_waypoint(site: Site, square: Flight) -> None:
    times_s, places_m = knots(square)
    lower = places_m.copy()
    lower[3:-1, 2] -= 1.5
    found = against(site, track_along(site, times_s, lower), square)
    leg = found.legs[2]
    assert leg.height is not None
    assert leg.height.mean_m == pytest.approx(1.5, abs=0.01)
    assert leg.off_height_m == pytest.approx(-1.5, abs=0.01)
    assert leg.off_m == pytest.approx(1.5, abs=0.05)


def test_a_corner_that_was_cut_off_is_missed_by_its_distance(site: Site, square: Flight) -> None:
    times_s, places_m = knots(square)
    corner = next(n for n, place in enumerate(places_m) if np.allclose(place[:2], (100.0, 100.0), atol=0.1))
    cut = track_along(site, np.delete(times_s, corner), np.delete(places_m, corner, axis=0))
    found = against(site, cut, square)
    assert found.missed == (3,)
    missed = found.legs[2]
    assert missed.off_m == pytest.approx(100.0 / math.sqrt(2.0), abs=0.1)
    assert missed.flown_s is None
    assert not missed.reached
    assert against(site, cut, square, within_m=71.0).missed == ()


def test_a_flight_that_was_broken_off_misses_the_rest(site: Site, square: Flight) -> None:
    times_s, places_m = knots(square)
    found = against(site, track_along(site, times_s[:5], places_m[:5]), square)
    assert found.missed == (3, 4, 5)
    assert [leg.samples for leg in found.legs[3:]] == [0, 0]
    assert found.legs[3].cross_track is None
    assert found.legs[3].off_m == pytest.approx(math.hypot(100.0, 100.0), abs=0.2)


def test_delays_are_told_where_they_came(site: Site, square: Flight) -> None:
    times_s, places_m = knots(square)
    late = times_s.copy()
    late[5:] += 30.0  # between items 2 and 3
    found = against(site, track_along(site, late, places_m), square)
    late_s = [leg.flown_s - leg.planned_s for leg in found.legs if leg.flown_s is not None]
    assert late_s[:4] == pytest.approx([0.0, 0.0, 30.0, 30.0], abs=0.2)
    assert found.flown_s - found.planned_s == pytest.approx(30.0, abs=0.2)


def test_waiting_on_the_ground_is_not_flown_time(site: Site, square: Flight) -> None:
    times_s, places_m = knots(square)
    waited = track_along(site, np.append(0.0, times_s + 60.0), np.vstack([places_m[:1], places_m]))
    found = against(site, waited, square)
    assert found.flown_s == pytest.approx(found.planned_s, abs=0.2)
    assert (found.start_utc - waited.time_utc[0]) / np.timedelta64(1, "s") == pytest.approx(60.0, abs=0.2)


def test_a_turn_on_the_spot_is_passed_when_it_is_reached_and_not_on_the_way(site: Site) -> None:
    (there_and_back,) = flights(site, mission(site, ((200.0, 0.0), (50.0, 0.0), (150.0, 0.0))))
    found = against(site, track_along(site, *knots(there_and_back)), there_and_back)
    assert found.missed == ()
    for leg in found.legs[:-1]:
        assert leg.flown_s == pytest.approx(leg.planned_s, abs=0.3), leg.item


def test_stays_are_measured(site: Site) -> None:
    (planned,) = flights(site, mission(site, CORNERS, stay_s=20.0))
    found = against(site, track_along(site, *knots(planned)), planned)
    stays = [leg for leg in found.legs if leg.planned_stay_s]
    assert [leg.item for leg in stays] == [2, 3, 4]
    for leg in stays:
        assert leg.planned_stay_s == pytest.approx(20.0)
        assert leg.flown_stay_s == pytest.approx(20.0, abs=0.5)
        assert leg.flown_s == pytest.approx(leg.planned_s, abs=0.4)


def test_only_auto_counts_and_all_of_a_flight_that_tells_no_mode(site: Site, square: Flight) -> None:
    times_s, places_m = knots(square)
    seventh = float(times_s[5])
    aside = np.insert(places_m, 6, places_m[5] + np.array([0.0, 80.0, 0.0]), axis=0)
    aside = np.insert(aside, 7, places_m[5], axis=0)
    detour_s = np.concatenate([times_s[:6], [seventh + 20.0, seventh + 40.0], times_s[6:] + 40.0])
    modes = ((0.0, "AUTO"), (seventh, "GUIDED"), (seventh + 40.0, "AUTO"))
    found = against(site, track_along(site, detour_s, aside, modes=modes), square)
    assert found.in_auto
    assert found.cross_track.max_m < 0.5
    untold = against(site, track_along(site, detour_s, aside, modes=()), square)
    assert not untold.in_auto
    assert untold.cross_track.max_m > 50.0
    assert len(untold.samples) > len(found.samples)


def test_a_flight_without_heights_is_compared_over_ground(site: Site, square: Flight) -> None:
    track = track_along(site, *knots(square))
    unknown = replace(track, relative_altitude_m=np.full(len(track), np.nan))
    found = against(site, unknown, square)
    assert found.height is None
    assert found.cross_track.max_m < 0.02
    assert found.missed == ()
    assert math.isnan(found.legs[2].off_height_m)


def test_the_sortie_is_found_that_was_flown(site: Site) -> None:
    east, west = mission(site, ((80.0, 0.0), (80.0, 90.0))), mission(site, ((-80.0, 0.0), (-80.0, 90.0)))
    planned = flights(site, east, west)
    assert against(site, track_along(site, *knots(planned[1])), *planned).planned.sortie == 2
    assert against(site, track_along(site, *knots(planned[0])), *planned).planned.sortie == 1
    same = flights(site, east, east)
    assert against(site, track_along(site, *knots(same[1])), *same).planned.sortie == 1


def test_the_autopilots_own_word_is_kept_beside(site: Site, square: Flight) -> None:
    track = track_along(site, *knots(square))
    assert {leg.reported for leg in against(site, track, square).legs} == {None}
    said = TrackEvent(track.time_utc[-1], EventKind.WAYPOINT, "waypoint 3")
    reported = {leg.item: leg.reported for leg in against(site, replace(track, events=(said,)), square).legs}
    assert reported == {1: False, 2: False, 3: True, 4: False, 5: False}


def test_one_sample_is_enough_and_another_place_is_not(site: Site, square: Flight) -> None:
    track = track_along(site, *knots(square))
    one = track.take(np.arange(len(track)) == 0)
    assert against(site, one, square).cross_track.max_m < 0.02
    elsewhere = replace(track, lat_deg=track.lat_deg + 5.0)
    with pytest.raises(InputError, match="was not at this site"):
        against(site, elsewhere, square)
    (nothing,) = flights(site, Mission(square.mission.items[:1]))
    with pytest.raises(InputError, match="goes nowhere"):
        against(site, track, nothing)


def test_a_spread_is_of_sizes() -> None:
    spread = Spread.of(np.array([-3.0, 1.0, np.nan, 2.0]))
    assert spread == Spread(2.0, pytest.approx(2.9), 3.0)
    assert Spread.of(np.array([np.nan])) is None
