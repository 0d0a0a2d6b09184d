"""A mission file by its name: ``.waypoints``, ``.plan``, ``.mission``, ArduPilot's ``.dat``, ``.fen`` and ``.ral``.

A ``.txt`` may be any of Mission Planner's: a mission, the fence that it once kept apart, rally points. Its first words
tell.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from dronectl.errors import InputError
from dronectl.formats.missions.mission_dat import read_mission_dat, write_mission_dat
from dronectl.formats.missions.point_lists import first_words, read_fen, read_fence_txt, read_ral
from dronectl.formats.missions.qgc_altitude import GroundHeight
from dronectl.formats.missions.qgc_mission import is_plan, read_qgc_mission
from dronectl.formats.missions.qgc_plan import QgcPlan, read_qgc_plan, write_qgc_plan
from dronectl.formats.missions.route_mission import mission_of
from dronectl.formats.missions.wpl import HEADER, read_wpl, write_wpl
from dronectl.formats.routes.route_file import SUFFIXES as ROUTES
from dronectl.formats.routes.route_file import read_route
from dronectl.formats.text.told import Tell
from dronectl.model.plan.mission import Mission, MissionType
from dronectl.storage.reading import decode, read_bytes

SUFFIXES = (".waypoints", ".txt", ".plan", ".mission", ".json", ".dat", ".fen", ".ral", *ROUTES)

WRITTEN = (".waypoints", ".txt", ".plan", ".dat")


def read_mission_file(
    path: Path, *, ground: GroundHeight | None = None, route_height_m: float | None = None
) -> QgcPlan:
    """What a file holds, told by its suffix; all but ``.plan`` hold one of mission, fence and rally points.

    ``ground`` is asked where a height above the ground is wanted that the file does not have. ``route_height_m``: above
    home, at which the places of another program's route are flown instead of at their own heights.

    Raises:
        InputError: an unknown suffix, a file that cannot be read, a route without heights, or a height for a mission.
    """
    refuse_unknown_suffix(path)
    if route_height_m is not None and path.suffix.lower() not in ROUTES:
        raise InputError(f"{path}: is a mission, whose items have heights of their own", hint="leave --altitude out")
    data = read_bytes(path)
    return from_bytes(data, path.suffix, source=str(path), ground=ground, route_height_m=route_height_m)


def from_bytes(
    data: bytes, suffix: str, *, source: str, ground: GroundHeight | None = None, route_height_m: float | None = None
) -> QgcPlan:
    """The same, of a file's bytes."""
    notes: list[str] = []
    suffix, tell = suffix.lower(), notes.append
    if suffix in ROUTES:
        route = read_route(data, suffix, source=source, tell=tell)
        content = QgcPlan(mission_of(route, height_m=route_height_m, source=source, tell=tell))
    else:
        content = _read(data, suffix, source, tell, ground)
    return replace(content, notes=tuple(notes)) if notes else content


def _read(data: bytes, suffix: str, source: str, tell: Tell, ground: GroundHeight | None) -> QgcPlan:
    if suffix == ".dat":
        return _alone(read_mission_dat(data, source=source))
    text = decode(data, source=source)
    match suffix:
        case ".plan":
            return read_qgc_plan(text, source=source, tell=tell, ground=ground)
        case ".json" if is_plan(text, source=source):
            return read_qgc_plan(text, source=source, tell=tell, ground=ground)
        case ".mission" | ".json":
            return _alone(read_qgc_mission(text, source=source, tell=tell, ground=ground))
        case ".fen":
            return _alone(read_fen(text, source=source))
        case ".ral":
            return _alone(read_ral(text, source=source))
        case ".txt":
            return _alone(_read_txt(text, source, tell))
        case _:
            return _alone(read_wpl(text, source=source, tell=tell))


def _read_txt(text: str, source: str, tell: Tell) -> Mission:
    words = first_words(text)
    if words[:1] == ["RALLY"]:
        return read_ral(text, source=source)
    if len(words) == 2 and words[0] != HEADER.split()[0]:
        return read_fence_txt(text, source=source)
    return read_wpl(text, source=source, tell=tell)


def list_bytes(mission: Mission, suffix: str) -> str | bytes:
    """The content of a file with one list: ``.plan``, ArduPilot's ``.dat``, else .waypoints."""
    match suffix.lower():
        case ".plan":
            return write_qgc_plan(_alone(mission))
        case ".dat":
            return write_mission_dat(mission)
        case _:
            return write_wpl(mission)


def _alone(mission: Mission) -> QgcPlan:
    """One of the three parts, the others empty."""
    match mission.mission_type:
        case MissionType.FENCE:
            return QgcPlan(Mission(()), fence=mission)
        case MissionType.RALLY:
            return QgcPlan(Mission(()), rally=mission)
        case _:
            return QgcPlan(mission)


def refuse_unknown_suffix(path: Path) -> None:
    """
    Raises:
        InputError: the name tells no format that can be read, or nothing has that name.
    """
    if not path.suffix and not path.exists():
        raise InputError(f"{path}: no such file or folder")
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(f"{path}: cannot read '{path.suffix}' files", hint=f"readable: {', '.join(SUFFIXES)}")
