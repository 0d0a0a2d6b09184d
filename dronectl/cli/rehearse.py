"""``dronectl rehearse``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from dronectl.cli.common.app import App, command_options
from dronectl.cli.common.out import echo

RULE_BROKEN, NOT_SHOWN = 3, 6


@click.command()
@click.argument("plan", type=click.Path(path_type=Path))
@click.option("--runs", type=click.IntRange(1, 100_000),
              help="How often. Default: sim/rehearsal.toml's, else 200; on ArduPilot 6.")  # fmt: skip
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), help="Another seed, other winds. Default likewise, else 1.")
@click.option("--backend", type=click.Choice(["builtin", "ardupilot"]), default="builtin", show_default=True,
              help="The built-in copters, or ArduPilot SITL (named, on the PATH, or installed).")  # fmt: skip
@click.option("--binary", "binaries", multiple=True, metavar="[DRONE=]PATH",
              help="The ArduPilot SITL program of the fleet, or of one drone; may be repeated.")  # fmt: skip
@click.option("--jobs", type=click.IntRange(min=1),
              help="Processes, or simulators, side by side. Default: one per processor.")  # fmt: skip
@click.option(
    "-o", "--output", "outputs", multiple=True, type=click.Path(path_type=Path, dir_okay=False),
    help="What was flown: .kml, .html, .svg or .png; may be repeated.",
)  # fmt: skip
@click.option("--failures", "most_failures", type=click.IntRange(min=1), metavar="N",
              help="On ArduPilot: let N things fail at most, spread evenly over legs and kinds.")  # fmt: skip
@click.option("--no-failures", is_flag=True, help="Let nothing fail: quick, and no stamp that counts.")
@click.option("--no-stamp", is_flag=True, help="Leave the plan's folder as it is.")
@click.option("--all", "show_all", is_flag=True, help="Every leg on which a failure does not end well.")
@command_options()
def rehearse(
    app: App, plan: Path, runs: int | None, seed: int | None, backend: str, binaries: tuple[str, ...],
    jobs: int | None, outputs: tuple[Path, ...], most_failures: int | None, no_failures: bool, no_stamp: bool,
    show_all: bool,
) -> int:  # fmt: skip
    """Fly PLAN many times on simulated drones before it is flown, and say with which odds it is safe.

    The exact items, fences, rally points and settings that push would send are flown, each time in another wind, with
    other delays, batteries and errors of position: sim/rehearsal.toml says how wide they spread. Every flown track is
    held against fence, keep-outs, obstacles, ceiling and the other drones, against the plan's battery and its coverage;
    on each leg the link, the battery, the GPS and a motor fail in turn.

    On ArduPilot's simulator a flight takes seconds, so few are flown, which show that it flies as the built-in copters
    do rather than odds; something fails on each leg of one of them. Needs ArduCopter 4.5 or newer.

    Exit code 0 when the odds that are asked for are shown, 3 when they break the rule, 6 when too few runs were flown
    to say. The plan's folder keeps a stamp, which push and fly ask for ([rules] rehearsal).
    """
    from dronectl.cli.common.event_view import EventView
    from dronectl.cli.rehearsal_report import report
    from dronectl.formats.plans.plan_folder import read_plan
    from dronectl.ops.rehearsal.outputs import require_writable, write_output
    from dronectl.ops.rehearsal.rehearse import ARDUPILOT_RUNS, prepared
    from dronectl.ops.rehearsal.rehearse import rehearse as rehearse_plan
    from dronectl.ops.rehearsal.stamp import ARDUPILOT
    from dronectl.ops.rehearsal.stamping import stamp_plan
    from dronectl.site.exercises.rehearsal_settings import load_rehearsal_settings

    for output in outputs:
        require_writable(output)
    site = app.site()
    settings = load_rehearsal_settings(site.root)
    if no_failures:
        settings = replace(settings, moments=replace(settings.moments, runs=0))
    read = read_plan(plan)
    programs = None
    if backend == ARDUPILOT:
        from dronectl.ops.rehearsal.sitl.simulators import programs_of

        programs = programs_of(read, site, binaries, jobs)
    elif binaries:
        raise click.UsageError("--binary goes with --backend ardupilot")
    elif most_failures is not None:
        raise click.UsageError("--failures goes with --backend ardupilot: the built-in copters try each on each leg")
    common = prepared(read, site, plan, settings, settings.seed if seed is None else seed, backend)
    runs = runs or (settings.runs if programs is None else ARDUPILOT_RUNS)
    with EventView(app) as view:
        result = rehearse_plan(
            common, runs, processes=jobs, programs=programs, most_failures=most_failures, listener=view
        )
    for output in outputs:
        write_output(result, common, output)
    not_stamped: str | None
    if no_failures:
        not_stamped = "without failures a rehearsal does not count: push and fly ask for one with them"
    else:
        not_stamped = "--no-stamp" if no_stamp else stamp_plan(result, plan, site)
    if app.json:
        app.print_json({**result.as_json(), "stamped": not_stamped is None})
    else:
        report(app, result, show_all=show_all)
        for output in outputs:
            echo(f"written to {output}")
        echo(f"stamped: {plan}" if not_stamped is None else f"not stamped: {plan}: {not_stamped}")
    if result.is_unsafe:
        return RULE_BROKEN
    return 0 if result.is_proven else NOT_SHOWN
