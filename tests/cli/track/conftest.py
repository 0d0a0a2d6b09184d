"""Recordings of a folder are read in this process: starting others takes longer than to read these."""

from __future__ import annotations

import pytest
from no_pool import without_pool


@pytest.fixture(autouse=True)
def in_this_process(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless the test asks for ``own_processes``, as those of the pool itself do."""
    if "own_processes" not in request.fixturenames:
        without_pool(monkeypatch)


@pytest.fixture
def own_processes() -> None:
    """The command may start as many as it likes."""
