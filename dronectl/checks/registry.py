"""Every rule, in the order of ``RULE_IDS``: each is the ``RULE`` of the file of its name in ``rules/``."""

from __future__ import annotations

from importlib import import_module

from dronectl.checks.rule import Rule
from dronectl.model.rules import RULE_IDS


def _load(rule_id: str) -> Rule:
    rule: Rule = import_module(f"dronectl.checks.rules.{rule_id.replace('-', '_')}").RULE
    return rule


RULES: tuple[Rule, ...] = tuple(map(_load, RULE_IDS))
