"""Puts on the path of a benchmark what tests share: imported first, for that alone."""

from __future__ import annotations

import sys
from pathlib import Path

TESTS = Path(__file__).parents[1]
SUPPORT = TESTS / "support"
sys.path[:0] = [str(SUPPORT), *(str(path) for path in sorted(SUPPORT.iterdir()) if path.is_dir())]
