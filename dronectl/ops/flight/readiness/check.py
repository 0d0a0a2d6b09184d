"""One question before a flight and its answer. What was not answered is a no."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

from dronectl.errors import NotReady

SITE = "site"
"""What the answers are named that are about no drone: the computer, the sky, the papers, the people."""


class Verdict(StrEnum):
    """What an answer means for the flight."""

    GO = "go"
    NO_GO = "no-go"
    NOT_EVALUATED = "not evaluated"
    """Nobody could find out, which is a no."""
    WAIVED = "waived"
    """A person answers for it by name."""
    TOLD = "told"
    """Known or not, it decides nothing."""


@dataclass(frozen=True, slots=True)
class ReadinessCheck:
    """One question to one drone, or to the site. ``id``: what it is called on the command line."""

    name: str
    ok: bool
    found: str
    wanted: str
    id: str = ""
    verdict: Verdict | None = None
    """None: go where it is ok, else no-go."""
    waived_by: str = ""
    can_be_waived: bool = False
    """A person may answer for it by name."""

    @property
    def decision(self) -> Verdict:
        return self.verdict or (Verdict.GO if self.ok else Verdict.NO_GO)

    def as_json(self) -> dict[str, object]:
        return {**asdict(self), "verdict": self.decision, "waived_by": self.waived_by or None}


def not_evaluated(name: str, why: str, wanted: str, id_: str = "") -> ReadinessCheck:
    """The answer where there is none."""
    return ReadinessCheck(name, False, f"not known: {why}", wanted, id_, Verdict.NOT_EVALUATED)


def told(name: str, found: str, wanted: str, id_: str) -> ReadinessCheck:
    """What is good to know and decides nothing."""
    return ReadinessCheck(name, True, found, wanted, id_, Verdict.TOLD)


@dataclass(frozen=True, slots=True)
class Readiness:
    """All answers of one drone; ``system_id`` None: of the site."""

    drone: str
    system_id: int | None
    checks: tuple[ReadinessCheck, ...]

    @property
    def go(self) -> bool:
        return all(check.ok for check in self.checks)

    def reasons(self) -> str:
        """What is not ready in words: ``battery 41 % (wanted at least 55 %)``; empty for a go."""
        return ", ".join(f"{c.name} {c.found} (wanted {c.wanted})" for c in self.checks if not c.ok)

    def as_json(self) -> dict[str, object]:
        return {
            "name": self.drone,
            "system_id": self.system_id,
            "go": self.go,
            "checks": [check.as_json() for check in self.checks],
        }


def answers_as_json(answers: Sequence[Readiness]) -> dict[str, object]:
    """The contract of ``fleet ready --json``."""
    site = next((answer for answer in answers if answer.system_id is None), None)
    return {
        "go": all(answer.go for answer in answers),
        "drones": [answer.as_json() for answer in answers if answer.system_id is not None],
        "site": None if site is None else {"go": site.go, "checks": [one.as_json() for one in site.checks]},
    }


def _waivers(answers: Sequence[Readiness]) -> str:
    """How a person lets through those noes that one may answer for; empty where there are none of that kind."""
    noes = [check for answer in answers for check in answer.checks if not check.ok and check.can_be_waived]
    ids = tuple(dict.fromkeys(check.id for check in noes))
    if not ids:
        return ""
    return f"; a person can answer for {', '.join(ids)}: {' '.join(f'--waive {id_}' for id_ in ids)} --by NAME"


def require_go(answers: Sequence[Readiness]) -> None:
    """Raises NotReady with every reason of every drone, and of the site, that says no."""
    not_ready = [answer for answer in answers if not answer.go]
    if not_ready:
        reasons = "; ".join(f"{answer.drone}: {answer.reasons()}" for answer in not_ready)
        raise NotReady(
            f"no-go: {reasons}",
            hint="'dronectl fleet ready PLAN' shows every check; push the plan again if a mission differs"
            + _waivers(not_ready),
            details=answers_as_json(answers),
        )
