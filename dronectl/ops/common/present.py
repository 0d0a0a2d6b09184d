"""What time it is, for what is decided by it: whether to fly now, and what is closed now."""

from __future__ import annotations

from datetime import datetime

from dronectl.model.text import shown_time


def hour() -> datetime:
    """The moment at which somebody asks whether to fly."""
    return shown_time.now()
