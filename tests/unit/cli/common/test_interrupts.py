"""Ctrl-C in the middle of an import is an interrupt when that is done, and never a fault of what is imported."""

from __future__ import annotations

import importlib
import signal
import sys
import time
from pathlib import Path

import pytest

from dronectl.cli.common.interrupts import interrupts_after_imports

TAKES_IT_ILL = """
import signal, time
try:
    signal.raise_signal(signal.SIGINT)
    time.sleep(0.05)
except KeyboardInterrupt:
    raise ImportError("failed to import") from None
IS_THERE = True
"""


def import_it() -> None:
    with interrupts_after_imports():
        importlib.import_module("takes_it_ill")
        while True:
            time.sleep(0.01)


def work() -> None:
    with interrupts_after_imports():
        signal.raise_signal(signal.SIGINT)
        raise AssertionError("it went on")


def test_an_interrupt_waits_for_the_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "takes_it_ill.py").write_text(TAKES_IT_ILL, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(KeyboardInterrupt):
        import_it()
    assert sys.modules.pop("takes_it_ill").IS_THERE
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_elsewhere_it_interrupts_at_once() -> None:
    with pytest.raises(KeyboardInterrupt):
        work()
