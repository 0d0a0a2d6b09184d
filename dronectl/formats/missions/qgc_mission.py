"""QGroundControl's ``.mission``, what it wrote before ``.plan``: JSON with a mission alone.

Version 2 (2017) is the ``mission`` of a ``.plan``, on its own. Version 1 (until 2016, also APM Planner's) names its
version ``"1.0"``, has an item as home and keeps surveys apart, in ``complexItems``. Other programs call other things
``.mission``: MAVLink's text is read as what it is, INAV's XML is refused.
"""

from __future__ import annotations

from dronectl.errors import InputError
from dronectl.formats.missions.qgc_altitude import GroundHeight
from dronectl.formats.missions.qgc_plan import read_mission_part, read_qgc_plan, require_version
from dronectl.formats.missions.wpl import HEADER, read_wpl
from dronectl.formats.text.json_reader import parse
from dronectl.formats.text.told import Tell, unheard
from dronectl.model.plan.mission import Mission

_VERSION_1 = "1.0"


def is_plan(text: str, *, source: str) -> bool:
    """Whether a JSON text is a ``.plan``, whatever its file is called.

    Raises:
        InputError: no JSON object.
    """
    file_type = parse(text, source=source).get("fileType")
    return file_type is not None and file_type.value == "Plan"


def read_qgc_mission(text: str, *, source: str, tell: Tell = unheard, ground: GroundHeight | None = None) -> Mission:
    """The mission of a ``.mission`` file.

    Raises:
        InputError: none of QGroundControl's, or surveys in a form that carries no items; with its place in the file.
    """
    start = text.removeprefix("\ufeff").lstrip()
    if start.startswith(HEADER[:7]):
        return read_wpl(text, source=source, tell=tell)
    if start.startswith("<"):
        raise InputError(f"{source}: is XML, as INAV's missions are: no mission for ArduPilot", hint="plan it anew")
    root = parse(text, source=source)
    file_type = root.get("fileType")
    if file_type is not None and file_type.value == "Plan":
        return read_qgc_plan(text, source=source, tell=tell, ground=ground).mission
    version = root.get("version")
    if version is None or version.value != _VERSION_1:
        require_version(root, 2)
    surveys = root.get("complexItems")
    if surveys is not None and surveys.value:
        raise InputError(
            f"{surveys.where}: {len(surveys.elements())} surveys, which carry no items that could be flown",
            hint="open it in QGroundControl 3, upload it and download it again: then it is made of simple items",
        )
    return read_mission_part(root, tell=tell, ground=ground)
