from __future__ import annotations

import pytest

from dronectl.protocol.parameter_changes import Change, compare
from dronectl.protocol.parameters import Parameter

ON_BOARD = {
    parameter.name: parameter
    for parameter in (
        Parameter("SYSID_THISMAV", 2, 4),
        Parameter("MIS_TOTAL", 14, 4),
        Parameter("STAT_RUNTIME", 71234, 6),
        Parameter("RTL_ALT", 1500, 6),
        Parameter("ATC_ANG_RLL_P", 4.5, 9),
        Parameter("COMPASS_OFS_X", 5.0, 9),
        Parameter("FENCE_ENABLE", 0, 2),
    )
}


def test_only_what_differs_is_a_change_in_the_files_order() -> None:
    found = compare({"RTL_ALT": 2000.0, "FENCE_ENABLE": 0.0, "ATC_ANG_RLL_P": 5.0}, ON_BOARD)
    assert [(change.name, change.on_board, change.wanted) for change in found.changes] == [
        ("RTL_ALT", 1500, 2000.0),
        ("ATC_ANG_RLL_P", 4.5, 5.0),
    ]
    assert found.equal == 1
    assert not found.same


def test_identity_counters_and_totals_are_the_aircrafts_own() -> None:
    found = compare({"SYSID_THISMAV": 1.0, "MIS_TOTAL": 0.0, "STAT_RUNTIME": 1.0}, ON_BOARD)
    assert found.same
    assert [change.name for change in found.own] == ["SYSID_THISMAV", "MIS_TOTAL", "STAT_RUNTIME"]


def test_calibration_is_known_as_such() -> None:
    (change,) = compare({"COMPASS_OFS_X": 7.0}, ON_BOARD).changes
    assert change.is_calibration
    assert not Change("COMPASS_USE", 1, 0, 2).is_calibration


def test_a_name_that_is_not_on_board_is_no_equality() -> None:
    found = compare({"Q_ENABLE": 1.0, "RTL_ALT": 1500.0}, ON_BOARD)
    assert found.unknown == ("Q_ENABLE",)
    assert not found.same


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("FENCE_ENABLE", 0.5, "whole number"),
        ("FENCE_ENABLE", 128.0, "8 bits"),
        ("FENCE_ENABLE", -129.0, "8 bits"),
        ("RTL_ALT", 2.0**31, "32 bits"),
        ("RTL_ALT", 16_777_217.0, "more digits"),
    ],
)
def test_a_value_that_the_type_cannot_hold_has_a_problem(name: str, value: float, words: str) -> None:
    (change,) = compare({name: value}, ON_BOARD).changes
    assert words in str(change.problem)


def test_a_float_is_compared_as_the_float32_that_is_on_board() -> None:
    assert compare({"X": 0.1}, {"X": Parameter("X", 0.10000000149011612, 9)}).same


def test_of_two_whole_sets_the_names_of_both_count() -> None:
    wanted = {name: float(parameter.value) for name, parameter in ON_BOARD.items() if name != "RTL_ALT"}
    assert compare(wanted, ON_BOARD).same
    found = compare(wanted, ON_BOARD, whole=True)
    assert found.extra == ("RTL_ALT",)
    assert not found.same
