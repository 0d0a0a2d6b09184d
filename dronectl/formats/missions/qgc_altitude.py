"""The altitude of an item in QGroundControl's files.

``params[6]`` is what is sent. Under *calculated above terrain* (``AltitudeMode`` 3) QGroundControl works it out of the
ground's height, as metres above sea level; as long as it does not know the ground it is null, and the height that was
asked for stands in ``Altitude`` alone. Null never becomes 0: it would be a place at the level of the sea.
"""

from __future__ import annotations

from collections.abc import Callable

from dronectl.errors import InputError
from dronectl.formats.text import places
from dronectl.formats.text.json_reader import Node
from dronectl.formats.text.told import Tell
from dronectl.model.plan.mission import Command, Frame

GroundHeight = Callable[[float, float], float | None]
"""Height of the ground in metres above sea level at a latitude and longitude; None where nobody knows."""

_CALCULATED_ABOVE_TERRAIN = 3
_OF_THE_FRAME = 0
"""Files of before 2019 say so of all items."""
_MODE_OF_FRAME = {
    Frame.GLOBAL: 2,
    Frame.GLOBAL_INT: 2,
    Frame.GLOBAL_RELATIVE_ALT: 1,
    Frame.GLOBAL_RELATIVE_ALT_INT: 1,
    Frame.GLOBAL_TERRAIN_ALT: 4,
    Frame.GLOBAL_TERRAIN_ALT_INT: 4,
}
_ON_THE_GROUND = frozenset({Command.NAV_LAND, Command.DO_LAND_START})
"""Their altitude says nothing: they end on the ground, or mark a place in the list."""
_WORDS = {1: "above home", 2: "above sea level", _CALCULATED_ABOVE_TERRAIN: "above terrain", 4: "above terrain"}


def altitude_of(
    item: Node, params: list[Node], seq: int, command: int, frame: int, ground: GroundHeight | None, tell: Tell
) -> tuple[float, int]:
    """Altitude and frame of an item: as it is sent, else as the file or ``ground`` knows it, which is told.

    Raises:
        InputError: nobody knows it; the item is named.
    """
    if params[6].value is not None:
        return params[6].number(), frame
    if command in _ON_THE_GROUND or not places.has_place(command, frame):
        return 0.0, frame
    known = _number(item, "AMSLAltAboveTerrain")
    if known is not None:
        tell(f"{item.where}: item {seq}: no altitude, {known:g} m above sea level (AMSLAltAboveTerrain) is taken")
        return known, int(Frame.GLOBAL)
    asked, mode = _number(item, "Altitude"), _number(item, "AltitudeMode")
    mode_of_frame = _MODE_OF_FRAME.get(Frame(frame)) if frame in tuple(Frame) else None
    if asked is not None and mode_of_frame is not None and mode in (_OF_THE_FRAME, mode_of_frame):
        return asked, frame
    place = [part.value for part in params[4:6]]
    if asked is not None and mode == _CALCULATED_ABOVE_TERRAIN and ground is not None and None not in place:
        ground_m = ground(params[4].number(), params[5].number())
        if ground_m is not None:
            amsl_m = ground_m + asked
            tell(f"{item.where}: item {seq}: {asked:g} m above terrain are {amsl_m:.1f} m AMSL by the elevation files")
            return amsl_m, int(Frame.GLOBAL)
    words = "" if asked is None else f" ({asked:g} m {_WORDS.get(int(mode or 0), 'above what is not said')})"
    raise InputError(
        f"{item.where}: item {seq}: its altitude{words} is not in the file: {_last(params)} is null",
        hint="QGroundControl did not know the ground: let it load the terrain and save the plan again, or give a height"
        " above home; 'plan check' works it out by elevation files that dronectl.toml names",
    )


def _number(item: Node, key: str) -> float | None:
    node = item.get(key)
    return None if node is None or node.value is None else node.number()


def _last(params: list[Node]) -> str:
    return params[6].path.rpartition(".")[2] or "it"
