"""One frame of the dashboard: the picture and what was said as lines, as many and as wide as the terminal has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dronectl.cli.common.picture_lines import picture_lines
from dronectl.cli.common.traffic_lines import traffic_lines
from dronectl.cli.vehicle.dashboard.layout import Layout, layout_of
from dronectl.cli.vehicle.dashboard.map_view import MapView, marks_of
from dronectl.cli.vehicle.dashboard.messages import Messages, alarm_lines, fitting
from dronectl.model.picture import FleetPicture, FlightPhase
from dronectl.model.text.plain_text import plain

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text


@dataclass(slots=True)
class Frame:
    """What is the same in all frames. ``clock``: the time of day of a moment of the picture's clock."""

    title: str
    console: Console
    clock: Callable[[float], str]
    messages: Messages
    map_view: MapView
    ascii_only: bool = False
    _pages: dict[str, int] = field(default_factory=dict)

    def lines(
        self,
        picture: FleetPicture,
        size: tuple[int, int],
        *,
        prompt: str,
        chosen: Sequence[str],
        doubts: Sequence[str] = (),
        is_question: bool = False,
    ) -> list[Text]:
        """``size``: columns and lines. ``prompt``: what may be pressed, or the question that waits for its answer;
        ``doubts``: what makes a drone another aircraft."""
        from rich.text import Text

        width, height = size
        asked = list(Text(plain(prompt), style="bold reverse" if is_question else "bold").wrap(self.console, width))
        wide = layout_of(width, height, prompt=len(asked), drones=0, alarms=0)
        warned = [list(Text(plain(doubt), style="bold red").wrap(self.console, wide.side_width)) for doubt in doubts]
        warned += alarm_lines(picture.alarms, self.clock, self.console, wide.side_width)
        warned += [[line] for line in traffic_lines(picture, wide.side_width)]
        everyone = chosen if len(chosen) < len(picture.drones) else ()
        heading, *rows = picture_lines(
            picture, width, chosen=everyone, marks=marks_of([d.name for d in picture.drones])
        )
        place = layout_of(
            width, height, prompt=len(asked), drones=1 + sum(map(len, rows)), alarms=sum(map(len, warned))
        )
        drones = [*heading, *_page(rows, place.drones - 1, _first(picture, everyone))][: place.drones]
        body = self._wide(picture, place, warned) if place.is_wide else self._narrow(picture, place, warned)
        shown = [self._heading(picture, width), *self._ordered(place, drones, body), *asked[: place.prompt]]
        for line in shown:
            line.truncate(width)
        return _exactly(shown, height)

    def _ordered(self, place: Layout, drones: list[Text], body: tuple[list[Text], list[Text]]) -> list[Text]:
        """Where there is room beside the map the drones are above both, else the alarms are above them."""
        alarms, rest = body
        return [*drones, *rest] if place.is_wide else [*alarms, *drones, *rest]

    def _heading(self, picture: FleetPicture, width: int) -> Text:
        from rich.text import Text

        lost = sum(drone.phase is FlightPhase.LOST for drone in picture.drones)
        airborne = sum(drone.is_airborne and drone.phase is not FlightPhase.LOST for drone in picture.drones)
        right = f"{self.clock(picture.now_s)} · {airborne} of {len(picture.drones)} in the air"
        right += f", {lost} lost" if lost else ""
        line = Text(plain(self.title), style="bold")
        line.truncate(max(width - len(right) - 2, 0), overflow="ellipsis", pad=True)
        line.append(f"  {right}")
        return line

    def _narrow(
        self, picture: FleetPicture, place: Layout, warned: Sequence[Sequence[Text]]
    ) -> tuple[list[Text], list[Text]]:
        drawn = self._map(picture, place)
        said = _exactly(self.messages.lines(self.console, place.width, place.messages), place.messages)
        return fitting(warned, place.alarms, "alarms"), [*drawn, *said]

    def _wide(
        self, picture: FleetPicture, place: Layout, warned: Sequence[Sequence[Text]]
    ) -> tuple[list[Text], list[Text]]:
        side = fitting(warned, place.alarms, "alarms")
        side += self.messages.lines(self.console, place.side_width, place.messages)
        if not place.map_height:
            return [], side
        drawn = self._map(picture, place)
        return [], [_beside(left, right, place) for left, right in zip(drawn, _exactly(side, len(drawn)), strict=True)]

    def _map(self, picture: FleetPicture, place: Layout) -> list[Text]:
        if not place.map_height:
            return []
        return self.map_view.lines(picture, place.map_width, place.map_height, ascii_only=self.ascii_only)


def _beside(left: Text, right: Text, place: Layout) -> Text:
    left.truncate(place.map_width, pad=True)
    left.append(" ")
    left.append_text(right)
    return left


def _first(picture: FleetPicture, chosen: Sequence[str]) -> int:
    """Of the drones, the one that has to be on the page."""
    return next((number for number, drone in enumerate(picture.drones) if drone.name in chosen), 0)


def _page(rows: Sequence[Sequence[Text]], height: int, number: int) -> list[Text]:
    """The rows of the page on which that one is; where not all fit, the last line says so."""
    from rich.text import Text

    if sum(map(len, rows)) <= height:
        return [line for row in rows for line in row]
    room = max(height - 1, 1)
    first = 0
    while first < number and sum(map(len, rows[first : number + 1])) > room:
        first += 1
    shown: list[Text] = []
    last = first
    while last < len(rows) and len(shown) + len(rows[last]) <= room:
        shown += rows[last]
        last += 1
    shown.append(Text(f"drones {first + 1} to {last} of {len(rows)}: n next, p previous", style="bold"))
    return shown


def _exactly(lines: Sequence[Text], height: int) -> list[Text]:
    """So many lines, empty ones where there are too few."""
    from rich.text import Text

    return [*lines[:height], *(Text() for _ in range(height - len(lines)))]
