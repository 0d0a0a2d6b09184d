"""``dronectl zones properties``: every kind of feature and what may be said of it."""

from __future__ import annotations

import click

from dronectl.cli.common.app import App, command_options
from dronectl.cli.common.out import echo
from dronectl.cli.site.zones_exchange import KINDS


@click.command("properties")
@click.argument("kind", required=False, type=click.Choice(KINDS))
@command_options(workspace=False)
def properties(app: App, kind: str | None) -> None:
    """Tell every property that a feature of KIND may have, or of every kind: what geofences/, --set and --map take."""
    from dronectl.site.feature_properties import OF_ALL, feature_properties

    tables = {name: rows for name, rows in feature_properties().items() if kind in (None, name) or name == OF_ALL}
    if app.json:
        app.print_json(
            {
                "kinds": {
                    name: [
                        {"key": row.key, "may_be": row.may_be, "without": row.without, "is": row.meaning}
                        for row in rows
                    ]
                    for name, rows in tables.items()
                }
            }
        )
        return
    from dronectl.cli.common.tables import new_table

    for name, rows in tables.items():
        table = new_table(name)
        for heading in ("key", "may be", "without it", "is"):
            table.add_column(heading, no_wrap=heading == "key", overflow="fold")
        for row in rows:
            table.add_row(row.key, row.may_be, row.without, row.meaning)
        app.out().print(table)
    echo("'zones import' makes id and name where a file has none, and says surveyed = false")
