"""Parameters: read one, set one and read it back, list all with gaps repaired.

ArduPilot carries every value as the float32 of its number, whatever its type. To what it cannot do it answers with
PARAM_ERROR since 4.7, and not at all before. (https://mavlink.io/en/services/parameter.html)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from dronectl.errors import DronectlError, InputError, Mismatch, NoAnswer, Refused, UnknownName
from dronectl.model.ardupilot.float32 import as_single, in_digits
from dronectl.model.ardupilot.vehicle_settings import Setting, names_of
from dronectl.model.message import Message
from dronectl.protocol.core.machine import BaseMachine, Effect, MachineProgress, Send
from dronectl.protocol.core.request_timer import RequestTimer, attempts_for

_NAME_CHARACTERS = 16
(_EXAMPLE,) = names_of(Setting.FENCE_ENABLED)
_NO_INDEX = -1
_ASK_AT_ONCE = 24
_LIST_TIMEOUT_S, _LIST_QUIET_S = 2.0, 1.0
"""For the first parameter of a list, and for the next one."""
_LEAST_QUIET_S, _MOST_QUIET_S = 0.3, 3.0
_SURELY_REFUSED = 4
"""So often two answers must have come to a PARAM_SET and the question after it, one of them with another value."""
_SURELY_DENIED = 2
"""So often PARAM_ERROR must have answered a PARAM_SET: one may be late, and mean an earlier one."""
_DOES_NOT_EXIST = 1
_DENIALS = {
    2: "it is out of range",
    3: "that is not permitted",
    4: "the vehicle has no such component",
    5: "it is read-only",
}
"""MAV_PARAM_ERROR."""
_MANY_TIMES = 3
"""An autopilot that does not answer to PARAM_SET when it refuses is believed after so many times the attempts."""


class ParameterType(IntEnum):
    """MAV_PARAM_TYPE, those that ArduPilot uses."""

    INT8 = 2
    INT16 = 4
    INT32 = 6
    REAL32 = 9


_BITS: dict[int, int] = {ParameterType.INT8: 8, ParameterType.INT16: 16, ParameterType.INT32: 32}


@dataclass(frozen=True, slots=True)
class Parameter:
    """``value`` is an int for the integer types."""

    name: str
    value: float | int
    type: int


def parameter_of(message: Message) -> Parameter:
    """From a PARAM_VALUE message."""
    kind, value = int(message["param_type"]), float(message["param_value"])
    whole = kind != ParameterType.REAL32 and math.isfinite(value)
    return Parameter(str(message["param_id"]), round(value) if whole else value, kind)


class ParameterRead(BaseMachine[Parameter]):
    """``outcome``: the :class:`Parameter`, ``UnknownName`` or ``Refused`` (the vehicle says so), or ``NoAnswer``
    (ArduPilot before 4.7 is silent about a name that it does not know).

    Args:
        names: what it may be called on this vehicle; each is asked for, and the first answer counts.

    Raises:
        InputError: a name is no parameter name.
    """

    def __init__(self, *names: str) -> None:
        super().__init__()
        self._names = tuple(checked_name(name) for name in names)
        self._denied: dict[str, int] = {}

    def start(self, now_s: float) -> Sequence[Effect]:
        self._request = RequestTimer(self.link)
        return self._ask(now_s)

    def on_message(self, message: Message, now_s: float) -> Sequence[Effect]:
        if self.outcome is not None or message.get("param_id") not in self._names:
            return ()
        if message.name == "PARAM_VALUE":
            self._finish(parameter_of(message))
        elif message.name == "PARAM_ERROR" and self._is_for_us(message):
            self._denied[str(message["param_id"])] = int(message["error"])
            if len(self._denied) == len(self._names):
                self._finish(_denial(" or ".join(self._names), max(self._denied.values())))
        return ()

    def on_timeout(self, now_s: float) -> Sequence[Effect]:
        if not self._request.is_over(now_s):
            return self._ask(now_s)
        hint = "the vehicle is silent about names that it does not know: check the spelling"
        what = f"parameter {' or '.join(self._names)}"
        self._finish(NoAnswer(self._request.silence(what, now_s), hint=hint))
        return ()

    def _ask(self, now_s: float) -> Sequence[Effect]:
        self.deadline_s = self._request.ask(now_s)
        asked = [name for name in self._names if name not in self._denied]
        return [Send("PARAM_REQUEST_READ", {"param_id": name, "param_index": _NO_INDEX}) for name in asked]


class ParameterSet(BaseMachine[Parameter]):
    """Reads the parameter (for its type), sets it and asks for it until it has the value.

    The vehicle answers to PARAM_SET with the same PARAM_VALUE as to the question that follows it. The first repeats
    what it was told, and whoever stands between may say it in its place: only the second shows what is held. Nothing
    tells the two apart, so both must have the value, or else the answer to a question asked once more by itself.
    Another value than the one wanted may be an answer from before, or the PARAM_SET got lost: so after a quiet time
    it is set and read once more. That the vehicle does not take it is said when another value has come several
    times, or it said why twice.

    ``outcome``: the :class:`Parameter` as read back, ``Mismatch`` (the vehicle keeps or makes another value),
    ``InputError`` (the value does not fit the parameter's type; nothing was sent), ``UnknownName``, ``Refused``, or
    ``NoAnswer``.
    """

    transfers = True

    def __init__(self, name: str, value: float) -> None:
        super().__init__()
        self._name = checked_name(name)
        self._value = float(value)
        self._reader = ParameterRead(name)
        self._held: Parameter | None = None
        """What the vehicle last said that is not the value wanted; first, what it held before."""
        self._before: float | int | None = None
        self._sets = self._refused = 0
        self._denials: dict[int, int] = {}
        """MAV_PARAM_ERROR by the number of the PARAM_SET that it came after."""
        self._asked_s = 0.0
        self._wanted_answers = 0
        """With the value, to prove that it is held: two to a PARAM_SET with a question, one to a question alone."""
        self._answers = self._agreeing = 0
        """To what was sent last: all, and how many in a row had the value at the end."""
        self._seems_set = False
        """The last answer had the value."""
        self._slowest_s = 0.0

    def start(self, now_s: float) -> Sequence[Effect]:
        self._asked_s = now_s
        self._request = RequestTimer(self.link)
        self._run_inside(self._reader)
        return self._read(self._reader.start(now_s), now_s)

    def on_message(self, message: Message, now_s: float) -> Sequence[Effect]:
        if self.outcome is not None:
            return ()
        if self._held is None:
            return self._read(self._reader.on_message(message, now_s), now_s)
        if message.get("param_id") != self._name:
            return ()
        if message.name == "PARAM_ERROR" and self._is_for_us(message):
            self._denials[self._sets] = int(message["error"])
            if len(self._denials) >= _SURELY_DENIED:
                self._finish(_denial(self._name, self._denials[self._sets], self._held, self._value))
            return ()
        if message.name != "PARAM_VALUE":
            return ()
        answer = parameter_of(message)
        if self._answers == 0:
            self._slowest_s = max(self._slowest_s, now_s - self._asked_s)
        self._answers += 1
        if as_single(float(answer.value)) == as_single(self._value):
            self._agreeing += 1
            self._seems_set = True
            if self._agreeing >= self._wanted_answers:
                self._finish(answer)
        else:
            self._held = answer
            self._agreeing = 0
            self._seems_set = False
            self.deadline_s = now_s + self._quiet_s
        return ()

    def on_timeout(self, now_s: float) -> Sequence[Effect]:
        if self._held is None:
            return self._read(self._reader.on_timeout(now_s), now_s)
        if self._answers:
            self._request.heard()
        self._refused += self._answers > 1 and not self._agreeing
        if self._request.is_over(now_s):
            words = self._request.silence(f"parameter {self._name} after it was set", now_s)
            self._finish(NoAnswer(words, details={"sent": True}))
            return ()
        if self._refused >= _SURELY_REFUSED or self._sets >= _MANY_TIMES * attempts_for(self.link.likely_loss):
            self._finish(self._mismatch(self._held))
            return ()
        return self._ask(now_s, again=not self._seems_set)

    def _read(self, effects: Sequence[Effect], now_s: float) -> Sequence[Effect]:
        """Goes on to set it when it has been read."""
        self.deadline_s = self._reader.deadline_s
        found = self._reader.outcome
        if found is None:
            return effects
        if not isinstance(found, Parameter):
            self._finish(found)
            return effects
        problem = value_problem(self._name, found.type, self._value)
        if problem is not None:
            self._finish(InputError(f"{problem}; nothing was sent"))
            return effects
        self._held, self._before = found, found.value
        self._slowest_s = now_s - self._asked_s
        return [*effects, *self._ask(now_s)]

    def _ask(self, now_s: float, *, again: bool = True) -> Sequence[Effect]:
        """Sets it and asks for it; not ``again``: only asks, twice as either may get lost, as it seems to be set."""
        assert self._held is not None
        self._asked_s = now_s
        self._answers = self._agreeing = 0
        self._wanted_answers = 2 if again else 1
        self.deadline_s = self._request.ask(now_s)
        question = Send("PARAM_REQUEST_READ", {"param_id": self._name, "param_index": _NO_INDEX})
        if not again:
            return [question, question]
        self._sets += 1
        fields = {"param_id": self._name, "param_value": self._value, "param_type": self._held.type}
        return [Send("PARAM_SET", fields), question]

    def _mismatch(self, found: Parameter) -> Mismatch:
        wanted = in_digits(self._value)
        if self._before is None or found.value == self._before:
            kept = f"{self._name} stays at {in_digits(found.value)} instead of {wanted}"
            return Mismatch(kept, hint="the vehicle does not accept this value")
        made = f"{self._name} is now {in_digits(found.value)}, was {in_digits(self._before)}; {wanted} was sent"
        return Mismatch(made, hint="the vehicle made another value of it: set the one that it shall have")

    @property
    def _quiet_s(self) -> float:
        """By then, what was on its way has come."""
        return min(max(2 * self._slowest_s, _LEAST_QUIET_S), _MOST_QUIET_S)


class ParameterList(BaseMachine[dict[str, Parameter]]):
    """All parameters by name: PARAM_REQUEST_LIST, then what is missing by index, a few at a time.

    ``outcome``: name → :class:`Parameter` in the vehicle's order, or ``NoAnswer`` with how many are missing.
    """

    transfers = True
    gives_way = True

    def __init__(self) -> None:
        super().__init__()
        self._count: int | None = None
        self._found: dict[int, Parameter] = {}
        self._asked: set[int] = set()
        self._repairing = False

    def start(self, now_s: float) -> Sequence[Effect]:
        self._request = RequestTimer(self.link, timeout_s=_LIST_TIMEOUT_S)
        return self._ask_for_all(now_s)

    def on_message(self, message: Message, now_s: float) -> Sequence[Effect]:
        if message.name != "PARAM_VALUE" or self.outcome is not None:
            return ()
        index = int(message["param_index"])
        if index == 0xFFFF:
            return ()  # an echo of PARAM_SET, or one that was read by name
        self._count = int(message["param_count"])
        if index not in self._found:
            self._request.heard()
            self.deadline_s = now_s + max(_LIST_QUIET_S, 1.5 * (self.link.round_trip_s or 0.0))
        self._found[index] = parameter_of(message)
        self._asked.discard(index)
        progress = MachineProgress(len(self._found), self._count)
        if len(self._found) >= self._count:
            self._finish({self._found[key].name: self._found[key] for key in sorted(self._found)})
            return [progress]
        if self._repairing and not self._asked:
            return [progress, *self._ask_for_missing(now_s)]
        return [progress]

    def on_timeout(self, now_s: float) -> Sequence[Effect]:
        if self._request.is_over(now_s):
            of = f"{len(self._found)} of {self._count} parameters came" if self._count else "no parameter came"
            self._finish(NoAnswer(of))
            return ()
        return self._ask_for_all(now_s) if self._count is None else self._ask_for_missing(now_s)

    def _ask_for_all(self, now_s: float) -> Sequence[Effect]:
        self.deadline_s = max(self._request.ask(now_s), now_s + _LIST_TIMEOUT_S)
        return [Send("PARAM_REQUEST_LIST")]

    def _ask_for_missing(self, now_s: float) -> Sequence[Effect]:
        assert self._count is not None
        self._repairing = True
        missing = [index for index in range(self._count) if index not in self._found][:_ASK_AT_ONCE]
        self._asked = set(missing)
        self.deadline_s = max(self._request.ask(now_s), now_s + _LIST_QUIET_S)
        return [Send("PARAM_REQUEST_READ", {"param_id": "", "param_index": index}) for index in missing]


def _denial(name: str, error: int, held: Parameter | None = None, wanted: float = 0.0) -> DronectlError:
    """What a PARAM_ERROR says, for a person."""
    if error == _DOES_NOT_EXIST:
        return UnknownName(f"no parameter {name}", hint="check the spelling")
    why = _DENIALS.get(error, f"error {error}")
    if held is None:
        return Refused(f"parameter {name}: the vehicle refuses: {why}")
    kept = f"{name} stays at {in_digits(held.value)} instead of {in_digits(wanted)}"
    return Mismatch(f"{kept}: the vehicle refuses: {why}", hint="the vehicle does not accept this value")


def checked_name(name: str) -> str:
    """The name in capitals.

    Raises:
        InputError: empty, longer than 16 characters, or with characters that no parameter has.
    """
    plain = name.strip().upper()
    if not plain or len(plain) > _NAME_CHARACTERS or not (plain.isascii() and plain.replace("_", "").isalnum()):
        raise InputError(f"'{name}' is no parameter name", hint=f"letters, digits and _, at most 16, as {_EXAMPLE}")
    return plain


def value_problem(name: str, kind: int, value: float) -> str | None:
    """Why a parameter of this MAV_PARAM_TYPE cannot be given ``value`` by PARAM_SET, or None."""
    if not math.isfinite(as_single(value)):
        return f"{name}: {value:g} is more than a float32 holds" if math.isfinite(value) else f"{name}: no number"
    bits = _BITS.get(kind)
    if bits is None:
        return None
    if not float(value).is_integer():
        return f"{name} is a whole number, {in_digits(value)} is not"
    if not -(2 ** (bits - 1)) <= value < 2 ** (bits - 1):
        return f"{name} is an integer of {bits} bits, {value:.0f} does not fit"
    if as_single(value) != value:
        return f"{name}: {value:.0f} has more digits than PARAM_SET carries"
    return None
