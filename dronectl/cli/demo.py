"""``dronectl demo``: the whole job on the built-in fleet, with real files, real sockets and real MAVLink."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dronectl.cli.common.app import App, command_options
from dronectl.cli.common.out import echo
from dronectl.errors import InputError, NoAnswer, RuleViolation
from dronectl.model.text.shown_time import file_stamp, iso_z, now, span

if TYPE_CHECKING:
    from dronectl.analysis.flown import FlownReport
    from dronectl.checks import ProvedPlan
    from dronectl.cli.vehicle.fly import RecordedFlight
    from dronectl.model.fleet import Drone
    from dronectl.model.plan.patrol import Patrol
    from dronectl.model.plan.plan import Plan
    from dronectl.model.site import Site

READY_WAIT_S = 30.0
"""How long the simulated autopilots may take to settle (GPS, EKF), in wall time."""
SIM_END_WAIT_S = 10.0
SITL_FIRST_PORT, SITL_LAST_PORT = 5960, 7960
"""Instances 20 to 219: away from those that a developer starts by hand."""


@click.command()
@click.argument("mission", required=False)
@click.option(
    "--speedup", type=click.FloatRange(min=0.5, max=50), default=20.0, show_default=True, help="Times real time."
)
@click.option("--backend", type=click.Choice(["builtin", "ardupilot"]), default="builtin", show_default=True)
@click.option("--firmware", "firmwares", multiple=True, metavar="[DRONE=]VERSION",
              help="The ArduCopter release, as for 'sim start'; may be repeated.")  # fmt: skip
@click.option("--keep", is_flag=True, help="Leave the simulated fleet running until Ctrl-C, e.g. for 'dronectl watch'.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the simulated wind and noise.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, file_okay=False), help="Folder of the results. Default: flights/."
)
@command_options()
def demo(
    app: App, mission: str | None, speedup: float, backend: str, firmwares: tuple[str, ...], keep: bool, seed: int,
    output: Path | None,
) -> None:  # fmt: skip
    """Plan, check, push, fly, watch, record, export: everything once, on simulated drones.

    MISSION is a patrol of missions/ (default: demo). Nothing real is touched: the drones are processes of this machine.
    Outside of any workspace an example workspace is made in a temporary folder.
    """
    from dronectl.cli.vehicle.push import push_with_progress

    began = time.monotonic()
    site = _simulated_links(_site(app), backend)
    folder = output or site.root / "flights" / f"{file_stamp(now())}-demo"
    say = _Steps(app)

    patrol = _patrol(site, mission)
    say(f"plan   {patrol.id}: {patrol.name}")
    proved = _build(site, patrol, folder / "plan")
    plan = proved.plan
    _say_plan(say, plan)

    with _simulated_fleet(site, speedup=speedup, backend=backend, firmwares=firmwares, seed=seed):
        say(f"fleet  {len(site.drones)} simulated {backend} copters at {speedup:g} times real time")
        pushed = push_with_progress(app, proved, _planned(proved), 1)
        items = sum(drone.mission.items for drone in pushed.drones)
        say(
            f"push   {items} mission items, fences and rally points on board, read back, equal ({pushed.seconds:.1f} s)"
        )
        flight = _fly(app, proved, folder)
        say(f"fly    {', '.join(drone.name for drone in flight.result.drones)} flew to the end, landed and disarmed")

        kml, flown, photographed = _export(site, plan, patrol, folder, flight.recordings)
        _say_flown(say, flown, photographed)
        elapsed_s = time.monotonic() - began
        outside = (
            None
            if flown.inside
            else RuleViolation(
                "a flown track left the fence or entered a keep-out", hint=f"look at {kml}", details=flown.as_json()
            )
        )
        if not (app.json and outside):  # one document on stdout, not two
            _report(app, plan, folder, kml, flight.recordings, flown, photographed, elapsed_s)
        if keep:
            links = " ".join(f"--link {drone.name}={link}" for drone in site.drones for link in drone.links)
            say(f"The fleet goes on until Ctrl-C. Watch it: dronectl watch {links}")
            _wait_for_interrupt()
    if outside:
        raise outside


def _site(app: App) -> Site:
    """The workspace; where there is none, the example that ``dronectl init`` makes."""
    from dronectl.site.root import find_workspace
    from dronectl.site.template import make_workspace

    if app.workspace is None:
        try:
            find_workspace(None)
        except InputError:
            app.workspace = Path(tempfile.mkdtemp(prefix="dronectl-demo-"))
            make_workspace(app.workspace)
    return app.site()


def _report(
    app: App,
    plan: Plan,
    folder: Path,
    kml: Path,
    recordings: Sequence[str],
    flown: FlownReport,
    photographed: float | None,
    elapsed_s: float,
) -> None:
    if app.json:
        app.print_json(
            {
                "plan": str(folder / "plan"),
                "recordings": list(recordings),
                "kml": str(kml),
                "coverage_pct": plan.coverage_pct,
                "planned_min_separation_m": plan.min_separation_m,
                "photographed_pct": photographed,
                "flown": flown.as_json(),
                "violations": [finding.as_json() for finding in plan.findings],
                "elapsed_s": round(elapsed_s, 1),
            }
        )
        return
    echo()
    echo(f"Done in {elapsed_s:.0f} s. Everything lies here:")
    echo(f"  plan        {folder / 'plan'}")
    for path in recordings:
        echo(f"  recording   {path}")
    echo(f"  tracks      {kml}  (open it in Google Earth)")


def _wait_for_interrupt() -> None:
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        return


class _Steps:
    """One line a step, on stdout unless that belongs to ``--json``."""

    def __init__(self, app: App) -> None:
        self._to_stderr = app.json

    def __call__(self, text: str) -> None:
        echo(text, err=self._to_stderr)


def _patrol(site: Site, name: str | None) -> Patrol:
    if not site.patrols:
        raise InputError(f"{site.root}: no patrol in missions/", hint="write one, see 'dronectl init'")
    if name is None:
        return site.patrol("demo") or site.patrols[0]
    patrol = site.patrol(Path(name).stem)
    if patrol is None:
        raise InputError(f"no patrol '{name}'", hint=f"missions/ has: {', '.join(known.id for known in site.patrols)}")
    return patrol


def _build(site: Site, patrol: Patrol, folder: Path) -> ProvedPlan:
    """Plans and checks; an error of the check ends the demo, as it would end a push."""
    from dronectl.checks import check_plan
    from dronectl.formats.kml.document import render
    from dronectl.formats.plans.plan_folder import write_plan
    from dronectl.ops.plans.flight_authorisation import proved_today
    from dronectl.planning.build import build_plan
    from dronectl.site.local_time import today_at, zone_of

    created = iso_z(now())
    plan = build_plan(site, [patrol], name=patrol.id, created_utc=created)
    plan = replace(plan, findings=check_plan(plan, site, day=today_at(site)))
    colours = {drone.name: drone.colour for drone in site.drones}
    write_plan(plan, folder, render(title=plan.name, plan=plan, zones=site.zones, colours=colours, zone=zone_of(site)))
    return proved_today(plan, site)


def _say_plan(say: _Steps, plan: Plan) -> None:
    from dronectl.cli.common.plan_words import summary

    for drone in plan.drones:
        for sortie in drone.sorties:
            say(
                f"         {drone.name:<8} {len(sortie.mission):>4} items  {sortie.distance_m / 1000:5.2f} km  "
                f"{span(sortie.duration_s):>5} min  {sortie.work_altitude_m:3.0f} m  "
                f"battery {sortie.battery_text}"
            )
    facts = []
    if plan.coverage_pct is not None:
        facts.append(f"coverage {plan.coverage_pct:.2f} % at {plan.swath_m:.1f} m swath")
    if plan.min_separation_m is not None:
        facts.append(f"least separation {plan.min_separation_m:.1f} m")
    if facts:
        say(f"         {', '.join(facts)}")
    say(f"check  {summary(plan.findings)}")
    for finding in plan.findings:
        say(f"         {finding.severity}: {finding.drone}: {finding.message}")


def _say_flown(say: _Steps, flown: FlownReport, photographed: float | None) -> None:
    keep_out = (
        ""
        if flown.keep_out_clearance_m is None
        else (f", {flown.keep_out_clearance_m:.1f} m from the nearest keep-out ({flown.keep_out})")
    )
    apart = "" if flown.min_separation_m is None else f", drones at least {flown.min_separation_m:.1f} m apart"
    seen = "" if photographed is None else f", {photographed:.2f} % of the zones photographed"
    where = "inside" if flown.inside else "NOT INSIDE"
    say(f"tracks {where} the fence by {flown.fence_clearance_m:.1f} m{keep_out}{apart}{seen}")


def _fly(app: App, proved: ProvedPlan, folder: Path) -> RecordedFlight:
    from dronectl.cli.common import event_loop
    from dronectl.cli.common.event_view import EventView
    from dronectl.cli.vehicle.fly import fly_and_record, require_completed

    with EventView(app) as view:
        flown = event_loop.run(
            fly_and_record(
                proved,
                _planned(proved),
                sortie=1,
                folder=folder,
                listener=view,
                ready_within_s=READY_WAIT_S,
            )
        )
    require_completed(flown)
    return flown


def _planned(proved: ProvedPlan) -> Sequence[Drone]:
    """The drones that fly in sortie 1."""
    flying = {drone.name for drone in proved.plan.drones if drone.sortie(1)}
    return [drone for drone in proved.site.drones if drone.name in flying]


def _export(
    site: Site, plan: Plan, patrol: Patrol, folder: Path, recordings: Sequence[str]
) -> tuple[Path, FlownReport, float | None]:
    from dronectl.analysis.flown import flown_report
    from dronectl.analysis.footprints import footprints, photographed_pct
    from dronectl.cli.track.compare import deviations
    from dronectl.formats.kml.document import render
    from dronectl.formats.recordings.recording import read_recording
    from dronectl.storage.files import write_atomic

    names = {drone.system_id: drone.name for drone in site.drones}
    colours = {drone.name: drone.colour for drone in site.drones}
    tracks = [track for path in recordings for track in read_recording(Path(path), names=names).tracks]
    if not tracks:
        raise NoAnswer("the recordings hold no flight", hint=f"look at {folder}")
    kml = folder / "tracks.kml"
    content = render(
        title=plan.name,
        tracks=tracks,
        plan=plan,
        zones=site.zones,
        colours=colours,
        deviations=deviations(tracks, plan, site),
        footprints=footprints(tracks, site),
    )
    write_atomic(kml, content)
    return kml, flown_report(tracks, site), photographed_pct(tracks, site, patrol.zones)


def _simulated_links(site: Site, backend: str) -> Site:
    """The same site with free local ports, so that a demo never meets a fleet that is already there."""
    ports = _free_ports(len(site.drones), sitl=backend == "ardupilot")
    own = (replace(drone, further_links=(), uid=None, accept_unsigned=None) for drone in site.drones)
    moved = (replace(drone, link=f"tcp://127.0.0.1:{port}") for drone, port in zip(own, ports, strict=True))
    return replace(site, drones=tuple(moved))


def _free_ports(count: int, *, sitl: bool) -> list[int]:
    """Any free ports; for SITL, free ones of those that its instances listen on (5760 + 10 K)."""
    candidates = range(SITL_FIRST_PORT, SITL_LAST_PORT, 10) if sitl else [0] * count
    ports: list[int] = []
    with ExitStack() as probes:
        for candidate in candidates:
            with suppress(OSError):
                probe = probes.enter_context(socket.create_server(("127.0.0.1", candidate)))
                ports.append(probe.getsockname()[1])
            if len(ports) == count:
                break
    return ports


@contextmanager
def _simulated_fleet(
    site: Site, *, speedup: float, backend: str, firmwares: tuple[str, ...], seed: int
) -> Iterator[None]:
    """``dronectl sim start`` in a process of its own, ready to answer; it ends with us, however we end.

    Raises:
        NoAnswer: it did not start; with its own words.
    """
    command = [sys.executable, "-m", "dronectl", "sim", "start", "--private", "--workspace", str(site.root)]
    command += ["--backend", backend, "--speedup", f"{speedup:g}", "--seed", str(seed)]
    for firmware in firmwares:
        command += ["--firmware", firmware]
    for drone in site.drones:
        command += ["--link", f"{drone.name}={drone.link}"]
    pipe = subprocess.PIPE
    with tempfile.TemporaryFile() as words:
        process = subprocess.Popen(
            command,
            stdin=pipe,
            stdout=pipe,
            stderr=words,
            text=True,
            encoding="utf-8",
            errors="replace",
            # Ctrl-C on the terminal is for us: the drones must live on to come home.
            start_new_session=os.name == "posix",
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            if process.stdout.readline().strip() != "ready":
                process.stdin.close()
                with suppress(subprocess.TimeoutExpired):
                    process.wait(SIM_END_WAIT_S)
                words.seek(0)
                said = words.read().decode("utf-8", "replace").strip()
                raise NoAnswer(f"the simulated fleet did not start: {said or 'no reason given'}")
            yield
        finally:
            process.stdin.close()
            try:
                process.wait(SIM_END_WAIT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            process.stdout.close()
