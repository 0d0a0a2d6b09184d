"""What a hot-spot patrol keeps, measured on its flights as they are planned."""

from __future__ import annotations

from collections.abc import Sequence

from dronectl.model.plan.hotspot import KOPER_RETURN_S, KOPER_STAY_S, HotspotFigures, SpotFigures
from dronectl.model.plan.pattern_settings import HotspotSettings
from dronectl.planning.assignment.patrol_task import PatrolTask, Work
from dronectl.planning.hotspots.cctv import seen_pct
from dronectl.planning.hotspots.hotspot import Spot, spots_of
from dronectl.planning.hotspots.idleness import Visit, mean_s, order_entropy, return_variation, weighted_mean, worst_s
from dronectl.planning.hotspots.visits import visits_of
from dronectl.planning.performance.energy import Timeline


def figures_of(
    task: PatrolTask,
    hotspot: HotspotSettings,
    work: Work,
    waves: Sequence[Sequence[tuple[float, Timeline]]],
    first_sortie: int,
) -> HotspotFigures:
    """``waves``: for each share of ``work`` its flights, in the order of its routes, with their starts in the wave.

    Raises:
        InputError: the points are no longer what they were when the work was laid out.
    """
    spots = spots_of(task, hotspot)
    visits = _visits(spots, work, waves)
    own = [[visit for visit in visits if visit.point == number] for number in range(len(spots))]
    period_s = hotspot.period_s
    figures = [_spot(spot, one, period_s) for spot, one in zip(spots, own, strict=True)]
    stays = [KOPER_STAY_S[0] <= visit.stay_s <= KOPER_STAY_S[1] for visit in visits]
    return HotspotFigures(
        patrol=task.patrol.id,
        period_s=period_s,
        max_idleness_s=hotspot.max_idleness_s,
        worst_idleness_s=max(one.worst_idleness_s for one in figures),
        mean_idleness_s=weighted_mean([one.mean_idleness_s for one in figures], [spot.weight for spot in spots]),
        revisited_120_min_pct=_share_pct([one.worst_idleness_s <= KOPER_RETURN_S for one in figures]),
        stays_10_16_min_pct=_share_pct(stays),
        order_entropy=order_entropy([visit.point for visit in sorted(visits)]),
        return_variation=return_variation(visits),
        wave_starts_s=tuple(work.wave_starts_s or ()),
        first_sortie=first_sortie,
        spots=tuple(figures),
        zones_seen_pct=tuple((zone.id, seen_pct(zone, task.site, task.frame)) for zone in task.named_zones()),
    )


def _visits(spots: Sequence[Spot], work: Work, waves: Sequence[Sequence[tuple[float, Timeline]]]) -> list[Visit]:
    index = {spot.point.id: number for number, spot in enumerate(spots)}
    visits: list[Visit] = []
    for begins_s, share, flights in zip(work.wave_starts_s or (), work.shares or (), waves, strict=True):
        for route, (late_s, flight) in zip(share, flights, strict=True):
            flown = [work.pieces[entry >> 1] for entry in route.entries]
            visits += visits_of(flight, begins_s + late_s, [(index[piece.name], piece) for piece in flown])
    return visits


def _spot(spot: Spot, visits: Sequence[Visit], period_s: float) -> SpotFigures:
    return SpotFigures(
        id=spot.point.id,
        weight=spot.point.weight,
        weight_after_cctv=spot.weight,
        cctv=spot.cctv,
        standoff_m=spot.standoff_m,
        visits=len(visits),
        stay_s=sum(visit.stay_s for visit in visits),
        mean_idleness_s=mean_s(visits, period_s),
        worst_idleness_s=worst_s(visits, period_s),
    )


def _share_pct(met: Sequence[bool]) -> float:
    return 100.0 * sum(met) / len(met) if met else 0.0
