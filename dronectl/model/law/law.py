"""Whose law a site is held against, and its figures."""

from __future__ import annotations

from enum import StrEnum

from dronectl.model.validity import DailyHours

THAI_ZONES = frozenset({"Asia/Bangkok"})
"""Time zones in whose sites the law is Thailand's unless ``[rules] law`` says otherwise."""

LAWFUL_HOURS = (DailyHours(6 * 60, 18 * 60),)
"""06:00 to 18:00 by the clock; other hours with CAAT's leave."""
CLOSED_HOURS = DailyHours(1, 4 * 60)
"""00:01 to 04:00, never: notices in force since late 2025."""
NOTICE_DAYS = 3
"""Between filing area, date, time and purpose, and the day of the flight."""
LEAST_INSURANCE_BAHT = 1_000_000
REGISTRATION_YEARS = 2
"""CAAT registers a drone for so long."""
LEAST_PILOT_AGE = 20


EXAMPLE = "EXAMPLE"
"""Documents with this in their number are none: no real aircraft flies by them."""


class Law(StrEnum):
    """Of which country hours, notices and papers are asked."""

    THAILAND = "thailand"
    NONE = "none"
    """Of none that dronectl knows: nobody checks these."""


def law_of(time_zone: str) -> Law:
    """What stands without ``[rules] law``."""
    return Law.THAILAND if time_zone in THAI_ZONES else Law.NONE
