"""The copter in the air, in simulated time: missions, guided orders, failsafes, faults."""

from __future__ import annotations

import math
from typing import Any

import pytest
from ground_station import (
    AUTO,
    BRAKE,
    GUIDED,
    LAND,
    LOITER,
    READY_S,
    RTL,
    STABILIZE,
    GroundStation,
    names,
    place,
    settings,
    square,
)
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from dronectl.model.fleet import Battery
from dronectl.sim.fleet.vehicle import Vehicle
from dronectl.sim.vehicle.settings import VehicleFaults, Wind
from dronectl.sim.vehicle.world_parameters import World


def ready(**changes: Any) -> GroundStation:
    ground = GroundStation(**changes)
    ground.run(READY_S)
    ground.stream()
    return ground


def in_the_air(altitude_m: float = 20.0, **changes: Any) -> GroundStation:
    ground = ready(**changes)
    assert ground.mode(GUIDED) == 0
    assert ground.arm() == 0
    assert ground.command(22, 0, 0, 0, 0, 0, 0, altitude_m) == 0
    copter = ground.vehicle.copter
    ground.run_until(lambda: copter.above_home_m > altitude_m - 0.5, 60.0)
    return ground


def is_down(ground: GroundStation) -> bool:
    return not ground.vehicle.copter.is_armed


def test_a_mission_is_flown_from_take_off_to_disarming() -> None:
    ground = ready(wind=Wind(4.0, 90.0, 1.0))
    ground.upload(square())
    assert (ground.arm(), ground.mode(AUTO), ground.command(300)) == (0, 0, 0)
    ground.run_until(lambda: is_down(ground), 400.0)
    assert [m.seq for m in ground.all_of("MISSION_ITEM_REACHED")] == [1, 2, 3, 4, 5]
    for text in ("Arming motors", "Mission: 1 Takeoff", "Mission: 3 WP", "Reached command #3", "Disarming motors"):
        assert text in ground.texts()
    track = ground.all_of("GLOBAL_POSITION_INT")
    corner = place(60.0, 60.0)
    nearest_m = min(math.dist((m.lat, m.lon), corner) for m in track) * 0.0111
    assert nearest_m < 4.0, "the corner is cut by no more than the radius and the sampling"
    assert max(m.relative_alt for m in track) == pytest.approx(20_000, abs=700)
    assert max(math.hypot(m.vx, m.vy) for m in track) < 1_080
    end = track[-1]
    assert math.dist((end.lat, end.lon), place(0.0, 0.0)) * 0.0111 < 1.5
    current = ground.last("MISSION_CURRENT")
    assert (current.seq, current.total, current.mission_state) == (0, 5, 5)
    battery = ground.all_of("BATTERY_STATUS")
    assert battery[-1].current_consumed > battery[0].current_consumed
    assert battery[-1].battery_remaining < 100


def test_a_mission_can_be_flown_again_in_auto_and_out_of_guided() -> None:
    ground = ready()
    ground.upload(square(30.0))
    ground.mode(AUTO)
    for _ in range(2):
        assert ground.arm() == 0
        ground.run_until(lambda: is_down(ground), 300.0)
    ground.mode(GUIDED)
    ground.arm()
    ground.command(22, 0, 0, 0, 0, 0, 0, 10.0)
    ground.run(10.0)
    assert (ground.mode(AUTO), ground.command(224, 3)) == (0, 0)
    ground.run_until(lambda: is_down(ground), 300.0)
    flown = [1, 2, 3, 4, 5]
    assert [m.seq for m in ground.all_of("MISSION_ITEM_REACHED")] == [*flown, *flown, 3, 4, 5]


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    def flight(seed: int) -> bytes:
        ground = ready(wind=Wind(3.0, 200.0, 1.5), seed=seed)
        ground.upload(square(30.0))
        ground.arm()
        ground.mode(AUTO)
        ground.run(40.0)
        return bytes(ground.raw)

    first = flight(7)
    assert first == flight(7)
    assert first != flight(8)


def test_steps_of_any_size_give_the_same_flight() -> None:
    fine, coarse = Vehicle(settings(), boot_unix_s=1.8e9), Vehicle(settings(), boot_unix_s=1.8e9)
    small = b"".join(frame for _ in range(400) for frame in fine.step(0.05))
    large = b"".join(frame for _ in range(10) for frame in coarse.step(2.0))
    assert small == large


def test_a_camera_trigger_sends_feedback_and_a_jump_is_counted() -> None:
    ground = ready(parameters={"CAM1_TYPE": 1.0})
    mission = square(40.0)
    mission[2:2] = [{"command": 206, "p": (10.0, 0.0, 1.0)}]
    mission[6:6] = [{"command": 177, "p": (3.0, 1.0)}]
    ground.upload(mission)
    ground.arm()
    ground.mode(AUTO)
    ground.run_until(lambda: is_down(ground), 500.0)
    assert [m.seq for m in ground.all_of("MISSION_ITEM_REACHED")] == [1, 3, 4, 5, 3, 4, 5, 7]
    assert len(ground.all_of("CAMERA_FEEDBACK")) > 15


def test_loiter_and_brake_hold_and_auto_goes_on_at_the_item() -> None:
    ground = ready()
    ground.upload(square(120.0))
    ground.arm()
    ground.mode(AUTO)
    ground.run_until(lambda: ground.vehicle.pilot.run.seq == 3, 120.0)
    for mode in (LOITER, BRAKE):
        assert ground.mode(mode) == 0
        ground.run(8.0)
        before = ground.vehicle.copter.point
        ground.run(5.0)
        assert math.dist(before, ground.vehicle.copter.point) < 0.5
    assert ground.mode(AUTO) == 0
    ground.run_until(lambda: is_down(ground), 500.0)
    assert [m.seq for m in ground.all_of("MISSION_ITEM_REACHED")] == [1, 2, 3, 4, 5]


def test_pause_and_continue_in_auto() -> None:
    ground = ready()
    ground.upload(square(120.0))
    ground.arm()
    ground.mode(AUTO)
    ground.run_until(lambda: ground.vehicle.pilot.run.seq == 2, 120.0)
    ground.run(5.0)
    assert ground.command(193, 0) == 0
    ground.run(6.0)
    assert ground.vehicle.copter.airframe.ground_speed_m_s < 0.2
    assert ground.command(193, 1) == 0
    ground.run(4.0)
    assert ground.vehicle.copter.airframe.ground_speed_m_s > 2.0


def test_reposition_flies_there_and_an_exclusion_refuses_it() -> None:
    ground = in_the_air(parameters={"FENCE_TYPE": 4.0})
    x, y = place(60.0, 30.0)
    ground.upload([{"command": 5004, "p": (20.0,), "x": place(-60.0, 0.0)[0], "y": place(-60.0, 0.0)[1]}], kind=1)
    assert ground.command(207, 1) == 0

    def reposition(x: int, y: int) -> int:
        message = mavlink.MAVLink_command_int_message(1, 1, 6, 192, 0, 0, -1.0, 1, 0, 0, x, y, 25.0)
        return int(ground.send(message)[-1].result)

    assert reposition(*place(-60.0, 5.0)) == 4
    assert reposition(x, y) == 0
    ground.run(30.0)
    position = ground.last("GLOBAL_POSITION_INT")
    assert math.dist((position.lat, position.lon), (x, y)) * 0.0111 < 1.0
    assert position.relative_alt == pytest.approx(25_000, abs=300)
    assert "FENCE_STATUS" in names(ground.run(1.0))


def test_simple_goto_by_a_mission_item_with_current_2() -> None:
    ground = in_the_air()
    message = mavlink.MAVLink_mission_item_message(1, 1, 0, 3, 16, 2, 0, 0, 0, 0, 0, 16.0543, 103.6523, 30.0)
    assert [m.type for m in ground.send(message)] == [0]
    ground.run(30.0)
    assert ground.last("GLOBAL_POSITION_INT").lat == pytest.approx(160_543_000, abs=100)


def test_a_velocity_lapses_after_three_seconds() -> None:
    ground = in_the_air()
    ground.send(
        mavlink.MAVLink_set_position_target_local_ned_message(0, 1, 1, 1, 0xDC7, 0, 0, 0, 3.0, 0, 0, 0, 0, 0, 0, 0)
    )
    ground.run(2.5)
    assert ground.vehicle.copter.airframe.v_north_m_s == pytest.approx(3.0, abs=0.3)
    ground.run(6.0)
    assert ground.vehicle.copter.airframe.ground_speed_m_s < 0.2


def test_disarming_in_flight_is_refused_without_a_word() -> None:
    ground = in_the_air()
    before = len(ground.texts())
    assert ground.command(400, 0) == 4
    assert len(ground.texts()) == before


def test_arming_before_a_position_is_refused_in_guided_accepted_in_stabilize_and_auto_then_refused() -> None:
    ground = GroundStation()
    ground.run(3.0)
    ground.mode(GUIDED)
    assert ground.arm() == 4
    assert any(text.startswith("Arm: ") for text in ground.texts())
    ground.upload(square())
    ground.mode(STABILIZE)
    assert ground.arm() == 4
    assert "Arm: Accels inconsistent" in ground.texts()
    ground.run(4.0)
    assert ground.arm() == 0
    assert ground.mode(AUTO) == 4
    assert "Mode change to AUTO failed: requires position" in ground.texts()
    ground.run(11.0)
    assert is_down(ground)


def test_auto_without_a_mission_says_so() -> None:
    ground = ready()
    assert ground.mode(AUTO) == 0
    assert ground.arm() == 4
    assert "Arm: Mode requires mission" in ground.texts()
    assert ground.mode(99) == 4
    assert "No such mode 99" in ground.texts()


def test_a_fence_far_from_home_forbids_arming() -> None:
    ground = ready(parameters={"FENCE_TYPE": 4.0})
    far = [place(1000.0 + north, 1000.0 + east) for north, east in ((0, 0), (0, 50), (50, 50), (50, 0))]
    assert ground.upload([{"command": 5001, "p": (4,), "x": x, "y": y} for x, y in far], kind=1) == 0
    ground.command(207, 1)
    ground.run(1.5)
    assert ground.arm() == 4
    assert "Arm: vehicle outside fence" in ground.texts()


def test_flying_out_of_the_fence_brings_it_home() -> None:
    ground = in_the_air(parameters={"FENCE_TYPE": 2.0, "FENCE_RADIUS": 40.0})
    ground.command(207, 1)
    for _ in range(30):
        ground.send(
            mavlink.MAVLink_set_position_target_local_ned_message(0, 1, 1, 1, 0xDC7, 0, 0, 0, 6.0, 0, 0, 0, 0, 0, 0, 0)
        )
        ground.run(1.0)
    assert "Fence Breached" in ground.texts()
    assert ground.last("HEARTBEAT").custom_mode == RTL
    ground.run_until(lambda: is_down(ground), 200.0)


def test_a_lost_ground_station_means_rtl_and_is_cleared_by_a_heartbeat() -> None:
    ground = in_the_air(parameters={"FS_GCS_ENABLE": 1.0})
    ground.send(mavlink.MAVLink_heartbeat_message(6, 8, 0, 0, 0, 3))
    ground.run(6.0)
    assert "GCS Failsafe" in ground.texts()
    ground.send(mavlink.MAVLink_heartbeat_message(6, 8, 0, 0, 0, 3))
    assert "GCS Failsafe Cleared" in ground.texts()
    ground.run(1.0)
    assert ground.last("HEARTBEAT").custom_mode == RTL


def test_a_low_battery_returns_and_forbids_arming_again() -> None:
    ground = in_the_air(
        battery=Battery(20.0, 300.0, 300.0), battery_pct=40.0,
        parameters={"BATT_LOW_VOLT": 11.0, "BATT_FS_LOW_ACT": 2.0},
    )  # fmt: skip
    ground.run_until(lambda: "Battery Failsafe" in ground.texts(), 300.0)
    assert any(text.startswith("Battery 1 is low ") and text.endswith(" mAh") for text in ground.texts())
    ground.run_until(lambda: is_down(ground), 300.0)
    ground.mode(GUIDED)
    assert ground.arm() == 4
    assert "Arm: Battery failsafe" in ground.texts()


def test_a_battery_is_low_once_it_has_been_for_its_timer() -> None:
    """A voltage that sags for less than BATT_LOW_TIMER under load is no failsafe, and the timer begins anew."""
    ground = in_the_air(parameters={"BATT_LOW_TIMER": 10.0, "BATT_FS_LOW_ACT": 2.0})
    parameters = ground.vehicle.copter.parameters

    def sag(seconds: float) -> None:
        parameters.set("BATT_LOW_VOLT", 100.0)
        ground.run(seconds)

    sag(8.0)
    parameters.set("BATT_LOW_VOLT", 0.0)
    ground.run(4.0)
    sag(8.0)
    assert "Battery Failsafe" not in ground.texts()
    assert ground.last("HEARTBEAT").custom_mode == GUIDED
    ground.run(4.0)
    assert "Battery Failsafe" in ground.texts()
    assert ground.last("HEARTBEAT").custom_mode == RTL


def test_gps_loss_in_guided_lands_and_comes_back() -> None:
    ground = in_the_air(altitude_m=40.0, faults=VehicleFaults(gps_loss_at_s=35.0, gps_loss_for_s=20.0))
    ground.run_until(lambda: "EKF3 IMU0 stopped aiding" in ground.texts(), 60.0)
    assert "EKF variance" in ground.texts()
    assert ground.last("GPS_RAW_INT").fix_type == 0
    assert ground.last("HEARTBEAT").custom_mode == LAND
    ground.run(15.0)
    assert ground.texts().count("EKF3 IMU0 is using GPS") == 2


def test_without_a_position_it_waits_and_then_lands_where_the_wind_takes_it() -> None:
    """As ArduCopter's simulator: coasting for 8 s, a pause of 4 s, down without steering."""
    ground = in_the_air(altitude_m=40.0, faults=VehicleFaults(gps_loss_at_s=35.0, gps_loss_for_s=900.0))
    copter = ground.vehicle.copter
    copter.parameters.set(World.WIND_BY_HEIGHT, 1.0)
    copter.parameters.set(World.WIND_M_S, 6.0)
    copter.parameters.set(World.WIND_FROM_DEG, 90.0)
    ground.run(42.5 - copter.now_s)
    assert abs(copter.airframe.east_m) < 1.0
    assert "EKF variance" not in ground.texts()
    ground.run(46.5 - copter.now_s)
    assert copter.airframe.up_m > 39.0
    told = ground.last("GLOBAL_POSITION_INT").lon
    ground.run(10.0)
    assert -6.2 < copter.airframe.v_east_m_s < -5.0
    ground.run(60.0)
    assert not copter.is_armed
    assert -320.0 < copter.airframe.east_m < -200.0
    assert abs(ground.last("GLOBAL_POSITION_INT").lon - told) < 3000


@pytest.mark.parametrize(("full_from_m", "least_m", "most_m"), [(0.0, 200.0, 320.0), (60.0, 100.0, 160.0)])
def test_near_the_ground_the_wind_is_less(full_from_m: float, least_m: float, most_m: float) -> None:
    """Unless it is told otherwise: ArduCopter's simulator was carried off by 257 m and by 133 m."""
    wind = Wind(6.0, 90.0, full_from_m=full_from_m)
    ground = in_the_air(altitude_m=40.0, wind=wind, faults=VehicleFaults(gps_loss_at_s=35.0, gps_loss_for_s=900.0))
    copter = ground.vehicle.copter
    ground.run(120.0 - copter.now_s)
    assert not copter.is_armed
    assert -most_m < copter.airframe.east_m < -least_m


def test_a_drone_told_to_refuse_arming_gives_its_reason() -> None:
    ground = ready(faults=VehicleFaults(refuse_arm="Compass not healthy"))
    assert ground.arm() == 4
    assert "Arm: Compass not healthy" in ground.texts()
    ground.run(0.5)
    assert not ground.last("SYS_STATUS").onboard_control_sensors_health & 0x10000000


def test_a_silent_vehicle_says_nothing_and_hears_nothing() -> None:
    ground = ready(faults=VehicleFaults(silent_at_s=12.0))
    ground.run(4.0)
    assert ground.run(5.0) == []
    assert ground.send(mavlink.MAVLink_command_long_message(1, 1, 400, 0, 1, 0, 0, 0, 0, 0, 0)) == []


def test_the_stream_goes_on_when_its_microseconds_run_over() -> None:
    """SERVO_OUTPUT_RAW counts them in 32 bits: 71 minutes and 35 seconds."""
    ground = ready()
    ground.vehicle.copter.now_s = 2**32 / 1e6 - 1.0
    ground.run(3.0)
    counted_us = [message.time_usec for message in ground.all_of("SERVO_OUTPUT_RAW")]
    assert max(counted_us) > 4.29e9
    assert counted_us[-1] < 3e6


def test_into_a_strong_wind_the_ground_speed_gives_way_and_it_still_arrives() -> None:
    ground = in_the_air(40.0)
    for name, value in ((World.WIND_BY_HEIGHT, 1.0), (World.WIND_M_S, 6.0), (World.WIND_FROM_DEG, 0.0)):
        ground.send(mavlink.MAVLink_param_set_message(1, 1, name.encode(), value, mavlink.MAV_PARAM_TYPE_REAL32))
    x, y = place(80.0, 0.0)
    ground.send(
        mavlink.MAVLink_command_int_message(
            1, 1, 6, mavlink.MAV_CMD_DO_REPOSITION, 0, 0, -1.0, 1.0, 0.0, 0.0, x, y, 40.0
        )
    )
    body = ground.vehicle.copter.airframe
    speeds = []
    while body.north_m < 75.0:
        ground.run(0.5)
        speeds.append(body.ground_speed_m_s)
        assert len(speeds) < 100
    assert max(speeds) < 4.5, "10.1 m/s through the air, less the wind"
