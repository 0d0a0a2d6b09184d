"""The table [recorder] of dronectl.toml."""

from __future__ import annotations

from dronectl.model.recorder import RecorderSettings
from dronectl.site.table import Table


def read_recorder(table: Table, time_zone: str) -> RecorderSettings:
    """What it says, or what stands without it."""
    default = RecorderSettings()
    settings = RecorderSettings(
        folder=table.text("folder", default=default.folder),
        max_mb=table.number("max_mb", 1.0, 4000.0, default=default.max_mb),
        quota_mb=table.number("quota_mb", 0.0, 10_000_000.0, default=default.quota_mb),
        time_zone=time_zone,
    )
    if table.ok and 0.0 < settings.quota_mb < 2 * settings.max_mb:
        table.reject("quota_mb", f"0, or at least two files of max_mb {settings.max_mb:g}")
    table.finish()
    return settings
