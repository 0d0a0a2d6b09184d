"""Flown tracks as a page: it stands alone, loses no time, draws no line over a gap, and stays small."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from repository import DATA
from sample_tracks import make_plan, make_track, make_zones

from dronectl.formats.maps.flown import drawing, flights, side
from dronectl.formats.maps.flown.flights import drawn_flights
from dronectl.formats.maps.flown.html_page import render_flown_html
from dronectl.formats.maps.flown.outings import outings_of
from dronectl.formats.recordings.recording import read_recording
from dronectl.formats.track_export import SUFFIXES, export
from dronectl.formats.tracks.track_document import TrackDocument
from dronectl.formats.tracks.view import ColourBy, TrackView
from dronectl.geodesy.geodesic import distance_m
from dronectl.model.geo import GeoPoint
from dronectl.model.track.clock_facts import ClockFacts, TimeSource
from dronectl.model.track.deviation import Deviation
from dronectl.model.track.fix_outage import FixOutage
from dronectl.model.track.photograph import Photograph
from dronectl.model.track.track import EventKind, PositionSource, Track, TrackEvent
from dronectl.model.track.trespass import Bound, Trespass

HOSTILE = "</script><script>alert(1)</script>\"'&<b onload=x>\x00\x1b[31m\ud800"
BANGKOK = ZoneInfo("Asia/Bangkok")


@pytest.fixture(scope="module")
def recorded() -> Track:
    (track,) = read_recording(DATA / "sitl-drone1.tlog", source=PositionSource.EKF, names={1: "alpha"}).tracks
    return track


def page_of(*tracks: Track, **more: Any) -> str:
    return render_flown_html(TrackDocument("สถานที่ & <site>", tracks, zone=BANGKOK, **more))


def data_of(page: str) -> dict[str, Any]:
    (text,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    return json.loads(text)  # type: ignore[no-any-return]


def later(track: Track, seconds: float, **changes: Any) -> Track:
    by = np.timedelta64(round(seconds * 1e6), "us")
    events = tuple(replace(event, time_utc=event.time_utc + by) for event in track.events)
    return replace(track, time_utc=track.time_utc + by, events=events, **changes)


def without(track: Track, first: int, after: int) -> Track:
    kept = np.ones(len(track), np.bool_)
    kept[first:after] = False
    return track.take(kept)


def rows(page: str) -> list[str]:
    (table,) = re.findall(r'<table id="flights">(.*?)</table>', page, re.DOTALL)
    return re.findall(r"<tbody.*?</tbody>", table, re.DOTALL)


class TestStandsAlone:
    def test_fetches_nothing_and_runs_only_its_own_script(self, recorded: Track) -> None:
        page = page_of(recorded, zones=make_zones(), plan=make_plan())
        assert set(re.findall(r"""(?:src|href)=[^ >]*|https?:|@import|url\((?!#)""", page)) == {'href="#flight-0"'}
        policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
        assert policy is not None
        assert "default-src 'none'" in policy[1]
        for tag in ("script", "style"):
            (text,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
            digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
            assert f"{tag}-src 'sha256-{digest}'" in policy[1]
        assert not re.search(r"\sstyle=|\son\w+=", page)
        assert page == page_of(recorded, zones=make_zones(), plan=make_plan())

    def test_is_a_track_format(self, recorded: Track) -> None:
        assert ".html" in SUFFIXES
        document = TrackDocument("t", [recorded], zone=BANGKOK)
        assert export(".html", document).decode() == render_flown_html(document)

    @pytest.mark.parametrize("colour_by", ColourBy)
    def test_words_of_strangers_stay_words(self, recorded: Track, colour_by: ColourBy) -> None:
        events = (
            *recorded.events,
            *(TrackEvent(recorded.time_utc[9], kind, HOSTILE) for kind in EventKind if kind is not EventKind.PHOTO),
        )
        zones = make_zones()
        zones = replace(zones, zones=tuple(replace(one, name=HOSTILE) for one in zones.zones))
        off = Deviation(HOSTILE, 1, recorded.time_utc[5], 16.05, 103.65, 1.0, 1.0, 16.05, 103.65, 1.0, 3.0, HOSTILE)
        timing = ClockFacts(TimeSource.COMPUTER)
        made = replace(recorded, name=HOSTILE, events=events, recorded_in=(HOSTILE, "b"), timing=timing)
        page = page_of(made, zones=zones, deviations=(off,), view=TrackView(colour_by))
        assert page.count("<script") == 2
        assert page.count("</script>") == 2
        assert "<b " not in page
        assert "\x1b" not in page
        assert "\x00" not in page
        assert page.encode("utf-8")
        assert data_of(page)["flights"][0]["name"].startswith("</script>")
        (drawn,) = re.findall(r"<svg id=\"map\".*?\n</svg>|<svg[^>]*id=\"map\".*?</svg>", page, re.DOTALL)
        tags = {node.tag for node in ElementTree.fromstring(drawn).iter()}
        assert tags.isdisjoint({"script", "b"})


class TestTimesAndPlaces:
    def test_every_fix_is_within_the_tolerance_at_its_own_time(self, recorded: Track) -> None:
        found = drawn_flights([recorded], {"alpha": "#123456"})
        (flight,) = found.flights
        (part,) = flight.parts
        assert found.tolerance_m == flights.LEAST_TOLERANCE_M
        assert len(part.seconds) < len(recorded) / 4
        seconds = flights.seconds_of(recorded.time_utc, recorded)
        x, y = flights.spots(recorded.lat_deg, recorded.lon_deg, found.view)
        off = np.hypot(np.interp(seconds, part.seconds, part.x) - x, np.interp(seconds, part.seconds, part.y) - y)
        assert off.max() / found.view.scale <= found.tolerance_m + 1e-3

    def test_a_place_lies_where_it_is(self, recorded: Track) -> None:
        found = drawn_flights([recorded], {"alpha": "#123456"})
        (x0, x1), (y0, y1) = (
            column[[0, 400]] for column in flights.spots(recorded.lat_deg, recorded.lon_deg, found.view)
        )
        here, there = (GeoPoint(float(recorded.lat_deg[i]), float(recorded.lon_deg[i])) for i in (0, 400))
        assert np.hypot(x1 - x0, y1 - y0) / found.view.scale == pytest.approx(distance_m(here, there), rel=1e-3)

    def test_the_script_gets_local_times_and_each_flight_on_the_time_of_its_outing(self, recorded: Track) -> None:
        other = later(recorded, 30.5, name="bravo")
        data = data_of(page_of(recorded, other))
        (outing,) = data["outings"]
        assert outing["flights"] == [0, 1]
        begun = recorded.time_utc[0] + np.timedelta64(7, "h")
        assert outing["clock"] == {
            "begin": int((begun.astype("datetime64[s]") - begun.astype("datetime64[D]")) / np.timedelta64(1, "s")),
            "zone": " UTC+7",
        }
        first, second = (flight["parts"][0][0] for flight in data["flights"])
        assert first[0] == pytest.approx(
            float((begun - begun.astype("datetime64[s]")) / np.timedelta64(1, "s")), abs=0.01
        )
        assert second[0] - first[0] == pytest.approx(30.5, abs=0.02)
        assert outing["end"] == pytest.approx(second[-1], abs=0.1)
        for flight in data["flights"]:
            for part in flight["parts"]:
                lengths = {len(column) for column in part}
                assert lengths == {len(part[0])}
                assert part[0] == sorted(part[0])

    def test_what_was_not_told_is_null_or_nothing(self) -> None:
        track = make_track(samples=40)
        heights = track.relative_altitude_m.copy()
        heights[0] = np.nan
        (part,) = data_of(page_of(replace(track, relative_altitude_m=heights)))["flights"][0]["parts"]
        assert part[3][0] is None
        assert part[3][-1] == 39.0
        assert part[5] == []

    def test_flights_that_were_in_the_air_together_share_a_slider(self, recorded: Track) -> None:
        boot = ClockFacts(TimeSource.BOOT)
        tracks = [recorded, later(recorded, 86_400), later(recorded, 400, name="bravo"), replace(recorded, timing=boot)]
        found = drawn_flights(tracks, {"alpha": "#111111", "bravo": "#222222"})
        outings = outings_of(found.flights)
        assert [[index for index, _ in one.members] for one in outings] == [[0, 2], [1], [3]]
        assert [one.begins is None for one in outings] == [False, False, True]
        page = page_of(*tracks)
        assert data_of(page)["outings"][2]["clock"] is None
        assert "ไม่ทราบเวลา time not known · alpha" in page
        assert '<option value="-1">' in page

    def test_over_the_antimeridian_it_is_the_short_way(self) -> None:
        track = make_track(samples=20)
        lon = np.linspace(179.999, 180.001, 20)
        track = replace(track, lon_deg=np.where(lon > 180.0, lon - 360.0, lon))
        found = drawn_flights([track], {"alpha": "#111111"})
        assert found.view.scale > 1.0
        (part,) = found.flights[0].parts
        assert 0.0 <= part.x.min() <= part.x.max() <= 1000.0


class TestGaps:
    def test_no_line_is_drawn_over_a_gap_and_the_page_says_so(self, recorded: Track) -> None:
        holed = without(without(recorded, 300, 400), 600, 640)
        page = page_of(holed)
        parts = data_of(page)["flights"][0]["parts"]
        assert [len(parts) == 3, len(parts[0][0]) > 1] == [True, True]
        (line,) = re.findall(r'<path d="([^"]*)" id="flight-0"', page)
        assert line.count("M") == 3
        assert "2 gaps in the recording, 36 s" in page
        assert 'class="dot ring"' in page
        assert 'class="dot ring"' not in page_of(recorded)

    def test_slow_telemetry_is_no_gap(self) -> None:
        track = make_track(samples=50)
        slow = replace(track, time_utc=track.time_utc[0] + np.arange(50) * np.timedelta64(8, "s"))
        assert len(drawn_flights([slow], {"alpha": "#111111"}).flights[0].parts) == 1

    def test_a_tolerance_of_the_person_hides_no_gap(self, recorded: Track) -> None:
        page = page_of(without(recorded, 300, 400), tolerance_m=20.0)
        assert "1 gap in the recording" in page
        assert "within 20 m" in page

    def test_what_was_held_without_a_fix_is_marked_within_its_parts(self, recorded: Track) -> None:
        holed = without(recorded, 300, 400)
        outage = FixOutage(holed.time_utc[250], holed.time_utc[350], 100)
        page = page_of(replace(holed, outages=(outage,)))
        line, _in_the_legend = re.findall(r'<path d="([^"]*)" class="held"', page)
        assert line.count("M") == 2
        assert "s without a 3-D fix" in page

    def test_a_recording_that_begins_or_ends_in_the_air_says_so(self, recorded: Track) -> None:
        assert "in the air" not in rows(page_of(recorded))[0]
        page = page_of(without(without(recorded, 800, len(recorded)), 0, 100))
        assert "the recording begins in the air" in page
        assert "the recording ends in the air" in page


class TestFacts:
    def test_the_table_tells_each_flight_by_all_of_its_fixes(self, recorded: Track) -> None:
        (row,) = rows(page_of(recorded, tolerance_m=50.0))
        cells = re.findall(r"<td>(.*?)</td>", row)
        assert cells[2:] == ["2026-11-23 08:29:31 UTC+7", "3:50", "1,280 m", "30 m", "0"]
        assert "alpha #1" in cells[1]

    def test_findings_stand_below_their_flight(self, recorded: Track) -> None:
        fence = TrackEvent(recorded.time_utc[100], EventKind.FENCE, "fence broken: circle")
        off = Deviation(
            "bravo", 1, recorded.time_utc[200], 16.0541, 103.652, 1.0, 1.0, 16.054, 103.652, 1.0, 11.06, "leg 2→3"
        )
        bravo = replace(recorded, name="bravo", events=(*recorded.events, fence))
        page = page_of(recorded, bravo, deviations=(off,))
        first, second = rows(page)
        assert 'class="found"' not in first
        assert "1 × the fence: fence broken: circle" in second
        assert "farthest off its plan: 11.1 m, leg 2→3" in second
        assert page.count("M0 -6L6 0L0 6L-6 0Z") == 4  # two on the map, two in the legend

    def test_where_it_was_not_to_be_comes_first_and_is_marked(self, recorded: Track) -> None:
        at = recorded.time_utc
        found = [
            Trespass(0, Bound.KEEP_OUT, HOSTILE, at[first], at[first + 40], 12.34, 16.0541, 103.652)
            for first in (100, 300)
        ]
        found.append(Trespass(0, Bound.CEILING, "", at[10], at[10], 1.0, 16.0541, 103.652))
        page = page_of(without(recorded, 700, 800), trespasses=found, ceiling_m=90.0)
        (row,) = rows(page)
        lines = re.findall(r'class="found">(.*?)</td>', row)[0].split("<br>")
        assert "for 20 s, by 12.3 m at most (2 ×)" in lines[0]
        assert "above the ceiling of 90 m for 0 s, by 1.0 m at most" in lines[1]
        assert "gap in the recording" in lines[2]
        assert page.count('fill="#e02020"') == 3 + 1  # the last one in the legend
        assert page.count("</script>") == 2

    def test_photographs_are_counted_and_drawn_where_they_were(self) -> None:
        track = make_track(samples=400)
        when = track.time_utc[100]
        events = tuple(
            TrackEvent(track.time_utc[place], EventKind.PHOTO, f"photo {place}") for place in (100, 200, 300)
        )
        shot = Photograph(when, 100, 16.0600, 103.66, 150.0, 30.0, 0.0, 0.0, 0.0)
        track = replace(track, events=events, photographs=(shot,))
        page = page_of(track)
        (dots,) = re.findall(r'<path d="([^"]*)" id="photographs-0"', page)
        assert dots.count("h0") == 3
        lat, lon = drawing.photograph_places(drawn_flights([track], {"alpha": "#111111"}).flights[0])
        assert (lat[0], lon[0]) == (16.06, 103.66)
        assert lat[1] == pytest.approx(track.lat_deg[200])
        assert "<td>3</td>" in rows(page)[0]

    def test_the_ground_of_the_site_is_drawn_where_it_is_near(self) -> None:
        track = make_track(samples=30)
        near = page_of(track, zones=make_zones(), plan=make_plan(), ceiling_m=90.0)
        for word in (
            'class="keep-out"',
            'class="fence"',
            'class="zone"',
            "ceiling 90 m",
            'data-layer="site"',
            'data-layer="plan"',
        ):
            assert word in near, word
        assert 'class="planned"' in near
        far = page_of(replace(track, lat_deg=track.lat_deg - 40.0), zones=make_zones())
        assert 'class="keep-out"' not in far
        assert "The site lies far from these tracks" in far

    def test_colours_tell_what_the_legend_says_at_every_fix(self, recorded: Track) -> None:
        """A mode that changes in the middle of a straight leg changes the colour there, where no fix is drawn."""
        found = drawn_flights([recorded], {"alpha": "#111111"})
        (part,) = found.flights[0].parts
        longest = int(np.hypot(np.diff(part.x), np.diff(part.y)).argmax())
        times = part.kept.time_utc
        middle = recorded.time_utc[recorded.sample_at(times[longest] + (times[longest + 1] - times[longest]) / 2)]
        events = (*recorded.events, TrackEvent(middle, EventKind.MODE, "LOITER"))
        page = page_of(replace(recorded, events=events), view=TrackView(ColourBy.MODE))
        lines = re.findall(r'<path d="([^"]*)" class="line" stroke="([^"]*)"><title>([^<]*)', page)
        assert [(colour, label) for _, colour, label in lines] == [("#0072b2", "AUTO"), ("#e69f00", "LOITER")]
        x, y = flights.spots(*recorded.places_at(np.array([middle])), found.view)
        begin = [float(value) for value in re.findall(r"M(\S+) (\S+?)L", lines[1][0].replace(" L", "L"))[0]]
        assert begin == pytest.approx([x[0], y[0]], abs=found.view.scale * 1.1)
        assert "Flight mode" in page


class TestIsSmall:
    def test_however_long_and_many(self, recorded: Track, monkeypatch: pytest.MonkeyPatch) -> None:
        tracks = [later(recorded, 1000.0 * number) for number in range(40)]
        monkeypatch.setattr(flights, "MOST_FIXES", 1_000)
        found = drawn_flights(tracks, {"alpha": "#111111"})
        assert found.drawn <= 1_000
        assert found.fixes == 40 * len(recorded)
        assert found.tolerance_m > flights.LEAST_TOLERANCE_M
        page = page_of(*tracks)
        assert f"{found.drawn:,} of {found.fixes:,} recorded positions are drawn" in page
        assert f"within {found.tolerance_m:g} m of the line at its own time" in page
        for flight in data_of(page)["flights"]:
            assert flight["parts"][0][0][-1] - flight["parts"][0][0][0] == pytest.approx(recorded.duration_s, abs=0.02)

    def test_events_and_photographs_that_are_too_many_are_counted(
        self, recorded: Track, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(side, "MOST_EVENTS", 10)
        monkeypatch.setattr(side, "MOST_PHOTOGRAPHS", 5)
        monkeypatch.setattr(drawing, "MOST_PHOTOGRAPHS", 5)
        shots = tuple(TrackEvent(recorded.time_utc[place], EventKind.PHOTO, f"photo {place}") for place in range(12))
        page = page_of(replace(recorded, events=(*recorded.events, *shots)))
        assert page.count("data-at=") == 10
        assert f"and {len(recorded.events) - 10} more events" in page
        assert "12 photographs: not every one of them is drawn" in page
        (dots,) = re.findall(r'<path d="([^"]*)" id="photographs-0"', page)
        assert dots.count("h0") <= 5
        assert "<td>12</td>" in rows(page)[0]

    def test_a_usual_flight_is_less_than_a_picture(self, recorded: Track) -> None:
        assert len(page_of(recorded).encode()) < 80_000


def test_one_fix_is_a_page() -> None:
    page = page_of(make_track(samples=1))
    assert data_of(page)["flights"][0]["parts"][0][0] == [0.0]


@pytest.mark.parametrize("lat_deg", [90.0, -90.0, 0.0])
@pytest.mark.parametrize("start", ["0001-01-01", "1960-01-01T00:00:00.5", "9999-12-31T23:59:59"])
def test_places_times_and_heights_of_damaged_recordings_make_a_page(lat_deg: float, start: str) -> None:
    track = make_track(samples=9)
    nothing = np.full(9, np.nan)
    odd = replace(
        track,
        time_utc=np.datetime64(start, "us") + np.cumsum(np.arange(1, 10) * 10**9).astype("timedelta64[us]"),
        lat_deg=np.full(9, lat_deg),
        lon_deg=np.tile([180.0, -180.0, 179.9], 3),
        amsl_altitude_m=nothing,
        relative_altitude_m=nothing,
        ground_speed_m_s=nothing,
        events=(),
    )
    page = page_of(odd, zones=make_zones())
    assert data_of(page)["flights"][0]["parts"][0][3] == []
    assert "<td>–</td>" in rows(page)[0]


def test_speeds_are_those_recorded_however_far_a_line_is_thinned(recorded: Track) -> None:
    """Held from each fix that is drawn to the next one, they add up to what was recorded."""
    whole = float(np.nanmean(recorded.ground_speed_m_s))
    for tolerance_m in (0.5, 4.0, 16.0):
        (flight,) = data_of(page_of(recorded, tolerance_m=tolerance_m))["flights"]
        (part,) = flight["parts"]
        seconds, speeds = np.array(part[0]), np.array(part[4], np.float64)
        held = np.append(np.diff(seconds), 0.0)
        assert float((speeds * held).sum() / held.sum()) == pytest.approx(whole, rel=0.05), tolerance_m


def test_heights_above_the_sea_go_with_each_flight_for_what_is_nearest(recorded: Track) -> None:
    """Two at one place, from homes of different heights, are at one place."""
    other = replace(recorded, name="bravo", relative_altitude_m=recorded.relative_altitude_m + 25.0)
    without_home = replace(recorded, name="charlie", relative_altitude_m=recorded.relative_altitude_m * np.nan)
    parts = [flight["parts"][0] for flight in data_of(page_of(recorded, other, without_home))["flights"]]
    seconds = np.arange(0.0, parts[0][0][-1])
    sea = [np.interp(seconds, part[0], part[6]) for part in parts]
    assert max(float(np.abs(one - sea[0]).max()) for one in sea) < 1.5
    assert max(parts[1][3]) - max(parts[0][3]) == pytest.approx(25.0, abs=0.2)


def test_findings_of_flights_without_a_clock_are_not_shared(recorded: Track) -> None:
    clockless = replace(recorded, timing=ClockFacts(TimeSource.BOOT))
    at = clockless.time_utc
    found = [Trespass(1, Bound.CEILING, "", at[10], at[20], 3.0, 16.0541, 103.652)]
    page = page_of(clockless, clockless, trespasses=found, ceiling_m=90.0)
    assert page.count("above the ceiling") == page_of(
        clockless, trespasses=[replace(found[0], flight=0)], ceiling_m=90.0
    ).count("above the ceiling")


@pytest.mark.parametrize("is_told", [True, False])
def test_a_landing_on_a_roof_is_one_where_the_motors_ended_there(recorded: Track, *, is_told: bool) -> None:
    raised = replace(recorded, relative_altitude_m=recorded.relative_altitude_m + 8.0)
    ends = tuple(event for event in raised.events if event.kind is not EventKind.DISARMED)
    told = TrackEvent(raised.time_utc[-1], EventKind.DISARMED, "disarmed")
    page = page_of(replace(raised, events=(*ends, *([told] if is_told else []))))
    assert ("the recording ends in the air" in page) is not is_told
