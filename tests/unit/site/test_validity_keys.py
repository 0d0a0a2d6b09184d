"""Dates, hours and days of features and papers: what is read, and what is refused in one clear line."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from dronectl.model.validity import ALWAYS, DailyHours, Validity
from dronectl.site.dated.validity_keys import read_validity
from dronectl.site.table import Problems, Table


def read(**values: Any) -> tuple[Validity, list[str]]:
    problems = Problems()
    table = Table(values, problems, lambda _key: "geofences/x.geojson", "feature #0")
    found = read_validity(table)
    table.finish()
    return found, problems.lines


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, ALWAYS),
        ({"valid_from": None, "hours": None, "days": None}, ALWAYS),
        (
            {"valid_from": "2026-12-01", "valid_until": date(2026, 12, 3)},
            Validity(date(2026, 12, 1), date(2026, 12, 3)),
        ),
        ({"valid_from": "2026-12-01T00:30Z"}, Validity(datetime(2026, 12, 1, 0, 30, tzinfo=UTC))),
        ({"valid_until": "2026-12-01T07:30"}, Validity(None, datetime(2026, 12, 1, 7, 30))),  # noqa: DTZ001
        ({"hours": "07:30-08:30"}, Validity(hours=(DailyHours(450, 510),))),
        ({"hours": ["15:00-16:00", "07:30 - 08:30"]}, Validity(hours=(DailyHours(450, 510), DailyHours(900, 960)))),
        ({"hours": "22:00-04:00"}, Validity(hours=(DailyHours(1320, 1680),))),
        ({"hours": "18:00-24:00"}, Validity(hours=(DailyHours(1080, 1440),))),
        ({"days": "Mon-Fri"}, Validity(days=(0, 1, 2, 3, 4))),
        ({"days": "fri-mon"}, Validity(days=(0, 4, 5, 6))),
        ({"days": ["sat", "sun"]}, Validity(days=(5, 6))),
        ({"days": "mon-sun"}, ALWAYS),
    ],
)
def test_what_is_read(values: dict[str, Any], expected: Validity) -> None:
    assert read(**values) == (expected, [])


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (
            {"valid_from": "2026-12-02", "valid_until": "2026-12-01"},
            "valid_until: found '2026-12-01', allowed nothing before",
        ),
        ({"valid_from": "2026-12-01T08:00", "valid_until": "2026-12-01T07:00"}, "valid_until: found"),
        ({"valid_from": "2569-12-01"}, "2026 of the common era?"),
        ({"valid_from": "2026-02-30"}, "allowed a day as 2026-12-01"),
        ({"valid_from": "2026-12-01T07:30 Asia/Bangkok"}, "allowed a day as 2026-12-01"),
        ({"valid_until": 20261201}, "found 20261201"),
        ({"hours": "7:30-8:30"}, "allowed times of day"),
        ({"hours": "08:30"}, "allowed times of day"),
        ({"hours": "08:00-08:00"}, "allowed times of day"),
        ({"hours": "08:00-24:30"}, "allowed times of day"),
        ({"hours": "08:00-09:00,"}, "allowed times of day"),
        ({"hours": []}, "allowed times of day"),
        ({"days": "monday"}, "allowed days of the week"),
        ({"days": "mon-fri-sun"}, "allowed days of the week"),
        ({"days": 1}, "allowed days of the week"),
        ({"valid_from": "2026-12-05", "valid_until": "2026-12-06", "days": "mon-fri"}, "that there is within"),
    ],
)
def test_what_is_refused(values: dict[str, Any], words: str) -> None:
    found, lines = read(**values)
    assert found == ALWAYS
    (line,) = lines
    assert words in line
    assert line.startswith("geofences/x.geojson: feature #0: ")
