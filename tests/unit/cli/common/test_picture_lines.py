"""The picture as lines: they fit, columns stand under their headings, and what is old says so without colours."""

from __future__ import annotations

import asyncio
import io
from dataclasses import replace
from typing import cast

import pytest
from rich.cells import cell_len
from rich.console import Console

from dronectl.cli.common.app import App
from dronectl.cli.common.event_view import EventView
from dronectl.cli.common.picture_lines import picture_lines, short_age
from dronectl.model.picture import (
    Clearance,
    DroneIdentity,
    DronePicture,
    FleetPicture,
    FlightPhase,
    LinkPicture,
    Outlook,
)
from dronectl.model.telemetry import TelemetryKind, TelemetrySample
from dronectl.ops.common.events import PictureEvent

SAMPLE = TelemetrySample(
    "2026-01-01T00:00:00Z", "alpha", 1, "AUTO", True, 16.05, 103.65, 200.0, 58.2, 7.9, 270.0, 72.0, 15.1, 3, 14, 7, 2.0,
    age_s=0.1, mode_age_s=0.4, position_age_s=0.2, battery_age_s=0.6, gps_age_s=0.5, mission_age_s=0.5,
)  # fmt: skip
ALPHA = DronePicture(
    SAMPLE,
    DroneIdentity("ab" * 18, "4.7.0", (LinkPicture("tcp://127.0.0.1:5760", True, True, 2.0, 40.0),)),
    FlightPhase.PATROL,
    12.0,
    FlightPhase.CLIMBING,
    leg=3,
    legs=11,
    climb_m_s=0.1,
    course_deg=92.0,
    progress_pct=41.2,
    time_left_s=201.0,
    battery_at_landing_pct=41.3,
    battery_reserve_pct=30.0,
    outlook=Outlook(
        Clearance("fence 'site'", 310.0, 280.0, 30.0, 0.0),
        Clearance("keep-out 'tower'", 44.0, 12.0, 20.0, 0.0),
        Clearance("bravo", 61.0, 46.0, 12.0, 9.0),
    ),
)
BRAVO = replace(
    ALPHA,
    sample=replace(SAMPLE, drone="บราโว่ที่ดี", age_s=31.0, mode_age_s=31.0, position_age_s=31.2, battery_age_s=32.0,
                   old=(TelemetryKind.MODE, TelemetryKind.POSITION, TelemetryKind.BATTERY)),
    phase=FlightPhase.LOST,
    phase_before=FlightPhase.PATROL,
    time_left_s=None,
    battery_at_landing_pct=None,
    outlook=Outlook(),
)  # fmt: skip
CHARLIE = DronePicture(
    TelemetrySample("2026-01-01T00:00:00Z", "charlie", 3),
    DroneIdentity(),
    FlightPhase.UNHEARD,
    0.0,
    FlightPhase.UNHEARD,
)
PICTURE = FleetPicture("2026-01-01T00:00:00Z", 100.0, (ALPHA, BRAVO, CHARLIE))


def shown(width: int) -> list[str]:
    return [line.plain for lines in picture_lines(PICTURE, width, chosen=("alpha",)) for line in lines]


@pytest.mark.parametrize("width", [24, 40, 60, 80, 120, 200])
def test_every_line_fits_and_cells_stand_under_their_headings(width: int) -> None:
    heading, alpha, bravo, _, charlie = shown(width)
    assert all(cell_len(line) <= width for line in shown(width))
    assert len({cell_len(line) for line in (heading, alpha, bravo, charlie)}) == 1, "also where letters take no cell"
    for word, cell in (("heard", "0.4 s"), ("alt m", "58"), ("battery", "72>41%"), ("fence", "310>280m")):
        if word in heading:
            assert alpha[: heading.index(word) + len(word)].endswith(cell)


def test_at_sixty_cells_there_is_what_matters_most() -> None:
    heading = shown(60)[0].split()
    assert {"drone", "phase", "alt", "battery", "heard", "m/s"} <= set(heading)
    assert "nearest drone" in shown(120)[0]
    assert {"GPS", "climb", "mode"} <= set(shown(200)[0].split())
    assert "40ms" in shown(200)[1]
    assert [row["round_trip_ms"] for row in PICTURE.rows()] == [40.0, 40.0, None]


def test_what_is_old_is_marked_and_says_how_old_it_is() -> None:
    _, alpha, bravo, ages, charlie = shown(80)
    assert "?" not in alpha
    assert "58?" in bravo
    assert "72%?" in bravo
    assert "lost (patrol)" in bravo
    assert ages.strip() == "old: mode 31 s, position 31 s, battery 32 s"
    assert "unheard" in charlie
    assert "never" in charlie


def test_what_comes_too_near_stands_out() -> None:
    near = replace(ALPHA, outlook=Outlook(drone=Clearance("bravo", 30.0, 3.0, 8.0, 9.0, 7.0)))
    row = picture_lines(FleetPicture("", 0.0, (near,)), 200)[1][0]
    (red,) = [row.plain[span.start : span.end] for span in row.spans if "red" in str(span.style)]
    assert red == "bravo 30>3m"


def test_words_of_a_vehicle_make_no_line_of_their_own() -> None:
    forged = replace(ALPHA, sample=replace(SAMPLE, mode="AU\nTO\x1b[2J"))
    text = "".join(line.plain for line in picture_lines(FleetPicture("", 0.0, (forged,)), 200)[1])
    assert "\n" not in text
    assert "\x1b" not in text


def test_an_age_is_short() -> None:
    assert [short_age(age_s) for age_s in (0.41, 31.0, 600.0, 9000.0)] == ["0.4 s", "31 s", "10 min", "2 h"]


class _Screen:
    def __init__(self, *, terminal: bool) -> None:
        self.file = io.StringIO()
        self.console = Console(file=self.file, force_terminal=terminal, width=100)

    def err(self) -> Console:
        return self.console


@pytest.mark.parametrize("terminal", [True, False])
def test_fly_shows_the_picture_on_a_terminal_and_writes_none_to_a_log(terminal: bool) -> None:
    async def told() -> str:
        screen = _Screen(terminal=terminal)
        with EventView(cast(App, screen)) as view:
            view(PictureEvent(PICTURE))
        return screen.file.getvalue()

    text = asyncio.run(told())
    assert ("patrol 3/11" in text) == ("lost (patrol)" in text) == terminal
