"""The page in a browser: what axe-core says of it. The whole look is a bench, tests/bench/page/accessibility.py."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest
from repository import REPOSITORY

HAS_BROWSER = any(map(shutil.which, ("chromium", "google-chrome"))) or "DRONECTL_CHROMIUM" in os.environ


@pytest.mark.skipif(not HAS_BROWSER or os.name == "nt", reason="no Chromium here")
def test_axe_finds_nothing_serious_on_a_phone() -> None:
    bench = REPOSITORY / "tests" / "bench" / "page" / "accessibility.py"
    done = subprocess.run([sys.executable, str(bench), "--brief"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "4 looks, 0 findings" in done.stdout
    assert "console says" not in done.stdout
