"""The KML documents of a KMZ archive, in the order in which Google Earth takes them."""

from __future__ import annotations

from dronectl.errors import InputError
from dronectl.storage.archive import Archive


def kml_documents(archive: Archive, *, source: str) -> dict[str, bytes]:
    """Each document by its name in the archive, ``doc.kml`` first.

    Raises:
        InputError: none in it, or one that cannot be unpacked.
    """
    names = archive.names(".kml")
    if not names:
        raise InputError(f"{source}: no .kml file in this archive")
    return {name: archive.read(name) for name in sorted(names, key=lambda name: name.lower() != "doc.kml")}
