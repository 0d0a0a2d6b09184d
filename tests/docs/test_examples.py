"""The pages are true: their console examples run, each page's in their order, and no command is missing from them.

A page says in a comment what its examples find in their workspace, a copy of the repository's::

    <!-- example: given plan, fleet -->

``plan``: plans/demo. ``recordings``: plans/demo and flights/demo as the first flight's page leaves them. ``fleet``: the
built-in fleet answers, in virtual time, and is not started or stopped by the page itself. Without it nobody answers
there, so that a page can start its own.

A file that a page has people write stands in a block of TOML or CSV below a line of nothing but its name, in backticks,
and a colon. It is written where the page has come to.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from no_pool import without_pool
from repository import REPOSITORY
from running_fleet import TOML_LINKS, copy_workspace, demo_plan, relink
from virtual_commands import virtual_fleet_behind

from dronectl.cli.main import COMMANDS, cli, run

BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
STEP = re.compile(
    r"^```console\n(?P<typed>.*?)^```|^`(?P<file>[\w./-]+\.(?:toml|csv))`:\n\n```(?:toml|csv)\n(?P<text>.*?)^```",
    re.MULTILINE | re.DOTALL,
)
LINE = re.compile(r"^\$ (?P<program>dronectl|cd) (?P<arguments>.*?)(?: +# exits (?P<code>\d+))?$", re.MULTILINE)
GIVEN = re.compile(r"^<!-- example: given (.*) -->$", re.MULTILINE)

FIRST_FLIGHT = "docs/tutorial/first-flight.md"
TEXTS = {
    path.relative_to(REPOSITORY).as_posix(): path.read_text(encoding="utf-8")
    for path in (REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").rglob("*.md")))
}
PAGES = {name: text for name, text in TEXTS.items() if BLOCK.search(text)}


def given(page: str) -> set[str]:
    said = GIVEN.search(PAGES[page])
    return set(said[1].split(", ")) if said else set()


def examples(page: str) -> list[tuple[str, str, int]]:
    """(program, arguments, exit code) of every line of every console block."""
    return [one for block in BLOCK.findall(PAGES[page]) for one in lines(block)]


def lines(block: str) -> list[tuple[str, str, int]]:
    return [(m["program"], m["arguments"], int(m["code"] or 0)) for m in LINE.finditer(block)]


def command_paths() -> set[str]:
    """Every command that can be typed: ``plan build``, ``arm`` …"""
    paths: set[str] = set()
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        if isinstance(command, click.Group):
            paths |= {f"{name} {child}" for child in command.commands}
        if not isinstance(command, click.Group) or command.invoke_without_command:
            paths.add(name)
    return paths


def test_every_command_has_an_example() -> None:
    shown = {arguments for page in PAGES for _, arguments, _ in examples(page)}
    missing = {path for path in command_paths() if not any(a == path or a.startswith(path + " ") for a in shown)}
    assert missing == set()


@pytest.fixture(scope="module")
def flown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace in which the examples of the first flight were run."""
    with workspace(tmp_path_factory.mktemp("first-flight"), FIRST_FLIGHT) as root:
        type_in(root, FIRST_FLIGHT)
        return root


def shared_by(page: str) -> list[pytest.MarkDecorator]:
    """Pages that need the first flight go where it was flown."""
    return [pytest.mark.xdist_group("first-flight")] if page == FIRST_FLIGHT or "recordings" in given(page) else []


@pytest.mark.timeout(600)
@pytest.mark.parametrize("page", [pytest.param(page, marks=shared_by(page), id=page) for page in PAGES])
def test_the_examples_of_a_page_run_in_their_order(page: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    if page == FIRST_FLIGHT:
        assert (request.getfixturevalue("flown") / "flights" / "demo" / "tracks.kml").is_file()
        return
    with workspace(tmp_path, page) as root:
        if "recordings" in given(page):
            for folder in ("plans", "flights"):
                shutil.copytree(request.getfixturevalue("flown") / folder, root / folder)
        type_in(root, page)


@contextlib.contextmanager
def workspace(folder: Path, page: str) -> Iterator[Path]:
    """A copy of the repository's workspace with what the page is given, but for recordings."""
    root = folder / "site"
    root.mkdir()
    copy_workspace(root)
    shutil.copytree(REPOSITORY / "tests" / "data", root / "tests" / "data")
    if "plan" in given(page):
        demo_plan(root)
    with contextlib.ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setenv("DRONECTL_KEYS", str(folder / "keys"))
        without_pool(patch)
        if "fleet" in given(page):
            stack.enter_context(virtual_fleet_behind(root))
        else:
            relink(root, dict(zip(TOML_LINKS, free_links(len(TOML_LINKS)), strict=True)))
            with (root / "sim" / "copter.parm").open("a", encoding="utf-8") as parameters:
                parameters.write("\nDISARM_DELAY 127\n")  # simulated seconds: on a busy machine the next order is late
        yield root


def type_in(root: Path, page: str) -> None:
    """Every line and every file of the page, in its order."""
    is_given = "fleet" in given(page)
    with contextlib.chdir(root):
        try:
            for step in STEP.finditer(PAGES[page]):
                if step["file"]:
                    Path(step["file"]).parent.mkdir(exist_ok=True)
                    Path(step["file"]).write_text(step["text"], encoding="utf-8")
                for program, arguments, code in lines(step["typed"] or ""):
                    if program == "cd":
                        os.chdir(arguments)
                    elif not (is_given and arguments.startswith(("sim start", "sim stop"))):
                        assert run(shlex.split(arguments)) == code, f"{page}: $ dronectl {arguments}"
        finally:
            if not is_given:
                run(["sim", "stop", "--workspace", str(root)])


def test_the_set_up_commands_are_what_ci_runs() -> None:
    assert "pip install -q -e '.[dev]' && .venv/bin/pytest" in TEXTS["README.md"]
    ci = (REPOSITORY / ".ci" / "run").read_text(encoding="utf-8")
    assert "-e '.[dev]'" in ci
    assert ci.rstrip().endswith("pytest")


def free_links(count: int) -> list[str]:
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    links = [f"tcp://127.0.0.1:{probe.getsockname()[1]}" for probe in probes]
    for probe in probes:
        probe.close()
    return links
