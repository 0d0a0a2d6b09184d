"""What would change on a vehicle if it were given other parameters: compared by type, before anything is sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from dronectl.model.single import as_single
from dronectl.protocol.parameters import Parameter, ParameterType, value_problem

_OWN = re.compile(
    r"SYSID_THISMAV|SYSID_SW_MREV|FORMAT_VERSION|(MIS|FENCE|RALLY)_TOTAL|STAT_\w+|BARO\d*_GND_PRESS|\w*_DEVID\d*|"
    r"COMPASS_DEV_ID\d*|COMPASS_PRIO\d_ID|INS_(ACC|GYR)\d*_ID"
)
"""Identity, what is counted or measured on board, and which sensors it has: never taken from a file."""
_CALIBRATION = re.compile(
    r"INS_(ACC|GYR)\d*_?(OFFS|SCAL)_[XYZ]|INS_(ACC|GYR)\d*_CALTEMP|COMPASS_(OFS|DIA|ODI|MOT|SCALE)\d?(_[XYZ])?|"
    r"AHRS_TRIM_[XYZ]|RC\d+_(MIN|MAX|TRIM)"
)


@dataclass(frozen=True, slots=True)
class Change:
    """One parameter whose value on board is not the wanted one. ``type`` is its MAV_PARAM_TYPE on board."""

    name: str
    on_board: float | int
    wanted: float
    type: int

    @property
    def is_calibration(self) -> bool:
        """Measured on one airframe: another one must not fly with it."""
        return _CALIBRATION.fullmatch(self.name) is not None

    @property
    def problem(self) -> str | None:
        """Why the parameter cannot hold the wanted value, or None."""
        return value_problem(self.name, self.type, self.wanted)


@dataclass(frozen=True, slots=True)
class Comparison:
    """``changes`` in the wanted order; ``own``: differences that stay as they are on board (identity, counters,
    sensors); ``unknown``: names that the vehicle does not have; ``extra``: those that only it has; ``equal``: how many
    are the same."""

    changes: tuple[Change, ...]
    own: tuple[Change, ...]
    unknown: tuple[str, ...]
    extra: tuple[str, ...]
    equal: int

    @property
    def same(self) -> bool:
        return not self.changes and not self.unknown and not self.extra


def compare(wanted: Mapping[str, float], on_board: Mapping[str, Parameter], *, whole: bool = False) -> Comparison:
    """Holds wanted values against what is on board; what is not wanted is not looked at, unless ``wanted`` is a
    ``whole`` set."""
    differing = [
        Change(name, on_board[name].value, value, on_board[name].type)
        for name, value in wanted.items()
        if name in on_board and not _is_same(on_board[name], value)
    ]
    unknown = tuple(name for name in wanted if name not in on_board)
    return Comparison(
        tuple(change for change in differing if not _OWN.fullmatch(change.name)),
        tuple(change for change in differing if _OWN.fullmatch(change.name)),
        unknown,
        tuple(name for name in on_board if whole and name not in wanted),
        len(wanted) - len(unknown) - len(differing),
    )


def _is_same(parameter: Parameter, value: float) -> bool:
    if parameter.type == ParameterType.REAL32:
        return as_single(float(parameter.value)) == as_single(value)
    return parameter.value == value
