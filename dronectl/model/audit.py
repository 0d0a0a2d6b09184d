"""What the audit log keeps: who ordered what of which drone, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class AuditEvent(StrEnum):
    """What a line of the log tells of."""

    INTENT = "intent"
    """About to be sent; of an order that must not wait, on its way."""
    STARTED = "started"
    """A drone of a flight is in the air and in its mission."""
    SAID = "said"
    """A warning or an error while it went on."""
    OUTCOME = "outcome"
    """What the vehicle answered, or why it was never asked."""


class AuditResult(StrEnum):
    """How an order to one drone ended."""

    DONE = "done"
    """Confirmed by the vehicle."""
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class AuditDefect:
    """The first place at which a log is not what was written. ``kind``: ``changed``, ``missing`` or ``cut``."""

    kind: str
    file: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class AuditState:
    """What a look at the whole log found. ``cuts``: lines that a killed process left half, each told of by the next."""

    files: int
    lines: int
    last_sha256: str
    cuts: tuple[str, ...]
    defect: AuditDefect | None
