"""A terminal or a reader that takes nothing holds up neither the links nor who joined them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from programs import dronectl, read_until
from running_fleet import copy_workspace, fleet_behind

from dronectl.cli.main import run

PROGRAM = """
    import sys, time
    from dronectl.cli.common.out import echo, put_out
    from dronectl.cli.common.unblocked import unblocked_output
    with unblocked_output():
        for number in range({count}):
            put_out(f"สวัสดี {{number:07}}\\n")
        echo("all is said", err=True)
    echo("after", err=True)
"""


def program(count: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", textwrap.dedent(PROGRAM.format(count=count))]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_a_reader_that_reads_gets_all_of_it_in_order() -> None:
    with program(20_000) as process:
        out, err = process.communicate()
    assert out.decode().splitlines() == [f"สวัสดี {number:07}" for number in range(20_000)]
    assert err.decode().splitlines() == ["all is said", "after"]


def test_a_reader_that_does_not_read_holds_nobody_up_and_gets_whole_lines() -> None:
    with program(100_000) as process:
        assert process.stderr is not None
        assert process.stdout is not None
        said = process.stderr.readline()
        out, err = process.stdout.read(), process.stderr.read()
    assert said == b"all is said\n"
    lines = out.decode().splitlines()
    assert lines == [f"สวัสดี {number:07}" for number in range(len(lines))]
    assert err.decode().splitlines() == [
        f"{100_000 - len(lines)} pieces of output were dropped: nobody took them in time",
        "after",
    ]


def test_a_reader_that_is_gone_is_told_to_who_writes() -> None:
    with program(100_000) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        err = process.stderr.read().decode()
    assert "BrokenPipeError" in err
    assert "could not acquire lock" not in err


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo terminals there")
def test_the_links_of_an_owner_whose_output_nobody_takes_work_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = copy_workspace(tmp_path)
    here = ["--workspace", str(root)]
    with fleet_behind(root, speedup=1.0):
        owner = dronectl("telemetry", "stream", "--rate", "50", *here)
        read_until(owner.stdout, '"drone": "charlie"')
        assert owner.stdout is not None
        time.sleep(2.0)  # 150 rows a second, of which a pipe holds some hundred
        for _ in range(2):
            assert run(["param", "get", "RTL_ALT_M", *here]) == 0, capsys.readouterr().err
        owner.send_signal(signal.SIGINT)
        os.read(owner.stdout.fileno(), 1)
        owner.communicate(timeout=30)
        assert owner.returncode == 0
