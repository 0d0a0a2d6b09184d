"""Every pattern has a reader of its table and a layout, each of which takes or gives that pattern's own settings."""

from __future__ import annotations

from typing import get_type_hints

import pytest

from dronectl.model.plan.pattern import Pattern, pattern_of
from dronectl.model.plan.pattern_settings import PatternSettings
from dronectl.planning.registry import PATTERN_LAYOUTS
from dronectl.site.patrols.pattern_tables import READERS


def test_readers_and_layouts_name_the_same_patterns() -> None:
    assert list(READERS) == list(PATTERN_LAYOUTS) == list(Pattern)


@pytest.mark.parametrize("pattern", list(Pattern))
def test_a_pattern_is_read_and_laid_out_by_its_own_settings(pattern: Pattern) -> None:
    assert get_type_hints(READERS[pattern])["return"] is pattern.settings
    _, settings, result = get_type_hints(PATTERN_LAYOUTS[pattern]).values()
    assert settings is pattern.settings
    assert result.__name__ == "Work"


def test_each_pattern_has_settings_and_a_line_of_its_own() -> None:
    assert {pattern.settings for pattern in Pattern} == set(PatternSettings.__args__)
    assert len({pattern.summary for pattern in Pattern}) == len(Pattern)
    assert [pattern_of(object.__new__(pattern.settings)) for pattern in Pattern] == list(Pattern)
