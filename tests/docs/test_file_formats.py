"""The page of file formats lists what the readers and writers take, no more and no less."""

from __future__ import annotations

import re

import pytest
from repository import REPOSITORY

from dronectl.cli.site import zones_exchange
from dronectl.formats.features import shape_file
from dronectl.formats.missions import mission_file
from dronectl.ops.plans import conversion

PAGE = (REPOSITORY / "docs" / "reference" / "file-formats.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (?P<suffixes>`\.[^|]*) \|[^|]*\| (?P<read>yes)? ?\| (?P<written>yes)? ?\|$", re.MULTILINE)


def listed(chapter: str, column: str) -> list[str]:
    """The suffixes of a chapter's table that say yes in a column."""
    text = PAGE.partition(f"## {chapter}\n")[2].partition("\n## ")[0]
    rows = [row for row in ROW.finditer(text) if row[column]]
    return sorted(suffix for row in rows for suffix in re.findall(r"`(\.\w+)`", row["suffixes"]))


@pytest.mark.parametrize(
    ("chapter", "column", "suffixes"),
    [
        ("Missions, fences, rally points", "read", mission_file.SUFFIXES),
        ("Missions, fences, rally points", "written", conversion.WRITABLE),
        ("Zones", "read", shape_file.SUFFIXES),
        ("Zones", "written", zones_exchange.WRITABLE),
    ],
)
def test_every_kind_is_on_the_page(chapter: str, column: str, suffixes: tuple[str, ...]) -> None:
    assert listed(chapter, column) == sorted(suffixes)
