"""A terminal in the documentation: what a command wrote there, as it stands there, drawn as SVG."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Sequence
from pathlib import Path

from repository import REPOSITORY
from rich.cells import cell_len, chop_cells
from rich.console import Console
from rich.text import Text

SIZES = ((60, 24), (80, 24), (120, 40), (200, 60))
"""Columns and lines."""
IMAGES = REPOSITORY / "docs" / "images"
_SVG = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {terminal_width} {terminal_height}">
<style>.{unique_id}-matrix {{font-size: {char_height}px; font-family: "DejaVu Sans Mono", monospace}}
{styles}</style>
<rect fill="#0c0c0c" width="100%" height="100%"/>
<defs><clipPath id="{unique_id}-clip-terminal"><rect width="100%" height="100%"/></clipPath>{lines}</defs>
<g clip-path="url(#{unique_id}-clip-terminal)">{backgrounds}<g class="{unique_id}-matrix">{matrix}</g></g>
</svg>
"""

_TEXT = re.compile(r'<text class="([^"]*)" x="([^"]*)" (y="[^"]*") textLength="[^"]*" (.*?)>(.*?)</text>', re.DOTALL)
_SCRIPTS = re.compile(r"[\u0e00-\u0e7f]+|[^\u0e00-\u0e7f]+")
_CELL = 12.2
"""Rich's width of a character."""
_UNSEEN = re.compile(r"\x07|\x1b\[\?25[lh]")
"""The bell, and the cursor that comes and goes."""


def image(name: str, size: tuple[int, int]) -> Path:
    return IMAGES / f"{name}-{size[0]}x{size[1]}.svg"


def standing(written: str, size: tuple[int, int]) -> list[Text]:
    """The lines that stand on a terminal of this size in the end: Rich goes up and wipes what it draws anew, and what
    is too high has left above."""
    lines = [""]
    for part in re.split(r"(\n|\r|\x1b\[1A|\x1b\[2K)", _UNSEEN.sub("", written)):
        match part:
            case "\n":
                lines.append("")
            case "\x1b[1A":
                lines.pop()
            case "\x1b[2K":
                lines[-1] = ""
            case "\r":
                pass
            case _:
                lines[-1] += part
    return [Text.from_ansi(line) for line in lines][-size[1] :]


def folded(line: str, width: int) -> str:
    """As a terminal breaks a line that is too long: anywhere."""
    return "\n".join(chop_cells(line, width))


def drawn(name: str, lines: Sequence[Text], width: int) -> str:
    """An SVG of the terminal of ``dronectl NAME``, without fonts from elsewhere."""
    console = Console(file=io.StringIO(), width=width, force_terminal=True, color_system="truecolor", record=True)
    for line in lines:
        console.print(line, no_wrap=True, overflow="crop")
    return _TEXT.sub(_by_script, console.export_svg(title=f"dronectl {name}", code_format=_SVG, unique_id=name))


def _by_script(text: re.Match[str]) -> str:
    """Thai as an element of its own, as wide as its cells: Rich counts letters, of which some take no cell."""
    style, x, y, clip, content = text.groups()
    elements, at = [], float(x)
    for run in _SCRIPTS.findall(html.unescape(content)):
        wide = cell_len(run) * _CELL
        words = html.escape(run, quote=False).replace("\xa0", "&#160;")
        elements.append(f'<text class="{style}" x="{at:g}" {y} textLength="{wide:g}" {clip}>{words}</text>')
        at += wide
    return "".join(elements)


def text_of(svg: str) -> str:
    """The characters in it, without the blanks between them."""
    words = re.findall(r"<text[^>]*>(.*?)</text>", svg, re.DOTALL)
    plain = "".join(words).replace("&#160;", "").replace("&gt;", ">").replace("&lt;", "<").replace("&amp;", "&")
    return re.sub(r"\s", "", plain)
