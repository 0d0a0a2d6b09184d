"""``sim/rehearsal.toml``: how a rehearsal spreads wind, batteries and errors, and what it asks."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import TypeVar

from dronectl.errors import InputErrors
from dronectl.model.rehearsal.settings import (
    BatterySpread,
    Judgement,
    Moments,
    PositionSpread,
    RehearsalSettings,
    StartSpread,
    Weight,
    WindSpread,
)
from dronectl.site.table import Problems, Table
from dronectl.site.toml_file import read_toml
from dronectl.storage.reading import read_text

REHEARSAL_FILE = "rehearsal.toml"
MOST_RUNS = 100_000

_LIMITS: dict[str, tuple[float, float]] = {
    "least_m_s": (0.0, 30.0),
    "most_m_s": (0.0, 30.0),
    "full_from_m": (0.0, 1000.0),
    "late_s": (0.0, 3600.0),
    "capacity_share": (0.2, 1.2),
    "capacity_spread": (0.0, 0.3),
    "power_share": (0.5, 2.0),
    "power_spread": (0.0, 0.3),
    "gps_m": (0.0, 20.0),
    "gps_wanders_s": (1.0, 3600.0),
    "barometer_m": (0.0, 20.0),
    "barometer_wanders_s": (1.0, 3600.0),
    "ceiling_tolerance_m": (0.0, 20.0),
    "coverage_tolerance_pct": (0.0, 100.0),
    "safe_pct": (50.0, 100.0),
    "confidence_pct": (50.0, 99.99),
}
"""Of numbers; shares without limits of their own are 0 to 1."""

_Spread = TypeVar("_Spread", WindSpread, StartSpread, BatterySpread, PositionSpread, Judgement)


def load_rehearsal_settings(site_root: Path) -> RehearsalSettings:
    """What the workspace's file says, and what stands without it.

    Raises:
        InputErrors, InputError: the file is not valid; all problems are listed.
    """
    path = site_root / "sim" / REHEARSAL_FILE
    if not path.exists():
        return RehearsalSettings()
    problems = Problems()
    settings = read_rehearsal_settings(read_text(path), file=path.as_posix(), problems=problems)
    if problems.lines:
        raise InputErrors(f"{path}: {len(problems.lines)} problem(s)", problems.lines)
    return settings


def read_rehearsal_settings(text: str, *, file: str, problems: Problems) -> RehearsalSettings:
    """The settings in a document; what cannot be used is added to ``problems``.

    Raises:
        InputError: it is not TOML.
    """
    root = read_toml(text, file=file, problems=problems)
    default = RehearsalSettings()
    settings = RehearsalSettings(
        runs=root.integer("runs", 1, MOST_RUNS, default=default.runs),
        seed=root.integer("seed", 0, 2**31 - 1, default=default.seed),
        wind=_numbers(root.table("wind", required=False), WindSpread()),
        start=_numbers(root.table("start", required=False), StartSpread()),
        battery=_numbers(root.table("battery", required=False), BatterySpread()),
        position=_numbers(root.table("position", required=False), PositionSpread()),
        judgement=_numbers(root.table("judgement", required=False), Judgement()),
        moments=_moments(root.table("moments", required=False)),
        parameters=_parameters(root.table("parameters", required=False)),
    )
    root.finish()
    return settings


def _numbers(table: Table, default: _Spread) -> _Spread:
    values: dict[str, float | None] = {}
    for one in fields(default):
        low, high = _LIMITS.get(one.name, (0.0, 1.0))
        standing = getattr(default, one.name)
        if standing is None:
            values[one.name] = table.optional_number(one.name, low, high)
        else:
            values[one.name] = table.number(one.name, low, high, default=standing)
    table.finish()
    return type(default)(**values)  # type: ignore[arg-type]


def _moments(table: Table) -> Moments:
    default = Moments()
    moments = Moments(
        runs=table.integer("runs", 0, 1000, default=default.runs),
        battery_low_pct=table.number("battery_low_pct", 0.0, 100.0, default=default.battery_low_pct),
        link=table.choice("link", Weight, default=default.link),
        battery=table.choice("battery", Weight, default=default.battery),
        gps=table.choice("gps", Weight, default=default.gps),
        motor=table.choice("motor", Weight, default=default.motor),
    )
    table.finish()
    return moments


def _parameters(table: Table) -> dict[str, float]:
    """By ArduPilot's names, which nobody lists here."""
    found = {key: table.number(key, -1e9, 1e9) for key in table.values}
    table.finish()
    return found
