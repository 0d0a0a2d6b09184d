"""What ArduCopter's releases differ in, as the simulated copter shows it: the only place that tells one from another.

The parts of the copter are written in terms of 4.5: they ask for parameters by its names and in its units, and for
each thing that a later release does otherwise, the vehicle's ``Firmware``. Read from the sources of 4.5.6, 4.6.2 and
4.7.0-dev (February 2026) and from ArduPilot's published parameter metadata of 4.7, measured on their SITL
(``tests/autopilot``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from dronectl.errors import InputError

_ERROR, _INVALID_SEQUENCE = 1, 13
"""MAV_MISSION_RESULT."""
_RETURN_PATH_START, _ROI_LOCATION, _ROI_NONE = 188, 195, 197
"""MAV_CMD."""


def _same(value: float) -> float:
    return value


@dataclass(frozen=True, slots=True)
class Renamed:
    """A parameter of 4.5 as another release has it."""

    name: str
    own: Callable[[float], float] = _same
    """4.5's value to this one's."""
    of_45: Callable[[float], float] = _same
    """And back."""


@dataclass(frozen=True, slots=True)
class Firmware:
    """One release. The defaults are what 4.5 does."""

    version: tuple[int, int, int]
    parameter_file: str
    """Its stock parameters, in ``sim/data``."""
    renamed: Mapping[str, Renamed] = field(default_factory=dict)
    """By 4.5's name; what is not in here has that name still, or is gone."""
    tells_unknown_parameters: bool = False
    """PARAM_ERROR in answer to a name or an index that it has not, and to a value that is no number."""

    clearing_ends_an_upload: bool = False
    """MISSION_CLEAR_ALL of the sender whose upload is open ends that; else it is refused while one is."""
    past_the_end: int = _ERROR
    """MAV_MISSION_RESULT of a request for an item of a mission that is not there; MISSION_COUNT comes before it."""
    counts_past_the_end: bool = False
    """The same answer for fences and rally points."""
    also_stores: frozenset[int] = frozenset()
    """Mission commands that 4.5 refuses."""
    tells_mount_mode: bool = False
    """DO_MOUNT_CONTROL reads back with the mode "MAVLink targeting" in z, whatever was sent."""
    most_waypoint_delay_s: float | None = None
    """A NAV_WAYPOINT whose param1 is beyond 0 to this is refused; None: it is cut to 16 bits."""
    whole_radii: bool = True
    """Radii of fence circles just above whole metres are kept in whole metres."""
    fence_is_latched: bool = False
    """FENCE_ENABLE puts in force what FENCE_TYPE says at that moment; DO_FENCE_ENABLE does so without the parameter.
    4.5 looks at both parameters all the time, and DO_FENCE_ENABLE sets the one."""
    names_fences: bool = False
    """"Polygon fence breached" for "Fence Breached", and so on; the end of a breach is told too."""
    modes_in_words: bool = False
    """"Auto" and "Smart RTL" in texts for "AUTO" and "SMARTRTL"."""
    margin_is: str = "less"
    """What the check before arming says of a margin that is greater than the circle's radius."""
    turns_are_level: bool = True
    """How soon a corner is cut depends on speeds and accelerations over ground; since 4.6 on upright ones too."""
    spool_up_s: float = 3.5
    """From the order to take off to the first movement."""
    circle_after_per_s: float = 0.52
    """How closely a circle's target is followed, metres a second for each metre."""
    stays_when_unclear: bool = False
    """SET_ATTITUDE_TARGET with some body rates and not the others lets it stay; before 4.6 each rate counts for
    itself."""
    stays_without_thrust: bool = False
    """So does one without thrust or a true attitude, which is not listened to before 4.7."""
    always_turns_clockwise: bool = False
    """LOITER_TURNS of a negative radius go round clockwise too (seen on 4.7.0-dev)."""
    failed_motors_are_bits: bool = False
    """Of the simulator: which motor is weak is told by bits, 0 none; else by one's number, from 0."""
    compasses_in_turn: bool = True
    """A compass that is not believed gives way to the next one; else that is let go at once (seen on 4.7.0-dev)."""
    ftp_sessions: int = 1
    """MAVLink FTP: files that may be open at a time, one for each (client, session)."""
    ftp_burst_blocks: int = 500
    logs_degrees: bool = False
    """ATT in degrees as floats; else in hundredths, and with two columns of errors."""
    logs_texts_in_pieces: bool = False
    """MSG has ID and Seq: a text of more than 64 bytes goes on in the next."""

    @property
    def text(self) -> str:
        """``4.5.6``."""
        return ".".join(map(str, self.version))

    @property
    def series(self) -> str:
        """``4.5``: what ``--firmware`` takes."""
        return ".".join(map(str, self.version[:2]))


def _centi(name: str) -> Renamed:
    """Centimetres, centidegrees and their like that became metres and degrees."""
    return Renamed(name, lambda value: value / 100.0, lambda value: value * 100.0)


_KNOWN_CHECKS = ((1 << 21) - 1) & ~1


def _skipped(checks: float) -> float:
    """ARMING_SKIPCHK for ARMING_CHECK: bit 0 of the latter means all, 0 none."""
    mask = int(checks)
    return 0.0 if mask & 1 else -1.0 if mask == 0 else float(~mask & _KNOWN_CHECKS)


def _checked(skipped: float) -> float:
    mask = int(skipped)
    return 1.0 if mask == 0 else 0.0 if mask == -1 else float(~mask & _KNOWN_CHECKS)


def _other(value: float) -> float:
    """DISABLE became ENABLE."""
    return 0.0 if value else 1.0


_RATES = ("RAW_SENS", "EXT_STAT", "RC_CHAN", "RAW_CTRL", "POSITION", "EXTRA1", "EXTRA2", "EXTRA3", "PARAMS", "ADSB")
_SERIAL_PORTS = 7

_RENAMED_IN_47: dict[str, Renamed] = {
    "SYSID_THISMAV": Renamed("MAV_SYSID"),
    "SYSID_MYGCS": Renamed("MAV_GCS_SYSID"),
    "SYSID_ENFORCE": Renamed("MAV_OPTIONS"),
    "TELEM_DELAY": Renamed("MAV_TELEM_DELAY"),
    "RTL_ALT": _centi("RTL_ALT_M"),
    "RTL_ALT_FINAL": _centi("RTL_ALT_FINAL_M"),
    "RTL_CLIMB_MIN": _centi("RTL_CLIMB_MIN_M"),
    "RTL_SPEED": _centi("RTL_SPEED_MS"),
    "LAND_SPEED": _centi("LAND_SPD_MS"),
    "LAND_SPEED_HIGH": _centi("LAND_SPD_HIGH_MS"),
    "LAND_ALT_LOW": _centi("LAND_ALT_LOW_M"),
    "WPNAV_SPEED": _centi("WP_SPD"),
    "WPNAV_SPEED_UP": _centi("WP_SPD_UP"),
    "WPNAV_SPEED_DN": _centi("WP_SPD_DN"),
    "WPNAV_RADIUS": _centi("WP_RADIUS_M"),
    "WPNAV_ACCEL": _centi("WP_ACC"),
    "WPNAV_ACCEL_C": _centi("WP_ACC_CNR"),
    "WPNAV_ACCEL_Z": _centi("WP_ACC_Z"),
    "WPNAV_JERK": Renamed("WP_JERK"),
    "WPNAV_RFND_USE": Renamed("WP_RFND_USE"),
    "WPNAV_TER_MARGIN": Renamed("WP_TER_MARGIN"),
    "PILOT_TKOFF_ALT": _centi("PILOT_TKO_ALT_M"),
    "PILOT_SPEED_UP": _centi("PILOT_SPD_UP"),
    "PILOT_SPEED_DN": _centi("PILOT_SPD_DN"),
    "PILOT_ACCEL_Z": _centi("PILOT_ACC_Z"),
    "LOIT_SPEED": _centi("LOIT_SPEED_MS"),
    "LOIT_ACC_MAX": _centi("LOIT_ACC_MAX_M"),
    "LOIT_BRK_ACCEL": _centi("LOIT_BRK_ACC_M"),
    "LOIT_BRK_JERK": _centi("LOIT_BRK_JRK_M"),
    "CIRCLE_RADIUS": _centi("CIRCLE_RADIUS_M"),
    "ANGLE_MAX": _centi("ATC_ANGLE_MAX"),
    "ARMING_CHECK": Renamed("ARMING_SKIPCHK", _skipped, _checked),
    "SIM_GPS_DISABLE": Renamed("SIM_GPS1_ENABLE", _other, _other),
    **{f"SIM_GPS_GLITCH_{axis}": Renamed(f"SIM_GPS1_GLTCH_{axis}") for axis in "XYZ"},
    **{f"SR{port}_{rate}": Renamed(f"MAV{port + 1}_{rate}") for port in range(_SERIAL_PORTS) for rate in _RATES},
}

_46 = Firmware(
    (4, 6, 3),
    "arducopter-4.6-parameters.tsv.gz",
    clearing_ends_an_upload=True,
    also_stores=frozenset({_RETURN_PATH_START, _ROI_LOCATION, _ROI_NONE}),
    tells_mount_mode=True,
    fence_is_latched=True,
    names_fences=True,
    turns_are_level=False,
    stays_when_unclear=True,
    logs_degrees=True,
)

FIRMWARES: dict[str, Firmware] = {
    one.series: one
    for one in (
        Firmware((4, 5, 6), "arducopter-4.5.6-parameters.tsv.gz"),
        _46,
        replace(
            _46,
            version=(4, 7, 0),
            parameter_file="arducopter-4.7-parameters.tsv.gz",
            renamed=_RENAMED_IN_47,
            tells_unknown_parameters=True,
            past_the_end=_INVALID_SEQUENCE,
            counts_past_the_end=True,
            most_waypoint_delay_s=65_535.0,
            whole_radii=False,
            modes_in_words=True,
            margin_is="greater",
            spool_up_s=2.8,
            circle_after_per_s=0.65,
            stays_without_thrust=True,
            always_turns_clockwise=True,
            failed_motors_are_bits=True,
            compasses_in_turn=False,
            ftp_sessions=5,
            ftp_burst_blocks=2000,
            logs_texts_in_pieces=True,
        ),
    )
}
"""By what ``--firmware`` takes."""

DEFAULT = FIRMWARES["4.7"]
"""The newest stable release."""

_IN_45: dict[str, tuple[str, Renamed]] = {
    renamed.name: (name, renamed) for one in FIRMWARES.values() for name, renamed in one.renamed.items()
}


def in_terms_of_45(name: str, value: float) -> tuple[str, float]:
    """A parameter as 4.5 has it; one that no release renamed stays what it is."""
    if name not in _IN_45:
        return name, value
    old, renamed = _IN_45[name]
    return old, renamed.of_45(value)


def in_terms_of(firmware: Firmware, parameters: Mapping[str, float]) -> dict[str, float]:
    """Parameters of 4.5 under the names, and with the values, that a release has for them."""
    return {
        renamed.name: renamed.own(value)
        for name, value in parameters.items()
        for renamed in (firmware.renamed.get(name, Renamed(name)),)
    }


def for_any_release(parameters: Mapping[str, float]) -> dict[str, float]:
    """The same parameters under the names of every release: in a file of defaults ArduPilot ignores those of others."""
    every: dict[str, float] = {}
    for name, value in parameters.items():
        old, old_value = in_terms_of_45(name, value)
        every[old] = old_value
        for one in FIRMWARES.values():
            if old in one.renamed:
                every[one.renamed[old].name] = one.renamed[old].own(old_value)
        every[name] = value
    return every


def firmware_named(text: str) -> Firmware:
    """The release that ``4.7`` or ``4.7.0`` means.

    Raises:
        InputError: the simulated copter does not know it.
    """
    found = FIRMWARES.get(text) or next((one for one in FIRMWARES.values() if one.text == text), None)
    if found is None:
        raise InputError(f"no firmware '{text}'", hint=f"the simulated copters know {', '.join(FIRMWARES)}")
    return found
