"""``--no-publish``: whether the broker and the TAK server that dronectl.toml names are told of the fleet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dronectl.cli.common.app import App

if TYPE_CHECKING:
    from dronectl.ops.publishing.publish import Publish

no_publish_option = click.option(
    "--no-publish",
    is_flag=True,
    help="Tell the broker of [mqtt] and the TAK server of [tak] nothing: for simulated fleets and drills.",
)


def publish_of(app: App, no_publish: bool) -> Publish:
    """Whom the workspace tells; nobody with ``no_publish``.

    Raises:
        InputErrors: dronectl.toml is not valid.
    """
    from dronectl.ops.publishing.publish import NOT_PUBLISHED, Publish
    from dronectl.site.workspace import load_mqtt, load_tak

    root = app.root()
    return NOT_PUBLISHED if no_publish else Publish(load_mqtt(root), root, load_tak(root))
