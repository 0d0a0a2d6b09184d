"""Waiting for what nothing tells of: by looking again, never by guessing how long it takes on a busy machine."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


async def until(shown: Callable[[], object]) -> None:
    """Returns once the condition holds. The test's own limit ends it when it never does."""
    while not shown():  # noqa: ASYNC110 - nothing tells
        await asyncio.sleep(0.02)
