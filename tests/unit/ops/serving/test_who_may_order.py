"""Tokens, sessions, and how wrong tokens are slowed down."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dronectl.errors import InputError
from dronectl.ops.audit.log import AuditLog
from dronectl.ops.audit.trail import AuditTrail
from dronectl.ops.serving.access.door import Door
from dronectl.ops.serving.access.people import add_person, read_people, remove_person, whose
from dronectl.ops.serving.access.sessions import FREE_TRIES, LASTS_S, LONGEST_WAIT_S, MOST_PLACES, BackOff, Sessions


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def people(tmp_path: Path) -> Path:
    return tmp_path / "flights" / ".page-tokens"


def test_the_file_has_hashes_alone_and_is_for_its_owner(people: Path) -> None:
    token = add_person(people, "somchai")
    assert token not in people.read_text()
    assert whose(read_people(people), "somchai", token) is not None
    assert whose(read_people(people), "malee", token) is None
    assert whose(read_people(people), "somchai", token[:-1]) is None
    with pytest.raises(InputError, match="has a token"):
        add_person(people, "somchai")
    if os.name != "nt":
        assert people.stat().st_mode & 0o777 == 0o600
        people.chmod(0o644)
        with pytest.raises(InputError, match="others can read"):
            read_people(people)


@pytest.mark.parametrize("line", ["somchai", "somchai sha256:xyz", "somchai md5:" + "0" * 64, "a/b sha256:" + "0" * 64])
def test_a_line_that_names_nobody_is_told_without_its_words(people: Path, line: str) -> None:
    add_person(people, "malee")
    people.write_text(people.read_text() + line + "\n")
    with pytest.raises(InputError, match=":2: names nobody") as told:
        read_people(people)
    assert "xyz" not in str(told.value)


def test_a_session_lasts_a_shift_and_its_secret_is_not_what_is_kept(people: Path, clock: Clock) -> None:
    add_person(people, "somchai")
    sessions = Sessions(clock)
    secret, session = sessions.begin(read_people(people)[0], "10.0.0.5")
    assert sessions.of(secret) == session
    assert sessions.of(session.key) is None
    clock.now_s = LASTS_S + 1.0
    assert sessions.of(secret) is None


def test_wrong_tokens_wait_twice_as_long_each_time_and_only_from_there(clock: Clock) -> None:
    back_off = BackOff(clock)
    waits = []
    for _ in range(FREE_TRIES + 8):
        back_off.wrong("10.0.0.9")
        waits.append(back_off.wait_s("10.0.0.9"))
        clock.now_s += waits[-1]
    assert waits == [0.0] * (FREE_TRIES - 1) + [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0]
    assert back_off.wait_s("10.0.0.5") == 0.0
    for number in range(2 * MOST_PLACES):
        back_off.wrong(f"10.1.{number // 250}.{number % 250}")
    assert len(back_off._places) == MOST_PLACES


def test_the_door_slows_guesses_down_and_tells_of_them(people: Path, clock: Clock, tmp_path: Path) -> None:
    token = add_person(people, "somchai")
    said: list[str] = []
    log = AuditLog(tmp_path / "audit")
    with AuditTrail(log, "dronectl serve", said.append) as trail:
        door = Door(people, trail, said.append, clock)
        for _ in range(FREE_TRIES):
            assert door.log_in("somchai", "guess", "10.0.0.9").session is None
        assert door.log_in("somchai", token, "10.0.0.9").wait_s > 0.0, "also the right one waits there"
        entry = door.log_in("somchai", token, "10.0.0.5")
        assert entry.session is not None
        assert door.who(entry.secret) == entry.session
        clock.now_s += LONGEST_WAIT_S
        assert door.log_in("somchai", token, "10.0.0.9").session is not None
        remove_person(people, "somchai")
        assert door.who(entry.secret) is None
        new = add_person(people, "somchai")
        assert door.who(entry.secret) is None, "another token of the same name opens no session of the old one"
        assert door.log_in("somchai", new, "10.0.0.5").session is not None
    assert [line.get("refused") for line in log.lines() if line["event"] == "intent"] == [True] * FREE_TRIES + [
        None
    ] * 3
    assert len(said) == FREE_TRIES
    assert token not in str(list(log.lines()))
