"""The hour at which tests fly."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from unittest.mock import patch
from zoneinfo import ZoneInfo

SITE_ZONE = ZoneInfo("Asia/Bangkok")


def noon() -> datetime:
    """Of today in Roi Et."""
    return datetime.now(SITE_ZONE).replace(hour=12, minute=0, second=0, microsecond=0).astimezone(UTC)


@contextmanager
def by_day() -> Iterator[None]:
    """Within: readiness is asked for at noon."""
    with patch("dronectl.ops.common.present.hour", noon):
        yield
