"""What changed between two plans: all of it, and nothing that did not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from dronectl.analysis.plan_differences import Change, plan_differences
from dronectl.model.geo import GeoPoint
from dronectl.model.plan.finding import Finding, Severity
from dronectl.model.plan.mission import Mission, MissionItem
from dronectl.model.plan.plan import DronePlan, Plan, Sortie
from dronectl.model.site import Site

NAN = float("nan")


def with_drone(plan: Plan, change: Callable[[DronePlan], DronePlan]) -> Plan:
    """Another first drone."""
    return replace(plan, drones=(change(plan.drones[0]), *plan.drones[1:]))


def with_sortie(plan: Plan, change: Callable[[Sortie], Sortie]) -> Plan:
    return with_drone(plan, lambda drone: replace(drone, sorties=(change(drone.sorties[0]), *drone.sorties[1:])))


def with_items(plan: Plan, change: Callable[[list[MissionItem]], list[MissionItem]]) -> Plan:
    def changed(sortie: Sortie) -> Sortie:
        return replace(sortie, mission=replace(sortie.mission, items=tuple(change(list(sortie.mission.items)))))

    return with_sortie(plan, changed)


def test_a_plan_made_again_is_the_same(plan: Plan, site: Site) -> None:
    again = replace(plan, name="other", created_utc="2027-01-01T00:00:00Z")
    found = plan_differences(plan, again, site)
    assert found.equal
    assert not any(drone.is_one or drone.zones_m for drone in found.drones)
    assert not found.sources
    assert found.drones[0].sorties[0].same == len(plan.drones[0].sorties[0].mission) - 1


def test_items_are_lined_up(plan: Plan, site: Site) -> None:
    """One more at the beginning, one gone, one raised; home (item 0) is the vehicle's."""
    count = len(plan.drones[0].sorties[0].mission) - 1

    def one(after: Plan) -> tuple[int, int, int, int, int | None]:
        (items,) = plan_differences(plan, after, site).drones[0].sorties
        return items.same, items.added, items.removed, items.changed, items.first_item

    extra = MissionItem(command=16, lat_e7=160550000, lon_e7=1036510000, altitude_m=50.0)
    assert one(with_items(plan, lambda items: [*items[:3], extra, *items[3:]])) == (count, 1, 0, 0, 3)
    assert one(with_items(plan, lambda items: items[:-1])) == (count - 1, 0, 1, 0, count)
    raised = one(with_items(plan, lambda items: [*items[:3], replace(items[3], altitude_m=61.0), *items[4:]]))
    assert raised == (count - 1, 0, 0, 1, 3)
    assert one(with_items(plan, lambda items: [replace(items[0], altitude_m=1.0), *items[1:]]))[4] is None
    unknown = with_items(plan, lambda items: [*items[:3], replace(items[3], param4=NAN), *items[4:]])
    (same,) = plan_differences(unknown, unknown, site).drones[0].sorties
    assert same.first_item is None


def test_zones_are_measured_in_metres_flown(plan: Plan, site: Site) -> None:
    """Two legs straight through a zone are its width there and back."""
    zone = site.zones.zone("economic_district")
    assert zone is not None
    lats = [point.lat_deg for point in zone.polygon.exterior]
    middle = (min(lats) + max(lats)) / 2
    through = [
        MissionItem(command=16, lat_e7=round(middle * 1e7), lon_e7=round(lon_deg * 1e7), altitude_m=58.0)
        for lon_deg in (103.6560, 103.6580, 103.6560)
    ]
    after = with_items(plan, lambda items: [*items[:3], *through, *items[3:]])
    change = plan_differences(plan, after, site).drones[0].zones_m["economic_district"]
    assert change.before == 0
    assert isinstance(change.after, int)
    assert 2 * 213 <= change.after <= 2 * 213 + 200  # and the ways there and back
    assert plan_differences(plan, after, None).drones[0].zones_m == {}


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (lambda one: replace(one, sorties=tuple(replace(s, distance_m=9.0) for s in one.sorties)), "distance_m"),
        (lambda one: replace(one, sorties=tuple(replace(s, battery_pct=9.0) for s in one.sorties)), "battery_pct"),
        (lambda one: replace(one, sorties=tuple(replace(s, work_altitude_m=9) for s in one.sorties)), "altitudes_m"),
        (lambda one: replace(one, rtl_altitude_m=9.0), "rtl_altitude_m"),
    ],
)
def test_a_figure_of_one_drone(plan: Plan, site: Site, change: Callable[[DronePlan], DronePlan], key: str) -> None:
    found = plan_differences(plan, with_drone(plan, change), site)
    assert not found.equal
    assert [drone.is_one for drone in found.drones] == [True, False, False]
    assert [name for name, one in found.drones[0].figures.items() if one.is_one] == [key]
    assert str(found.drones[0].figures[key].after).startswith("9")


def test_fence_rally_and_home(plan: Plan, site: Site) -> None:
    def moved(drone: DronePlan) -> DronePlan:
        home = GeoPoint(drone.home.lat_deg + 0.0001, drone.home.lon_deg)
        return replace(drone, home=home, fence=Mission(drone.fence.items[:-1], drone.fence.mission_type))

    drone = plan_differences(plan, with_drone(plan, moved), site).drones[0]
    assert (drone.fence_changed, drone.rally_changed) == (True, False)
    assert drone.home_moved_m == pytest.approx(11.1, abs=0.1)


def test_a_drone_or_a_sortie_more(plan: Plan, site: Site) -> None:
    fewer = replace(plan, drones=plan.drones[1:])
    assert [one.only_in for one in plan_differences(plan, fewer, site).drones] == ["before", None, None]
    assert [one.only_in for one in plan_differences(fewer, plan, site).drones] == [None, None, "after"]
    # its sortie is another number, after one of another patrol
    other = replace(plan.drones[0].sorties[0], patrol="other", number=1)
    later = with_drone(plan, lambda one: replace(one, sorties=(other, replace(one.sorties[0], number=2))))
    new, kept = sorted(plan_differences(plan, later, site).drones[0].sorties, key=lambda one: one.patrol, reverse=True)
    assert (new.patrol, new.sortie, new.same) == ("other", Change(None, 1), 0)
    assert (kept.patrol, kept.sortie, kept.first_item) == ("demo", Change(1, 2), None)


def test_findings_that_are_gone_and_new(plan: Plan, site: Site) -> None:
    near = Finding("keep-out", Severity.ERROR, "3.2 m from tower", drone="alpha", item=3, zone="tower")
    nearer = replace(near, message="2.1 m from tower", item=4)
    high = Finding("ceiling", Severity.WARNING, "91 m", drone="bravo")
    found = plan_differences(replace(plan, findings=(near, near)), replace(plan, findings=(nearer, high)), site)
    assert (found.gone, found.new, found.equal) == ((near,), (high,), False)
    edited = replace(plan, findings=(), edited=("alpha.plan",))
    assert plan_differences(replace(plan, findings=(near,)), edited, site).gone == ()


def test_files_and_notes(plan: Plan, site: Site) -> None:
    before = replace(plan, sources={"a": "1", "b": "1"}, notes=("x",))
    after = replace(plan, sources={"b": "2", "c": "1"}, notes=("y",))
    found = plan_differences(before, after, site)
    assert found.sources == {"a": Change("1", None), "b": Change("1", "2"), "c": Change(None, "1")}
    assert (found.notes_gone, found.notes_new, found.equal) == (("x",), ("y",), False)
    assert plan_differences(before, replace(before, sources={}), site).equal
