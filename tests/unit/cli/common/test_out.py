"""What reaches the terminal: one way, on which nothing that a stranger said commands it."""

from __future__ import annotations

import ast
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from package_source import READ_BY_ONE, package_trees

from dronectl.cli.common.app import as_json
from dronectl.cli.common.out import console, echo, echo_lines, put_out
from dronectl.model.text.plain_text import is_plain

EVIL = "\x1b]0;owned\x07\x1b[2J[red]:warning: \x9b31m\u202egpj\r\nFORGED"


def test_a_line_stays_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    echo(f"alpha: {EVIL}")
    echo_lines(f"{EVIL}\nmeant", err=True)
    out, err = capsys.readouterr()
    assert out == "alpha: ␛]0;owned␇␛[2J[red]:warning: \ufffd31m\ufffdgpj␍␤FORGED\n"
    assert err.endswith("\nmeant\n")
    assert all(map(is_plain, err.splitlines()))


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def test_a_document_is_exact_for_programs_and_plain_on_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    put_out(f"{EVIL}\n")
    assert capsys.readouterr().out == f"{EVIL}\n"
    monkeypatch.setattr(sys, "stdout", Terminal())
    put_out(f"a\tb\n{EVIL}".encode())
    shown = sys.stdout.getvalue()  # type: ignore[attr-defined]
    assert shown == "a\tb\n␛]0;owned␇␛[2J[red]:warning: \ufffd31m\ufffdgpj\nFORGED"


def test_json_says_it_truly_and_harmlessly() -> None:
    assert json.loads(as_json({EVIL: [EVIL]})) == {EVIL: [EVIL]}
    assert is_plain(as_json({EVIL: EVIL}))


@pytest.mark.parametrize("terminal", [True, False])
def test_tables_bars_and_styled_words_pass_the_same_door(terminal: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    from rich.progress import Progress, TextColumn
    from rich.text import Text

    from dronectl.cli.common.tables import new_table

    stream = Terminal() if terminal else io.StringIO()
    monkeypatch.setattr(sys, "stdout", stream)
    out = console.__wrapped__(stderr=False, no_color=True)
    table = new_table(EVIL)
    table.add_column(EVIL)
    table.add_row(EVIL)
    table.add_row(Text(EVIL.replace("\n", "")))
    out.print(table)
    out.print(EVIL, style="bold")
    with Progress(TextColumn("{task.description}", markup=False), console=out, auto_refresh=False) as bars:
        bars.add_task(EVIL.replace("\n", ""))
    shown = stream.getvalue()
    assert "]0;owned" in shown
    assert "[red]" in shown, "no word of it is markup"
    assert ":warning:" in shown
    assert not [token for token in ("\x1b]", "\x1b[2J", "\x07", "\x9b", "\u202e", "\nFORGED") if token in shown]
    if not terminal:
        assert all(map(is_plain, shown.split("\n")))


_PRINTERS = {"print", "input"}
_CLICK = {"echo", "secho", "confirm", "prompt", "echo_via_pager", "progressbar"}


@READ_BY_ONE
def test_nothing_is_printed_past_it() -> None:
    """No other module writes to a stream, makes a console of its own, or reads markup."""
    found = [
        f"{path}:{line}: {what}"
        for path, tree in package_trees().items()
        if path != Path("cli/common/out.py")
        for line, what in _leaks(tree)
    ]
    assert not found, "\n".join(found)


def _leaks(tree: ast.Module) -> Iterator[tuple[int, str]]:
    nodes = list(ast.walk(tree))
    for_types = {
        id(node)
        for block in nodes
        if isinstance(block, ast.If) and isinstance(block.test, ast.Name) and block.test.id == "TYPE_CHECKING"
        for node in ast.walk(block)
    }
    for node in nodes:
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in _PRINTERS:
                yield node.lineno, name
            case ast.Call(func=ast.Attribute(value=ast.Name(id="click"), attr=attr)) if attr in _CLICK:
                yield node.lineno, f"click.{attr}"
            case ast.Attribute(value=ast.Attribute(value=ast.Name(id="sys")), attr="write" | "writelines"):
                yield node.lineno, "a write to a stream"
            case ast.Call(func=ast.Attribute(attr="from_markup" | "print_exception" | "print_exc" as name)):
                yield node.lineno, name
            case ast.ImportFrom(module="rich.markup"):
                yield node.lineno, "markup"
            case ast.ImportFrom(module="rich.console", names=names) if id(node) not in for_types:
                if any(one.name == "Console" for one in names):
                    yield node.lineno, "a console of its own"
            case _:
                pass
