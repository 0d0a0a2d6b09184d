"""Text of columns: as Python's own formatting has it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dronectl.formats.text.fixed_text import decimal, iso_times, text_lines
from dronectl.model.track.track import iso_utc

E7 = st.integers(-1_800_000_000, 1_800_000_000)


@given(st.lists(E7, min_size=1, max_size=20))
def test_degrees_are_written_to_the_last_digit(values_e7: list[int]) -> None:
    degrees = np.array(values_e7) / 1e7
    expected = "".join(f"{value:.7f}\n" for value in (degrees + 0.0).tolist())
    assert text_lines(decimal(degrees, 7), b"\n") == expected


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=20), st.integers(0, 4))
def test_whole_thousandths_are_written_as_they_are(values: list[int], decimals: int) -> None:
    numbers = np.array(values) / 10.0**decimals
    expected = "".join(f"{value:.{decimals}f};" for value in numbers.tolist())
    assert text_lines(decimal(numbers, decimals), b";") == expected


@given(st.lists(st.floats(-1e12, 1e12), min_size=1, max_size=20))
def test_other_numbers_are_rounded_to_the_nearest(values: list[float]) -> None:
    written = text_lines(decimal(np.array(values), 3), b"\n").split()
    for value, text in zip(values, written, strict=True):
        assert abs(float(text) - value) <= 0.0005 + abs(value) * 1e-15


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0.000"),
        (-0.0, "0.000"),
        (-0.0004, "0.000"),
        (-0.001, "-0.001"),
        (9.9999, "10.000"),
        (1e30, "1000000000000000019884624838656.000"),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
    ],
)
def test_each_number(value: float, text: str) -> None:
    assert text_lines(b"<", decimal(np.array([value]), 3), b">") == f"<{text}>"
    assert text_lines(decimal(np.array([value, 1.5]), 3), b"\n").split() == [text, "1.500"]


@given(st.lists(st.integers(-(2**45), 2**52), min_size=1, max_size=20))
def test_times_are_those_of_the_track(times_us: list[int]) -> None:
    times = np.array(times_us, "datetime64[us]")
    assert text_lines(iso_times(times), b"\n").split() == iso_utc(times)


def test_columns_stand_side_by_side() -> None:
    lon, lat = np.array([103.6506, -0.5]), np.array([16.053, -89.0])
    assert (
        text_lines(decimal(lon, 7), b",", decimal(lat, 7), b"\n") == "103.6506000,16.0530000\n-0.5000000,-89.0000000\n"
    )
