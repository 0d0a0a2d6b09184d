"""Every rule, in the order of ``RULE_IDS``: each is the ``RULE`` of the file of its name in ``rules/``, of those of
the law in ``rules/law/``."""

from __future__ import annotations

from importlib import import_module

from dronectl.checks.rule import Rule
from dronectl.model.rules import RULE_IDS

_LAW = frozenset({"hours", "notice", "papers"})


def _module_of(rule_id: str) -> str:
    """The name of the module that holds a rule."""
    folder = "rules.law" if rule_id in _LAW else "rules"
    return f"dronectl.checks.{folder}.{rule_id.replace('-', '_')}"


def _load(rule_id: str) -> Rule:
    rule: Rule = import_module(_module_of(rule_id)).RULE
    return rule


RULES: tuple[Rule, ...] = tuple(map(_load, RULE_IDS))
