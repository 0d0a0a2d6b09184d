"""One simulated ArduCopter without sockets and without a clock: bytes in, time on, bytes out."""

from __future__ import annotations

from collections.abc import Callable

from dronectl.sim.flight.aircraft import STEP_S, Aircraft
from dronectl.sim.services.commands import Commands
from dronectl.sim.services.flight_log import FlightLog
from dronectl.sim.services.ftp_files import VehicleFiles
from dronectl.sim.services.ftp_server import FtpRequest, FtpServer
from dronectl.sim.services.guided_messages import GuidedMessages
from dronectl.sim.services.item_server import ItemServer
from dronectl.sim.services.log_server import LogServer
from dronectl.sim.services.ports import is_passed_on
from dronectl.sim.services.signing import Signing, StoredKey
from dronectl.sim.services.streams import Streams
from dronectl.sim.services.telemetry import Telemetry
from dronectl.sim.vehicle import items
from dronectl.sim.vehicle.dialect import Packet, mavlink
from dronectl.sim.vehicle.outbox import WARNING
from dronectl.sim.vehicle.settings import VehicleSettings, Wind

_FTP_IS_OFF = 1
"""Bit of BRD_OPTIONS."""
_ONLY_ITS_STATION = 0
"""Bit of MAV_OPTIONS, and all that SYSID_ENFORCE is before it."""


class Vehicle:
    """The whole copter. Equal settings, seed and input give equal output, byte for byte."""

    def __init__(
        self, settings: VehicleSettings, *, wind: Wind | None = None, seed: int = 1, boot_unix_s: float = 0.0
    ) -> None:
        self.settings = settings
        self._wind = wind or Wind()
        self._seed = seed
        self._boot_unix_s = boot_unix_s
        self._codecs: dict[int, Packet] = {}
        self._key = StoredKey()
        self._files = VehicleFiles(
            lambda: self.copter.parameters,
            lambda: {0: self.copter.mission, 1: self.copter.fence_store, 2: self.copter.rally},
        )
        self.boots = 0
        """How often its power came on."""
        self.on_handled: Callable[[Packet], None] = lambda _packet: None
        """Told of each message, once the vehicle did what it says."""
        self._boot()

    def _boot(self) -> None:
        self.boots += 1
        aircraft = Aircraft(self.settings, wind=self._wind, seed=self._seed, boot_unix_s=self._boot_unix_s)
        self._aircraft = aircraft
        self.copter = copter = aircraft.copter
        self.navigation, self._failsafes = aircraft.navigation, aircraft.failsafes
        self.pilot, self._arming = aircraft.pilot, aircraft.arming
        telemetry = Telemetry(copter, self.navigation, self.pilot, self._arming, self._failsafes)
        on_request = {
            mavlink.MAVLINK_MSG_ID_HOME_POSITION: copter.send_home,
            mavlink.MAVLINK_MSG_ID_GPS_GLOBAL_ORIGIN: self.navigation.send_origin,
        }
        self._streams = Streams(telemetry.builders(), on_request, copter.outbox, copter.parameters)
        self._commands = Commands(copter, self.pilot, self._arming, aircraft.camera, self._streams)
        self._guided = GuidedMessages(copter, self.pilot, self._commands)
        self._items = {
            0: ItemServer(copter.mission, copter.outbox, copter.firmware, current=lambda: self.pilot.run.current_seq),
            1: ItemServer(copter.fence_store, copter.outbox, copter.firmware),
            2: ItemServer(copter.rally, copter.outbox, copter.firmware),
        }
        self._ftp = FtpServer(self._files, copter.firmware)
        self._logs = LogServer(self._files, copter.outbox, lambda: copter.is_armed)
        self._log = FlightLog(copter, self._files, lambda: int(self.pilot.mode), lambda: self.navigation.has_fix)
        copter.outbox.on_text = self._log.on_text
        self.signing = Signing(self._key)
        self._has_time = False
        self._left_s = 0.0
        self._handlers = self._handler_table()

    def jump_clock(self, by_s: float) -> None:
        """Its time of day is another from now on."""
        self._boot_unix_s += by_s
        self.copter.boot_unix_s += by_s

    @property
    def now_s(self) -> float:
        """Simulated seconds since power-on."""
        return self.copter.now_s

    @property
    def is_silent(self) -> bool:
        silent_at_s = self.settings.faults.silent_at_s
        return silent_at_s is not None and self.copter.now_s >= silent_at_s

    def connect(self, is_connected: bool) -> None:
        """Tell whether anybody listens: to nobody, nothing is said."""
        self.copter.outbox.is_open = is_connected and not self.is_silent
        if not is_connected:
            self._codecs.clear()

    def receive(self, data: bytes, channel: int = 0) -> list[bytes]:
        """Take bytes from a serial port, in pieces of any size; returns the frames that answer them, not yet signed."""
        if channel not in self._codecs:
            self._codecs[channel] = mavlink.MAVLink(None)
            self._codecs[channel].robust_parsing = True
        for packet in self._codecs[channel].parse_buffer(data) or ():
            if self.signing.hears(bytes(packet.get_msgbuf()), packet.get_msgId(), channel):
                if is_passed_on(bytes(packet.get_msgbuf())):
                    self.copter.outbox.pass_on(bytes(packet.get_msgbuf()))
                self._dispatch(packet)
            self._log.step()
        return self.copter.outbox.take()

    def step(self, dt_s: float = STEP_S) -> list[bytes]:
        """Let simulated time pass, any multiple of the vehicle's own step; returns the frames sent meanwhile."""
        self._left_s += dt_s
        while self._left_s >= STEP_S - 1e-9:
            self._left_s -= STEP_S
            self._step_once()
        return self.copter.outbox.take()

    def _step_once(self) -> None:
        copter = self.copter
        if self.is_silent:
            copter.outbox.is_open = False
        self._aircraft.step()
        self.signing.step(copter.now_s)
        if self.navigation.has_fix and not self._has_time:
            self._has_time = True
            self.signing.on_time(self._boot_unix_s + copter.now_s)
        for server in self._items.values():
            server.step(copter.now_s)
        copter.parameters.step()
        self._send_files(self._ftp.step(copter.now_s))
        self._log.step()
        self._logs.step()
        self._streams.step(copter.now_s)
        if self._commands.wants_reboot:
            self.reboot()

    def reboot(self) -> None:
        """Power-cycle where it is (in the air it falls): parameters, mission, fence and rally points survive; a full
        pack does not."""
        old = self.copter
        is_open = old.outbox.is_open
        self._boot()
        self.copter.outbox.is_open = is_open
        self.copter.parameters.copy_from(old.parameters)
        self.copter.mission.copy_from(old.mission)
        self.copter.fence_store.copy_from(old.fence_store)
        self.copter.rally.copy_from(old.rally)
        body, (off_n, off_e) = old.airframe, old.off_m
        body.north_m, body.east_m = body.north_m - off_n, body.east_m - off_e
        self.copter.airframe, self.copter.is_landed = body, old.is_landed

    def _dispatch(self, packet: Packet) -> None:
        handler = self._handlers.get(packet.get_type())
        if handler is None or self.is_silent or not self._listens_to(packet.get_srcSystem()):
            return
        target = getattr(packet, "target_system", 0)
        if target in (0, self.settings.system_id):
            handler(packet)
            self.on_handled(packet)

    def _handler_table(self) -> dict[str, Callable[[Packet], None]]:
        parameters, commands, guided = self.copter.parameters, self._commands, self._guided
        return {
            "HEARTBEAT": self._on_heartbeat,
            "COMMAND_LONG": commands.handle,
            "COMMAND_INT": commands.handle,
            "SET_MODE": commands.set_mode_message,
            "MISSION_COUNT": lambda packet: self._of_type(packet).on_count(packet, self.now_s),
            "MISSION_WRITE_PARTIAL_LIST": lambda packet: self._of_type(packet).on_write_partial_list(
                packet, self.now_s
            ),
            "MISSION_ITEM": self._on_mission_item,
            "MISSION_ITEM_INT": self._on_mission_item,
            "MISSION_REQUEST_LIST": lambda packet: self._of_type(packet).on_request_list(packet),
            "MISSION_REQUEST": lambda packet: self._of_type(packet).on_request(packet),
            "MISSION_REQUEST_INT": lambda packet: self._of_type(packet).on_request(packet),
            "MISSION_CLEAR_ALL": self._on_clear_all,
            "MISSION_SET_CURRENT": self._on_mission_set_current,
            "PARAM_REQUEST_LIST": self._on_param_list,
            "PARAM_REQUEST_READ": parameters.on_request_read,
            "PARAM_SET": parameters.on_set,
            "REQUEST_DATA_STREAM": lambda packet: self._streams.on_request_data_stream(
                packet.req_stream_id, packet.req_message_rate, start=packet.start_stop == 1
            ),
            "SET_POSITION_TARGET_GLOBAL_INT": guided.on_global_target,
            "SET_POSITION_TARGET_LOCAL_NED": guided.on_local_target,
            "SET_ATTITUDE_TARGET": guided.on_attitude_target,
            "TIMESYNC": self._on_timesync,
            "LOG_REQUEST_LIST": self._logs.on_request_list,
            "LOG_REQUEST_DATA": self._logs.on_request_data,
            "LOG_REQUEST_END": self._logs.on_request_end,
            "FILE_TRANSFER_PROTOCOL": self._on_file_transfer,
            "SETUP_SIGNING": self._on_setup_signing,
        }

    def _of_type(self, packet: Packet) -> ItemServer:
        """The server for a message's mission type; an unknown type is taken for a mission, as MAVLink 1 has none."""
        return self._items.get(packet.mission_type, self._items[0])

    def _on_heartbeat(self, packet: Packet) -> None:
        if self._is_station(packet.get_srcSystem()):
            self._failsafes.on_gcs_heartbeat()

    def _listens_to(self, system_id: int) -> bool:
        """GCS_MAVLINK::accept_packet: everyone, or with SYSID_ENFORCE (a bit of MAV_OPTIONS since 4.7) its own ground
        station and itself."""
        is_strict = self.copter.parameters.flag("SYSID_ENFORCE", _ONLY_ITS_STATION)
        return not is_strict or system_id == self.settings.system_id or self._is_station(system_id)

    def _is_station(self, system_id: int) -> bool:
        """GCS::sysid_is_gcs: a second number that is greater makes them a range."""
        parameters = self.copter.parameters
        first = last = int(parameters["SYSID_MYGCS"])
        if "MAV_GCS_SYSID_HI" in parameters:
            last = max(first, int(parameters["MAV_GCS_SYSID_HI"]))
        return first <= system_id <= last

    def _on_mission_item(self, packet: Packet) -> None:
        """``current`` 2 and 3 are not items but an old way to say "fly there" and "change altitude"."""
        if packet.current in (2, 3):
            result = self._guided.on_guided_item(items.from_packet(packet), only_altitude=packet.current == 3)
            sender = (packet.get_srcSystem(), packet.get_srcComponent())
            self.copter.outbox.send(mavlink.MAVLink_mission_ack_message(*sender, result, 0))
            return
        self._of_type(packet).on_item(packet, self.now_s)

    def _on_clear_all(self, packet: Packet) -> None:
        if packet.mission_type == mavlink.MAV_MISSION_TYPE_ALL:
            for server in self._items.values():
                server.on_clear_all(packet)
            return
        self._of_type(packet).on_clear_all(packet)

    def _on_mission_set_current(self, packet: Packet) -> None:
        if not self._commands.set_current(packet.seq):
            self._streams.send_now(mavlink.MAVLINK_MSG_ID_MISSION_CURRENT)

    def _on_param_list(self, packet: Packet) -> None:
        self._streams.send_banner()
        self.copter.parameters.on_request_list()

    def _on_timesync(self, packet: Packet) -> None:
        if packet.tc1 == 0:
            self.copter.outbox.send(mavlink.MAVLink_timesync_message(round(self.now_s * 1e9), packet.ts1))

    def _on_setup_signing(self, packet: Packet) -> None:
        if self.copter.is_armed:
            self.copter.outbox.text(WARNING, "ERROR: Won't setup signing when armed")
            return
        self.signing.on_setup(packet)

    def _on_file_transfer(self, packet: Packet) -> None:
        if self.copter.parameters.flag("BRD_OPTIONS", _FTP_IS_OFF):
            self.copter.outbox.text(WARNING, "failed to initialize MAVFTP")
            return
        client = (packet.get_srcSystem(), packet.get_srcComponent())
        self._send_files(self._ftp.handle(FtpRequest.parse(client, bytes(packet.payload)), self.now_s))

    def _send_files(self, replies: list[FtpRequest]) -> None:
        for reply in replies:
            message = mavlink.MAVLink_file_transfer_protocol_message(0, *reply.client, list(reply.payload()))
            self.copter.outbox.send(message)
