"""Positions that were heard in flight and are in no track, and why."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How many."""

    without_fix: int = 0
    """No receiver had a 3-D fix, and nothing shows that the autopilot held its place."""
    no_place: int = 0
    """No place on Earth, no height or time that can be, or torn by damage."""
    twice: int = 0
    """A second copy."""

    def __add__(self, other: LeftOut) -> LeftOut:
        return LeftOut(self.without_fix + other.without_fix, self.no_place + other.no_place, self.twice + other.twice)

    @property
    def words(self) -> tuple[str, ...]:
        """For a person, a line for each reason."""
        counted = (
            (self.without_fix, "without a 3-D fix"),
            (self.no_place, "that can be none"),
            (self.twice, "told twice"),
        )
        return tuple(f"{_positions(count)} {why} left out" for count, why in counted if count)

    def as_json(self) -> dict[str, object]:
        return {"without_3d_fix": self.without_fix, "no_place": self.no_place, "told_twice": self.twice}


NOTHING_LEFT_OUT = LeftOut()


def _positions(count: int) -> str:
    return "1 position" if count == 1 else f"{count} positions"
