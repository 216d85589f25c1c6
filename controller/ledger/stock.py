"""The shelf on disk: a mirror of `controller.domain.shop.Shop`, written in one transaction with the facts that change it."""

import json
import sqlite3
from functools import reduce
from types import MappingProxyType

from controller.domain.assembly import Assembly
from controller.domain.assembly import after as after_fact
from controller.domain.catalog import (
    ALL,
    Account,
    Closed,
    MakerId,
    Product,
    ProductId,
    Share,
    Slot,
    SlotId,
    SplitRule,
    on_the_glass,
)
from controller.domain.facts import AssemblyFact
from controller.domain.shop import Claim, Policy, Shop
from controller.domain.wallet import Payment, Stage
from controller.ledger.decisions import governance
from controller.ledger.forms import read_fact
from controller.ledger.people import joined
from controller.ledger.running import coins_in_box

_PUT_SLOT = (
    "INSERT INTO slots VALUES (?, ?, ?, ?, ?) ON CONFLICT (slot) DO UPDATE SET product = excluded.product,"
    " quantity = excluded.quantity, capacity = excluded.capacity, closed = excluded.closed"
)
"""Changes the row where it lies: replacing it would write its index, and two pages of the card, as well."""
_PUT_PRODUCT = (
    "INSERT INTO products VALUES (?, ?, ?)"
    " ON CONFLICT (product) DO UPDATE SET maker = excluded.maker, price_cents = excluded.price_cents"
)


_RULE = (
    "SELECT rule_id, weights, body ->> '$.bears' FROM rules JOIN facts ON seq = from_seq ORDER BY rule_id DESC LIMIT 1"
)
"""Who bears the fees stands in the fact alone; a rule of an older form says nothing, which means all."""


def load(db: sqlite3.Connection, policy: Policy, claim_key: bytes) -> Shop:
    """The shop as the last commit left it."""
    products = {
        ProductId(name): Product(ProductId(name), MakerId(maker), price_cents)
        for name, maker, price_cents in db.execute("SELECT product, maker, price_cents FROM products ORDER BY product")
    }
    rows = db.execute("SELECT slot, product, quantity, capacity, closed FROM slots")
    slots = {SlotId(row[0]): _slot(row, products) for row in sorted(rows, key=lambda row: on_the_glass(row[0]))}
    rule = db.execute(_RULE).fetchone()
    return Shop(
        slots=MappingProxyType(slots),
        products=MappingProxyType(products),
        makers=joined(db),
        rule=SplitRule(rule[0], weights_from(rule[1]), rule[2] or ALL) if rule else None,
        claims=MappingProxyType(_claims(db)),
        closed_hoppers=MappingProxyType(dict(_closed_hoppers(db))),
        box_coins=coins_in_box(db, policy.box_coins_max),
        payments=MappingProxyType(_payments(db)),
        vouchers=frozenset(voucher_id for (voucher_id,) in db.execute("SELECT voucher_id FROM vouchers_spent")),
        vouchers_wait_min=_vouchers_wait_min(db),
        assembly=assembly(db),
        governance=governance(db),
        policy=policy,
        claim_key=claim_key,
    )


def assembly(db: sqlite3.Connection) -> Assembly:
    """Read from its own few facts, each time: there is no second form of it that could differ."""
    rows = db.execute("SELECT type, body FROM assembly JOIN facts USING (seq) ORDER BY seq")
    facts = (read_fact(*row) for row in rows)
    return reduce(after_fact, (fact for fact in facts if isinstance(fact, AssemblyFact)), Assembly())


def save(db: sqlite3.Connection, seq: int, before: Shop, after: Shop) -> None:
    """Write what differs; `seq` is the fact that made the difference."""
    db.executemany("INSERT INTO joined VALUES (?, ?)", [(maker, seq) for maker in sorted(after.makers - before.makers)])
    for name, product in after.products.items():
        if before.products.get(name) != product:
            row = (product.product, product.maker, product.price_cents)
            db.execute(_PUT_PRODUCT, row)
    for slot_id, slot in after.slots.items():
        if before.slots.get(slot_id) is not slot:
            held = (slot.slot, slot.product, slot.quantity, slot.capacity, slot.closed)
            db.execute(_PUT_SLOT, held)
    _save_claims(db, seq, before, after)
    _save_hoppers(db, before, after)
    _save_payments(db, before, after)
    _save_vouchers(db, seq, before, after)
    if after.rule and after.rule != before.rule:
        db.execute("INSERT INTO rules VALUES (?, ?, ?)", (after.rule.rule_id, seq, json.dumps(after.rule.weights)))


def _claims(db: sqlite3.Connection) -> dict[str, Claim]:
    rows = db.execute("SELECT code, account, cents, shares, place FROM claims ORDER BY seq")
    return {
        code: Claim(code, Account(account), cents, _shares_from(shares), place)
        for code, account, cents, shares, place in rows
    }


def _shares_from(text: str) -> tuple[Share, ...]:
    return tuple(Share(Account(account), cents) for account, cents in json.loads(text))


def _closed_hoppers(db: sqlite3.Connection) -> list[tuple[str, str]]:
    return [(place, reason) for place, reason in db.execute("SELECT place, reason FROM closed_hoppers ORDER BY place")]


def _save_claims(db: sqlite3.Connection, seq: int, before: Shop, after: Shop) -> None:
    """Open claims come and go; what became of each stands in the facts."""
    for code in before.claims.keys() - after.claims.keys():
        db.execute("DELETE FROM claims WHERE code = ?", [code])
    for code in after.claims.keys() - before.claims.keys():
        claim = after.claims[code]
        shares = json.dumps([[share.account, share.cents] for share in claim.shares])
        row = (code, seq, claim.account, claim.cents, shares, claim.place)
        db.execute("INSERT INTO claims (code, seq, account, cents, shares, place) VALUES (?, ?, ?, ?, ?, ?)", row)


def _save_hoppers(db: sqlite3.Connection, before: Shop, after: Shop) -> None:
    for place in before.closed_hoppers.keys() - after.closed_hoppers.keys():
        db.execute("DELETE FROM closed_hoppers WHERE place = ?", [place])
    for place, reason in after.closed_hoppers.items() - before.closed_hoppers.items():
        db.execute("INSERT OR REPLACE INTO closed_hoppers VALUES (?, ?)", (place, reason))


_PAYMENT = "payment_id, provider, reference, cents, slot, stage, proof"


def _payments(db: sqlite3.Connection) -> dict[int, Payment]:
    rows = db.execute(f"SELECT {_PAYMENT} FROM payments ORDER BY payment_id")
    return {
        number: Payment(number, provider, reference, cents, SlotId(slot), Stage(stage), proof)
        for number, provider, reference, cents, slot, stage, proof in rows
    }


def _save_payments(db: sqlite3.Connection, before: Shop, after: Shop) -> None:
    """Payments that are not over; what became of each stands in the facts."""
    if before.payments is after.payments:
        return
    for number in before.payments.keys() - after.payments.keys():
        db.execute("DELETE FROM payments WHERE payment_id = ?", [number])
    for number, payment in after.payments.items():
        if before.payments.get(number) != payment:
            asked = (number, payment.provider, payment.reference, payment.cents, payment.slot)
            row = (*asked, payment.stage, payment.proof)
            db.execute(f"INSERT OR REPLACE INTO payments ({_PAYMENT}) VALUES (?, ?, ?, ?, ?, ?, ?)", row)


_WAIT = "vouchers_wait_min"


def _vouchers_wait_min(db: sqlite3.Connection) -> int:
    row = db.execute("SELECT value FROM machine WHERE key = ?", [_WAIT]).fetchone()
    return int(row[0]) if row else -1


def _save_vouchers(db: sqlite3.Connection, seq: int, before: Shop, after: Shop) -> None:
    """A spent voucher stays; a second row for it would end the transaction, and with it whatever it would have paid."""
    if after.vouchers is not before.vouchers:
        spent = [(voucher_id, seq) for voucher_id in sorted(after.vouchers - before.vouchers)]
        db.executemany("INSERT INTO vouchers_spent VALUES (?, ?)", spent)
    if after.vouchers_wait_min != before.vouchers_wait_min:
        db.execute("INSERT OR REPLACE INTO machine VALUES (?, ?)", (_WAIT, str(after.vouchers_wait_min)))


def weights_from(text: str) -> tuple[tuple[str, int], ...]:
    return tuple((recipient, weight) for recipient, weight in json.loads(text))


def _slot(row: tuple[str, str, int, int, str | None], products: dict[ProductId, Product]) -> Slot:
    slot, name, quantity, capacity, closed = row
    product = products[ProductId(name)]
    reason = Closed(closed) if closed else None
    return Slot(SlotId(slot), product.product, product.maker, product.price_cents, quantity, capacity, reason)
