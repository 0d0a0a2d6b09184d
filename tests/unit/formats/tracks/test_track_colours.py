"""Colours of tracks: what they say, that the legend says it too, and that heights are labelled."""

from __future__ import annotations

import itertools
import re
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kml_checks import GX, K, check
from sample_tracks import make_plan, make_track

from dronectl.errors import InputError
from dronectl.formats.kml import document as kml
from dronectl.formats.tracks.colours import NOT_TOLD, OKABE_ITO, VIRIDIS, round_edges, runs, scale_of
from dronectl.formats.tracks.legend_letters import can_draw, drawn
from dronectl.formats.tracks.legend_picture import legend_png
from dronectl.formats.tracks.track_document import TrackDocument
from dronectl.formats.tracks.view import ColourBy, Heights, TrackView
from dronectl.model.track.track import EventKind, Track, TrackEvent

START = make_track().time_utc[0]


def modes(*names: str, every_s: float = 1.0) -> tuple[TrackEvent, ...]:
    step = np.timedelta64(round(every_s * 1e6), "us")
    return tuple(TrackEvent(START + number * step, EventKind.MODE, name) for number, name in enumerate(names))


def flown(samples: int = 40, **changes: object) -> Track:
    ramp = np.arange(samples, dtype=np.float64)
    told = {"ground_speed_m_s": ramp / 4, "battery_pct": 100 - ramp, "events": modes("AUTO", "LOITER", "RTL")}
    return make_track(samples=samples, **told | changes)


@pytest.mark.parametrize("heights", Heights)
@pytest.mark.parametrize("colour_by", ColourBy)
def test_every_view_is_good_kml_whose_lines_hold_the_whole_track(colour_by: ColourBy, heights: Heights) -> None:
    tracks = [flown(), flown(1, name="bravo", system_id=2), flown(7, battery_pct=np.full(7, np.nan))]
    document = kml.render(TrackDocument("t", tracks, plan=make_plan(), view=TrackView(colour_by, heights)))
    root = check(document)
    assert len(root.findall(f".//{GX}coord")) == 48
    mode = "absolute" if heights is Heights.ABSOLUTE else "relativeToGround"
    drawn_modes = {element.text for element in root.iterfind(f".//{K}Placemark//{K}altitudeMode")}
    assert drawn_modes == {mode}
    if colour_by is not ColourBy.DRONE:
        lines = [line for line in root.iter(f"{K}Placemark") if line.find(f"{K}TimeSpan") is not None]
        first = [line for line in lines if (line.findtext(f"{K}TimeSpan/{K}end") or "") <= "2026-11-23T01:00:09.750Z"]
        assert len(first) >= 3
        coordinates = [(line.findtext(f"{K}LineString/{K}coordinates") or "").split() for line in lines]
        # Each stretch begins where the one before it ended, and together they are the track.
        joined = [coordinates[0][0]]
        for stretch in coordinates:
            if stretch[0] != joined[-1]:
                break
            joined += stretch[1:]
        coords = [(coord.text or "").replace(" ", ",") for coord in root.iter(f"{GX}coord")]
        assert joined[:40] == coords[:40]


def test_the_legend_names_unit_range_and_colour_of_every_class() -> None:
    root = check(kml.render(TrackDocument("t", [flown()], view=TrackView(ColourBy.SPEED))))
    legend = root.findtext(f"{K}Document/{K}description") or ""
    assert "Speed over ground, m/s" in legend
    assert "metres above mean sea level (EGM96)" in legend
    scale = scale_of([flown()], TrackView(ColourBy.SPEED), {})
    assert [entry.label for entry in scale.entries] == ["0–2", "2–4", "4–6", "6–8", "8–10"]
    assert (scale.entries[0].colour, scale.entries[-1].colour) == (VIRIDIS[0], VIRIDIS[-1])
    for entry in scale.entries:
        assert f'<tr><td bgcolor="{entry.colour}" width="30">&nbsp;</td><td>{entry.label}</td></tr>' in legend
        assert kml.kml.kml_colour(entry.colour) in {color.text for color in root.iter(f"{K}color")}
    assert scale.classes(flown()).tolist() == [int(value / 4 // 2) for value in range(40)]


def test_what_was_not_recorded_is_grey_and_said() -> None:
    half = np.where(np.arange(40) < 20, np.nan, 55.0)
    scale = scale_of([flown(battery_pct=half)], TrackView(ColourBy.BATTERY), {})
    assert [entry.label for entry in scale.entries] == ["0–20", "20–40", "40–60", "60–80", "80–100", "not recorded"]
    assert scale.entries[-1].colour == NOT_TOLD
    assert set(scale.classes(flown(battery_pct=half))[:20].tolist()) == {5}
    nothing = flown(ground_speed_m_s=np.full(40, np.nan))
    (only,) = scale_of([nothing], TrackView(ColourBy.SPEED), {}).entries
    assert only.label == "not recorded"
    check(kml.render(TrackDocument("t", [nothing], view=TrackView(ColourBy.SPEED))))


def test_no_two_modes_share_a_colour_without_the_legend_saying_so() -> None:
    many = flown(events=modes(*(f"MODE {number}" for number in range(11)), every_s=0.5))
    scale = scale_of([many], TrackView(ColourBy.MODE), {})
    assert [entry.colour for entry in scale.entries] == [*OKABE_ITO, NOT_TOLD]
    assert scale.entries[-1].label == "MODE 8, MODE 9, MODE 10"
    late = flown(events=(*modes("AUTO")[:0], TrackEvent(START + np.timedelta64(5, "s"), EventKind.MODE, "AUTO")))
    assert [entry.label for entry in scale_of([late], TrackView(ColourBy.MODE), {}).entries] == ["AUTO", "not recorded"]


@given(st.floats(-1e5, 1e5), st.floats(0, 1e5))
def test_classes_hold_every_value_and_are_few(low: float, span: float) -> None:
    edges = round_edges(low, low + span)
    assert 1 <= len(edges) - 1 <= 8
    assert edges[0] <= low + 1e-9
    assert edges[-1] >= low + span - 1e-6 * max(1.0, abs(low + span))
    assert (np.diff(edges) > 0).all()


@given(st.lists(st.integers(0, 3), min_size=1, max_size=30))
def test_runs_share_their_ends_and_cover_every_step(classes: list[int]) -> None:
    found = runs(np.array(classes, np.intp))
    assert found[0][0] == 0
    assert found[-1][1] == len(classes) - 1
    assert all(one[1] == two[0] for one, two in itertools.pairwise(found))
    for first, last, number in found:
        assert set(classes[first : max(last, first + 1)]) == {number}


def test_relative_heights_are_above_home_and_labelled() -> None:
    view = TrackView(heights=Heights.RELATIVE)
    root = check(kml.render(TrackDocument("t", [make_track()], plan=make_plan(), view=view)))
    assert [(coord.text or "").split()[2] for coord in root.iter(f"{GX}coord")] == ["0.000", "1.000", "2.000"]
    (placemark,) = [mark for mark in root.iter(f"{K}Placemark") if mark.find(f"{GX}Track") is not None]
    assert placemark.findtext(f"{K}name") == "alpha, flight 1, heights above home"
    assert "above home, drawn above the ground" in (placemark.findtext(f"{K}description") or "")
    planned = root.findtext(f".//{K}Folder[{K}name='bravo']/{K}Placemark/{K}LineString/{K}coordinates") or ""
    assert [vertex.split(",")[2] for vertex in planned.split()][:3] == ["0.000", "30.000", "40.000"]


def test_without_a_home_relative_heights_are_refused_and_gaps_are_told() -> None:
    view = TrackView(heights=Heights.RELATIVE)
    with pytest.raises(InputError, match="how high its home is") as caught:
        kml.render(TrackDocument("t", [make_track(relative_altitude_m=np.full(3, np.nan))], view=view))
    assert "--heights absolute" in (caught.value.hint or "")
    root = check(
        kml.render(TrackDocument("t", [make_track(relative_altitude_m=np.array([np.nan, 1.0, 2.0]))], view=view))
    )
    assert len(root.findall(f".//{GX}coord")) == 2


def test_events_stand_where_the_drone_was_at_that_moment() -> None:
    between = TrackEvent(START + np.timedelta64(125, "ms"), EventKind.WAYPOINT, "waypoint 3")
    lon = np.array([179.9999, -179.9999, -179.9998])
    root = check(kml.render(TrackDocument("t", [make_track(events=(between,), lon_deg=lon)])))
    (place,) = [point.findtext(f"{K}coordinates") for point in root.iterfind(f".//{K}Placemark/{K}Point")]
    lon_deg, lat_deg, altitude_m = (float(value) for value in (place or "").split(","))
    assert (abs(lon_deg), lat_deg, altitude_m) == (180.0, pytest.approx(16.053805), 150.5)


def unpacked(png: bytes) -> np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]:
    width, height = (int.from_bytes(png[at : at + 4], "big") for at in (16, 20))
    chunks = re.search(rb"IDAT(.*).{4}\x00\x00\x00\x00IEND", png, re.DOTALL)
    assert chunks is not None
    rows = np.frombuffer(zlib.decompress(chunks[1]), np.uint8).reshape(height, 1 + 3 * width)
    assert not rows[:, 0].any()
    return rows[:, 1:].reshape(height, width, 3)


def test_the_picture_has_a_patch_of_each_colour_and_words() -> None:
    scale = scale_of([flown()], TrackView(ColourBy.MODE), {})
    picture = unpacked(legend_png(scale))
    colours = {tuple(dot) for dot in picture.reshape(-1, 3).tolist()}
    assert {tuple(bytes.fromhex(entry.colour[1:])) for entry in scale.entries} <= colours
    letters = drawn("AUTO")
    dots = (picture[::2, ::2] == 20).all(axis=2)
    found = [
        (y, x)
        for y in range(dots.shape[0] - 6)
        for x in range(dots.shape[1] - letters.shape[1] + 1)
        if (dots[y : y + 7, x : x + letters.shape[1]] == letters).all()
    ]
    assert len(found) == 1


def test_names_that_the_picture_cannot_draw_become_system_ids() -> None:
    thai = flown(name="หนึ่ง", system_id=7)
    scale = scale_of([thai], TrackView(), {"หนึ่ง": "#112233"})
    assert not can_draw("หนึ่ง")
    plain = scale_of([flown(name="system 7")], TrackView(), {"system 7": "#112233"})
    assert legend_png(scale) == legend_png(plain)
    huge = scale_of([flown(name="x" * 500)], TrackView(), {"x" * 500: "#112233"})
    assert unpacked(legend_png(huge)).shape[1] < 1_000
