"""What the reader of a recording found in it, and why it is no more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dronectl.formats.recordings.left_out import NOTHING_LEFT_OUT, LeftOut
from dronectl.model.track.track import Track

MOST_FLIGHTS = 1_000
"""In one recording: a year of a drone, and as many as are read in a second."""


class TooManyFlights(ValueError):
    """A recording of noise, or one that was made to take long."""

    def __init__(self, what: str = "flights") -> None:
        super().__init__(f"more than {MOST_FLIGHTS} {what}: no recording of an aircraft has so many")


@dataclass(frozen=True, slots=True)
class Heard:
    """Counts that tell why there is no flight."""

    vehicles: int = 0
    positions: int = 0
    """Of all vehicles, armed or not."""
    armed: int = 0
    """Stretches in which one was armed."""

    def __add__(self, other: Heard) -> Heard:
        return Heard(self.vehicles + other.vehicles, self.positions + other.positions, self.armed + other.armed)

    def no_flight_words(self, left_out: LeftOut) -> str:
        """Why there is no flight, in one line."""
        if not self.vehicles:
            return "no vehicle was heard"
        if not self.positions:
            return "no position of a vehicle was heard"
        if not self.armed:
            return f"no vehicle was armed in {self.positions} positions (--source raw shows the receiver's)"
        if left_out == NOTHING_LEFT_OUT:
            return f"none of {self.positions} positions was told while a vehicle was armed"
        return "no position in flight is usable"


@dataclass(frozen=True, slots=True)
class Flights:
    """``tracks`` by system id, then by time."""

    tracks: tuple[Track, ...] = ()
    left_out: LeftOut = NOTHING_LEFT_OUT
    heard: Heard = Heard()
    notes: tuple[str, ...] = ()
    """What a person should know of what was read, a line each."""

    def __add__(self, other: Flights) -> Flights:
        """
        Raises:
            TooManyFlights: together.
        """
        if len(self.tracks) + len(other.tracks) > MOST_FLIGHTS:
            raise TooManyFlights
        return Flights(
            self.tracks + other.tracks,
            self.left_out + other.left_out,
            self.heard + other.heard,
            (*self.notes, *(note for note in other.notes if note not in self.notes)),
        )

    @property
    def words(self) -> tuple[str, ...]:
        """Everything that is not in the tracks, a line each."""
        why = () if self.tracks else (f"no flight: {self.heard.no_flight_words(self.left_out)}",)
        return (*why, *self.left_out.words, *self.notes)


def at_most(tracks: Iterable[Track | None]) -> tuple[Track, ...]:
    """Those that are some.

    Raises:
        TooManyFlights: as soon as there are, also of stretches without one.
    """
    return tuple(track for track in _counted(tracks) if track is not None)


def _counted(tracks: Iterable[Track | None]) -> Iterator[Track | None]:
    for number, track in enumerate(tracks):
        if number >= MOST_FLIGHTS:
            raise TooManyFlights
        yield track
