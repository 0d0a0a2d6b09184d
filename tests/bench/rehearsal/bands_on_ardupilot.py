"""How much of what ArduPilot SITL flies lies in the bands that the built-in rehearsal foretells.

    DRONECTL_ARDUCOPTER=…/arducopter python tests/bench/rehearsal/bands_on_ardupilot.py [--at-once 2] [--save FILE]

Some minutes for 30 flights of each ``--binary``, which may be repeated. Plans of the workspace's missions are
rehearsed on the built-in copters (``--runs``), and flown on SITL in conditions drawn from the same spreads with another
seed. Of a sound forecast 90 % of flown times, of what is left of batteries and of least separations lie between its 5th
and 95th percentile. In pairs: built-in flights in the very conditions of SITL's, how much longer they were and how much
more they drew. Only the gusts of the two are not the same, so beside it: how much two built-in flights differ that have
all but the gusts in common; what a pair differs by more is the model's. ``--from FILE``: foretells anew, for flights
that were saved.

The drones' powers are those of SITL's own quadrotor, as one's own flights would show them (predicted_vs_flown.py),
scaled to what dronectl.toml says of their cruise.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from dronectl.api import build_plan
from dronectl.model.plan.plan import Plan
from dronectl.model.rehearsal.result import Band
from dronectl.model.rehearsal.settings import RehearsalSettings
from dronectl.model.site import Site
from dronectl.ops.common.events import Event, Progress
from dronectl.ops.rehearsal.rehearse import prepared, rehearse
from dronectl.ops.rehearsal.sitl.simulators import Programs
from dronectl.ops.rehearsal.sitl.waves import fly_on_simulators, judged
from dronectl.ops.rehearsal.stamp import ARDUPILOT
from dronectl.ops.rehearsal.wave import Common, Wave, WaveJob, fly_wave, judged_wave, refused
from dronectl.sim.rehearsal.flying import fly_sortie
from dronectl.site.exercises.rehearsal_settings import load_rehearsal_settings
from dronectl.site.workspace import load_site

ROOT = Path(__file__).parents[3]
HOVER_W, CRUISE_W, CLIMB_W, FAST_W = 353.9, 366.4, 383.0, 384.8
"""Of SITL's model "+", measured by predicted_vs_flown.py."""
MISSIONS = {"demo": 3, "lake_perimeter": 2, "landmark_tour": 3, "road_patrol": 3, "tower_orbit": 3}
"""How often each is flown by each program: 30 flights of drones."""
SEED = 1
TIME, LEFT, APART = "time", "battery left", "separation"


@dataclass(frozen=True)
class Flown:
    """One figure of one flight, or of one run."""

    quantity: str
    mission: str
    run: int
    drone: str
    sortie: int
    firmware: str
    value: float


@dataclass(frozen=True)
class Held:
    """The same held against what was foretold; ``paired``, ``regusted``: the built-in copter's in the same conditions,
    twice, with other gusts."""

    flown: Flown
    band: Band
    paired: float
    regusted: float

    @property
    def is_in(self) -> bool:
        return self.band.low <= self.flown.value <= self.band.high


def flown_seed(mission: str) -> int:
    """Each plan is flown in conditions of its own."""
    return 777 + list(MISSIONS).index(mission)


def calibrated(site: Site) -> Site:
    """With SITL's own ratios of powers."""
    drones = []
    for drone in site.drones:
        share = drone.battery.cruise_power_w / CRUISE_W
        powers = {"hover_power_w": HOVER_W, "climb_power_w": CLIMB_W, "fast_power_w": FAST_W}
        battery = replace(drone.battery, **{name: share * watts for name, watts in powers.items()})
        drones.append(replace(drone, battery=battery))
    return replace(site, drones=tuple(drones))


def without_failures(site: Site) -> RehearsalSettings:
    settings = load_rehearsal_settings(site.root)
    return replace(settings, moments=replace(settings.moments, runs=0))


def jobs_of(plan: Plan, runs: Sequence[int]) -> list[WaveJob]:
    return [WaveJob(run, sortie, ROOT) for run in runs for sortie in plan.sortie_numbers()]


def figures_of(waves: Sequence[Wave], mission: str, firmware: str) -> Iterator[Flown]:
    for wave in waves:
        for one in wave.flights:
            yield Flown(TIME, mission, wave.run, one.drone, one.sortie, firmware, one.duration_s)
            yield Flown(LEFT, mission, wave.run, one.drone, one.sortie, firmware, one.left_pct)
        if math.isfinite(wave.apart_m):
            yield Flown(APART, mission, wave.run, "", wave.sortie, firmware, wave.apart_m)


def fly(site: Site, mission: str, flights: int, programs: Sequence[Path], at_once: int) -> Iterator[Flown]:
    """Each program flies other runs."""
    plan = build_plan(site, [mission])
    common = prepared(plan, site, ROOT, without_failures(site), flown_seed(mission), ARDUPILOT)
    for number, program in enumerate(programs):
        jobs = jobs_of(plan, range(1 + number * flights, 1 + (number + 1) * flights))
        flown = fly_on_simulators(jobs, common, Programs({drone.name: program for drone in plan.drones}, at_once), said)
        yield from figures_of(judged(jobs, common, flown), mission, next(iter(flown.firmware.values())))


def hold(site: Site, mission: str, flown: Sequence[Flown], runs: int, jobs: int) -> Iterator[Held]:
    plan = build_plan(site, [mission])
    foretold = rehearse(prepared(plan, site, ROOT, without_failures(site), SEED), runs, processes=jobs, listener=said)
    twins = prepared(plan, site, ROOT, without_failures(site), flown_seed(mission))
    twin_jobs = jobs_of(plan, sorted({one.run for one in flown}))
    values = by_flight(figures_of([fly_wave(job, twins, lambda: False) for job in twin_jobs], mission, ""))
    regusted = by_flight(figures_of([with_other_gusts(job, twins) for job in twin_jobs], mission, ""))
    for one in flown:
        key = (one.quantity, one.run, one.drone, one.sortie)
        band = foretold.apart_m
        if one.quantity != APART:
            of_drone = next(own for own in foretold.flights if (own.drone, own.sortie) == (one.drone, one.sortie))
            band = of_drone.duration_s if one.quantity == TIME else of_drone.left_pct
        assert band is not None
        yield Held(one, band, values.get(key, math.nan), regusted.get(key, math.nan))


def by_flight(figures: Iterable[Flown]) -> dict[tuple[str, int, str, int], float]:
    return {(one.quantity, one.run, one.drone, one.sortie): one.value for one in figures}


def with_other_gusts(job: WaveJob, common: Common) -> Wave:
    flights = []
    for board in common.boards_of(job.sortie):
        conditions = common.run(job.run).of(board.settings.name, board.sortie)
        flown = fly_sortie(board, replace(conditions, seed=conditions.seed ^ 1))
        flights.append(flown or refused(board))
    return judged_wave(job, common, flights, ())


def table(held: Sequence[Held]) -> str:
    rows = ["| flown by | of the | figures | within 5–95 % | below | above | built in, in pairs | by other gusts |"]
    rows.append("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    firmwares = tuple(dict.fromkeys(one.flown.firmware for one in held))
    for firmware in (*firmwares, *(("all",) if len(firmwares) > 1 else ())):
        for quantity in (TIME, LEFT, APART):
            own = [one for one in held if one.flown.quantity == quantity and firmware in (one.flown.firmware, "all")]
            if own:
                inside = 100.0 * statistics.mean(one.is_in for one in own)
                below = sum(one.flown.value < one.band.low for one in own)
                above = sum(one.flown.value > one.band.high for one in own)
                cells = (firmware, quantity, len(own), f"{inside:.0f} %", below, above, *pairs(own))
                rows.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(rows) + "\n"


def pairs(own: Sequence[Held]) -> tuple[str, str]:
    """Mean and deviation of how much more the built-in copters show in the same conditions, and how much that is by
    gusts alone. The deviation is what two thirds of all pairs do not exceed: gusts may make one drone pass before
    another or behind it, and a few such would be all of a standard deviation."""
    known = [one for one in own if math.isfinite(one.paired) and math.isfinite(one.regusted)]
    if not known:
        return "", ""
    quantity = known[0].flown.quantity
    unit = "m" if quantity == APART else "%"
    off = [more(quantity, one.paired, one.flown.value) for one in known]
    gusts = [more(quantity, one.paired, one.regusted) for one in known]
    return f"{statistics.median(off):+.2f} {unit} ± {deviation(off):.2f}", f"± {deviation(gusts):.2f} {unit}"


def more(quantity: str, one: float, than: float) -> float:
    if quantity == TIME:
        return 100.0 * (one / than - 1.0)
    if quantity == LEFT:  # by what was drawn
        return 100.0 * ((100.0 - one) / (100.0 - than) - 1.0)
    return one - than


def deviation(off: Sequence[float]) -> float:
    middle = statistics.median(off)
    away = sorted(abs(one - middle) for one in off)
    return away[min(round(0.683 * len(away)), len(away) - 1)]


def said(event: Event) -> None:
    if isinstance(event, Progress):
        sys.stderr.write(f"\r{event.drone}: {event.stage} {event.done}/{event.total}   ")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("missions", nargs="*", help="Some of the plans.")
    parser.add_argument("--binary", action="append", type=Path)
    parser.add_argument("--at-once", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--flights", type=int, help="Runs of each plan by each program.")
    parser.add_argument("--save", type=Path)
    parser.add_argument("--from", type=Path, dest="saved")
    given = parser.parse_args()
    site = calibrated(load_site(ROOT))
    flown: list[Flown] = []
    if given.saved:
        flown = [Flown(**one) for one in json.loads(given.saved.read_text(encoding="utf-8"))]
    else:
        programs = [one.resolve() for one in given.binary or [Path(os.environ["DRONECTL_ARDUCOPTER"])]]
        for mission in given.missions or MISSIONS:
            flown += fly(site, mission, given.flights or MISSIONS.get(mission, 1), programs, given.at_once)
            if given.save:
                given.save.write_text(json.dumps([asdict(one) for one in flown], indent=1) + "\n", encoding="utf-8")
    held: list[Held] = []
    for mission in dict.fromkeys(one.mission for one in flown):
        own = [one for one in flown if one.mission == mission]
        held += hold(site, mission, own, given.runs, given.at_once)
    print()
    for one in held:
        if not one.is_in:
            what, band = one.flown, one.band
            print(
                f"{what.mission} run {what.run} {what.drone} on {what.firmware}: {what.quantity} {what.value:.1f}, "
                f"foretold {band.low:.1f} to {band.high:.1f}, in pairs {one.paired:.1f}"
            )
    print(table(held))


if __name__ == "__main__":
    main()
