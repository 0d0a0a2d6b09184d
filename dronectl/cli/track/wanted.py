"""Which flights of a folder are wanted: the filters of ``track list``, ``report`` and ``export --merge``."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import click

from dronectl.errors import InputError

_LAST_DAY = date.max - timedelta(days=2)


def _day(_context: click.Context, _option: click.Parameter, value: str | None) -> date | None:
    if value is None:
        return None
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is no date as 2026-11-23") from None
    if not date(1970, 1, 2) <= day <= _LAST_DAY:
        raise click.BadParameter(f"{value!r}: no drone flew then")
    return day


def _number(_context: click.Context, _option: click.Parameter, value: float) -> float:
    if value != value:
        raise click.BadParameter("nan is no number of minutes")
    return value


@dataclass(frozen=True, slots=True)
class Wanted:
    """As asked on the command line."""

    since: date | None = None
    until: date | None = None
    drones: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    min_duration_min: float = 0.0
    anew: bool = False


def flight_filters(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--since`` and its fellows, given to the command as ``wanted``."""

    @click.option("--since", metavar="DATE", callback=_day, help="From this day on, at the site (2026-11-23).")
    @click.option("--until", metavar="DATE", callback=_day, help="Up to this day, and that day too.")
    @click.option("--drone", "drones", multiple=True, metavar="NAME", help="Flights of this drone; may be repeated.")
    @click.option("--zone", "through", multiple=True, metavar="ZONE", help="Flights through it; may be repeated.")
    @click.option(
        "--min-duration",
        type=click.FloatRange(0.0, 1e6),
        default=0.0,
        callback=_number,
        metavar="MINUTES",
        help="Flights at least so long.",
    )
    @click.option("--anew", is_flag=True, help="Read every recording again, whatever the catalogue has.")
    @functools.wraps(command)
    def wrapped(
        *args: Any,
        since: date | None,
        until: date | None,
        drones: tuple[str, ...],
        through: tuple[str, ...],
        min_duration: float,
        anew: bool,
        **kwargs: Any,
    ) -> Any:
        return command(*args, wanted=Wanted(since, until, drones, through, min_duration, anew), **kwargs)

    return wrapped


def refuse_filters(wanted: Wanted) -> None:
    """Without ``--merge`` files are exported, and not flights of a catalogue.

    Raises:
        InputError: flights are chosen all the same.
    """
    if wanted != Wanted():
        raise InputError(
            "--since, --until, --drone, --zone, --min-duration and --anew are for --all DIR --merge",
            hint="'dronectl track list' tells which files hold which flights",
        )
