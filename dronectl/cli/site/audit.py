"""``dronectl audit``: who ordered what of which drone, and whether that log is what was written."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from dronectl.cli.common.app import App, command_options, complete_drones
from dronectl.cli.common.out import echo
from dronectl.errors import InputError, RuleViolation

if TYPE_CHECKING:
    from dronectl.model.audit import AuditState
    from dronectl.ops.audit.log import AuditLog


@click.group()
def audit() -> None:
    """Who ordered what of which drone, when, and what became of it: flights/audit."""


@audit.command()
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="Only this day at the site. Default: all.")
@click.option("--drone", metavar="NAME", shell_complete=complete_drones, help="Only what this drone was part of.")
@command_options()
def show(app: App, day: datetime | None, drone: str | None) -> None:
    """Every order, upload and flight: who, when, what, what the vehicle answered. Times are the site's."""
    from dronectl.model.text.shown_time import day_and_clock
    from dronectl.ops.audit import reading

    zone, log = app.zone(), _log(app)
    wanted = None if day is None else day.date()
    found = list(reading.entries(log, zone, day=wanted, drone=drone))
    if app.json:
        app.print_json({"log": str(log.folder), "entries": found})
        return
    if not found:
        echo(f"{log.folder}: nothing{'' if day is None else f' of {wanted}'}{f' of {drone}' if drone else ''}")
        return
    from dronectl.cli.common.tables import new_table

    table = new_table()
    for heading in ("time", "who", "order", "drone", "", "told"):
        table.add_column(heading)
    who: dict[object, str] = {}
    for entry in found:
        moment = reading.moment_of(entry)
        if "user" in entry:
            who[entry.get("id")] = f"{entry['user']}@{entry.get('host', '')} {entry.get('pid', '')}"
        time = "-" if moment is None else day_and_clock(moment, zone, seconds=True)
        order = (time, who.get(entry.get("id"), ""), str(entry.get("order", "")))
        table.add_row(*order, reading.drones_of(entry), reading.event_words(entry), reading.details_of(entry))
    app.out().print(table)
    for intent, drones in reading.without_outcome(found):
        began = reading.moment_of(intent)
        when = "" if began is None else f" of {day_and_clock(began, zone, seconds=True)}"
        echo(f"{intent.get('order', '')}{when}: no outcome for {', '.join(drones)}: it goes on, or it was killed")


@audit.command()
@click.option("--holds", metavar="SHA256", help="A hash that verify told before: its line must still be in the log.")
@command_options()
def verify(app: App, holds: str | None) -> None:
    """Whether the log is what was written. Exits 3 where lines were changed or are missing, 2 where its end is cut or
    there is no log.

    A line that a killed process left half is told, and harmless: the next line holds it. Note the hash that is told
    somewhere else, on paper: with it, and --holds, even a log that was written anew as a whole is found out.
    """
    log = _log(app)
    state = log.verify(holds=holds)
    if state.defect is not None:
        raise _fault(log, state)
    if not state.files:
        hint = "an order, a push or a flight begins one; if there were some here, the log was taken away"
        raise InputError(f"{log.folder}: there is no audit log", hint=hint)
    if app.json:
        cuts = list(state.cuts)
        told = {"log": str(log.folder), "files": state.files, "lines": state.lines, "sha256": state.last_sha256}
        app.print_json({**told, "cuts": cuts, "whole": True})
        return
    for cut in state.cuts:
        echo(f"{cut}: left half by a process that was killed, or by a full disk; the next line holds it")
    echo(f"{log.folder}: {state.lines} lines in {state.files} files, whole; the last one's hash is {state.last_sha256}")


def _fault(log: AuditLog, state: AuditState) -> InputError | RuleViolation:
    defect = state.defect
    assert defect is not None
    where = f"{log.folder / defect.file}: line {defect.line}" if defect.file else str(log.folder)
    message = f"{where} {defect.message}"
    broken = {"kind": defect.kind, "file": defect.file, "line": defect.line}
    details = {"whole": False, "broken": broken, "lines_before": state.lines, "cuts": list(state.cuts)}
    if defect.kind == "cut":
        return InputError(message, hint="nothing else is wrong; the next order goes on behind it", details=details)
    hint = f"the {state.lines} lines before are whole: compare with a copy of the folder"
    return RuleViolation(f"{message}; somebody changed the log, or the disk did", hint=hint, details=details)


def _log(app: App) -> AuditLog:
    from dronectl.ops.audit.log import AuditLog, audit_folder

    return AuditLog(audit_folder(app.root()))
