"""Text that any XML file may hold."""

from __future__ import annotations

import html
import re

_NOT_XML = "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"


def allowed(value: str) -> str:
    """Without the characters that XML 1.0 forbids, even escaped."""
    # Compiling the pattern takes longer than many an export, and few texts need it.
    return value if value.isprintable() else re.sub(_NOT_XML, "", value)


def escaped(value: str) -> str:
    """Character data for an element."""
    return html.escape(allowed(value), quote=False)
