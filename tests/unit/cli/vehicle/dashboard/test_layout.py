from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from dronectl.cli.vehicle.dashboard.layout import layout_of


@settings(max_examples=300)
@given(
    st.integers(20, 220), st.integers(3, 70), st.integers(0, 5), st.integers(2, 60), st.integers(0, 40)
)  # fmt: skip
def test_all_of_the_screen_is_used_and_no_more(width: int, height: int, prompt: int, drones: int, alarms: int) -> None:
    place = layout_of(width, height, prompt=prompt, drones=drones, alarms=alarms)
    heights = (place.prompt, place.drones, place.alarms, place.messages, place.map_height)
    assert min(heights) >= 0
    assert place.prompt == min(prompt, height - 1), "a question is shown whole"
    side = place.alarms + place.messages
    if place.is_wide:
        assert 1 + place.prompt + place.drones + max(side, place.map_height) == height
        assert place.map_width + place.side_width <= width
    else:
        assert 1 + place.prompt + place.drones + side + place.map_height == height


def test_three_drones_have_their_rows_and_a_map_even_on_the_smallest_terminal() -> None:
    for width in (60, 80):
        place = layout_of(width, 24, prompt=2, drones=4, alarms=2)
        assert (place.drones, place.alarms) == (4, 2)
        assert place.map_height >= 8
        assert place.messages >= 2
    wide = layout_of(120, 40, prompt=1, drones=4, alarms=6)
    assert (wide.map_width, wide.map_height, wide.side_width) == (76, 34, 43)


def test_fifty_drones_leave_room_for_alarms() -> None:
    place = layout_of(80, 24, prompt=2, drones=51, alarms=20)
    assert place.alarms >= 4
    assert place.drones >= 10
