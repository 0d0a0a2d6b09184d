"""Where a workspace is: the folder with dronectl.toml. Apart from its reader, which few commands need."""

from __future__ import annotations

from pathlib import Path

from dronectl.errors import InputError
from dronectl.storage.files import real_path

CONFIG_FILE = "dronectl.toml"

_HOW_TO_START = "make a workspace with 'dronectl init', or name one with --workspace DIR"


def find_workspace(start: Path | None) -> Path:
    """``start`` when it is given, else the nearest folder with dronectl.toml from here upwards.

    Raises:
        InputError: there is none.
    """
    if start is not None:
        if (start / CONFIG_FILE).is_file():
            return real_path(start)
        raise InputError(f"{start}: no {CONFIG_FILE} in this folder", hint=_HOW_TO_START)
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / CONFIG_FILE).is_file():
            return folder
    raise InputError(f"no {CONFIG_FILE} in {here} or a folder above it", hint=_HOW_TO_START)
