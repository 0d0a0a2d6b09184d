"""What ``fleet ready`` found: a table, or, where there is no room for its columns, a paragraph for each check."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from dronectl.ops.flight.readiness.check import Readiness, ReadinessCheck

ROOMY = 110
"""From so many cells on there is room for five columns; in less, their words would be torn apart."""


def print_readiness(console: Console, answers: Sequence[Readiness]) -> None:
    """Every check of the site and of each drone, with what it found."""
    console.print(_table(answers) if console.width >= ROOMY else _paragraphs(answers))


def _table(answers: Sequence[Readiness]) -> Table:
    from dronectl.cli.common.tables import new_table

    table = new_table()
    table.add_column("drone", no_wrap=True)
    table.add_column("check")
    table.add_column("", min_width=len("NO-GO"))
    table.add_column("found")
    table.add_column("wanted")
    for answer in answers:
        for check in answer.checks:
            verdict = _verdict(check)
            if check.waived_by:
                verdict.append(f" by {check.waived_by}")
            table.add_row(answer.drone, check.name, verdict, check.found, check.wanted)
        table.add_section()
    return table


def _paragraphs(answers: Sequence[Readiness]) -> Table:
    """What is wanted is told where it was not found."""
    from rich.table import Table

    from dronectl.ops.flight.readiness.check import Verdict

    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column()
    for answer in answers:
        for check in answer.checks:
            wanted = "" if check.decision is Verdict.GO else f" (wanted {check.wanted})"
            person = f", waived by {check.waived_by}" if check.waived_by else ""
            table.add_row(answer.drone, _verdict(check), f"{check.name}: {check.found}{wanted}{person}")
        table.add_row()
    return table


def _verdict(check: ReadinessCheck) -> Text:
    from rich.text import Text

    from dronectl.ops.flight.readiness.check import Verdict

    match check.decision:
        case Verdict.GO:
            return Text("go", style="green")
        case Verdict.TOLD:
            return Text("-")
        case Verdict.WAIVED:
            return Text("waived", style="yellow")
        case _:
            return Text("NO-GO", style="bold red")
