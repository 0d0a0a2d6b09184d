"""The built-in copter as each release of ArduCopter: names, units, and what else they answer differently."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ground_station import READY_S, GroundStation
from pymavlink.dialects.v20 import ardupilotmega as mavlink

import dronectl.sim
from dronectl.errors import InputError
from dronectl.model.fleet import Battery, Camera, Drone
from dronectl.model.geo import GeoPoint
from dronectl.sim.fleet.firmware_switches import apply_firmware
from dronectl.sim.vehicle.firmware import FIRMWARES, Firmware, firmware_named, for_any_release, in_terms_of_45
from dronectl.sim.vehicle.outbox import Outbox
from dronectl.sim.vehicle.parameters import Parameters
from dronectl.sim.vehicle.settings import VehicleSettings, load_settings

EVERY = pytest.mark.parametrize("firmware", FIRMWARES.values(), ids=FIRMWARES)
OLD, NEW = FIRMWARES["4.5"], FIRMWARES["4.7"]


def parameters(firmware: Firmware, **overrides: float) -> Parameters:
    return Parameters(overrides, Outbox(1), firmware)


@EVERY
def test_the_copter_finds_every_parameter_that_its_parts_ask_for(firmware: Firmware) -> None:
    table = parameters(firmware)
    sources = Path(dronectl.sim.__file__).parent.rglob("*.py")
    asked = {
        name
        for source in sources
        for name in re.findall(r'parameters(?:\[|\.set\(|\.flag\()"([A-Z0-9_]+)"', source.read_text(encoding="utf-8"))
    }
    assert len(asked) > 30
    optional = {"MAV_GCS_SYSID_HI"}
    for name in asked - optional:
        assert isinstance(table[name], float), name


@EVERY
def test_its_parts_read_the_same_values_in_every_release(firmware: Firmware) -> None:
    table, reference = parameters(firmware), parameters(OLD)
    for name in OLD_NAMES:
        assert table[name] == pytest.approx(reference[name]), name


OLD_NAMES = ("RTL_ALT", "WPNAV_SPEED", "WPNAV_RADIUS", "LAND_SPEED", "LAND_ALT_LOW", "ANGLE_MAX", "CIRCLE_RADIUS",
             "ARMING_CHECK", "SIM_GPS_DISABLE", "SYSID_MYGCS", "SR0_POSITION", "RTL_LOIT_TIME")  # fmt: skip


@pytest.mark.parametrize("name", NEW.renamed)
@pytest.mark.parametrize("value", [0.0, 1.0])
def test_a_renamed_value_survives_the_way_there_and_back(name: str, value: float) -> None:
    renamed = NEW.renamed[name]
    assert in_terms_of_45(renamed.name, renamed.own(value)) == (name, pytest.approx(value))


@pytest.mark.parametrize(("checks", "skipped"), [(1, 0), (0, -1), (0b1000, 0b111111111111111110110)])
def test_checks_to_do_become_checks_to_leave_out(checks: int, skipped: int) -> None:
    assert NEW.renamed["ARMING_CHECK"].own(checks) == skipped
    assert NEW.renamed["ARMING_CHECK"].of_45(skipped) == checks


def test_a_file_of_any_release_sets_a_copter_of_any_other() -> None:
    assert parameters(NEW, RTL_ALT=3050.0)["RTL_ALT"] == pytest.approx(3050.0)
    assert parameters(NEW, RTL_ALT_M=30.5)["RTL_ALT"] == pytest.approx(3050.0)
    assert parameters(OLD, RTL_ALT_M=30.5)["RTL_ALT"] == 3050.0
    assert for_any_release({"RTL_ALT_M": 30.5}) == {"RTL_ALT": 3050.0, "RTL_ALT_M": 30.5}
    assert for_any_release({"FENCE_TYPE": 5.0}) == {"FENCE_TYPE": 5.0}


def test_on_the_wire_a_copter_has_its_own_names_and_units_and_no_others() -> None:
    ground = GroundStation(firmware=NEW)
    ground.run(READY_S)
    (value,) = ground.send(mavlink.MAVLink_param_set_message(1, 1, b"RTL_ALT_M", 30.25, 9))
    assert (value.param_id, value.param_value, value.param_type) == ("RTL_ALT_M", 30.25, 9)
    (error,) = ground.send(mavlink.MAVLink_param_set_message(1, 1, b"RTL_ALT", 3000.0, 9))
    assert (error.get_type(), error.param_id, error.error) == ("PARAM_ERROR", "RTL_ALT", 1)
    assert error.target_system == 255
    ground.send(mavlink.MAVLink_param_request_list_message(1, 1))
    ground.run(2.0)
    listed = {m.param_id for m in ground.all_of("PARAM_VALUE")}
    assert {"RTL_ALT_M", "WP_SPD", "MAV_SYSID", "MAV1_POSITION", "ARMING_SKIPCHK"} <= listed
    assert not listed & set(NEW.renamed)


@EVERY
def test_it_tells_its_version_and_returns_at_the_height_that_its_own_parameter_says(firmware: Firmware) -> None:
    ground = GroundStation(firmware=firmware, parameters={"RTL_CONE_SLOPE": 0.0})
    ground.run(READY_S)
    assert ground.command(512, 148) == 0
    major, minor, patch = firmware.version
    assert ground.last("AUTOPILOT_VERSION").flight_sw_version >> 8 == major << 16 | minor << 8 | patch
    assert any(firmware.text in m.text for m in ground.send(mavlink.MAVLink_command_long_message(
        1, 1, 42428, 0, 0, 0, 0, 0, 0, 0, 0)) if m.get_type() == "STATUSTEXT")  # fmt: skip
    renamed = firmware.renamed.get("RTL_ALT")
    name, value = (renamed.name, renamed.own(2533.0)) if renamed else ("RTL_ALT", 2533.0)
    ground.send(mavlink.MAVLink_param_set_message(1, 1, name.encode(), value, 9))
    ground.stream(10)
    ground.command(176, 1, 4)
    assert ground.command(400, 1) == 0
    assert ground.command(22, 0, 0, 0, 0, 0, 0, 10) == 0
    ground.run(15.0)
    ground.command(176, 1, 6)
    heights_m = [m.relative_alt / 1000.0 for m in ground.run(20.0) if m.get_type() == "GLOBAL_POSITION_INT"]
    assert max(heights_m) == pytest.approx(25.33, abs=0.1)


def test_a_latched_fence_changes_by_enabling_alone() -> None:
    """So it was measured on 4.6 and later: FENCE_TYPE of a fence in force may take limits away, but adds none."""
    ground = GroundStation(firmware=NEW, parameters={"FENCE_TYPE": 4.0, "FENCE_ALT_MAX": 20.0})
    ground.run(READY_S)
    fence = ground.vehicle.copter.fence

    def put(name: bytes, value: float) -> None:
        ground.send(mavlink.MAVLink_param_set_message(1, 1, name, value, 9))
        ground.run(0.2)

    put(b"FENCE_ENABLE", 1)
    put(b"FENCE_TYPE", 1)
    assert (fence.is_enabled, fence.types) == (True, 0)
    put(b"FENCE_ENABLE", 0)
    put(b"FENCE_ENABLE", 1)
    assert fence.types == 1
    put(b"FENCE_ENABLE", 0)
    assert not fence.is_enabled
    assert ground.command(207, 1) == 0
    assert (fence.types, ground.vehicle.copter.parameters["FENCE_ENABLE"]) == (1, 0.0)


def test_each_drone_may_fly_its_own_release_by_file_and_by_switch(tmp_path: Path) -> None:
    def drone(name: str, number: int) -> Drone:
        camera = Camera(13.2, 8.8, 8.8, 5472, 3648, 2.0)
        link = f"tcp://127.0.0.1:{5750 + 10 * number}"
        return Drone(name, number, link, GeoPoint(16.05, 103.65), Battery(99.0, 250.0, 230.0), camera)

    (tmp_path / "sim").mkdir()
    file = tmp_path / "sim" / "fleet.toml"
    file.write_text('[vehicle]\nfirmware = "4.6"\n[drone.bravo]\nfirmware = "4.5"\n', encoding="utf-8")
    fleet = load_settings(tmp_path, [drone("alpha", 1), drone("bravo", 2)], ground_elevation_m=0.0).vehicles
    assert [one.firmware for one in fleet] == [FIRMWARES["4.6"], OLD]
    assert [one.firmware for one in apply_firmware(fleet, ["bravo=4.6", "4.7"])] == [NEW, FIRMWARES["4.6"]]
    assert firmware_named("4.7.0") is NEW
    file.write_text('[vehicle]\nfirmware = "4.4"\n', encoding="utf-8")
    with pytest.raises(InputError, match="problem"):
        load_settings(tmp_path, [drone("alpha", 1)], ground_elevation_m=0.0)


@pytest.mark.parametrize(("switch", "message"), [("4.4", "no firmware '4.4'"), ("zulu=4.5", "no drone 'zulu'")])
def test_a_switch_that_means_nothing_is_refused(switch: str, message: str) -> None:
    vehicle = VehicleSettings("alpha", 1, GeoPoint(16.05, 103.65))
    with pytest.raises(InputError, match=message):
        apply_firmware([vehicle], [switch])
