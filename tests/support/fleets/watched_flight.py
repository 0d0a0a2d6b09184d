"""One built-in copter whose alarms are watched: no sockets, no clock, no tasks; a flight takes a moment.

Its messages go through the real codec, some of them are lost, and the fold sees what a ground station would.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from dronectl.geodesy.plane import LocalPlane
from dronectl.link.codec import FrameParser
from dronectl.model.alarm import Alarm, AlarmKind
from dronectl.model.geo import GeoPoint
from dronectl.model.message import Message
from dronectl.model.plan.mission import Command, Mission, MissionItem
from dronectl.model.plan.plan import Plan
from dronectl.model.site import Site
from dronectl.ops.alarms.expected import expected_flight
from dronectl.ops.alarms.fold import AlarmFold
from dronectl.ops.picture.fold import FleetFold
from dronectl.ops.picture.surroundings import surroundings_of
from dronectl.protocol.vehicle.freshness import SLOW_HZ
from dronectl.protocol.vehicle.modes import mode_number
from dronectl.protocol.vehicle.telemetry import STREAMED, VehicleState
from dronectl.sim.fleet.vehicle import Vehicle
from dronectl.sim.vehicle.dialect import mavlink
from dronectl.sim.vehicle.items import Item
from dronectl.sim.vehicle.settings import VehicleFaults, Wind, load_settings
from dronectl.sim.vehicle.stores import Store
from dronectl.sim.vehicle.world_parameters import World

STEP_S = 0.25
LOOK_S = 0.5
RETURNS = {"RALLY_LIMIT_KM": 0.3, "RALLY_INCL_HOME": 1.0}
READY_S = 9.0
RATE_HZ = 4.0
FASTER = frozenset({30, 33, 74})


class OtherDrone:
    """bravo, which flies on straight, once it has begun; until then it was never heard."""

    def __init__(self) -> None:
        self.state = VehicleState(system_id=2)
        self.fold = AlarmFold("bravo", self.state)
        self._plane: LocalPlane | None = None

    def begin(self, home: GeoPoint, north_east_up_m: tuple[float, float, float], east_m_s: float, now_s: float) -> None:
        self._plane = LocalPlane(home)
        self._began, self._east_m_s, self._since_s = north_east_up_m, east_m_s, now_s

    def fly(self, now_s: float) -> None:
        if self._plane is None:
            return
        north_m, east_m, up_m = self._began
        east_m += self._east_m_s * (now_s - self._since_s)
        lat_deg, lon_deg = self._plane.to_degrees((east_m, north_m))
        place = {"lat": round(lat_deg * 1e7), "lon": round(lon_deg * 1e7), "alt": 0, "relative_alt": up_m * 1000.0}
        moves = {"vx": 0, "vy": self._east_m_s * 100.0, "vz": 0, "hdg": 27_000, "time_boot_ms": now_s * 1000.0}
        beat = {"autopilot": 3, "custom_mode": mode_number("GUIDED"), "base_mode": 0x80, "system_status": 4}
        for name, fields in (("HEARTBEAT", beat), ("GLOBAL_POSITION_INT", {**place, **moves})):
            self.state.apply(Message(name, fields, 2, 1), now_s)


class WatchedFlight:
    """alpha, with its sortie of the plan on board, ready to arm."""

    def __init__(
        self,
        site: Site,
        plan: Plan,
        *,
        wind: Wind | None = None,
        loss: float = 0.0,
        faults: VehicleFaults | None = None,
        parameters: dict[str, float] | None = None,
        battery_pct: float = 100.0,
        number: int = 0,
    ) -> None:
        """``number``: of the plan's drones."""
        self.plan = plan.drones[number]
        (settings,) = [v for v in load_settings(site.root, site.drones).vehicles if v.name == self.plan.name]
        settings = replace(
            settings,
            faults=faults or VehicleFaults(),
            battery_pct=battery_pct,
            parameters={**settings.parameters, **RETURNS, **(parameters or {})},
        )
        self.vehicle = Vehicle(settings, wind=wind, seed=3)
        self.vehicle.connect(True)
        self.loss = loss
        self.beats = True
        """Its ground station is heard."""
        self._random = random.Random(7)
        self._encoder = mavlink.MAVLink(None, srcSystem=255, srcComponent=190)
        self._parser = FrameParser()
        self.state = VehicleState(system_id=settings.system_id)
        self.fold = AlarmFold(settings.name, self.state, expected_flight(self.plan, 1, site.rules))
        self.other = OtherDrone()
        self.fleet = FleetFold([self.fold, self.other.fold], surroundings_of(site))
        self.changes: list[Alarm] = []
        self.now_s = 1000.0
        sortie = self.plan.sortie(1)
        assert sortie is not None
        copter = self.vehicle.copter
        _store(copter.mission, sortie.mission)
        _store(copter.fence_store, self.plan.fence)
        _store(copter.rally, self.plan.rally)
        self.run(READY_S)
        for message_id in STREAMED.values():
            rate_hz = RATE_HZ if message_id in FASTER else SLOW_HZ
            self.command(Command.SET_MESSAGE_INTERVAL, message_id, 1e6 / rate_hz)

    def run(self, seconds: float) -> None:
        """Lets time pass, and the station hear and look."""
        for _ in range(round(seconds / STEP_S)):
            self.step()
            self.other.fly(self.now_s)
            if self.now_s % LOOK_S == 0.0:
                self.changes += self.fleet.look(self.now_s)

    def step(self) -> None:
        """Lets a moment pass, and the station hear."""
        self._heartbeat()
        self.now_s += STEP_S
        self._hear(self.vehicle.step(STEP_S))

    def run_until(self, condition: Callable[[], bool], at_most_s: float = 600.0) -> None:
        end_s = self.now_s + at_most_s
        while not condition():
            assert self.now_s < end_s, f"not within {at_most_s:g} s; alarms {[a.message for a in self.fold.history]}"
            self.run(0.5)

    def until_alarm(self, kind: AlarmKind, at_most_s: float = 120.0) -> Alarm:
        self.run_until(lambda: self.fold.active(kind) is not None, at_most_s)
        alarm = self.fold.active(kind)
        assert alarm is not None
        return alarm

    def command(self, command: int, *parameters: float) -> None:
        values = [*parameters, *[0.0] * (7 - len(parameters))]
        system_id = self.state.system_id
        self._send(mavlink.MAVLink_command_long_message(system_id, 1, int(command), 0, *values))

    def order(self, mode: str) -> None:
        """As ``dronectl mode`` does it from here."""
        self.state.ordered_mode = mode
        self.switch(mode)

    def switch(self, mode: str) -> None:
        """As somebody else does it."""
        self.command(Command.DO_SET_MODE, 1, mode_number(mode))

    def take_off(self) -> None:
        """As ``fly`` does it: GUIDED, arm, climb, AUTO."""
        self.order("GUIDED")
        self.command(Command.COMPONENT_ARM_DISARM, 1)
        self.command(Command.NAV_TAKEOFF, 0, 0, 0, 0, 0, 0, 4.0)
        self.run_until(lambda: self.up_m > 2.0, 30.0)
        self.order("AUTO")

    def blow(self, speed_m_s: float) -> None:
        """A wind from the north, from now on."""
        self.vehicle.copter.parameters.set(World.WIND_M_S, speed_m_s)

    def displace(self, north_m: float, east_m: float, up_m: float = 0.0) -> None:
        body = self.vehicle.copter.airframe
        body.north_m += north_m
        body.east_m += east_m
        body.up_m += up_m

    def draw(self, pct: float) -> None:
        """The battery is suddenly so much emptier."""
        battery = self.vehicle.copter.battery
        battery.consumed_mah += battery.capacity_mah * pct / 100.0

    def meet(self, east_m: float, speed_m_s: float) -> None:
        """Another drone comes from so far east, at the same height."""
        body = self.vehicle.copter.airframe
        self.other.begin(self.plan.home, (body.north_m, body.east_m + east_m, body.up_m), -speed_m_s, self.now_s)

    def say(self, text: str, severity: int = 2) -> None:
        """The vehicle says it, and the station hears it."""
        self.vehicle.copter.outbox.text(severity, text)

    def goto(self, north_m: float, east_m: float, up_m: float) -> None:
        self.state.ordered_mode = "GUIDED"
        lat_e7, lon_e7 = self.vehicle.copter.chart.to_e7(north_m, east_m)
        self._send(
            mavlink.MAVLink_command_int_message(
                self.state.system_id, 1, 6, Command.DO_REPOSITION, 0, 0, -1.0, 1.0, 0.0, 0.0, lat_e7, lon_e7, up_m
            )
        )

    @property
    def up_m(self) -> float:
        return self.vehicle.copter.airframe.up_m

    @property
    def is_armed(self) -> bool:
        return self.vehicle.copter.is_armed

    def _heartbeat(self) -> None:
        if self.beats and self.now_s % 1.0 == 0.0:
            self._send(mavlink.MAVLink_heartbeat_message(6, 8, 0, 0, 4, 3))

    def _send(self, message: Any) -> None:
        self._hear(self.vehicle.receive(bytes(message.pack(self._encoder))))

    def _hear(self, frames: list[bytes]) -> None:
        for raw in frames:
            if self._random.random() < self.loss:
                continue
            for frame in self._parser.feed(raw):
                message = frame.message()
                if message is not None and frame.component_id == 1:
                    self.state.loss.heard(frame.sequence)
                    self.state.apply(message, self.now_s)
                    self.fold.on_message(message)


def _store(store: Store, mission: Mission) -> None:
    store.begin(len(mission))
    for seq, item in enumerate(mission.items):
        store.put(seq, _on_board(item), len(mission) - 1)
    store.complete()


def _on_board(item: MissionItem) -> Item:
    return Item(int(item.command), int(item.frame), *item.params, item.lat_e7, item.lon_e7, item.altitude_m)
