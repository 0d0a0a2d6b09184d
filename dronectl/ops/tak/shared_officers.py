"""Where officers are, shared by all commands of a workspace: whoever is connected to TAK writes, everybody reads.

An order lasts a second, and TAK tells a place every ten: who asks only then would know nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from dronectl.errors import InputError
from dronectl.formats.tak.officers_file import OfficersKnown, officers_json, read_officers
from dronectl.model.tak.officers import LISTENS_WITHIN_S, MISSED_FOR, Officer, OfficersPicture
from dronectl.model.tak.settings import TakSettings
from dronectl.storage.files import write_atomic
from dronectl.storage.reading import read_text

FILE = Path("flights") / "officers.json"
"""In the workspace."""
NOBODY = "nobody listens to TAK ('dronectl station start', 'serve', 'watch' and 'fly' do)"


def write_known(root: Path, listening: str, why: str, officers: Sequence[Officer], moment: datetime) -> None:
    """
    Raises:
        StorageError: it could not be written.
    """
    write_atomic(root / FILE, officers_json(OfficersKnown(moment, listening, why, tuple(officers))))


def last_written(root: Path) -> tuple[Officer, ...]:
    """Those of whoever listened before; nobody where that cannot be read."""
    try:
        return read_officers(read_text(root / FILE), str(FILE)).officers
    except InputError:
        return ()


def officers_now(root: Path, settings: TakSettings | None, moment: datetime) -> OfficersPicture | None:
    """As far as anybody knows at ``moment``; None: the workspace does not ask for them."""
    if settings is None or not settings.officers:
        return None
    margin_m, crew = settings.officers_margin_m, tuple(settings.crew)
    try:
        known = read_officers(read_text(root / FILE), str(FILE))
    except InputError:
        return OfficersPicture(why=NOBODY, margin_m=margin_m, crew=crew)
    silent_s = (moment - known.written).total_seconds()
    why = known.why
    if silent_s > LISTENS_WITHIN_S:
        why = NOBODY
    elif known.listening != settings.url:
        why = f"who listens does so to {known.listening}"
    held = tuple(one for one in known.officers if one.is_known(moment))
    missed = tuple(one for one in known.officers if not one.is_known(moment) and moment - one.seen <= MISSED_FOR)
    return OfficersPicture("" if why == NOBODY else known.listening, why, held, missed, margin_m, crew)
