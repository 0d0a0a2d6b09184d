"""What a flight with recordings ends with: nothing, or the error that tells the gravest of what happened."""

from __future__ import annotations

from typing import Any

import pytest

from dronectl.errors import DronectlError, Interrupted, NoAnswer, Refused, StorageError
from dronectl.ops.flight.drone_flight import DroneFlight, FlightEnd
from dronectl.ops.flight.fly import FlightResult
from dronectl.ops.flight.recorded_flight import RecordedFlight, require_completed


def drone(name: str = "alpha", **how: Any) -> DroneFlight:
    """One whose sortie went as planned, unless told otherwise."""
    usual: dict[str, Any] = {
        "armed": True,
        "completed": True,
        "landed": True,
        "ended": FlightEnd.LANDED,
        "end": "landed",
    }
    numbers = {"reached_item": 7, "last_item": 7, "duration_s": 60.0, "max_relative_altitude_m": 30.0}
    return DroneFlight(name, 1, texts=(), **{**usual, **numbers, **how})


UNHEARD = {"landed": False, "ended": FlightEnd.UNHEARD, "end": "was not heard from then on"}
CRASHED = {"landed": False, "ended": FlightEnd.CRASHED, "end": "CRASHED"}
EARLY = {"completed": False, "end": "came back early"}


def flown(*drones: DroneFlight, interrupted: bool = False, full: StorageError | None = None) -> RecordedFlight:
    return RecordedFlight(FlightResult(1, drones, interrupted), ("alpha.tlog",), full)


def test_a_flight_as_planned_is_no_error() -> None:
    require_completed(flown(drone(), drone("bravo")))


@pytest.mark.parametrize(
    ("flight", "kind", "message", "hint"),
    [
        (flown(drone(), drone("bravo", **EARLY)), Refused, "not flown to the end: bravo came back early", "track info"),
        (flown(drone(**UNHEARD)), NoAnswer, "not seen to land: alpha was not heard from then on", "dronectl watch"),
        (
            flown(drone(**UNHEARD), drone("bravo", **CRASHED), drone("charlie", **EARLY)),
            Refused,
            "not seen to land: alpha was not heard from then on; bravo CRASHED",
            "'dronectl disarm --drone bravo' stops its motors",
        ),
        (
            flown(drone(landed=False, ended=FlightEnd.FELL, end="fell")),
            Refused,
            "not seen to land: alpha fell",
            "look for it: 'dronectl watch'",
        ),
        (flown(drone(), interrupted=True), Interrupted, "stopped by the user; every drone has landed", ""),
        (
            flown(drone(**CRASHED), interrupted=True),
            Interrupted,
            "stopped by the user; NOT seen to land: alpha CRASHED",
            "disarm",
        ),
        (
            flown(drone(armed=False, landed=False, completed=False), interrupted=True),
            Interrupted,
            "stopped by the user; nothing was armed",
            "",
        ),
    ],
)  # fmt: skip
def test_what_went_wrong_is_the_error(
    flight: RecordedFlight, kind: type[DronectlError], message: str, hint: str
) -> None:
    with pytest.raises(kind) as told:
        require_completed(flight)
    assert told.value.message == message
    assert hint in (told.value.hint or "")
    assert told.value.details["recordings"] == ["alpha.tlog"]


def test_a_full_disk_is_told_after_a_good_flight_alone() -> None:
    full = StorageError("alpha.tlog: No space left on device")
    with pytest.raises(StorageError) as told:
        require_completed(flown(drone(), full=full))
    assert told.value is full
    assert full.details["sortie"] == 1
    with pytest.raises(Refused):
        require_completed(flown(drone(**EARLY), full=full))
