"""MAVSDK as a ground station, and waiting for what its streams tell."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any


def configuration() -> Any:
    from mavsdk.component_type import ComponentType
    from mavsdk.mavsdk import Configuration

    return Configuration.create_with_component_type(ComponentType.GROUND_STATION)


async def first(stream: AsyncIterator[Any], is_it: Any, timeout_s: float) -> Any:
    async with asyncio.timeout(timeout_s):
        async for value in stream:
            if is_it(value):
                return value
    raise AssertionError("the stream ended")
