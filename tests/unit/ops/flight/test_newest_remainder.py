"""Which remainder ``fly --resume`` takes where none is named."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dronectl.formats.plans.plan_folder import write_plan
from dronectl.model.plan.plan import Plan
from dronectl.ops.flight.remainders import find_remainder


@pytest.mark.parametrize("later", ["first", "second"])
def test_of_two_of_one_second_the_one_that_was_written_later(plan: Plan, tmp_path: Path, later: str) -> None:
    for name in ("first", "second"):
        folder = tmp_path / name / "remainder"
        write_plan(plan, folder, None)
        os.utime(folder / "plan.json", ns=(0, 2_000_000 if name == later else 1_000_000))
    assert find_remainder(None, tmp_path) == tmp_path / later / "remainder"
