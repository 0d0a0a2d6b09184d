"""Folders stay small, and test files have names of their own: pytest takes two files of one name for one module."""

from __future__ import annotations

from collections import Counter

from repository import PACKAGE, TESTS


def test_no_two_test_files_have_one_name() -> None:
    names = Counter(path.name for path in TESTS.rglob("*.py") if path.name != "conftest.py")
    assert [name for name, times in names.items() if times > 1] == []


def test_no_folder_is_a_corridor() -> None:
    """What is in a folder can be seen at a glance: no more than twenty modules."""
    modules = Counter(path.parent for room in (PACKAGE, TESTS) for path in room.rglob("*.py"))
    assert {folder for folder, count in modules.items() if count > 20} == set()
