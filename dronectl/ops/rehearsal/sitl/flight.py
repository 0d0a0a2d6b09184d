"""One flight on ArduPilot's simulator: the plan put on board as ``push`` does it, flown as ``fly`` does it."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from dronectl.errors import NoAnswer, NotReady, Refused
from dronectl.model.ardupilot.vehicle_settings import Setting, release_of, wires_of
from dronectl.model.message import Message
from dronectl.model.plan.mission import Command, Mission, MissionType
from dronectl.model.rehearsal.flown import End, FlownSortie
from dronectl.ops.rehearsal.sitl.recorder import EVERY, SitlRecorder
from dronectl.ops.rehearsal.sitl.station import SitlStation
from dronectl.protocol.mission.verified_upload import VerifiedUpload
from dronectl.protocol.param.parameters import ParameterRead, ParameterSet
from dronectl.protocol.vehicle.command import CommandAnswer, CommandLong
from dronectl.protocol.vehicle.identity import ReadIdentity
from dronectl.protocol.vehicle.modes import mode_number
from dronectl.sim.ardupilot.drawn import Drawn
from dronectl.sim.ardupilot.process import SitlProcess
from dronectl.sim.rehearsal.board import Board
from dronectl.sim.rehearsal.conditions import DroneConditions
from dronectl.sim.rehearsal.flying import longest_s
from dronectl.sim.rehearsal.moments import TELLING, Failure
from dronectl.sim.vehicle.items import NAVIGATION

LOADING_PACE, STARTING_PACE = 10.0, 5.0
"""Simulated seconds a second: protocols have timeouts in the vehicle's seconds."""
_SAMPLE_US = 250_000.0
_HAS_STORAGE_S = 3.0
_SYS_STATUS = 1
_SYS_STATUS_US = 500_000.0
_BOOTS_S, _SETTLES_S = 30.0, 120.0
"""Seconds of the clock, and of the vehicle."""
_SILENT_S = 30.0
_LOOKS_S = 0.02
_SLUGGISH_S = 1.0
"""Simulated seconds until a parameter is set: on a busy computer the simulator must go slower, or wind, errors and
failures come late."""
_BEFORE_S = 5.0
"""So long before something fails it goes slower."""
_REAL32 = 9
"""MAV_PARAM_TYPE."""
_SAME = 1e-5


@dataclass(frozen=True)
class Load:
    """What is put on board of one drone for one sortie."""

    board: Board
    items: Mapping[MissionType, Mission]
    settings: Mapping[Setting, float]


@dataclass(frozen=True)
class Seat:
    """Where one simulator runs."""

    binary: Path
    instance: int
    folder: Path
    pace: float
    """As fast as it may, in flight."""


@dataclass(frozen=True)
class Failing:
    """What fails when, in seconds since the start of the mission."""

    failure: Failure
    moment_s: float


class NotTried(NotReady):
    """The simulator did not take what was to fail."""


@dataclass(frozen=True)
class SitlFlown:
    """``flown`` None: it would not arm. ``firmware``: which release flew. ``failed_s``: when it failed."""

    flown: FlownSortie | None
    firmware: str
    failed_s: float | None = None


async def fly_on_sitl(load: Load, conditions: DroneConditions, seat: Seat, failing: Failing | None = None) -> SitlFlown:
    """The whole flight, in a simulator of its own, which ends with it.

    Raises:
        DronectlError: the simulator cannot be run, is gone, or does not take the plan; NotTried.
    """
    drawn = Drawn(load.board, conditions, longest_s(load.board))
    seat.folder.mkdir(parents=True, exist_ok=True)
    process = SitlProcess(drawn.settings(), seat.binary, seat.instance, seat.folder, speedup=LOADING_PACE)
    try:
        process.start()
        await process.wait_until_it_listens()
        return await _Flight(load, conditions, drawn, seat, failing).fly(process.port)
    finally:
        await process.end()


class _Flight:
    def __init__(
        self, load: Load, conditions: DroneConditions, drawn: Drawn, seat: Seat, failing: Failing | None
    ) -> None:
        self._load, self._conditions, self._drawn, self._seat = load, conditions, drawn, seat
        self._failing = failing
        settings = load.board.settings
        self._recorder = SitlRecorder(settings.home_amsl_m)
        self._name = settings.name
        self._release: tuple[int, int] | None = None
        self._failed_s: float | None = None
        self._lost_mah = 0.0
        self._pace_now = STARTING_PACE
        self._asked: tuple[str, float] | None = None
        """What was set last, and when, while no answer has come."""
        self._unset: dict[str, float] = {}
        """What makes it fail, and was not confirmed yet."""
        self._beats = True
        self._heard_s = asyncio.get_running_loop().time()
        self._ended: asyncio.Future[End] = asyncio.get_running_loop().create_future()
        self._longest_s = longest_s(load.board)

    async def fly(self, port: int) -> SitlFlown:
        recorder = self._recorder
        system_id = self._load.board.settings.system_id
        async with SitlStation(self._name, system_id, port, self._hear, self._lost) as station:
            self._station = station
            await self._until(lambda: recorder.has_spoken, _BOOTS_S, "does not boot")
            identity = await station.run(ReadIdentity(thorough=False))
            self._release = release_of(identity.firmware)
            for message_id in EVERY.values():
                await self._ask_for(message_id, _SAMPLE_US)
            await self._ask_for(_SYS_STATUS, _SYS_STATUS_US)
            await self._until(lambda: (recorder.now_s or 0.0) > _HAS_STORAGE_S, _BOOTS_S, "tells no position")
            await self._put_on_board(identity.firmware)
            if not await self._started():
                return SitlFlown(None, identity.firmware)
            self._go_at(4.0 * STARTING_PACE)
            end = await self._end()
        if self._unset:
            raise NotTried(f"{self._name}: the simulator did not take {', '.join(self._unset)}")
        return SitlFlown(self._flown(end), identity.firmware, self._failed_s)

    async def _put_on_board(self, firmware: str) -> None:
        for mission_type in (MissionType.MISSION, MissionType.FENCE, MissionType.RALLY):
            await self._station.run(VerifiedUpload(self._load.items[mission_type], firmware=firmware))
        for setting, value in self._load.settings.items():
            wires = wires_of(setting, firmware)
            held = await self._station.run(ParameterRead(*(wire.name for wire in wires)))
            wire = next(wire for wire in wires if wire.name == held.name)
            await self._station.run(ParameterSet(wire.name, wire.value(value)))

    async def _started(self) -> bool:
        """Armed in GUIDED, then in its mission, as ``fly`` has it; False: it says no."""
        run = self._station.run
        if not await self._armed():
            return False
        try:
            await run(CommandLong(Command.MISSION_START))
        except Refused:
            return False
        return True

    async def _armed(self) -> bool:
        """Its position filter takes half a minute or so; after much longer it will not arm at all."""
        recorder, run = self._recorder, self._station.run
        until_s = (recorder.now_s or 0.0) + _SETTLES_S

        def is_late() -> bool:
            return (recorder.now_s or 0.0) > until_s

        while not is_late():
            await self._until(lambda: recorder.is_ready or is_late(), _SETTLES_S, "stands still")
            try:
                await run(CommandLong(Command.DO_SET_MODE, 1.0, float(mode_number("GUIDED"))))
                await self._pace(STARTING_PACE)
                await run(CommandLong(Command.COMPONENT_ARM_DISARM, 1.0))
            except Refused:
                await self._pace(LOADING_PACE)
                continue
            return True
        return False

    async def _pace(self, pace: float) -> None:
        wire = wires_of(Setting.SIMULATION_PACE, None)[0]
        await self._station.run(ParameterSet(wire.name, wire.value(pace)))

    async def _ask_for(self, message_id: int, every_us: float) -> None:
        await self._station.run(CommandLong(Command.SET_MESSAGE_INTERVAL, float(message_id), every_us))

    async def _end(self) -> End:
        loop = asyncio.get_running_loop()
        while not self._ended.done():
            await asyncio.wait([self._ended], timeout=1.0)
            if loop.time() - self._heard_s > _SILENT_S:
                raise NoAnswer(f"drone '{self._name}': the simulator has been silent for {_SILENT_S:.0f} s")
        return self._ended.result()

    async def _until(self, is_so: Callable[[], bool], timeout_s: float, otherwise: str) -> None:
        loop = asyncio.get_running_loop()
        until_s = loop.time() + timeout_s
        while not is_so():
            if self._ended.done():
                self._ended.result()
            if loop.time() > until_s:
                raise NoAnswer(f"drone '{self._name}': the simulator {otherwise}")
            await asyncio.sleep(_LOOKS_S)

    def _lost(self, reason: str) -> None:
        if not self._ended.done():
            self._ended.set_exception(NoAnswer(f"drone '{self._name}': the simulator is gone: {reason}"))

    def _hear(self, message: Message) -> None:
        recorder = self._recorder
        self._heard_s = asyncio.get_running_loop().time()
        recorder.hear(message)
        match message.name:
            case "HEARTBEAT":
                if self._beats:
                    self._station.beat()
            case "COMMAND_ACK" if int(message["command"]) == Command.MISSION_START and recorder.begun_s is None:
                if int(message["result"]) == CommandAnswer.ACCEPTED:
                    recorder.begin()
            case "GLOBAL_POSITION_INT" if recorder.begun_s is not None:
                self._let_change()
            case "PARAM_VALUE":
                self._was_set(str(message["param_id"]), float(message["param_value"]))
        if recorder.begun_s is not None and not self._ended.done():
            end = self._seen_end()
            if end is not None:
                self._ended.set_result(end)

    def _let_change(self) -> None:
        """The wind and the errors go on; what is to fail fails."""
        flying_s = self._recorder.flying_s
        used_mah = self._recorder.used_mah + self._lost_mah
        changed = self._drawn.named(self._drawn.at(flying_s, used_mah, self._release), self._release)
        failing = self._failing
        if failing is not None and self._failed_s is None and flying_s >= failing.moment_s and self._recorder.is_up:
            self._failed_s = flying_s
            self._beats = failing.failure is not Failure.LINK
            self._lost_mah = self._drawn.lost_mah(failing.failure, self._recorder.used_mah)
            own = self._drawn.failing(failing.failure, self._recorder.used_mah)
            self._unset = self._drawn.named(own, self._release)
        for name, value in {**changed, **self._unset}.items():
            self._set(name, value)
        if changed and self._asked is None:
            self._asked = next(iter(changed)), flying_s

    def _set(self, name: str, value: float) -> None:
        self._station.send("PARAM_SET", param_id=name, param_value=value, param_type=_REAL32)

    def _was_set(self, name: str, value: float) -> None:
        """What fails has failed; and how long it took tells how fast the simulator may go on."""
        wanted = self._unset.get(name)
        if wanted is not None and abs(value - wanted) <= _SAME * max(1.0, abs(wanted)):
            del self._unset[name]
        if self._asked is None or self._asked[0] != name:
            return
        flying_s, failing = self._recorder.flying_s, self._failing
        took_s, self._asked = flying_s - self._asked[1], None
        left_s = math.inf if failing is None or self._failed_s is not None else failing.moment_s - flying_s
        if took_s > _SLUGGISH_S or left_s < _BEFORE_S:
            self._go_at(self._pace_now * (0.5 if took_s > 2.0 * _SLUGGISH_S else 0.8))
        elif took_s < 0.5 * _SLUGGISH_S:
            self._go_at(self._pace_now * 1.25)

    def _go_at(self, pace: float) -> None:
        self._pace_now = min(max(pace, STARTING_PACE), self._seat.pace)
        wire = wires_of(Setting.SIMULATION_PACE, None)[0]
        self._set(wire.name, wire.value(self._pace_now))

    def _seen_end(self) -> End | None:
        recorder = self._recorder
        if recorder.has_disarmed or (recorder.has_fallen and recorder.lies_still):
            return End.FELL if recorder.has_fallen else End.LANDED
        if recorder.is_up and self._drawn.left_pct(np.array([recorder.used_mah + self._lost_mah]))[0] <= 0.0:
            return End.EMPTY
        return End.ENDLESS if recorder.flying_s > self._longest_s else None

    def _flown(self, end: End) -> FlownSortie:
        board, recorder = self._load.board, self._recorder
        times_s, used_mah = recorder.used()
        failed_s = self._failed_s
        lost_mah = np.where(times_s >= failed_s, self._lost_mah, 0.0) if failed_s is not None else 0.0
        said = tuple(text for at_s, text in recorder.said if at_s >= (failed_s or 0.0) and _tells(text))
        start_s = board.start_s + self._conditions.late_s
        flown = recorder.flown(
            self._name, board.sortie, start_s, end, self._drawn.left_pct(used_mah + lost_mah), from_s=failed_s or 0.0,
            said=said if failed_s is not None else (),
        )  # fmt: skip
        last = max((seq for seq, item in enumerate(board.mission) if item.command in NAVIGATION), default=0)
        if self._failing is None and end is End.LANDED and int(flown.track.item.max()) < last:
            return replace(flown, end=End.EARLY)
        return flown


def _tells(text: str) -> bool:
    return any(word in text for word in TELLING)
