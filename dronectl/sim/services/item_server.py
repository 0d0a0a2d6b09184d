"""The vehicle's side of the MAVLink mission protocol, for one mission type."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dronectl.sim.vehicle import items
from dronectl.sim.vehicle.dialect import Packet, mavlink
from dronectl.sim.vehicle.firmware import Firmware
from dronectl.sim.vehicle.items import ACCEPTED
from dronectl.sim.vehicle.outbox import WARNING, Outbox
from dronectl.sim.vehicle.stores import Store

_REQUEST_AGAIN_S = 1.0
_UPLOAD_TIMEOUT_S = 8.0


@dataclass(slots=True)
class _Upload:
    """A transfer that is open: what is wanted next, the last of them, and whose it is."""

    wanted: int
    last: int
    sender: tuple[int, int]
    heard_s: float
    asked_s: float
    warned_float: bool = False


class ItemServer:
    """Uploads, downloads and clearing. Time is simulated seconds; one upload is open at a time.

    ``current`` gives the seq of the item being flown (only a mission has one), which a download marks.
    """

    def __init__(
        self, store: Store, outbox: Outbox, firmware: Firmware, *, current: Callable[[], int] = lambda: -1
    ) -> None:
        self._store = store
        self._firmware = firmware
        self._outbox = outbox
        self._current = current
        self._upload: _Upload | None = None
        self._warned_float_request = False

    def on_count(self, packet: Packet, now_s: float) -> None:
        sender = _sender(packet)
        if self._upload is not None and self._upload.sender != sender:
            self._ack(sender, mavlink.MAV_MISSION_DENIED)
            return
        if packet.count > self._store.capacity:
            self._ack(sender, mavlink.MAV_MISSION_NO_SPACE)
            self._outbox.text(WARNING, f"Only {self._store.capacity} items are supported")
            return
        self._store.begin(packet.count)
        if packet.count == 0:
            self._upload = None
            self._ack(sender, self._store.complete())
            return
        self._upload = _Upload(0, packet.count - 1, sender, now_s, now_s)
        self._request()

    def on_write_partial_list(self, packet: Packet, now_s: float) -> None:
        count = len(self._store)
        if self._upload is not None and self._firmware.clearing_ends_an_upload:
            self._ack(_sender(packet), mavlink.MAV_MISSION_DENIED)
            return
        if not 0 <= packet.start_index <= packet.end_index <= count:
            self._outbox.text(WARNING, "Flight plan update rejected")
            self._ack(_sender(packet), mavlink.MAV_MISSION_ERROR)
            return
        self._store.begin(count)
        self._upload = _Upload(packet.start_index, packet.end_index, _sender(packet), now_s, now_s)
        self._request()

    def on_item(self, packet: Packet, now_s: float) -> None:
        upload = self._upload
        sender = _sender(packet)
        if upload is None:
            self._ack(sender, mavlink.MAV_MISSION_ERROR)
            return
        if packet.get_type() == "MISSION_ITEM" and not upload.warned_float:
            upload.warned_float = True
            self._outbox.text(WARNING, "got MISSION_ITEM; GCS should send MISSION_ITEM_INT")
        if packet.seq != upload.wanted:
            self._ack(sender, mavlink.MAV_MISSION_INVALID_SEQUENCE)
            return
        if sender != upload.sender:
            self._ack(sender, mavlink.MAV_MISSION_DENIED)
            return
        result = self._store.put(packet.seq, items.from_packet(packet), upload.last)
        if result != ACCEPTED:
            self._upload = None
            self._ack(sender, result)
            return
        upload.heard_s = upload.asked_s = now_s
        upload.wanted += 1
        if upload.wanted <= upload.last:
            self._request()
            return
        self._upload = None
        self._ack(sender, self._store.complete())

    def on_request_list(self, packet: Packet) -> None:
        sender = _sender(packet)
        if self._upload is not None:
            self._ack(sender, mavlink.MAV_MISSION_DENIED)
            return
        self._outbox.send(mavlink.MAVLink_mission_count_message(*sender, len(self._store), self._store.mission_type))

    def on_request(self, packet: Packet) -> None:
        """MISSION_REQUEST_INT is answered with MISSION_ITEM_INT, the old MISSION_REQUEST with MISSION_ITEM."""
        sender = _sender(packet)
        if self._upload is not None:
            self._ack(sender, mavlink.MAV_MISSION_DENIED)
            return
        item = self._store.get(packet.seq)
        if item is None:
            self._refuse_past_the_end(packet, sender)
            return
        is_current = int(packet.seq > 0 and packet.seq == self._current())
        kind = self._store.mission_type
        flags = (is_current, int(kind == mavlink.MAV_MISSION_TYPE_MISSION))  # only missions go on by themselves
        head = (*sender, packet.seq, item.frame, item.command, *flags, item.p1, item.p2, item.p3, item.p4)
        if packet.get_type() == "MISSION_REQUEST_INT":
            self._outbox.send(mavlink.MAVLink_mission_item_int_message(*head, item.x, item.y, item.z, kind))
            return
        if not self._warned_float_request:
            self._warned_float_request = True
            self._outbox.text(WARNING, "got MISSION_REQUEST; use MISSION_REQUEST_INT!")
        scale = 1e-7 if item.command in items.WITH_PLACE or kind else 1.0
        self._outbox.send(mavlink.MAVLink_mission_item_message(*head, item.x * scale, item.y * scale, item.z, kind))

    def on_clear_all(self, packet: Packet) -> None:
        sender = _sender(packet)
        if self._upload is not None and self._firmware.clearing_ends_an_upload:
            if self._upload.sender == sender:
                self._upload = None
            else:
                self._ack(sender, mavlink.MAV_MISSION_DENIED)
        is_cleared = self._upload is None and self._store.clear()
        self._ack(sender, ACCEPTED if is_cleared else mavlink.MAV_MISSION_ERROR)

    def step(self, now_s: float) -> None:
        """Ask again once a second; give up after eight seconds without the wanted item."""
        upload = self._upload
        if upload is None:
            return
        if now_s - upload.heard_s > _UPLOAD_TIMEOUT_S:
            self._upload = None
            self._outbox.text(WARNING, f"{self._store.title} upload timeout")
            self._ack(upload.sender, mavlink.MAV_MISSION_OPERATION_CANCELLED)
        elif now_s - upload.asked_s > _REQUEST_AGAIN_S:
            upload.asked_s = now_s
            self._request()

    def _refuse_past_the_end(self, packet: Packet, sender: tuple[int, int]) -> None:
        """Telling how many there are, as far as the release does."""
        kind, firmware = self._store.mission_type, self._firmware
        counts = packet.get_type() == "MISSION_REQUEST_INT" or not firmware.counts_past_the_end
        if counts and (kind == 0 or firmware.counts_past_the_end):
            self._outbox.send(mavlink.MAVLink_mission_count_message(*sender, len(self._store), kind))
        self._ack(sender, firmware.past_the_end if kind == 0 else mavlink.MAV_MISSION_INVALID_SEQUENCE)

    def _request(self) -> None:
        upload = self._upload
        if upload is not None:
            kind = self._store.mission_type
            self._outbox.send(mavlink.MAVLink_mission_request_message(*upload.sender, upload.wanted, kind))

    def _ack(self, receiver: tuple[int, int], result: int) -> None:
        self._outbox.send(mavlink.MAVLink_mission_ack_message(*receiver, result, self._store.mission_type))


def _sender(packet: Packet) -> tuple[int, int]:
    return packet.get_srcSystem(), packet.get_srcComponent()
