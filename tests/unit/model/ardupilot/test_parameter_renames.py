from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dronectl.model.ardupilot.float32 import as_single
from dronectl.model.ardupilot.parameter_renames import Rename, all_renames, names_are_of, renamed

# From ArduPilot's parameter metadata of Copter 4.5 (4.6) and 4.7, and ArduCopter's own conversions.
GOLDEN = [
    ("RTL_ALT", 1500, "RTL_ALT_M", 15.0),
    ("RTL_ALT_FINAL", 0, "RTL_ALT_FINAL_M", 0.0),
    ("LAND_SPEED", 50, "LAND_SPD_MS", 0.5),
    ("LAND_ALT_LOW", 1000, "LAND_ALT_LOW_M", 10.0),
    ("WPNAV_SPEED", 1000.0, "WP_SPD", 10.0),
    ("WPNAV_SPEED_DN", 150.0, "WP_SPD_DN", 1.5),
    ("WPNAV_ACCEL_C", 0.0, "WP_ACC_CNR", 0.0),
    ("WPNAV_JERK", 1.0, "WP_JERK", 1.0),
    ("WPNAV_RADIUS", 200.0, "WP_RADIUS_M", 2.0),
    ("LOIT_BRK_JERK", 500.0, "LOIT_BRK_JRK_M", 5.0),
    ("CIRCLE_RADIUS", 1000.0, "CIRCLE_RADIUS_M", 10.0),
    ("PILOT_TKOFF_ALT", 0.0, "PILOT_TKO_ALT_M", 0.0),
    ("PILOT_SPEED_UP", 250, "PILOT_SPD_UP", 2.5),
    ("ANGLE_MAX", 3000, "ATC_ANGLE_MAX", 30.0),
    ("ATC_ACCEL_R_MAX", 110_000.0, "ATC_ACC_R_MAX", 1100.0),
    ("ATC_SLEW_YAW", 6000.0, "ATC_RATE_WPY_MAX", 60.0),
    ("PSC_VELXY_IMAX", 1000.0, "PSC_NE_VEL_IMAX", 10.0),
    ("PSC_ACCZ_P", 0.5, "PSC_D_ACC_P", 0.05),
    ("PSC_ACCZ_IMAX", 800.0, "PSC_D_ACC_IMAX", 0.8),
    ("PSC_JERK_XY", 5.0, "PSC_NE_JERK", 5.0),
    ("PSC_JERK_Z", 5.0, "PSC_D_JERK", 5.0),
    ("RNGFND1_MAX_CM", 700, "RNGFND1_MAX", 7.0),
    ("RNGFNDA_GNDCLEAR", 10, "RNGFNDA_GNDCLR", 0.1),
    ("ARMING_CHECK", 1, "ARMING_SKIPCHK", 0),
    ("ARMING_CHECK", 0, "ARMING_SKIPCHK", -1),
    ("ARMING_CHECK", 0x1FFFFE & ~0x08, "ARMING_SKIPCHK", 0x08),
    ("SYSID_THISMAV", 3, "MAV_SYSID", 3),
    ("SYSID_MYGCS", 255, "MAV_GCS_SYSID", 255),
    ("SYSID_ENFORCE", 1, "MAV_OPTIONS", 1),
    ("SR0_POSITION", 4, "MAV1_POSITION", 4),
    ("SR6_EXTRA3", 2, "MAV7_EXTRA3", 2),
    ("SIM_GPS_DISABLE", 1, "SIM_GPS1_ENABLE", 0),
    ("SIM_GPS_GLITCH_Y", 0.001, "SIM_GPS1_GLTCH_Y", 0.001),
    ("GPS_TYPE", 1, "GPS1_TYPE", 1),
    ("GPS_TYPE2", 9, "GPS2_TYPE", 9),
    ("GPS_MB2_OFS_Z", 0.25, "GPS2_MB_OFS_Z", 0.25),
]


@pytest.mark.parametrize(("old", "value", "new", "value_new"), GOLDEN)
def test_a_renamed_parameter_has_the_same_meaning_under_both_names(
    old: str, value: float, new: str, value_new: float
) -> None:
    rename = renamed(old)
    assert rename is not None
    assert rename is renamed(new)
    assert rename.value_of(new, value) == as_single(value_new)
    assert rename.value_of(old, as_single(value_new)) == as_single(value)
    assert (rename.other(old), rename.other(new)) == (new, old)


def test_what_kept_its_name_is_not_renamed() -> None:
    assert all(renamed(name) is None for name in ("FENCE_ENABLE", "RALLY_LIMIT_KM", "FS_GCS_ENABLE", "RTL_LOIT_TIME"))


def test_a_files_names_tell_which_firmware_it_is_of() -> None:
    assert names_are_of(["FENCE_ENABLE", "RTL_ALT", "GPS1_TYPE"]) == "ArduCopter before 4.7"
    assert names_are_of(["FENCE_ENABLE", "WP_SPD"]) == "ArduCopter 4.7 or later"
    assert names_are_of(["RTL_ALT", "WP_SPD"]) == names_are_of(["FENCE_ENABLE"]) == ""


def test_no_name_stands_for_two_parameters() -> None:
    renames = all_renames()
    names = [name for rename in renames for name in (rename.old, rename.new)]
    assert len(names) == len(set(names))
    assert all(len(name) <= 16 for name in names)
    assert len(renames) > 200


@given(st.sampled_from(all_renames()), st.integers(-32_768, 32_767))
def test_every_whole_number_comes_back_from_the_other_name(rename: Rename, value: int) -> None:
    if rename.how == "inverted":
        value = value % 2
    elif rename.how == "skipped":
        value = value & 0x1FFFFE or 1  # the bit for all checks says the same, whatever else is set
        value = 1 if value == 0x1FFFFE else value
    assert rename.value_of(rename.old, rename.value_of(rename.new, value)) == value


@given(st.sampled_from([rename for rename in all_renames() if rename.places]), st.integers(-999_999, 999_999))
def test_every_value_of_six_digits_comes_back(rename: Rename, digits: int) -> None:
    value = as_single(digits / 1000)
    assert rename.value_of(rename.old, rename.value_of(rename.new, value)) == value
