"""Which shapes of a file are of which kind, told by the folder that they lie in or by the id of their style."""

from __future__ import annotations

import fnmatch
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dronectl.errors import InputError
from dronectl.formats.features.shapes import Shape
from dronectl.model.ground.feature_kind import FeatureKind

_MOST_NAMED = 12


@dataclass(frozen=True, slots=True)
class ShapeKind:
    """``label``: a folder's name, or ``#`` and a style's id; ``*`` stands for any letters."""

    label: str
    kind: FeatureKind
    given: Mapping[str, str]
    """Properties of all of them."""

    def fits(self, name: str) -> bool:
        """Whether a folder or style of this name is meant."""
        wanted, found = _plain(self.label), _plain(name)
        return wanted == found or fnmatch.fnmatchcase(found, wanted)


def read_shape_kind(text: str) -> ShapeKind:
    """``LABEL=KIND`` or ``LABEL=KIND,KEY=VALUE,…``: properties after the kind.

    Raises:
        InputError: it is no such text, or names no kind.
    """
    kinds = "|".join(FeatureKind)
    found = re.fullmatch(rf"(?P<label>.+?)=(?P<kind>{kinds})(?:,(?P<given>.+))?", text, re.DOTALL)
    if found is None:
        raise InputError(
            f"--map {text}: FOLDER=KIND or FOLDER=KIND,KEY=VALUE is wanted", hint=f"KIND: {', '.join(FeatureKind)}"
        )
    pairs = [one.partition("=") for one in (found["given"] or "").split(",") if one]
    for key, separator, _ in pairs:
        if not key or not separator:
            raise InputError(f"--map {text}: KEY=VALUE is wanted after the kind")
    return ShapeKind(found["label"], FeatureKind(found["kind"]), {key.strip(): value for key, _, value in pairs})


def kind_of_shape(shape: Shape, kinds: Sequence[ShapeKind]) -> ShapeKind | None:
    """By the folder nearest to the shape that any of them means, else by its style."""
    for name in [*reversed(shape.folders), f"#{shape.style}"]:
        for one in kinds:
            if one.fits(name):
                return one
    return None


def require_all_used(kinds: Iterable[ShapeKind], shapes: Sequence[Shape]) -> None:
    """
    Raises:
        InputError: one of them means no shape; the folders and styles that there are stand in the hint.
    """
    for one in kinds:
        if not any(one.fits(name) for shape in shapes for name in (*shape.folders, f"#{shape.style}")):
            raise InputError(f"--map {one.label}={one.kind}: no such folder or style", hint=labels_in(shapes))


def labels_in(shapes: Iterable[Shape]) -> str:
    """The folders and styles of a file, with how many shapes each has; empty where there are none."""
    folders: Counter[str] = Counter()
    styles: Counter[str] = Counter()
    for shape in shapes:
        folders.update(shape.folders[-1:])
        styles.update([f"#{shape.style}"] if shape.style else [])
    parts = [(word, counted) for word, counted in (("folders", folders), ("styles", styles)) if counted]
    return "; ".join(f"{word}: {_counted(counted)}" for word, counted in parts)


def _counted(names: Counter[str]) -> str:
    told = ", ".join(f"{_one_line(name)} ({count})" for name, count in names.most_common(_MOST_NAMED))
    return told + (f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else "")


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", " ".join(name.split())).casefold()


def _one_line(name: str) -> str:
    return " ".join("".join(c if unicodedata.category(c)[0] not in "CZ" else " " for c in name).split())[:60]
