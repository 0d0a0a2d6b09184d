"""Where this repository is, and the recordings and tables that tests read."""

from __future__ import annotations

from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
PACKAGE = REPOSITORY / "dronectl"
TESTS = REPOSITORY / "tests"
DATA = TESTS / "data"
