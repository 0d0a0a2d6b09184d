"""A plan on disk: ``plan.json``, and for each sortie of each drone a ``.waypoints`` and a ``.plan`` file.

``plan.json`` records the SHA-256 of every mission file. People may open those files elsewhere and change them: then the
files are what counts, the plan is read as *edited*, and what was worked out or allowed for the old items is dropped. So
it is when somebody changed the fences or rally points that only plan.json holds.
It is written last, so a folder whose writing was cut off also reads as edited, never as a sound plan; the next plan
that is written there takes its place.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from dronectl.errors import InputError
from dronectl.formats.missions import mission_file
from dronectl.formats.missions.item_hash import packed_items
from dronectl.formats.missions.qgc_plan import QgcPlan, write_qgc_plan
from dronectl.formats.missions.wpl import write_wpl
from dronectl.formats.plans.hotspot_json import hotspot_json, read_hotspot_figures
from dronectl.formats.plans.timetable import departure_json, read_day, read_departure
from dronectl.formats.text.json_reader import Node, parse
from dronectl.model.geo import GeoPoint
from dronectl.model.plan.finding import Finding, Severity
from dronectl.model.plan.fix import Fix
from dronectl.model.plan.mission import Mission, MissionItem, MissionType
from dronectl.model.plan.plan import DronePlan, Least, Plan, Search, Sortie
from dronectl.model.text.file_names import DRONE_NAME_WORDS, FOLDER_NAME_WORDS, is_drone_name, is_folder_name
from dronectl.model.text.plain_text import escaped_json
from dronectl.storage.files import is_left_over, remove, write_atomic
from dronectl.storage.reading import read_bytes, read_text

PLAN_FILE = "plan.json"
KML_FILE = "plan.kml"
BEGUN_FILE = ".plan-begun"
"""While a plan is written: the names of its files and of those of the plan that it replaces, a line each."""
_FORMAT = "dronectl plan"
_VERSION = 1
_FIGURES = ("makespan_s", "coverage_pct", "swath_m", "min_separation_m")


def sortie_stem(drone: str, number: int) -> str:
    """The name of a sortie's files without suffix: ``alpha``, ``alpha-2``, …"""
    return drone if number == 1 else f"{drone}-{number}"


def write_plan(plan: Plan, folder: Path, kml: bytes | None, *, keep: Collection[str] = ()) -> None:
    """Writes the folder; replaces the plan that is there, leaves other files in it alone.

    Files named in ``keep`` (those that somebody edited) stay as they are: they are recorded as part of the plan.

    Raises:
        InputError: the folder holds something else than a plan, two sorties would share a file, or a file to keep
            does not hold the plan's items.
        OSError: it cannot be written.
    """
    files = _mission_files(plan)
    stale = _files_of_old_plan(folder, {*files, KML_FILE})
    for name in files.keys() & set(keep):
        files[name] = _kept(folder / name, files[name])
    stale -= files.keys() if kml is None else {*files, KML_FILE}
    write_atomic(folder / BEGUN_FILE, "".join(f"{name}\n" for name in [*files, KML_FILE, *sorted(stale)]))
    for name, data in files.items():
        write_atomic(folder / name, data)
    if kml is not None:
        write_atomic(folder / KML_FILE, kml)
    write_atomic(
        folder / PLAN_FILE,
        escaped_json(json.dumps(_as_json(plan, files), indent=2, ensure_ascii=False, allow_nan=False)),
    )
    for name in [*sorted(stale), BEGUN_FILE]:
        remove(folder / name)


def read_plan(folder: Path) -> Plan:
    """The plan as its files say it now.

    Raises:
        InputError: no plan folder, a file is missing or unreadable, or both files of a sortie were changed and differ.
    """
    root = _plan_json(folder)
    edited: list[str] = []
    drones = tuple(_read_drone(node, folder, edited) for node in root["drones"].elements())
    recorded = root.get("plan_sha256")
    if not edited and recorded is not None and recorded.value != _sha256_of(drones):
        edited.append(PLAN_FILE)
    figures = {key: None if edited else _optional_number(root, key) for key in _FIGURES}
    rehearsal = root.get("rehearsal")
    return Plan(
        name=_name(root["name"]),
        created_utc=root["created_utc"].text(),
        drones=drones,
        sources={str(path): str(digest) for path, digest in _object(root["sources"]).items()},
        makespan_s=figures["makespan_s"] or 0.0,
        coverage_pct=figures["coverage_pct"],
        swath_m=figures["swath_m"],
        min_separation_m=figures["min_separation_m"],
        findings=() if edited else tuple(_read_finding(node) for node in root["violations"].elements()),
        overrides=() if edited else tuple(node.text() for node in root["overrides"].elements()),
        hotspots=() if edited else tuple(read_hotspot_figures(node) for node in _elements(root, "hotspot")),
        day=_read_day(root),
        timetable=tuple(read_departure(node) for node in _elements(root, "timetable")),
        search=None if edited else _read_search(root),
        least=() if edited else tuple(_read_least(node) for node in _elements(root, "least")),
        advice=() if edited else tuple(node.text() for node in _elements(root, "advice")),
        notes=() if edited else tuple(node.text() for node in _elements(root, "notes")),
        rehearsal=None if edited or rehearsal is None or rehearsal.value is None else _object(rehearsal),
        edited=tuple(edited),
    )


def _number(node: Node, key: str) -> float:
    """A figure that older plans do not have."""
    found = node.get(key)
    return 0.0 if found is None else found.number()


def _elements(root: Node, key: str) -> list[Node]:
    """The elements of a list that older plans do not have."""
    found = root.get(key)
    return [] if found is None else found.elements()


def folder_of(target: Path) -> Path | None:
    """The plan folder that a person means by a folder or by the plan.json in it; None: a file of another kind."""
    if target.is_dir():
        return target
    return target.parent if target.name == PLAN_FILE else None


def is_plan_folder(folder: Path) -> bool:
    """Whether a folder has a plan.json; what is in it, reading tells."""
    return (folder / PLAN_FILE).is_file()


def plan_sha256(plan: Plan) -> str:
    """Over what is sent: all items of all drones' missions, fences and rally points, as ArduCopter keeps them."""
    return _sha256_of(plan.drones)


def _sha256_of(drones: Sequence[DronePlan]) -> str:
    digest = hashlib.sha256()
    for drone in drones:
        digest.update(f"{drone.name}\0{drone.system_id}\0".encode())
        for sortie in drone.sorties:
            digest.update(struct.pack("<I", sortie.number))
            digest.update(packed_items(sortie.mission))
        digest.update(packed_items(drone.fence))
        digest.update(packed_items(drone.rally))
    return digest.hexdigest()


def folder_hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of ``plan.json`` and of each ``.waypoints`` file beside it, by name: what a plan is read from.

    Raises:
        InputError: one cannot be read.
    """
    names = [PLAN_FILE, *sorted(path.name for path in folder.glob("*.waypoints"))]
    return {name: hashlib.sha256(read_bytes(folder / name)).hexdigest() for name in names}


def _kept(path: Path, made: bytes) -> bytes:
    """The edited file's own bytes, if it holds the same flight as the one that would be written."""
    data = _file_bytes(path)
    found, wanted = (mission_file.from_bytes(text, path.suffix, source=str(path)) for text in (data, made))
    if not _same_flight(found.mission, wanted.mission) or packed_items(found.fence) != packed_items(wanted.fence):
        raise InputError(f"{path}: was changed while the plan was being checked", hint="check the plan again")
    return data


def _mission_files(plan: Plan) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for drone in plan.drones:
        for sortie in drone.sorties:
            stem = sortie_stem(drone.name, sortie.number)
            if f"{stem}.plan" in files:
                raise InputError(f"two sorties of plan '{plan.name}' would be written to {stem}.plan")
            files[f"{stem}.waypoints"] = write_wpl(sortie.mission).encode()
            files[f"{stem}.plan"] = write_qgc_plan(QgcPlan(sortie.mission, drone.fence, drone.rally)).encode()
    return files


def _as_json(plan: Plan, files: Mapping[str, bytes]) -> dict[str, object]:
    return {
        "format": _FORMAT,
        "version": _VERSION,
        "name": plan.name,
        "created_utc": plan.created_utc,
        "plan_sha256": plan_sha256(plan),
        "sources": dict(plan.sources),
        **{key: getattr(plan, key) for key in _FIGURES},
        "drones": [_drone_json(drone, files) for drone in plan.drones],
        "hotspot": [hotspot_json(figures) for figures in plan.hotspots],
        "day": None if plan.day is None else str(plan.day),
        "timetable": [departure_json(departure) for departure in plan.timetable],
        "violations": [finding.as_json() for finding in plan.findings],
        "overrides": list(plan.overrides),
        "search": None if plan.search is None else search_json(plan.search),
        "least": least_json(plan),
        "advice": list(plan.advice),
        "notes": list(plan.notes),
        "rehearsal": None if plan.rehearsal is None else dict(plan.rehearsal),
    }


def _drone_json(drone: DronePlan, files: Mapping[str, bytes]) -> dict[str, object]:
    return {
        "name": drone.name,
        "system_id": drone.system_id,
        "home": {
            "lat_deg": drone.home.lat_deg,
            "lon_deg": drone.home.lon_deg,
            "amsl_altitude_m": drone.home_amsl_m,
        },
        "sorties": [_sortie_json(drone.name, sortie, files) for sortie in drone.sorties],
        "fence": [_item_json(item) for item in drone.fence.items],
        "rally": [_item_json(item) for item in drone.rally.items],
        "rtl_altitude_m": drone.rtl_altitude_m,
    }


def _sortie_json(drone: str, sortie: Sortie, files: Mapping[str, bytes]) -> dict[str, object]:
    stem = sortie_stem(drone, sortie.number)
    names = (f"{stem}.waypoints", f"{stem}.plan")
    return {
        "number": sortie.number,
        "patrol": sortie.patrol,
        "start_s": sortie.start_s,
        "distance_m": sortie.distance_m,
        "duration_s": sortie.duration_s,
        "battery_pct": sortie.battery_pct,
        "work_altitude_m": sortie.work_altitude_m,
        "windy_duration_s": sortie.windy_duration_s,
        "windy_battery_pct": sortie.windy_battery_pct,
        "items": len(sortie.mission) - 1,
        "files": {name: _sha256(files[name]) for name in names},
    }


def _item_json(item: MissionItem) -> list[float | int]:
    """command, frame, param1..param4, latitude and longitude in 1e-7 degrees, altitude in metres."""
    return [item.command, item.frame, *item.params, item.lat_e7, item.lon_e7, item.altitude_m]


def _read_drone(node: Node, folder: Path, edited: list[str]) -> DronePlan:
    home = node["home"]
    fence = _read_items(node["fence"], MissionType.FENCE)
    rally = _read_items(node["rally"], MissionType.RALLY)
    sorties: list[Sortie] = []
    changed: dict[str, QgcPlan] = {}
    for sortie_node in node["sorties"].elements():
        sortie, changed_plan = _read_sortie(sortie_node, folder, edited)
        sorties.append(sortie)
        if changed_plan is not None:
            changed[f"{sortie_stem(node['name'].text(), sortie.number)}.plan"] = changed_plan
    fence = _as_edited(fence, {name: plan.fence for name, plan in changed.items()}, folder, "fences")
    rally = _as_edited(rally, {name: plan.rally for name, plan in changed.items()}, folder, "rally points")
    try:
        position = GeoPoint(home["lat_deg"].number(), home["lon_deg"].number())
    except ValueError as error:
        raise InputError(f"{home.where}: {error}") from error
    return DronePlan(
        name=_drone_name(node["name"]),
        system_id=node["system_id"].whole_number(),
        home=position,
        home_amsl_m=home["amsl_altitude_m"].number(),
        sorties=tuple(sorties),
        fence=fence,
        rally=rally,
        rtl_altitude_m=_number(node, "rtl_altitude_m"),
    )


def _as_edited(recorded: Mission, changed: Mapping[str, Mission], folder: Path, what: str) -> Mission:
    """A drone carries one fence in all its sorties: the one in the ``.plan`` that somebody changed counts.

    Raises:
        InputError: several were changed, and theirs differ.
    """
    if len({packed_items(part) for part in changed.values()}) > 1:
        raise InputError(
            f"{folder}: {' and '.join(sorted(changed))} were changed and have different {what}: a drone carries the "
            "same in all its sorties",
            hint="draw the same in each of them",
        )
    return next(iter(changed.values()), recorded)


def _read_sortie(node: Node, folder: Path, edited: list[str]) -> tuple[Sortie, QgcPlan | None]:
    """The sortie, and what its .plan file holds if that was changed."""
    contents: dict[str, QgcPlan] = {}
    changed: dict[str, QgcPlan] = {}
    for name, digest in _object(node["files"]).items():
        if Path(name).name != name or Path(name).suffix not in (".waypoints", ".plan"):
            raise InputError(f"{node['files'].where}: {name!r} is no mission file of this folder")
        data = _file_bytes(folder / name)
        suffix = Path(name).suffix
        contents[suffix] = mission_file.from_bytes(data, suffix, source=str(folder / name))
        if _sha256(data) != digest:
            changed[suffix] = contents[suffix]
            edited.append(name)
    if ".waypoints" not in contents:
        raise InputError(f"{node['files'].where}: names no .waypoints file")
    missions = [content.mission for content in changed.values()]
    if len(missions) == 2 and not _same_flight(*missions):
        names = " and ".join(sorted(_object(node["files"])))
        raise InputError(
            f"{folder}: {names} were both changed and differ",
            hint="'dronectl plan convert' makes the one from the other; then check the plan again",
        )
    mission = (missions or [contents[".waypoints"].mission])[0]
    sortie = Sortie(
        number=node["number"].whole_number(),
        patrol=node["patrol"].text(),
        mission=mission,
        start_s=node["start_s"].number(),
        distance_m=0.0 if changed else node["distance_m"].number(),
        duration_s=0.0 if changed else node["duration_s"].number(),
        battery_pct=0.0 if changed else node["battery_pct"].number(),
        work_altitude_m=node["work_altitude_m"].number(),
        windy_duration_s=0.0 if changed else _number(node, "windy_duration_s"),
        windy_battery_pct=0.0 if changed else _number(node, "windy_battery_pct"),
    )
    return sortie, changed.get(".plan")


def search_json(search: Search) -> dict[str, object]:
    return {"rounds": dict(search.rounds), "stopped_early": search.stopped_early}


def least_json(plan: Plan) -> list[dict[str, object]]:
    """What can be proved of each patrol over an area, beside what the plan takes."""
    found: list[dict[str, object]] = []
    for least in plan.least:
        flights, flight_s = plan.flown_for(least.patrol)
        found.append(
            {
                "patrol": least.patrol,
                "flights": flights,
                "least_flights": least.flights,
                "flight_s": flight_s,
                "least_flight_s": least.flight_s,
            }
        )
    return found


def _read_least(node: Node) -> Least:
    return Least(node["patrol"].text(), node["least_flights"].whole_number(), node["least_flight_s"].number())


def _read_search(root: Node) -> Search | None:
    node = root.get("search")
    if node is None or node.value is None:
        return None
    rounds = {str(patrol): node["rounds"][patrol].whole_number() for patrol in _object(node["rounds"])}
    stopped = node["stopped_early"].value
    if not isinstance(stopped, bool):
        raise InputError(f"{node['stopped_early'].where}: found {stopped!r}, true or false is wanted")
    return Search(rounds, stopped)


def _read_day(root: Node) -> date | None:
    """Older plans have none."""
    node = root.get("day")
    return None if node is None or node.value is None else read_day(node)


def _same_flight(first: Mission, second: Mission) -> bool:
    """Whether the vehicle would hold the same items; home is its own."""
    return packed_items(replace(first, items=first.items[1:])) == packed_items(replace(second, items=second.items[1:]))


def _name(node: Node) -> str:
    """Flights' folders are called after it: no name leads out of theirs."""
    name = node.text()
    if not is_folder_name(name):
        node.wants(f"a name for a folder ({FOLDER_NAME_WORDS})")
    return name


def _drone_name(node: Node) -> str:
    name = node.text()
    if not is_drone_name(name):
        node.wants(f"the name of a drone ({DRONE_NAME_WORDS})")
    return name


def _read_items(node: Node, mission_type: MissionType) -> Mission:
    return Mission(tuple(_read_item(item) for item in node.elements()), mission_type)


def _read_item(node: Node) -> MissionItem:
    values = node.elements()
    if len(values) != 9:
        raise InputError(f"{node.where}: found {len(values)} numbers, 9 are wanted")
    command, frame = (value.whole_number() for value in values[:2])
    lat_e7, lon_e7 = (value.int32() for value in values[6:8])
    p1, p2, p3, p4, altitude_m = (value.number() for value in (*values[2:6], values[8]))
    return MissionItem(command, frame, p1, p2, p3, p4, lat_e7, lon_e7, altitude_m)


def _read_finding(node: Node) -> Finding:
    values = _object(node)
    try:
        fix = values.get("fix")
        read = {"severity": Severity(values.get("severity", "")), "fix": None if fix is None else Fix.from_json(fix)}
        return Finding(**{**values, **read})
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise InputError(f"{node.where}: is no finding: {error}") from error


def _plan_json(folder: Path) -> Node:
    if not is_plan_folder(folder):
        raise InputError(f"{folder}: is no plan folder (it has no {PLAN_FILE})", hint="'dronectl plan build' makes one")
    path = folder / PLAN_FILE
    root = parse(read_text(path), source=str(path))
    kind = root.get("format")
    if kind is None or kind.value != _FORMAT:
        raise InputError(f"{path}: is not dronectl's: 'format' is not '{_FORMAT}'")
    if root["version"].value != _VERSION:
        raise InputError(
            f"{path}: version {root['version'].value!r} is not known, {_VERSION} is",
            hint="it was made by a newer dronectl; build the plan again",
        )
    return root


def _files_of_old_plan(folder: Path, new: Collection[str]) -> set[str]:
    """Mission files of the plan that is about to be replaced, even of one whose writing was cut off.

    What nobody wrote down to be such a file, but is called like one of the new plan's, is kept under another name.
    """
    if not folder.exists():
        return set()
    if not folder.is_dir():
        raise InputError(f"{folder}: is a file, a folder is wanted for the plan")
    if is_plan_folder(folder):
        names = {*_file_names(_plan_json(folder)), *_begun(folder)} - {KML_FILE}
        return {name for name in names if Path(name).name == name and Path(name).suffix in (".waypoints", ".plan")}
    found = {path.name for path in folder.iterdir() if not is_left_over(path.name)} - {BEGUN_FILE}
    begun = found & _begun(folder)
    others = found - begun
    if not others <= set(new):
        raise InputError(f"{folder}: holds other things than a plan", hint="give another folder with -o")
    for name in others:
        (folder / name).replace(folder / f"{name}.bak")
    return begun


def _begun(folder: Path) -> set[str]:
    marker = folder / BEGUN_FILE
    return set(read_text(marker).splitlines()) if marker.is_file() else set()


def _file_names(root: Node) -> Iterator[str]:
    for drone in root["drones"].elements():
        for sortie in drone["sorties"].elements():
            yield from _object(sortie["files"])


def _file_bytes(path: Path) -> bytes:
    if not path.exists():
        raise InputError(f"{path}: is missing from the plan", hint="build the plan again")
    return read_bytes(path)


def _object(node: Node) -> dict[str, Any]:
    if not isinstance(node.value, dict):
        node.wants("an object")
    return dict(node.value)


def _optional_number(root: Node, key: str) -> float | None:
    node = root.get(key)
    return None if node is None or node.value is None else node.number()


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
