"""A patrol along the edge of an area, some distance inside it: once, or round after round in one direction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import shapely

from dronectl.errors import InputError
from dronectl.geodesy.frame import FloatArray
from dronectl.model.plan.pattern_settings import Direction, PerimeterSettings
from dronectl.planning.assignment.patrol_task import PatrolTask, Work
from dronectl.planning.assignment.runs import Run, equal_runs, in_sorties, longest_flight_s
from dronectl.planning.patterns.stretches import PIECES_PER_DRONE, SHORTEST_PIECE_M, equal_parts, free_stretches
from dronectl.planning.work import Piece

ARCS_PER_DRONE = 16
"""Of a round flown in order: the finer, the more evenly it is shared."""


def lay_out(task: PatrolTask, settings: PerimeterSettings) -> Work:
    """One round in pieces for allocation to share; several, or one in a direction, in their order.

    Raises:
        InputError: a zone is unknown, the inset leaves nothing of it, or none of its edge may be flown.
    """
    areas = task.zone_areas()
    if settings.rounds == 1 and settings.direction is None:
        drones = len(task.crew)
        return Work(
            [piece for name, area in areas for piece in pieces(name, area, task.common, settings, drone_count=drones)]
        )
    found, runs = rounds(task, areas, settings)
    return Work(found, in_sorties(task, found, runs))


def pieces(
    name: str, area: shapely.Polygon, allowed: shapely.Geometry, settings: PerimeterSettings, *, drone_count: int
) -> list[Piece]:
    """The edge of ``area`` moved inward, in pieces short enough to share out, each to be flown once from either end.

    Stretches outside ``allowed`` are left out: the way between the pieces on both sides of one is found by routing.

    Raises:
        InputError: the inset leaves nothing, or none of the edge may be flown.
    """
    rings = rings_of(name, area, settings, 0)
    longest_m = max(SHORTEST_PIECE_M, sum(ring.length for ring in rings) / (PIECES_PER_DRONE * drone_count))
    parts = [part for ring in rings for part in _parts(ring, allowed, longest_m)]
    _refuse_closed(name, parts)
    return [Piece(f"{name} edge {number}", part) for number, part in enumerate(parts, start=1)]


def rounds(
    task: PatrolTask, areas: Sequence[tuple[str, shapely.Polygon]], settings: PerimeterSettings
) -> tuple[list[Piece], list[Run]]:
    """The rounds of all areas as pieces in their order, and the run of each drone.

    When rounds are alike and every drone can fly as many as any other, they fly whole rounds, spread evenly along the
    edge; else all rounds end to end are divided into equal runs. Where they begin, and which way round unless that is
    asked, is what makes the longest flight shortest.

    Raises:
        InputError: the inset leaves nothing, or none of the edge may be flown.
    """
    directions = [settings.direction] if settings.direction else list(Direction)
    best: tuple[float, list[Piece], list[Run]] | None = None
    for direction in directions:
        for found, runs in _candidates(task, areas, settings, direction):
            longest_s = longest_flight_s(task, found, runs)
            if best is None or longest_s < best[0] - 1e-6:
                best = (longest_s, found, runs)
    assert best is not None, "there is at least one direction and one start"
    return best[1], best[2]


def rings_of(name: str, area: shapely.Polygon, settings: PerimeterSettings, number: int) -> list[shapely.LinearRing]:
    """The edges flown in round ``number`` (from 0): outlines, then those of holes where these are asked for.

    Raises:
        InputError: the inset leaves nothing.
    """
    inset_m = settings.inset_m + number * settings.inset_step_m
    outline = area if settings.hole_edges else shapely.Polygon(area.exterior)
    inner = shapely.get_parts(shapely.buffer(outline, -inset_m, join_style="mitre"))
    inner = [polygon for polygon in inner if not polygon.is_empty]
    if not inner:
        in_round = f" in round {number + 1}" if settings.inset_step_m > 0.0 else ""
        raise InputError(f"zone {name} is too narrow for inset_m = {inset_m:g}{in_round}", hint="use a smaller inset_m")
    return [polygon.exterior for polygon in inner] + [hole for polygon in inner for hole in polygon.interiors]


def _candidates(
    task: PatrolTask, areas: Sequence[tuple[str, shapely.Polygon]], settings: PerimeterSettings, direction: Direction
) -> Iterator[tuple[list[Piece], list[Run]]]:
    """The rounds begun at each of several places along the edge."""
    drones = len(task.crew)
    arcs = ARCS_PER_DRONE * drones
    by_round = [_one_round(task, areas, settings, direction, number, arcs) for number in range(settings.rounds)]
    for start in range(0, arcs, max(1, arcs // 24)):
        turned = [_begun_at(one, start / arcs) for one in by_round]
        if settings.rounds % drones or settings.inset_step_m > 0.0:
            found = [piece for one in turned for piece in one]
            yield found, equal_runs(task, found)
            continue
        # Whole rounds for each drone, begun where the edge is divided evenly, so that they follow each other around.
        found, runs = [], []
        for drone in range(drones):
            own = range(drone, settings.rounds, drones)
            first = len(found)
            found += [piece for number in own for piece in _begun_at(turned[number], drone / drones)]
            runs.append(tuple(range(first, len(found))))
        yield found, runs


def _one_round(
    task: PatrolTask,
    areas: Sequence[tuple[str, shapely.Polygon]],
    settings: PerimeterSettings,
    direction: Direction,
    number: int,
    arcs: int,
) -> list[Piece]:
    found: list[Piece] = []
    for name, area in areas:
        rings = rings_of(name, area, settings, number)
        longest_m = max(SHORTEST_PIECE_M, sum(ring.length for ring in rings) / arcs)
        parts = [part for ring in rings for part in _parts(_turned(ring, direction), task.common, longest_m)]
        _refuse_closed(name, parts)
        found += [Piece(f"{name} round {number + 1} arc {arc}", part) for arc, part in enumerate(parts, start=1)]
    return found


def _begun_at(pieces_of_round: list[Piece], share: float) -> list[Piece]:
    first = int(share * len(pieces_of_round)) % len(pieces_of_round)
    return pieces_of_round[first:] + pieces_of_round[:first]


def _turned(ring: shapely.LinearRing, direction: Direction) -> shapely.LinearRing:
    return ring if ring.is_ccw == (direction is Direction.ANTICLOCKWISE) else shapely.reverse(ring)


def _parts(ring: shapely.LinearRing, allowed: shapely.Geometry, longest_m: float) -> list[FloatArray]:
    stretches = free_stretches(shapely.get_coordinates(ring), allowed)
    return [part for stretch in stretches for part in equal_parts(stretch, longest_m)]


def _refuse_closed(name: str, parts: Sequence[FloatArray]) -> None:
    if not parts:
        raise InputError(
            f"no part of the edge of zone {name} can be flown: it is outside the fence or inside keep-outs",
            hint="use a larger inset_m, or change the fence, the keep-outs or their margins",
        )
