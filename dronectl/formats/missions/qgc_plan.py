"""QGroundControl's ``.plan``: JSON with a mission, a geofence and rally points.

The home position is no item of the file but ``plannedHomePosition``: read, it becomes item 0. Surveys, corridor scans
and structure scans are read as the simple items that are flown for them (``formats/missions/qgc_complex.py``).
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from dronectl.errors import InputError
from dronectl.formats.missions.qgc_altitude import GroundHeight, altitude_of
from dronectl.formats.missions.qgc_complex import flatten
from dronectl.formats.missions.wpl import MAX_ITEMS
from dronectl.formats.text import places
from dronectl.formats.text.json_reader import Node, parse
from dronectl.formats.text.told import Tell, unheard
from dronectl.model.ardupilot.stored_items import is_dropped
from dronectl.model.degrees import E7, degrees_to_e7
from dronectl.model.plan.mission import Command, Frame, Mission, MissionItem, MissionType
from dronectl.model.text.plain_text import escaped_json

_ARDUPILOT = 3
_QUADROTOR = 2
_RELATIVE, _AMSL, _TERRAIN = 1, 2, 4
_ALTITUDE_MODES: dict[int, int] = {
    Frame.GLOBAL: _AMSL,
    Frame.GLOBAL_INT: _AMSL,
    Frame.GLOBAL_TERRAIN_ALT: _TERRAIN,
    Frame.GLOBAL_TERRAIN_ALT_INT: _TERRAIN,
}


@dataclass(frozen=True, slots=True)
class QgcPlan:
    """What a plan file of any format holds; a part that is absent is empty."""

    mission: Mission
    fence: Mission = field(default_factory=lambda: Mission((), MissionType.FENCE))
    rally: Mission = field(default_factory=lambda: Mission((), MissionType.RALLY))
    notes: tuple[str, ...] = ()
    """What of the file was passed over, or taken in another way than it stands there."""


def read_qgc_plan(text: str, *, source: str, tell: Tell = unheard, ground: GroundHeight | None = None) -> QgcPlan:
    """The plan in a ``.plan`` file. Parts of an older version are passed over where they hold nothing.

    ``ground`` knows what QGroundControl did not: the ground under items whose height above it was asked for.

    Raises:
        InputError: no JSON, not QGroundControl's, or a value of the wrong kind; with its place in the file.
    """
    root = parse(text, source=source)
    file_type = root.get("fileType")
    if file_type is None or file_type.value != "Plan":
        raise InputError(f"{source}: fileType is not 'Plan'", hint="is it a QGroundControl .plan file?")
    for part, known in ((root, 1), (root["mission"], 2)):
        require_version(part, known)
    fence, rally = (_part_of_version_2(root, key, tell) for key in ("geoFence", "rallyPoints"))
    return QgcPlan(
        read_mission_part(root["mission"], tell=tell, ground=ground),
        Mission(tuple(_read_fence(fence)) if fence else (), MissionType.FENCE),
        Mission(tuple(_read_rally(rally)) if rally else (), MissionType.RALLY),
    )


def write_qgc_plan(plan: QgcPlan, *, cruise_speed_m_s: float = 15.0, hover_speed_m_s: float = 5.0) -> str:
    """The file's text. Item 0 of the mission becomes ``plannedHomePosition``; NaN is written as null."""
    home, *items = plan.mission.items or (MissionItem(Command.NAV_WAYPOINT, Frame.GLOBAL),)
    document = {
        "fileType": "Plan",
        "groundStation": "QGroundControl",
        "version": 1,
        "mission": {
            "version": 2,
            "firmwareType": _ARDUPILOT,
            "vehicleType": _QUADROTOR,
            "cruiseSpeed": cruise_speed_m_s,
            "hoverSpeed": hover_speed_m_s,
            "globalPlanAltitudeMode": _RELATIVE,
            "plannedHomePosition": [*places.to_file(home), home.altitude_m],
            "items": [_simple_item(item, seq) for seq, item in enumerate(items, start=1)],
        },
        "geoFence": {"version": 2, **_write_fence(plan.fence.items)},
        "rallyPoints": {
            "version": 2,
            "points": [[*places.to_file(item), item.altitude_m] for item in plan.rally.items],
        },
    }
    return escaped_json(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)) + "\n"


def _simple_item(item: MissionItem, seq: int) -> dict[str, object]:
    params = [None if math.isnan(value) else value for value in item.params]
    x, y = places.to_file(item)
    document: dict[str, object] = {
        "type": "SimpleItem",
        "autoContinue": item.autocontinue,
        "command": item.command,
        "doJumpId": seq,
        "frame": item.frame,
        "params": [*params, x, y, item.altitude_m],
    }
    if places.has_place(item.command, item.frame):
        mode = _ALTITUDE_MODES.get(item.frame, _RELATIVE)
        document |= {"Altitude": item.altitude_m, "AltitudeMode": mode, "AMSLAltAboveTerrain": None}
    return document


def _write_fence(items: Sequence[MissionItem]) -> dict[str, object]:
    polygons: list[dict[str, object]] = []
    circles: list[dict[str, object]] = []
    document: dict[str, object] = {"polygons": polygons, "circles": circles}
    index = 0
    while index < len(items):
        item = items[index]
        place = list(places.to_file(item))
        match item.command:
            case Command.FENCE_POLYGON_VERTEX_INCLUSION | Command.FENCE_POLYGON_VERTEX_EXCLUSION:
                vertices = items[index : index + max(1, int(item.param1))]
                inclusion = item.command == Command.FENCE_POLYGON_VERTEX_INCLUSION
                path = [list(places.to_file(vertex)) for vertex in vertices]
                polygons.append({"version": 1, "inclusion": inclusion, "polygon": path})
                index += len(vertices)
                continue
            case Command.FENCE_CIRCLE_INCLUSION | Command.FENCE_CIRCLE_EXCLUSION:
                inclusion = item.command == Command.FENCE_CIRCLE_INCLUSION
                circle = {"center": place, "radius": item.param1}
                circles.append({"version": 1, "inclusion": inclusion, "circle": circle})
            case Command.FENCE_RETURN_POINT:
                document["breachReturn"] = [*place, item.altitude_m]
        index += 1
    return document


def _part_of_version_2(root: Node, key: str, tell: Tell) -> Node | None:
    """The fence or the rally points; None where the file has none, or an empty part of another version."""
    part = root.get(key)
    if part is None or part.value is None:
        return None
    version = part.get("version")
    if version is not None and version.value != 2 and not any(_holds(part, one) for one in part.value):
        tell(f"{part.where}: of version {json.dumps(version.value)[:40]}, and empty: nothing of it is lost")
        return None
    require_version(part, 2)
    return part


def _holds(part: Node, key: str) -> bool:
    return key != "version" and part.value[key] not in (None, [], {}, "")


def require_version(part: Node, known: int) -> None:
    """Other versions keep things elsewhere: a fence that is not found would be a fence that is lost."""
    version = part.get("version")
    if version is not None and version.value != known:
        raise InputError(
            f"{version.where}: found version {json.dumps(version.value)[:40]}, {known} is known",
            hint="open it in QGroundControl 4 and save it again",
        )


def read_mission_part(mission: Node, *, tell: Tell = unheard, ground: GroundHeight | None = None) -> Mission:
    """An object with ``items`` and ``plannedHomePosition``, which becomes item 0.

    Raises:
        InputError: an item that is none or whose altitude nobody knows, or a jump to an item that is not there.
    """
    home = mission.get("plannedHomePosition")
    items = [_home(home) if home else MissionItem(Command.NAV_WAYPOINT, Frame.GLOBAL)]
    seq_of_jump_id: dict[float, int] = {}
    for flat in flatten(mission["items"], tell):
        if len(items) > MAX_ITEMS:
            raise InputError(f"{flat.node.where}: more than {MAX_ITEMS} items")
        jump_id = flat.node.get("doJumpId")
        if jump_id is not None:
            seq_of_jump_id.setdefault(jump_id.number(), len(items))
        items.append(flat.item or _read_item(flat.node, len(items), tell, ground))
    return Mission(tuple(_with_sequence_numbers(items, seq_of_jump_id, mission)))


def _with_sequence_numbers(
    items: Sequence[MissionItem], seq_of_jump_id: Mapping[float, int], mission: Node
) -> Iterator[MissionItem]:
    """A jump names the doJumpId of its target; on the wire it names a sequence number."""
    for seq, item in enumerate(items):
        if item.command != Command.DO_JUMP or not seq_of_jump_id:
            yield item
        elif item.param1 in seq_of_jump_id:
            yield replace(item, param1=float(seq_of_jump_id[item.param1]))
        elif 1 <= item.param1 < len(items):
            raise InputError(
                f"{mission.where}: item {seq} jumps to doJumpId {item.param1:g}, which no item has",
                hint="as a sequence number it would name another item",
            )
        else:
            yield item  # beyond the end either way, as the checks say


def _home(node: Node) -> MissionItem:
    if isinstance(node.value, dict):  # an item, in files of before 2017
        node = node["coordinate"]
    parts = node.elements()
    # A height that QGroundControl does not know (yet) is null.
    values = [0.0 if part.value is None and index == 2 else part.number() for index, part in enumerate(parts)]
    if len(values) not in (2, 3):
        raise InputError(f"{node.where}: found {len(values)} numbers, latitude, longitude and altitude are wanted")
    return MissionItem(
        Command.NAV_WAYPOINT,
        Frame.GLOBAL,
        lat_e7=_degrees(node, values[0]),
        lon_e7=_degrees(node, values[1]),
        altitude_m=values[2] if len(values) == 3 else 0.0,
    )


def _read_item(node: Node, seq: int, tell: Tell, ground: GroundHeight | None) -> MissionItem:
    command, frame = node["command"].whole_number(), node["frame"].whole_number()
    params = _values(node)
    p1, p2, p3, p4 = (_parameter(part, command, number) for number, part in enumerate(params[:4], start=1))
    x, y = (0.0 if part.value is None else part.number() for part in params[4:6])
    altitude_m, frame = altitude_of(node, params, seq, command, frame, ground, tell)
    try:
        lat_e7, lon_e7 = (places.from_file(value, command, frame) for value in (x, y))
    except ValueError as error:
        raise InputError(f"{params[4].where}: {error}") from error
    autocontinue = node.get("autoContinue")
    goes_on = autocontinue is None or bool(autocontinue.value)
    return MissionItem(command, frame, p1, p2, p3, p4, lat_e7, lon_e7, altitude_m, goes_on)


def _values(node: Node) -> list[Node]:
    """The seven values of an item. QGroundControl wrote the last three as ``coordinate`` until 2018, and the others as
    ``param1`` … until 2017."""
    params = node.get("params")
    values = [node[f"param{number}"] for number in range(1, 5)] if params is None else params.elements()
    coordinate = node.get("coordinate")
    if coordinate is not None and len(values) == 4:
        values += coordinate.elements()
    if len(values) != 7:
        raise InputError(f"{(params or node).where}: found {len(values)} values, 7 are wanted")
    return values


def _parameter(part: Node, command: int, number: int) -> float:
    """null is unset: NaN, or 0 where ArduCopter makes nothing of it (the yaw in param4 stays unset)."""
    if part.value is not None:
        return part.number()
    return 0.0 if number != 4 and is_dropped(command, f"param{number}") else math.nan


def _read_fence(fence: Node) -> Iterator[MissionItem]:
    for polygon in _children(fence, "polygons"):
        inclusion = polygon.get("inclusion")
        inside = inclusion is None or bool(inclusion.value)
        command = Command.FENCE_POLYGON_VERTEX_INCLUSION if inside else Command.FENCE_POLYGON_VERTEX_EXCLUSION
        vertices = polygon["polygon"].elements()
        for vertex in vertices:
            yield _place(vertex, command, param1=float(len(vertices)))
    for entry in _children(fence, "circles"):
        inclusion = entry.get("inclusion")
        inside = inclusion is None or bool(inclusion.value)
        command = Command.FENCE_CIRCLE_INCLUSION if inside else Command.FENCE_CIRCLE_EXCLUSION
        circle = entry["circle"]
        yield _place(circle["center"], command, param1=circle["radius"].number())
    breach = fence.get("breachReturn")
    if breach is not None and breach.value is not None:
        yield _place(breach, Command.FENCE_RETURN_POINT)


def _read_rally(rally: Node) -> Iterator[MissionItem]:
    for seq, point in enumerate(_children(rally, "points")):
        height = point.elements()[2:3]
        if height and height[0].value is None:
            raise InputError(f"{height[0].where}: rally point {seq} has no altitude", hint="give it one and save again")
        yield _place(point, Command.RALLY_POINT)


def _children(node: Node, key: str) -> list[Node]:
    found = node.get(key)
    return found.elements() if found is not None and found.value is not None else []


def _place(node: Node, command: Command, *, param1: float = 0.0) -> MissionItem:
    return replace(_home(node), command=int(command), frame=int(Frame.GLOBAL_RELATIVE_ALT), param1=param1)


def _degrees(node: Node, value: float) -> int:
    scaled = degrees_to_e7(value)
    if abs(scaled) > 180 * E7:
        raise InputError(f"{node.where}: {value:g} is no latitude or longitude")
    return scaled
