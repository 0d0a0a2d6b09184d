"""Why work cannot be shared out, with what would help."""

from __future__ import annotations

from dronectl.errors import InputError


def no_way_to(name: str) -> InputError:
    return InputError(
        f"there is no way from any home to {name} inside the fence and around the keep-outs",
        hint="keep-outs with their margins cut the site in two: widen the gap or the fence",
    )


def too_much(name: str, drone: str, needed_wh: float, budget_wh: float) -> InputError:
    return InputError(
        f"{name} alone is more than a battery can do: drone {drone} would draw {needed_wh:.1f} Wh of the "
        f"{max(0.0, budget_wh):.1f} Wh that it may",
        hint="divide the zone, move a home nearer, or change battery and battery_reserve_pct in dronectl.toml",
    )
