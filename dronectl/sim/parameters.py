"""The parameter table of the simulated copter and the PARAM_* messages that read and set it."""

from __future__ import annotations

import gzip
import struct
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources

from dronectl.sim.dialect import mavlink
from dronectl.sim.outbox import Outbox

_WHOLE_TYPES = {
    mavlink.MAV_PARAM_TYPE_INT8: (-(2**7), 2**7 - 1),
    mavlink.MAV_PARAM_TYPE_INT16: (-(2**15), 2**15 - 1),
    mavlink.MAV_PARAM_TYPE_INT32: (-(2**31), 2**31 - 1),
}
_NOT_IN_LIST = 65535
"""param_index of a value that was asked for by name, or changed."""
_PER_STEP = 100
"""Values of a running list that are sent in one step: 1,365 take 0.7 simulated seconds, as on a link without delay."""


@cache
def _stock_table() -> dict[str, tuple[float, int]]:
    data = resources.files("dronectl.sim").joinpath("data/arducopter-4.5.6-parameters.tsv.gz").read_bytes()
    table: dict[str, tuple[float, int]] = {}
    for line in gzip.decompress(data).decode("ascii").splitlines():
        if not line.startswith("#"):
            name, value, kind = line.split("\t")
            table[name] = (float(value), int(kind))
    return table


class Parameters:
    """Values by name, typed as on the vehicle. Unknown names in ``overrides`` are ignored, as ArduPilot does."""

    def __init__(self, overrides: Mapping[str, float], outbox: Outbox) -> None:
        stock = _stock_table()
        self._kinds = {name: kind for name, (_, kind) in stock.items()}
        self._values = {name: value for name, (value, _) in stock.items()}
        self._names = list(stock)
        self._index = {name: index for index, name in enumerate(self._names)}
        self._outbox = outbox
        self._listing: Iterator[str] | None = None
        self._announced: dict[str, None] = {}
        for name, value in overrides.items():
            self.set(name, value)

    def __getitem__(self, name: str) -> float:
        return self._values[name]

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def flag(self, name: str, bit: int) -> bool:
        """Whether a bit of a bit-mask parameter is set."""
        return bool(int(self._values[name]) >> bit & 1)

    def set(self, name: str, value: float, *, announce: bool = False) -> None:
        """Store a value as its type can hold it; ``announce`` tells the ground station in the next step."""
        if name not in self._values:
            return
        limits = _WHOLE_TYPES.get(self._kinds[name])
        if limits is None:
            (stored,) = struct.unpack("<f", struct.pack("<f", value))
        else:
            stored = float(min(max(round(value), limits[0]), limits[1]))
        self._values[name] = stored
        if announce:
            self._announced[name] = None

    def copy_from(self, other: Parameters) -> None:
        """Take over every value, as memory that survives a reboot."""
        self._values.update(other._values)

    def listed(self) -> list[tuple[str, float, int]]:
        """(name, value, MAV_PARAM_TYPE) of every parameter, in order."""
        return [(name, self._values[name], self._kinds[name]) for name in self._names]

    def on_request_list(self) -> None:
        self._listing = iter(self._names)

    def on_request_read(self, name: str, index: int) -> None:
        """Answer PARAM_REQUEST_READ: by index when it is not -1, else by name; an unknown one is not answered."""
        if 0 <= index < len(self._names):
            self._send(self._names[index], index)
        elif index == -1 and name in self._values:
            self._send(name, self._index[name])

    def on_set(self, name: str, value: float) -> None:
        """Answer PARAM_SET with the value now stored; NaN, infinity and unknown names are not answered."""
        if name in self._values and abs(value) < float("inf"):
            self.set(name, value)
            self._send(name, _NOT_IN_LIST)

    def step(self) -> None:
        """Send what is due: changes to be announced, and the next piece of a running list."""
        if self._announced:
            for name in self._announced:
                self._send(name, _NOT_IN_LIST)
            self._announced.clear()
        if self._listing is not None:
            for _ in range(_PER_STEP):
                listed = next(self._listing, None)
                if listed is None:
                    self._listing = None
                    return
                self._send(listed, self._index[listed])

    def _send(self, name: str, index: int) -> None:
        self._outbox.send(
            mavlink.MAVLink_param_value_message(
                name.encode(), self._values[name], self._kinds[name], len(self._names), index
            )
        )
