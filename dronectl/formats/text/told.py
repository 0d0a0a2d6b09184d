"""How readers tell what they passed over or took in another way than it stands: one line each, to whoever listens."""

from __future__ import annotations

from collections.abc import Callable

Tell = Callable[[str], None]
"""Takes a line for a person: ``x.waypoints:5: found item 7 …``."""


def unheard(_line: str) -> None:
    """For who asks for the content alone."""
