"""Reading sim/*.toml and *.parm, faults from the command line, link faults."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from dronectl.errors import InputError, InputErrors
from dronectl.model.fleet import Battery, Camera, Drone
from dronectl.model.geo import GeoPoint
from dronectl.sim.fleet.fault_switches import apply_faults
from dronectl.sim.fleet.link_faults import FaultyLine, split_frames
from dronectl.sim.vehicle.battery import BatteryPack, PowerSpeeds
from dronectl.sim.vehicle.settings import LinkFaults, load_settings

CAMERA = Camera(13.2, 8.8, 8.8, 5472, 3648, 2.0)


def drone(name: str = "alpha", link: str = "tcp://127.0.0.1:5760") -> Drone:
    return Drone(name, 1, link, GeoPoint(16.05, 103.65), Battery(99.0, 250.0, 230.0), CAMERA, cruise_speed_m_s=7.0)


def write(root: Path, text: str, name: str = "fleet.toml") -> None:
    (root / "sim").mkdir(exist_ok=True)
    (root / "sim" / name).write_text(text, encoding="utf-8")


def test_without_a_sim_folder_the_drones_alone_make_the_fleet(tmp_path: Path) -> None:
    settings = load_settings(tmp_path, [drone()], ground_elevation_m=145.0)
    (vehicle,) = settings.vehicles
    assert (vehicle.port, vehicle.home_amsl_m, settings.speedup) == (5760, 145.0, 1.0)
    assert vehicle.parameters["WPNAV_SPEED"] == 700.0


def test_files_override_and_one_drone_overrides_all(tmp_path: Path) -> None:
    write(tmp_path, "speedup = 5\n[vehicle]\nbattery_pct = 90\n[drone.alpha]\nbattery_pct = 50\n"
                    "[drone.alpha.faults]\nlink_cut_after_bytes = 100\n[wind]\nspeed_m_s = 3\n")  # fmt: skip
    write(tmp_path, "# note\nRTL_ALT 3000\nFENCE_TYPE,5 # polygons\n", "copter.parm")
    settings = load_settings(tmp_path, [drone()], ground_elevation_m=0.0)
    (vehicle,) = settings.vehicles
    assert (settings.speedup, settings.wind.speed_m_s, vehicle.battery_pct) == (5.0, 3.0, 50.0)
    assert vehicle.faults.link_cut_after_bytes == 100
    assert (vehicle.parameters["RTL_ALT"], vehicle.parameters["FENCE_TYPE"]) == (3000.0, 5.0)


def test_all_problems_are_named_at_once(tmp_path: Path) -> None:
    write(tmp_path, 'speedup = 0\ncolour = "blue"\n[link]\nloss = 2\nlatency_ms = "x"\n[wind]\nspeed_m_s = nan\n'
                    "[drone.alpha]\nsystem_id = 1.5\n")  # fmt: skip
    write(tmp_path, "RTL_ALT high\n", "copter.parm")
    with pytest.raises(InputErrors) as caught:
        load_settings(tmp_path, [drone()], ground_elevation_m=0.0)
    problems = "\n".join(caught.value.problems)
    for part in ("speedup", "colour", "loss", "latency_ms", "speed_m_s", "system_id", "copter.parm:1"):
        assert part in problems


@pytest.mark.parametrize("content", [b"\xff\xfe", b"[wind", b"wind = 3\n", b"drone = 4\n", b"vehicle = []\n"])
def test_a_broken_settings_file_is_an_input_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "sim").mkdir()
    (tmp_path / "sim" / "fleet.toml").write_bytes(content)
    with pytest.raises(InputErrors):
        load_settings(tmp_path, [drone()], ground_elevation_m=0.0)


@pytest.mark.parametrize(
    "link", ["serial:///dev/ttyUSB0?baud=57600", "udpin://0.0.0.0:14550", "tcp://host", "tcp://h:99999"]
)
def test_a_link_that_no_simulator_can_serve_is_named(tmp_path: Path, link: str) -> None:
    with pytest.raises(InputError, match="alpha"):
        load_settings(tmp_path, [drone(link=link)], ground_elevation_m=0.0)


def test_faults_from_the_command_line(tmp_path: Path) -> None:
    vehicles = load_settings(tmp_path, [drone()], ground_elevation_m=0.0).vehicles
    switches = [
        "alpha:refuse-arm",
        "alpha:battery=20",
        "alpha:system-id=9",
        "alpha:silent-at=3.5",
        "alpha:link-cut-bytes=9",
        "alpha:motor-fail-at=60",
    ]
    (vehicle,) = apply_faults(vehicles, switches)
    assert (vehicle.faults.refuse_arm, vehicle.battery_pct, vehicle.system_id) == ("Compass not healthy", 20.0, 9)
    assert (vehicle.faults.silent_at_s, vehicle.faults.link_cut_after_bytes) == (3.5, 9)
    assert vehicle.faults.motor_fail_at_s == 60.0


@pytest.mark.parametrize(
    "switch", ["delta:battery=3", "alpha:rain", "alpha:battery=x", "alpha:system-id=300", "alpha", "alpha:silent-at=-1"]
)
def test_a_wrong_fault_is_an_input_error(tmp_path: Path, switch: str) -> None:
    vehicles = load_settings(tmp_path, [drone()], ground_elevation_m=0.0).vehicles
    with pytest.raises(InputError, match=switch.split(":")[0]):
        apply_faults(vehicles, [switch])


def arrivals(faults: LinkFaults, frames: int = 2000, size: int = 50) -> list[list[float]]:
    line = FaultyLine(faults, seed=5)
    return [line.send(bytes(size), number * 0.001) for number in range(frames)]


def test_loss_and_duplicates_are_as_frequent_as_asked() -> None:
    lost = sum(not times for times in arrivals(LinkFaults(loss=0.2)))
    assert lost == pytest.approx(400, abs=80)
    doubled = sum(len(times) == 2 for times in arrivals(LinkFaults(duplicate=0.1)))
    assert doubled == pytest.approx(200, abs=60)


def test_jitter_keeps_the_order_and_reordering_does_not() -> None:
    in_order = [times[0] for times in arrivals(LinkFaults(latency_ms=20.0, jitter_ms=50.0))]
    assert in_order == sorted(in_order)
    assert in_order[0] >= 0.020
    overtaken = [times[0] for times in arrivals(LinkFaults(latency_ms=20.0, reorder=0.1))]
    assert overtaken != sorted(overtaken)


def test_a_narrow_band_takes_its_time() -> None:
    last = arrivals(LinkFaults(baud=57_600), frames=500)[-1][0]
    assert last == pytest.approx(500 * 50 * 10 / 57_600, rel=0.01)


def test_frames_are_cut_out_of_a_stream_in_pieces() -> None:
    first, second = bytes([0xFD, 1, 0, *[7] * 10]), bytes([0xFE, 2, *[8] * 8])
    buffer = bytearray(b"noise" + first + second[:4])
    assert split_frames(buffer) == [b"noise", first]
    buffer += second[4:]
    assert split_frames(buffer) == [second]
    assert buffer == b""


def test_the_battery_empties_after_its_endurance_and_sags_under_load() -> None:
    pack = BatteryPack(Battery.from_endurance(1200.0), cells=3, start_pct=100.0)
    full_v = pack.voltage_v
    for _ in range(600):
        pack.fly(1.0, air_speed_m_s=0.0, climb_m_s=0.0)
    assert pack.remaining_pct == pytest.approx(50, abs=4)
    assert pack.voltage_v < full_v
    loaded_v = pack.voltage_v
    pack.idle(1.0, armed=False)
    assert pack.voltage_v > loaded_v


def test_a_measured_climb_and_a_measured_fastest_speed_are_drawn() -> None:
    battery = Battery(99.0, 350.0, 370.0, climb_power_w=385.0, fast_power_w=400.0)
    pack = BatteryPack(battery, cells=3, start_pct=100.0, speeds=PowerSpeeds(8.0, 2.5, 12.0))
    assert pack.flight_power_w(0.0, 2.5) == pytest.approx(385.0)
    assert pack.flight_power_w(4.0, 0.0) == pytest.approx(360.0)
    assert pack.flight_power_w(8.0, 0.0) == pytest.approx(370.0)
    assert pack.flight_power_w(10.0, 0.0) == pytest.approx(385.0)
    assert pack.flight_power_w(20.0, 0.0) == pytest.approx(400.0)
    unmeasured = BatteryPack(replace(battery, climb_power_w=None, fast_power_w=None), cells=3, start_pct=100.0)
    assert unmeasured.flight_power_w(0.0, 2.5) == pytest.approx(1.2 * 350.0)
    assert unmeasured.flight_power_w(12.0, 0.0) == pytest.approx(380.0)


def test_a_fleet_draws_its_powers_at_the_speeds_of_the_settings(tmp_path: Path) -> None:
    fast = replace(drone(), climb_speed_m_s=3.0, max_airspeed_m_s=13.0)
    (vehicle,) = load_settings(tmp_path, [fast], ground_elevation_m=0.0).vehicles
    assert vehicle.power_speeds == PowerSpeeds(7.0, 3.0, 13.0)
