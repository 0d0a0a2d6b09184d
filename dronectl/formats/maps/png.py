"""A map as a picture of dots, drawn by resvg (the extra ``maps``), which shapes Thai letters rightly."""

from __future__ import annotations

from dronectl.errors import InputError

_DOTS_PER_INCH = 200
"""Of the printed A4 page: 2339 × 1654 dots."""


def to_png(svg: str) -> bytes:
    """The picture of an SVG page. Letters come from the fonts of this computer.

    Raises:
        InputError: the extra is not installed.
    """
    try:
        import resvg_py
    except ImportError:
        raise InputError(
            "PNG maps need the package resvg-py, which is not installed",
            hint="pip install 'dronectl[maps]', or write .svg, which every browser shows and prints",
        ) from None
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, dpi=_DOTS_PER_INCH))
