"""SVG as text: elements whose attributes and words are always escaped, numbers as short as they can be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dronectl.formats.text.xml_text import escaped

XY = tuple[float, float]


def number(value: float) -> str:
    """At most two decimals."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def element(tag: str, *content: str, **attributes: str | float) -> str:
    """An element around finished content. ``stroke_width=2`` writes ``stroke-width``, ``class_`` writes ``class``."""
    parts = [tag]
    for key, value in attributes.items():
        text = value if isinstance(value, str) else number(value)
        parts.append(f"{key.rstrip('_').replace('_', '-')}={_quoted(text)}")
    start = " ".join(parts)
    return f"<{start}>{''.join(content)}</{tag}>" if content else f"<{start}/>"


def _quoted(value: str) -> str:
    """As an attribute. As ``xml.sax.saxutils.quoteattr`` does, which takes the client for HTTP with it."""
    text = escaped(value).replace('"', "&quot;")
    for character in "\n\r\t":
        text = text.replace(character, f"&#{ord(character)};")
    return f'"{text}"'


def words(text: str, **attributes: str | float) -> str:
    """A text element that says this."""
    return element("text", escaped(text), **attributes)


def group(content: Iterable[str], **attributes: str | float) -> str:
    return element("g", "\n", "\n".join(content), "\n", **attributes)


def line_path(points: Sequence[XY], *, closed: bool = False) -> str:
    """The ``d`` of a line through the points."""
    steps = " ".join(f"{'L' if index else 'M'}{number(x)} {number(y)}" for index, (x, y) in enumerate(points))
    return f"{steps}Z" if closed else steps
