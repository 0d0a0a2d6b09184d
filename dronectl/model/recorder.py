"""How the black box records."""

from __future__ import annotations

from dataclasses import dataclass

MB = 1_000_000


@dataclass(frozen=True, slots=True)
class RecorderSettings:
    """``folder``: of the workspace, or anywhere else. ``time_zone``: whose days its folders are."""

    folder: str = "flights/blackbox"
    max_mb: float = 64.0
    """A file that is larger is followed by another."""
    quota_mb: float = 4000.0
    """What all files of the box may take; then the oldest go. 0: nothing is recorded."""
    time_zone: str = "UTC"
