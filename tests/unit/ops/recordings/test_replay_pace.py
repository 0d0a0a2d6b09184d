"""A replay keeps the recording's pace times its speed, over hours, and makes up for what was late."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tlog_builder import LogBuilder
from virtual_network import run_virtually

from dronectl.cli.main import run
from dronectl.ops.recordings import replay as replaying
from dronectl.ops.recordings.replay import Replayed, replay

FRAME = bytes(LogBuilder().heartbeat(armed=False).data)[8:]


def replayed(times_s: Sequence[float], *, held_up_s: float = 0.0, **how: float) -> tuple[Replayed, list[float]]:
    """What comes of it, and when each frame was sent. ``held_up_s``: so long the second one takes to be read."""
    sent: list[float] = []

    @asynccontextmanager
    async def sender(_url: str) -> AsyncIterator[Callable[[bytes], None]]:
        loop = asyncio.get_running_loop()
        begin_s = loop.time()
        yield lambda _frame: sent.append(loop.time() - begin_s)

    def frames() -> Iterator[tuple[int, bytes]]:
        for number, time_s in enumerate(times_s):
            if number == 1:
                asyncio.get_running_loop()._instant.now_s += held_up_s  # type: ignore[attr-defined]
            yield round(time_s * 1e6), FRAME

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(replaying, "open_sender", sender)
        return run_virtually(replay(frames(), "udpout://127.0.0.1:1", **how), limit_s=1e6), sent


@given(
    st.lists(st.floats(0.0, 1.9), min_size=1, max_size=40),
    st.sampled_from([0.1, 0.5, 1.0, 7.0, 100.0]),
)
def test_every_frame_is_sent_when_it_is_due(gaps_s: list[float], speed: float) -> None:
    times_s = [sum(gaps_s[:count]) for count in range(len(gaps_s) + 1)]
    done, sent = replayed(times_s, speed=speed)
    assert done.frames == len(times_s)
    assert sent == pytest.approx([time_s / speed for time_s in times_s], abs=1e-3)


def test_as_fast_as_possible_takes_no_time() -> None:
    done, sent = replayed([0.0, 1.5, 3000.0, 3001.0], speed=math.inf, longest_pause_s=math.inf)
    assert (done.frames, set(sent)) == (4, {0.0})


def test_a_frame_that_is_late_delays_none_behind_it() -> None:
    _, sent = replayed([0.0, 1.0, 2.0, 3.0, 4.0], held_up_s=2.5)
    assert sent == pytest.approx([0.0, 2.5, 2.5, 3.0, 4.0])


def test_gaps_are_cut_and_told_and_a_clock_set_back_waits_for_nothing() -> None:
    done, sent = replayed([0.0, 1.0, 3601.0, 3500.0, 3501.0])
    assert sent == pytest.approx([0.0, 1.0, 3.0, 3.0, 4.0])
    assert done.shortened_s == pytest.approx(3598.0)
    done, sent = replayed([0.0, 1.0, 3601.0], longest_pause_s=4000.0, speed=2.0)
    assert (sent[-1], done.shortened_s) == (pytest.approx(1800.5), 0.0)


@pytest.mark.parametrize("speed", ["0", "-1", "fast", "nan", "1001"])
def test_a_speed_that_is_none_is_refused(speed: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["telemetry", "replay", str(tmp_path / "x.tlog"), "--speed", speed]) == 2
    assert "--speed" in capsys.readouterr().err
