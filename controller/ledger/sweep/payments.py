"""Payments with no drop: each payment by wallet or card that was asked for, told from its own facts, and where it is now.

One that has paid for a piece is not among them, nor one that waits in a doubt, nor one that was never paid and is watched
no longer. Facts are read from the newest backwards, no further than to where the oldest open payment was asked for.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from controller.domain import facts as f
from controller.domain.wallet import Stage
from controller.ledger.forms import read_fact
from controller.ledger.sweep.line import Line, What, line

PaymentFact = (
    f.PaymentAsked
    | f.PaymentTaken
    | f.PaymentDropped
    | f.PaymentLate
    | f.PaymentOver
    | f.ReversalDue
    | f.ReversalAccepted
    | f.ReversalBounced
    | f.Reversed
    | f.ReversalFailed
)
_TYPES = ", ".join(f"'{kind.__name__}'" for kind in PaymentFact.__args__)
_BACKWARDS = f"SELECT seq, type, body FROM facts WHERE type IN ({_TYPES}) ORDER BY seq DESC"
_OF_THESE_DAYS = f"SELECT DISTINCT body ->> '$.payment_id' FROM facts WHERE type IN ({_TYPES}) AND seq BETWEEN ? AND ?"
_OPEN = {Stage.ASKED: What.ASKED, Stage.DROPPED: What.WATCHED, Stage.TAKEN: What.CREDIT}


@dataclass(frozen=True, slots=True)
class Told:
    """What the facts say of one payment, oldest first."""

    seqs: tuple[int, ...]
    facts: tuple[PaymentFact, ...]

    def last(self, *kinds: type[f.Fact]) -> tuple[int, Any] | None:
        """The last fact of these kinds, with its number."""
        both = zip(reversed(self.seqs), reversed(self.facts), strict=True)
        return next(((seq, fact) for seq, fact in both if isinstance(fact, kinds)), None)


def payments(db: sqlite3.Connection, seqs: range) -> list[Line]:
    """Those of these facts, and all that are still open, by when they were paid, or else asked for."""
    open_stages = {number: Stage(stage) for number, stage in db.execute("SELECT payment_id, stage FROM payments")}
    mentioned = db.execute(_OF_THESE_DAYS, (seqs.start, seqs.stop - 1))
    wanted = {number for (number,) in mentioned} | set(open_stages)
    claims = {code for (code,) in db.execute("SELECT code FROM claims")}
    stories = told(db, wanted)
    found = (_line(db, story, open_stages.get(number), claims) for number, story in stories.items())
    return sorted((one for one in found if one), key=lambda one: one.seq)


def told(db: sqlite3.Connection, wanted: set[int]) -> dict[int, Told]:
    """The story of each of these payments."""
    stories: dict[int, list[tuple[int, PaymentFact]]] = {number: [] for number in wanted}
    unread = set(wanted)
    for seq, fact in _backwards(db) if unread else ():
        if fact.payment_id in stories:
            stories[fact.payment_id].insert(0, (seq, fact))
            if isinstance(fact, f.PaymentAsked):
                unread.discard(fact.payment_id)
        if not unread:
            break
    return {number: Told(*zip(*story, strict=True)) for number, story in stories.items() if story}


def _backwards(db: sqlite3.Connection) -> Iterator[tuple[int, PaymentFact]]:
    for seq, kind, body in db.execute(_BACKWARDS):
        fact = read_fact(kind, body)
        assert isinstance(fact, PaymentFact)
        yield seq, fact


def _line(db: sqlite3.Connection, story: Told, stage: Stage | None, claims: set[str]) -> Line | None:
    """Nothing for a payment that has its drop, its doubt, or never was one."""
    asked, last = story.facts[0], story.facts[-1]
    if isinstance(last, f.PaymentOver) or not isinstance(asked, f.PaymentAsked):
        return None
    seq, paid = story.last(f.PaymentTaken, f.PaymentLate) or (story.seqs[0], asked)
    about = {"payment_id": asked.payment_id, "provider": asked.provider, "reference": asked.reference}
    about |= {"slot": asked.slot, "cents": paid.cents, "late": isinstance(paid, f.PaymentLate)}
    match last:
        case f.Reversed(proof=proof, by=by, witness=witness):
            return line(db, What.WENT_BACK, seq, number=proof, by=by, witness=witness, **about)
        case f.ReversalFailed(reason=why, claim=claim, by=by, witness=witness, place=place):
            what = What.SETTLED if claim not in claims else What.BACK_IN_DOUBT if place else What.OWED
            return line(db, what, seq, why=why, claim=claim, by=by, witness=witness, **about)
        case f.PaymentLate() | f.ReversalDue() | f.ReversalAccepted() | f.ReversalBounced():
            since, _ = story.last(f.PaymentLate, f.ReversalDue) or (seq, paid)
            number = last.proof if isinstance(last, f.ReversalAccepted) else ""
            return line(db, What.ON_ITS_WAY, since, number=number, **about)
        case _:
            return line(db, _OPEN[stage], seq, **about) if stage in _OPEN else None
