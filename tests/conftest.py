"""How the tests are run."""

from __future__ import annotations

import os


def pytest_xdist_auto_num_workers() -> int:
    """One worker more than processors: half of the time of these tests is waiting for simulated vehicles."""
    return (os.cpu_count() or 1) + 1
