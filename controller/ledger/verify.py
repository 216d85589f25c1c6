"""The auditor: derives everything again from the facts and says what does not agree.

It trusts only the facts' own bytes, and not even those before their chain of hashes is checked. Each complaint names the
invariant, the fact and the numbers. `minga ledger verify` runs it; so does every crash test.
"""

import sqlite3
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from controller.domain import facts as f
from controller.domain import shop as shops
from controller.domain.accounts import CREDIT, HOLD, PLACES, kind, postings
from controller.domain.catalog import Share
from controller.domain.claims import code
from controller.domain.cycle import Cycle
from controller.domain.shop import Policy, Shop
from controller.ledger import stock
from controller.ledger.journal import GENESIS, NEVER_NEGATIVE, chain, load_cycle, read_fact


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing that does not agree. `seq` is the fact it was noticed at, None for the books as a whole."""

    invariant: str
    words: str
    seq: int | None = None

    def __str__(self) -> str:
        where = f" at fact {self.seq}" if self.seq is not None else ""
        return f"{self.invariant}{where}: {self.words}"


@dataclass(slots=True)
class _Audit:
    """What the facts say so far."""

    claim_key: bytes
    shop: Shop
    head: bytes = GENESIS
    prev: bytes = GENESIS
    seq: int = 0
    epoch: int = 1
    balances: Counter[str] = field(default_factory=Counter)
    claim_ids: int = 0
    sales: dict[int, tuple[int, tuple[Share, ...]]] = field(default_factory=dict)
    """Finished sales that were not taken back."""
    vend: f.VendStarted | None = None
    payout: f.PayoutStarted | None = None
    vend_ids: int = 0
    payout_ids: int = 0
    inserted_cents: int = 0
    gone_cents: int = 0
    complaints: list[Complaint] = field(default_factory=list)

    def complain(self, invariant: str, words: str) -> None:
        self.complaints.append(Complaint(invariant, words, self.seq))


def verify(db: sqlite3.Connection, stop_at_first: bool = False) -> list[Complaint]:
    """Every complaint about these books, none when they are whole. Reads one snapshot, so a running machine may write."""
    db.execute("BEGIN")
    try:
        return _audit(db, stop_at_first)
    except (ValueError, KeyError, TypeError) as error:
        return [Complaint("rubbish", f"a row beside the facts cannot be understood: {error!r}")]
    finally:
        db.execute("COMMIT")


def _audit(db: sqlite3.Connection, stop_at_first: bool) -> list[Complaint]:
    values = dict(tuple(row) for row in db.execute("SELECT key, value FROM machine"))
    audit = _Audit(
        bytes.fromhex(values["claim_key"]), Shop(policy=Policy(), claim_key=bytes.fromhex(values["claim_key"]))
    )
    lines = _lines(db)
    for row in db.execute(
        "SELECT epoch, seq, boot_id, mono_ms, wall_ms, trusted, type, body, prev, hash FROM facts ORDER BY seq"
    ):
        _link(audit, tuple(row))
        _fact(audit, tuple(row)[6:8], lines.pop(audit.seq, []))
        if stop_at_first and audit.complaints:
            return audit.complaints
    for seq in lines:
        audit.complaints.append(Complaint("postings", "lines that belong to no fact", seq))
    audit.complaints += [*_whole(audit, db)]
    return audit.complaints


def _link(audit: _Audit, row: tuple[Any, ...]) -> None:
    *hashed, prev, link = row
    seq = hashed[1]
    if seq != audit.seq + 1:
        audit.complain("chain", f"the next fact has number {seq}")
    audit.seq = seq
    if prev != audit.head or link != chain(audit.head, tuple(hashed)):
        audit.complain("chain", "its hash does not follow from the fact before it")
    audit.prev, audit.head = prev, link
    epoch, begins = hashed[0], hashed[6] == f.Restored.__name__
    if epoch < audit.epoch + begins or (epoch > audit.epoch and not begins):
        audit.complain("epoch", f"it is of epoch {epoch}, after epoch {audit.epoch}; only a restore begins one")
    audit.epoch = epoch


def _fact(audit: _Audit, row: tuple[str, str], lines: list[tuple[str, int]]) -> None:
    try:
        fact = read_fact(*row)
        shop = shops.after(audit.shop, fact)
    except (ValueError, KeyError) as error:
        audit.complain("facts", f"{row[0]} cannot be understood: {error}")
        return
    derived = [(line.account, line.cents) for line in postings(fact)]
    if sorted(lines) != sorted(derived) or sum(cents for _, cents in lines) != 0:
        audit.complain("postings", f"{row[0]} should post {derived}, the books have {lines}")
    for account, cents in derived:
        audit.balances[account] += cents
        if audit.balances[account] > 0 and kind(account) in NEVER_NEGATIVE:
            audit.complain("balances", f"{account} fell below zero")
        if audit.balances[account] < 0 and kind(account) in PLACES:
            audit.complain("balances", f"{account} fell below zero")
    _money(audit, fact)
    audit.shop = shop


def _money(audit: _Audit, fact: f.Fact) -> None:
    """One intent, one ending; ids never come back; the parts of a price are what the rule in force says."""
    match fact:
        case f.CreditTaken(cents=cents):
            audit.inserted_cents += cents
        case f.VendStarted():
            _vend_starts(audit, fact)
        case f.Sold(vend_id, slot, product, maker, price_cents, shares):
            audit.sales[vend_id] = (price_cents, shares)
            audit.gone_cents += price_cents
            vend = _vend_ends(audit, vend_id, price_cents)
            if vend and (slot, product, maker, shares) != (vend.slot, vend.product, vend.maker, vend.shares):
                audit.complain("vends", f"vend {vend_id} was sold otherwise than it was started")
        case f.VendFailed(vend_id, _, price_cents):
            _vend_ends(audit, vend_id, price_cents)
        case f.VendInDoubt(vend_id, _, price_cents):
            _vend_ends(audit, vend_id, price_cents)
        case f.PayoutStarted(payout_id):
            if audit.payout or payout_id <= audit.payout_ids:
                audit.complain("payouts", f"payout {payout_id} starts while another is open, or again")
            audit.payout, audit.payout_ids = fact, payout_id
        case f.Refunded(payout_id, cents) | f.ClaimOwed(payout_id, cents):
            audit.gone_cents += cents if isinstance(fact, f.Refunded) else 0
            if not audit.payout or payout_id != audit.payout.payout_id:
                audit.complain("payouts", f"payout {payout_id} ends, but it is not under way")
            elif not audit.balances[HOLD]:
                audit.payout = None
        case f.Restored():
            _restored(audit, fact)
        case f.ClaimSettled():
            _settled(audit, fact)
        case f.SaleRefunded(vend_id, price_cents, shares):
            _taken_back(audit, vend_id, price_cents, shares)
    if isinstance(fact, f.VendInDoubt | f.ClaimOwed | f.CreditAbandoned):
        _claim(audit, fact)


def _vend_starts(audit: _Audit, vend: f.VendStarted) -> None:
    if audit.vend or vend.vend_id <= audit.vend_ids:
        audit.complain("vends", f"vend {vend.vend_id} starts while another is open, or again")
    audit.vend, audit.vend_ids = vend, vend.vend_id
    held = audit.shop.slots.get(vend.slot)
    if held is None or (held.product, held.maker, held.price_cents) != (vend.product, vend.maker, vend.price_cents):
        audit.complain("vends", f"vend {vend.vend_id} is not what slot {vend.slot} held, or not at its price")
    rule = audit.shop.rule
    if rule is None or vend.shares != rule.shares(vend.price_cents, vend.maker, vend.vend_id):
        audit.complain("shares", f"vend {vend.vend_id} is not shared by the rule in force: {vend.shares}")
    if sum(share.cents for share in vend.shares) != vend.price_cents:
        audit.complain("shares", f"the parts of vend {vend.vend_id} do not add up to {vend.price_cents} cents")


def _vend_ends(audit: _Audit, vend_id: int, price_cents: int) -> f.VendStarted | None:
    vend = audit.vend
    if vend is None or (vend.vend_id, vend.price_cents) != (vend_id, price_cents):
        audit.complain("vends", f"vend {vend_id} ends, but it is not under way at this price")
        return None
    audit.vend = None
    return vend


def _claim(audit: _Audit, fact: f.VendInDoubt | f.ClaimOwed | f.CreditAbandoned) -> None:
    audit.claim_ids += 1
    if fact.claim != code(audit.claim_key, audit.claim_ids):
        audit.complain("claims", f"claim {fact.claim} is not this machine's next code")


def _restored(audit: _Audit, fact: f.Restored) -> None:
    """A restore goes on where its backup ended, and skips ids of every kind."""
    before = (audit.epoch, audit.seq - 1, audit.prev.hex())
    if (fact.epoch, fact.seq, fact.head) != before or fact.ids_skipped < 0:
        audit.complain("epoch", f"the restore says {fact}, but stands after {before}")
    audit.vend_ids += fact.ids_skipped
    audit.payout_ids += fact.ids_skipped
    audit.claim_ids += fact.ids_skipped


def _settled(audit: _Audit, fact: f.ClaimSettled) -> None:
    """A claim is settled once, with its own money, and a doubt that was a sale is shared as its vend said."""
    claim = audit.shop.claims.get(fact.claim)
    if claim is None or (claim.account, claim.cents, claim.shares) != (fact.account, fact.cents, fact.shares):
        audit.complain("claims", f"claim {fact.claim} is settled, but it is not open like this")
    audit.gone_cents += fact.cents


def _taken_back(audit: _Audit, vend_id: int, price_cents: int, shares: tuple[Share, ...]) -> None:
    if audit.sales.pop(vend_id, None) != (price_cents, shares):
        audit.complain("refunds", f"sale {vend_id} is taken back otherwise than it was made, or twice")


def _whole(audit: _Audit, db: sqlite3.Connection) -> list[Complaint]:
    """The running results beside what the facts say."""
    found: list[Complaint] = []

    def same(invariant: str, words: str, stored: object, derived: object) -> None:
        if stored != derived:
            found.append(Complaint(invariant, f"{words}: the books have {stored}, the facts say {derived}"))

    stored = {account: cents for account, cents in _rows(db, "SELECT account, cents FROM balances") if cents}
    same("balances", "balances", stored, {account: cents for account, cents in audit.balances.items() if cents})
    same("balances", "the sum of all accounts", sum(audit.balances.values()), 0)
    waiting = -sum(audit.balances[account] for account in NEVER_NEGATIVE)
    same("money", "inserted = sold + returned + what waits", audit.inserted_cents, audit.gone_cents + waiting)
    shop = stock.load(db, audit.shop.policy, audit.shop.claim_key)
    for part in ("slots", "products", "makers", "rule", "claims"):
        same("claims" if part == "claims" else "stock", part, getattr(shop, part), getattr(audit.shop, part))
    same("epoch", "the epoch", int(*_rows(db, "SELECT value FROM machine WHERE key = 'epoch'")[0]), audit.epoch)
    cycle = load_cycle(db)
    same("cycle", "credit", cycle.credit_cents, -audit.balances[CREDIT])
    same("cycle", "hold", _held_cents(cycle), -audit.balances[HOLD])
    same("cycle", "the vend under way", cycle.vend and cycle.vend.vend_id, audit.vend and audit.vend.vend_id)
    same("cycle", "the last vend's number", cycle.last_vend_id, audit.vend_ids)
    same("cycle", "the last payout's number", cycle.last_payout_id, audit.payout_ids)
    same("cycle", "the last claim's number", cycle.last_claim_id, audit.claim_ids)
    same(
        "cycle",
        "the payout under way",
        cycle.payout and cycle.payout.payout_id,
        audit.payout and audit.payout.payout_id,
    )
    return found


def _held_cents(cycle: Cycle) -> int:
    return (cycle.vend.price_cents if cycle.vend else 0) + (cycle.payout.cents if cycle.payout else 0)


def _lines(db: sqlite3.Connection) -> dict[int, list[tuple[str, int]]]:
    lines: dict[int, list[tuple[str, int]]] = {}
    for seq, account, cents in _rows(db, "SELECT seq, account, cents FROM postings ORDER BY seq, line"):
        lines.setdefault(seq, []).append((account, cents))
    return lines


def _rows(db: sqlite3.Connection, query: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in db.execute(query)]
