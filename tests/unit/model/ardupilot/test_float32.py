from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dronectl.model.ardupilot.float32 import as_single, in_digits, moved_point


def test_numbers_are_told_short() -> None:
    assert in_digits(as_single(0.1)) == "0.1"
    assert in_digits(16_777_217) == "16777217"
    assert in_digits(1_500_000.0) == "1500000"


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_every_float32_is_told_so_that_it_comes_back(value: float) -> None:
    assert as_single(float(in_digits(value))) == value


@given(st.integers(-999_999, 999_999), st.integers(-6, 6), st.sampled_from((-3, -2, -1, 3)))
def test_what_has_six_digits_comes_back_from_another_unit(digits: int, scale: int, places: int) -> None:
    value = as_single(float(f"{digits}e{scale}"))
    assert as_single(moved_point(as_single(moved_point(value, places)), -places)) == value


def test_a_float32_does_not_bring_its_last_digits_along() -> None:
    assert moved_point(as_single(15.2), 2) == 1520.0
