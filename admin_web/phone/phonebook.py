"""The little book of phones: which key opens which phone's pages, its PIN, its tries, and for how long its PIN holds.

It is the pages' own database: nothing of money is in it, and whose a phone is stands in the machine's books alone. Keys and
openings are kept as hashes. A PIN of six digits is no secret to whoever steals the card, so it is mixed with a pepper that
lies in a file of its own, which no backup takes along (OWASP ASVS 5.0, 6.5).
"""

import hashlib
import hmac
import os
import secrets
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from threading import BoundedSemaphore, Lock
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error

from controller.errors import MingaError

OPEN_S = 600
"""After a right PIN money may be moved for so long."""
TRIES_FREE = 5
WAIT_S, WAIT_S_MAX = 60, 3_600
"""After the fifth wrong PIN one minute, then two, four, up to an hour."""
HASHES_MAX = 2
"""So many PINs are hashed at a time, or a crowd would take the memory that the machine needs."""
PEPPER_BYTES = 32
FORM = """
CREATE TABLE IF NOT EXISTS phones (
    phone TEXT PRIMARY KEY, key_hash BLOB NOT NULL UNIQUE, pin TEXT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0, wait_until_s REAL NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE IF NOT EXISTS openings (
    token_hash BLOB PRIMARY KEY, phone TEXT NOT NULL REFERENCES phones (phone) ON DELETE CASCADE, until_s REAL NOT NULL
) STRICT;
"""


@dataclass(frozen=True, slots=True)
class Wrong:
    """The PIN was not taken: wrong, or not even looked at, because this phone has to wait for `wait_s` first."""

    wait_s: int = 0


class Phonebook:
    """`folder` is where the database and its pepper lie; `now_s` is the wall clock. Safe to use from several threads."""

    def __init__(self, folder: Path, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._pepper = _pepper(folder / "phones.key")
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._hashing, self._lock = BoundedSemaphore(HASHES_MAX), Lock()
        file = folder / "phones.db"
        file.touch(mode=0o600)
        self._db = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.execute("PRAGMA foreign_keys=ON")
        self._db.executescript(FORM)

    def close(self) -> None:
        self._db.close()

    # A phone

    def hashed(self, phone: str, pin: str) -> str:
        """What is kept of a PIN. It takes some 20 ms and 19 MB (argon2id)."""
        with self._hashing:
            return self._hasher.hash(self._peppered(phone, pin))

    def bind(self, phone: str, pin: str) -> str:
        """A new phone with its hashed PIN; its key, which nobody but the phone has. A phone of that name is replaced."""
        key = secrets.token_urlsafe(32)
        with self._lock:
            self._db.execute("DELETE FROM phones WHERE phone = ?", [phone])
            self._db.execute("INSERT INTO phones (phone, key_hash, pin) VALUES (?, ?, ?)", (phone, _hash(key), pin))
        return key

    def phone(self, key: str) -> str | None:
        """Which phone has this key."""
        row = self._row("SELECT phone FROM phones WHERE key_hash = ?", _hash(key)) if key else None
        return row[0] if row else None

    def forget(self, phone: str) -> None:
        """Its key opens nothing from now on, and neither does any PIN given on it."""
        with self._lock:
            self._db.execute("DELETE FROM phones WHERE phone = ?", [phone])

    def phones(self) -> frozenset[str]:
        """Every phone that has a key."""
        with self._lock:
            return frozenset(phone for (phone,) in self._db.execute("SELECT phone FROM phones"))

    # Its PIN

    def open(self, phone: str, pin: str) -> str | Wrong:
        """A token that lets this phone move money for `OPEN_S`, or why not. Other phones are never made to wait."""
        kept = self._try(phone)
        if isinstance(kept, Wrong):
            return kept
        if not self._fits(kept, phone, pin):
            return Wrong(self._left_s(phone))
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._db.execute("UPDATE phones SET tries = 0, wait_until_s = 0 WHERE phone = ?", [phone])
            self._db.execute("DELETE FROM openings WHERE until_s < ? OR phone = ?", (self._now_s(), phone))
            self._db.execute("INSERT INTO openings VALUES (?, ?, ?)", (_hash(token), phone, self._now_s() + OPEN_S))
        return token

    def _try(self, phone: str) -> str | Wrong:
        """Count one more try, before anybody looks at it, so that many at once count each: the PIN's hash, or a wait."""
        with self._lock:
            row = self._db.execute("SELECT pin, tries, wait_until_s FROM phones WHERE phone = ?", [phone]).fetchone()
            if row is None:
                return Wrong()
            pin, tries, wait_until_s = row
            now_s, wait_s = self._now_s(), _wait_s(tries)
            left_s = wait_until_s - now_s
            if left_s <= 0:
                self._wait(phone, tries + 1, now_s + _wait_s(tries + 1))
                return str(pin)
            if left_s > wait_s:  # the clock was set back: it waits its wait anew, and not for years
                self._wait(phone, tries, now_s + wait_s)
            return Wrong(ceil(min(left_s, wait_s)))

    def _wait(self, phone: str, tries: int, until_s: float) -> None:
        self._db.execute("UPDATE phones SET tries = ?, wait_until_s = ? WHERE phone = ?", (tries, until_s, phone))

    def _left_s(self, phone: str) -> int:
        """How long this phone has to wait from now on, after a wrong PIN."""
        row = self._row("SELECT wait_until_s FROM phones WHERE phone = ?", phone)
        return max(0, ceil(row[0] - self._now_s())) if row else 0

    def clear_waits(self) -> None:
        """Somebody with the door's key stands at the machine: every phone may try again at once."""
        with self._lock:
            self._db.execute("UPDATE phones SET tries = 0, wait_until_s = 0")

    def is_open(self, phone: str, token: str) -> bool:
        """Whether the PIN was given on this phone a short while ago."""
        row = self._row("SELECT phone, until_s FROM openings WHERE token_hash = ?", _hash(token)) if token else None
        return bool(row and row[0] == phone and 0 <= row[1] - self._now_s() <= OPEN_S)

    def shut(self, phone: str) -> None:
        """The PIN counts no longer."""
        with self._lock:
            self._db.execute("DELETE FROM openings WHERE phone = ?", [phone])

    def _fits(self, kept: str, phone: str, pin: str) -> bool:
        with self._hashing:
            try:
                return self._hasher.verify(kept, self._peppered(phone, pin))
            except Argon2Error:
                return False

    def _peppered(self, phone: str, pin: str) -> bytes:
        return hmac.digest(self._pepper, f"{phone}:{pin}".encode(), hashlib.sha256)

    def _row(self, query: str, *values: object) -> tuple[Any, ...] | None:
        with self._lock:
            row: tuple[Any, ...] | None = self._db.execute(query, values).fetchone()
        return row


def _wait_s(tries: int) -> int:
    """How long a phone waits after so many wrong PINs."""
    over = tries - TRIES_FREE
    return 0 if over < 0 else min(WAIT_S * 2**over, WAIT_S_MAX)


def _hash(secret: str) -> bytes:
    """A random secret of 256 bits needs no slow hash."""
    return hashlib.sha256(secret.encode()).digest()


def _pepper(file: Path) -> bytes:
    """The machine's own secret for PINs, made at the first start; whole or not at all, whenever the power is cut."""
    if not file.exists():
        fresh = file.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as made:
            made.write(secrets.token_bytes(PEPPER_BYTES))
            made.flush()
            os.fsync(made.fileno())
        fresh.replace(file)
        _sync(file.parent)
    pepper = file.read_bytes()
    if len(pepper) != PEPPER_BYTES:
        raise MingaError(f"{file}: is damaged; without it no PIN can be known: move it away, and bind the phones anew")
    return pepper


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
