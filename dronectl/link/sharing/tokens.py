"""Who may join from another computer: names and secrets in a file, one a line.

A secret never goes over the network: who has it answers a challenge with it (HMAC-SHA256).
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dronectl.errors import InputError
from dronectl.link.signing.keys import keys_folder, others_can_read, write_private
from dronectl.storage.reading import read_text

TOKEN_VARIABLE = "DRONECTL_STATION_TOKEN"
_ORDERS = "orders"
_SECRET = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[\w.-]{1,40}")


@dataclass(frozen=True, slots=True)
class Token:
    """``may_order`` False: its holder sees, and asks, and changes nothing."""

    name: str
    secret: str = field(repr=False)
    may_order: bool = False

    def line(self) -> str:
        """As it stands in the file."""
        return f"{self.name} {self.secret}{f' {_ORDERS}' if self.may_order else ''}"


def proof(secret: str, challenge: str) -> str:
    """What shows that one has a secret."""
    return hmac.new(secret.encode(), challenge.encode(), hashlib.sha256).hexdigest()


def proved(tokens: Sequence[Token], challenge: str, answer: object) -> Token | None:
    """Whose answer to a challenge this is; None: nobody's."""
    given = answer if isinstance(answer, str) else ""
    found = [token for token in tokens if hmac.compare_digest(proof(token.secret, challenge), given)]
    return found[0] if found else None


def read_tokens(path: Path) -> tuple[Token, ...]:
    """
    Raises:
        InputError: there is no such file, others can read it, or a line is no token; none is in the message.
    """
    if not path.exists():
        hint = "'dronectl station token NAME' makes it, with the same --token-file: each who may join has a token there"
        raise InputError(f"{path}: there is no such file of tokens", hint=hint)
    tokens = []
    for number, words in private_lines(path, "these tokens"):
        is_right = len(words) in (2, 3) and _SECRET.fullmatch(words[1]) and (len(words) == 2 or words[2] == _ORDERS)
        if not is_right or not _NAME.fullmatch(words[0]):
            raise InputError(
                f"{path}:{number}: is no token",
                hint="NAME, 64 hex digits, and 'orders' or nothing; 'dronectl station token NAME' writes one",
            )
        tokens.append(Token(words[0], words[1], len(words) == 3))
    if not tokens:
        raise InputError(f"{path}: holds no token", hint="'dronectl station token NAME' adds one")
    return tuple(tokens)


def private_lines(path: Path, what: str) -> Iterator[tuple[int, list[str]]]:
    """The words of each line of a file that is nobody else's to read, comments left out, with its number.

    Raises:
        InputError: others can read it, or nobody can.
    """
    text = read_text(path)
    if others_can_read(path.stat().st_mode):
        raise InputError(f"{path}: others can read {what}", hint=f"chmod 600 '{path}'")
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.split()
        if words and not words[0].startswith("#"):
            yield number, words


def add_token(path: Path, name: str, *, may_order: bool) -> Token:
    """A new token in the file, which is made if there is none.

    Raises:
        InputError: the name is taken, or is none; the file is not one of tokens. StorageError.
    """
    if not _NAME.fullmatch(name):
        raise InputError(f"'{name}' is no name for a token", hint="letters, digits, '.', '-' and '_', at most 40")
    known = read_tokens(path) if path.exists() else ()
    if any(token.name == name for token in known):
        raise InputError(f"{path}: has a token of {name} already", hint="take its line out, or choose another name")
    token = Token(name, secrets.token_hex(32), may_order)
    write_private(path, "".join(f"{one.line()}\n" for one in (*known, token)))
    return token


def own_secret() -> str:
    """The secret with which this computer joins a station: DRONECTL_STATION_TOKEN, else the file station.token beside
    the signing keys.

    Raises:
        InputError: there is none, or it is none.
    """
    path = keys_folder() / "station.token"
    named = os.environ.get(TOKEN_VARIABLE)
    if named is None and not path.exists():
        raise InputError(
            "this computer has no token for a station",
            hint=f"'dronectl station token NAME' there gives one: set {TOKEN_VARIABLE}, or write it into {path}",
        )
    if named is None and others_can_read(path.stat().st_mode):
        raise InputError(f"{path}: others can read this token", hint=f"chmod 600 '{path}'")
    secret = (read_text(path) if named is None else named).strip()
    if not _SECRET.fullmatch(secret):
        raise InputError(f"{path if named is None else TOKEN_VARIABLE}: is no token", hint="64 hex digits")
    return secret
