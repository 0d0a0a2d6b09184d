"""The terminals in the documentation: ``python tests/support/fleets/captures.py`` draws them anew into docs/images; a
test holds the pictures to what is shown."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

if __name__ == "__main__":  # as pyproject.toml has it for the tests
    SUPPORT = Path(__file__).parents[1]
    sys.path[:0] = [str(folder) for folder in (SUPPORT, *SUPPORT.iterdir()) if folder.is_dir()]

from captured_fly import fly_lines
from captured_ready import ready_lines
from captured_watch import CapturedWatch
from repository import REPOSITORY
from terminal_picture import SIZES, drawn, image


def captures(watch: CapturedWatch, size: tuple[int, int]) -> Mapping[str, str]:
    """The SVG of each command at this size."""
    shown = {"watch": watch.lines(size), "fly": fly_lines(watch, size), "ready": ready_lines(size)}
    return {name: drawn(name, lines, size[0]) for name, lines in shown.items()}


def main() -> None:
    from dronectl.planning.build import build_plan
    from dronectl.site.workspace import load_site

    site = load_site(REPOSITORY)
    patrol = site.patrol("demo")
    assert patrol is not None
    watch = CapturedWatch(site, build_plan(site, [patrol], name="demo", created_utc="2026-01-01T00:00:00Z"))
    for size in SIZES:
        for name, svg in captures(watch, size).items():
            image(name, size).write_text(svg, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
