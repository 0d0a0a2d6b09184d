"""The promise of simplification, held against PROJ's own geometry: whatever is left out was within the tolerance."""

from __future__ import annotations

import numpy as np
import pytest
from effort import examples
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from dronectl.formats.tracks import simplify
from dronectl.formats.tracks.simplify import simplified
from dronectl.model.track.track import PositionSource, Track

TO_ECEF = Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)
START = np.datetime64("2026-11-23T01:00:00", "us")


def track(steps_us: object, lat: object, lon: object, altitude: object, home: object = 0.0) -> Track:
    lat_deg = np.asarray(lat, np.float64)
    times = START + np.cumsum(np.broadcast_to(np.asarray(steps_us, np.int64), lat_deg.shape)).astype("timedelta64[us]")
    amsl = np.broadcast_to(np.asarray(altitude, np.float64), lat_deg.shape)
    unknown = np.full(len(lat_deg), np.nan)
    lon_deg = (np.broadcast_to(np.asarray(lon, np.float64), lat_deg.shape) + 180.0) % 360.0 - 180.0
    return Track("a", 1, PositionSource.EKF, times, lat_deg, lon_deg, amsl, amsl - home, unknown, unknown)


def farthest_m(whole: Track, simple: Track, column: str = "amsl_altitude_m") -> float:
    """The worst distance between fixes and the simple track at the same times, through the Earth's own coordinates."""
    lat, lon = simple.places_at(whole.time_utc)
    flown = TO_ECEF.transform(whole.lon_deg, whole.lat_deg, getattr(whole, column))
    drawn = TO_ECEF.transform(lon, lat, simple.values_at(whole.time_utc, getattr(simple, column)))
    return float(np.sqrt(sum((one - two) ** 2 for one, two in zip(flown, drawn, strict=True))).max())


@st.composite
def flights(draw: st.DrawFn) -> Track:
    count = draw(st.integers(1, 200))
    numbers = np.random.default_rng(draw(st.integers(0, 2**32)))
    rough_m = draw(st.sampled_from([0.0, 0.3, 5.0, 200.0]))
    lat0, lon0 = draw(st.sampled_from([(16.05, 103.65), (0.0, 179.9995), (-52.0, -179.9999), (78.2, 15.6)]))
    north, east, up = numbers.normal(0.0, rough_m, (3, count)) + np.outer(numbers.normal(0, 3, 3), np.arange(count))
    lon = lon0 + east / (111_320 * np.cos(np.radians(lat0)))
    home = np.where(np.arange(count) < count // 2, 100.0, 90.0)
    return track(numbers.integers(1, 2_000_000, count), lat0 + north / 111_000, lon, 150 + up, home)


@examples(40)
@given(flights(), st.sampled_from([0.05, 0.5, 3.0, 50.0]))
def test_every_fix_left_out_is_within_the_tolerance_at_its_time(flight: Track, tolerance_m: float) -> None:
    simple = simplified(flight, tolerance_m)
    assert (simple.time_utc[0], simple.time_utc[-1]) == (flight.time_utc[0], flight.time_utc[-1])
    assert np.isin(simple.time_utc, flight.time_utc).all()
    assert simple.simplified_away == len(flight) - len(simple)
    assert simple.tolerance_m == tolerance_m
    # A micrometre, and what a metre is longer a hundred metres up than on the ellipsoid.
    allowed_m = tolerance_m * (1 + 2e-4) + 1e-5
    assert farthest_m(flight, simple) <= allowed_m
    assert farthest_m(flight, simple, "relative_altitude_m") <= allowed_m


@examples(20)
@given(flights())
def test_simplifying_twice_keeps_the_sum_of_both_promises(flight: Track) -> None:
    twice = simplified(simplified(flight, 1.0), 2.0)
    assert twice.tolerance_m == 3.0
    assert twice.simplified_away == len(flight) - len(twice)
    assert farthest_m(flight, twice) <= 3.0 * (1 + 2e-4) + 1e-5


def test_an_even_flight_needs_its_ends_alone_and_a_stop_is_kept() -> None:
    even = track(100_000, 16.05 + np.arange(1_000) * 1e-6, 103.65, 150.0)
    assert len(simplified(even, 0.01)) == 2
    ramp = np.concatenate([np.arange(500), np.full(500, 499), np.arange(500, 1_000)]) * 1e-6
    stops = track(100_000, 16.05 + ramp, 103.65, 150.0)
    assert len(simplified(stops, 0.2)) == 4  # the same line in space, another one in time
    climbing = track(100_000, np.full(3, 16.05), 103.65, [150.0, 160.0, 150.0])
    assert len(simplified(climbing, 9.0)) == 3


def test_the_work_ends_soon_even_for_tracks_made_to_prevent_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each cut at the worst fix of this one takes off a single fix; halving takes over."""
    count = 20_000
    swings = np.exp2(-np.arange(count) / 40.0) * 1e-2 * np.tile([1, -1], count // 2)
    levels: list[int] = []
    measure = simplify._Columns.away_m
    monkeypatch.setattr(
        simplify._Columns, "away_m", lambda self, at, *ends: (levels.append(len(at)), measure(self, at, *ends))[1]
    )
    spike = track(1_000_000, 16.05 + swings, 103.65, 150.0)
    simple = simplified(spike, 1e-4)
    assert 64 < len(levels) <= 64 + 16
    assert farthest_m(spike, simple) <= 1.1e-4


@pytest.mark.parametrize("tolerance_m", [-1.0, float("nan"), float("inf")])
def test_a_tolerance_that_is_none_is_refused(tolerance_m: float) -> None:
    with pytest.raises(ValueError, match="tolerance"):
        simplified(track(1, np.zeros(3), 0.0, 0.0), tolerance_m)


def test_no_tolerance_changes_nothing() -> None:
    flight = track(1, np.zeros(3), 0.0, 0.0)
    assert simplified(flight, 0.0) is flight
