"""What the tests make a vehicle do, in words: modes, arming, climbing, waiting, coming down."""

from __future__ import annotations

from typing import Any

from raw_client import Answer, Item, RawClient, Talk, offset_e7
from vehicles import HOME_LAT_DEG, HOME_LON_DEG

STABILIZE, ALT_HOLD, AUTO, GUIDED, LOITER, RTL, LAND, BRAKE = 0, 2, 3, 4, 5, 6, 9, 17
"""ArduCopter's custom_mode numbers."""

NAV_WAYPOINT, NAV_RETURN_TO_LAUNCH, NAV_LAND, NAV_TAKEOFF = 16, 20, 21, 22
DO_SET_MODE, DO_CHANGE_SPEED, DO_REPOSITION, DO_PAUSE_CONTINUE, DO_SET_MISSION_CURRENT = 176, 178, 192, 193, 224
MISSION_START, COMPONENT_ARM_DISARM = 300, 400
SET_MESSAGE_INTERVAL, REQUEST_MESSAGE = 511, 512

ACCEPTED, TEMPORARILY_REJECTED, DENIED, UNSUPPORTED, FAILED = 0, 1, 2, 3, 4
"""MAV_RESULT."""

FLIGHT_S = 60.0
"""Wall time for one leg, climb or landing on a busy machine."""
READY_S = 120.0
"""Wall time until the real filter has settled: some 30 to 50 simulated seconds."""
EKF_GOOD, EKF_CONST_POS_MODE = 0x1F, 0x80
PREARM_CHECK = 0x10000000


def waypoint(north_m: float, east_m: float, altitude_m: float = 20.0, **fields: Any) -> Item:
    """A NAV_WAYPOINT some metres from home; ``fields`` replace the item's other values."""
    x, y = offset_e7(HOME_LAT_DEG, HOME_LON_DEG, north_m, east_m)
    return Item(**{"command": NAV_WAYPOINT, "x": x, "y": y, "z": altitude_m, **fields})


HOME_ITEM = waypoint(0.0, 0.0, 0.0, frame=0)
"""Sequence number 0: the vehicle puts its own home there, whatever is sent."""


def square_mission(side_m: float = 30.0, altitude_m: float = 15.0) -> list[Item]:
    """Home, take-off, three corners of a square, return."""
    return [
        HOME_ITEM,
        waypoint(0.0, 0.0, altitude_m, command=NAV_TAKEOFF),
        waypoint(side_m, 0.0, altitude_m),
        waypoint(side_m, side_m, altitude_m),
        waypoint(0.0, side_m, altitude_m),
        Item(NAV_RETURN_TO_LAUNCH),
    ]


def stream_everything(client: RawClient, rate_hz: int = 4) -> None:
    client.send("REQUEST_DATA_STREAM", req_stream_id=0, req_message_rate=rate_hz, start_stop=1)


def wait_ready(client: RawClient, timeout_s: float = READY_S) -> None:
    """Returns once the EKF has a position and the pre-arm checks pass."""
    stream_everything(client)
    talk = client.talk()
    talk.wait_until(
        lambda m: (
            m.get_type() == "EKF_STATUS_REPORT" and m.flags & EKF_GOOD == EKF_GOOD and not m.flags & EKF_CONST_POS_MODE
        ),
        "EKF with a position",
        timeout_s,
    )
    wait_prearm(client, timeout_s)


def wait_prearm(client: RawClient, timeout_s: float = READY_S) -> None:
    """Returns once the pre-arm checks of the present mode pass."""
    client.talk().wait_until(
        lambda m: m.get_type() == "SYS_STATUS" and m.onboard_control_sensors_health & PREARM_CHECK,
        "passed pre-arm checks",
        timeout_s,
    )


def set_mode(client: RawClient, mode: int) -> Answer:
    return client.command(DO_SET_MODE, 1, mode)


def arm(client: RawClient) -> Answer:
    return client.command(COMPONENT_ARM_DISARM, 1)


def disarm(client: RawClient) -> Answer:
    return client.command(COMPONENT_ARM_DISARM, 0)


def take_off(client: RawClient, altitude_m: float = 10.0) -> None:
    """GUIDED, armed, and climbed to within half a metre."""
    assert set_mode(client, GUIDED).result == ACCEPTED
    answer = arm(client)
    assert answer.result == ACCEPTED, answer.talk.texts()
    assert client.command(NAV_TAKEOFF, 0, 0, 0, 0, 0, 0, altitude_m).result == ACCEPTED
    wait_altitude(client, altitude_m - 0.5)


def wait_altitude(client: RawClient, above_m: float) -> None:
    client.talk().wait_until(
        lambda m: m.get_type() == "GLOBAL_POSITION_INT" and m.relative_alt > above_m * 1000.0,
        f"altitude above {above_m} m",
        FLIGHT_S,
    )


def wait_disarmed(client: RawClient, timeout_s: float = FLIGHT_S) -> None:
    client.talk().wait_until(
        lambda m: m.get_type() == "HEARTBEAT" and m.autopilot == 3 and not m.base_mode & 128, "disarming", timeout_s
    )


def wait_mode(client: RawClient, mode: int, timeout_s: float = FLIGHT_S) -> None:
    client.talk().expect("HEARTBEAT", autopilot=3, custom_mode=mode, timeout_s=timeout_s)


def come_down(client: RawClient) -> None:
    """Lands where it is, if it flies, and waits until it has disarmed itself."""
    if not client.armed():
        return
    if client.mode() != LAND:
        set_mode(client, LAND)
    wait_disarmed(client)


# Of the vehicle's own clock, told with its position: how exactly, goes by the stream's rate (10 Hz: stream_everything)


def heard_s(client: RawClient) -> float:
    """When it last told its position: what happened until now was no later than that and what is on its way."""
    told = client.last("GLOBAL_POSITION_INT")
    assert told is not None
    return float(told.time_boot_ms) / 1000.0


def said_s(talk: Talk, part: str) -> float:
    """Waits for a text with ``part`` in it, and tells when it was said, however late it is looked at."""
    text = talk.expect_text(part, timeout_s=FLIGHT_S)
    at_s = None
    for message in talk.heard("GLOBAL_POSITION_INT", "STATUSTEXT"):
        if message is text:
            break
        if message.get_type() == "GLOBAL_POSITION_INT":
            at_s = message.time_boot_ms / 1000.0
    assert at_s is not None, "it told its position before"
    return float(at_s)


def pass_time(client: RawClient, lasts_s: float) -> None:
    until_ms = 1000.0 * (float(client.talk().expect("GLOBAL_POSITION_INT").time_boot_ms) / 1000.0 + lasts_s)

    def is_over(message: Any) -> bool:
        return bool(message.get_type() == "GLOBAL_POSITION_INT" and message.time_boot_ms >= until_ms)

    client.talk().wait_until(is_over, f"{lasts_s:g} s later", FLIGHT_S)
