"""Who may log in to give orders: a name and a hash a line, in a private file of the workspace.

A token is 192 random bits, so a plain SHA-256 of it is as good as the token is long: there is nothing to guess, and
nobody has to wait for a slow hash while something goes wrong in the air.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dronectl.errors import InputError
from dronectl.link.sharing.tokens import private_lines
from dronectl.link.signing.keys import write_private

PEOPLE_FILE = Path("flights") / ".page-tokens"
"""In the workspace, where git looks at nothing."""
TOKEN_BYTES = 24
_KIND = "sha256"
_HASH = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[\w.-]{1,40}")
_NOBODY = "0" * 64


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    token_sha256: str = field(repr=False)

    def line(self) -> str:
        """As it stands in the file."""
        return f"{self.name} {_KIND}:{self.token_sha256}"


def read_people(path: Path) -> tuple[Person, ...]:
    """
    Raises:
        InputError: there is no such file, others can read it, or a line names nobody.
    """
    if not path.exists():
        hint = "'dronectl serve token NAME' makes it, and a token for a person"
        raise InputError(f"{path}: nobody has a token for the page", hint=hint)
    people = []
    for number, words in private_lines(path, "this file of tokens"):
        kind, _, digest = words[-1].partition(":")
        is_right = len(words) == 2 and kind == _KIND and _HASH.fullmatch(digest) and _NAME.fullmatch(words[0])
        if not is_right:
            raise InputError(
                f"{path}:{number}: names nobody", hint=f"NAME {_KIND}:HASH; 'dronectl serve token NAME' writes one"
            )
        people.append(Person(words[0], digest))
    return tuple(people)


def add_person(path: Path, name: str) -> str:
    """The new token of a person, which is kept nowhere: the file has its hash.

    Raises:
        InputError: the name has a token, or is none; the file is not one of tokens. StorageError.
    """
    if not _NAME.fullmatch(name):
        raise InputError(f"'{name}' is no name for a token", hint="letters, digits, '.', '-' and '_', at most 40")
    known = read_people(path) if path.exists() else ()
    if any(person.name == name for person in known):
        raise InputError(f"{path}: {name} has a token", hint=f"'dronectl serve token {name} --remove' takes it away")
    token = secrets.token_urlsafe(TOKEN_BYTES)
    _write(path, (*known, Person(name, _sha256(token))))
    return token


def remove_person(path: Path, name: str) -> None:
    """Takes a person's token away; who is logged in with it can do nothing from then on.

    Raises:
        InputError: nobody has that name. StorageError.
    """
    known = read_people(path)
    left = [person for person in known if person.name != name]
    if len(left) == len(known):
        raise InputError(f"{path}: {name} has no token", hint="'dronectl serve token' names who has")
    _write(path, left)


def whose(people: Sequence[Person], name: str, token: str) -> Person | None:
    """Who logs in with this name and token; None: nobody. It takes as long for a name that is not there."""
    person = next((one for one in people if one.name == name), None)
    wanted = _NOBODY if person is None else person.token_sha256
    return person if hmac.compare_digest(wanted, _sha256(token)) else None


def _write(path: Path, people: Sequence[Person]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_private(path, "".join(f"{one.line()}\n" for one in people))


def _sha256(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
