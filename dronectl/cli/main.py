"""The entry point: a group that imports a command when it is run; the one place where errors become exit codes."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence

import click

from dronectl import __version__
from dronectl.cli.common.interrupts import interrupts_after_imports
from dronectl.cli.common.lazy_group import LazyGroup
from dronectl.cli.common.out import echo, echo_lines, put_out
from dronectl.errors import DronectlError, InputError, Interrupted, StorageError, error_text

COMMANDS: dict[str, tuple[str, str]] = {
    # name: (module:attribute, the line that --help shows)
    "demo": ("dronectl.cli.demo:demo", "The whole job on the built-in fleet: plan, check, push, fly, record, KML."),
    "init": ("dronectl.cli.site.workspace:init", "Make a workspace for a new site."),
    "doctor": (
        "dronectl.cli.site.doctor:doctor",
        "What is here: versions, ports, links that answer, workspace errors.",
    ),
    "zones": (
        "dronectl.cli.site.zones:zones",
        "The workspace's geometry: list, show, check, properties, import, export.",
    ),
    "plan": ("dronectl.cli.plan.group:plan", "Missions to plans: build, check, show, diff, brief, convert."),
    "rehearse": ("dronectl.cli.rehearse:rehearse", "Fly a plan on simulated drones, many times: odds, and a stamp."),
    "push": ("dronectl.cli.vehicle.push:push", "Upload a plan to every drone, read back, compare."),
    "mission": ("dronectl.cli.vehicle.items:mission", "One drone's mission: upload, download, clear, diff."),
    "fence": (
        "dronectl.cli.vehicle.items:fence",
        "One drone's geofence: upload, download, clear, diff, enable, disable.",
    ),
    "rally": ("dronectl.cli.vehicle.items:rally", "One drone's rally points: upload, download, clear, diff."),
    "fleet": ("dronectl.cli.vehicle.fleet:fleet", "Who is there, and go / no-go per drone."),
    "fly": ("dronectl.cli.vehicle.fly:fly", "Check, arm, take off in order, follow to the end, record."),
    "arm": ("dronectl.cli.vehicle.giving.orders:arm", "Arm one, some or all drones."),
    "disarm": ("dronectl.cli.vehicle.giving.orders:disarm", "Disarm drones that are on the ground."),
    "takeoff": ("dronectl.cli.vehicle.giving.orders:takeoff", "Take off to an altitude and hover."),
    "start": ("dronectl.cli.vehicle.giving.orders:start", "Start the mission on board."),
    "hold": ("dronectl.cli.vehicle.giving.orders:hold", "Stop and hover here."),
    "resume": ("dronectl.cli.vehicle.giving.orders:resume", "Go on with the mission."),
    "rtl": ("dronectl.cli.vehicle.giving.orders:rtl", "Return to launch and land."),
    "land": ("dronectl.cli.vehicle.giving.orders:land", "Land here, now."),
    "goto": ("dronectl.cli.vehicle.giving.places:goto", "Fly to a place and hover."),
    "look": ("dronectl.cli.vehicle.giving.places:look", "Fly to where a place can be seen, and look at it."),
    "patrol": ("dronectl.cli.vehicle.giving.patrol:patrol", "Give a drone that was called away its patrol back."),
    "mode": ("dronectl.cli.vehicle.giving.orders:mode", "Set a flight mode by name."),
    "watch": ("dronectl.cli.vehicle.watch:watch", "Live dashboard of the fleet."),
    "station": ("dronectl.cli.site.station:station", "The owner of the links without a screen: start, status, stop."),
    "serve": ("dronectl.cli.site.serve:serve", "The control room's page; reports from LINE and other programs."),
    "telemetry": ("dronectl.cli.vehicle.telemetry:telemetry", "Telemetry: stream, record, replay."),
    "signing": (
        "dronectl.cli.vehicle.signing:signing",
        "MAVLink 2 signing: status, setup, off, and keys to other laptops.",
    ),
    "control": (
        "dronectl.cli.vehicle.control:control",
        "Which of several ground stations commands: status, request, release.",
    ),
    "param": ("dronectl.cli.vehicle.params:param", "Parameters of one or all drones: get, set, save, diff, load."),
    "log": ("dronectl.cli.vehicle.log:log", "DataFlash logs off the aircraft: list, download."),
    "track": ("dronectl.cli.track.group:track", "Recordings: facts, export to KML."),
    "audit": ("dronectl.cli.site.audit:audit", "Who ordered what, and what became of it: show, verify."),
    "report": ("dronectl.cli.site.report:report", "What a shift, a week or a month brought."),
    "incident": ("dronectl.cli.site.incident:incident", "What was reported: add, list, show, close, import."),
    "dispatch": ("dronectl.cli.vehicle.dispatch:dispatch", "Send the best drone to an incident."),
    "sim": ("dronectl.cli.site.sim:sim", "The simulated fleet: start, status, stop."),
}


class ReaderGone(Exception):
    """The reader of our output went away (``| head``)."""


class _Commands(LazyGroup):
    """All of them."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise ReaderGone from error  # click would exit with 1


@click.group(
    cls=_Commands,
    lazy=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(__version__, prog_name="dronectl")
def cli() -> None:
    """Patrol safety zones with a small ArduPilot copter fleet."""


def run(argv: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code; every error leaves through here."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    _use_utf8()
    wants_json = "--json" in arguments
    verbose = "-v" in arguments or "--verbose" in arguments
    try:
        with interrupts_after_imports():
            result = cli.main(args=arguments, prog_name="dronectl", standalone_mode=False, obj=tuple(arguments))
        sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except (click.Abort, KeyboardInterrupt):
        return report(Interrupted("stopped by the user"), wants_json=wants_json, verbose=False)
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else "dronectl"
        hint = f"see '{command} --help'"
        return report(InputError(error.format_message(), hint=hint), wants_json=wants_json, verbose=False)
    except click.ClickException as error:
        return report(InputError(error.format_message()), wants_json=wants_json, verbose=False)
    except DronectlError as error:
        return report(error, wants_json=wants_json, verbose=verbose)
    except (ReaderGone, BrokenPipeError):
        # Not an error of ours, and nothing can be said to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        fault = StorageError(
            f"{where}{error.strerror or error}", hint="check the path, its permissions and the free space"
        )
        return report(fault, wants_json=wants_json, verbose=verbose)
    except Exception as error:
        # What was put back, and what was not, is a note on the fault.
        told = "; ".join([f"unexpected fault: {error_text(error)}", *getattr(error, "__notes__", ())])
        fault_ = DronectlError(told, hint="run again with -v for the traceback")
        return report(fault_, wants_json=wants_json, verbose=verbose, cause=error)


def report(error: DronectlError, *, wants_json: bool, verbose: bool, cause: BaseException | None = None) -> int:
    """Says what went wrong on stderr, or as JSON; returns the exit code."""
    with contextlib.suppress(OSError):  # the terminal may be gone: that is why it ended (SIGHUP)
        _say(error, wants_json=wants_json, verbose=verbose, cause=cause)
    return error.exit_code


def _say(error: DronectlError, *, wants_json: bool, verbose: bool, cause: BaseException | None) -> None:
    if verbose and error.exit_code == 1:
        import traceback

        echo_lines("".join(traceback.format_exception(cause or error)), err=True)
    if wants_json:
        from dronectl.cli.common.app import as_json

        put_out(as_json({"error": error.as_json()}) + "\n")
    else:
        echo(f"error: {error.message}", err=True)
        problems = error.details.get("problems")
        if isinstance(problems, list):
            for problem in problems:
                echo(f"  - {problem}", err=True)
        if error.hint:
            echo(f"hint: {error.hint}", err=True)


def _use_utf8() -> None:
    """Thai names on a Windows console with a legacy code page must not end a flight in a UnicodeEncodeError."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None and (stream.encoding or "").lower().replace("-", "") != "utf8":
            reconfigure(encoding="utf-8", errors="replace")
