"""The options of ``track export`` that say how tracks are to look."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from dronectl.errors import InputError

if TYPE_CHECKING:
    from dronectl.formats.tracks.view import TrackView

_COLOURED = (".kml", ".kmz", ".html")
_AT_HEIGHTS = (".kml", ".kmz")


def look_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--colour-by`` and ``--heights``, given to the command as ``view``."""

    @click.option(
        "--colour-by",
        type=click.Choice(["drone", "mode", "speed", "altitude", "battery"]),
        default="drone",
        show_default=True,
        help="What the lines' colours tell, with a legend, in a KMZ on the screen too (KML, KMZ, HTML).",
    )
    @click.option(
        "--heights",
        type=click.Choice(["absolute", "relative"]),
        default="absolute",
        show_default=True,
        help="Draw at heights above mean sea level, or above each drone's home over the viewer's ground (KML, KMZ).",
    )
    @functools.wraps(command)
    def wrapped(*args: Any, colour_by: str, heights: str, **kwargs: Any) -> Any:
        from dronectl.formats.tracks.view import ColourBy, Heights, TrackView

        return command(*args, view=TrackView(ColourBy(colour_by), Heights(heights)), **kwargs)

    return wrapped


def _number(_context: click.Context, _option: click.Parameter, value: float) -> float:
    if value != value:
        raise click.BadParameter("nan is no length")
    return value


simplify_option = click.option(
    "--simplify",
    "tolerance_m",
    type=click.FloatRange(min=0.0, max=10_000.0),
    default=0.0,
    callback=_number,
    metavar="METRES",
    help="Leave out fixes that lie within METRES, in 3-D and at their time, of the line between those that are kept.",
)


def refuse_unseen_looks(suffix: str, view: TrackView) -> None:
    """Other formats have no colours, and every height as a value of its own.

    Raises:
        InputError: colours or heights are wanted of a format that has no room for them.
    """
    from dronectl.formats.tracks.view import TrackView

    plain = TrackView()
    for option, room, is_wanted in (
        ("--colour-by", _COLOURED, view.colour_by is not plain.colour_by),
        ("--heights", _AT_HEIGHTS, view.heights is not plain.heights),
    ):
        if is_wanted and suffix not in room:
            raise InputError(
                f"{option} is for {', '.join(room)}, not {suffix}",
                hint="a page tells the height above home"
                if suffix == ".html"
                else f"{suffix} files hold mode, speed, battery and every known height of each fix as values",
            )
