"""Certificates and keys in files, as what a TLS client needs: the other side must prove who it is, and so may we."""

from __future__ import annotations

import contextlib
import os
import secrets
import ssl
import tempfile
from pathlib import Path

from dronectl.errors import InputError
from dronectl.storage.reading import read_bytes

_P12_BYTES = 1 << 20


def client_context(
    folder: Path,
    table: str,
    *,
    ca_file: str | None = None,
    cert_file: str | None = None,
    key_file: str | None = None,
    p12_file: str | None = None,
    password: str | None = None,
) -> ssl.SSLContext:
    """``folder``: what the files are relative to; ``table``: of dronectl.toml, for messages. ``password``: of the key.

    Raises:
        InputError: a certificate or key cannot be used.
    """
    try:
        context = ssl.create_default_context(cafile=None if ca_file is None else str(folder / ca_file))
        if cert_file is not None:
            key = None if key_file is None else str(folder / key_file)
            # Without an answer OpenSSL would ask for it on the terminal.
            context.load_cert_chain(folder / cert_file, key, password=lambda: password or "")
        if p12_file is not None:
            _load_p12(context, folder / p12_file, password)
    except (OSError, ValueError) as error:
        raise InputError(
            f"dronectl.toml: [{table}]: a certificate or key cannot be used: {error}",
            hint="files are relative to the workspace: ca_file, client_cert_file, client_key_file are PEM",
        ) from error
    return context


def _load_p12(context: ssl.SSLContext, path: Path, password: str | None) -> None:
    """The key comes from memory, and Python's ssl takes files alone: it passes by one that only this account can read,
    encrypted with a password that nobody else ever had.

    Raises:
        InputError: no such file, or the library is not there. OSError, ValueError: it cannot be used.
    """
    try:
        from cryptography.hazmat.primitives.serialization import (
            BestAvailableEncryption,
            Encoding,
            PrivateFormat,
            pkcs12,
        )
    except ModuleNotFoundError as error:
        raise InputError(
            f"{path}: cryptography is not installed, which reads .p12 files", hint="pip install 'dronectl[tak]'"
        ) from error
    data = read_bytes(path, max_bytes=_P12_BYTES)
    key, certificate, further = pkcs12.load_key_and_certificates(data, (password or "").encode() or None)
    if key is None or certificate is None:
        raise ValueError(f"{path}: has no key with its certificate")
    passing = secrets.token_hex(16)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(passing.encode()))
    pem += certificate.public_bytes(Encoding.PEM)
    pem += b"".join(one.public_bytes(Encoding.PEM) for one in further)
    handle, name = tempfile.mkstemp(suffix=".pem")  # mode 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(pem)
        context.load_cert_chain(name, password=passing)
    finally:
        with contextlib.suppress(OSError):
            Path(name).unlink()
