from __future__ import annotations

import pytest

from dronectl.model.ardupilot.vehicle_settings import (
    Setting,
    Wire,
    firmware_warning,
    is_known,
    is_supported,
    names_of,
    setting_of,
    wires_of,
)

OLD, NEW = "4.5.6", "4.7.0"


@pytest.mark.parametrize(
    ("setting", "si", "old", "new"),
    [
        (Setting.RETURN_ALTITUDE_M, 52.35, ("RTL_ALT", 5235), ("RTL_ALT_M", 52.35)),
        (Setting.RETURN_LOITER_S, 5.0, ("RTL_LOIT_TIME", 5000), ("RTL_LOIT_TIME", 5000)),
        (Setting.LAND_SPEED_M_S, 0.5, ("LAND_SPEED", 50), ("LAND_SPD_MS", 0.5)),
        (Setting.WAYPOINT_SPEED_M_S, 8.0, ("WPNAV_SPEED", 800), ("WP_SPD", 8)),
        (Setting.RALLY_LIMIT_M, 300.0, ("RALLY_LIMIT_KM", 0.3), ("RALLY_LIMIT_KM", 0.3)),
        (Setting.FENCE_ALTITUDE_MAX_M, 90.0, ("FENCE_ALT_MAX", 90), ("FENCE_ALT_MAX", 90)),
        (Setting.BATTERY_LOW_AH, 1.2, ("BATT_LOW_MAH", 1200), ("BATT_LOW_MAH", 1200)),
        (Setting.LEAN_ANGLE_MAX_DEG, 30.0, ("ANGLE_MAX", 3000), ("ATC_ANGLE_MAX", 30)),
        (Setting.SYSTEM_ID, 3.0, ("SYSID_THISMAV", 3), ("MAV_SYSID", 3)),
        (Setting.GCS_FAILSAFE, 1.0, ("FS_GCS_ENABLE", 1), ("FS_GCS_ENABLE", 1)),
    ],
)
def test_one_meaning_has_the_name_and_the_unit_of_the_firmware(
    setting: Setting, si: float, old: tuple[str, float], new: tuple[str, float]
) -> None:
    for firmware, (name, value) in ((OLD, old), ("4.6.3", old), (NEW, new), ("4.8.1", new)):
        (wire,) = wires_of(setting, firmware)
        assert wire.name == name
        assert wire.value(si) == pytest.approx(value, rel=1e-7)
        assert wire.si(wire.value(si)) == si
        assert setting_of(name) == (setting, wire)


@pytest.mark.parametrize("firmware", [None, "4.9.0", "5.0.1", "4.7.0-dev", "4.6.0-beta", "nonsense"])
def test_a_firmware_that_is_not_known_may_have_either_name(firmware: str | None) -> None:
    wires = wires_of(Setting.RETURN_ALTITUDE_M, firmware)
    newest_first = firmware != "4.6.0-beta"
    assert [wire.name for wire in wires] == (["RTL_ALT_M", "RTL_ALT"] if newest_first else ["RTL_ALT", "RTL_ALT_M"])
    assert not is_known(firmware)
    assert wires_of(Setting.FENCE_ENABLED, firmware) == (Wire("FENCE_ENABLE", 0),)


def test_a_release_is_known_and_an_old_one_unsupported() -> None:
    assert all(is_known(firmware) for firmware in ("4.5.6", "4.6.3", "4.7.0", "4.7.0-rc", "4.4.4"))
    assert [is_supported(firmware) for firmware in ("4.4.4", "4.5.0", "4.7.0", "5.0.0")] == [False, True, True, True]


def test_what_dronectl_is_not_sure_of_is_told_in_words() -> None:
    assert firmware_warning("4.7.0") is firmware_warning("4.5.6") is None
    assert "older than 4.5" in str(firmware_warning("4.4.4"))
    assert str(firmware_warning("4.9.0")).startswith("is newer than dronectl knows (4.8)")
    assert str(firmware_warning("4.7.0-dev")).startswith("is no release")


def test_every_setting_has_its_own_names_and_its_value_survives_the_wire() -> None:
    seen: set[str] = set()
    for setting in Setting:
        assert seen.isdisjoint(names_of(setting))
        seen.update(names_of(setting))
        for firmware in (OLD, NEW):
            wire = wires_of(setting, firmware)[0]
            assert wire.si(wire.value(12.5)) == 12.5
