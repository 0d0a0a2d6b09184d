"""Plans of hot-spot patrols: what is promised is flown, at random, by weight."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import hotspot_sites as hot
import numpy as np
import planning_sites as sites
import pytest

from dronectl.checks import check_plan
from dronectl.errors import InputError
from dronectl.formats.plans.plan_folder import read_plan, write_plan
from dronectl.model.ground.zone import PoiCategory
from dronectl.model.plan.mission import Command
from dronectl.model.plan.plan import Plan

DAY = date(2026, 11, 23)
TOWN = hot.site(
    [
        hot.spot("north", 0, 250, weight=1),
        hot.spot("east", 250, 0, weight=4, name="ร้านทองเยาวราช ๒"),
        hot.spot("west", -250, 30, weight=4),
        hot.spot("middle", 20, -20, weight=1),
        hot.spot("corner", 240, 260, weight=2),
        hot.spot("south", -100, -250, weight=2),
    ]
)
FOUR_HOURS = hot.hotspot(14_400.0, max_idleness_s=3600.0)
PLAN = hot.planned(TOWN, hot.patrol(FOUR_HOURS))


def order(plan: Plan) -> list[str]:
    return [point for _, _, point, _ in hot.visits(plan, TOWN)]


def test_no_point_is_left_alone_for_longer_than_promised() -> None:
    for point in TOWN.zones.points:
        assert hot.longest_alone_s(PLAN, TOWN, point.id) <= 3600.0


def test_the_figures_are_those_of_the_flights() -> None:
    (figures,) = PLAN.hotspots
    own = Counter(order(PLAN))
    assert {spot.id: spot.visits for spot in figures.spots} == own
    for spot in figures.spots:
        assert spot.worst_idleness_s == pytest.approx(hot.longest_alone_s(PLAN, TOWN, spot.id), abs=30.0)
    assert figures.worst_idleness_s == max(spot.worst_idleness_s for spot in figures.spots)
    assert figures.revisited_120_min_pct == 100.0
    assert figures.stays_10_16_min_pct == 0.0
    assert 0.6 < (figures.order_entropy or 0.0) <= 1.0
    assert (figures.return_variation or 0.0) > 0.3


def test_the_checks_find_nothing_wrong() -> None:
    assert [found.message for found in check_plan(PLAN, TOWN, day=DAY) if found.severity == "error"] == []


def test_two_drones_are_never_at_one_point_at_once() -> None:
    last: dict[str, float] = {}
    for begin_s, end_s, point, _ in hot.visits(PLAN, TOWN):
        assert begin_s >= last.get(point, 0.0)
        last[point] = end_s


def test_the_same_seed_gives_the_same_plan_and_another_seed_another_order() -> None:
    again, other = (hot.planned(TOWN, hot.patrol(FOUR_HOURS, seed=seed)) for seed in (0, 1))
    assert again == PLAN
    assert order(other) != order(PLAN)


def test_waves_leave_time_to_change_batteries_and_end_within_the_period() -> None:
    (figures,) = PLAN.hotspots
    for drone in PLAN.drones:
        free_s = 0.0
        for sortie in drone.sorties:
            begins_s = figures.wave_starts_s[sortie.number - 1] + sortie.start_s
            assert begins_s >= free_s
            free_s = begins_s + sortie.duration_s + 60.0 * TOWN.rules.turnaround_min
            assert begins_s + sortie.duration_s <= figures.period_s


def test_heavy_points_are_visited_more() -> None:
    weights = [point.weight for point in TOWN.zones.points]
    counts = np.zeros(len(weights))
    for seed in range(4):
        (figures,) = hot.planned(TOWN, hot.patrol(FOUR_HOURS, seed=seed)).hotspots
        counts += [spot.visits for spot in figures.spots]
    assert np.corrcoef(weights, counts)[0, 1] > 0.5


def test_drones_go_to_the_gaps_between_cameras() -> None:
    # Four alike, two of them watched: a wave has time for two or three of the four.
    points = [hot.spot(f"shop_{k}", x, y) for k, (x, y) in enumerate(((-200, 100), (-60, 150), (60, 150), (200, 100)))]
    eyes = [
        hot.camera("eye_0", -240, 100, bearing_deg=90, range_m=60, view_deg=60),
        hot.camera("eye_3", 200, 140, bearing_deg=180, range_m=60, view_deg=60),
    ]
    stays = replace(FOUR_HOURS, max_idleness_s=7200.0, stay_s=(240.0, 300.0), cctv_discount=0.9)
    seen, unseen = [], []
    for seed in range(4):
        (figures,) = hot.planned(hot.site(points, cctv=eyes, drones=1), hot.patrol(stays, seed=seed)).hotspots
        seen += [spot.visits for spot in figures.spots if spot.cctv]
        unseen += [spot.visits for spot in figures.spots if not spot.cctv]
    assert [spot.cctv for spot in figures.spots] == [("eye_0",), (), (), ("eye_3",)]
    assert [round(spot.weight_after_cctv, 9) for spot in figures.spots] == [0.1, 1.0, 1.0, 0.1]
    assert sum(seen) < 0.75 * sum(unseen)
    assert min(seen) >= 2  # a camera does not release from the promise


def test_long_stays_are_drawn_within_what_was_asked_at_the_points_that_need_them() -> None:
    batteries = replace(FOUR_HOURS, max_idleness_s=7200.0, stay_s=(600.0, 960.0), stay_at=("east", "west"))
    fleet = sites.drones(3, capacity_wh=260.0)
    town = replace(TOWN, drones=tuple(fleet))
    plan = hot.planned(town, hot.patrol(batteries))
    ids = {(point.position.lat_e7, point.position.lon_e7): point.id for point in town.zones.points}
    stays = {"east": set[float](), "west": set[float]()}
    for drone in plan.drones:
        for sortie in drone.sorties:
            looked_at = None
            for item in sortie.mission.items:
                if item.command == Command.DO_SET_ROI:
                    looked_at = ids.get((item.lat_e7, item.lon_e7))
                if item.command == Command.NAV_LOITER_TIME:
                    if looked_at in stays:
                        stays[looked_at].add(item.param1)
                    else:
                        assert item.param1 == 15.0
    drawn = stays["east"] | stays["west"]
    assert len(drawn) >= 5
    assert all(600.0 <= stay_s <= 960.0 for stay_s in drawn)
    (figures,) = plan.hotspots
    assert figures.stays_10_16_min_pct == pytest.approx(
        100.0 * sum(s.visits for s in figures.spots if s.id in stays) / sum(s.visits for s in figures.spots)
    )


def test_no_more_sorties_than_there_are_batteries() -> None:
    plan = hot.planned(TOWN, hot.patrol(replace(FOUR_HOURS, max_idleness_s=7200.0, most_sorties=4)))
    assert plan.sortie_numbers() == (1, 2, 3, 4)
    gaps = np.diff(plan.hotspots[0].wave_starts_s)
    assert len(set(gaps.tolist())) == 3  # waves do not come like clockwork either
    assert all(hot.longest_alone_s(plan, TOWN, point.id) <= 7200.0 for point in TOWN.zones.points)


def test_a_single_point_and_a_single_drone_are_a_patrol() -> None:
    town = hot.site([hot.spot("only", 0, 0)], drones=1)
    plan = hot.planned(town, hot.patrol(replace(FOUR_HOURS, max_idleness_s=2400.0)))
    (figures,) = plan.hotspots
    assert figures.order_entropy is None
    assert hot.longest_alone_s(plan, town, "only") <= 2400.0


def test_a_promise_that_cannot_be_kept_is_refused_with_one_that_can() -> None:
    asked = replace(FOUR_HOURS, max_idleness_s=900.0)
    with pytest.raises(InputError, match=r"within 15 min: the least found is \d+ min") as caught:
        hot.planned(TOWN, hot.patrol(asked))
    least_min = int(caught.value.message.rsplit(" ", 2)[1])
    assert f"max_idleness_min = {least_min}" in caught.value.hint
    plan = hot.planned(TOWN, hot.patrol(replace(asked, max_idleness_s=60.0 * least_min)))
    assert all(hot.longest_alone_s(plan, TOWN, point.id) <= 60.0 * least_min for point in TOWN.zones.points)


def test_a_stay_longer_than_every_battery_is_refused_with_what_it_lasts_for() -> None:
    with pytest.raises(
        InputError, match=r"no drone can stay at point \w+ for 40:00 min: .* its battery lasts for \d+:"
    ):
        hot.planned(TOWN, hot.patrol(replace(FOUR_HOURS, stay_s=(2400.0, 3000.0))))


def test_a_period_too_short_to_visit_all_is_refused() -> None:
    with pytest.raises(InputError, match="cannot even visit each of the 6 points once in 5 min"):
        hot.planned(TOWN, hot.patrol(hot.hotspot(300.0)))


def test_an_unreachable_point_is_named() -> None:
    ring = sites.keep_out("wall", [(150, 150), (400, 150), (400, 400), (150, 400)])
    town = replace(TOWN, zones=replace(TOWN.zones, keep_outs=(ring,)))
    with pytest.raises(InputError, match="corner"):
        hot.planned(town, hot.patrol(FOUR_HOURS))


def test_points_without_weight_are_visited_as_promised_too() -> None:
    points = tuple(replace(point, weight=0.0) for point in TOWN.zones.points)
    town = replace(TOWN, zones=replace(TOWN.zones, points=points))
    plan = hot.planned(town, hot.patrol(FOUR_HOURS))
    assert all(hot.longest_alone_s(plan, town, point.id) <= 3600.0 for point in points)


def test_other_points_of_the_site_are_not_visited() -> None:
    town = replace(TOWN, zones=replace(TOWN.zones, points=(*TOWN.zones.points, sites.point("bank", 100, 100))))
    assert town.zones.points[-1].category is PoiCategory.BANK
    plan = hot.planned(town, hot.patrol(FOUR_HOURS))
    assert "bank" not in {spot.id for spot in plan.hotspots[0].spots}


def test_a_plan_folder_keeps_the_figures_until_a_mission_is_edited(tmp_path: Path) -> None:
    folder = tmp_path / "แผน"
    write_plan(PLAN, folder, None)
    assert read_plan(folder).hotspots == PLAN.hotspots
    mission = folder / "alpha.waypoints"
    mission.write_text(mission.read_text().replace("\t40.0", "\t41.0"))
    edited = read_plan(folder)
    assert edited.edited == ("alpha.waypoints",)
    assert edited.hotspots == ()


def test_the_checker_finds_a_promise_that_the_flights_do_not_keep() -> None:
    (figures,) = PLAN.hotspots
    least = min(spot.worst_idleness_s for spot in figures.spots)
    bold = replace(PLAN, hotspots=(replace(figures, max_idleness_s=0.9 * least),))
    found = [one for one in check_plan(bold, TOWN, day=DAY) if one.rule == "idleness"]
    assert len(found) == len(figures.spots)
    assert all(one.unit == "min" and (one.amount or 0.0) > 0.0 for one in found)
    without_a_wave = replace(
        PLAN,
        drones=tuple(
            replace(drone, sorties=tuple(s for s in drone.sorties if s.number not in (3, 4, 5)))
            for drone in PLAN.drones
        ),
    )
    missed = [one for one in check_plan(without_a_wave, TOWN, day=DAY) if one.rule == "idleness"]
    named = {one.message.partition(" to point ")[2].split()[0] for one in missed}
    assert named == {point.id for point in TOWN.zones.points}
