"""Pairs of Ed25519 keys as files: the private half signs and stays with people, the public one goes to machines.

PEM (PKCS 8 and SubjectPublicKeyInfo), as every tool reads it.
"""

import os
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization as pem
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from controller.errors import MingaError


def make_pair(name: Path) -> tuple[Path, Path]:
    """Make NAME.key and NAME.pub; both are on the disk when this returns. Raises MingaError where one is there already."""
    private, public = name.with_name(name.name + ".key"), name.with_name(name.name + ".pub")
    key = Ed25519PrivateKey.generate()
    _write(private, key.private_bytes(pem.Encoding.PEM, pem.PrivateFormat.PKCS8, pem.NoEncryption()), 0o600)
    told = key.public_key().public_bytes(pem.Encoding.PEM, pem.PublicFormat.SubjectPublicKeyInfo)
    _write(public, told, 0o644)
    return private, public


def private_key(file: Path) -> Ed25519PrivateKey:
    """The half that signs. Raises MingaError that says what is wrong with the file, also when others can read it."""
    try:
        open_to_others = os.stat(file).st_mode & 0o077
        key = pem.load_pem_private_key(file.read_bytes(), None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise MingaError(f"{file}: this private key cannot be read: {error}") from None
    if open_to_others:
        raise MingaError(f"{file}: others can read it; `chmod 600 {file}`, and think who may have copied it")
    if not isinstance(key, Ed25519PrivateKey):
        raise MingaError(f"{file}: this is a private key, but not of Ed25519; `minga voucher keys` makes one")
    return key


def public_key(file: Path, setting: str) -> Ed25519PublicKey:
    """The half that proves. Raises MingaError that names the file and the `setting` that names it."""
    try:
        key = pem.load_pem_public_key(file.read_bytes())
    except (OSError, ValueError, UnsupportedAlgorithm) as error:
        raise MingaError(f"{file}: this public key cannot be read: {error}; look at `{setting}`") from None
    if not isinstance(key, Ed25519PublicKey):
        raise MingaError(f"{file}: this is a public key, but not of Ed25519; look at `{setting}`")
    return key


def _write(file: Path, content: bytes, mode: int) -> None:
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
    except FileExistsError:
        raise MingaError(f"{file}: is there already; a key is never overwritten") from None
    except OSError as error:
        raise MingaError(f"{file}: cannot be written: {error.strerror}") from None
