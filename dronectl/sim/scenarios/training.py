"""What a pilot did about what happened, as points: how soon, and in the right order.

A drone is asked what it got, not a program what it sent: whichever ground station orders, what counts is what arrived
and was taken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dronectl.model.scenario import ExpectedOrder, Order, Scenario
from dronectl.sim.fleet.vehicle import Vehicle
from dronectl.sim.flight.modes import Mode
from dronectl.sim.scenarios.director import Happened
from dronectl.sim.vehicle.dialect import Packet

_ORDERS = {
    Mode.BRAKE: Order.HOLD, Mode.LOITER: Order.HOLD, Mode.POSHOLD: Order.HOLD, Mode.RTL: Order.RTL,
    Mode.SMART_RTL: Order.RTL, Mode.LAND: Order.LAND, Mode.AUTO: Order.RESUME, Mode.GUIDED: Order.GOTO,
}  # fmt: skip
"""What a mode that a message brought means."""
_OUT_OF_ORDER_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class TakenOrder:
    """An order that a drone took, on its own clock."""

    drone: str
    order: Order
    t_s: float


class OrderWatch:
    """Notes what a drone is ordered in the air."""

    def __init__(self, vehicle: Vehicle, taken: list[TakenOrder]) -> None:
        self._vehicle = vehicle
        self._taken = taken
        self._mode = vehicle.pilot.mode
        self._was_armed = vehicle.copter.is_armed
        vehicle.on_handled = self._look

    def step(self) -> None:
        """What it did by itself meanwhile is no order."""
        self._mode, self._was_armed = self._vehicle.pilot.mode, self._vehicle.copter.is_armed

    def _look(self, _packet: Packet) -> None:
        mode, is_armed = self._vehicle.pilot.mode, self._vehicle.copter.is_armed
        if mode != self._mode and self._was_armed and mode in _ORDERS:
            self._note(_ORDERS[mode])
        elif self._was_armed and not is_armed:
            self._note(Order.DISARM)
        self.step()

    def _note(self, order: Order) -> None:
        self._taken.append(TakenOrder(self._vehicle.settings.name, order, self._vehicle.now_s))


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one expected order."""

    expected: ExpectedOrder
    happened_s: float | None
    """On the drone's clock; None: it never did."""
    taken: TakenOrder | None
    points: float
    note: str

    @property
    def took_s(self) -> float | None:
        """Until it was ordered."""
        return None if self.taken is None or self.happened_s is None else self.taken.t_s - self.happened_s


def judge(scenario: Scenario, happened: Sequence[Happened], taken: Sequence[TakenOrder]) -> tuple[Answer, ...]:
    """An answer for each expected order, in their order. One that came before the one that should come first has half
    its points."""
    began: dict[tuple[str, str], float] = {}
    for one in happened:
        if not one.is_over:
            began.setdefault((one.event.id, one.drone), one.t_s)
    answers: list[Answer] = []
    latest_s: float | None = None
    for expected in scenario.expected:
        answer = _answer(expected, began, taken, latest_s)
        answers.append(answer)
        if answer.taken is not None:
            latest_s = max(answer.taken.t_s, latest_s or 0.0)
    return tuple(answers)


def _answer(
    expected: ExpectedOrder,
    began: Mapping[tuple[str, str], float],
    taken: Sequence[TakenOrder],
    latest_s: float | None,
) -> Answer:
    begins = [t_s for (event, _), t_s in began.items() if event == expected.after]
    happened_s = began.get((expected.after, expected.drone), min(begins, default=None))
    if happened_s is None:
        return Answer(expected, None, None, 0.0, "did not happen")
    after = [one for one in taken if one.drone == expected.drone and one.t_s >= happened_s]
    right = next((one for one in after if one.order in expected.orders), None)
    if right is None:
        other = f"only {after[0].order}" if after else "no order came"
        return Answer(expected, happened_s, None, 0.0, other)
    took_s = right.t_s - happened_s
    late_share = max(0.0, took_s / expected.within_s - 1.0)
    points = expected.points * max(0.0, 1.0 - late_share)
    notes = [] if took_s <= expected.within_s else ["late"]
    if after[0] is not right:
        notes.append(f"after {after[0].order}")
        points *= _OUT_OF_ORDER_SHARE
    elif latest_s is not None and right.t_s < latest_s:
        notes.append("before the one that should come first")
        points *= _OUT_OF_ORDER_SHARE
    return Answer(expected, happened_s, right, round(points, 1), ", ".join(notes) or "in time")
