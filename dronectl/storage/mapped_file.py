"""Files as arrays of bytes, mapped and not read: a recording may be larger than memory."""

from __future__ import annotations

import mmap
import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dronectl.errors import InputError
from dronectl.storage.reading import require_file

Bytes = NDArray[np.uint8]


def map_file(path: Path) -> Bytes:
    """A file's bytes, mapped: nothing is read before it is looked at.

    Raises:
        InputError: no file, not readable, or empty.
    """
    require_file(path)
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size == 0:
                raise InputError(f"{path}: the file is empty")
            return np.frombuffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), np.uint8)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{path}: cannot be read: {reason}") from error
