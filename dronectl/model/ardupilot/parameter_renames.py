"""Which parameters ArduCopter has renamed, and by how much it rescaled them: one table, for names and for files.

From ArduPilot's published parameter metadata of Copter 4.5, 4.6, 4.7 and 4.8 (4.8 has the names of 4.7) and from what
the firmware itself converts when it is updated. Where the two differ (the vertical acceleration controller's feed
forward and limits, which the firmware moves as they are), what the metadata says is followed: the output of that
controller is a fraction of full throttle since 4.7, and its input m/s².
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product

from dronectl.model.ardupilot.float32 import as_single, moved_point

_RENAMED: Mapping[str, str] = {
    "4.6": """
        GPS_TYPE{,2}                GPS{1,2}_TYPE
        GPS_GNSS_MODE{,2}           GPS{1,2}_GNSS_MODE
        GPS_RATE_MS{,2}             GPS{1,2}_RATE_MS
        GPS_POS{1,2}_{X,Y,Z}        GPS{1,2}_POS_{X,Y,Z}
        GPS_DELAY_MS{,2}            GPS{1,2}_DELAY_MS
        GPS_COM_PORT{,2}            GPS{1,2}_COM_PORT
        GPS_CAN_NODEID{1,2}         GPS{1,2}_CAN_NODEID
        GPS_MB{1,2}_TYPE            GPS{1,2}_MB_TYPE
        GPS_MB{1,2}_OFS_{X,Y,Z}     GPS{1,2}_MB_OFS_{X,Y,Z}
    """,
    "4.7": """
        RTL_ALT                     RTL_ALT_M               -2 m
        RTL_ALT_FINAL               RTL_ALT_FINAL_M         -2 m
        RTL_CLIMB_MIN               RTL_CLIMB_MIN_M         -2 m
        RTL_SPEED                   RTL_SPEED_MS            -2 m/s
        LAND_SPEED                  LAND_SPD_MS             -2 m/s
        LAND_SPEED_HIGH             LAND_SPD_HIGH_MS        -2 m/s
        LAND_ALT_LOW                LAND_ALT_LOW_M          -2 m
        WPNAV_SPEED{,_UP,_DN}       WP_SPD{,_UP,_DN}        -2 m/s
        WPNAV_ACCEL{,_C,_Z}         WP_ACC{,_CNR,_Z}        -2 m/s²
        WPNAV_RADIUS                WP_RADIUS_M             -2 m
        WPNAV_JERK                  WP_JERK
        WPNAV_RFND_USE              WP_RFND_USE
        WPNAV_TER_MARGIN            WP_TER_MARGIN
        LOIT_SPEED                  LOIT_SPEED_MS           -2 m/s
        LOIT_ACC_MAX                LOIT_ACC_MAX_M          -2 m/s²
        LOIT_BRK_ACCEL              LOIT_BRK_ACC_M          -2 m/s²
        LOIT_BRK_JERK               LOIT_BRK_JRK_M          -2 m/s³
        CIRCLE_RADIUS               CIRCLE_RADIUS_M         -2 m
        PILOT_TKOFF_ALT             PILOT_TKO_ALT_M         -2 m
        PILOT_SPEED_{UP,DN}         PILOT_SPD_{UP,DN}       -2 m/s
        PILOT_ACCEL_Z               PILOT_ACC_Z             -2 m/s²
        PHLD_BRAKE_ANGLE            PHLD_BRK_ANGLE          -2 deg
        PHLD_BRAKE_RATE             PHLD_BRK_RATE
        ANGLE_MAX                   ATC_ANGLE_MAX           -2 deg
        AVOID_ANGLE_MAX             AVOID_ANG_MAX           -2 deg
        ATC_ACCEL_{R,P,Y}_MAX       ATC_ACC_{R,P,Y}_MAX     -2 deg/s²
        ATC_SLEW_YAW                ATC_RATE_WPY_MAX        -2 deg/s
        PSC_POSXY_P                 PSC_NE_POS_P
        PSC_POSZ_P                  PSC_D_POS_P
        PSC_VELXY_{P,I,D,FF,FLTD,FLTE}  PSC_NE_VEL_{P,I,D,FF,FLTD,FLTE}
        PSC_VELXY_IMAX              PSC_NE_VEL_IMAX         -2 m/s²
        PSC_VELZ_{P,I,D,FF,FLTD,FLTE}   PSC_D_VEL_{P,I,D,FF,FLTD,FLTE}
        PSC_VELZ_IMAX               PSC_D_VEL_IMAX          -2 m/s²
        PSC_ACCZ_{P,I,D,FF,D_FF}    PSC_D_ACC_{P,I,D,FF,D_FF}   -1
        PSC_ACCZ_{IMAX,PDMX,SMAX}   PSC_D_ACC_{IMAX,PDMX,SMAX}  -3
        PSC_ACCZ_{FLTT,FLTE,FLTD,NTF,NEF}   PSC_D_ACC_{FLTT,FLTE,FLTD,NTF,NEF}
        PSC_JERK_{XY,Z}             PSC_{NE,D}_JERK
        RNGFND{1,2,3,4,5,6,7,8,9,A}_{MIN_CM,MAX_CM,GNDCLEAR}  RNGFND{1,2,3,4,5,6,7,8,9,A}_{MIN,MAX,GNDCLR}  -2 m
        ARMING_CHECK                ARMING_SKIPCHK          skipped
        ARM_C_RTL_ALT               ARM_C_RTL_ALT_M
        SYSID_THISMAV               MAV_SYSID
        SYSID_MYGCS                 MAV_GCS_SYSID
        SYSID_ENFORCE               MAV_OPTIONS
        TELEM_DELAY                 MAV_TELEM_DELAY
        SR{0,1,2,3,4,5,6}_{RAW_SENS,EXT_STAT,RC_CHAN}   MAV{1,2,3,4,5,6,7}_{RAW_SENS,EXT_STAT,RC_CHAN}
        SR{0,1,2,3,4,5,6}_{RAW_CTRL,POSITION,PARAMS}    MAV{1,2,3,4,5,6,7}_{RAW_CTRL,POSITION,PARAMS}
        SR{0,1,2,3,4,5,6}_{EXTRA1,EXTRA2,EXTRA3,ADSB}   MAV{1,2,3,4,5,6,7}_{EXTRA1,EXTRA2,EXTRA3,ADSB}
        CAM_RC_{TYPE,FEATURES,CONTROL,BT_DELAY}  CAM1_RC_{TYPE,FEATURES,CONTROL,BT_DELAY}
        CAM_RC_{BTN,MDE}_DELAY      CAM1_RC_{BTN,MDE}_DELY
        EK3_MAX_FLOW                EK3_FLOW_MAX
        AROT_TARG_SP                AROT_FWD_SP_TARG        -2 m/s
        AROT_AS_ACC_MAX             AROT_XY_ACC_MAX         -2 m/s²
        SIM_GPS_DISABLE             SIM_GPS1_ENABLE         inverted
        SIM_GPS2_DISABLE            SIM_GPS2_ENABLE         inverted
        SIM_GPS_{ACC,ALT_OFS,HDG,HZ,JAM,LAG_MS}   SIM_GPS1_{ACC,ALT_OFS,HDG,HZ,JAM,LAG_MS}
        SIM_GPS_{NOISE,NUMSATS,TYPE}    SIM_GPS1_{NOISE,NUMSATS,TYPE}
        SIM_GPS_{POS,VERR}_{X,Y,Z}  SIM_GPS1_{POS,VERR}_{X,Y,Z}
        SIM_GPS_GLITCH_{X,Y,Z}      SIM_GPS1_GLTCH_{X,Y,Z}
        SIM_GPS_{BYTELOSS,DRIFTALT,LOCKTIME}  SIM_GPS1_{BYTELOS,DRFTALT,LCKTIME}
    """,
}
"""By the first release with the new names: old name, new name, how many places the decimal point moves (or another way
of telling the same), and the new unit. ``{,2}`` stands for each of these in turn, in both names."""

_ALL_CHECKS = 1
"""Bit 0 of the old bitmask of arming checks: all, whatever else is set."""
_KNOWN_CHECKS = 0x1FFFFE
_EVERY_CHECK_SKIPPED = -1
_PORT_OPTIONS = re.compile(r"SERIAL\d_OPTIONS")
_CHANNEL_OPTIONS = 1 << 10 | 1 << 12
"""Not to forward; to ignore requests for rates."""
_FIRST_CHANNEL = "MAV1_OPTIONS"
_HUNDREDTH = "c"
"""cm, cdeg: whatever was rescaled and has a unit was told in hundredths of it before."""


@dataclass(frozen=True, slots=True)
class Rename:
    """One parameter of two names. ``since``: the first release with the ``new`` one, ``4.7``."""

    old: str
    new: str
    since: str
    how: str
    """``-2``: so many places the point of an old value moves to make the new one; ``inverted``: 0 was 1 before;
    ``skipped``: a bitmask of what not to check instead of what to check."""
    new_unit: str = ""

    def value_of(self, name: str, value: float) -> float:
        """The value that the parameter has under ``name`` when it has ``value`` under the other one, as float32.

        What is no whole number for an integer parameter is not made one: that is for the receiver to refuse.
        """
        to_new = name == self.new
        if self.how == "inverted":
            return float(value == 0)
        if self.how == "skipped":
            return float(_skipped(int(value)) if to_new else _checked(int(value)))
        return as_single(moved_point(value, self.places if to_new else -self.places))

    @property
    def places(self) -> int:
        """Decimal places between the two; 0 where it is told in another way."""
        return int(self.how) if self.how.lstrip("-").isdigit() else 0

    def other(self, name: str) -> str:
        return self.old if name == self.new else self.new

    def said_of(self, name: str) -> str:
        """How the value under ``name`` is told, for a person who knows the other one; empty where there is no
        difference: ``in m/s``."""
        is_new = name == self.new
        if self.new_unit:
            return f"in {self.new_unit if is_new else _HUNDREDTH + self.new_unit}"
        if self.how == "inverted":
            return "0 where it was 1"
        if self.how == "skipped":
            return "a bitmask of what not to check" if is_new else "a bitmask of what to check"
        factor = 10.0 ** (self.places if is_new else -self.places)
        return f"{factor:g} times the value" if self.places else ""


def _skipped(checks: int) -> int:
    if checks == 0:
        return _EVERY_CHECK_SKIPPED
    return 0 if checks & _ALL_CHECKS else ~checks & _KNOWN_CHECKS


def _checked(skipped: int) -> int:
    return ~skipped & _KNOWN_CHECKS if skipped & _KNOWN_CHECKS else _ALL_CHECKS


def renamed(name: str) -> Rename | None:
    """The renaming that ``name``, old or new, took part in; None for a parameter that kept its name."""
    return _about(name).get(name)


def moved_options(name: str, value: float, on_board: Container[str]) -> tuple[float, str]:
    """A serial port's options without those that the vehicle has elsewhere, and where that is, in words; empty where
    there are none. Since 4.7 each MAVLink channel, not each port, says whether it forwards and obeys rate requests."""
    moved = int(value) & _CHANNEL_OPTIONS if _PORT_OPTIONS.fullmatch(name) and _FIRST_CHANNEL in on_board else 0
    if not moved:
        return value, ""
    bits = " and ".join(f"{1 << bit}" for bit in range(16) if moved >> bit & 1)
    return int(value) - moved, f"{name}: {bits} of {int(value)} is told by {_FIRST_CHANNEL} and its siblings here"


def names_are_of(names: Iterable[str]) -> str:
    """Which releases call their parameters so, in words: ``ArduCopter before 4.7``; empty where the names do not tell,
    or tell both ways."""
    latest = max(_RENAMED)
    ages = {name == found.new for name in names if (found := renamed(name)) is not None and found.since == latest}
    if len(ages) != 1:
        return ""
    return f"ArduCopter {latest} or later" if ages.pop() else f"ArduCopter before {latest}"


def all_renames() -> tuple[Rename, ...]:
    """Every one, in the table's order."""
    return tuple(dict.fromkeys(_by_name().values()))


_rename = cache(Rename)
"""One value for both names, however they are looked up."""


@cache
def _about(name: str) -> dict[str, Rename]:
    """The lines that may tell of ``name``: of a single name most of the table need not be spelt out."""
    return _spelt(lambda old, new: name.startswith((old.split("{")[0], new.split("{")[0])))


@cache
def _by_name() -> dict[str, Rename]:
    return _spelt(lambda _old, _new: True)


def _spelt(wanted: Callable[[str, str], bool]) -> dict[str, Rename]:
    found: dict[str, Rename] = {}
    for since, table in _RENAMED.items():
        for line in table.split("\n"):
            old, new, how, unit = (*line.split(), "", "", "", "")[:4]
            for pair in zip(_each(old), _each(new), strict=True) if old and wanted(old, new) else ():
                rename = _rename(*pair, since, how or "0", unit)
                found[rename.old] = found[rename.new] = rename
    return found


def _each(pattern: str) -> Iterator[str]:
    parts = re.split(r"\{(.*?)\}", pattern)
    return (
        "".join(chosen) for chosen in product(*(part.split(",") if i % 2 else (part,) for i, part in enumerate(parts)))
    )
