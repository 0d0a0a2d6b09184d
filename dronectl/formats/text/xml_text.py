"""Text that any XML file may hold, and that whoever shows it may show."""

from __future__ import annotations

from dronectl.model.text.plain_text import plain_lines


def allowed(value: str) -> str:
    """Without the characters that XML 1.0 forbids, even escaped, and without those that turn the direction of a line:
    they are made visible."""
    return plain_lines(value)


def escaped(value: str) -> str:
    """Character data for an element. As ``html.escape`` does, which takes all of HTML's names with it."""
    return allowed(value).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
