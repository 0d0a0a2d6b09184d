from __future__ import annotations

from itertools import product

import pytest
from virtual_fleet import virtual_fleet
from virtual_network import run_virtually

from dronectl.errors import UnknownName
from dronectl.model.ardupilot.vehicle_settings import Setting
from dronectl.ops.parameters.settings import get_parameter, read_setting, write_setting
from dronectl.sim.vehicle.firmware import FIRMWARES
from dronectl.sim.vehicle.settings import LinkFaults


@pytest.mark.parametrize(
    ("release", "firmware"),
    [("4.5", "4.5.6"), ("4.7", "4.7.0"), *product(("4.5", "4.7"), (None, "4.9.0", "4.7.0-dev"))],
)
def test_a_setting_is_read_and_set_in_si_whether_or_not_the_firmware_is_known(
    release: str, firmware: str | None
) -> None:
    async def ask() -> tuple[float, float, float]:
        async with virtual_fleet(1, seed=5, one_radio=False, releases=[release]) as (fleet, radios):
            vehicle = fleet.vehicles["drone1"]
            vehicle.identity.firmware = firmware
            before_m = await read_setting(vehicle, Setting.RETURN_ALTITUDE_M)
            set_m = await write_setting(vehicle, Setting.RETURN_ALTITUDE_M, 52.35)
            return before_m, set_m, radios[0].vehicles[0].copter.parameters["RTL_ALT"]

    assert run_virtually(ask(), limit_s=60.0) == (15.0, 52.35, pytest.approx(5235.0))


def test_the_firmware_is_known_once_the_vehicle_has_said_who_it_is() -> None:
    async def ask() -> tuple[str | None, str | None]:
        async with virtual_fleet(1, seed=5, one_radio=False) as (fleet, _):
            vehicle = fleet.vehicles["drone1"]
            before = vehicle.firmware
            return before, (await vehicle.identify()).firmware if vehicle.firmware is None else vehicle.firmware

    before, after = run_virtually(ask(), limit_s=60.0)
    assert before is None
    assert after is not None


@pytest.mark.parametrize("is_told", [True, False])
@pytest.mark.parametrize("release", ["4.5", "4.7"])
def test_a_radio_that_loses_a_frame_in_five_loses_no_setting_and_no_unknown_name(release: str, is_told: bool) -> None:
    firmware = FIRMWARES[release]
    own, other = ("WPNAV_SPEED", "WP_SPD") if release == "4.5" else ("WP_SPD", "WPNAV_SPEED")

    async def ask(seed: int) -> None:
        async with virtual_fleet(1, seed=seed, one_radio=False, firmware=firmware) as (fleet, radios):
            radios[0].set_faults(LinkFaults(loss=0.2, latency_ms=150.0, baud=57_600))
            vehicle = fleet.vehicles["drone1"]
            vehicle.identity.firmware = firmware.text if is_told else None
            with pytest.raises(UnknownName, match=f"drone1 has no parameter {other}") as caught:
                await get_parameter(vehicle, other)
            assert own in caught.value.hint
            assert await read_setting(vehicle, Setting.RETURN_ALTITUDE_M) == 15.0
            assert await write_setting(vehicle, Setting.WAYPOINT_SPEED_M_S, 7.65) == 7.65

    for seed in range(25):
        run_virtually(ask(seed), limit_s=120.0)
