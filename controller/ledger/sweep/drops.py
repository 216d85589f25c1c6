"""Drops with no payment, and money that was spent with no drop: each visit held against the money that was put in.

A visit begins with the first money and is over when nothing is credit or held any more. What a sale takes must have been
there: the facts are added up anew, and a sale that they do not pay for is told, whatever the balances say. The other drops
with no payment are found by people: a count that misses pieces, a sale taken back, a doubt that was given back.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field

from controller.domain import facts as f
from controller.domain.accounts import CREDIT, DOUBT, HOLD, postings
from controller.ledger.forms import read_fact
from controller.ledger.sweep.line import Line, What, line

_HELD = f"SELECT seq, account, cents FROM postings WHERE account IN ('{CREDIT}', '{HOLD}') ORDER BY seq DESC, line DESC"
_OF_DOUBT = "SELECT seq, body FROM facts WHERE type = 'VendInDoubt' AND seq <= ? ORDER BY seq DESC"
_OPEN_DOUBTS = "SELECT facts.seq, body FROM claims JOIN facts USING (seq) WHERE type = 'VendInDoubt'"
_HOW_PAID = "SELECT body FROM facts WHERE type = 'PaymentOver' AND seq BETWEEN ? AND ? LIMIT 1"


@dataclass(slots=True)
class Drops:
    """What the facts of these days say. `vouchers` were spent in visits in which nothing fell."""

    unpaid: list[Line] = field(default_factory=list)
    vouchers: list[Line] = field(default_factory=list)


@dataclass(slots=True)
class Visit:
    """The money of one visitor so far, in the accounts' own signs, and what it was for."""

    held: dict[str, int] = field(default_factory=lambda: {CREDIT: 0, HOLD: 0})
    vouchers: list[tuple[int, f.VoucherTaken]] = field(default_factory=list)
    vend: f.VendStarted | None = None
    covered: bool = True
    """Whether the vend under way has taken no more than there was."""
    served: bool = False
    """Whether a piece fell, or may have."""

    def post(self, fact: f.Fact) -> None:
        """Add what the fact says about credit and hold."""
        for posting in postings(fact):
            if posting.account in self.held:
                self.held[posting.account] += posting.cents

    @property
    def is_over(self) -> bool:
        return not any(self.held.values())


def drops(db: sqlite3.Connection, seqs: range) -> Drops:
    """Walk through these facts, and before them to where the visit under way began."""
    found, visit = Drops(), Visit()
    for seq, fact in _facts(db, _began(db, seqs.start), seqs.stop):
        visit.post(fact)
        if isinstance(fact, f.VoucherTaken):
            visit.vouchers.append((seq, fact))
        if seq in seqs and (told := _unpaid(db, visit, seq, fact)):
            found.unpaid.append(told)
        _vend(visit, fact)
        if visit.is_over:
            found.vouchers += [] if visit.served else [_voucher(db, *taken) for taken in visit.vouchers]
            visit = Visit()
    return found


def doubts(db: sqlite3.Connection, seqs: range) -> list[Line]:
    """Every piece still in doubt, and those whose price was given back on these days."""
    found = [_doubt(db, What.DOUBT, seq, _read(body)) for seq, body in db.execute(_OPEN_DOUBTS).fetchall()]
    for seq, fact in _facts(db, seqs.start, seqs.stop):
        if isinstance(fact, f.ClaimSettled) and (fact.account, fact.verdict) == (DOUBT, f.Verdict.REFUNDED):
            began = next((doubt for _, doubt in _doubts_before(db, seq) if doubt.claim == fact.claim), None)
            if began:
                told = {"cents": fact.cents, "claim": fact.claim, "by": fact.by, "place": fact.place}
                told |= {"slot": began.slot, "vend_id": began.vend_id}
                found.append(line(db, What.DOUBT_REFUNDED, seq, **told))
    return found


def _unpaid(db: sqlite3.Connection, visit: Visit, seq: int, fact: f.Fact) -> Line | None:
    match fact:
        case f.Sold(vend_id, slot, _, _, cents) if not (
            visit.covered and visit.vend and (visit.vend.vend_id, visit.vend.price_cents) == (vend_id, cents)
        ):
            return line(db, What.UNPAID, seq, cents=cents, slot=slot, vend_id=vend_id)
        case f.SlotCounted(slot, before, after, by) if after < before:
            return line(db, What.MISSING, seq, slot=slot, pieces=before - after, by=by)
        case f.SaleRefunded(vend_id, cents, _, place, by, reason):
            return line(db, What.TAKEN_BACK, seq, cents=cents, vend_id=vend_id, place=place, by=by, why=reason)
        case _:
            return None


def _vend(visit: Visit, fact: f.Fact) -> None:
    """Which vend is under way, whether what was in pays for it, and whether something fell."""
    match fact:
        case f.VendStarted():
            visit.vend, visit.covered = fact, visit.held[CREDIT] <= 0
            visit.held[CREDIT] = min(0, visit.held[CREDIT])  # what is missing is told once, and not of the next visitor
        case f.Sold() | f.VendInDoubt():
            visit.held[HOLD] = min(0, visit.held[HOLD])
            visit.vend, visit.covered, visit.served = None, True, True
        case f.VendFailed():
            visit.vend, visit.covered = None, True


def _voucher(db: sqlite3.Connection, seq: int, taken: f.VoucherTaken) -> Line:
    return line(db, What.VOUCHER, seq, cents=taken.cents, voucher=taken.voucher_id)


def _doubt(db: sqlite3.Connection, what: What, seq: int, doubt: f.Fact) -> Line:
    assert isinstance(doubt, f.VendInDoubt)
    over = db.execute(
        _HOW_PAID, (seq + 1, seq + 2)
    ).fetchone()  # of the same commit: the slot closes, the payment is over
    paid = read_fact("PaymentOver", over[0]) if over else None
    payment_id = paid.payment_id if isinstance(paid, f.PaymentOver) and paid.outcome == "doubt" else 0
    told = {"cents": doubt.price_cents, "slot": doubt.slot, "vend_id": doubt.vend_id, "claim": doubt.claim}
    return line(db, what, seq, why=doubt.reason, payment_id=payment_id, **told)


def _doubts_before(db: sqlite3.Connection, seq: int) -> Iterator[tuple[int, f.VendInDoubt]]:
    for began, body in db.execute(_OF_DOUBT, [seq]):
        fact = _read(body)
        assert isinstance(fact, f.VendInDoubt)
        yield began, fact


def _read(body: str) -> f.Fact:
    return read_fact("VendInDoubt", body)


def _facts(db: sqlite3.Connection, first: int, stop: int) -> Iterator[tuple[int, f.Fact]]:
    for seq, kind, body in db.execute(
        "SELECT seq, type, body FROM facts WHERE seq >= ? AND seq < ? ORDER BY seq", (first, stop)
    ):
        yield seq, read_fact(kind, body)


def _began(db: sqlite3.Connection, seq: int) -> int:
    """The fact with which the visit that was under way before fact `seq` began; `seq` itself when there was none."""
    balances = db.execute("SELECT account, cents FROM balances WHERE account IN (?, ?)", (CREDIT, HOLD))
    held = {CREDIT: 0, HOLD: 0} | dict(balances.fetchall())
    began = None
    for at, account, cents in db.execute(_HELD):
        if at < seq and at != began and not any(held.values()):
            return began or seq
        held[account] -= cents
        began = at if at < seq else None
    return began or seq
