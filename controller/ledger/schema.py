"""The tables, as a list of migrations that only ever grows.

`facts` and `postings` are the books: triggers refuse to change or delete a row. `balances`, `joined`, `slots`, `products`,
`rules`, `claims`, `closed_hoppers`, `wishes`, `vouchers_spent`, `tallies`, `clocks`, `days`, `spans`, `assembly` and
`governance` are running results of the facts, kept in the same transaction and derived again by `minga ledger verify`.
`makers`, `members` and `product_words` hold what people may change or have forgotten. `machine` and `marks`
are small lasting values.
"""

import secrets
import sqlite3
from pathlib import Path

from controller.ledger import running
from controller.ledger.connection import VERSION, DatabaseError, open_writer, refuse_newer
from controller.ledger.daybook import ZONE

BOOKS = """
CREATE TABLE machine (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE facts (
    seq INTEGER PRIMARY KEY,
    epoch INTEGER NOT NULL,
    boot_id INTEGER NOT NULL,
    mono_ms INTEGER NOT NULL,
    wall_ms INTEGER NOT NULL,
    trusted INTEGER NOT NULL CHECK (trusted IN (0, 1)),
    type TEXT NOT NULL,
    body TEXT NOT NULL,
    prev BLOB NOT NULL,
    hash BLOB NOT NULL
) STRICT;
CREATE TABLE postings (
    seq INTEGER NOT NULL REFERENCES facts (seq),
    line INTEGER NOT NULL,
    account TEXT NOT NULL,
    cents INTEGER NOT NULL CHECK (cents <> 0),
    PRIMARY KEY (seq, line)
) STRICT, WITHOUT ROWID;
CREATE TABLE balances (account TEXT PRIMARY KEY, cents INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE joined (maker TEXT PRIMARY KEY, seq INTEGER NOT NULL REFERENCES facts (seq)) STRICT;
CREATE TABLE products (product TEXT PRIMARY KEY, maker TEXT NOT NULL, price_cents INTEGER NOT NULL) STRICT;
CREATE TABLE slots (
    slot TEXT PRIMARY KEY,
    product TEXT NOT NULL REFERENCES products (product),
    quantity INTEGER NOT NULL CHECK (quantity >= 0),
    capacity INTEGER NOT NULL,
    closed TEXT
) STRICT;
CREATE TABLE rules (rule_id INTEGER PRIMARY KEY, from_seq INTEGER NOT NULL, weights TEXT NOT NULL) STRICT;
CREATE TABLE claims (
    code TEXT PRIMARY KEY, seq INTEGER NOT NULL, account TEXT NOT NULL, cents INTEGER NOT NULL, shares TEXT NOT NULL
) STRICT;
CREATE TABLE makers (
    maker TEXT PRIMARY KEY, name TEXT NOT NULL, workshop TEXT NOT NULL, words TEXT NOT NULL,
    photo TEXT NOT NULL, consent INTEGER NOT NULL
) STRICT;
CREATE TABLE product_words (
    product TEXT PRIMARY KEY, name TEXT NOT NULL, materials TEXT NOT NULL,
    work_minutes INTEGER NOT NULL, photo TEXT NOT NULL
) STRICT;
CREATE TABLE cycle (id INTEGER PRIMARY KEY CHECK (id = 1), body TEXT NOT NULL) STRICT;
CREATE TABLE marks (source TEXT PRIMARY KEY, mark INTEGER NOT NULL) STRICT;
CREATE TRIGGER facts_stay BEFORE UPDATE ON facts BEGIN SELECT RAISE(ABORT, 'facts are never changed'); END;
CREATE TRIGGER facts_remain BEFORE DELETE ON facts BEGIN SELECT RAISE(ABORT, 'facts are never deleted'); END;
CREATE TRIGGER postings_stay BEFORE UPDATE ON postings BEGIN SELECT RAISE(ABORT, 'postings are never changed'); END;
CREATE TRIGGER postings_remain BEFORE DELETE ON postings BEGIN SELECT RAISE(ABORT, 'postings are never deleted'); END;
"""
RESULTS = """
ALTER TABLE claims ADD COLUMN place TEXT NOT NULL DEFAULT '';
CREATE TABLE closed_hoppers (place TEXT PRIMARY KEY, reason TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE payments (
    payment_id INTEGER PRIMARY KEY, provider TEXT NOT NULL, reference TEXT NOT NULL,
    cents INTEGER NOT NULL, slot TEXT NOT NULL, stage TEXT NOT NULL
) STRICT;
CREATE TABLE wishes (wish_id TEXT PRIMARY KEY, seq INTEGER NOT NULL REFERENCES facts (seq)) STRICT, WITHOUT ROWID;
CREATE TABLE vouchers_spent (
    voucher_id TEXT PRIMARY KEY, seq INTEGER NOT NULL REFERENCES facts (seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE tallies (kind TEXT PRIMARY KEY, facts INTEGER NOT NULL, cents INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE clocks (
    boot_id INTEGER PRIMARY KEY, first_seq INTEGER NOT NULL, offset_ms INTEGER NOT NULL,
    trusted INTEGER NOT NULL CHECK (trusted IN (0, 1))
) STRICT;
CREATE TABLE days (
    day INTEGER NOT NULL, account TEXT NOT NULL,
    pieces INTEGER NOT NULL, earned_cents INTEGER NOT NULL, paid_cents INTEGER NOT NULL,
    PRIMARY KEY (day, account)
) STRICT, WITHOUT ROWID;
"""
"""Form 2. No fact of form 1 has a wish's id, closes a hopper, leaves coins in doubt or pays without coins, and none
takes a voucher: only the last three tables have a past."""

PROOFS = "ALTER TABLE payments ADD COLUMN proof TEXT NOT NULL DEFAULT '';"
"""Form 3. No fact of an older form accepts a reversal."""

ASSEMBLY = """
CREATE TABLE assembly (seq INTEGER PRIMARY KEY REFERENCES facts (seq)) STRICT;
CREATE TABLE members (member TEXT PRIMARY KEY, name TEXT NOT NULL, photo TEXT NOT NULL) STRICT;
CREATE TABLE tax_ids (maker TEXT PRIMARY KEY, tax_id TEXT NOT NULL) STRICT;
CREATE TABLE governance (seq INTEGER PRIMARY KEY REFERENCES facts (seq)) STRICT;
INSERT INTO governance SELECT seq FROM facts WHERE type = 'Restored';
ALTER TABLE product_words ADD COLUMN materials_cents INTEGER NOT NULL DEFAULT 0;
CREATE TABLE spans (
    span INTEGER NOT NULL, account TEXT NOT NULL,
    pieces INTEGER NOT NULL, earned_cents INTEGER NOT NULL, paid_cents INTEGER NOT NULL,
    PRIMARY KEY (span, account)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER day_counts AFTER INSERT ON days BEGIN
    INSERT INTO spans VALUES (new.day >> 5, new.account, new.pieces, new.earned_cents, new.paid_cents)
    ON CONFLICT (span, account) DO UPDATE SET pieces = pieces + excluded.pieces,
    earned_cents = earned_cents + excluded.earned_cents, paid_cents = paid_cents + excluded.paid_cents;
END;
CREATE TRIGGER day_changes AFTER UPDATE ON days BEGIN
    UPDATE spans SET pieces = pieces + new.pieces - old.pieces,
    earned_cents = earned_cents + new.earned_cents - old.earned_cents,
    paid_cents = paid_cents + new.paid_cents - old.paid_cents WHERE span = new.day >> 5 AND account = new.account;
END;
CREATE TRIGGER day_counts_no_more AFTER DELETE ON days BEGIN
    UPDATE spans SET pieces = pieces - old.pieces, earned_cents = earned_cents - old.earned_cents,
    paid_cents = paid_cents - old.paid_cents WHERE span = old.day >> 5 AND account = old.account;
END;
INSERT INTO spans SELECT day >> 5, account, sum(pieces), sum(earned_cents), sum(paid_cents) FROM days GROUP BY 1, 2;
"""
"""Form 4. `spans` adds up `days`, 32 at a time, so that ten years are some hundred rows an account. `assembly` numbers the
facts that the assembly's state is read from, and no fact of an older form is one. `governance` does so for votes, decisions
and turns; after a restore their numbers skip ahead too."""


def create(path: Path) -> None:
    """Make an empty database with its own secret for claim codes. Raises DatabaseError when one is there already."""
    if path.exists():
        raise DatabaseError(f"{path}: there is a database already; it is never overwritten")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o640)
    db = open_writer(path)
    migrate(db)
    db.close()


def migrate(db: sqlite3.Connection) -> None:
    """Bring the database to this code's form. Raises DatabaseError for one that a newer Minga has written."""
    found = refuse_newer(db)
    if found < VERSION:
        strangers = db.execute("SELECT count(*) FROM sqlite_master WHERE name NOT LIKE '%sqlite%'").fetchone()[0]
        if strangers and not _is_ours(db):
            raise DatabaseError("this database belongs to another program: look at `machine.database`")
        _apply(db)


def _is_ours(db: sqlite3.Connection) -> bool:
    return bool(db.execute("SELECT count(*) FROM sqlite_master WHERE name = 'facts'").fetchone()[0])


def _apply(db: sqlite3.Connection) -> None:
    """Run the open migrations. sqlite-utils is imported only here: a machine that is up to date starts without it."""
    from sqlite_utils import Database, Migrations

    migrations = Migrations("minga")

    @migrations()
    def books(database: Database) -> None:
        for statement in _statements(BOOKS):
            database.execute(statement)
        key = secrets.token_hex(16)
        database.execute("INSERT INTO machine VALUES ('epoch', '1'), ('claim_key', ?)", [key])

    @migrations()
    def results(database: Database) -> None:
        for statement in _statements(RESULTS):
            database.execute(statement)
        running.settle_in(database.conn, ZONE)

    @migrations()
    def proofs(database: Database) -> None:
        database.execute(PROOFS)

    @migrations()
    def assembly(database: Database) -> None:
        for statement in _statements(ASSEMBLY):
            database.execute(statement)

    migrations.apply(Database(db))
    db.execute(f"PRAGMA user_version={VERSION}")


def _statements(script: str) -> list[str]:
    """Single statements, so that they can run inside one transaction; a trigger's own semicolon does not end it."""
    statements, open_part = [], ""
    for line in script.strip().splitlines():
        open_part += line + "\n"
        if sqlite3.complete_statement(open_part):
            statements.append(open_part)
            open_part = ""
    return statements
