"""A folder of recordings: which files are some, and names for what is made of each, none of them twice."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath

from dronectl.errors import InputError
from dronectl.storage.reading import require_file, unreadable

SUFFIXES = (".tlog", ".bin", ".log")
"""What recordings are called, in upper or lower case, and with ``.gz`` behind it where they are packed. What is in them
is told by content alone."""
_NAMES = (*SUFFIXES, *(f"{suffix}.gz" for suffix in SUFFIXES), ".rlog", ".tlog.raw", ".ulg")
"""Also of what is read only with a start, or not at all: it is told, and not passed over."""
COPIES_MARK = ".copies-of-flights"
"""A file in a folder of recordings that were made besides, of what others there hold as well: the black box's."""


def find_recordings(folder: Path) -> tuple[list[PurePath], dict[PurePath, InputError]]:
    """Every recording in a folder and the folders in it, relative to it and in the same order on every machine; and the
    folders that could not be looked into.

    Hidden files are none: they are what somebody is writing just now. Nor are those of a folder in it that holds
    copies, whose flights would be there twice; it may be looked at by itself. Links to folders are not followed, so a
    circle of them has an end.

    Raises:
        InputError: no folder.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: no folder of this name", hint="name a folder that holds recordings")
    found: list[str] = []
    unread: dict[PurePath, InputError] = {}
    for path, is_file in _recordings_in(folder, "", unread):
        shown = path.encode(errors="replace").decode()
        if shown != path:
            unread[PurePath(shown)] = InputError(f"{shown}: the name is no text in UTF-8", hint="rename it")
        elif is_file or not (folder / path).exists():  # of what is gone, reading it tells
            found.append(path)
        else:
            try:
                require_file(folder / path)
            except InputError as error:
                unread[PurePath(path)] = error
    return [PurePath(path) for path in sorted(found)], unread


def _recordings_in(folder: Path, below: str, unread: dict[PurePath, InputError]) -> Iterator[tuple[str, bool]]:
    """(path with ``/``, whether it is a file) of each in one folder and those in it. Written for tens of thousands: no
    file is asked for more than its folder tells."""
    try:
        with os.scandir(folder / below) as listing:
            entries = list(listing)
    except OSError as error:
        unread[PurePath(below)] = unreadable(folder / below, error)
        return
    for entry in entries:
        if entry.is_dir():
            inside = not entry.name.startswith(".") and not entry.is_symlink()
            if inside and not _holds_copies(folder / below / entry.name):
                yield from _recordings_in(folder, f"{below}{entry.name}/", unread)
        elif _is_recording(entry.name):
            yield f"{below}{entry.name}", entry.is_file()


def output_names(recordings: Iterable[PurePath], suffix: str, *, flat: bool = False) -> dict[PurePath, PurePath]:
    """Recording → name of what is made of it: ``a.tlog`` → ``a.tlog.kml``.

    A recording's own suffix stays, so that ``a.tlog`` and ``a.bin`` do not overwrite each other, and a name does not
    depend on what else is in the folder. Names that differ in case or in how letters are composed are one name to some
    disks: the second becomes ``a.tlog (2).kml``.

    ``flat`` has no folders: ``card/a.tlog`` → ``tracks-card-a.tlog.parquet``, for data sets that have folders of their
    own (and whose readers pass over names that begin with a line).
    """
    names: dict[PurePath, PurePath] = {}
    taken: set[str] = set()
    for path in recordings:
        wanted = PurePath("-".join(("tracks", *path.parts))) if flat else path
        name, number = wanted.name, 1
        while (key := _as_a_disk_sees_it(wanted.with_name(name + suffix))) in taken:
            number += 1
            name = f"{wanted.name} ({number})"
        taken.add(key)
        names[path] = wanted.with_name(name + suffix)
    return names


def _holds_copies(folder: Path) -> bool:
    return (folder / COPIES_MARK).exists()


def _is_recording(name: str) -> bool:
    return not name.startswith(".") and name.lower().endswith(_NAMES)


def _as_a_disk_sees_it(path: PurePath) -> str:
    return unicodedata.normalize("NFC", path.as_posix()).casefold()
