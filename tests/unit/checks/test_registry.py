"""The rules are listed once, and every one has its file and its words."""

from pathlib import Path

import dronectl.checks.rules
from dronectl.checks import RULES
from dronectl.model.rules import RULE_IDS


def test_every_file_of_the_rules_is_a_rule_of_that_name() -> None:
    folder = Path(dronectl.checks.rules.__file__).parent
    files = {path.stem for path in folder.rglob("*.py")} - {"__init__"}
    assert files == {rule_id.replace("-", "_") for rule_id in RULE_IDS}
    assert tuple(rule.id for rule in RULES) == RULE_IDS


def test_every_rule_says_what_it_asks_and_why_and_what_to_do() -> None:
    for rule in RULES:
        assert all(words for _, words in rule.chapters()), rule.id
        assert rule.title
