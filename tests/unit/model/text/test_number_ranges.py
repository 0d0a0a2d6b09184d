"""Sequence numbers in short."""

from dronectl.model.text.number_ranges import number_ranges


def test_a_range_holds_every_number_that_there_is_in_it() -> None:
    assert number_ranges([3, 4, 5, 9]) == "3–5, 9"
    assert number_ranges([3, 5, 9], among=[3, 5, 8, 9]) == "3–5, 9", "there is no 4"
    assert number_ranges([3, 5], among=[3, 4, 5]) == "3, 5"
    assert number_ranges([]) == ""
