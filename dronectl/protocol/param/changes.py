"""What would change on a vehicle if it were given other parameters: compared by meaning, before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dronectl.model.ardupilot.float32 import as_single
from dronectl.model.ardupilot.parameter_owners import is_calibration, is_own
from dronectl.model.ardupilot.parameter_renames import moved_options, renamed
from dronectl.protocol.param.parameters import Parameter, ParameterType, value_problem

_NOISE = 2.0**-22
"""What a value may lose when firmware, in float32, changes its unit."""


@dataclass(frozen=True, slots=True)
class ParameterChange:
    """One parameter whose value on board is not the wanted one. ``type`` is its MAV_PARAM_TYPE on board."""

    name: str
    on_board: float | int
    wanted: float
    type: int
    told_as: str = ""
    """What other firmware, whose parameters these are, calls it; empty: the same."""

    @property
    def is_calibration(self) -> bool:
        """Measured on one airframe: another one must not fly with it."""
        return is_calibration(self.name)

    @property
    def problem(self) -> str | None:
        """Why the parameter cannot hold the wanted value, or None."""
        found = value_problem(self.name, self.type, self.wanted)
        return f"{found} (it was {self.told_as})" if found and self.told_as else found


@dataclass(frozen=True, slots=True)
class ParameterComparison:
    """``changes`` in the wanted order, under the vehicle's own names; ``own``: differences that stay as they are on
    board (identity, counters, sensors); ``unknown``: names that the vehicle has no counterpart of; ``extra``: those
    that only it has; ``equal``: how many are the same; ``translated``: wanted names that the vehicle has under another
    name, which is given; ``moved``: parts of values that are told elsewhere on the vehicle, in words."""

    changes: tuple[ParameterChange, ...]
    own: tuple[ParameterChange, ...]
    unknown: tuple[str, ...]
    extra: tuple[str, ...]
    equal: int
    translated: Mapping[str, str]
    moved: tuple[str, ...]

    @property
    def same(self) -> bool:
        return not self.changes and not self.unknown and not self.extra and not self.moved


def compare_parameters(
    wanted: Mapping[str, float], on_board: Mapping[str, Parameter], *, whole: bool = False
) -> ParameterComparison:
    """Holds wanted values against what is on board, which may have other firmware's names and units; what is not wanted
    is not looked at, unless ``wanted`` is a ``whole`` set."""
    here = {name: found for name in wanted if (found := _own_name(name, wanted, on_board)) is not None}
    differing, moved = [], []
    for name, own in here.items():
        parameter, value = on_board[own], wanted[name]
        if _is_same(parameter, name, value):
            continue
        value = _translated(parameter, name, value)
        without, words = moved_options(own, value, on_board)
        moved += [words] if words else []
        if not words or without != parameter.value:
            differing.append(
                ParameterChange(own, parameter.value, without, parameter.type, name if name != own else "")
            )
    counterparts = set(here.values())
    return ParameterComparison(
        tuple(change for change in differing if not is_own(change.name)),
        tuple(change for change in differing if is_own(change.name)),
        tuple(name for name in wanted if name not in here),
        tuple(name for name in on_board if whole and name not in counterparts),
        len(here) - len(differing),
        {name: own for name, own in here.items() if name != own},
        tuple(moved),
    )


def _own_name(name: str, wanted: Mapping[str, float], on_board: Mapping[str, Parameter]) -> str | None:
    """What the vehicle calls it; None where it has no such thing, or it is wanted under the vehicle's name as well."""
    if name in on_board:
        return name
    rename = renamed(name)
    other = rename.other(name) if rename is not None else name
    return other if other in on_board and other not in wanted else None


def _translated(parameter: Parameter, name: str, value: float) -> float:
    """``value`` of ``name`` as the vehicle tells it; a whole number where only float32's noise keeps it from one."""
    if name == parameter.name:
        return value
    rename = renamed(name)
    assert rename is not None
    own = rename.value_of(parameter.name, value)
    is_whole = parameter.type != ParameterType.REAL32 and abs(own - round(own)) <= _NOISE * abs(own)
    return float(round(own)) if is_whole else own


def _is_same(parameter: Parameter, name: str, value: float) -> bool:
    held = float(parameter.value)
    if name != parameter.name:
        rename = renamed(name)
        assert rename is not None
        own = _translated(parameter, name, value)
        return abs(held - own) <= _NOISE * abs(own) or rename.value_of(name, held) == as_single(value)
    if parameter.type == ParameterType.REAL32:
        return as_single(held) == as_single(value)
    return parameter.value == value
