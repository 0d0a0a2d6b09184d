"""``dronectl init``: a workspace for a new site."""

from __future__ import annotations

from pathlib import Path

import click

from dronectl.cli.common.app import App, command_options
from dronectl.cli.common.out import echo
from dronectl.storage.files import real_path


@click.command()
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(path_type=Path))
@command_options(workspace=False)
def init(app: App, folder: Path) -> None:
    """Make a workspace in DIR (default: here): dronectl.toml, geofences/, missions/ and sim/ with commented examples.

    Files that are there already are left as they are.
    """
    from dronectl.site.template import make_workspace

    made = make_workspace(folder)
    if app.json:
        app.print_json({"workspace": str(real_path(folder)), "created": list(made.created), "kept": list(made.kept)})
        return
    for path in made.created:
        echo(f"created  {folder / path}")
    for path in made.kept:
        echo(f"kept     {folder / path} (was there already)")
    if made.created:
        echo("next: edit dronectl.toml, then run 'dronectl zones check'", err=True)
