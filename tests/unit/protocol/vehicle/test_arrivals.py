from __future__ import annotations

import pytest

from dronectl.protocol.vehicle.arrivals import Arrivals


def told(*times_s: float) -> Arrivals:
    arrivals = Arrivals()
    for time_s in times_s:
        arrivals.came("ATTITUDE", time_s)
    return arrivals


@pytest.mark.parametrize(
    ("times_s", "rate_hz", "now_s", "flows"),
    [
        ((0.0, 0.5, 1.0), 2.0, 1.2, True),
        ((0.0, 0.5, 1.0), 1.0, 1.2, True),
        ((0.0, 0.5, 1.0), 4.0, 1.2, False),
        ((0.0, 0.5), 2.0, 0.6, False),  # too little is known
        ((0.0, 0.5, 1.0), 2.0, 2.5, False),  # it has stopped
        ((0.0, 0.25, 0.5, 1.0, 1.25), 4.0, 1.3, True),  # one was lost
        ((0.0, 1.0, 1.01, 2.0, 3.0), 4.0, 3.1, False),  # two came in a burst
    ],
)
def test_what_flows(times_s: tuple[float, ...], rate_hz: float, now_s: float, flows: bool) -> None:
    assert told(*times_s).flows("ATTITUDE", rate_hz, now_s) is flows
    assert not told(*times_s).flows("VFR_HUD", rate_hz, now_s)
