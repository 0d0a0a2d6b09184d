"""Frames of a flight: they fill the terminal exactly, at every size, and what matters is on them."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from captured_watch import CapturedWatch
from rich.console import Console
from terminal_picture import SIZES

from dronectl.cli.common.keyboard import OrderKeys
from dronectl.cli.vehicle.dashboard.frame import Frame
from dronectl.cli.vehicle.dashboard.map_view import MapView, marks_of
from dronectl.cli.vehicle.dashboard.messages import Messages
from dronectl.model.picture import FleetPicture
from dronectl.model.site import Site


def shown(watch: CapturedWatch, size: tuple[int, int], **how: object) -> list[str]:
    prompt = str(how.pop("prompt", "orders go to all drones"))
    lines = watch.frame.lines(watch.picture(), size, prompt=prompt, chosen=watch.keys.chosen, **how)  # type: ignore[arg-type]
    assert len(lines) == size[1]
    assert max(line.cell_len for line in lines) <= size[0]
    return [line.plain for line in lines]


@pytest.mark.parametrize("size", SIZES)
def test_each_size_has_the_drones_the_map_the_alarms_and_the_keys(watch: CapturedWatch, size: tuple[int, int]) -> None:
    text = "\n".join(shown(watch, size))
    for words in (
        "patrol 2/5", "lost (patrol)?", "old: mode", "ALARM bravo: battery", "ALARM charlie: not heard",
        "(seen by somchai)", "orders go to all drones", "2 of 3 in the air, 1 lost", "m wide, north is up", "3?",
    ):  # fmt: skip
        assert words in text.replace("\n", " ") or words in text, words
    assert any("\u2801" <= character <= "\u28ff" for character in text)


@pytest.mark.parametrize("size", [(1, 1), (20, 3), (40, 10), (99, 24), (100, 24), (300, 100)])
def test_no_size_is_too_small_or_too_large(watch: CapturedWatch, size: tuple[int, int]) -> None:
    shown(watch, size, doubts=["bravo: another aircraft answers"])


def test_a_question_is_shown_whole_whatever_else_there_is(watch: CapturedWatch) -> None:
    question = "bravo: return to launch?  bravo: WARNING: 12 m inside keep-out 'tower' on the straight return  y = yes"
    for size in ((60, 24), (60, 8)):
        text = "".join(shown(watch, size, prompt=question, is_question=True))
        assert all(word in text for word in question.split())


def test_the_map_shows_where_they_are_where_they_were_and_where_they_go(watch: CapturedWatch, site: Site) -> None:
    picture = watch.picture()
    fresh = MapView(site.drones, site)
    before = "".join(line.plain for line in fresh.lines(picture, 80, 30, ascii_only=False))
    dots = [run for line in watch.frame.map_view.lines(picture, 80, 30, ascii_only=False) for run in line.plain]
    assert sum("\u2801" <= dot <= "\u28ff" for dot in dots) > 0
    assert "1" in before
    assert "3?" in before, "it was there when it was heard last"
    nobody = FleetPicture(picture.time_utc, picture.now_s, ())
    empty = "".join(line.plain for line in fresh.lines(nobody, 80, 30, ascii_only=False))
    assert empty != before
    assert "1" not in empty.split("m wide")[0][:-8]


def test_where_only_ascii_can_be_shown_the_map_is_of_ascii(watch: CapturedWatch, site: Site) -> None:
    lines = MapView(site.drones, site).lines(watch.picture(), 80, 30, ascii_only=True)[:-1]
    text = "".join(line.plain for line in lines)
    assert text.isascii()
    assert {"#", ":", "-", "1"} <= set(text)


def test_without_a_readable_workspace_the_drones_are_on_the_map_all_the_same(watch: CapturedWatch, site: Site) -> None:
    text = "".join(line.plain for line in MapView(site.drones).lines(watch.picture(), 60, 20, ascii_only=True))
    assert {"1", "2", "3", "+"} <= set(text)


# Many drones


def many(watch: CapturedWatch, count: int) -> FleetPicture:
    one = watch.picture().drones[0]
    drones = [replace(one, sample=replace(one.sample, drone=f"drone{number:02d}")) for number in range(1, count + 1)]
    return replace(watch.picture(), drones=tuple(drones))


@pytest.mark.parametrize("size", SIZES)
def test_fifty_drones_are_paged_to_the_one_that_was_chosen(
    watch: CapturedWatch, site: Site, size: tuple[int, int]
) -> None:
    picture = many(watch, 50)
    names = [drone.name for drone in picture.drones]
    fleet = [replace(site.drones[0], name=name) for name in names]
    console = Console(file=io.StringIO(), width=size[0])
    frame = Frame("many", console, watch.clock, Messages(str), MapView(fleet, site))
    keys = OrderKeys(names)
    for presses, wanted in ((0, "drone01"), (1, "drone01"), (38, "drone38"), (50, "drone50")):
        keys = OrderKeys(names)
        for _ in range(presses):
            keys.press("n", 0.0)
        lines = [line.plain for line in frame.lines(picture, size, prompt=keys.prompt(0.0), chosen=keys.chosen)]
        assert len(lines) == size[1]
        (row,) = [line for line in lines if wanted in line and "patrol" in line]
        assert row.startswith(">") == (presses > 0)
        assert any("of 50: n next, p previous" in line for line in lines) or size == (200, 60)
    assert len(set(marks_of(names).values())) == 50


# What was said


def test_the_latest_words_are_shown_and_a_long_one_is_cut() -> None:
    console, messages = Console(file=io.StringIO(), width=200), Messages(lambda: "09:00")
    for number in range(10):
        messages.add(f"said {number}", "alpha")
    assert [line.plain for line in messages.lines(console, 40, 2)] == ["09:00 alpha: said 8", "09:00 alpha: said 9"]
    messages.add("words " * 30)
    lines = [line.plain for line in messages.lines(console, 40, 2)]
    assert len(lines) == 2
    assert lines[0].startswith("09:00 words")
    assert lines[1].endswith("…")


def test_words_of_a_vehicle_make_no_line_of_their_own() -> None:
    console, messages = Console(file=io.StringIO(), width=200), Messages(lambda: "09:00")
    messages.add("x\nALARM alpha: \x1b[2Jland now", "bravo")
    (line,) = messages.lines(console, 100, 5)
    assert "\x1b" not in line.plain
    assert "\n" not in line.plain
