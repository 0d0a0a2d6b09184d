"""How far the tests search: a little at every run, ten times as far where DRONECTL_TEST_THOROUGH is 1."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import hypothesis

T = TypeVar("T")

IS_THOROUGH = os.environ.get("DRONECTL_TEST_THOROUGH", "0") not in ("", "0")
TIMES = 10 if IS_THOROUGH else 1
"""So many times as far as usual."""


def seeds(usual: int, *, first: int = 0) -> range:
    """``usual`` seeds from ``first``; a thorough run goes on behind them."""
    return range(first, first + usual * TIMES)


def examples(usual: int, **settings: Any) -> Callable[[Any], Any]:
    """For a test of hypothesis that takes another number of examples than most."""
    return hypothesis.settings(max_examples=usual * TIMES, **settings)


def some_of(every: Sequence[T], usual: int) -> Sequence[T]:
    """``usual`` of them, evenly spread and with the first; a thorough run takes every one."""
    return every if IS_THOROUGH else every[:: -(-len(every) // usual)]


def load_profile() -> None:
    """Usually the same examples at every run, so that what was green stays green; a thorough run looks for new ones.

    No deadline: an example may take as long as it takes on a busy machine.
    """
    hypothesis.settings.register_profile("usual", deadline=None, max_examples=50, derandomize=True)
    hypothesis.settings.register_profile("thorough", deadline=None, max_examples=50 * TIMES, print_blob=True)
    hypothesis.settings.load_profile("thorough" if IS_THOROUGH else "usual")
