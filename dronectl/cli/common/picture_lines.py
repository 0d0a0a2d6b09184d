"""The picture of a fleet as lines: a heading, and a row a drone. ``watch`` and ``fly`` show the same.

What is old is dim and marked with ``?``, so that it shows without colours too, and a line below says how old it is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dronectl.model.picture import Clearance, DronePicture, FleetPicture, FlightPhase
from dronectl.model.telemetry import TelemetryKind
from dronectl.model.text.plain_text import plain
from dronectl.model.text.shown_time import span

if TYPE_CHECKING:
    from rich.text import Text

_ROOMY = 100
"""From so many cells on, columns are two apart, else one."""
_MARK = 3
"""In front of each row: whether it is chosen, and its sign."""
_OLD_KINDS = (TelemetryKind.MODE, TelemetryKind.POSITION, TelemetryKind.BATTERY, TelemetryKind.GPS)
NEAR_M = 50.0
"""What is farther away needs no look."""


@dataclass(frozen=True, slots=True)
class _Column:
    """``say`` gives the words and their style; ``kind`` the value that they are, which may be old."""

    heading: str
    width: int
    say: Callable[[DronePicture], tuple[str, str]]
    kind: TelemetryKind | None = None
    is_left: bool = False


def picture_lines(
    picture: FleetPicture, width: int, *, chosen: Collection[str] = (), marks: Mapping[str, str] | None = None
) -> list[list[Text]]:
    """The heading, and for each drone its row with the lines that belong to it, in at most ``width`` cells.

    ``chosen``: who stands out; ``marks``: the sign, one character, of each drone.
    """
    from rich.text import Text

    names = max((Text(plain(drone.name)).cell_len for drone in picture.drones), default=0)
    columns = _fitting(max(names, 5), width)
    heading = Text(" " * _MARK, style="bold")
    heading.append_text(_joined([_fit(Text(column.heading), column) for column in columns], width))
    lines = [[_cut(heading, width)]]
    for drone in picture.drones:
        front = f"{'>' if drone.name in chosen else ' '}{(marks or {}).get(drone.name, '')}".ljust(_MARK)
        lines.append(_drone_lines(drone, columns, width, front))
    return lines


def _drone_lines(drone: DronePicture, columns: Sequence[_Column], width: int, front: str) -> list[Text]:
    from rich.text import Text

    row = Text(front, style="bold")
    row.append_text(_joined([_cell(drone, column) for column in columns], width))
    lines = [_cut(row, width)]
    if told := _old_text(drone):
        lines.append(_cut(Text(f"    {told}", style="dim"), width))
    return lines


def _old_text(drone: DronePicture) -> str:
    """``old: position 31 s, battery 40 s``."""
    ages = [(kind, drone.sample.age_of(kind)) for kind in _OLD_KINDS if drone.is_old(kind)]
    return "old: " + ", ".join(f"{kind} {short_age(age_s or 0.0)}" for kind, age_s in ages) if ages else ""


def short_age(age_s: float) -> str:
    """``0.4 s``, ``31 s``, ``12 min``, ``3 h``."""
    if age_s < 10.0:
        return f"{age_s:.1f} s"
    if age_s < 120.0:
        return f"{age_s:.0f} s"
    return f"{age_s / 60:.0f} min" if age_s < 7200.0 else f"{age_s / 3600:.0f} h"


def _cell(drone: DronePicture, column: _Column) -> Text:
    from rich.text import Text

    words, style = column.say(drone)
    if column.kind is not None and drone.is_old(column.kind):
        words, style = f"{words}?", "dim"
    return _fit(Text(plain(words), style=style), column)


def _fit(text: Text, column: _Column) -> Text:
    """Cut or filled to the column's width, by cells: Thai has letters that take none."""
    text = _cut(text, column.width)
    gap = " " * (column.width - text.cell_len)
    if column.is_left:
        text.append(gap)
        return text
    return _blank(gap) + text


def _blank(gap: str) -> Text:
    from rich.text import Text

    return Text(gap)


def _cut(text: Text, width: int) -> Text:
    if text.cell_len > width:
        text.truncate(width, overflow="ellipsis")
    return text


def _gap(width: int) -> int:
    return 2 if width >= _ROOMY else 1


def _joined(cells: Sequence[Text], width: int) -> Text:
    from rich.text import Text

    return Text(" " * _gap(width)).join(cells)


def _fitting(name_width: int, width: int) -> list[_Column]:
    """The columns that there is room for, in their order on the screen: those of the greatest use first."""
    name = _Column("drone", name_width, lambda drone: (drone.name, "bold"), is_left=True)
    left, kept = width - _MARK - name_width, set[str]()
    for heading in _BY_USE:
        need = _gap(width) + next(column.width for column in _COLUMNS if column.heading == heading)
        if need > left:
            break
        kept.add(heading)
        left -= need
    return [name, *(column for column in _COLUMNS if column.heading in kept)]


def _number(value: float | None, how: str, unit: str = "") -> str:
    return "-" if value is None else f"{value:{how}}{unit}"


def _phase(drone: DronePicture) -> tuple[str, str]:
    bad = drone.phase in (FlightPhase.LOST, FlightPhase.UNHEARD)
    return drone.phase_text, "bold red" if bad else "bold" if drone.is_airborne else ""


def _battery(drone: DronePicture) -> tuple[str, str]:
    """Now, and at landing: ``72>41%``."""
    now, then, reserve = drone.sample.battery_pct, drone.battery_at_landing_pct, drone.battery_reserve_pct
    low = reserve is not None and any(pct is not None and pct < reserve for pct in (now, then))
    return f"{_number(now, '.0f')}{'' if then is None else f'>{then:.0f}'}%", "bold red" if low else ""


def _link(drone: DronePicture) -> tuple[str, str]:
    loss = drone.sample.link_loss_pct
    return _number(loss, ".0f", "%"), "yellow" if loss is not None and loss >= 10 else ""


def _heard(drone: DronePicture) -> tuple[str, str]:
    age_s = drone.sample.mode_age_s
    if age_s is None:
        return "never", "bold red"
    return short_age(age_s), "bold red" if drone.is_old(TelemetryKind.MODE) else ""


def _clearance(clearance: Clearance | None, *, named: bool) -> tuple[str, str]:
    """Now, and at the nearest where that is less; red when it comes nearer than allowed."""
    if clearance is None:
        return "-", ""
    apart = f"{clearance.now_m:.0f}"
    if clearance.least_m < clearance.now_m - 1.0:
        apart += f">{clearance.least_m:.0f}"
    words = f"{clearance.what} {apart}" if named else apart
    return f"{words}m", "bold red" if clearance.breach_in_s is not None else ""


def _keep_out(drone: DronePicture) -> tuple[str, str]:
    near = drone.outlook.keep_out
    return ("-", "") if near is not None and near.least_m > NEAR_M else _clearance(near, named=False)


def _progress(drone: DronePicture) -> tuple[str, str]:
    return _number(drone.progress_pct, ".0f", "%"), ""


def _time_left(drone: DronePicture) -> tuple[str, str]:
    return "-" if drone.time_left_s is None else span(drone.time_left_s), ""


def _round_trip(drone: DronePicture) -> tuple[str, str]:
    return _number(drone.round_trip_ms, ".0f", "ms"), ""


def _gps(drone: DronePicture) -> tuple[str, str]:
    return f"{_number(drone.sample.gps_fix, 'd')}/{_number(drone.sample.satellites, 'd')}", ""


_COLUMNS = (
    _Column("phase", 14, _phase, TelemetryKind.MODE, is_left=True),
    _Column("mode", 9, lambda d: (d.sample.mode or "-", ""), TelemetryKind.MODE, is_left=True),
    _Column("alt m", 5, lambda d: (_number(d.sample.relative_altitude_m, ".0f"), ""), TelemetryKind.POSITION),
    _Column("m/s", 5, lambda d: (_number(d.sample.ground_speed_m_s, ".1f"), ""), TelemetryKind.POSITION),
    _Column("climb", 5, lambda d: (_number(d.climb_m_s, "+.1f"), "")),
    _Column("course", 6, lambda d: (_number(d.course_deg, "03.0f"), "")),
    _Column("battery", 8, _battery, TelemetryKind.BATTERY),
    _Column("left", 5, _time_left),
    _Column("done", 4, _progress),
    _Column("fence", 9, lambda d: _clearance(d.outlook.fence, named=False)),
    _Column("keep-out", 8, _keep_out),
    _Column("nearest drone", 18, lambda d: _clearance(d.outlook.drone, named=True)),
    _Column("GPS", 5, _gps, TelemetryKind.GPS),
    _Column("loss", 4, _link),
    _Column("trip", 6, _round_trip),
    _Column("heard", 6, _heard),
)
_BY_USE = (
    "phase", "battery", "alt m", "heard", "m/s", "loss", "left", "nearest drone", "fence", "keep-out", "mode",
    "done", "course", "trip", "climb", "GPS",
)  # fmt: skip
