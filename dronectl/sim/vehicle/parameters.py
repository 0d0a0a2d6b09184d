"""The parameter table of the simulated copter and the PARAM_* messages that read and set it.

On the wire a parameter has its release's name and unit. The copter's own parts ask for it by 4.5's (``RTL_ALT`` in
centimetres) whatever the release (:mod:`dronectl.sim.vehicle.firmware`).
"""

from __future__ import annotations

import copy
import gzip
import math
import struct
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources

from dronectl.sim.vehicle.dialect import Packet, mavlink
from dronectl.sim.vehicle.firmware import DEFAULT, Firmware, in_terms_of_45
from dronectl.sim.vehicle.outbox import Outbox

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
def _stock_table(file: str) -> dict[str, tuple[float, int]]:
    data = resources.files("dronectl.sim").joinpath("data", file).read_bytes()
    table: dict[str, tuple[float, int]] = {}
    for line in gzip.decompress(data).decode("ascii").splitlines():
        if not line.startswith("#"):
            name, value, kind = line.split("\t")
            table[name] = (float(value), int(kind))
    return table


class Parameters:
    """Values by name, typed as on the vehicle.

    ``overrides`` may be named as in any release; names unknown to all are ignored, as ArduPilot does.
    """

    def __init__(self, overrides: Mapping[str, float], outbox: Outbox, firmware: Firmware = DEFAULT) -> None:
        stock = _stock_table(firmware.parameter_file)
        self.firmware = firmware
        """The release that the copter flies."""
        self._kinds = {name: kind for name, (_, kind) in stock.items()}
        self._values = {name: value for name, (value, _) in stock.items()}
        self._asked: dict[str, float] = {}
        """What the copter's own parts asked for, until something changes: they ask at every step."""
        self.changes = 0
        """How often something was set: what was worked out of values holds until then."""
        self._names = list(stock)
        self._index = {name: index for index, name in enumerate(self._names)}
        self._outbox = outbox
        self._listing: Iterator[str] | None = None
        self._announced: dict[str, None] = {}
        for name, value in overrides.items():
            self.set(*(name, value) if name in stock else in_terms_of_45(name, value))

    def __getitem__(self, name: str) -> float:
        """The value of a parameter, by 4.5's name and in its unit."""
        try:
            return self._asked[name]
        except KeyError:
            value = self._asked[name] = self._in_45(name)
            return value

    def _in_45(self, name: str) -> float:
        value = self._values.get(name)
        if value is not None:
            return value
        renamed = self.firmware.renamed[name]
        return renamed.of_45(self._values[renamed.name])

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def flag(self, name: str, bit: int) -> bool:
        """Whether a bit of a bit-mask parameter is set."""
        return bool(int(self[name]) >> bit & 1)

    def set(self, name: str, value: float, *, announce: bool = False) -> None:
        """Store a value as its type can hold it; ``announce`` tells the ground station in the next step.

        ``name`` and ``value`` are 4.5's, or the release's own.
        """
        if name not in self._values:
            renamed = self.firmware.renamed.get(name)
            if renamed is None or renamed.name not in self._values:
                return
            name, value = renamed.name, renamed.own(value)
        limits = _WHOLE_TYPES.get(self._kinds[name])
        if limits is None:
            (stored,) = struct.unpack("<f", struct.pack("<f", value))
        else:
            stored = float(min(max(round(value), limits[0]), limits[1]))
        self._values[name] = stored
        self._changed()
        if announce:
            self._announced[name] = None

    def _changed(self) -> None:
        self._asked.clear()
        self.changes += 1

    def copy_from(self, other: Parameters) -> None:
        """Take over every value, as memory that survives a reboot."""
        self._values.update(other._values)
        self._changed()

    def copy(self, outbox: Outbox) -> Parameters:
        """The same values, to be changed apart from these."""
        other = copy.copy(self)
        other._values, other._announced, other._asked, other._outbox = dict(self._values), {}, {}, outbox
        return other

    def listed(self) -> list[tuple[str, float, int]]:
        """(name, value, MAV_PARAM_TYPE) of every parameter, in order."""
        return [(name, self._values[name], self._kinds[name]) for name in self._names]

    def on_request_list(self) -> None:
        self._listing = iter(self._names)

    def on_request_read(self, packet: Packet) -> None:
        """Answer PARAM_REQUEST_READ: by index when it is not -1, else by name."""
        name, index = _name(packet), packet.param_index
        if 0 <= index < len(self._names):
            self._send(self._names[index], index)
        elif index == -1 and name in self._values:
            self._send(name, self._index[name])
        else:
            self._refuse(packet, "" if index >= 0 else name, index, mavlink.MAV_PARAM_ERROR_DOES_NOT_EXIST)

    def on_set(self, packet: Packet) -> None:
        """Answer PARAM_SET with the value now stored."""
        name, value = _name(packet), packet.param_value
        if name not in self._values:
            self._refuse(packet, name, -1, mavlink.MAV_PARAM_ERROR_DOES_NOT_EXIST)
        elif not math.isfinite(value):
            self._refuse(packet, name, -1, mavlink.MAV_PARAM_ERROR_VALUE_OUT_OF_RANGE)
        else:
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

    def _refuse(self, packet: Packet, name: str, index: int, error: int) -> None:
        """PARAM_ERROR; a release that has no such message says nothing."""
        if self.firmware.tells_unknown_parameters:
            self._outbox.send(
                mavlink.MAVLink_param_error_message(
                    packet.get_srcSystem(), packet.get_srcComponent(), name.encode(), index, error
                )
            )

    def _send(self, name: str, index: int) -> None:
        self._outbox.send(
            mavlink.MAVLink_param_value_message(
                name.encode(), self._values[name], self._kinds[name], len(self._names), index
            )
        )


def _name(packet: Packet) -> str:
    """param_id, whichever way the codec gave it."""
    value = packet.param_id
    text = value.decode("ascii", "replace") if isinstance(value, bytes) else str(value)
    return text.split("\0", 1)[0]
