"""Where nothing was recorded for a while."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dronectl.model.track.track import Track

LEAST_GAP_S, GAP_STEPS = 5.0, 5.0
"""A step of so many seconds, and of so many usual steps of the recording, is a gap in it."""


def gaps_behind(track: Track) -> NDArray[np.bool_]:
    """Whether a gap is behind each fix but the last, ``(fixes - 1,)``. A track that was thinned before tells none."""
    steps_s = np.diff(track.time_utc) / np.timedelta64(1, "s")
    if not len(steps_s) or track.tolerance_m > 0.0:
        return np.zeros(len(steps_s), np.bool_)
    middle = len(steps_s) // 2
    usual_s = float(np.partition(steps_s, middle)[middle])  # np.median would import NumPy's masked arrays
    gaps: NDArray[np.bool_] = steps_s > max(LEAST_GAP_S, GAP_STEPS * usual_s)
    return gaps
