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
    coins_cents = Counter[str]()
    for coin in truth["coins"]:
        coins_cents[coin["place"]] += coin["cents"]
    mdb = truth.get("mdb", {})
    out_cents, card, wallets = coins_cents["out"], mdb.get("card") or Counter(), truth.get("wallets", {}).values()
    kept_cents = coins_cents["box"] + coins_cents["tube"] + mdb.get("bills_cents", 0)
    back_cents = sum(sum(wallet["returned_cents"].values()) for wallet in wallets)
    paid_cents, refunded_cents = card["paid_cents"] + card["held_cents"], card["refunded_cents"] + back_cents
    paid_cents += sum(sum(wallet["paid_cents"].values()) for wallet in wallets) - back_cents
    known = reports.balances(db)
    paper_cents = known.get("vouchers", 0)
    here_cents = _float_cents(db) + kept_cents - out_cents + paid_cents
    unsure_cents = _unsure_cents(db)
    complaints = _tubes(totals, mdb.get("tubes", {}))
    if not 0 <= totals.inserted_cents - kept_cents - paid_cents - refunded_cents - paper_cents <= unsure_cents:
        complaints.append(
            f"{kept_cents} cents went into the box, the tubes and the stacker, {paid_cents + refunded_cents} came by card "
            f"or wallet, {paper_cents} by voucher, {totals.inserted_cents} are in the books"
        )
    if not 0 <= out_cents + refunded_cents - totals.returned_cents <= unsure_cents:
        complaints.append(
            f"{out_cents} cents left hoppers and tubes and {refunded_cents} went back to cards and wallets, "
            f"{totals.returned_cents} by the books"
        )
    if not totals.adds_up:
        complaints.append(f"inserted is not sold + returned + what waits: {totals}")
    if not 0 <= sum(totals.cash.values()) - here_cents <= unsure_cents:
        complaints.append(f"{here_cents} cents lie in the machine or with the bank, the books have {totals.cash}")
    if totals.hold_cents:
        complaints.append(f"{totals.hold_cents} cents are held after closing time")
    fees_cents = sum(cents for name, cents in known.items() if name.startswith("fee:"))
    shared_cents = sum(totals.makers.values()) + sum(totals.funds.values()) + fees_cents
    if shared_cents != totals.sold_cents:
        complaints.append(f"makers, funds and fees have {shared_cents} of {totals.sold_cents} cents sold")
    return complaints


def _tubes(totals: Totals, tubes: dict[str, int]) -> list[str]:
    """Each tube holds what its account says, coin by coin."""
    return [
        f"{coins} coins of {cents} lie in their tube, the books have {totals.cash.get(f'tube:{cents}', 0)} cents"
        for cents, coins in tubes.items()
        if totals.cash.get(f"tube:{cents}", 0) != int(cents) * coins
    ]


def _float_cents(db: Any) -> int:
    """What was lent to hoppers and tubes before the first visitor came."""
    rows = db.execute(
        "SELECT body ->> '$.cents' FROM facts WHERE type = 'CashMoved' AND body ->> '$.credit' LIKE 'float:%'"
    )
    return sum(cents for (cents,) in rows)


def _unsure_cents(db: Any) -> int:
    """What a card or wallet may never have paid, or may have back already, for all the machine could see: owed in doubt."""
    rows = db.execute(
        "SELECT body ->> '$.cents' FROM facts WHERE type = 'ReversalFailed' AND coalesce(body ->> '$.place', '') <> ''"
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
