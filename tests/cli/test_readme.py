"""The README is true: its examples run, in their order, and no command is missing from them."""

from __future__ import annotations

import re
import shlex
import shutil
import socket
from pathlib import Path

import click
import pytest
from repository import REPOSITORY
from running_fleet import TOML_LINKS, copy_workspace, relink

from dronectl.cli.main import COMMANDS, cli, run

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
EXAMPLE = re.compile(r"^\$ dronectl (?P<arguments>.*?)(?: +# exits (?P<code>\d+))?$", re.MULTILINE)


def examples() -> list[tuple[str, int]]:
    """(arguments, exit code) of every line of every console block."""
    blocks = re.findall(r"^```console\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    return [(m["arguments"], int(m["code"] or 0)) for block in blocks for m in EXAMPLE.finditer(block)]


def command_paths() -> set[str]:
    """Every command that can be typed: ``plan build``, ``arm`` …"""
    paths: set[str] = set()
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        if isinstance(command, click.Group):
            paths |= {f"{name} {child}" for child in command.commands}
        else:
            paths.add(name)
    return paths


def test_every_command_has_an_example() -> None:
    shown = {arguments for arguments, _ in examples()}
    missing = {path for path in command_paths() if not any(a == path or a.startswith(path + " ") for a in shown)}
    assert missing == set()


@pytest.mark.xdist_group("readme")
@pytest.mark.timeout(240)
def test_the_examples_run_in_their_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "site"
    root.mkdir()
    copy_workspace(root)
    (root / "tests").mkdir()
    shutil.copytree(REPOSITORY / "tests" / "data", root / "tests" / "data")
    relink(root, dict(zip(TOML_LINKS, free_links(len(TOML_LINKS)), strict=True)))
    monkeypatch.chdir(root)
    monkeypatch.setenv("DRONECTL_KEYS", str(tmp_path / "keys"))
    try:
        for arguments, code in examples():
            assert run(shlex.split(arguments)) == code, f"$ dronectl {arguments}\n{capsys.readouterr()}"
            capsys.readouterr()
    finally:
        run(["sim", "stop"])


def test_the_set_up_commands_are_what_ci_runs() -> None:
    assert "pip install -q -e '.[dev]' && .venv/bin/pytest" in README
    ci = (REPOSITORY / ".ci" / "run").read_text(encoding="utf-8")
    assert "-e '.[dev]'" in ci
    assert ci.rstrip().endswith("pytest")


def free_links(count: int) -> list[str]:
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    links = [f"tcp://127.0.0.1:{probe.getsockname()[1]}" for probe in probes]
    for probe in probes:
        probe.close()
    return links
