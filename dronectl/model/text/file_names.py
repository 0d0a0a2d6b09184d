"""Names that files and folders are given by: one part of a path on Windows, macOS and Linux, never a way out of it.

Such names come from files that anyone may have written (plan.json, backup.json), so whoever reads one asks here first.
"""

from __future__ import annotations

import re

from dronectl.model.text.plain_text import is_plain

DRONE_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
DRONE_NAME_WORDS = "a-z, 0-9 and '_', a letter first, at most 32, no device name of Windows (files are named after it)"
FOLDER_NAME_WORDS = 'letters and digits, no / \\ : * ? " < > | or leading dot, at most 80'
_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))})
_LONGEST_NAME = 80
_NOT_IN_NAMES = frozenset('<>:"/\\|?*')


def is_drone_name(name: str) -> bool:
    """Whether a workspace may call a drone so."""
    return DRONE_NAME.fullmatch(name) is not None and name not in _DEVICES


def is_folder_name(name: str) -> bool:
    """Whether a file or folder may be called so on every system. Thai's zero-width space may be in it."""
    return (
        bool(name)
        and name == name.strip()
        and len(name) <= _LONGEST_NAME
        and is_plain(name)
        and not _NOT_IN_NAMES & set(name)
        and not name.startswith(".")
        and not name.endswith(".")
        and name.partition(".")[0].lower() not in _DEVICES
    )
