"""A command as it was typed, without what nobody else may know."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

HIDDEN = "…"
_SECRET_OPTION = re.compile(r"--[\w-]*(?:token|password|passphrase|secret|key)", re.IGNORECASE)
_SECRET_FILE = re.compile(r"--[\w-]*-(?:file|folder|dir)", re.IGNORECASE)
_USER_IN_URL = re.compile(r"(?<=://)[^/@\s]+(?=@)")
_KEY = re.compile(r"\b[0-9a-fA-F]{64,}\b")


def typed(arguments: Sequence[str]) -> str:
    """``dronectl hold --drone alpha``, quoted as a shell takes it. Values of options for tokens, passwords and keys are
    not in it, nor who logs in where in a URL, nor anything that looks like a key; names of files are."""
    words, hides = [], False
    for argument in arguments:
        if hides:
            words.append(HIDDEN)
            hides = False
            continue
        option, is_given, _ = argument.partition("=")
        is_secret = _SECRET_OPTION.fullmatch(option) is not None and _SECRET_FILE.fullmatch(option) is None
        hides = is_secret and not is_given
        shown = f"{option}={HIDDEN}" if is_secret and is_given else argument
        words.append(_KEY.sub(HIDDEN, _USER_IN_URL.sub(HIDDEN, shown)))
    return " ".join(["dronectl", *(word if word == HIDDEN else shlex.quote(word) for word in words)])
