"""The tables of the lab, the same in SQLite and PostgreSQL, and how SQL written for the one becomes that of the other.

Facts are added and never changed, but for the mark `lost`: they stood on the machine's line until a restore ended their epoch
before them. Whoever reads a machine's books reads `facts` with `lost = 0` in the order of `seq`.
"""

import re

VERSION = 1
"""Of these tables; kept in `lab`, so that an older Minga refuses a newer database."""

TABLES = (
    "CREATE TABLE IF NOT EXISTS lab (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
    # The line of each machine: up to `seq` of `epoch`, with the hash `head`, the lab knows its books. The counts say how many
    # facts lie on it, how many strays were ever refused, how many scars it has, how many messages wait aside.
    """CREATE TABLE IF NOT EXISTS machines (
        machine TEXT PRIMARY KEY,
        epoch INTEGER NOT NULL, seq INTEGER NOT NULL, head BLOB NOT NULL,
        facts INTEGER NOT NULL, strays INTEGER NOT NULL, scars INTEGER NOT NULL, waiting INTEGER NOT NULL,
        first_heard_ms INTEGER NOT NULL, last_heard_ms INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
    # The newest note of each kind (`status`, `meta`, `state`) as JSON. The one before is gone: a name that is taken back is.
    """CREATE TABLE IF NOT EXISTS notes (
        machine TEXT NOT NULL, what TEXT NOT NULL, body TEXT NOT NULL, heard_ms INTEGER NOT NULL,
        PRIMARY KEY (machine, what)
    ) STRICT, WITHOUT ROWID""",
    # Messages that came before what they follow from.
    """CREATE TABLE IF NOT EXISTS waiting (
        machine TEXT NOT NULL, epoch INTEGER NOT NULL, first INTEGER NOT NULL, hash BLOB NOT NULL,
        payload BLOB NOT NULL, heard_ms INTEGER NOT NULL,
        PRIMARY KEY (machine, epoch, first, hash)
    ) STRICT, WITHOUT ROWID""",
    # What was refused: numbers `first` to `last`, the hash they end in, why (`reused`, `broken`, `late`), and the whole
    # message they came in, empty where a machine had too many (`lab.store.taking`). `number` counts a machine's refusals from
    # 1 on; `seen` is 1 once a person has looked.
    """CREATE TABLE IF NOT EXISTS strays (
        machine TEXT NOT NULL, last INTEGER NOT NULL, hash BLOB NOT NULL,
        epoch INTEGER NOT NULL, first INTEGER NOT NULL, why TEXT NOT NULL,
        payload BLOB NOT NULL, heard_ms INTEGER NOT NULL, number INTEGER NOT NULL, seen INTEGER NOT NULL,
        PRIMARY KEY (machine, last, hash)
    ) STRICT, WITHOUT ROWID""",
    # Where a line goes on from a hash that it did not have: after `seq` facts came that follow from `head`. `passed` numbers
    # up to there are not among the facts.
    """CREATE TABLE IF NOT EXISTS scars (
        machine TEXT NOT NULL, number INTEGER NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL, head BLOB NOT NULL,
        passed INTEGER NOT NULL, heard_ms INTEGER NOT NULL,
        PRIMARY KEY (machine, number)
    ) STRICT, WITHOUT ROWID""",
    # Messages that nobody could read, the newest of each machine, cut to a length.
    """CREATE TABLE IF NOT EXISTS unread (
        machine TEXT NOT NULL, number INTEGER NOT NULL, topic TEXT NOT NULL, why TEXT NOT NULL,
        payload BLOB NOT NULL, heard_ms INTEGER NOT NULL,
        PRIMARY KEY (machine, number)
    ) STRICT, WITHOUT ROWID""",
)

_FACTS = """CREATE TABLE IF NOT EXISTS facts (
        machine TEXT NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL,
        boot_id INTEGER NOT NULL, mono_ms INTEGER NOT NULL, wall_ms INTEGER NOT NULL, trusted INTEGER NOT NULL,
        type TEXT NOT NULL, body TEXT NOT NULL, hash BLOB NOT NULL, received_ms INTEGER NOT NULL,
        lost INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (machine, seq, epoch{also})
    )"""
FACTS_SQLITE = f"{_FACTS.format(also='')} STRICT, WITHOUT ROWID"
FACTS_POSTGRES = f"{_FACTS.format(also=', wall_ms')} PARTITION BY RANGE (wall_ms)"
"""A partitioned table's key must hold what divides it; that a number comes once is seen to by whoever holds the line."""
FACT = "machine, epoch, seq, boot_id, mono_ms, wall_ms, trusted, type, body, hash, received_ms"
"""The columns in which a fact is added, in this order."""

_QUOTED = re.compile(r"('(?:[^']|'')*')")
_TYPES = {"INTEGER": "BIGINT", "BLOB": "BYTEA"}
_TYPE = re.compile(r"\b(INTEGER|BLOB)\b")
_ENDING = re.compile(r"\)\s*(STRICT|WITHOUT ROWID)(,\s*(STRICT|WITHOUT ROWID))?\s*$")


def for_postgres(sql: str) -> str:
    """A statement with `?` for values as psycopg takes it; what stands in quotes is left as it is."""
    parts = _QUOTED.split(sql.replace("%", "%%"))
    return "".join(part if place % 2 else part.replace("?", "%s") for place, part in enumerate(parts))


def made_in_postgres(sql: str) -> str:
    """A statement that makes a table, written with SQLite's types and endings, in PostgreSQL's."""
    return _ENDING.sub(")", _TYPE.sub(lambda found: _TYPES[found[1]], sql))
