"""The one tree of errors. Each knows its exit code, its kind (for ``--json``) and a hint for the person.

::

    DronectlError            1  an unexpected fault
     ├─ InputError           2  wrong usage or a wrong input file
     │   └─ InputErrors      2  several of them, collected from one workspace or file
     ├─ RuleViolation        3  a plan breaks a rule
     ├─ NoAnswer             4  nothing answered in time
     ├─ Refused              5  the vehicle said no
     │   ├─ Mismatch         5  what is on board is not what was sent
     │   ├─ UnknownName      5  the vehicle has no parameter of that name
     │   ├─ NoMotion         5  the vehicle took an order and does not move accordingly
     │   └─ IdentityError    5  the wrong aircraft, or two with one system id
     ├─ NotReady             6  no-go
     ├─ StorageError         2  a file could not be written (disk full, no permission)
     └─ Interrupted        130  the person stopped it

``message`` says what is wrong and where, in one line; ``hint`` says what to do.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import ClassVar


class DronectlError(Exception):
    """Base of every error that dronectl raises on purpose."""

    exit_code: ClassVar[int] = 1
    kind: ClassVar[str] = "fault"

    def __init__(self, message: str, *, hint: str = "", details: Mapping[str, object] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.details: dict[str, object] = dict(details or {})

    def __str__(self) -> str:
        """The message as it is now: what is found out later is added to it."""
        return self.message

    def as_json(self) -> dict[str, object]:
        """The object under ``error`` of a ``--json`` answer; own keys never hide the four fixed ones."""
        fixed = {"code": self.exit_code, "kind": self.kind, "message": self.message, "hint": self.hint}
        return {**self.details, **fixed}


class InputError(DronectlError):
    """Wrong usage, or an input file that cannot be used."""

    exit_code = 2
    kind = "input"


class InputErrors(InputError):
    """Every problem of a workspace or a file at once; ``problems`` holds one line each."""

    def __init__(self, summary: str, problems: Sequence[str], *, hint: str = "") -> None:
        super().__init__(summary, hint=hint, details={"problems": list(problems)})
        self.problems = tuple(problems)

    def __reduce__(self) -> tuple[object, ...]:
        """Errors come back from other processes; the other kinds of them need no help."""
        return functools.partial(InputErrors, hint=self.hint), (self.message, self.problems)


class RuleViolation(DronectlError):
    """A plan, or the way that an order would fly, breaks a rule that nothing authorises."""

    exit_code = 3
    kind = "rule"


class NoAnswer(DronectlError):
    """Nothing (or not the right vehicle) answered in time."""

    exit_code = 4
    kind = "no_answer"


class Refused(DronectlError):
    """The vehicle answered no; the message carries its own words."""

    exit_code = 5
    kind = "refused"


class Mismatch(Refused):
    """A read-back differs from what was sent."""

    kind = "mismatch"


class UnknownName(Refused):
    """The vehicle says that it has no parameter of that name."""

    kind = "unknown_name"


class NoMotion(Refused):
    """The vehicle took an order, and does not move accordingly."""

    kind = "no_motion"


class IdentityError(Refused):
    """The vehicle that answers is not the one the workspace names, or two answer to one system id."""

    kind = "identity"


class NotReady(DronectlError):
    """A go / no-go check says no."""

    exit_code = 6
    kind = "not_ready"


class StorageError(DronectlError):
    """A file could not be written."""

    exit_code = 2
    kind = "storage"


class Interrupted(DronectlError):
    """The person stopped the command; the message says what was left how."""

    exit_code = 130
    kind = "interrupted"


def error_text(error: BaseException) -> str:
    """One line for any error; one that was not raised on purpose is told with its kind."""
    return error.message if isinstance(error, DronectlError) else f"{type(error).__name__}: {error}"
