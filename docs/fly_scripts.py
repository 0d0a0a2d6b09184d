"""Flies every script in which something goes wrong, built in and on ArduPilot SITL, and writes the table of the docs.

``python docs/fly_scripts.py``: the built-in fleet as ArduCopter 4.7, and SITL of each release that
DRONECTL_ARDUCOPTER_4_5, _4_6, _4_7 name. Names of scripts fly those alone. Rows are kept in ``--results`` and the page
is made of all that are there, so that a part can be flown anew.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

SUPPORT = Path(__file__).parents[1] / "tests" / "support"
sys.path[:0] = [str(SUPPORT), *(str(path) for path in sorted(SUPPORT.iterdir()) if path.is_dir())]

PAGE = Path(__file__).parent / "explanation" / "flights-that-go-wrong.md"
BEGIN, END = "<!-- flights: begin, by docs/fly_scripts.py -->", "<!-- flights: end -->"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scripts", nargs="*")
    parser.add_argument("--on", choices=("builtin", "sitl-4.5", "sitl-4.6", "sitl-4.7"), action="append")
    parser.add_argument("--speedup", type=float, default=6.0)
    parser.add_argument("--first-port", type=int, default=6_060, help="Of SITL: 5760 + 10 K.")
    parser.add_argument("--results", type=Path, default=Path(tempfile.gettempdir()) / "scripted-flights")
    parser.add_argument("--page", type=Path, default=PAGE)
    given = parser.parse_args()
    runtime = tempfile.TemporaryDirectory()
    os.environ["DRONECTL_RUNTIME"] = runtime.name  # links of our own: nobody joins a real one

    from flight_rows import as_json, page_part, row_of
    from flying_range import Backend
    from scripted_flights import SCENARIOS, flown

    releases = [one for one in ("4.5", "4.6", "4.7") if f"DRONECTL_ARDUCOPTER_{one.replace('.', '_')}" in os.environ]
    given.results.mkdir(parents=True, exist_ok=True)
    for name in given.on or ["builtin", *(f"sitl-{release}" for release in releases)]:
        kind, _, firmware = name.partition("-")
        backend = Backend(kind, firmware or "4.7", given.speedup, given.first_port)
        for scenario in SCENARIOS:
            if given.scripts and scenario.name not in given.scripts:
                continue
            with tempfile.TemporaryDirectory() as folder:
                row = row_of(flown(scenario, backend, Path(folder)))
            (given.results / f"{scenario.name}-{backend}.json").write_text(json.dumps(as_json(row)), encoding="utf-8")
            words = (row.aircraft, row.alarms, row.record, row.ended)
            sys.stdout.write(f"{row.scenario} on {row.backend}: {' | '.join(words)}\n")
            sys.stdout.flush()
    rows = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(given.results.glob("*.json"))]
    if given.page.exists():
        before, rest = given.page.read_text(encoding="utf-8").split(BEGIN)
        _, after = rest.split(END)
        given.page.write_text(f"{before}{BEGIN}\n\n{page_part(rows)}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
