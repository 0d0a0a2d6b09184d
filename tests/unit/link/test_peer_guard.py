from __future__ import annotations

import pytest

from dronectl.link.peer_guard import PeerGuard


def test_copies_by_a_second_way_are_harmless() -> None:
    watch = PeerGuard()
    for number in range(100):
        raw = bytes([number])
        assert watch.accept(raw, "a", number * 0.1)
        assert not watch.accept(raw, "b", number * 0.1 + 0.01)
    assert watch.rival is None


def test_copies_that_come_first_by_the_second_way_are_harmless() -> None:
    watch = PeerGuard()
    watch.accept(b"start", "a", 0.0)
    for number in range(100):
        raw = bytes([number])
        watch.accept(raw, "b", number * 0.1)
        watch.accept(raw, "a", number * 0.1 + 0.05)
    assert watch.rival is None


@pytest.mark.parametrize(("sooner_s", "rival"), [(0.9, None), (1.1, "b")])
def test_a_copy_may_come_a_second_before_its_original_and_no_more(sooner_s: float, rival: str | None) -> None:
    guard = PeerGuard()
    came = [(number * 0.1, "a", number) for number in range(60)]
    came += [(number * 0.1 - sooner_s, "b", number) for number in range(20, 50)]
    for now_s, source, number in sorted(came):
        guard.accept(bytes([number]), source, now_s)
    assert guard.rival == rival


def test_two_that_say_different_things_are_rivals() -> None:
    watch = PeerGuard()
    for number in range(20):
        watch.accept(b"a" + bytes([number]), "a", number * 0.1)
        watch.accept(b"b" + bytes([number]), "b", number * 0.1)
    assert watch.rival == "b"


def test_a_vehicle_on_a_new_address_is_followed() -> None:
    watch = PeerGuard()
    watch.accept(b"1", "old", 0.0)
    assert not watch.accept(b"2", "new", 1.0)
    assert watch.accept(b"3", "new", 3.5)
    assert watch.accept(b"4", "new", 3.6)
    assert watch.rival is None


def test_a_forgotten_source_is_replaced_at_once() -> None:
    watch = PeerGuard()
    watch.accept(b"1", "old", 0.0)
    watch.forget()
    assert watch.accept(b"2", "new", 0.1)
