"""Degrees as MAVLink sends them."""

from __future__ import annotations

E7 = 10_000_000
"""MAVLink's scale for latitude and longitude: degrees x 1e7."""


def degrees_to_e7(value_deg: float) -> int:
    """Round, never truncate: 16.05306 is 160530600 and not 160530599."""
    return round(value_deg * E7)
