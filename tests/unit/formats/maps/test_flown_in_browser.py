"""The page of flown tracks in a browser. What is looked at is in the bench, tests/bench/page/flown.py."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest
from repository import REPOSITORY

HAS_BROWSER = any(map(shutil.which, ("chromium", "google-chrome"))) or "DRONECTL_CHROMIUM" in os.environ


@pytest.mark.skipif(not HAS_BROWSER or os.name == "nt", reason="no Chromium here")
def test_its_slider_its_gaps_its_keys_and_what_axe_finds() -> None:
    bench = REPOSITORY / "tests" / "bench" / "page" / "flown.py"
    done = subprocess.run([sys.executable, str(bench)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 looks, 0 findings" in done.stdout
