"""Questions before what cannot be undone."""

from __future__ import annotations

import sys

import click

from dronectl.cli.common.app import App
from dronectl.cli.common.out import require_yes
from dronectl.errors import InputError

yes_option = click.option("--yes", is_flag=True, help="Do not ask.")


def confirm(app: App, question: str) -> None:
    """Asks on stderr; without a terminal to answer, ``--yes`` is needed.

    Raises:
        InputError: nobody can answer. click.Abort: the answer is no.
    """
    require_person(app, question)
    require_yes(question)


def require_person(app: App, question: str) -> None:
    """Raises:
    InputError: there is no terminal at which somebody could answer.
    """
    if app.json or not sys.stdin.isatty():
        raise InputError(
            f"{' '.join(question.split())} Nobody is there to answer", hint="add --yes if it shall be done"
        )
