"""Flies missions on ArduPilot SITL and on the built-in copter and writes how alike they flew into the docs.

``DRONECTL_ARDUCOPTER=…/arducopter python docs/measure_likeness.py``: plans of the workspace's own missions, none of
which was looked at when the built-in copter was made to fly alike, and missions that show one thing each. Names fly
those alone. Flights are kept in ``--results`` and the table is made of all that are there: ``--builtin`` flies the
built-in copter anew against the SITL flights of before, ``--list`` says what there is.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
SUPPORT = ROOT / "tests" / "support"
sys.path[:0] = [str(SUPPORT), *(str(path) for path in sorted(SUPPORT.iterdir()) if path.is_dir())]

PAGE = Path(__file__).parent / "reference" / "likeness.md"
BEGIN, END = "<!-- likeness {}: begin, by docs/measure_likeness.py -->", "<!-- likeness {}: end -->"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--builtin", action="store_true")
    parser.add_argument("--firmware", default="4.7", help="The release of the SITL binary: the built-in one's too.")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--detail", action="store_true", help="Each item's seconds, and where it was off the most.")
    parser.add_argument("--results", type=Path, help="Default: a folder of the release among temporary files.")
    parser.add_argument("--page", type=Path, default=PAGE)
    given = parser.parse_args()
    import likeness_flights

    results = given.results or Path(tempfile.gettempdir()) / f"likeness-flights-{given.firmware}"
    results.mkdir(parents=True, exist_ok=True)
    missions = likeness_flights.all_missions(results / "plans")
    if given.list:
        for name, items in missions.items():
            sys.stdout.write(f"{name}: {len(items)} items\n")
        return
    wanted = {name: items for name, items in missions.items() if not given.names or name in given.names}
    if not given.builtin:
        if not os.environ.get("DRONECTL_ARDUCOPTER"):
            sys.exit("no ArduCopter SITL: set DRONECTL_ARDUCOPTER, or --builtin against flights of before")
        likeness_flights.fly("sitl", wanted, results)
    likeness_flights.fly("builtin", likeness_flights.of_sitl(wanted, results), results, given.firmware)
    rows = likeness_flights.rows(missions, results, detail=given.detail)
    sys.stdout.write(likeness_flights.table(rows))
    if given.page.exists():
        begin, end = (mark.format(given.firmware) for mark in (BEGIN, END))
        before, rest = given.page.read_text(encoding="utf-8").split(begin)
        _, after = rest.split(end)
        given.page.write_text(f"{before}{begin}\n\n{likeness_flights.table(rows)}\n{end}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
