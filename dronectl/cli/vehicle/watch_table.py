"""The table of ``dronectl watch``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table

    from dronectl.link.fleet_link import VehicleLink
    from dronectl.model.telemetry import TelemetrySample

LOW_BATTERY_PCT = 30


def table(samples: Sequence[tuple[VehicleLink, TelemetrySample]]) -> Table:
    """One row a drone. What is old is dim and has its age below it: it is not how things are now."""
    from rich.text import Text

    from dronectl.cli.common.tables import new_table, telemetry_cell
    from dronectl.model.telemetry import TelemetryKind

    result = new_table()
    result.add_column("drone")
    result.add_column("mode")
    result.add_column("armed")
    for heading in ("item", "alt m", "speed m/s", "heading", "battery", "GPS", "loss", "heard"):
        result.add_column(heading, justify="right")
    for vehicle, sample in samples:
        silent_s = vehicle.silent_s
        low = sample.battery_pct is not None and sample.battery_pct < LOW_BATTERY_PCT
        result.add_row(
            sample.drone,
            telemetry_cell(sample, TelemetryKind.MODE, sample.mode or "-"),
            telemetry_cell(sample, TelemetryKind.MODE, *_armed(sample.armed), with_age=False),
            telemetry_cell(sample, TelemetryKind.MISSION, _number(sample.mission_item, "d")),
            telemetry_cell(sample, TelemetryKind.POSITION, _number(sample.relative_altitude_m, ".1f")),
            telemetry_cell(sample, TelemetryKind.POSITION, _number(sample.ground_speed_m_s, ".1f"), with_age=False),
            telemetry_cell(sample, TelemetryKind.POSITION, _number(sample.heading_deg, "03.0f"), with_age=False),
            telemetry_cell(
                sample, TelemetryKind.BATTERY, f"{_number(sample.battery_pct, '.0f')} %", "red" if low else ""
            ),
            telemetry_cell(
                sample, TelemetryKind.GPS, f"{_number(sample.gps_fix, 'd')}/{_number(sample.satellites, 'd')}"
            ),
            "-" if TelemetryKind.ANYTHING in sample.old else f"{_number(sample.link_loss_pct, '.0f')} %",
            Text(
                "never" if silent_s is None else f"{silent_s:.1f} s ago",
                style="red" if silent_s is None or TelemetryKind.MODE in sample.old else "",
            ),
        )
    return result


def _armed(armed: bool | None) -> tuple[str, str]:
    """The word and its style."""
    return ("ARMED", "bold red") if armed else ("-" if armed is None else "no", "")


def _number(value: float | None, how: str) -> str:
    return "-" if value is None else format(value, how)
