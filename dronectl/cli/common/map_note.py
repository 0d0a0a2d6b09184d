"""What is said beside a map that was written."""

from __future__ import annotations

from pathlib import Path

from dronectl.cli.common.out import echo


def tell_missing_letters(output: Path) -> None:
    """On stderr, where a picture has no names because this computer has no letters for them."""
    from dronectl.ops.plans.plan_map import letters_missing

    words = letters_missing(output)
    if words is not None:
        echo(f"note: {words}", err=True)
