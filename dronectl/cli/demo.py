"""``dronectl demo``: the whole job on the built-in fleet, with real files, real sockets and real MAVLink."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dronectl.cli.app import App, command_options
from dronectl.errors import InputError, NoAnswer, RuleViolation

if TYPE_CHECKING:
    from dronectl.model.fleet import Drone
    from dronectl.model.patrol import Patrol
    from dronectl.model.plan import Plan
    from dronectl.model.site import Site
    from dronectl.ops.fly import FlightResult
    from dronectl.planning.flown import FlownReport

READY_WAIT_S = 30.0
"""How long the simulated autopilots may take to settle (GPS, EKF), in wall time."""
SIM_START_WAIT_S = 20.0


@click.command()
@click.argument("mission", required=False)
@click.option(
    "--speedup", type=click.FloatRange(min=0.5, max=50), default=20.0, show_default=True, help="Times real time."
)
@click.option("--backend", type=click.Choice(["builtin", "ardupilot"]), default="builtin", show_default=True)
@click.option("--seed", type=int, default=0, show_default=True, help="Of the simulated wind and noise.")
@click.option("--keep", is_flag=True, help="Leave the simulated fleet running afterwards.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, file_okay=False), help="Folder of the results. Default: flights/."
)
@command_options()
def demo(
    app: App, mission: str | None, speedup: float, backend: str, seed: int, keep: bool, output: Path | None
) -> None:
    """Plan, check, push, fly, watch, record, export: everything once, on simulated drones.

    MISSION is a patrol of missions/ (default: demo). Nothing real is touched: the drones are processes of this machine.
    """
    from dronectl.cli.push import push_with_progress

    site = _simulated_links(app.site())
    began = time.monotonic()
    folder = output or site.root / "flights" / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-demo"
    say = _Steps(app)

    patrol = _patrol(site, mission)
    say(f"plan   {patrol.id}: {patrol.name}")
    plan = _build(site, patrol, folder / "plan")
    _say_plan(say, plan)

    with _simulated_fleet(site, speedup=speedup, backend=backend, seed=seed, keep=keep):
        say(f"fleet  {len(site.drones)} simulated {backend} copters at {speedup:g} times real time")
        pushed = push_with_progress(app, plan, _planned(site, plan), 1)
        items = sum(drone.mission.items for drone in pushed.drones)
        say(
            f"push   {items} mission items, fences and rally points on board, read back, equal ({pushed.seconds:.1f} s)"
        )
        result = _fly(app, site, plan, folder)
        say(f"fly    {', '.join(drone.name for drone in result.drones)} flew to the end, landed and disarmed")

    kml, flown = _export(site, plan, folder)
    _say_flown(say, flown)
    elapsed_s = time.monotonic() - began
    recordings = sorted(str(path) for path in folder.glob("*.tlog"))
    if app.json:
        app.print_json(
            {
                "plan": str(folder / "plan"),
                "recordings": recordings,
                "kml": str(kml),
                "coverage_pct": plan.coverage_pct,
                "planned_min_separation_m": plan.min_separation_m,
                "flown": flown.as_json(),
                "violations": [violation.as_json() for violation in plan.violations],
                "elapsed_s": round(elapsed_s, 1),
            }
        )
    else:
        click.echo(f"\nDone in {elapsed_s:.0f} s. Everything lies here:")
        click.echo(f"  plan        {folder / 'plan'}")
        for path in recordings:
            click.echo(f"  recording   {path}")
        click.echo(f"  tracks      {kml}  (open it in Google Earth)")
    if not flown.inside:
        raise RuleViolation("a flown track left the fence or entered a keep-out", hint=f"look at {kml}")


class _Steps:
    """One line a step, on stdout unless that belongs to ``--json``."""

    def __init__(self, app: App) -> None:
        self._to_stderr = app.json

    def __call__(self, text: str) -> None:
        click.echo(text, err=self._to_stderr)


def _patrol(site: Site, name: str | None) -> Patrol:
    if not site.patrols:
        raise InputError(f"{site.root}: no patrol in missions/", hint="write one, see 'dronectl init'")
    if name is None:
        return site.patrol("demo") or site.patrols[0]
    patrol = site.patrol(Path(name).stem)
    if patrol is None:
        raise InputError(f"no patrol '{name}'", hint=f"missions/ has: {', '.join(known.id for known in site.patrols)}")
    return patrol


def _build(site: Site, patrol: Patrol, folder: Path) -> Plan:
    """Plans and checks; an error of the check ends the demo, as it would end a push."""
    from dronectl.formats.kml import render
    from dronectl.formats.plan_folder import write_plan
    from dronectl.model.violation import Severity
    from dronectl.planning.build import build_plan
    from dronectl.planning.checks import check_plan
    from dronectl.site.local_time import today_at

    created = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    plan = build_plan(site, [patrol], name=patrol.id, created_utc=created)
    plan = replace(plan, violations=check_plan(plan, site, day=today_at(site)))
    colours = {drone.name: drone.colour for drone in site.drones}
    write_plan(plan, folder, render(title=plan.name, plan=plan, zones=site.zones, colours=colours))
    errors = [violation for violation in plan.violations if violation.severity is Severity.ERROR]
    if errors:
        raise RuleViolation(f"the plan breaks {len(errors)} rules, first: {errors[0].message}", hint=f"see {folder}")
    return plan


def _say_plan(say: _Steps, plan: Plan) -> None:
    for drone in plan.drones:
        for sortie in drone.sorties:
            say(
                f"         {drone.name:<8} {len(sortie.mission):>4} items  {sortie.distance_m / 1000:5.2f} km  "
                f"{sortie.duration_s / 60:4.1f} min  {sortie.work_altitude_m:3.0f} m  "
                f"battery {sortie.battery_pct:3.0f} %"
            )
    coverage = (
        "" if plan.coverage_pct is None else f"coverage {plan.coverage_pct:.2f} % at {plan.swath_m:.1f} m swath, "
    )
    apart = "" if plan.min_separation_m is None else f"least separation {plan.min_separation_m:.1f} m"
    say(f"         {coverage}{apart}")
    counts: dict[str, int] = {}
    for violation in plan.violations:
        counts[str(violation.severity)] = counts.get(str(violation.severity), 0) + 1
    told = ", ".join(f"{count} {severity}" for severity, count in counts.items()) or "no violation"
    say(f"check  {told}")
    for text in dict.fromkeys(f"{v.severity}: {v.message}" for v in plan.violations):
        say(f"         {text}")


def _say_flown(say: _Steps, flown: FlownReport) -> None:
    keep_out = (
        ""
        if flown.keep_out_clearance_m is None
        else (f", {flown.keep_out_clearance_m:.1f} m from the nearest keep-out ({flown.keep_out})")
    )
    apart = "" if flown.min_separation_m is None else f", drones at least {flown.min_separation_m:.1f} m apart"
    where = "inside" if flown.inside else "NOT INSIDE"
    say(f"tracks {where} the fence by {flown.fence_clearance_m:.1f} m{keep_out}{apart}")


def _fly(app: App, site: Site, plan: Plan, folder: Path) -> FlightResult:
    from dronectl.cli import aio
    from dronectl.cli.fly import fly_and_record, require_completed
    from dronectl.cli.live import EventView

    folder.mkdir(parents=True, exist_ok=True)
    with EventView(app) as view:
        result = aio.run(
            fly_and_record(
                plan,
                _planned(site, plan),
                sortie=1,
                reserve_pct=site.rules.battery_reserve_pct,
                folder=folder,
                listener=view,
                ready_within_s=READY_WAIT_S,
            )
        )
    require_completed(result)
    return result


def _planned(site: Site, plan: Plan) -> Sequence[Drone]:
    """The drones that fly in sortie 1."""
    flying = {drone.name for drone in plan.drones if drone.sortie(1)}
    return [drone for drone in site.drones if drone.name in flying]


def _export(site: Site, plan: Plan, folder: Path) -> tuple[Path, FlownReport]:
    from dronectl.formats.kml import render
    from dronectl.formats.tlog import read_recording
    from dronectl.planning.flown import flown_report
    from dronectl.site.files import write_atomic

    names = {drone.system_id: drone.name for drone in site.drones}
    colours = {drone.name: drone.colour for drone in site.drones}
    tracks = [track for path in sorted(folder.glob("*.tlog")) for track in read_recording(path, names=names).tracks]
    if not tracks:
        raise NoAnswer("the recordings hold no flight", hint=f"look at {folder}")
    kml = folder / "tracks.kml"
    write_atomic(kml, render(title=plan.name, tracks=tracks, plan=plan, zones=site.zones, colours=colours))
    return kml, flown_report(tracks, site)


def _simulated_links(site: Site) -> Site:
    """The same site with free local ports, so that a demo never meets a fleet that is already there."""
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in site.drones]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    drones = zip(site.drones, ports, strict=True)
    return replace(
        site, drones=tuple(replace(drone, link=f"tcp://127.0.0.1:{port}", uid=None) for drone, port in drones)
    )


@contextmanager
def _simulated_fleet(site: Site, *, speedup: float, backend: str, seed: int, keep: bool) -> Iterator[None]:
    """``dronectl sim start`` in a process of its own, ready to answer."""
    command = [sys.executable, "-m", "dronectl", "sim", "start", "--workspace", str(site.root)]
    command += ["--backend", backend, "--speedup", f"{speedup:g}", "--seed", str(seed)]
    for drone in site.drones:
        command += ["--link", f"{drone.name}={drone.link}"]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        _wait_for_ports(site, process)
        yield
    finally:
        if not keep:
            process.terminate()
            process.wait(10)


def _wait_for_ports(site: Site, process: subprocess.Popen[bytes]) -> None:
    """Until every simulated drone listens.

    Raises:
        NoAnswer: the process ended, or a port stayed closed.
    """
    deadline = time.monotonic() + SIM_START_WAIT_S
    ports = [int(drone.link.rsplit(":", 1)[1]) for drone in site.drones]
    while ports:
        if process.poll() is not None:
            assert process.stderr is not None
            said = process.stderr.read().decode("utf-8", "replace").strip()
            raise NoAnswer(f"the simulated fleet did not start: {said or 'no reason given'}")
        if time.monotonic() > deadline:
            raise NoAnswer(f"the simulated fleet does not listen on port {ports[0]} after {SIM_START_WAIT_S:.0f} s")
        ports = [port for port in ports if not _listens(port)]
        time.sleep(0.05)


def _listens(port: int) -> bool:
    """True when the port is taken; asked by trying to take it, as a connection would use up a vehicle's one client."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False
