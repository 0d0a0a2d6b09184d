"""What ``plan build`` says of hot-spot patrols: how often each point is visited, and how foreseeable that is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dronectl.cli.common.app import App
from dronectl.model.text.shown_time import minutes

if TYPE_CHECKING:
    from dronectl.model.plan.hotspot import HotspotFigures


def print_hotspots(app: App, hotspots: tuple[HotspotFigures, ...]) -> None:
    """A line a point and the figures of the whole, for each patrol. What it does to crime nobody has measured."""
    for figures in hotspots:
        _print_points(app, figures)
        out = app.out()
        for line in _lines(figures):
            out.print(line)


def _print_points(app: App, figures: HotspotFigures) -> None:
    from dronectl.cli.common.tables import new_table

    table = new_table(f"hot spots of {figures.patrol}")
    table.add_column("point", no_wrap=True)
    for heading in ("weight", "with CCTV", "visits", "stayed", "mean idle", "worst idle"):
        table.add_column(heading, justify="right")
    table.add_column("seen by")
    for spot in figures.spots:
        table.add_row(
            spot.id,
            f"{spot.weight:g}",
            f"{spot.weight_after_cctv:g}",
            str(spot.visits),
            minutes(spot.stay_s),
            minutes(spot.mean_idleness_s),
            minutes(spot.worst_idleness_s),
            ", ".join(spot.cctv),
        )
    app.out().print(table)


def _lines(figures: HotspotFigures) -> list[str]:
    starts = ", ".join(minutes(start_s) for start_s in figures.wave_starts_s)
    first = figures.first_sortie
    worst, promised = minutes(figures.worst_idleness_s), minutes(figures.max_idleness_s)
    returns, stays = figures.revisited_120_min_pct, figures.stays_10_16_min_pct
    order, times = _or_dash(figures.order_entropy), _or_dash(figures.return_variation)
    lines = [
        f"in {minutes(figures.period_s)} min no point is alone for longer than {worst} min ({promised} promised)",
        f"idle for {minutes(figures.mean_idleness_s)} min in the mean, by weight",
        f"points never alone for 120 min: {returns:.0f} %, visits of 10–16 min: {stays:.0f} %",
        f"order of visits: {order} (0 a fixed round, 1 evenly spread)",
        f"times between visits: {times} (0 clockwork, 1 pure chance)",
        f"sorties {first}–{first + len(figures.wave_starts_s) - 1} begin at minute {starts}",
    ]
    if figures.zones_seen_pct:
        zones = ", ".join(f"{zone} {share:.1f} %" for zone, share in figures.zones_seen_pct)
        lines.append(f"fixed cameras see of the zones: {zones}")
    return lines


def _or_dash(figure: float | None) -> str:
    return "–" if figure is None else f"{figure:.2f}"
