"""How good the clock of a track is: what told the time of day, how well the tellings agree, what was put right."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

NOTEWORTHY_S = 1.0
"""Tellings that lie further apart are not of one clock that runs."""


class TimeSource(StrEnum):
    """What tells the time of day, the best first."""

    GPS = "gps"
    """The vehicle, while it had a fix."""
    VEHICLE = "vehicle"
    """The vehicle, without a fix or a word on it: somebody had set its clock."""
    COMPUTER = "computer"
    """The recording computer."""
    GIVEN = "given"
    """The person who asked: the recording has no time of day."""
    BOOT = "boot"
    """Nothing: times are counted from the boot, as if that were 1970."""

    @property
    def is_vehicles(self) -> bool:
        return self in (TimeSource.GPS, TimeSource.VEHICLE)

    @property
    def description(self) -> str:
        """As in "times …"."""
        match self:
            case TimeSource.GPS:
                return "by the vehicle's clock, which GPS set"
            case TimeSource.VEHICLE:
                return "by the vehicle's clock, not known to be set by GPS"
            case TimeSource.COMPUTER:
                return "of the recording computer"
            case TimeSource.GIVEN:
                return "from the start that was given"
            case TimeSource.BOOT:
                return "since its boot, as if that were 1970"


@dataclass(frozen=True, slots=True)
class ClockStep:
    """A stretch of a boot in which its clock told another time than the one that is believed."""

    begin_utc: np.datetime64
    """``datetime64[us]``, by the time that is believed; so is ``end_utc``."""
    end_utc: np.datetime64
    ahead_s: float
    """What it told, less what is believed."""
    tellings: int

    @property
    def words(self) -> str:
        span = " to ".join(iso_s(moment) for moment in (self.begin_utc, self.end_utc))
        return f"the clock was {abs(self.ahead_s):.1f} s {'ahead' if self.ahead_s > 0 else 'behind'} from {span}"

    def as_json(self) -> dict[str, object]:
        return {
            "begin_utc": iso_s(self.begin_utc),
            "end_utc": iso_s(self.end_utc),
            "ahead_s": round(self.ahead_s, 3),
            "tellings": self.tellings,
        }


@dataclass(frozen=True, slots=True)
class ClockFacts:
    """Of one boot. ``boot_utc_us``: when it began, by the time that is believed; 0 where nothing tells it."""

    source: TimeSource
    tellings: int = 0
    """How many times the time of day that is believed was told."""
    spread_s: float = 0.0
    """How far the earliest and the latest of them lie apart."""
    corrections: tuple[ClockStep, ...] = ()
    more_corrections: int = 0
    """Further ones, of fewer tellings: a clock that steps so often is no clock."""
    boot_utc_us: int = 0
    computer_ahead_s: float | None = None
    """The recording computer's clock, less the vehicle's; None where the recording has no such stamps."""

    @property
    def words(self) -> str:
        """For a person, in one line."""
        told = f"times are {self.source.description}"
        if self.tellings > 1:
            told += f" ({self.tellings} tellings within {self.spread_s:.2f} s)"
        return "; ".join((told, *self.corrections_words))

    @property
    def corrections_words(self) -> tuple[str, ...]:
        words = [f"{step.words}, which is put right" for step in self.corrections]
        if self.more_corrections:
            words.append(f"it was wrong {self.more_corrections} times more, which is put right")
        return tuple(words)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of it, a line each: nothing where GPS set it and it told one time."""
        match self.source:
            case TimeSource.GPS if self.spread_s > NOTEWORTHY_S:
                return (self.words,)
            case TimeSource.GPS:
                return self.corrections_words
            case TimeSource.VEHICLE:
                return (self.words,)
            case _:
                return (f"no time of day from the vehicle; {self.words}",)

    def as_json(self) -> dict[str, object]:
        return {
            "source": str(self.source),
            "tellings": self.tellings,
            "spread_s": round(self.spread_s, 3),
            "corrections": [step.as_json() for step in self.corrections],
            "more_corrections": self.more_corrections,
            "computer_ahead_s": None if self.computer_ahead_s is None else round(self.computer_ahead_s, 1),
        }


UNKNOWN_CLOCK = ClockFacts(TimeSource.VEHICLE)
"""Of tracks that no recording gave."""


def iso_s(moment: np.datetime64) -> str:
    """``2026-11-23T01:28:54Z``: whole seconds, which is what people ask of a clock."""
    return f"{moment.astype('datetime64[s]')}Z"
