"""One mission flown on two vehicles of the autopilot suite, and how far apart they were at equal progress.

Progress is the item being flown and the share of its way that lies behind: so a vehicle that is late by a second is not
told to be eight metres off, and a corner cut in another way is.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from repository import TESTS

AUTOPILOT_SUITE = TESTS / "autopilot"
if str(AUTOPILOT_SUITE) not in sys.path:
    sys.path.append(str(AUTOPILOT_SUITE))

from flying import (  # noqa: E402
    ACCEPTED,
    AUTO,
    MISSION_START,
    SET_MESSAGE_INTERVAL,
    STABILIZE,
    arm,
    set_mode,
    wait_prearm,
)
from raw_client import Item, RawClient  # noqa: E402
from vehicles import HOME_LAT_DEG, HOME_LON_DEG  # noqa: E402

from dronectl.sim.vehicle.geodesy import LocalMap  # noqa: E402

GLOBAL_POSITION_INT, MISSION_CURRENT = 33, 42
SAMPLES_HZ = 10.0
LONGEST_S = 900.0
"""Wall time for one flight."""
NOISE_M = 0.3
"""A step that is shorter is no way made: the filter's position moves while the vehicle stands in the air."""

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FlownTrack:
    """``samples``: (n, 5) seconds after the start, item being flown, metres north, east and up of where it stood.
    A flight lasts from the start of the mission to disarming."""

    duration_s: float
    samples: FloatArray

    def as_json(self) -> dict[str, Any]:
        return {"duration_s": round(self.duration_s, 2), "samples": np.round(self.samples, 2).tolist()}

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> FlownTrack:
        return cls(told["duration_s"], np.array(told["samples"]))


@dataclass(frozen=True, slots=True)
class Likeness:
    """Of one vehicle to another. ``apart_m``: at equal progress, one value per sample of the other; ``item_s``: for
    each item, seconds that either flew it."""

    late_share: float
    apart_m: FloatArray
    item_s: dict[int, tuple[float, float]]

    @property
    def within_3_m(self) -> float:
        return float(np.mean(self.apart_m <= 3.0))


def items_of_waypoints(path: Path) -> list[Item]:
    """Of a QGC WPL file."""
    items = []
    for line in path.read_text(encoding="utf-8").splitlines()[1:]:
        _, _, frame, command, p1, p2, p3, p4, x, y, z, _ = line.split("\t")
        place = round(float(x) * 1e7), round(float(y) * 1e7)
        items.append(Item(int(command), int(frame), float(p1), float(p2), float(p3), float(p4), *place, float(z)))
    return items


def fly_track(client: RawClient, items: Sequence[Item]) -> FlownTrack:
    """Uploads, flies from arming to disarming. The vehicle must have a position and stand on the ground."""
    if client.mode() != STABILIZE:
        set_mode(client, STABILIZE)
    answer = client.upload(items)
    assert answer.result == 0, answer
    for message_id in (GLOBAL_POSITION_INT, MISSION_CURRENT):
        assert client.command(SET_MESSAGE_INTERVAL, message_id, 1e6 / SAMPLES_HZ).result == ACCEPTED
    wait_prearm(client)
    talk = client.talk()
    talk.expect("GLOBAL_POSITION_INT")
    assert set_mode(client, AUTO).result == ACCEPTED
    answer = arm(client)
    assert answer.result == ACCEPTED, answer.talk.texts()
    assert client.command(MISSION_START).result == ACCEPTED
    talk.wait_until(lambda m: m.get_type() == "HEARTBEAT" and m.base_mode & 128, "arming")
    talk.wait_until(
        lambda m: m.get_type() == "HEARTBEAT" and m.autopilot == 3 and not m.base_mode & 128, "disarming", LONGEST_S
    )
    return _track(talk.heard("GLOBAL_POSITION_INT", "MISSION_CURRENT", "STATUSTEXT"))


def _track(messages: Sequence[Any]) -> FlownTrack:
    chart = LocalMap(round(HOME_LAT_DEG * 1e7), round(HOME_LON_DEG * 1e7))
    now_s = start_s = end_s = 0.0
    is_flying, item = False, 1
    samples = []
    for message in messages:
        match message.get_type():
            case "GLOBAL_POSITION_INT":
                now_s = message.time_boot_ms / 1000.0
                if is_flying:
                    place = chart.to_local(message.lat, message.lon)
                    samples.append((now_s - start_s, item, *place, message.relative_alt / 1000.0))
            case "MISSION_CURRENT" if message.seq > 0:
                item = message.seq
            case "STATUSTEXT" if message.text.startswith("Mission: 1 ") and not start_s:
                is_flying, start_s = True, now_s
            case "STATUSTEXT" if "Disarming motors" in message.text and is_flying:
                is_flying, end_s = False, now_s
    assert end_s > start_s > 0.0, "no start or no disarming was heard"
    return FlownTrack(end_s - start_s, np.array(samples))


def compare(one: FlownTrack, real: FlownTrack) -> Likeness:
    """``one`` against the ``real`` flight of the same mission."""
    apart = []
    item_s = {}
    for number in np.unique(real.samples[:, 1]):
        ours, theirs = (track.samples[track.samples[:, 1] == number] for track in (one, real))
        if not len(ours):
            apart.append(np.full(len(theirs), np.inf))
            continue
        item_s[int(number)] = float(ours[-1, 0] - ours[0, 0]), float(theirs[-1, 0] - theirs[0, 0])
        share, wanted = _progress(ours[:, 2:]), _progress(theirs[:, 2:])
        there = np.column_stack([np.interp(wanted, share, ours[:, axis]) for axis in (2, 3, 4)])
        apart.append(np.linalg.norm(there - theirs[:, 2:], axis=1))
    return Likeness(one.duration_s / real.duration_s - 1.0, np.concatenate(apart), item_s)


def _progress(places: FloatArray) -> FloatArray:
    """(n,) share of the way from first to last that lies behind at each."""
    way = np.zeros(len(places))
    last, so_far = places[0], 0.0
    for index, place in enumerate(places):
        step = float(np.linalg.norm(place - last))
        if step >= NOISE_M:
            so_far, last = so_far + step, place
        way[index] = so_far
    return way / so_far if so_far > 1.0 else np.linspace(0.0, 1.0, len(places))
