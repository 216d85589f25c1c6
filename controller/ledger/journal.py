"""The journal: facts in a chain, one after another, each with its postings, in one transaction per decision.

`append` is the only function that writes the books. When it returns, the facts are on the disk; when it raises, nothing
happened. Every fact carries the hash of the one before it, so that no row can be changed, dropped or slipped in unseen.
Order is `seq`, never a clock.
"""

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from controller.domain import shop as shops
from controller.domain.accounts import Posting, kind, postings
from controller.domain.chain import GENESIS, Stamp, chain
from controller.domain.cycle import Cycle
from controller.domain.facts import Fact, ReversalFailed, Reversed, SaleRefunded, Sold
from controller.domain.shop import Policy, Shop
from controller.domain.stocking import PutMaker, PutProduct
from controller.ledger import people, running, stock
from controller.ledger.connection import BUSY_MS, open_writer, transaction
from controller.ledger.forms import plain, read_fact
from controller.ledger.schema import migrate

__all__ = ["GENESIS", "NEVER_NEGATIVE", "Journal", "Stamp", "chain", "load_cycle", "read_fact"]

NEVER_NEGATIVE = ("credit", "hold", "doubt", "claims", "unclaimed", "reversals")
_ADD_BALANCE = "INSERT INTO balances VALUES (?, ?) ON CONFLICT (account) DO UPDATE SET cents = cents + excluded.cents"
_PUT_MARK = "INSERT INTO marks VALUES (?, ?) ON CONFLICT (source) DO UPDATE SET mark = excluded.mark"
LATELY = 20_000
"""So many facts are some months; all of ten years would keep the brain from its coins for longer than it may."""
WAL_BYTES_MAX = 8_000_000
"""With a longer log than this the journal checkpoints even while a visitor is there."""


class Journal:
    """The open books. One thread uses it: the brain's."""

    def __init__(self, path: Path, policy: Policy | None = None, zone: str | None = None) -> None:
        """Open and load the books as the last commit left them. `zone` says where days begin; None: as before.

        Raises DatabaseError.
        """
        self.path = path
        self.db = open_writer(path)
        migrate(self.db)
        values = dict(self.db.execute("SELECT key, value FROM machine").fetchall())
        self.epoch = int(values["epoch"])
        self.zone = self._settled_in(values["zone"] if zone is None else zone, values["zone"])
        self.seq: int
        self.head: bytes
        last = self.db.execute("SELECT seq, hash FROM facts ORDER BY seq DESC LIMIT 1").fetchone()
        self.seq, self.head = last or (0, GENESIS)
        self._boot = running.boot(self.db, self.boots())
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
        boot = self._boot if self._boot.boot_id == stamp.boot_id else running.boot(self.db, stamp.boot_id)
        written = _Written(self.seq, self.head, self.shop, dict(self.balances), boot)
        with transaction(self.db):
            for fact in facts:
                self._write(written, stamp, fact)
            if cycle != self._saved_cycle:
                self.db.execute("INSERT OR REPLACE INTO cycle VALUES (1, ?)", (plain(cycle),))
            if marks:
                self.db.executemany(_PUT_MARK, marks.items())
            for words in keeps:
                people.keep(self.db, words)
        self.seq, self.head, self.shop, self.balances = written.seq, written.head, written.shop, written.balances
        self.cycle = self._saved_cycle = cycle
        self._boot = written.boot
        self.marks.update(marks or {})

    def _write(self, written: "_Written", stamp: Stamp, fact: Fact) -> None:
        seq, body = written.seq + 1, plain(fact)
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
        written.boot = running.keep(self.db, self.zone, written.boot, seq, stamp, fact)
        shop = shops.after(written.shop, fact)
        if shop is not written.shop:
            stock.save(self.db, seq, written.shop, shop)
        written.seq, written.head, written.shop = seq, link, shop

    def _post(self, written: "_Written", seq: int, lines: tuple[Posting, ...]) -> None:
        assert sum(line.cents for line in lines) == 0, f"fact {seq} does not balance: {lines}"
        if not lines:
            return
        numbered = [(seq, number, line.account, line.cents) for number, line in enumerate(lines)]
        self.db.executemany("INSERT INTO postings VALUES (?, ?, ?, ?)", numbered)
        self.db.executemany(_ADD_BALANCE, [row[2:] for row in numbered])
        for line in lines:
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

    def reversals(self, payment_id: int, number: str) -> list[Reversed | ReversalFailed]:
        """How the reversal of this payment has ended, and any that has ended with this number of a provider's; of late."""
        rows = self.db.execute(
            "SELECT type, body FROM facts WHERE seq > ? AND type IN ('Reversed', 'ReversalFailed')"
            " AND (body ->> '$.payment_id' = ? OR body ->> '$.proof' = ?)",
            (self.seq - LATELY, payment_id, number),
        )
        found = [read_fact(*row) for row in rows]
        return [fact for fact in found if isinstance(fact, Reversed | ReversalFailed)]

    def wish(self, wish_id: str) -> Fact | None:
        """The fact that the wish with this id has become, if it was granted."""
        row = self.db.execute("SELECT type, body FROM wishes JOIN facts USING (seq) WHERE wish_id = ?", [wish_id])
        found = row.fetchone()
        return read_fact(*found) if found else None

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

    def _settled_in(self, zone: str, kept: str) -> ZoneInfo:
        if zone == kept:
            return running.zone_called(zone)
        with transaction(self.db):
            return running.settle_in(self.db, zone)


@dataclass(slots=True)
class _Written:
    """What the books will be once the transaction is through."""

    seq: int
    head: bytes
    shop: Shop
    balances: dict[str, int]
    boot: running.Boot


def load_cycle(db: sqlite3.Connection) -> Cycle:
    row = db.execute("SELECT body FROM cycle").fetchone()
    return _cycle_form().validate_json(row[0]) if row else Cycle()


@cache
def _cycle_form() -> TypeAdapter[Cycle]:
    """Made once: it takes longer to make than a sale to write."""
    return TypeAdapter(Cycle)
