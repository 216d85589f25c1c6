"""The auditor: derives everything again from the facts and says what does not agree.

It trusts only the facts' own bytes, and not even those before their chain of hashes is checked. Each complaint names the
invariant, the fact and the numbers. `minga ledger verify` runs it; so does every crash test. Facts and their lines are read
side by side, once, so the length of the books costs time and no memory.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from itertools import groupby
from math import inf
from operator import itemgetter
from typing import Any

from controller.domain import facts as f
from controller.domain.accounts import CREDIT, HOLD, PLACES, kind, postings
from controller.domain.chain import HASHED, Stamp, chain
from controller.domain.cycle import Cycle
from controller.domain.shop import Policy, Shop
from controller.domain.times import BootClock
from controller.ledger import stock
from controller.ledger.audit import Audit, Complaint, heed
from controller.ledger.connection import DatabaseError
from controller.ledger.daybook import COUNTED, Daybook
from controller.ledger.forms import read_fact
from controller.ledger.journal import NEVER_NEGATIVE, load_cycle
from controller.ledger.running import clocks_from, zone_of

__all__ = ["Complaint", "verify"]

Line = tuple[str, int]
Clocks = dict[int, tuple[int, BootClock]]
STOCK = ("slots", "products", "makers", "rule", "closed_hoppers", "assembly", "governance")
TOLD_MAX = 3
SPANS = "SELECT day >> 5, account, sum(pieces), sum(earned_cents), sum(paid_cents) FROM days GROUP BY 1, 2"
"""How many differences between two tables one complaint names."""


def verify(db: sqlite3.Connection, stop_at_first: bool = False) -> list[Complaint]:
    """Every complaint about these books, none when they are whole. Reads one snapshot, so a running machine may write."""
    db.execute("BEGIN")
    try:
        return _audit(db, stop_at_first)
    except (ValueError, KeyError, TypeError, IndexError, DatabaseError) as error:
        return [Complaint("rubbish", f"a row beside the facts cannot be understood: {error!r}")]
    finally:
        db.execute("COMMIT")


def _audit(db: sqlite3.Connection, stop_at_first: bool) -> list[Complaint]:
    claim_key = bytes.fromhex(_rows(db, "SELECT value FROM machine WHERE key = 'claim_key'")[0][0])
    audit = Audit(Shop(policy=Policy(), claim_key=claim_key), _taken_back(db))
    clocks = clocks_from(db)
    book = Daybook(zone_of(db), {boot_id: clock for boot_id, (_, clock) in clocks.items()})
    lines = _Lines(db)
    wishes = 0
    for row in _stream(db, f"SELECT {HASHED}, prev, hash FROM facts ORDER BY seq"):
        _link(audit, row)
        audit.complaints += [
            Complaint("postings", "lines that belong to no fact", seq) for seq in lines.before(audit.seq)
        ]
        fact = _fact(audit, row[6:8], lines.of(audit.seq))
        if fact:
            if row[6] in COUNTED:
                book.count(Stamp(*row[2:6]), fact)
            wishes += _wish(audit, db, fact)
        if stop_at_first and audit.complaints:
            return audit.complaints
    audit.complaints += [Complaint("postings", "lines that belong to no fact", seq) for seq in lines.before(inf)]
    known = _rows(db, "SELECT count(*) FROM wishes")[0][0]
    if known != wishes:
        audit.complaints.append(Complaint("wishes", f"the books know {known} wishes, the facts {wishes}"))
    audit.complaints += [*_whole(audit, db), *_counted(book, db), *_clocks(db, clocks)]
    return audit.complaints


# Fact by fact


def _link(audit: Audit, row: tuple[Any, ...]) -> None:
    epoch, seq, kind_of_fact, prev, link = row[0], row[1], row[6], row[8], row[9]
    if seq != audit.seq + 1:
        audit.complain("chain", f"the next fact has number {seq}")
    audit.seq = seq
    if prev != audit.head or link != chain(audit.head, row[:8]):
        audit.complain("chain", "its hash does not follow from the fact before it")
    audit.prev, audit.head = prev, link
    begins = kind_of_fact == f.Restored.__name__
    if epoch < audit.epoch + begins or (epoch > audit.epoch and not begins):
        audit.complain("epoch", f"it is of epoch {epoch}, after epoch {audit.epoch}; only a restore begins one")
    audit.epoch = epoch


def _fact(audit: Audit, row: tuple[str, str], lines: list[Line]) -> f.Fact | None:
    """Post the fact and heed what it means. None for one that cannot be understood."""
    try:
        fact = read_fact(*row)
        derived = [(line.account, line.cents) for line in postings(fact)]
        if lines != derived and sorted(lines) != sorted(derived):
            audit.complain("postings", f"{row[0]} should post {derived}, the books have {lines}")
        over_cents = 0
        for account, cents in derived:
            over_cents += cents
            balance = audit.balances[account] = audit.balances[account] + cents
            if balance * _wrong_sign(account) > 0:
                audit.complain("balances", f"{account} fell below zero")
        if over_cents:
            audit.complain("postings", f"the lines of {row[0]} sum to {over_cents} cents and not to none")
        heed(audit, fact)
    except (ValueError, KeyError) as error:
        audit.complain("facts", f"{row[0]} cannot be understood: {error}")
        return None
    return fact


@cache
def _wrong_sign(account: str) -> int:
    """The sign that a balance of this account never has, 0 when it may have either. Raises ValueError for a stranger."""
    if kind(account) in NEVER_NEGATIVE:
        return 1
    return -1 if kind(account) in PLACES else 0


def _wish(audit: Audit, db: sqlite3.Connection, fact: f.Fact) -> int:
    """How many wishes the fact fulfils, none or one; each id leads to the one fact it became."""
    wish_id = getattr(fact, "wish_id", "")
    if wish_id and _rows(db, "SELECT seq FROM wishes WHERE wish_id = ?", wish_id) != [(audit.seq,)]:
        audit.complain("wishes", f"the wish {wish_id!r} leads to another fact, or to none")
    return int(bool(wish_id))


def _taken_back(db: sqlite3.Connection) -> frozenset[int]:
    """The vends that will be taken back: of every other sale nothing needs to be remembered."""
    vends = set()
    for (body,) in _stream(db, "SELECT body FROM facts WHERE type = 'SaleRefunded'"):
        with suppress(ValueError):
            fact = read_fact("SaleRefunded", body)
            vends |= {fact.vend_id} if isinstance(fact, f.SaleRefunded) else set()
    return frozenset(vends)


class _Lines:
    """The postings, read along with the facts."""

    def __init__(self, db: sqlite3.Connection) -> None:
        rows = _stream(db, "SELECT seq, account, cents FROM postings ORDER BY seq, line")
        self._facts = groupby(rows, itemgetter(0))
        self._next = next(self._facts, None)

    def before(self, seq: float) -> Iterator[int]:
        """Facts before `seq` that still have lines although no such fact came by."""
        while self._next and self._next[0] < seq:
            yield self._next[0]
            self._next = next(self._facts, None)

    def of(self, seq: int) -> list[Line]:
        """The lines of this fact."""
        if self._next is None or self._next[0] != seq:
            return []
        lines = [(account, cents) for _, account, cents in self._next[1]]
        self._next = next(self._facts, None)
        return lines


# The running results


def _whole(audit: Audit, db: sqlite3.Connection) -> Iterator[Complaint]:
    """Money, shelf and cycle beside what the facts say."""
    balances = {account: cents for account, cents in audit.balances.items() if cents}
    stored = {account: cents for account, cents in _rows(db, "SELECT account, cents FROM balances") if cents}
    yield from _same("balances", "balances", stored, balances)
    yield from _same("balances", "the sum of all accounts", sum(balances.values()), 0)
    waiting = -sum(audit.balances[account] for account in NEVER_NEGATIVE)
    money = "inserted = sold + returned + what waits"
    yield from _same("money", money, audit.inserted_cents, audit.gone_cents + waiting)
    shop = stock.load(db, audit.shop.policy, audit.shop.claim_key)
    for part in (*STOCK, "claims", "payments", "vouchers_wait_min"):
        invariant = "stock" if part in STOCK else part.partition("_")[0]
        yield from _same(invariant, part, getattr(shop, part), getattr(audit.shop, part))
    yield from _same("stock", "who joined when", dict(_rows(db, "SELECT maker, seq FROM joined")), audit.joined)
    rules = _rows(db, "SELECT rule_id, from_seq, weights FROM rules")
    approved = {rule_id: (seq, stock.weights_from(weights)) for rule_id, seq, weights in rules}
    yield from _same("stock", "rules", approved, audit.rules)
    yield from _same("claims", "since when", dict(_rows(db, "SELECT code, seq FROM claims")), audit.claim_seqs)
    spent = dict(_rows(db, "SELECT voucher_id, seq FROM vouchers_spent"))
    yield from _same("vouchers", "spent vouchers", spent, audit.voucher_seqs)
    epoch = int(_rows(db, "SELECT value FROM machine WHERE key = 'epoch'")[0][0])
    yield from _same("epoch", "the epoch", epoch, audit.epoch)
    yield from _cycle(audit, load_cycle(db))


def _cycle(audit: Audit, cycle: Cycle) -> Iterator[Complaint]:
    vend, payout = cycle.vend, cycle.payout
    held_cents = (vend.price_cents if vend else 0) + (payout.cents if payout else 0)
    for words, stored, derived in (
        ("credit", cycle.credit_cents, -audit.balances[CREDIT]),
        ("hold", held_cents, -audit.balances[HOLD]),
        ("the vend under way", vend and vend.vend_id, audit.vend and audit.vend.vend_id),
        ("the payout under way", payout and payout.payout_id, audit.payout and audit.payout.payout_id),
        ("the trial under way", cycle.trial and cycle.trial.trial_id, audit.trial and audit.trial.trial_id),
        ("the last vend's number", cycle.last_vend_id, audit.vend_ids),
        ("the last payout's number", cycle.last_payout_id, audit.payout_ids),
        ("the last claim's number", cycle.last_claim_id, audit.claim_ids),
        ("the last payment's number", cycle.last_payment_id, audit.payment_ids),
        ("the last pairing's number", cycle.last_pairing_id, audit.pairing_ids),
    ):
        yield from _same("cycle", words, stored, derived)


def _counted(book: Daybook, db: sqlite3.Connection) -> Iterator[Complaint]:
    """Tallies and days beside what the facts count for."""
    tallies = {name: tally for name, *tally in _rows(db, "SELECT kind, facts, cents FROM tallies")}
    yield from _same("tallies", "tallies", tallies, {name: [*tally] for name, tally in book.tallies.items()})
    rows = _rows(db, "SELECT day, account, pieces, earned_cents, paid_cents FROM days")
    days = {(day, account): figures for day, account, *figures in rows if any(figures)}
    yield from _same("days", "days", days, {key: [*figures] for key, figures in book.days.items() if any(figures)})
    spans = (
        {(span, account): figures for span, account, *figures in _rows(db, rows) if any(figures)}
        for rows in ("SELECT * FROM spans", SPANS)
    )
    yield from _same("days", "spans of days", *spans)


def _clocks(db: sqlite3.Connection, clocks: Clocks) -> Iterator[Complaint]:
    rows = _rows(db, "SELECT boot_id, first_seq, offset_ms, trusted FROM clocks")
    stored = {boot_id: (seq, BootClock(offset_ms, bool(trusted))) for boot_id, seq, offset_ms, trusted in rows}
    yield from _same("clocks", "clocks of starts", stored, clocks)


def _same(invariant: str, words: str, stored: object, derived: object) -> Iterator[Complaint]:
    """A complaint when the two differ; of two tables it names the first rows in which they do."""
    if stored == derived:
        return
    if isinstance(stored, Mapping) and isinstance(derived, Mapping):
        keys = [key for key in {**stored, **derived} if stored.get(key) != derived.get(key)]
        stored, derived = ({key: table.get(key) for key in keys[:TOLD_MAX]} for table in (stored, derived))
        words += f" ({len(keys)} differ)"
    yield Complaint(invariant, f"{words}: the books have {stored}, the facts say {derived}")


def _rows(db: sqlite3.Connection, query: str, *values: object) -> list[tuple[Any, ...]]:
    return list(_stream(db, query, *values))


def _stream(db: sqlite3.Connection, query: str, *values: object) -> Iterator[tuple[Any, ...]]:
    """Plain tuples, whatever the connection makes of its rows, one after another."""
    return map(tuple, db.execute(query, values))
