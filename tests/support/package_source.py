"""The source of the package, parsed, for tests that hold all of it to a rule."""

from __future__ import annotations

import ast
import functools
import gc
from collections.abc import Mapping
from pathlib import Path

import pytest
from repository import PACKAGE

READ_BY_ONE = pytest.mark.xdist_group("package source")
"""So that it is parsed once."""


@functools.cache
def package_trees() -> Mapping[Path, ast.Module]:
    """Each module's path inside of the package, and its tree: to be looked at and left as it is."""
    paths = sorted(PACKAGE.rglob("*.py"))
    gc.disable()  # a million nodes, none of which is garbage: to look through them again and again takes twice as long
    try:
        return {path.relative_to(PACKAGE): ast.parse(path.read_text(encoding="utf-8")) for path in paths}
    finally:
        gc.enable()
