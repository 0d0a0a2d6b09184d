"""The page's map between whole zooms, in a browser. The whole look is a bench, tests/bench/page/zooms.py."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest
from repository import REPOSITORY

HAS_BROWSER = any(map(shutil.which, ("chromium", "google-chrome"))) or "DRONECTL_CHROMIUM" in os.environ


@pytest.mark.skipif(not HAS_BROWSER or os.name == "nt", reason="no Chromium here")
def test_the_site_fills_the_map_and_tiles_are_asked_for_by_whole_zooms() -> None:
    bench = REPOSITORY / "tests" / "bench" / "page" / "zooms.py"
    done = subprocess.run([sys.executable, str(bench), "--brief"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 looks, 0 findings" in done.stdout
