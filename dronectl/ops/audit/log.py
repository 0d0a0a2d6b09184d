"""The audit log of a workspace, in flights/audit."""

from __future__ import annotations

from pathlib import Path

from dronectl.ops.audit.chained_log import ChainedLog


class AuditLog(ChainedLog):
    """Who ordered what, and what became of it. Its days are those of UTC."""


def audit_folder(root: Path) -> Path:
    """Where a workspace keeps its log."""
    return root / "flights" / "audit"
