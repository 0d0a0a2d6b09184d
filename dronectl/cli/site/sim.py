"""``dronectl sim``: the simulated fleet on the ports of dronectl.toml."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dronectl.cli.common.app import App, command_options
from dronectl.cli.common.out import echo
from dronectl.cli.site.sim_install import install
from dronectl.cli.site.sim_settings import sim_settings
from dronectl.cli.site.sim_train import train
from dronectl.model.text.shown_time import iso_z, now

if TYPE_CHECKING:
    from dronectl.model.scenario import Scenario
    from dronectl.model.site import Site
    from dronectl.sim.ardupilot.fleet import SitlFleet
    from dronectl.sim.fleet.background import SimState
    from dronectl.sim.fleet.fleet import SimFleet
    from dronectl.sim.vehicle.settings import FleetSettings

_START_TIMEOUT_S = 60.0
_STOP_TIMEOUT_S = 10.0
_SHARE = click.FloatRange(0.0, 1.0)
_NOT_NEGATIVE = click.FloatRange(min=0.0, max=1e6)


@click.group()
def sim() -> None:
    """The simulated fleet: start, status, stop; a drill: train; ArduPilot's own: install."""


sim.add_command(install)
sim.add_command(train)


@sim.command()
@command_options(drones=True, links=True)
@click.option("--backend", type=click.Choice(["builtin", "ardupilot"]), default="builtin", show_default=True,
              help="The built-in copters, or ArduPilot SITL (named, on the PATH, or installed).")  # fmt: skip
@click.option("--binary", "binaries", multiple=True, metavar="[DRONE=]PATH",
              help="The ArduPilot SITL program of the fleet, or of one drone; may be repeated.")  # fmt: skip
@click.option(
    "--firmware",
    "firmwares",
    multiple=True,
    metavar="[DRONE=]VERSION",
    help="The ArduCopter release that the fleet, or one drone, flies: 4.5, 4.6 or 4.7; may be repeated.",
)
@click.option("--speedup", type=click.FloatRange(0.0, 100.0, min_open=True), help="Simulated seconds per second.")
@click.option("--detach", is_flag=True, help="Run in the background; return when the ports answer.")
@click.option("--seed", type=int, help="Of gusts and link faults: the same seed gives the same flight.")
@click.option("--link-loss", type=_SHARE, help="Share of frames lost, 0..1, each way.")
@click.option("--link-duplicate", type=_SHARE, help="Share of frames that arrive twice.")
@click.option("--link-reorder", type=_SHARE, help="Share of frames that are overtaken.")
@click.option("--link-latency-ms", type=_NOT_NEGATIVE, help="One way.")
@click.option("--link-jitter-ms", type=_NOT_NEGATIVE, help="Added to the latency, at random, up to this.")
@click.option("--link-baud", type=click.IntRange(min=0), help="57600 for a telemetry radio; 0: no limit.")
@click.option("--fault", "faults", multiple=True, metavar="DRONE:KIND[=VALUE]",
              help="What one drone shows wrong: refuse-arm=TEXT, system-id=N, battery=PCT, silent-at=S, gps-loss-at=S, "
                   "gps-loss-for=S, motor-fail-at=S, link-cut-at=S, link-cut-bytes=N; may be repeated.")  # fmt: skip
@click.option("--scenario", metavar="NAME", help="What goes wrong, by sim/scenarios/NAME.toml (built-in copters).")
@click.option("--private", is_flag=True, hidden=True, help="Serve one caller until it closes our standard input.")
def start(
    app: App, *, backend: str, binaries: tuple[str, ...], detach: bool, private: bool, firmwares: tuple[str, ...],
    faults: tuple[str, ...], scenario: str | None, **options: Any,
) -> None:  # fmt: skip
    """Start the fleet and serve it until Ctrl-C (exit 130) or 'dronectl sim stop' (exit 0)."""
    from dronectl.errors import InputError
    from dronectl.sim.fleet.background import read_state

    site = app.site()
    settings = sim_settings(app, site, firmwares, faults, options)
    chosen = None if scenario is None else _scenario(site, scenario, backend)
    running = None if private else read_state(site.root)
    if running is not None:
        raise InputError(
            f"a simulated fleet runs already for this workspace (process {running.pid})",
            hint="'dronectl sim stop' ends it",
        )
    if detach:
        more = {"--backend": (backend,), "--binary": binaries, "--firmware": firmwares, "--fault": faults}
        more["--scenario"] = () if scenario is None else (scenario,)
        _start_detached(app, site.root, more, options)
        return
    _serve(app, site, backend, settings, binaries, chosen, private=private)


@sim.command()
@command_options()
def status(app: App) -> None:
    """Say whether a simulated fleet runs, and where its drones answer."""
    from dronectl.sim.fleet.background import read_state

    state = read_state(app.root())
    if app.json:
        app.print_json(state.as_json() if state else {"running": False, "drones": []})
    elif state is None:
        echo("no simulated fleet runs for this workspace")
    else:
        _print(state)


@sim.command()
@command_options()
def stop(app: App) -> None:
    """End the running fleet."""
    from dronectl.sim.fleet.background import stop_running

    state = stop_running(app.root(), timeout_s=_STOP_TIMEOUT_S)
    if app.json:
        app.print_json({"stopped": state is not None})
    else:
        echo("no simulated fleet was running" if state is None else "simulated fleet stopped")


def _start_detached(app: App, root: Path, repeated: dict[str, tuple[str, ...]], options: dict[str, Any]) -> None:
    import secrets

    from dronectl.sim.fleet.background import start_detached

    arguments = ["--workspace", str(root)]
    for name, value in options.items():
        if value is not None:
            arguments += [f"--{name.replace('_', '-')}", str(value)]
    for name in app.drone_names:
        arguments += ["--drone", name]
    for link in app.links:
        arguments += ["--link", link]
    for option, values in repeated.items():
        for value in values:
            arguments += [option, value]
    state = start_detached(root, arguments, token=secrets.token_hex(8), timeout_s=_START_TIMEOUT_S)
    _report(app, state)


def _scenario(site: Site, name: str, backend: str) -> Scenario:
    from dronectl.errors import InputError
    from dronectl.site.exercises.scenarios import load_scenario

    if backend == "ardupilot":
        raise InputError("scenarios are for the built-in copters only", hint="leave out --backend ardupilot")
    return load_scenario(site.root, name, [drone.name for drone in site.drones])


def _serve(
    app: App, site: Site, backend: str, settings: FleetSettings, binaries: tuple[str, ...], scenario: Scenario | None,
    *, private: bool,
) -> None:  # fmt: skip
    from dronectl.ops.common import event_loop
    from dronectl.sim.ardupilot.binary import binaries_of
    from dronectl.sim.ardupilot.fleet import SitlFleet
    from dronectl.sim.fleet.fleet import SimFleet
    from dronectl.sim.scenarios.director import directed
    from dronectl.sim.scenarios.shadows import shadows_of

    fleet: SimFleet | SitlFleet
    if backend == "ardupilot":
        fleet = SitlFleet(
            settings.vehicles,
            speedup=settings.speedup,
            folder=site.root / "flights" / ".sitl",
            binaries=binaries_of(binaries, [vehicle.name for vehicle in settings.vehicles]),
            faults=settings.link,
            seed=settings.seed,
            say=lambda text: app.err().print(f"warning: {text}", style="yellow", markup=False),
        )
    else:
        fleet = SimFleet.from_settings(settings)
        if scenario is not None:
            fleet.on_step = directed(fleet, scenario, settings.wind, shadows_of(site.zones)).step
    event_loop.run(_run_private(fleet) if private else _run(app, site.root, backend, settings, fleet))


async def _run_private(fleet: SimFleet | SitlFleet) -> None:
    """Until the caller closes our standard input, or dies, which closes it too. "ready" tells that the ports answer."""
    import asyncio
    import sys
    import threading

    loop, closed = asyncio.get_running_loop(), asyncio.Event()

    def wait_for_end() -> None:
        sys.stdin.read()
        loop.call_soon_threadsafe(closed.set)

    async with fleet:
        echo("ready")
        sys.stdout.flush()
        threading.Thread(target=wait_for_end, daemon=True).start()
        await closed.wait()


async def _run(app: App, root: Path, backend: str, settings: FleetSettings, fleet: SimFleet | SitlFleet) -> None:
    import asyncio
    import os
    import secrets

    from dronectl.sim.fleet.background import TOKEN_VARIABLE, SimState, forget_state, keep_state

    state = SimState(
        pid=os.getpid(),
        token=os.environ.get(TOKEN_VARIABLE) or secrets.token_hex(8),
        backend=backend,
        speedup=settings.speedup,
        started_utc=iso_z(now()),
        drones=tuple(
            {
                "name": vehicle.name,
                "system_id": vehicle.system_id,
                "host": vehicle.host,
                "port": vehicle.port,
                "firmware": fleet.firmware_of(vehicle),
            }
            for vehicle in settings.vehicles
        ),
    )
    async with fleet:
        _report(app, state)
        tasks = [asyncio.create_task(keep_state(root, state)), asyncio.create_task(fleet.run_forever())]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            forget_state(root, state.token)


def _report(app: App, state: SimState) -> None:
    import sys

    if app.json:
        app.print_json(state.as_json())
    else:
        _print(state)
    sys.stdout.flush()


def _print(state: SimState) -> None:
    echo(f"simulated fleet ({state.backend}, {state.speedup:g} times real time), process {state.pid}:")
    for drone in state.drones:
        firmware = f"  ArduCopter {drone['firmware']}" if drone.get("firmware") else ""
        echo(f"  {drone['name']}  system id {drone['system_id']}  tcp://{drone['host']}:{drone['port']}{firmware}")
