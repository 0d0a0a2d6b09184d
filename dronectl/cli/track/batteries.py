"""``dronectl track batteries``: the book of the workspace's batteries."""

from __future__ import annotations

import dataclasses

import click

from dronectl.cli.common.app import App, command_options
from dronectl.cli.common.out import echo
from dronectl.errors import InputError


@click.command()
@click.option("--retire", metavar="NAME", help="Say in the book that this battery flies no more.")
@command_options()
def batteries(app: App, retire: str | None) -> None:
    """What each battery flew, what it holds now, and which to retire: by the book that "track calibrate" writes."""
    from dronectl.model.text.shown_time import iso_z, now
    from dronectl.ops.recordings.battery_book import read_book, write_book

    root = app.root()
    book = read_book(root)
    summaries = book.summaries()
    if retire is not None:
        if retire not in {one.battery for one in summaries}:
            known = ", ".join(one.battery for one in summaries)
            raise InputError(f"no battery '{retire}' in the book", hint=f"there are: {known or 'none'}")
        if not any(one.battery == retire and one.is_retired for one in summaries):
            book = dataclasses.replace(book, retired=(*book.retired, (retire, iso_z(now()))))
            write_book(root, book)
            summaries = book.summaries()
    if app.json:
        app.print_json({"batteries": [{**dataclasses.asdict(one), "advice": one.advice} for one in summaries]})
        return
    if not summaries:
        echo("no battery in the book: 'dronectl track calibrate FILE... --write' puts flights into it", err=True)
        return
    from dronectl.cli.common.tables import new_table

    table = new_table()
    for heading in ("battery", "drones"):
        table.add_column(heading, no_wrap=True)
    for heading in ("flights", "hours", "cycles", "Wh now", "% of first"):
        table.add_column(heading, justify="right", no_wrap=True)
    for heading in ("first flight", "last flight", "advice"):
        table.add_column(heading, no_wrap=True)
    for one in summaries:
        table.add_row(
            one.battery,
            ", ".join(one.drones),
            str(one.flights),
            f"{one.hours:.1f}",
            "" if one.cycles is None else f"{one.cycles:.1f}",
            "" if one.capacity_wh is None else f"{one.capacity_wh:.0f}",
            "" if one.kept_pct is None else f"{one.kept_pct:.0f}",
            one.first_utc[:10],
            one.last_utc[:10],
            one.advice,
        )
    app.out().print(table)
