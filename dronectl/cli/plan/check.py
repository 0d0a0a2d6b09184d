"""``dronectl plan check`` and ``plan explain``: plans and mission files against the rules."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dronectl.cli.common.app import App, command_options
from dronectl.cli.common.finding_lines import print_findings
from dronectl.cli.common.out import put_out
from dronectl.cli.common.plan_words import judged_day
from dronectl.cli.plan.common import all_option, allow_option, by_option, complete_plans, date_option, verdict
from dronectl.cli.plan.report import print_fixed
from dronectl.errors import InputError
from dronectl.model.plan.finding import errors_of
from dronectl.model.rules import RULE_IDS

if TYPE_CHECKING:
    from dronectl.formats.reports.sarif import Located
    from dronectl.ops.plans.fixed_copy import FixedCopy


@click.command()
@click.argument(
    "targets",
    nargs=-1,
    required=True,
    metavar="PLAN|FILE…",
    type=click.Path(path_type=Path),
    shell_complete=complete_plans,
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json", "sarif"]),
    default="text",
    show_default=True,
    help="How to report; json is --json.",
)
@click.option(
    "--fix",
    "fixing",
    is_flag=True,
    help="Write NAME.fixed beside each mission file, with what can be mended without a choice.",
)
@all_option
@allow_option
@by_option
@date_option
@command_options(drones=True)
def check(
    app: App,
    targets: tuple[Path, ...],
    format_: str,
    fixing: bool,
    each: bool,
    allowed: tuple[str, ...],
    person: str | None,
    day: datetime | None,
) -> int:
    """Hold plans, or mission files made elsewhere, against every rule.

    A plan whose files were edited since it was built or checked last is recorded anew with what is found, so that it
    can be pushed again when it breaks no rule; what --allow let through before has to be allowed again. A file is
    checked as flown by --drone, else by the drone in its name, else by the first of the fleet.

    --fix adds a missing return, lowers what is above the ceiling, switches the camera off for the way home and writes
    items as the autopilot stores them, each only if the checks then find less. The file itself stays as it is; what
    is reported, and the exit code, are those of the copy.
    """
    from dronectl.formats.plans.plan_folder import folder_of, is_plan_folder, read_plan
    from dronectl.ops.plans.checking import check_file, check_folder, drone_for_file
    from dronectl.ops.plans.fixed_copy import fixed_copy
    from dronectl.ops.plans.mission_files import read_for_site
    from dronectl.ops.plans.overrides import overrides_of

    overrides = overrides_of(allowed, person)
    for target in targets:
        if not target.exists():
            raise InputError(f"{target}: no such file or folder")
        if folder_of(target) is not None and app.drone_names:
            raise InputError(f"{target}: a plan is checked whole", hint="--drone says who flies a file made elsewhere")
        if folder_of(target) is None and overrides:
            raise InputError(f"{target}: --allow is recorded in a plan, and this is a mission file")
        if folder_of(target) is not None and fixing:
            raise InputError(
                f"{target}: --fix is for mission files", hint="change the mission and build the plan again"
            )
    site = app.site()
    found: list[Located] = []
    days: dict[str, date] = {}
    copies: list[FixedCopy] = []
    notes: list[str] = []
    as_text = format_ == "text" and not app.json
    for target in targets:
        copy = None
        folder = folder_of(target)
        read = None if folder is None else read_plan(folder)
        days[str(target)] = flown_on = judged_day(app, site, day, read)
        if read is not None and folder is not None:
            one = check_folder(read, site, folder, day=flown_on, overrides=overrides)
        else:
            drone = app.drones(site)[0] if app.drone_names else drone_for_file(site, target)
            content = read_for_site(target, site)
            notes += content.notes
            if fixing:
                copy = fixed_copy(content, target, site, drone, day=flown_on)
                copies.append(copy)
            one = copy.left if copy is not None else check_file(content, target, site, drone, day=flown_on)
        if as_text:
            title = str(target) if len(targets) > 1 else None
            print_findings(app, [located.finding for located in one], site.authorisations, title=title, each=each)
            if copy is not None:
                print_fixed(app, copy)
        found += one
    findings = [located.finding for located in found]
    for note in notes:
        app.err().print(f"note: {note}", markup=False, highlight=False)
    if format_ == "sarif":
        from dronectl.checks import RULES
        from dronectl.formats.reports.sarif import write_sarif

        put_out(write_sarif(found, RULES, days) + "\n")
    elif app.json or format_ == "json":
        listed = [{"path": located.path, **located.finding.as_json()} for located in found]
        kinds = {str(target): "plan" if is_plan_folder(target) else "file" for target in targets}
        checked = [{"path": path, "kind": kind, "day": str(days[path])} for path, kind in kinds.items()]
        document = {"checked": checked, "violations": listed, "errors": len(errors_of(findings)), "notes": notes}
        app.print_json({**document, "fixed": [copy.as_json() for copy in copies]} if fixing else document)
    return verdict(
        app, findings, hint="each error names item and place; 'dronectl plan explain RULE' says what it asks"
    )


@click.command()
@click.argument("rule", required=False, type=click.Choice(RULE_IDS))
@command_options(workspace=False)
def explain(app: App, rule: str | None) -> None:
    """Say what a rule asks and why, where it comes from, an example and how to mend it; or do so for every rule."""
    from rich.padding import Padding
    from rich.text import Text

    from dronectl.checks import RULES

    chosen = [one for one in RULES if rule in (None, one.id)]
    if app.json:
        app.print_json({"rules": [one.as_json() for one in chosen]})
        return
    for one in chosen:
        app.out().print(f"{one.id}: {one.title}", style="bold")
        for heading, words in one.chapters():
            app.out().print(Padding(Text.assemble((f"{heading:<8}", "cyan"), words), (0, 0, 0, 2), expand=False))
