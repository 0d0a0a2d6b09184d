"""The search budget of ``plan build``, and Ctrl-C that ends the search."""

from __future__ import annotations

import signal

import click
import pytest

from dronectl.cli.plan.budget import span_s, stop_on_interrupt


def span_of(text: str) -> float:
    option = click.Option(["--budget"])
    return span_s(click.Context(click.Command("build")), option, text)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("500ms", 0.5), ("1s", 1.0), ("2 min", 120.0), ("0s", 0.0), ("1.5s", 1.5), (" 60min ", 3600.0)],
)
def test_a_span_of_time_is_read(text: str, seconds: float) -> None:
    assert span_of(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "1", "s", "-1s", "nans", "1e3s", "1h", "๑s", "1  s", "1.s", "9999999999s"])
def test_anything_else_is_refused_by_name(text: str) -> None:
    with pytest.raises(click.BadParameter, match="no time as 500ms"):
        span_of(text)


def test_more_than_an_hour_is_refused() -> None:
    with pytest.raises(click.BadParameter, match="more than an hour"):
        span_of("61 min")


def test_the_first_interrupt_stops_the_search_and_the_second_gives_up() -> None:
    before = signal.getsignal(signal.SIGINT)
    with stop_on_interrupt() as stop:
        assert not stop()
        signal.raise_signal(signal.SIGINT)
        assert stop()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before
