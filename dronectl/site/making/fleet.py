"""More than one drone in the example workspace: the first one's table again, without its comments."""

from __future__ import annotations

import re

_NAMES = ("one", "two", "three")  # a fourth would fly above the ceiling in the example
_COLOURS = ("#d62728", "#1f77b4", "#2ca02c")
_FIRST_PORT, _PORT_STEP = 5760, 10
"""Of ArduPilot's simulators that run side by side."""
_HOME = re.compile(r"^home = \{ lat_deg = (-?\d+\.\d+), lon_deg = (-?\d+\.\d+) \}", re.MULTILINE)
_APART_DEG = 0.0002
"""From one home to the next, south and east: some 30 m in all."""
_COMMENT_LINE = re.compile(r"^#.*\n", re.MULTILINE)
_COMMENT = re.compile(r"\s+# .*$", re.MULTILINE)


def with_drones(text: str, count: int) -> str:
    """dronectl.toml with so many drones. Their homes are still the example's, as all places in ``text``."""
    head, mark, first = text.partition("[[drone]]\n")
    plain = _COMMENT.sub("", _COMMENT_LINE.sub("", first)).rstrip("\n") + "\n"
    return head + mark + first + "".join(f"\n{mark}{_drone(plain, index)}" for index in range(1, count))


def _drone(first: str, index: int) -> str:
    home = _HOME.search(first)
    assert home is not None
    lat_deg, lon_deg = float(home[1]) - _APART_DEG * index, float(home[2]) + _APART_DEG * index
    changed = {
        'name = "one"': f'name = "{_NAMES[index]}"',
        "system_id = 1": f"system_id = {index + 1}",
        f":{_FIRST_PORT}": f":{_FIRST_PORT + _PORT_STEP * index}",
        _COLOURS[0]: _COLOURS[index],
        home[0]: f"home = {{ lat_deg = {lat_deg:.7f}, lon_deg = {lon_deg:.7f} }}",
    }
    for old, new in changed.items():
        assert old in first, f"the example no longer says {old!r}"
        first = first.replace(old, new)
    return first
