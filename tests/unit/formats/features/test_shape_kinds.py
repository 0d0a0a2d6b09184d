"""Kinds by folder and style, as ``--map`` tells them."""

from __future__ import annotations

import unicodedata

import pytest

from dronectl.errors import InputError
from dronectl.formats.features.shape_kinds import kind_of_shape, labels_in, read_shape_kind
from dronectl.formats.features.shapes import Shape, ShapeForm


def shape(*folders: str, style: str = "") -> Shape:
    return Shape(ShapeForm.POINT, (((1.0, 2.0),),), "", {}, "x", folders, style)


@pytest.mark.parametrize(
    ("text", "label", "kind", "given"),
    [
        ("Keep-outs=keep_out", "Keep-outs", "keep_out", {}),
        ("a=b=zone,category=park,weight=2", "a=b", "zone", {"category": "park", "weight": "2"}),
        ("x,y=poi,category=bank", "x,y", "poi", {"category": "bank"}),
        ("#red=corridor,width_m=20", "#red", "corridor", {"width_m": "20"}),
    ],
)
def test_a_label_and_what_it_means(text: str, label: str, kind: str, given: dict[str, str]) -> None:
    one = read_shape_kind(text)
    assert (one.label, str(one.kind), dict(one.given)) == (label, kind, given)


def test_the_nearest_folder_goes_first_then_the_style() -> None:
    kinds = [read_shape_kind(one) for one in ("Town=zone", "closed *=keep_out", "#red=fence")]
    for wanted, one in (
        ("zone", shape("Town", "Parks")),
        ("keep_out", shape("Town", "Closed  areas")),
        ("zone", shape("TOWN", style="red")),
        ("fence", shape("Other", style="red")),
        (None, shape("Other", style="blue")),
        (None, shape()),
    ):
        found = kind_of_shape(one, kinds)
        assert (found and str(found.kind)) == wanted


def test_letters_are_the_same_however_they_are_composed() -> None:
    (kind,) = [read_shape_kind("École [1]=zone,category=park")]
    assert kind.fits(unicodedata.normalize("NFD", "école [1]"))
    assert not kind.fits("ecole 1")


def test_what_a_file_has_is_told_by_how_often() -> None:
    assert labels_in([shape("A", "B", style="s"), shape("A"), shape("A")]) == "folders: A (2), B (1); styles: #s (1)"
    assert labels_in([shape()]) == ""


@pytest.mark.parametrize("text", ["zone", "=zone", "A=", "A=zones", "A=zone,park", "A=zone,=park"])
def test_what_is_no_label(text: str) -> None:
    with pytest.raises(InputError, match="is wanted"):
        read_shape_kind(text)
