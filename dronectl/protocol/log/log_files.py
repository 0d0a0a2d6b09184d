"""Which file over MAVLink FTP is a log of the list.

A log's number in the list is its place, the oldest first; a file's is counted on for ever and begins anew after some
500. So the two are held together by the sizes of all of them, and nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from dronectl.protocol.ftp.directory import DirectoryEntry
from dronectl.protocol.log.log_list import LogEntry

LOG_FOLDERS = ("/APM/LOGS", "/logs")
"""On a flight controller's card; of SITL, under its working folder."""
_LOG_FILE = re.compile(r"0*(\d{1,8})\.BIN", re.IGNORECASE)


def file_of(wanted: LogEntry, logs: Sequence[LogEntry], listing: Sequence[DirectoryEntry]) -> str | None:
    """The name of a log's file in the listing of its folder; None when the two lists do not fit in just one way.

    The newest log's size may have grown between the two; that of ``wanted`` must be the same.
    """
    numbered = {int(match[1]): one for one in listing if (match := _LOG_FILE.fullmatch(one.name))}
    files = [numbered[number] for number in sorted(numbered)]
    if len(files) != len(logs) or wanted not in logs:
        return None
    place = list(logs).index(wanted)
    names = set()
    for oldest in range(len(files)):
        turned = files[oldest:] + files[:oldest]
        closed = zip(turned[:-1], logs[:-1], strict=True)
        same = all(file.size_bytes == log.size_bytes for file, log in closed)
        if same and turned[place].size_bytes == wanted.size_bytes:
            names.add(turned[place].name)
    return names.pop() if len(names) == 1 else None
