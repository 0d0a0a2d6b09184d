"""The one way to the terminal: nothing is printed past this module (a test holds it).

Whatever is shown may hold words of strangers: a vehicle's refusal, a name in a file, a file's name. So every line goes
through :func:`~dronectl.model.text.plain_text.plain`, and nothing in it is markup.
"""

from __future__ import annotations

import functools
import sys
from typing import TYPE_CHECKING, Any

import click

from dronectl.model.text.plain_text import plain, plain_lines

if TYPE_CHECKING:
    from rich.console import Console


def echo(line: str = "", *, err: bool = False) -> None:
    """One line; a line break in it is shown and not obeyed."""
    click.echo(plain(line), err=err)


def echo_lines(lines: str, *, err: bool = False) -> None:
    """Several lines that are meant to be several."""
    click.echo(plain_lines(lines), err=err)


def put_out(document: str | bytes) -> None:
    """A file's content on stdout: byte by byte for a program or a file that takes it; on a terminal, which would obey
    it, as it can be shown."""
    if sys.stdout.isatty():
        text = document.decode("utf-8", "replace") if isinstance(document, bytes) else document
        click.echo(plain_lines(text), nl=False)
    else:  # as bytes: of text, click would drop what looks like colours
        click.echo(document.encode("utf-8", "replace") if isinstance(document, str) else document, nl=False)


def require_yes(question: str) -> None:
    """Asks on stderr.

    Raises:
        click.Abort: the answer is no.
    """
    click.confirm(plain_lines(question), abort=True, err=True)


def ask_yes(question: str) -> bool:
    """Asks on stderr whether it is so."""
    return click.confirm(plain(question), err=True)


@functools.cache
def console(*, stderr: bool, no_color: bool) -> Console:
    """Rich's, for tables and colours. A ``str`` is one line of words, never markup; several lines, or words with a
    style, are a ``rich.text.Text``."""
    from collections.abc import Iterable

    from rich.console import Console, ConsoleOptions, RenderableType
    from rich.segment import Segment
    from rich.text import Text

    class PlainConsole(Console):
        def on_broken_pipe(self) -> None:
            """Says nothing more when its reader is gone; Rich would end the program, in flight as well."""
            self.quiet = True

        def render_str(self, text: str, **how: Any) -> Text:
            return super().render_str(plain(text), **{**how, "markup": False, "emoji": False})

        def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
            for segment in super().render(renderable, options):
                yield segment if segment.control else segment._replace(text=plain_lines(segment.text))

    terminal = (sys.stderr if stderr else sys.stdout).isatty()
    # A file or a pipe has no width: tables are as wide as their words, and a line stays one line.
    width = None if terminal else 1000
    return PlainConsole(
        stderr=stderr,
        no_color=no_color or None,
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=not terminal,
        width=width,
    )
