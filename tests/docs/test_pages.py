"""The pages are true of the tree: the files that they name are there, and their links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from repository import REPOSITORY

HISTORY = "CHANGELOG.md"  # names things as they were then
PAGES = [p for p in (*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md")) if p.name != HISTORY]
NAMED_FILE = re.compile(r"`((?:[\w-]+/)*[\w-]+\.(?:py|geojson)|(?:[\w-]+/){2,})`")
MADE_UP = {"slow_leg.py", "spiral.py", "tracks_x.py"}  # what somebody adds who follows a page
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")

every_page = pytest.mark.parametrize("page", sorted(PAGES), ids=lambda page: page.relative_to(REPOSITORY).as_posix())


@pytest.fixture(scope="module")
def tree() -> str:
    """All files and folders, one a line, each behind a slash."""
    rooms = (REPOSITORY / room for room in ("dronectl", "tests", "docs", "geofences"))
    paths = (path for room in rooms for path in room.rglob("*") if "__pycache__" not in path.parts)
    return "".join(f"/{p.relative_to(REPOSITORY).as_posix()}{'/' if p.is_dir() else ''}\n" for p in paths)


@every_page
def test_files_that_a_page_names_are_there(page: Path, tree: str) -> None:
    named = NAMED_FILE.findall(page.read_text(encoding="utf-8"))
    missing = [name for name in named if f"/{name}\n" not in tree]
    assert [name for name in missing if Path(name).name not in MADE_UP] == []


@every_page
def test_links_of_a_page_lead_to_files(page: Path) -> None:
    targets = LINK.findall(page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_every_page_is_in_the_contents() -> None:
    nav = (REPOSITORY / "zensical.toml").read_text(encoding="utf-8")
    docs = REPOSITORY / "docs"
    pages = {page.relative_to(docs).as_posix() for page in docs.rglob("*.md")}
    assert pages == set(re.findall(r'"([\w/-]+\.md)"', nav))


def test_the_readme_stays_on_a_screen_or_two() -> None:
    assert len((REPOSITORY / "README.md").read_text(encoding="utf-8").splitlines()) <= 120
