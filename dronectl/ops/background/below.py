"""The site's own tiles, open as long as a map is drawn that stands alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dronectl.formats.maps.below import Below
    from dronectl.model.site import Site


@contextmanager
def open_below(site: Site) -> Iterator[Below | None]:
    """Within: what lies below the site's maps; None where ``[map]`` names no file.

    Raises:
        InputError: one of the files cannot be read. A map without streets that should be there is none.
    """
    if not site.map.files:
        yield None
        return
    from dronectl.formats.background.drawer import Drawer
    from dronectl.formats.maps.below import Below

    drawer = Drawer(site.root, site.map)
    try:
        drawer.require_all()
        yield Below(drawer, site.map)
    finally:
        drawer.close()
