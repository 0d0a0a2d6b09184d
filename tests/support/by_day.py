"""The hour at which tests fly, and the clock of a computer whose time is virtual."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from unittest.mock import patch
from zoneinfo import ZoneInfo

SITE_ZONE = ZoneInfo("Asia/Bangkok")


def noon() -> datetime:
    """Of today in Roi Et."""
    return datetime.now(SITE_ZONE).replace(hour=12, minute=0, second=0, microsecond=0).astimezone(UTC)


def computer_clock() -> datetime:
    """The real one, moved on by what has passed in the running loop, if that is virtual."""
    now = datetime.now(UTC)
    instant = getattr(asyncio.get_running_loop(), "_instant", None)
    return now if instant is None else now + timedelta(seconds=instant.now_s - instant.begin_s)


@contextmanager
def by_day() -> Iterator[None]:
    """Within: readiness is asked for at noon."""
    readiness = "dronectl.ops.flight.readiness.now"
    with patch(f"{readiness}.hour", noon), patch(f"{readiness}.computer_clock", computer_clock):
        yield
