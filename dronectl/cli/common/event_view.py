"""Events of use cases on the terminal: alarms that stand, progress bars and notes on stderr; lines only when stderr is
no terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any

from dronectl.cli.common.alarm_lines import AlarmLines, alarm_line, fitting
from dronectl.cli.common.picture_lines import picture_lines
from dronectl.cli.common.traffic_lines import traffic_lines
from dronectl.errors import DronectlError
from dronectl.model.alarm import Alarm
from dronectl.model.text.plain_text import plain
from dronectl.ops.common.events import AlarmEvent, Event, Note, PictureEvent, Progress
from dronectl.ops.common.waiting_notice import STAGE

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.progress import ProgressColumn, TaskID
    from rich.text import Text

    from dronectl.cli.common.app import App
    from dronectl.model.picture import FleetPicture

_STYLES = {"info": "", "warning": "yellow", "error": "bold red"}


class EventView:
    """A listener for use cases; use it as a context manager.

    On a terminal each (drone, stage) has a bar, each alarm that stands a line, and the fleet in flight its picture.
    Elsewhere (a log, a pipe) only notes
    and alarms are written, one a line. When nothing can be written there any more, the use case goes on in silence.
    """

    def __init__(self, app: App, *, in_bytes: bool = False) -> None:
        """``in_bytes``: long transfers, whose rate and time left are shown."""
        from rich.progress import (
            BarColumn,
            DownloadColumn,
            MofNCompleteColumn,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
            TransferSpeedColumn,
        )
        from rich.progress import Progress as Bars

        figures: list[ProgressColumn] = [MofNCompleteColumn(), TimeElapsedColumn()]
        if in_bytes:
            figures = [
                _unless_waiting(column) for column in (DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
            ]
        self._app = app
        screen = self._console = app.err()
        alarm_lines = self._alarm_lines = AlarmLines()
        self._picture: FleetPicture | None = None
        picture_rows = self._picture_rows

        class BarsUnderAlarms(Bars):
            def get_renderables(self) -> Iterable[RenderableType]:
                rows = list(picture_rows())
                bars = sum(task.visible for task in self.tasks)
                yield from fitting(alarm_lines.lines(), screen, screen.height - len(rows) - bars)
                yield from rows
                yield self.make_tasks_table(self.tasks)

        self._bars = BarsUnderAlarms(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=30),
            *figures,
            console=self._console,
            disable=not self._console.is_terminal,
        )
        self._tasks: dict[tuple[str, str], TaskID] = {}

    def __enter__(self) -> EventView:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with suppress(OSError):  # the terminal may be gone, which ends the command, and not what it cleans up
            self._bars.stop()

    def __call__(self, event: Event) -> None:
        with suppress(OSError):
            self._show(event)

    def _show(self, event: Event) -> None:
        match event:
            case Progress(drone, stage, done, total):
                key = (drone, stage)
                if key not in self._tasks:
                    self._tasks[key] = self._bars.add_task(plain(f"{drone} {stage}"), total=total, waits=stage == STAGE)
                # A transfer that is done, or has nothing to carry (yet), leaves the screen; a mission's bar stays.
                is_over = done >= total and stage != "mission"
                self._bars.update(self._tasks[key], completed=done, total=total, visible=not is_over)
            case AlarmEvent(alarm, news):
                self._show_alarm(alarm, news=news)
                self._bars.refresh()
            case PictureEvent(picture):
                self._picture = picture
                self._bars.refresh()
            case Note(text, drone, level):
                line = f"{drone}: {text}" if drone else text
                self._console.print(line, style=_STYLES[level])

    def _show_alarm(self, alarm: Alarm, *, news: bool) -> None:
        """On a terminal what stands has its row, and is told above only when it is over."""
        clock = self._alarm_lines.clock = self._alarm_lines.clock or self._site_clock()
        stood = self._alarm_lines.line_of(alarm)
        self._alarm_lines.take(alarm)
        has_row = self._console.is_terminal and self._all_alarms_shown()
        if news and alarm.is_active:
            if not has_row:
                self._console.print(alarm_line(alarm, clock))
            self._console.bell()  # nothing where there is no terminal
        elif news:
            if has_row and stood is not None:
                self._console.print(stood)
            self._console.print(alarm_line(alarm, clock))

    def _all_alarms_shown(self) -> bool:
        """Whether there is a row for each that stands; what is hidden must be told otherwise."""
        rows = sum(1 for _ in self._picture_rows()) + sum(task.visible for task in self._bars.tasks)
        return len(self._alarm_lines) <= self._console.height - rows

    def _picture_rows(self) -> Iterable[Text]:
        if self._picture is not None:
            for lines in picture_lines(self._picture, self._console.width):
                yield from lines
            yield from traffic_lines(self._picture, self._console.width)

    def _site_clock(self) -> Callable[[float], str] | None:
        """Times of day at the site; none without a workspace that tells its zone."""
        from dronectl.ops.picture.live import loop_clock

        with suppress(DronectlError):
            return loop_clock(self._app.zone())
        return None


def _unless_waiting(column: ProgressColumn) -> ProgressColumn:
    """The column, but for what counts the seconds of a wait: those are no bytes."""
    from rich.progress import ProgressColumn, Task
    from rich.text import Text

    class UnlessWaiting(ProgressColumn):
        def render(self, task: Task) -> Any:
            return Text() if task.fields["waits"] else column.render(task)

    return UnlessWaiting()
