"""How well flights foretell the energy of others, and how many it takes to find a battery that lost a tenth.

Run: ``python tests/bench/recordings/calibration.py [FILES...]``: recordings of one aircraft, the first half of which
foretells the second; without any, flights of an aircraft whose powers only this program knows, with gusts and noise.
Goals: median at most 2 % off, none more than 5 %; a tenth lost is found within eight flights.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[2] / "support" / folder) for folder in (".", "recordings")]

from hidden_powers import Aircraft, flight  # noqa: E402

from dronectl.analysis.calibration.discharge import Discharge, cells_of, discharge_of  # noqa: E402
from dronectl.analysis.calibration.drone_calibration import Flown  # noqa: E402
from dronectl.analysis.calibration.power_fit import fit_power  # noqa: E402
from dronectl.analysis.calibration.wear import LATEST, REFERENCES, wear_of  # noqa: E402
from dronectl.analysis.calibration.windows import windows_of  # noqa: E402
from dronectl.formats.recordings.batteries import read_batteries  # noqa: E402
from dronectl.formats.recordings.recording import read_recording  # noqa: E402

FLIGHTS = 24


def recorded(paths: Sequence[Path]) -> list[Flown]:
    found = []
    for path in paths:
        batteries = read_batteries(path)
        found += [Flown(track, batteries[track.system_id]) for track in read_recording(path).tracks]
    return found


def made(first: int, count: int, *, kept: float = 1.0) -> list[Flown]:
    aircraft = Aircraft()
    worn = replace(aircraft, capacity_ah=kept * aircraft.capacity_ah)
    return [Flown(*flight(worn, number, full=1.0 - 0.01 * (number % 4))) for number in range(first, first + count)]


def foretell(flights: Sequence[Flown]) -> None:
    windows = [windows_of(one.track, one.battery) for one in flights]
    half = len(windows) // 2
    fit = fit_power(windows[:half])
    if fit is None:
        print("too little flight to tell anything")
        return
    off = [100.0 * abs(fit.energy_wh(one) / one.energy_wh - 1.0) for one in windows[half:]]
    print(f"{half} flights foretell {len(off)} others: {statistics.median(off):.2f} % off, at most {max(off):.2f} %")


def wear(flights: Sequence[Flown]) -> None:
    cells = max(cells_of(one.battery) or 1 for one in flights)
    told = [discharge_of(one.battery, cells) for one in flights]
    discharges = [one for one in told if isinstance(one, Discharge)]
    for later in range(2, min(LATEST, len(discharges) - REFERENCES) + 1):
        found = wear_of(discharges[: REFERENCES + later])
        if found is not None:
            kept = f"{100.0 * found.kept_share:.1f} ± {100.0 * found.plus_minus:.1f} %"
            print(f"{later} flights later: {kept} of what the first {REFERENCES} held")


if __name__ == "__main__":
    files = [Path(name) for name in sys.argv[1:]]
    foretell(recorded(files) if files else made(0, FLIGHTS))
    wear(recorded(files) if files else made(0, REFERENCES) + made(FLIGHTS, LATEST, kept=0.9))
