"""Mission files from one format to another."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from dronectl.errors import InputError
from dronectl.formats.text import places

if TYPE_CHECKING:
    from dronectl.formats.missions.qgc_plan import QgcPlan
    from dronectl.formats.tracks.view import TrackView
    from dronectl.model.plan.mission import Mission, MissionItem
    from dronectl.model.plan.plan import Plan

WRITABLE = (".waypoints", ".plan", ".dat", ".kml", ".geojson")


@dataclass(frozen=True, slots=True)
class Conversion:
    """What was read, what of it the new file has no place for, and what of the old one was passed over."""

    content: QgcPlan
    left_out: tuple[str, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        return self.content.notes

    def contents(self) -> str:
        """``12 mission items (home counted), 4 fence items``."""
        return ", ".join(f"{count} {words}" for words, count in self._counts() if count) or "nothing"

    def as_json(self) -> dict[str, object]:
        counts = {words.partition(" ")[0]: count for words, count in self._counts()}
        return {"items": counts, "left_out": list(self.left_out), "notes": list(self.notes)}

    def _counts(self) -> tuple[tuple[str, int], ...]:
        return (
            ("mission items (home counted)", len(self.content.mission)),
            ("fence items", len(self.content.fence)),
            ("rally points", len(self.content.rally)),
        )


def convert_file(source: Path, target: Path, *, route_height_m: float | None = None) -> Conversion:
    """Writes a mission file in another format, by the suffix of ``target``; ``route_height_m`` as in
    :func:`dronectl.formats.missions.mission_file.read_mission_file`.

    Raises:
        InputError: no such format, the source cannot be read, or it has nothing for the target.
    """
    from dronectl.formats.missions.mission_file import read_mission_file
    from dronectl.storage.files import write_atomic

    if target.suffix.lower() not in WRITABLE:
        raise InputError(f"{target}: cannot write '{target.suffix}' files", hint=f"writable: {', '.join(WRITABLE)}")
    content = read_mission_file(source, route_height_m=route_height_m)
    data, left_out = _converted(content, target)
    if target.suffix.lower() == ".kml":
        content = replace(content, notes=(*content.notes, *_drawn_otherwise(content)))
    write_atomic(target, data)
    return Conversion(content, tuple(left_out))


def _converted(content: QgcPlan, target: Path) -> tuple[str | bytes, list[str]]:
    """The new file, and what it has no place for."""
    suffix = target.suffix.lower()
    if suffix == ".plan":
        from dronectl.formats.missions.qgc_plan import write_qgc_plan

        return write_qgc_plan(content), []
    if suffix in (".kml", ".geojson"):
        return _map(content, target), ["return points"] if _has_return_point(content) else []
    mission = _one_part(content, target)
    parts = [(content.mission, "mission items"), (content.fence, "fence items"), (content.rally, "rally points")]
    left_out = [f"{len(part)} {words}" for part, words in parts if part.items and part is not mission]
    from dronectl.formats.missions.mission_file import list_bytes

    return list_bytes(mission, suffix), left_out


def _map(content: QgcPlan, target: Path) -> str | bytes:
    """The mission's way, and what its file carries besides as features of the ground."""
    from dronectl.formats.kml.carried_ground import ground_of

    if not (content.mission.items or content.fence.items or content.rally.items):
        raise InputError(f"{target}: there are no items to write")
    ground = ground_of(content.fence, content.rally, source=target.stem)
    if target.suffix.lower() == ".geojson":
        from dronectl.formats.features.zone_features import as_geojson
        from dronectl.formats.missions.mission_geojson import mission_features, write_geojson

        return write_geojson([*mission_features(content.mission), *map(as_geojson, ground.features())])
    from dronectl.formats.kml.document import render
    from dronectl.formats.tracks.track_document import TrackDocument

    begins = _first_placed(content.mission)
    zones = ground if ground.features() else None
    if begins is None and zones is None:
        raise InputError(f"{target}: no item has a place that could be drawn")
    plan = None if begins is None else _as_plan(content.mission, begins, target.stem)
    return render(TrackDocument(target.stem, plan=plan, zones=zones, view=_view(content)))


def _has_return_point(content: QgcPlan) -> bool:
    from dronectl.model.plan.mission import Command

    return any(item.command == Command.FENCE_RETURN_POINT for item in content.fence.items)


def _drawn_otherwise(content: QgcPlan) -> list[str]:
    """Heights that a drawing of one line has no place for."""
    from dronectl.model.plan.mission import Frame

    terrain = (Frame.GLOBAL_TERRAIN_ALT, Frame.GLOBAL_TERRAIN_ALT_INT)
    found = [seq for seq, item in enumerate(content.mission.items) if item.frame in terrain]
    if not found:
        return []
    which = f"item {found[0]}" if len(found) == 1 else f"{len(found)} items from {found[0]} on"
    return [f"heights above terrain ({which}) are drawn as if all ground lay as high as home"]


def _view(content: QgcPlan) -> TrackView:
    """Heights above home are drawn above the ground where the file does not say how high home lies."""
    from dronectl.formats.tracks.view import DEFAULT_VIEW, Heights
    from dronectl.model.plan.mission import Frame

    home, *items = content.mission.items or (None,)
    above_sea = [one for one in items if one is not None and one.frame in (Frame.GLOBAL, Frame.GLOBAL_INT)]
    placed = [one for one in above_sea if places.has_place(one.command, one.frame)]
    knows_home = home is not None and home.altitude_m != 0.0
    return DEFAULT_VIEW if knows_home or placed else replace(DEFAULT_VIEW, heights=Heights.RELATIVE)


def _one_part(content: QgcPlan, target: Path) -> Mission:
    """What goes into a file that has room for one part: the one it is named after, else the first there is.

    Raises:
        InputError: the part it is named after is not there, or nothing at all is.
    """
    stem = target.stem.lower()
    for word, part in (("fence", content.fence), ("rally", content.rally)):
        if stem.endswith(word) and target.suffix.lower() in (".waypoints", ".dat"):
            if not part.items:
                raise InputError(f"{target}: there is no {word} to write", hint="another name takes the mission")
            return part
    found = [part for part in (content.mission, content.fence, content.rally) if part.items]
    if not found:
        raise InputError(f"{target}: there are no items to write")
    has_only_a_home = len(content.mission) == 1 and len(found) > 1
    return found[1] if has_only_a_home else found[0]


def _as_plan(mission: Mission, begins: MissionItem, name: str) -> Plan:
    """A lone mission as a plan of one drone, to be drawn from ``begins`` on."""
    from dronectl.model.plan.plan import DronePlan, Plan, Sortie

    try:
        place = begins.position
    except ValueError as error:
        raise InputError(f"the first item with a place: {error}") from error
    sortie = Sortie(1, name, mission, 0.0, 0.0, 0.0, 0.0)
    drone = DronePlan(name, 1, place, mission.items[0].altitude_m, (sortie,))
    return Plan(name, "", (drone,), {}, 0.0, None, None, None)


def _first_placed(mission: Mission) -> MissionItem | None:
    """Home, or of a mission without one the first place that it goes to."""
    for item in mission.items:
        if places.has_place(item.command, item.frame) and (item.lat_e7, item.lon_e7) != (0, 0):
            return item
    return None
