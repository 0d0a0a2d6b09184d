"""The words of a KML ``coordinates`` element."""

from __future__ import annotations


def coordinate_words(text: str) -> list[str]:
    """``longitude,latitude[,height]`` each. Around a comma some programs write spaces, which KML does not allow.

    In time that grows with the text: a stranger's file may hold nothing but spaces.
    """
    return " ".join(text.split()).replace(" ,", ",").replace(", ", ",").split()
