from __future__ import annotations

import pytest

from dronectl.model.ardupilot.float32 import as_single
from dronectl.model.ardupilot.parameter_renames import renamed
from dronectl.protocol.param.changes import ParameterChange, compare_parameters
from dronectl.protocol.param.parameters import Parameter, ParameterType
from dronectl.sim.vehicle.firmware import FIRMWARES
from dronectl.sim.vehicle.outbox import Outbox
from dronectl.sim.vehicle.parameters import Parameters

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
    found = compare_parameters({"RTL_ALT": 2000.0, "FENCE_ENABLE": 0.0, "ATC_ANG_RLL_P": 5.0}, ON_BOARD)
    assert [(change.name, change.on_board, change.wanted) for change in found.changes] == [
        ("RTL_ALT", 1500, 2000.0),
        ("ATC_ANG_RLL_P", 4.5, 5.0),
    ]
    assert found.equal == 1
    assert not found.same


def test_identity_counters_and_totals_are_the_aircrafts_own() -> None:
    found = compare_parameters({"SYSID_THISMAV": 1.0, "MIS_TOTAL": 0.0, "STAT_RUNTIME": 1.0}, ON_BOARD)
    assert found.same
    assert [change.name for change in found.own] == ["SYSID_THISMAV", "MIS_TOTAL", "STAT_RUNTIME"]


def test_calibration_is_known_as_such() -> None:
    (change,) = compare_parameters({"COMPASS_OFS_X": 7.0}, ON_BOARD).changes
    assert change.is_calibration
    assert not ParameterChange("COMPASS_USE", 1, 0, 2).is_calibration


def test_a_name_that_is_not_on_board_is_no_equality() -> None:
    found = compare_parameters({"Q_ENABLE": 1.0, "RTL_ALT": 1500.0}, ON_BOARD)
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
    (change,) = compare_parameters({name: value}, ON_BOARD).changes
    assert words in str(change.problem)


def test_a_float_is_compared_as_the_float32_that_is_on_board() -> None:
    assert compare_parameters({"X": 0.1}, {"X": Parameter("X", 0.10000000149011612, 9)}).same


def test_of_two_whole_sets_the_names_of_both_count() -> None:
    wanted = {name: float(parameter.value) for name, parameter in ON_BOARD.items() if name != "RTL_ALT"}
    assert compare_parameters(wanted, ON_BOARD).same
    found = compare_parameters(wanted, ON_BOARD, whole=True)
    assert found.extra == ("RTL_ALT",)
    assert not found.same


OWN = """
    MAV_SYSID MAV_GCS_SYSID_HI BRD_SERIAL_NUM ADSB_ICAO_ID NET_IPADDR3 NET_MACADDR0 STAT_FLTCNT STAT_DISTFLWN
    INS4_ACC_ID COMPASS_DEV_ID2 BARO1_DEVID GPS1_CAN_NODEID GPS_CAN_NODEID2 BATT2_SERIAL_NUM BTAG_CUR_CYCLES
    BARO2_GND_PRESS AHRS_ORIGIN_LAT AHRS_ORIG_ALT
"""
CALIBRATION = """
    INS5_GYROFFS_X INS_ACC2_CALTEMP INS_TCAL1_ACC3_Z INS4_TCAL_TMAX COMPASS_PMOT3_Y COMPASS_MOTCT ARSPD2_RATIO
    MOT_THST_HOVER RC4_TRIM
"""
ON_4_7 = {
    parameter.name: parameter
    for parameter in (
        Parameter("MAV_SYSID", 2, 4),
        Parameter("MAV_GCS_SYSID", 255, 4),
        Parameter("RTL_ALT_M", 15.0, 9),
        Parameter("WP_SPD", 8.999999046325684, 9),
        Parameter("ARMING_SKIPCHK", 8, 6),
        Parameter("MAV1_POSITION", 4, 4),
        Parameter("MAV1_OPTIONS", 0, 4),
        Parameter("SERIAL1_OPTIONS", 0, 4),
        Parameter("FENCE_ENABLE", 0, 2),
    )
}


def test_a_file_of_4_5_is_held_against_4_7_by_meaning() -> None:
    file = {"RTL_ALT": 5235.0, "WPNAV_SPEED": 900.0, "ARMING_CHECK": 1.0, "SR0_POSITION": 4.0, "FENCE_ENABLE": 0.0}
    found = compare_parameters({**file, "PSC_ACC_XY_FILT": 2.0}, ON_4_7)
    assert [(one.name, one.on_board, one.wanted, one.told_as) for one in found.changes] == [
        ("RTL_ALT_M", 15.0, pytest.approx(52.35, rel=1e-7), "RTL_ALT"),
        ("ARMING_SKIPCHK", 8, 0.0, "ARMING_CHECK"),
    ]
    assert found.equal == 3  # 900 cm/s are what the firmware itself made 8.999999 m/s of
    assert found.unknown == ("PSC_ACC_XY_FILT",)
    assert found.translated["SR0_POSITION"] == "MAV1_POSITION"


def test_a_file_of_4_7_is_held_against_4_5_by_meaning() -> None:
    file = {"RTL_ALT_M": as_single(52.35), "MAV_SYSID": 1.0, "RTL_SPEED_MS": 1.0, "ARMING_SKIPCHK": 0.0}
    board = {**ON_BOARD, "ARMING_CHECK": Parameter("ARMING_CHECK", 9, 6)}  # all, and one of them once more
    found = compare_parameters(file, board, whole=True)
    assert [(one.name, one.wanted) for one in found.changes] == [("RTL_ALT", 5235.0)]
    assert [one.name for one in found.own] == ["SYSID_THISMAV"]
    assert found.unknown == ("RTL_SPEED_MS",)
    assert "SYSID_THISMAV" not in found.extra
    assert "MIS_TOTAL" in found.extra
    (finer,) = compare_parameters({"RTL_ALT_M": as_single(52.3549)}, board).changes
    assert finer.problem == "RTL_ALT is a whole number, 5235.49 is not (it was RTL_ALT_M)"
    (noise,) = compare_parameters({"RTL_ALT_M": 8.999999046325684}, board).changes
    assert noise.wanted == 900.0


def test_identity_and_ground_station_are_never_taken_from_a_file_under_any_name() -> None:
    for names in (("SYSID_THISMAV", "SYSID_MYGCS"), ("MAV_SYSID", "MAV_GCS_SYSID")):
        found = compare_parameters(dict.fromkeys(names, 7.0), ON_4_7)
        assert found.changes == ()
        assert [one.name for one in found.own] == ["MAV_SYSID", "MAV_GCS_SYSID"]


def test_what_tells_one_aircraft_from_another_is_its_own() -> None:
    names = OWN.split()
    board = {name: Parameter(name, 2, 6) for name in names}
    assert [change.name for change in compare_parameters(dict.fromkeys(names, 1.0), board).own] == names


def test_what_was_measured_on_one_airframe_is_calibration() -> None:
    names = CALIBRATION.split()
    changes = compare_parameters(dict.fromkeys(names, 1.0), {name: Parameter(name, 2, 6) for name in names}).changes
    assert [change.name for change in changes if change.is_calibration] == names


def test_options_of_a_port_that_are_the_channels_now_are_named_and_not_set() -> None:
    found = compare_parameters({"SERIAL1_OPTIONS": 1024.0 + 4.0}, ON_4_7)
    assert [one.wanted for one in found.changes] == [4.0]
    assert found.moved == ("SERIAL1_OPTIONS: 1024 of 1028 is told by MAV1_OPTIONS and its siblings here",)
    assert (
        compare_parameters({"SERIAL1_OPTIONS": 1024.0}, {"SERIAL1_OPTIONS": Parameter("SERIAL1_OPTIONS", 0, 4)}).moved
        == ()
    )


def test_a_file_with_both_names_goes_by_the_vehicles_own() -> None:
    found = compare_parameters({"RTL_ALT": 1500.0, "RTL_ALT_M": 20.0}, ON_4_7)
    assert [one.wanted for one in found.changes] == [20.0]
    assert found.unknown == ("RTL_ALT",)


def test_every_parameter_of_4_5_comes_back_from_4_7_as_the_same_float32() -> None:
    """Through a vehicle that has the new name of each, and a file saved from it."""
    old = {name: (value, kind) for name, value, kind in stock("4.5")}
    new: dict[str, Parameter] = {}
    for name, (value, kind) in old.items():
        rename = renamed(name)
        if rename is None or rename.old != name:
            new[name] = Parameter(name, value, kind)
        else:
            kind = ParameterType.REAL32 if rename.places else kind
            new[rename.new] = Parameter(rename.new, as_single(rename.value_of(rename.new, value)), kind)
    there = compare_parameters({name: value for name, (value, _) in old.items()}, new, whole=True)
    assert there.same
    assert len(there.translated) > 100
    board = {name: Parameter(name, value, kind) for name, (value, kind) in old.items()}
    assert compare_parameters({name: float(one.value) for name, one in new.items()}, board, whole=True).same
    nothing = {name: Parameter(name, 99, kind) for name, (_, kind) in old.items()}
    back = compare_parameters({name: float(one.value) for name, one in new.items()}, nothing)
    wanted = {one.name: one.wanted for one in (*back.changes, *back.own)}
    lost = {name: value for name, (value, _) in old.items() if as_single(wanted.get(name, value)) != as_single(value)}
    assert lost == {}
    assert len(wanted) > 1300


def stock(version: str) -> list[tuple[str, float, int]]:
    return Parameters({}, Outbox(1), FIRMWARES[version]).listed()
