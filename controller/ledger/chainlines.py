"""The chain of the books as somebody else can reckon it again: the bytes of each fact, some at a time. Nothing here writes.

The hash of a fact is SHA-256 over the hash before it and these bytes (`controller.domain.chain`). A fact that holds the
code of an open claim is covered: whoever has the code has the money. It stands here as the hash before it and its own alone:
a reader sees that the first is what she came to, goes on from the second, and reckons it as soon as the claim is decided.
"""

import json
import sqlite3

from controller.domain.chain import GENESIS, HASHED

LINES_MAX = 1_000
"""So many facts at once: some 300 kB."""
COVERED, LINK = "#", "="
"""How a line begins that is not a fact's own bytes: the two hashes of a covered fact, and the hash of the last fact told."""
_FACTS = (
    f"SELECT {HASHED}, prev, hash, seq IN (SELECT seq FROM claims) FROM facts"
    " WHERE seq BETWEEN ? AND ? ORDER BY seq LIMIT ?"
)


def lines(db: sqlite3.Connection, first: int, last: int, most: int = LINES_MAX) -> list[str]:
    """The facts from `first` to `last`, one a line, at most so many; then the hash of the last of them."""
    rows = [tuple(row) for row in db.execute(_FACTS, (first, last, min(most, LINES_MAX)))]
    if not rows:
        return []
    told = [COVERED + row[-3].hex() + row[-2].hex() if row[-1] else listed(row[:-3]) for row in rows]
    return [*told, LINK + rows[-1][-2].hex()]


def listed(row: tuple[int | str, ...]) -> str:
    """A fact's row (`HASHED`) as the text that its hash is of: a JSON list without spaces, on one line."""
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))


def hash_of(db: sqlite3.Connection, seq: int) -> bytes:
    """The hash of this fact; of none, when there is no such fact, what stands before the first one."""
    row = db.execute("SELECT hash FROM facts WHERE seq = ?", [seq]).fetchone()
    return bytes(row[0]) if row else GENESIS


def open_codes(db: sqlite3.Connection) -> tuple[str, ...]:
    """The codes of the claims that nobody has decided yet; no file for members has them in it."""
    return tuple(code for (code,) in db.execute("SELECT code FROM claims ORDER BY code"))
