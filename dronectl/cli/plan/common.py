"""What the commands on plans share: options, completion, verdict."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from typing import TYPE_CHECKING

import click

from dronectl.cli.common.app import App
from dronectl.cli.common.finding_lines import summary
from dronectl.errors import DronectlError, RuleViolation
from dronectl.model.plan.finding import errors_of
from dronectl.model.text.file_names import FOLDER_NAME_WORDS, is_folder_name
from dronectl.model.text.plain_text import is_plain
from dronectl.model.text.shown_time import FIRST_YEAR, LAST_YEAR

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from dronectl.model.plan.finding import Finding


def _as_day(_ctx: click.Context, _param: click.Parameter, value: datetime | None) -> datetime | None:
    if value is not None and not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise click.BadParameter(f"{value.date()} is not from {FIRST_YEAR} to {LAST_YEAR} (years of the common era)")
    return value


def plan_name(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    """A name that can also be a folder's, on every system: an option's callback. Thai's zero-width space may stay."""
    if value is None:
        return None
    name = value.strip()
    if not is_folder_name(name):
        raise click.BadParameter(f"{value!r} is no name for a folder: {FOLDER_NAME_WORDS}")
    return name


all_option = click.option(
    "--all", "each", is_flag=True, help="List each finding. Default: those of one rule and cause as one."
)
allow_option = click.option(
    "--allow", "allowed", multiple=True, metavar="RULE", help="Let this rule be broken; needs --by."
)
by_option = click.option("--by", "person", metavar="NAME", help="Who answers for --allow; recorded in the plan.")
date_option = click.option(
    "--date",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    callback=_as_day,
    metavar="YYYY-MM-DD",
    help="The day of the flight, for permits and daylight. Default: the plan's own, else today at the site.",
)


def _as_clock(_ctx: click.Context, _param: click.Parameter, value: str | None) -> time | None:
    from dronectl.site.patrols.schedule import as_clock

    clock = None if value is None else as_clock(value)
    if value is not None and clock is None:
        raise click.BadParameter(f"{value!r} is no time of day as 07:30")
    return clock


start_option = click.option(
    "--start",
    callback=_as_clock,
    metavar="HH:MM",
    help="When the first patrol without a [schedule] of its own begins, local time of the site.",
)


def complete_plans(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    from dronectl.formats.plans.plan_folder import is_plan_folder
    from dronectl.site.root import find_workspace

    try:
        root = find_workspace(ctx.params.get("workspace"))
    except DronectlError:
        return [CompletionItem(incomplete, type="file")]
    folders = (folder for folder in sorted(root.glob("plans/*")) if is_plan_folder(folder))
    names = [name for folder in folders if is_plain(name := folder.relative_to(root).as_posix())]
    return [CompletionItem(name) for name in names if name.startswith(incomplete)] + [
        CompletionItem(incomplete, type="file")
    ]


def verdict(app: App, findings: Sequence[Finding], *, hint: str) -> int:
    errors = errors_of(findings)
    if not errors:
        return 0
    rules = ", ".join(sorted({finding.rule for finding in errors}))
    if not app.json:
        app.err().print(f"error: the plan breaks rules ({rules}): {summary(findings)}")
        app.err().print(f"hint: {hint}")
    return RuleViolation.exit_code
