"""Recordings that were made to take long: more flights, boots or steps of a clock than any aircraft has."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from tlog_builder import UNIX_EPOCH_US, LogBuilder

from dronectl.errors import InputError
from dronectl.formats.recordings.flights import MOST_FLIGHTS
from dronectl.formats.recordings.recording import read_recording


def armed_so_often(times: int) -> LogBuilder:
    log = LogBuilder().heartbeat(armed=False, mode=0).system_time(1_000).gps(1_000)
    for number in range(times):
        log.heartbeat(armed=True).position(2_000 + 1_000 * number).heartbeat(armed=False)
    return log


def booted_so_often(times: int) -> LogBuilder:
    chance = random.Random(1)
    log = LogBuilder().heartbeat(armed=True)
    for number in range(3 * times):
        log.position(chance.randrange(2**32), lat=160_538_000 + number)
    return log


def of_so_many_aircraft(systems: int, flights: int) -> LogBuilder:
    log = LogBuilder()
    for number in range(2 * systems * flights):
        system = 1 + number % systems
        log.position(1_000 * number, system=system).heartbeat(armed=bool(number // systems % 2), system=system)
    return log


@pytest.mark.parametrize(
    ("log", "what"),
    [
        (armed_so_often(MOST_FLIGHTS + 1), "flights"),
        (booted_so_often(MOST_FLIGHTS), "boots"),
        (of_so_many_aircraft(250, MOST_FLIGHTS // 250 + 1), "flights"),
    ],
    ids=["armings", "boots", "aircraft"],
)
def test_more_than_any_aircraft_has_are_refused(tmp_path: Path, log: LogBuilder, what: str) -> None:
    path = log.save(tmp_path)
    with pytest.raises(InputError) as caught:
        read_recording(path)
    assert caught.value.message == f"{path}: more than 1000 {what}: no recording of an aircraft has so many"


def test_as_many_as_may_be_are_read(tmp_path: Path) -> None:
    assert len(read_recording(armed_so_often(300).save(tmp_path)).tracks) == 300


def test_a_clock_that_steps_all_the_time_is_told_of_in_a_few_words(tmp_path: Path) -> None:
    chance = random.Random(1)
    log = LogBuilder().heartbeat(armed=True)
    for number in range(500):
        unix_us = UNIX_EPOCH_US + chance.randrange(2**40)
        log.system_time(1_000 * number, unix_us=unix_us).position(1_000 * number)
    (track,) = read_recording(log.save(tmp_path)).tracks
    assert len(track.timing.corrections) == 20
    assert track.timing.more_corrections > 400
    assert track.timing.corrections_words[-1].endswith("times more, which is put right")
    assert len(track.timing.corrections_words) == 21
