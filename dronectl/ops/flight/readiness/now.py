"""What time it is, for checks that go by it."""

from __future__ import annotations

from datetime import datetime

from dronectl.model.text import shown_time


def hour() -> datetime:
    """The moment at which somebody asks whether to fly."""
    return shown_time.now()
