"""A stretch of a flight without a 3-D fix."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class FixOutage:
    """The first and the last position that the autopilot told by itself, and how many. ``datetime64[us]``."""

    begin_utc: np.datetime64
    end_utc: np.datetime64
    samples: int

    @property
    def duration_s(self) -> float:
        return float((self.end_utc - self.begin_utc) / np.timedelta64(1, "s"))

    def as_json(self) -> dict[str, object]:
        begin, end = (f"{moment.astype('datetime64[ms]')}Z" for moment in (self.begin_utc, self.end_utc))
        return {"begin_utc": begin, "end_utc": end, "samples": self.samples}
