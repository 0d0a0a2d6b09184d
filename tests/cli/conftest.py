"""A workspace of one's own, and a plan in it: the commonest beginning of a command's test."""

from __future__ import annotations

from pathlib import Path

import pytest
from running_fleet import copy_workspace, demo_plan


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the Roi Et workspace."""
    return copy_workspace(tmp_path)


@pytest.fixture
def plan(root: Path) -> Path:
    """plans/demo in it."""
    return demo_plan(root)
