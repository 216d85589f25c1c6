"""What is owed: the open claims over money, each with the reason why it could not go back when it was asked for."""

import sqlite3
from collections.abc import Iterator
from typing import Any

from controller.domain import facts as f
from controller.ledger.forms import read_fact
from controller.ledger.sweep.line import Line, What, line

_OPEN = "SELECT facts.seq, type, body FROM claims JOIN facts USING (seq) WHERE type <> 'VendInDoubt' ORDER BY facts.seq"


def debts(db: sqlite3.Connection) -> Iterator[Line]:
    """Oldest first. A piece in doubt is none: nobody knows yet whether its price is owed."""
    for seq, kind, body in db.execute(_OPEN).fetchall():
        what, about = _why(read_fact(kind, body))
        yield line(db, what, seq, **about)


def _why(fact: f.Fact) -> tuple[What, dict[str, Any]]:
    match fact:
        case f.ClaimOwed(_, cents, claim):
            return What.HOPPERS_SHORT, {"cents": cents, "claim": claim}
        case f.CreditAbandoned(cents, claim):
            return What.LEFT_BEHIND, {"cents": cents, "claim": claim}
        case f.PayoutInDoubt(_, cents, place, claim):
            return What.COINS_IN_DOUBT, {"cents": cents, "claim": claim, "place": place}
        case f.ReversalFailed(payment_id, provider, cents, why, claim, by, witness, place):
            owed = {"cents": cents, "claim": claim, "payment_id": payment_id, "provider": provider, "why": why}
            what = What.BACK_IN_DOUBT if place else What.NOT_RETURNED
            return what, owed | {"by": by, "witness": witness, "place": place}
        case _:
            raise AssertionError(f"{fact} opens no claim")
