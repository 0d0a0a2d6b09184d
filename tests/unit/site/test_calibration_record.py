"""What flights told goes into dronectl.toml, and nothing else changes there."""

from __future__ import annotations

import pytest

from dronectl.errors import InputError
from dronectl.site.calibration_record import with_values

TEXT = """# ร้อยเอ็ด
[[drone]] # the first
name = "alpha"
cruise_speed_m_s = 8.0   # on the way

[drone.battery]
capacity_wh = 130.0
hover_power_w=300.0# measured once

[drone.camera]
hover_power_w = 1

[[drone]]
name = "bravo"

[drone.battery]
capacity_wh = 122.0

[link]
system_id = 255
"""


def test_a_value_is_replaced_where_it_stands() -> None:
    edited = with_values(TEXT, {"alpha": {"battery.hover_power_w": 312.0, "cruise_speed_m_s": 9.5}})
    assert edited == TEXT.replace("=300.0#", "=312#").replace("= 8.0   #", "= 9.5   #")
    assert with_values(TEXT, {}) == TEXT


def test_a_new_value_is_added_below_the_last_of_its_table() -> None:
    edited = with_values(TEXT, {"alpha": {"battery.climb_power_w": 377.0}, "bravo": {"climb_speed_m_s": 2.2}})
    assert edited == TEXT.replace("# measured once\n", "# measured once\nclimb_power_w = 377\n").replace(
        'name = "bravo"\n', 'name = "bravo"\nclimb_speed_m_s = 2.2\n'
    )


def test_line_ends_of_windows_stay() -> None:
    values = {"alpha": {"battery.hover_power_w": 312.0}, "bravo": {"battery.hover_power_w": 290.0}}
    assert with_values(TEXT.replace("\n", "\r\n"), values) == with_values(TEXT, values).replace("\n", "\r\n")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('drone = [{ name = "alpha", battery = { capacity_wh = 1.0 } }]\n', id="in one line"),
        pytest.param('[[drone]]\nname = "alpha"\nbattery = { hover_power_w = 300 }\n', id="a table in one line"),
        pytest.param('[[drone]]\nname = "alpha"\n', id="no such table"),
    ],
)
def test_what_cannot_be_edited_is_told_to_be_written_by_hand(text: str) -> None:
    with pytest.raises(InputError, match="cannot be edited safely") as caught:
        with_values(text, {"alpha": {"battery.hover_power_w": 312.0}})
    assert caught.value.hint == "write by hand: alpha: battery.hover_power_w = 312"


def test_a_drone_that_cruises_flat_out_is_told_before_anything_is_written() -> None:
    text = TEXT.replace('name = "bravo"\n', 'name = "bravo"\nmax_airspeed_m_s = 10.0\n')
    with pytest.raises(InputError, match=r"bravo cruised at 10 m/s, its max_airspeed_m_s is 10"):
        with_values(text, {"bravo": {"cruise_speed_m_s": 10.0}})
