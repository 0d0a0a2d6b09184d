"""What each release of ArduCopter answers where they differ: the one table of the suite.

The tests name parameters as 4.5 does; ``Expected.own`` has the vehicle's own name for one and its value there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from raw_client import RawClient

AUTOPILOT_VERSION_ID, REQUEST_MESSAGE = 148, 512
DEV = 0
"""FIRMWARE_VERSION_TYPE of what has not been released."""
MISSION_ERROR, INVALID_SEQUENCE = 1, 13
DENIED, FAILED = 2, 4
ROI_LOCATION, ROI_NONE = 195, 197
FTP_FILE_NOT_FOUND, FTP_INVALID_SESSION = 10, 4


@dataclass(frozen=True, slots=True)
class Expected:
    """The defaults are 4.5's."""

    release: str = "4.5"
    renamed: Mapping[str, tuple[str, Callable[[float], float]]] = field(default_factory=dict)
    unknown_parameter_is_told: bool = False
    clearing_ends_an_upload: bool = False
    past_the_end: int = MISSION_ERROR
    mission_commands: frozenset[int] = frozenset()
    """That 4.5 refuses."""
    mount_control_z: float = 0.0
    radius_15_0005_m: float = 15.0
    other_session: int = FTP_INVALID_SESSION
    """MAVLink FTP: the reason given to a reader of another session while a file is open."""
    outside_at_arming: str = "vehicle outside fence"
    breach_of_polygon: str = "Fence Breached"
    auto_mode: str = "AUTO"
    """As texts name it."""
    stays_when_unclear: bool = False
    """SET_ATTITUDE_TARGET that has some body rates and not the others lets it stay where it is."""
    type_in_mission_files_is_set: bool = True
    """In ``@MISSION/mission.dat`` each item says that it is of a mission; else anything."""
    fence_is_latched: bool = False
    """FENCE_ENABLE puts in force what FENCE_TYPE says at that moment; DO_FENCE_ENABLE does so without the parameter."""

    def own(self, name: str, value: float = 0.0) -> tuple[str, float]:
        """A parameter of 4.5 and its value as this vehicle has them."""
        own, convert = self.renamed.get(name, (name, float))
        return own, convert(value)

    def written(self, name: str, value: float) -> tuple[str, str]:
        """The same as it is typed."""
        own, own_value = self.own(name, value)
        return own, f"{own_value:g}"

    def name(self, name: str) -> str:
        return self.own(name)[0]


def _centi(value: float) -> float:
    return value / 100.0


_NAMES_47: dict[str, tuple[str, Callable[[float], float]]] = {
    "SYSID_THISMAV": ("MAV_SYSID", float),
    "SYSID_MYGCS": ("MAV_GCS_SYSID", float),
    "RTL_ALT": ("RTL_ALT_M", _centi),
    "WPNAV_RADIUS": ("WP_RADIUS_M", _centi),
    "ARMING_CHECK": ("ARMING_SKIPCHK", lambda checks: 1.0 - checks),
    "SIM_GPS_DISABLE": ("SIM_GPS1_ENABLE", lambda disable: 1.0 - disable),
    "SIM_GPS_GLITCH_X": ("SIM_GPS1_GLTCH_X", float),
}
_OF_45 = Expected()
_OF_46 = replace(
    _OF_45,
    release="4.6",
    clearing_ends_an_upload=True,
    mission_commands=frozenset({ROI_LOCATION, ROI_NONE}),
    mount_control_z=2.0,
    outside_at_arming="Vehicle breaching Polygon fence",
    breach_of_polygon="Polygon fence breached",
    fence_is_latched=True,
    stays_when_unclear=True,
    type_in_mission_files_is_set=False,
)
_OF_47 = replace(
    _OF_46,
    release="4.7",
    renamed=_NAMES_47,
    unknown_parameter_is_told=True,
    type_in_mission_files_is_set=True,
    past_the_end=INVALID_SEQUENCE,
    auto_mode="Auto",
    radius_15_0005_m=15.0005,
    other_session=FTP_FILE_NOT_FOUND,
)
_OF_47_DEV = replace(_OF_47, renamed={name: own for name, own in _NAMES_47.items() if not name.startswith("WPNAV_")})
"""4.7.0-dev had 4.5's WPNAV_* until February 2026; in March, when 4.7 was branched off, it has the new names."""


def expected_of(client: RawClient) -> Expected:
    """By the version that the vehicle tells."""
    talk = client.talk()
    client.command(REQUEST_MESSAGE, AUTOPILOT_VERSION_ID)
    version = talk.expect("AUTOPILOT_VERSION").flight_sw_version
    release = f"{version >> 24}.{version >> 16 & 0xFF}"
    if release == "4.7" and version & 0xFF == DEV:
        return _OF_47 if _knows(client, _NAMES_47["WPNAV_RADIUS"][0]) else _OF_47_DEV
    return expected_for(release)


def _knows(client: RawClient, name: str) -> bool:
    """Of a vehicle that says so when it does not."""
    talk = client.talk()
    client.send("PARAM_REQUEST_READ", param_id=name.encode(), param_index=-1)
    return talk.expect_any("PARAM_VALUE", "PARAM_ERROR", param_id=name).get_type() == "PARAM_VALUE"


def expected_for(release: str) -> Expected:
    """``release``: ``4.7``."""
    return {"4.5": _OF_45, "4.6": _OF_46, "4.7": _OF_47}[release]
