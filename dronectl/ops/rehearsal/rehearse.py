"""A plan rehearsed: its exact items flown many times on simulated drones, judged, and summed up as odds."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from dronectl.analysis.rehearsal.envelope import Line, envelope, rings_of
from dronectl.analysis.rehearsal.lifting import lifted
from dronectl.analysis.rehearsal.odds import odds_of, runs_needed, verdict_of
from dronectl.analysis.rehearsal.seen import share_pct, wanted_area, worst_idleness_s
from dronectl.analysis.rehearsal.summary import band, failure_figures, flight_bands, groups_of, worst_runs
from dronectl.errors import InputError
from dronectl.formats.plans.plan_folder import plan_sha256
from dronectl.model.plan.plan import Plan
from dronectl.model.rehearsal.found import Breach, MomentFigures, RunFigures
from dronectl.model.rehearsal.result import Rehearsal, Rings
from dronectl.model.rehearsal.settings import RehearsalSettings
from dronectl.model.site import Site
from dronectl.ops.common.events import Listener, Progress, ignore
from dronectl.ops.recordings.worker_pool import default_processes, on_processes
from dronectl.ops.rehearsal.loading import boards_of
from dronectl.ops.rehearsal.stamp import BUILTIN, simulated_fleet, stamp_sha256
from dronectl.ops.rehearsal.wave import Common, Judges, Wave, WaveJob, failures_tried, fly_wave, weights_of
from dronectl.site.local_time import upload_day

if TYPE_CHECKING:
    from dronectl.ops.rehearsal.sitl.simulators import Programs

STAGE = "rehearsed"
ARDUPILOT_RUNS = 6
"""Unless more are asked for: each of its flights takes seconds."""


def prepared(
    plan: Plan, site: Site, folder: Path, settings: RehearsalSettings, seed: int, backend: str = BUILTIN
) -> Common:
    """The plan on board of simulated drones.

    Raises:
        InputError: the plan was edited since it was checked, or is for drones that the site does not have.
        Refused, Mismatch: a drone does not take or keep an item.
    """
    if plan.edited:
        raise InputError(
            f"plan '{plan.name}': changed since it was checked last: {', '.join(plan.edited)}",
            hint=f"'dronectl plan check {folder}' looks at the change and records it",
        )
    boards = tuple(boards_of(plan, simulated_fleet(site).vehicles, site.rules, settings))
    return Common(folder, plan, site, boards, settings, seed, upload_day(plan, site), backend)


def rehearse(
    common: Common, runs: int, *, processes: int | None = None, programs: Programs | None = None,
    most_failures: int | None = None, listener: Listener = ignore,
) -> Rehearsal:  # fmt: skip
    """Flies every sortie of the plan ``runs`` times. On built-in copters the same plan, site, settings and seed give
    the same result; ``programs`` are what flies where the backend is ArduPilot's.

    Whoever asks for fewer runs than the settings have gets as many fewer with failures on each leg, one at least.
    ``most_failures``: on ArduPilot's simulators so many at most, spread over legs and kinds.

    Raises:
        DronectlError: a simulator cannot be run, or does not take the plan. Interrupted, KeyboardInterrupt: stopped.
    """
    settings = common.settings
    share = min(1.0, runs / settings.runs)
    failing = min(runs, max(1, round(settings.moments.runs * share))) if settings.moments.runs else 0
    sorties = common.plan.sortie_numbers()
    jobs = [
        WaveJob(run, sortie, common.folder, with_moments=run <= failing)
        for run in range(1, runs + 1)
        for sortie in sorties
    ]
    if programs is not None:
        return _on_simulators(jobs, common, programs, listener, most_failures)
    waves = list(_waves(jobs, common, processes or default_processes(), listener))
    waves.sort(key=lambda wave: (wave.run, wave.sortie))
    return _summed_up(waves, common)


def _on_simulators(
    jobs: Sequence[WaveJob], common: Common, programs: Programs, listener: Listener, most_failures: int | None
) -> Rehearsal:
    from dronectl.ops.rehearsal.sitl.waves import fly_on_simulators, judged

    flown = fly_on_simulators(jobs, common, programs, listener, most_failures)
    result = _summed_up(judged(jobs, common, flown), common)
    worst = {run.figures.number for run in result.worst_runs} or {1}
    return replace(
        result,
        firmware=flown.firmware,
        left_out=flown.may_fail - flown.failing,
        not_taken={str(failure): count for failure, count in flown.not_tried.items()},
        tracks={(job.run, job.sortie): tuple(flown.of_wave(job.run, job.sortie)) for job in jobs if job.run in worst},
    )


def _waves(jobs: Sequence[WaveJob], common: Common, processes: int, listener: Listener) -> Iterator[Wave]:
    """As they are done; the long ones, with failures on each leg, begin first."""
    listener(Progress(common.plan.name, STAGE, 0, len(jobs)))
    for done, wave in enumerate(_flown(jobs, common, processes), start=1):
        listener(Progress(common.plan.name, STAGE, done, len(jobs)))
        yield wave


def _flown(jobs: Sequence[WaveJob], common: Common, processes: int) -> Iterator[Wave]:
    if processes == 1:  # a second process would take longer to start
        yield from (fly_wave(job, common, lambda: False) for job in jobs)
        return
    for one in on_processes(fly_wave, jobs, common, processes=processes):
        if one.error is not None:
            raise one.error
        assert one.result is not None
        yield one.result


def _summed_up(waves: Sequence[Wave], common: Common) -> Rehearsal:
    plan, settings, judgement = common.plan, common.settings, common.settings.judgement
    judges = Judges(common)
    runs = [_run(number, own, common, judges) for number, own in _by_run(waves).items()]
    moments = [_with_lifted(moment, judges) for wave in waves for moment in wave.moments]
    odds = odds_of(sum(run.is_safe for run in runs), len(runs), judgement.confidence_pct)
    coverages = [run.coverage_pct for run in runs if run.coverage_pct is not None]
    apart = [run.apart_m for run in runs if math.isfinite(run.apart_m)]
    patrols = {figures.patrol: figures.max_idleness_s for figures in plan.hotspots}
    return Rehearsal(
        plan=plan.name,
        plan_sha256=plan_sha256(plan),
        stamp_sha256=stamp_sha256(plan, common.site, settings, common.backend),
        backend=common.backend,
        seed=common.seed,
        runs=len(runs),
        flown_s=sum(flight.duration_s for run in runs for flight in run.flights),
        odds=odds,
        needed_pct=judgement.safe_pct,
        verdict=verdict_of(odds, judgement.safe_pct),
        runs_needed=runs_needed(judgement.safe_pct, judgement.confidence_pct),
        flights=flight_bands(runs, plan),
        apart_m=band(apart, least_is_worst=True) if apart else None,
        coverage_pct=band(coverages, least_is_worst=True) if coverages else None,
        promised_coverage_pct=plan.coverage_pct,
        idleness_s={patrol: band(run.worst_idleness_s[patrol] for run in runs) for patrol in patrols},
        promised_idleness_s=patrols,
        groups=groups_of(runs, lifted=False),
        lifted=groups_of(runs, lifted=True),
        failures=failure_figures(moments, {str(one): str(weight) for one, weight in weights_of(settings).items()}),
        asked_failures=tuple(map(str, failures_tried(settings))),
        worst_runs=worst_runs(runs),
        envelope=_envelopes(waves, judges),
    )


def _by_run(waves: Sequence[Wave]) -> dict[int, list[Wave]]:
    runs: dict[int, list[Wave]] = {}
    for wave in waves:
        runs.setdefault(wave.run, []).append(wave)
    return runs


def _run(number: int, waves: Sequence[Wave], common: Common, judges: Judges) -> RunFigures:
    flights = list(judges.flights.values())
    wanted = wanted_area(flights, judges.ground)
    seen_pct = None
    if wanted is not None:
        seen_pct = round(share_pct([area for wave in waves for area in wave.seen], wanted), 3)
    stays = {wave.sortie: wave.stays for wave in waves}
    idleness_s = {figures.patrol: round(worst_idleness_s(figures, stays), 1) for figures in common.plan.hotspots}
    broken = [breach for wave in waves for breach in wave.breaches]
    broken += _promises_broken(seen_pct, idleness_s, common)
    wind = common.run(number).wind
    return RunFigures(
        number=number,
        wind_m_s=wind.speed_m_s,
        wind_from_deg=wind.from_deg,
        gust_m_s=wind.gust_m_s,
        flights=tuple(flight for wave in waves for flight in wave.flights),
        apart_m=min((wave.apart_m for wave in waves), default=math.inf),
        coverage_pct=seen_pct,
        worst_idleness_s=idleness_s,
        breaches=lifted(broken, flights, judges.ground, common.plan.overrides),
    )


def _promises_broken(seen_pct: float | None, idleness_s: Mapping[str, float], common: Common) -> Iterator[Breach]:
    """Of the whole plan: told of its first drone, at the site's home."""
    plan, judgement, home = common.plan, common.settings.judgement, common.site.home
    drone = plan.drones[0]
    nowhere = Breach("", drone.name, drone.sorties[0].number, 0, 0.0, home.lat_deg, home.lon_deg, 0.0, "")
    if seen_pct is not None and plan.coverage_pct is not None:
        short_pct = plan.coverage_pct - judgement.coverage_tolerance_pct - seen_pct
        if short_pct > 0:
            words = f"{seen_pct:.1f} % of the zones photographed; {plan.coverage_pct:.1f} % promised"
            yield replace(nowhere, rule="coverage", amount=round(short_pct, 2), words=words)
    for figures in plan.hotspots:
        most_s = max(figures.max_idleness_s, figures.worst_idleness_s) * (1.0 + judgement.idleness_tolerance_share)
        alone_s = idleness_s[figures.patrol]
        if alone_s > most_s:
            words = f"a point of {figures.patrol} was left alone for {alone_s / 60.0:.1f} min; "
            words += f"{figures.max_idleness_s / 60.0:.1f} min promised"
            yield replace(
                nowhere, rule="idleness", zone=figures.patrol, amount=round((alone_s - most_s) / 60.0, 2), words=words
            )


def _with_lifted(moment: MomentFigures, judges: Judges) -> MomentFigures:
    if not moment.breaches:
        return moment
    flights = list(judges.flights.values())
    return replace(moment, breaches=lifted(moment.breaches, flights, judges.ground, judges.common.plan.overrides))


def _envelopes(waves: Sequence[Wave], judges: Judges) -> dict[tuple[str, int], Rings]:
    lines: dict[tuple[str, int], list[Line]] = {}
    for wave in waves:
        for drone, line in wave.lines:
            lines.setdefault((drone, wave.sortie), []).append(line)
    return {key: rings_of(envelope(own), judges.ground.frame) for key, own in lines.items()}
