"""Letters of 5 by 7 dots for small pictures that need no font: each of seven rows is a digit of base 32."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 5, 7

_ROWS = {
    " ": "0000000",
    ".": "00000CC",
    ",": "0000C48",
    "-": "000V000",
    "–": "000V000",
    "_": "000000V",
    "/": "01248G0",
    "%": "OP248J3",
    "(": "2488842",
    ")": "8422248",
    ":": "0CC0CC0",
    "+": "044V440",
    "#": "AAVAVAA",
    "'": "C480000",
    "0": "EHJLPHE",
    "1": "4C4444E",
    "2": "EH1248V",
    "3": "V2421HE",
    "4": "26AIV22",
    "5": "VGU11HE",
    "6": "68GUHHE",
    "7": "V124888",
    "8": "EHHEHHE",
    "9": "EHHF12C",
    "A": "EHHVHHH",
    "B": "UHHUHHU",
    "C": "EHGGGHE",
    "D": "UHHHHHU",
    "E": "VGGUGGV",
    "F": "VGGUGGG",
    "G": "EHGNHHF",
    "H": "HHHVHHH",
    "I": "E44444E",
    "J": "72222IC",
    "K": "HIKOKIH",
    "L": "GGGGGGV",
    "M": "HRLLHHH",
    "N": "HHPLJHH",
    "O": "EHHHHHE",
    "P": "UHHUGGG",
    "Q": "EHHHLID",
    "R": "UHHUKIH",
    "S": "FGGE11U",
    "T": "V444444",
    "U": "HHHHHHE",
    "V": "HHHHHA4",
    "W": "HHHLLLA",
    "X": "HHA4AHH",
    "Y": "HHHA444",
    "Z": "V1248GV",
    "a": "00E1FHF",
    "b": "GGMPHHU",
    "c": "00EGGHE",
    "d": "11DJHHF",
    "e": "00EHVGE",
    "f": "698S888",
    "g": "0FHHF1E",
    "h": "GGMPHHH",
    "i": "40C444E",
    "j": "20622IC",
    "k": "GGIKOKI",
    "l": "C44444E",
    "m": "00QLLHH",
    "n": "00MPHHH",
    "o": "00EHHHE",
    "p": "00UHUGG",
    "q": "00DJF11",
    "r": "00MPGGG",
    "s": "00EGE1U",
    "t": "88S8896",
    "u": "00HHHJD",
    "v": "00HHHA4",
    "w": "00HHLLA",
    "x": "00HA4AH",
    "y": "00HHF1E",
    "z": "00V248V",
}


def can_draw(text: str) -> bool:
    return all(letter in _ROWS for letter in text)


def drawn(text: str) -> NDArray[np.bool_]:
    """Dots of a line of text: 7 rows, six columns a letter. A letter that is not known is a full box."""
    dots = np.zeros((HEIGHT, (WIDTH + 1) * max(len(text), 1)), np.bool_)
    for place, letter in enumerate(text):
        rows = _ROWS.get(letter, "V" * HEIGHT)
        for y, row in enumerate(rows):
            for x in range(WIDTH):
                dots[y, place * (WIDTH + 1) + x] = int(row, 32) >> (WIDTH - 1 - x) & 1
    return dots
