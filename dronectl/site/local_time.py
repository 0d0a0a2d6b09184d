"""What day it is at the site: permits are valid by local date."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from dronectl.model.site import Site


def today_at(site: Site) -> date:
    """Today in the site's time zone, whatever the laptop's is."""
    return datetime.now(UTC).astimezone(ZoneInfo(site.time_zone)).date()
