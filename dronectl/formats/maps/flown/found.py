"""What is to be said of a flight beside its line: what the recording lacks, and what went otherwise than it should."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dronectl.formats.maps.flown.flights import Flight
from dronectl.formats.maps.words import shown
from dronectl.model.track.track import EventKind
from dronectl.model.track.trespass import Bound, Trespass

if TYPE_CHECKING:
    from dronectl.formats.tracks.track_document import TrackDocument
    from dronectl.model.track.deviation import Deviation

_MOST_FENCE_WORDS = 3


def findings(flight: Flight, document: TrackDocument) -> list[str]:
    """A line each, in Thai and English, the gravest first; none where all is well."""
    track = flight.track
    found = _trespassed(trespasses_of(flight, document), document.ceiling_m)
    if flight.gaps:
        seconds = sum(after - before for before, after in flight.gaps)
        found.append(
            f"การบันทึกขาด {len(flight.gaps)} ช่วง รวม {seconds:.0f} วินาที · "
            f"{len(flight.gaps)} gap{'s' if len(flight.gaps) > 1 else ''} in the recording, {seconds:.0f} s"
        )
    if not flight.begins_on_ground:
        found.append("บันทึกเริ่มกลางอากาศ · the recording begins in the air")
    if not flight.ends_on_ground:
        found.append("บันทึกจบกลางอากาศ · the recording ends in the air")
    if track.outages:
        seconds = sum(outage.duration_s for outage in track.outages)
        found.append(f"ไม่มีพิกัด 3 มิติ {seconds:.0f} วินาที · {seconds:.0f} s without a 3-D fix")
    fences = [shown(event.text) for event in track.events if event.kind is EventKind.FENCE]
    if fences:
        told = "; ".join(list(dict.fromkeys(fences))[:_MOST_FENCE_WORDS])
        found.append(f"แนวเขตบิน {len(fences)} ครั้ง · {len(fences)} × the fence: {told}")
    found += [off_plan(one) for one in deviations_of(flight, document)]
    if track.timing.notes:
        found.append(f"เวลา · {shown('; '.join(track.timing.notes))}")
    if track.tolerance_m > 0.0:
        found.append(f"ลดจุดไว้ก่อนแล้ว ไม่รู้ช่วงที่ขาด · thinned to {track.tolerance_m:g} m before: gaps are not known")
    if len(track.recorded_in) > 1:
        found.append(f"ไฟล์ · recorded in {shown(', '.join(track.recorded_in))}")
    return found


def trespasses_of(flight: Flight, document: TrackDocument) -> list[Trespass]:
    return [one for one in document.trespasses if one.flight == flight.index]


def deviations_of(flight: Flight, document: TrackDocument) -> list[Deviation]:
    """By drone and time: a comparison knows no flights."""
    track = flight.track
    first, last = track.time_utc[0], track.time_utc[-1]
    return [one for one in document.deviations if one.drone == track.name and first <= one.time_utc <= last]


def trespass_words(bound: Bound, name: str, ceiling_m: float | None) -> tuple[str, str]:
    """What was overstepped, in Thai and English."""
    match bound:
        case Bound.FENCE:
            return f"ออกนอกแนวเขตบิน {shown(name)}", f"outside its fence {shown(name)}"
        case Bound.KEEP_OUT:
            return f"เข้าเขตห้าม {shown(name)}", f"within keep-out {shown(name)}"
        case Bound.CEILING:
            return f"สูงเกินเพดานบิน {ceiling_m:g} ม.", f"above the ceiling of {ceiling_m:g} m"


def _trespassed(found: Sequence[Trespass], ceiling_m: float | None) -> list[str]:
    lines = []
    for bound, name in dict.fromkeys((one.bound, one.name) for one in found):
        same = [one for one in found if (one.bound, one.name) == (bound, name)]
        thai, english = trespass_words(bound, name, ceiling_m)
        seconds, beyond_m = sum(one.duration_s for one in same), max(one.beyond_m for one in same)
        often = f" ({len(same)} ×)" if len(same) > 1 else ""
        lines.append(
            f"{thai} {seconds:.0f} วินาที มากสุด {beyond_m:.1f} ม.{often} · "
            f"{english} for {seconds:.0f} s, by {beyond_m:.1f} m at most{often}"
        )
    return lines


def off_plan(one: Deviation) -> str:
    """Where the flight was farthest off its plan."""
    return shown(
        f"ห่างแผนมากที่สุด {one.cross_track_m:.1f} m · farthest off its plan: {one.cross_track_m:.1f} m, {one.leg}"
    )


def photographs(flight: Flight) -> int:
    """How many the recording tells of, with a place or without."""
    told = sum(event.kind is EventKind.PHOTO for event in flight.track.events)
    return max(told, len(flight.track.photographs))
