"""The journal: facts in a chain, one after another, each with its postings, in one transaction per decision.

`append` is the only function that writes the books. When it returns, the facts are on the disk; when it raises, nothing
happened. Every fact carries the hash of the one before it, so that no row can be changed, dropped or slipped in unseen.
Order is `seq`, never a clock.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from controller.domain import facts
from controller.domain import shop as shops
from controller.domain.accounts import Posting, kind, postings
from controller.domain.cycle import Cycle
from controller.domain.facts import Fact, SaleRefunded, Sold
from controller.domain.shop import Policy, Shop
from controller.domain.stocking import PutMaker, PutProduct
from controller.ledger import people, stock
from controller.ledger.connection import BUSY_MS, open_writer, transaction
from controller.ledger.schema import migrate

GENESIS = bytes(32)
"""What the first fact has in place of a hash before it."""
NEVER_NEGATIVE = ("credit", "hold", "doubt", "claims", "unclaimed")
_FORMS: dict[str, TypeAdapter[Fact]] = {}
WAL_BYTES_MAX = 8_000_000
"""With a longer log than this the journal checkpoints even while a visitor is there."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """When a fact was written: which start of the controller, its monotonic time, the wall clock and whether to trust it."""

    boot_id: int
    mono_ms: int
    wall_ms: int
    trusted: bool


class Journal:
    """The open books. One thread uses it: the brain's."""

    def __init__(self, path: Path, policy: Policy | None = None) -> None:
        """Open and load the books as the last commit left them. Raises DatabaseError."""
        self.path = path
        self.db = open_writer(path)
        migrate(self.db)
        values = dict(self.db.execute("SELECT key, value FROM machine").fetchall())
        self.epoch = int(values["epoch"])
        self.seq: int
        self.head: bytes
        self.seq, self.head = self.db.execute("SELECT seq, hash FROM facts ORDER BY seq DESC LIMIT 1").fetchone() or (
            0,
            GENESIS,
        )
        self.shop = stock.load(self.db, policy or Policy(), bytes.fromhex(values["claim_key"]))
        self.cycle = self._saved_cycle = load_cycle(self.db)
        self.marks: dict[str, int] = dict(self.db.execute("SELECT source, mark FROM marks").fetchall())
        self.balances: dict[str, int] = dict(self.db.execute("SELECT account, cents FROM balances").fetchall())

    def append(
        self,
        stamp: Stamp,
        cycle: Cycle,
        facts: Iterable[Fact],
        marks: Mapping[str, int] | None = None,
        keeps: Iterable[PutMaker | PutProduct] = (),
    ) -> None:
        """Write one decision, whole: its facts with postings and stock, the new cycle, device marks, words about people.

        Raises sqlite3.Error when the disk refuses; then nothing was written and nothing here has changed.
        """
        written = _Written(self.seq, self.head, self.shop, dict(self.balances))
        with transaction(self.db):
            for fact in facts:
                self._write(written, stamp, fact)
            if cycle != self._saved_cycle:
                self.db.execute("INSERT OR REPLACE INTO cycle VALUES (1, ?)", (_plain(cycle),))
            self.db.executemany("INSERT OR REPLACE INTO marks VALUES (?, ?)", (marks or {}).items())
            for words in keeps:
                people.keep(self.db, words)
        self.seq, self.head, self.shop, self.balances = written.seq, written.head, written.shop, written.balances
        self.cycle = self._saved_cycle = cycle
        self.marks.update(marks or {})

    def _write(self, written: "_Written", stamp: Stamp, fact: Fact) -> None:
        seq, body = written.seq + 1, _plain(fact)
        row = (
            self.epoch,
            seq,
            stamp.boot_id,
            stamp.mono_ms,
            stamp.wall_ms,
            int(stamp.trusted),
            type(fact).__name__,
            body,
        )
        link = chain(written.head, row)
        self.db.execute(
            "INSERT INTO facts (epoch, seq, boot_id, mono_ms, wall_ms, trusted, type, body, prev, hash)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*row, written.head, link),
        )
        self._post(written, seq, postings(fact))
        shop = shops.after(written.shop, fact)
        if shop is not written.shop:
            stock.save(self.db, seq, written.shop, shop)
        written.seq, written.head, written.shop = seq, link, shop

    def _post(self, written: "_Written", seq: int, lines: tuple[Posting, ...]) -> None:
        assert sum(line.cents for line in lines) == 0, f"fact {seq} does not balance: {lines}"
        for number, line in enumerate(lines):
            self.db.execute("INSERT INTO postings VALUES (?, ?, ?, ?)", (seq, number, line.account, line.cents))
            self.db.execute(
                "INSERT INTO balances VALUES (?, ?) ON CONFLICT (account) DO UPDATE SET cents = cents + excluded.cents",
                (line.account, line.cents),
            )
            cents = written.balances.get(line.account, 0) + line.cents
            assert kind(line.account) not in NEVER_NEGATIVE or cents <= 0, f"{line.account} would be {cents}"
            written.balances[line.account] = cents

    def sale(self, vend_id: int) -> tuple[Sold | None, bool]:
        """The sale of this vend, if there was one, and whether it was taken back since."""
        rows = self.db.execute(
            "SELECT type, body FROM facts WHERE type IN ('Sold', 'SaleRefunded') AND body ->> '$.vend_id' = ?",
            [vend_id],
        )
        found = [read_fact(*row) for row in rows]
        sold = next((fact for fact in found if isinstance(fact, Sold)), None)
        return sold, any(isinstance(fact, SaleRefunded) for fact in found)

    def boots(self) -> int:
        """How often this machine has started on these books."""
        row = self.db.execute("SELECT boot_id FROM facts ORDER BY seq DESC LIMIT 1").fetchone()
        return int(row[0]) if row else 0

    def rest(self, idle: bool) -> None:
        """Fold the log into the database, when the machine is idle or the log has grown long.

        It waits for no reader: a checkpoint would wait as long as a writer may, while a coin comes in.
        """
        wal = self.path.with_name(self.path.name + "-wal")
        size_bytes = wal.stat().st_size if wal.exists() else 0
        if size_bytes and (idle or size_bytes > WAL_BYTES_MAX):
            self.db.execute("PRAGMA busy_timeout=0")
            self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self.db.execute(f"PRAGMA busy_timeout={BUSY_MS}")

    def close(self) -> None:
        self.db.close()


@dataclass(slots=True)
class _Written:
    """What the books will be once the transaction is through."""

    seq: int
    head: bytes
    shop: Shop
    balances: dict[str, int]


def chain(prev: bytes, row: tuple[int | str, ...]) -> bytes:
    """The hash of a fact: SHA-256 over the hash before it and the row from `epoch` to `body` as a JSON list."""
    return hashlib.sha256(prev + json.dumps(row, separators=(",", ":"), ensure_ascii=False).encode()).digest()


def read_fact(kind: str, body: str) -> Fact:
    """A fact from its row. Raises ValueError for a type or form this Minga does not know."""
    if not _FORMS:
        kinds = (kind for kind in vars(facts).values() if isinstance(kind, type) and issubclass(kind, Fact))
        _FORMS.update({kind.__name__: TypeAdapter(kind) for kind in kinds if kind is not Fact})
    if kind not in _FORMS:
        raise ValueError(f"no fact is called {kind!r}")
    fact: Fact = _FORMS[kind].validate_json(body)
    return fact


def _plain(value: Fact | Cycle) -> str:
    return _WRITER.encode(value)


def _fields(value: object) -> dict[str, Any]:
    """A frozen value's fields by name; three times as fast as `dataclasses.asdict`, which copies what cannot change."""
    return {name: getattr(value, name) for name in value.__slots__}  # type: ignore[attr-defined]


_WRITER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, default=_fields)


def load_cycle(db: sqlite3.Connection) -> Cycle:
    row = db.execute("SELECT body FROM cycle").fetchone()
    return _cycle_form().validate_json(row[0]) if row else Cycle()


@cache
def _cycle_form() -> TypeAdapter[Cycle]:
    """Made once: it takes longer to make than a sale to write."""
    return TypeAdapter(Cycle)
