"""Text that any XML file may hold."""

from __future__ import annotations

import html
import re

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def allowed(value: str) -> str:
    """Without the characters that XML 1.0 forbids, even escaped."""
    return _NOT_XML.sub("", value)


def escaped(value: str) -> str:
    """Character data for an element."""
    return html.escape(allowed(value), quote=False)
