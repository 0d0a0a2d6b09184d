"""How fast along a leg: speeds that change softly, by acceleration that rises and falls in a straight line.

The real autopilot's jerk is a raised cosine; what that adds to a rise of the acceleration is ``soft_s``. Positions
differ by millimetres. Every figure is along the leg: metres, m/s, m/s2.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

_STEPS = 30
"""Of a bisection."""
_ROOM_S = 3.6
"""A speed is not changed on the way unless so much of the leg is flown at one speed."""


@dataclass(frozen=True, slots=True)
class Softness:
    """Limits of a speed change: acceleration, its rate of change, and what each rise takes longer."""

    acceleration_m_s2: float
    jerk_m_s3: float
    soft_s: float


@dataclass(frozen=True, slots=True)
class Ramp:
    """From one speed to another: the acceleration rises to ``peak_m_s2``, stays, and falls again."""

    from_m_s: float
    to_m_s: float
    peak_m_s2: float
    rise_s: float
    flat_s: float

    @property
    def duration_s(self) -> float:
        return 2.0 * self.rise_s + self.flat_s

    @property
    def length_m(self) -> float:
        return 0.5 * (self.from_m_s + self.to_m_s) * self.duration_s

    def at(self, time_s: float) -> tuple[float, float, float]:
        """Distance, speed and acceleration."""
        peak, rise = self.peak_m_s2, self.rise_s
        if not peak:
            return self.from_m_s * time_s, self.from_m_s, 0.0
        left_s = self.duration_s - time_s
        if left_s < rise:
            change = peak * left_s * left_s / (2.0 * rise)
            distance = self.length_m - self.to_m_s * left_s + change * left_s / 3.0
            return distance, self.to_m_s - change, peak * left_s / rise
        if time_s < rise:
            change = peak * time_s * time_s / (2.0 * rise)
            return self.from_m_s * time_s + change * time_s / 3.0, self.from_m_s + change, peak * time_s / rise
        since_s = time_s - rise
        speed = self.from_m_s + 0.5 * peak * rise
        distance = self.from_m_s * rise + peak * rise * rise / 6.0
        return distance + speed * since_s + 0.5 * peak * since_s * since_s, speed + peak * since_s, peak


def ramp(from_m_s: float, to_m_s: float, soft: Softness) -> Ramp:
    """The quickest change of speed."""
    change = abs(to_m_s - from_m_s)
    if change < 1e-9:
        return Ramp(from_m_s, to_m_s, 0.0, 0.0, 0.0)
    peak, jerk = soft.acceleration_m_s2, soft.jerk_m_s3
    rise = peak / jerk + soft.soft_s
    flat = change / peak - rise
    if flat < 0.0:
        # The acceleration turns before it is at its limit: change = peak * rise, with rise as above.
        peak = 0.5 * jerk * (math.sqrt(soft.soft_s * soft.soft_s + 4.0 * change / jerk) - soft.soft_s)
        rise, flat = change / peak, 0.0
    return Ramp(from_m_s, to_m_s, math.copysign(peak, to_m_s - from_m_s), rise, flat)


def cruise(speed_m_s: float, length_m: float) -> Ramp:
    """At one speed over a distance."""
    return Ramp(speed_m_s, speed_m_s, 0.0, 0.0, max(0.0, length_m) / speed_m_s)


def _greatest(least: float, most: float, length_m: float, ends: tuple[float, float], soft: Softness) -> float:
    """The greatest speed that can be had, and given up again, within half of a length each."""
    for _ in range(_STEPS):
        middle = 0.5 * (least + most)
        if max(ramp(end, middle, soft).length_m for end in ends) <= 0.5 * length_m:
            least = middle
        else:
            most = middle
    return least


@dataclass(slots=True)
class Profile:
    """A whole leg. ``starts_s`` and ``starts_m``: when and where each of its parts begins."""

    length_m: float
    soft: Softness
    parts: list[Ramp] = field(default_factory=list)
    starts_s: list[float] = field(default_factory=list)
    starts_m: list[float] = field(default_factory=list)
    duration_s: float = 0.0
    faster_until_s: float = 0.0
    """The end of the first change of speed."""
    slower_from_s: float = 0.0
    """The beginning of the last one."""

    def at(self, time_s: float) -> tuple[float, float, float]:
        """Distance, speed and acceleration; before it begins and after it ends as at its ends."""
        time_s = 0.0 if time_s < 0.0 else self.duration_s if time_s > self.duration_s else time_s
        parts, starts_s = self.parts, self.starts_s
        number = len(parts) - 1
        while number > 0 and time_s < starts_s[number]:
            number -= 1
        distance, speed, acceleration = parts[number].at(time_s - starts_s[number])
        return self.starts_m[number] + distance, speed, acceleration

    def change_speed(self, speed_m_s: float, time_s: float) -> None:
        """From ``time_s`` on, as soon as the speed that is being taken up is there; not while it brakes for the end."""
        first, last = self.parts[0], self.parts[-1]
        if time_s >= self.slower_from_s or abs(self.parts[-2].to_m_s - speed_m_s) < 1e-6:
            return
        if time_s <= 0.0:
            self._plan([ramp(first.from_m_s, speed_m_s, self.soft)], last.to_m_s)
            return
        sooner = ramp(first.from_m_s, speed_m_s, self.soft)
        same_so_far = sooner.peak_m_s2 == first.peak_m_s2 and time_s <= sooner.rise_s + sooner.flat_s
        if same_so_far and speed_m_s < first.to_m_s:
            self._plan([sooner], last.to_m_s)
            return
        done: list[Ramp] = []
        for part, start_s in zip(self.parts[:-1], self.starts_s, strict=False):
            if start_s > time_s:
                break
            done.append(part if part.peak_m_s2 else cruise(part.to_m_s, part.to_m_s * (time_s - start_s)))
        now_m_s = done[-1].to_m_s
        room_m = self.length_m - last.length_m - sum(part.length_m for part in done)
        if speed_m_s > now_m_s:
            wanted = min(speed_m_s, room_m / _ROOM_S)
            if wanted <= now_m_s:
                return
            speed_m_s = _greatest(now_m_s, wanted, room_m, (now_m_s, last.to_m_s), self.soft)
        elif room_m / now_m_s < _ROOM_S:
            return
        self._plan([*done, ramp(now_m_s, speed_m_s, self.soft)], last.to_m_s)

    def change_end(self, speed_m_s: float) -> None:
        """The speed to end with; before it brakes."""
        self._plan(self.parts[:-2], speed_m_s)

    def _plan(self, begin: list[Ramp], end_m_s: float) -> None:
        """The parts that there are, then at one speed, then to the speed of the end."""
        speed = begin[-1].to_m_s
        last = ramp(speed, min(end_m_s, speed), self.soft)
        between = cruise(speed, self.length_m - last.length_m - sum(part.length_m for part in begin))
        self.parts = [*begin, between, last]
        self.starts_s, self.starts_m = [], []
        now_s = now_m = 0.0
        for part in self.parts:
            self.starts_s.append(now_s)
            self.starts_m.append(now_m)
            now_s, now_m = now_s + part.duration_s, now_m + part.length_m
        self.duration_s = now_s
        self.faster_until_s, self.slower_from_s = begin[0].duration_s, self.starts_s[-1]


def profile(
    length_m: float, speed_m_s: float, soft: Softness, *, from_m_s: float = 0.0, to_m_s: float = 0.0
) -> Profile:
    """A leg of this length, at most at this speed, from one speed to another."""
    least = max(0.01, from_m_s, to_m_s)
    most = max(least, speed_m_s)
    speed = most
    if max(ramp(end, most, soft).length_m for end in (from_m_s, to_m_s)) > 0.5 * length_m:
        speed = _greatest(least, most, length_m, (from_m_s, to_m_s), soft)
    made = Profile(length_m, soft)
    made._plan([ramp(from_m_s, speed, soft)], to_m_s)
    return made
