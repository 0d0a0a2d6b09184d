"""``dronectl track``: facts about recordings, and tracks for Google Earth and other programs."""

from __future__ import annotations

import click

from dronectl.cli.common.lazy_group import LazyGroup

COMMANDS: dict[str, tuple[str, str]] = {
    "batteries": (
        "dronectl.cli.track.batteries:batteries",
        "What each battery flew, what it holds now, and which to retire.",
    ),
    "calibrate": (
        "dronectl.cli.track.calibrate:calibrate",
        "What the aircraft in each FILE draw, how fast they go, what their batteries hold.",
    ),
    "compare": (
        "dronectl.cli.track.compare:compare",
        "How far the flights in each FILE were off PLAN, what they reached, and when.",
    ),
    "export": (
        "dronectl.cli.track.export:export",
        "Write the tracks of every FILE as KML, GPX, GeoJSON, CSV, Parquet.",
    ),
    "info": ("dronectl.cli.track.info:info", "Who flew when, how far and how high, in each FILE."),
    "list": ("dronectl.cli.track.catalogue:list_", "Which drone flew when, through which zones: every flight in DIR."),
    "report": (
        "dronectl.cli.track.report:report",
        "What was flown, by day, drone and zone, and what it took of the batteries.",
    ),
    "verify": (
        "dronectl.cli.track.verify:verify",
        "Prove that the sources and outputs of each MANIFEST are what they were.",
    ),
}


@click.group(cls=LazyGroup, lazy=COMMANDS)
def track() -> None:
    """Recordings (.tlog, DataFlash .bin and .log): facts, and tracks for Google Earth and other programs."""
