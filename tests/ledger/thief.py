"""The tools of somebody who has the file in hand, knows SQLite, and can compute hashes."""

import json
import sqlite3
from pathlib import Path

from controller.domain.chain import GENESIS, HASHED, chain
from controller.ledger.verify import verify

GUARDS = ("facts_stay", "facts_remain", "postings_stay", "postings_remain")


def opened(path: Path) -> sqlite3.Connection:
    """The books without their guards."""
    db = sqlite3.connect(path, isolation_level=None)
    for trigger in GUARDS:
        db.execute(f"DROP TRIGGER {trigger}")
    return db


def seq_of(db: sqlite3.Connection, kind: str) -> int:
    """The number of the first fact of this type."""
    return int(db.execute("SELECT min(seq) FROM facts WHERE type = ?", [kind]).fetchone()[0])


def rehash(db: sqlite3.Connection) -> None:
    """Make every number and hash follow from the one before, as a careful thief would."""
    prev = GENESIS
    for row in db.execute(f"SELECT {HASHED} FROM facts ORDER BY seq").fetchall():
        link = chain(prev, row)
        db.execute("UPDATE facts SET prev = ?, hash = ? WHERE seq = ?", (prev, link, row[1]))
        prev = link


def rewrite(db: sqlite3.Connection, kind: str, **change: object) -> None:
    """Change fields of the first fact of this type, and make the chain fit again."""
    seq = seq_of(db, kind)
    body = json.loads(db.execute("SELECT body FROM facts WHERE seq = ?", [seq]).fetchone()[0]) | change
    text = json.dumps(body, separators=(",", ":"), ensure_ascii=False)
    db.execute("UPDATE facts SET body = ? WHERE seq = ?", (text, seq))
    rehash(db)


def repeat(db: sqlite3.Connection, kind: str) -> None:
    """Write the first fact of this type once more at the end, with a fitting hash."""
    columns = HASHED.replace("seq", "(SELECT max(seq) + 1 FROM facts)")
    again = f"SELECT {columns}, prev, hash FROM facts WHERE seq = {seq_of(db, kind)}"
    db.execute(f"INSERT INTO facts ({HASHED}, prev, hash) {again}")
    rehash(db)


def found(db: sqlite3.Connection) -> set[str]:
    """The invariants that are complained about."""
    return {complaint.invariant for complaint in verify(db)}
