"""One look for every table."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from dronectl.model.telemetry import TelemetryKind, TelemetrySample


def new_table(title: str | None = None) -> Table:
    """A table with a rule under its headings and nothing else; columns are the caller's."""
    from rich import box
    from rich.table import Table

    return Table(title=title, box=box.SIMPLE_HEAD, pad_edge=False, title_justify="left", title_style="bold")


def telemetry_cell(
    sample: TelemetrySample, kind: TelemetryKind, text: str, style: str = "", *, with_age: bool = True
) -> Text:
    """A value as a table shows it: one that is old is dim, whatever its style, and says how old it is."""
    from rich.text import Text

    if kind not in sample.old:
        return Text(text, style=style)
    return Text(f"{text}\n{age_text(sample.age_of(kind) or 0.0)}" if with_age else text, style="dim")


def age_text(age_s: float) -> str:
    """``31 s old``, ``12 min old``."""
    return f"{age_s:.0f} s old" if age_s < 120 else f"{age_s / 60:.0f} min old"
