"""Test files have names of their own: without packages, pytest imports two files of one name as one module."""

from __future__ import annotations

from collections import Counter

from repository import TESTS


def test_no_two_test_files_have_one_name() -> None:
    names = Counter(path.name for path in TESTS.rglob("*.py") if path.name != "conftest.py")
    assert [name for name, times in names.items() if times > 1] == []
