"""Who works at this computer."""

from __future__ import annotations

import getpass


def operator() -> str:
    """Who is logged in on this computer."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        # A container or a service account may have no name.
        return "unknown"
