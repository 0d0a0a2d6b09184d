"""GPS time to UTC.

GPS counts weeks and milliseconds since 1980-01-06 without leap seconds; UTC has had those that the IERS announced
(Bulletin C). None was added after 2017, and none is announced.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_GPS_EPOCH = np.datetime64("1980-01-06T00:00:00", "us")
_WEEK_US = 7 * 86_400 * 1_000_000
_LEAP_DAYS = np.array(
    [
        "1981-07-01",
        "1982-07-01",
        "1983-07-01",
        "1985-07-01",
        "1988-01-01",
        "1990-01-01",
        "1991-01-01",
        "1992-07-01",
        "1993-07-01",
        "1994-07-01",
        "1996-01-01",
        "1997-07-01",
        "1999-01-01",
        "2006-01-01",
        "2009-01-01",
        "2012-07-01",
        "2015-07-01",
        "2017-01-01",
    ],
    dtype="datetime64[us]",
)
"""From these days on UTC is one second more behind GPS: 18 s since 2017."""
_LEAP_IN_GPS = (_LEAP_DAYS - _GPS_EPOCH).astype(np.int64) + np.arange(1, len(_LEAP_DAYS) + 1) * 1_000_000


def gps_to_utc_us(week: NDArray[np.integer], week_ms: NDArray[np.integer]) -> NDArray[np.int64]:
    """UTC in µs since 1970 of GPS weeks (since 1980, not rolled over) and milliseconds of the week."""
    gps_us = week.astype(np.int64) * _WEEK_US + week_ms.astype(np.int64) * 1_000
    leap_s = np.searchsorted(_LEAP_IN_GPS, gps_us, side="right").astype(np.int64)
    utc: NDArray[np.int64] = _GPS_EPOCH.astype(np.int64) + gps_us - leap_s * 1_000_000
    return utc
