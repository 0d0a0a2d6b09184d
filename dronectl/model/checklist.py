"""What the people of a site look at before they fly."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Every(StrEnum):
    """How long a confirmation holds."""

    FLIGHT = "flight"
    DAY = "day"
    """Of the site: once in the morning is enough."""


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """``id``: what it is called on the command line; ``text``: what a person reads."""

    id: str
    text: str
    every: Every = Every.FLIGHT
