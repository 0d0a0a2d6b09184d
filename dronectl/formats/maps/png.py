"""A map as a picture of dots, drawn by resvg (the extra ``maps``), which shapes Thai letters rightly."""

from __future__ import annotations

from dronectl.errors import InputError
from dronectl.formats.maps.symbols import FONTS

_DOTS_PER_INCH = 200
"""Of the printed A4 page: 2339 × 1654 dots."""

_LETTER = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40">'
    '<text x="4" y="30" font-size="28" font-family="{1}">{0}</text></svg>'
)


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


def has_thai_letters() -> bool:
    """Whether this computer has a font to draw Thai with: a letter is drawn, and compared with a blank."""
    letter, blank = (to_png(_LETTER.format(text, FONTS)) for text in ("ก", " "))
    return letter != blank
