"""Maps of a site before anything is planned."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dronectl.errors import InputError
from dronectl.ops.background.below import open_below

if TYPE_CHECKING:
    from dronectl.model.ground.zone import Feature
    from dronectl.model.site import Site

SUFFIXES = (".html", ".svg", ".png")


def write_ground_map(site: Site, output: Path, notes: Sequence[str], around: Feature | None = None) -> None:
    """The kind of map that the file's suffix names. ``around``: the feature that fills the picture.

    Raises:
        InputError: no such kind of map, or the package that makes it is not installed.
    """
    from dronectl.formats.maps.ground.content import Ground
    from dronectl.site.geometry import polygon_size
    from dronectl.storage.files import write_atomic

    zones = site.zones
    areas_m2 = {
        area.id: polygon_size(area.polygon).area_m2
        for kind in (zones.fences, zones.zones, zones.keep_outs)
        for area in kind
    }
    ground = Ground(site, areas_m2, notes, around)
    suffix = output.suffix.lower()
    data: str | bytes
    if suffix == ".html":
        from dronectl.formats.maps.ground.html_page import render_ground_html

        with open_below(site) as below:
            data = render_ground_html(ground, below)
    elif suffix in (".svg", ".png"):
        from dronectl.formats.maps.ground.svg_page import render_ground_svg

        with open_below(site) as below:
            data = render_ground_svg(ground, below)
        if suffix == ".png":
            from dronectl.formats.maps.png import to_png

            data = to_png(data)
    else:
        raise InputError(f"{output}: cannot write '{output.suffix}' maps", hint=f"writable: {', '.join(SUFFIXES)}")
    write_atomic(output, data)
