"""What ``fleet ready`` found: nothing is left out where there is little room, and each line says whose it is."""

from __future__ import annotations

import io

import pytest
from captured_ready import ready_lines
from rich.console import Console

from dronectl.cli.vehicle.readiness_table import print_readiness
from dronectl.ops.flight.readiness.check import Readiness, ReadinessCheck, Verdict

CHECKS = (
    ReadinessCheck("battery", False, "54 %", "≥ 60 %"),
    ReadinessCheck("GPS", True, "fix 6", "fix ≥ 3"),
    ReadinessCheck("wind", True, "6.0 m/s", "≤ 5 m/s", "wind", Verdict.WAIVED, "ร.ต.อ. สมชาย"),
)


def shown(width: int) -> list[str]:
    screen = io.StringIO()
    print_readiness(Console(file=screen, width=width), (Readiness("bravo", 2, CHECKS),))
    return [line.rstrip() for line in screen.getvalue().splitlines() if line.strip()]


def test_in_little_room_each_check_has_its_verdict_and_what_was_wanted_where_it_is_no_plain_go() -> None:
    assert shown(80) == [
        "bravo NO-GO  battery: 54 % (wanted ≥ 60 %)",
        "bravo go     GPS: fix 6",
        "bravo waived wind: 6.0 m/s (wanted ≤ 5 m/s), waived by ร.ต.อ. สมชาย",
    ]


@pytest.mark.parametrize("width", [110, 200])
def test_where_there_is_room_it_is_a_table_with_all_that_was_wanted(width: int) -> None:
    heading, _, battery, gps, wind = shown(width)
    assert heading.split() == ["drone", "check", "found", "wanted"]
    assert battery.split() == ["bravo", "battery", "NO-GO", "54", "%", "≥", "60", "%"]
    assert gps.endswith("fix ≥ 3")
    assert "waived by ร.ต.อ. สมชาย" in wind


@pytest.mark.parametrize("size", [(60, 24), (80, 24)])
def test_what_stands_at_the_end_is_the_sum_of_it(size: tuple[int, int]) -> None:
    lines = [line.plain for line in ready_lines(size)]
    assert len(lines) == size[1]
    assert all(line.cell_len <= size[0] for line in ready_lines(size))
    assert "ตรวจใบพัด" in "".join(lines), "also where the table has scrolled away"
