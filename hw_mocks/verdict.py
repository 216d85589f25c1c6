"""The oracle of the demo: what physically happened in the world, beside what the books say. Outside both."""

from collections import Counter
from pathlib import Path
from typing import Any

from controller.ledger import reports
from controller.ledger.connection import open_readonly
from controller.ledger.reports import Totals
from controller.ledger.verify import verify


def judge(database: Path, truth: dict[str, Any]) -> tuple[Totals, list[str]]:
    """The totals of the books, and every invariant that does not hold against the world's truth."""
    db = open_readonly(database)
    totals = reports.totals(db)
    complaints = [str(complaint) for complaint in verify(db)]
    complaints += _money(db, totals, truth)
    complaints += _pieces(db, totals, truth)
    db.close()
    return totals, complaints


def _money(db: Any, totals: Totals, truth: dict[str, Any]) -> list[str]:
    in_box_cents, out_cents = (
        sum(c["cents"] for c in truth["coins"] if c["place"] == where) for where in ("box", "out")
    )
    float_cents = _float_cents(db)
    complaints = []
    if totals.inserted_cents != in_box_cents:
        complaints.append(f"{in_box_cents} cents went into the box, {totals.inserted_cents} are in the books")
    if totals.returned_cents != out_cents:
        complaints.append(f"{out_cents} cents left the hoppers, {totals.returned_cents} by the books")
    if not totals.adds_up:
        complaints.append(f"inserted is not sold + returned + what waits: {totals}")
    if sum(totals.cash.values()) != in_box_cents + float_cents - out_cents:
        complaints.append(
            f"{in_box_cents + float_cents - out_cents} cents lie in the machine, the books have {totals.cash}"
        )
    if totals.hold_cents:
        complaints.append(f"{totals.hold_cents} cents are held after closing time")
    shared_cents = sum(totals.makers.values()) + sum(totals.funds.values())
    if shared_cents != totals.sold_cents:
        complaints.append(f"makers and funds have {shared_cents} of {totals.sold_cents} cents sold")
    return complaints


def _float_cents(db: Any) -> int:
    """What was lent to the hoppers before the first visitor came."""
    rows = db.execute(
        "SELECT body ->> '$.cents' FROM facts WHERE type = 'CashMoved' AND body ->> '$.credit' LIKE 'float:%'"
    )
    return sum(cents for (cents,) in rows)


def _pieces(db: Any, totals: Totals, truth: dict[str, Any]) -> list[str]:
    """Every piece that fell is a sale or a doubt of its slot; no motor started more often than it was told to.

    It is told to by each vend, and by whoever opens a closed slot: then a spiral in mid-turn comes home.
    """
    told = _by_slot(db, "VendStarted") + _by_slot(db, "SlotOpened")
    sold, doubted, fell = _by_slot(db, "Sold"), _by_slot(db, "VendInDoubt"), Counter(p["slot"] for p in truth["pieces"])
    complaints = []
    for slot, spiral in truth["spirals"].items():
        if spiral["starts"] > told[slot]:
            complaints.append(f"the motor of {slot} started {spiral['starts']} times, told to {told[slot]} times")
        if not sold[slot] <= fell[slot] <= sold[slot] + doubted[slot]:
            complaints.append(f"{fell[slot]} pieces of {slot} fell: {sold[slot]} sold, {doubted[slot]} in doubt")
    if sum(sold.values()) != totals.sales:
        complaints.append(f"{totals.sales} sales are not {sum(sold.values())}")
    return complaints


def _by_slot(db: Any, fact: str) -> Counter[str]:
    rows = db.execute("SELECT body ->> '$.slot', count(*) FROM facts WHERE type = ? GROUP BY 1", [fact])
    return Counter(dict(rows.fetchall()))
