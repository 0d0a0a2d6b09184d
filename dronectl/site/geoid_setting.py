"""``geoid_undulation_m`` of dronectl.toml against EGM96, which nobody's own value differs much from."""

from __future__ import annotations

from dronectl.geodesy.geoid import undulation_m
from dronectl.model.geo import GeoPoint

_MOST_OFF_M = 15.0
"""No later model, and no country's own heights, are farther from EGM96; a wrong sign most often is."""
_RARELY_OFF_M = 3.0


def is_untold(given_m: float, home: GeoPoint) -> bool:
    """Whether it is the 0 of a file that nobody told the geoid, far from anywhere that has it: EGM96's stands then."""
    return given_m == 0.0 and abs(undulation_m(home)) > _MOST_OFF_M


def undulation_error(given_m: float, home: GeoPoint) -> str | None:
    """What is wrong with a value that no place near home has. 0 is none: see :func:`is_untold`."""
    if is_untold(given_m, home):
        return None
    known_m = undulation_m(home)
    if abs(given_m - known_m) <= _MOST_OFF_M:
        return None
    sign = " (these differ by their sign)" if abs(given_m + known_m) <= _RARELY_OFF_M else ""
    return (
        f"found {given_m:g}, allowed within {_MOST_OFF_M:g} m of {known_m:.2f}, EGM96's at home{sign}; "
        "without this key EGM96 stands"
    )


def undulation_warning(given_m: float, home: GeoPoint) -> str | None:
    """What a person should look at once more."""
    known_m = undulation_m(home)
    if is_untold(given_m, home):
        return f"found 0, which cannot be: EGM96's {known_m:.2f} at home stands; leave the key out or give that"
    if abs(given_m - known_m) <= _RARELY_OFF_M:
        return None
    return f"found {given_m:g}, {abs(given_m - known_m):.1f} m from EGM96's {known_m:.2f} at home: is it right?"
