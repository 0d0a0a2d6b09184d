"""Who answers for a rule that is to be broken."""

from __future__ import annotations

from collections.abc import Sequence

from dronectl.errors import InputError
from dronectl.model.rules import RULE_IDS


def overrides_of(allowed: Sequence[str], person: str | None) -> tuple[str, ...]:
    """``RULE by NAME`` for each rule that the person allows to be broken.

    Raises:
        InputError: no such rule, a rule without a person, or a person without a rule.
    """
    for rule in allowed:
        if rule not in RULE_IDS:
            raise InputError(f"--allow {rule}: no such rule", hint=f"the rules are: {', '.join(RULE_IDS)}")
    if allowed and not (person and person.strip()):
        raise InputError("--allow needs --by NAME: somebody has to answer for it")
    if person and not allowed:
        raise InputError("--by says who answers for --allow RULE, which is missing")
    return tuple(f"{rule} by {(person or '').strip()}" for rule in allowed)
