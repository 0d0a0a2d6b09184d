from __future__ import annotations

import os
import sys
import time

import pytest
from programs import wait_for

from dronectl.cli.common.keyboard import CONFIRM_WITHIN_S, QUIT, SEEN, KeyOrder, OrderKeys, keys_of

NAMES = ("alpha", "bravo", "charlie")


def pressed(text: str, *, pause_s: float = 0.1) -> list[KeyOrder]:
    keys = OrderKeys(NAMES)
    given = [keys.press(key, number * pause_s) for number, key in enumerate(text)]
    return [order for order in given if order is not None]


@pytest.mark.parametrize(("key", "name"), [("h", "hold"), ("r", "rtl"), ("l", "land"), ("R", "rtl")])
def test_an_order_goes_to_all_once_it_is_confirmed(key: str, name: str) -> None:
    assert pressed(f"{key}y") == [KeyOrder(name, NAMES)]


def test_an_order_goes_to_the_one_that_was_chosen() -> None:
    assert pressed("2ly") == [KeyOrder("land", ("bravo",))]
    assert pressed("2aly") == [KeyOrder("land", NAMES)]


def test_n_and_p_step_through_the_drones() -> None:
    assert pressed("nly") == [KeyOrder("land", ("alpha",))]
    assert pressed("nnly") == [KeyOrder("land", ("bravo",))]
    assert pressed("ply") == [KeyOrder("land", ("charlie",))]
    assert pressed("nnnnly") == [KeyOrder("land", ("alpha",))], "after the last one the first"
    assert pressed("2npply") == [KeyOrder("land", ("alpha",))]


@pytest.mark.parametrize(
    "text", ["l", "lny", "lpy", "y", "lly"[:2], "l2y", "lay", "l y", "hxy", "4", "9y", "\x03y", "ห"]
)
def test_nothing_is_ordered_without_its_confirmation(text: str) -> None:
    assert pressed(text) == []


def test_one_confirmation_is_for_one_order() -> None:
    assert pressed("ryy") == [KeyOrder("rtl", NAMES)]
    assert pressed("lry") == [KeyOrder("rtl", NAMES)], "another order replaces the one not confirmed"


def test_a_late_confirmation_is_none() -> None:
    assert pressed("ly", pause_s=CONFIRM_WITHIN_S + 0.1) == []


def test_s_needs_no_confirmation_and_takes_back_an_order() -> None:
    assert pressed("s") == [KeyOrder(SEEN, NAMES)]
    assert pressed("2ls") == [KeyOrder(SEEN, ("bravo",))]
    assert pressed("lsy") == [KeyOrder(SEEN, NAMES)]


def test_q_leaves() -> None:
    assert pressed("q") == [KeyOrder(QUIT, ())]
    assert pressed("lq") == [KeyOrder(QUIT, ())]


def test_the_prompt_says_what_y_will_do_and_to_whom() -> None:
    keys = OrderKeys(NAMES)
    assert "orders go to all drones" in keys.prompt(0.0)
    keys.press("2", 0.0)
    assert "orders go to bravo" in keys.prompt(0.0)
    keys.press("l", 1.0)
    assert keys.prompt(1.1) == "bravo: LAND HERE, whatever is below?  y = yes, any other key = no"
    assert "orders go to bravo" in keys.prompt(1.0 + CONFIRM_WITHIN_S + 0.1)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals to test with")
def test_keys_of_a_terminal_come_one_by_one_and_the_terminal_is_left_as_it_was() -> None:
    import pty
    import termios

    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "r") as terminal:
        before = termios.tcgetattr(terminal)
        got: list[str] = []
        with keys_of(terminal, got.append):
            os.write(ours, b"r")
            wait_for(lambda: got == ["r"])
            os.write(ours, b"\x1b[A")
            time.sleep(0.05)
            os.write(ours, b"y")
            wait_for(lambda: got == ["r", "y"])
        assert termios.tcgetattr(terminal) == before
    os.close(ours)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals to test with")
def test_a_terminal_that_was_closed_is_no_fault() -> None:
    import pty

    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "r") as terminal, keys_of(terminal, lambda _key: None):
        os.close(ours)
