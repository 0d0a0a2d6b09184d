"""Interrupts, of every kind that the system has, cancel what runs in order."""

from __future__ import annotations

import asyncio
import signal

import pytest

from dronectl.ops.common import event_loop

INTERRUPTS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)]


@pytest.mark.parametrize("number", INTERRUPTS)
def test_an_interrupt_lets_what_runs_put_things_back(number: signal.Signals) -> None:
    before, put_back = signal.getsignal(number), []

    async def main() -> None:
        asyncio.get_running_loop().call_later(0.01, signal.raise_signal, number)
        try:
            await asyncio.sleep(10)
        finally:
            put_back.append(True)

    with pytest.raises(KeyboardInterrupt):
        event_loop.run(main())
    assert put_back
    assert signal.getsignal(number) is before


def test_an_interrupt_while_the_loop_is_made_cancels_what_runs_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    make, began, put_back = asyncio.new_event_loop, [], []

    def interrupted() -> asyncio.AbstractEventLoop:
        signal.raise_signal(signal.SIGINT)
        return make()

    async def main() -> None:
        began.append(True)
        try:
            await asyncio.sleep(10)
        finally:
            put_back.append(True)

    monkeypatch.setattr("asyncio.events.new_event_loop", interrupted)
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        event_loop.run(main())
    assert (began, put_back) == ([True], [True])
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="nohup is POSIX")
def test_what_the_caller_has_ignored_stays_ignored() -> None:
    async def main() -> str:
        signal.raise_signal(signal.SIGHUP)
        await asyncio.sleep(0.01)
        return "done"

    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert event_loop.run(main()) == "done"
    finally:
        signal.signal(signal.SIGHUP, before)


def test_the_first_interrupt_asks_and_the_next_one_cancels() -> None:
    asked: list[int] = []

    async def main() -> None:
        with event_loop.first_interrupt(lambda: asked.append(len(asked))):
            signal.raise_signal(signal.SIGINT)
            await asyncio.sleep(0.01)
            assert asked == [0], "what runs goes on"
            signal.raise_signal(signal.SIGINT)
            await asyncio.sleep(10)

    with pytest.raises(KeyboardInterrupt):
        event_loop.run(main())
    assert asked == [0]
