"""The contract that checks share no code with the planner names every module of the planner."""

from __future__ import annotations

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHARED = {"frame", "__init__"}
"""The local frame is shared: it is held against pyproj by tests of its own."""


def test_every_module_of_the_planner_is_forbidden_to_the_checks() -> None:
    read = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = read["tool"]["importlinter"]["contracts"]
    forbidden = next(one for one in contracts if one["name"] == "Checks share no code with the planner")
    named = {module.removeprefix("dronectl.planning.") for module in forbidden["forbidden_modules"]}
    assert named == {path.stem for path in (ROOT / "dronectl" / "planning").glob("*.py")} - SHARED
