"""Every kind of feature and its properties, for people who draw: what ``docs/generate.py`` learned of the readers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import resources

OF_ALL = "every feature"


@dataclass(frozen=True, slots=True)
class PropertyRow:
    """``key`` is ``geometry`` for the shape itself; ``without``: what stands without it, ``needed`` if nothing can."""

    key: str
    may_be: str
    without: str
    meaning: str


def feature_properties() -> dict[str, tuple[PropertyRow, ...]]:
    """By kind; under :data:`OF_ALL` those that every feature has."""
    text = resources.files("dronectl.site").joinpath("feature_properties.json").read_text(encoding="utf-8")
    return {
        kind: tuple(PropertyRow(row["key"], row["may_be"], row["without"], row["is"]) for row in rows)
        for kind, rows in json.loads(text).items()
    }
