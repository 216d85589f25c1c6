"""A maker's lines out of the facts: each fact that touches her account, with its day and what there is to say of it."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from controller.domain import facts as f
from controller.domain.accounts import postings
from controller.domain.catalog import Account, Share
from controller.domain.selling import vat_cents
from controller.domain.times import BootClock, Moment
from controller.ledger.daybook import COUNTED, day_lines, local_day
from controller.ledger.diary import when
from controller.ledger.forms import read_fact
from controller.ledger.running import zone_of
from controller.ledger.sellers import Sellers, sellers
from controller.ledger.statement import earlier
from controller.ledger.statement.line import Line, What

_TOUCHES = (
    "SELECT seq, mono_ms, wall_ms, facts.trusted, offset_ms, clocks.trusted, type, body FROM facts"
    " CROSS JOIN clocks USING (boot_id) WHERE seq BETWEEN ? AND ?"
    f" AND type IN ({', '.join(map(repr, COUNTED))}) AND instr(body, ?) ORDER BY seq"
)
"""The text search only keeps strangers' facts from being read: what touches her account, the fact itself says."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line, the local day it belongs to (from 1 January 1970), and what it adds to that day's pieces, earned and paid."""

    day: int
    figures: tuple[int, int, int]
    line: Line


@dataclass
class Reading:
    """The books, opened at one maker's account."""

    db: sqlite3.Connection
    maker: str
    account: Account = field(init=False)
    zone: ZoneInfo = field(init=False)

    def __post_init__(self) -> None:
        self.account, self.zone = Account(f"maker:{self.maker}"), zone_of(self.db)

    def entries(self, seqs: range) -> Iterator[Entry]:
        """Her lines among these facts, in their order."""
        rows = self.db.execute(_TOUCHES, (seqs.start, seqs.stop - 1, f'{self.maker}"'))
        for seq, mono_ms, wall_ms, trusted, offset_ms, clock_trusted, kind, body in rows.fetchall():
            fact = read_fact(kind, body)
            hers = [line.figures for line in day_lines(fact) if line.account == self.account]
            if hers:
                moment = BootClock(offset_ms, bool(clock_trusted)).shows(mono_ms, wall_ms, bool(trusted))
                pieces, earned_cents, paid_cents = (sum(numbers) for numbers in zip(*hers, strict=True))
                figures = (pieces, earned_cents, paid_cents)
                yield Entry(local_day(moment.wall_ms, self.zone), figures, self._line(seq, moment, fact))

    def _line(self, seq: int, moment: Moment, fact: f.Fact) -> Line:
        what, about = self._about(seq, fact)
        cents = -sum(posting.cents for posting in postings(fact) if posting.account == self.account)
        return Line(what, seq, self._local(moment), moment.certain, cents, **about)

    def _about(self, seq: int, fact: f.Fact) -> tuple[What, dict[str, Any]]:
        match fact:
            case f.Sold():
                return What.SOLD, self._sold(seq, fact)
            case f.ClaimSettled():
                return What.SETTLED, self._settled(seq, fact)
            case f.SaleRefunded():
                return What.TAKEN_BACK, self._taken_back(seq, fact)
            case f.MakerPaid(place=place, by=by, witness=witness):
                return What.PAID, {"place": place, "by": by, "witness": witness}
            case _:
                other = {getattr(fact, side, "") for side in ("debit", "credit")} - {self.account, ""}
                return What.MOVED, {"place": "".join(sorted(other)), "by": getattr(fact, "by", "")}

    def _sold(self, seq: int, fact: f.Sold) -> dict[str, Any]:
        started = earlier.vend(self.db, seq, fact.vend_id)
        return {
            "price_cents": fact.price_cents,
            "parts": self._others(fact.shares),
            "vend_id": fact.vend_id,
            "slot": fact.slot,
            "rule_id": started.rule_id if started else 0,
            **self._piece(fact.product),
            **self._taxed(seq, fact.price_cents),
        }

    def _settled(self, seq: int, fact: f.ClaimSettled) -> dict[str, Any]:
        about = {"price_cents": fact.cents, "parts": self._others(fact.shares), "claim": fact.claim, "by": fact.by}
        about |= self._taxed(seq, fact.cents)
        if (found := earlier.doubt(self.db, seq, fact.claim)) is None:
            return about
        doubted, started = found
        about |= {"vend_id": doubted.vend_id, "slot": doubted.slot, "why": fact.verdict}
        return about | ({"rule_id": started.rule_id, **self._piece(started.product)} if started else {})

    def _taken_back(self, seq: int, fact: f.SaleRefunded) -> dict[str, Any]:
        undone = tuple(Share(share.account, -share.cents) for share in fact.shares)
        about = {"price_cents": -fact.price_cents, "parts": self._others(undone), "vend_id": fact.vend_id}
        about |= {"place": fact.place, "by": fact.by, "why": fact.reason}
        if (found := earlier.sale(self.db, seq, fact.vend_id)) is None:
            return about
        at, sold = found
        began = when(self.db, at)
        undone_vat = self._taxed(at, sold.price_cents, -1)
        return about | self._sold(at, sold) | about | undone_vat | {"sold_at": self._local(began) if began else None}

    def _taxed(self, seq: int, price_cents: int, sign: int = 1) -> dict[str, Any]:
        """Who sold it, as was said before fact `seq`, and the VAT in its price; nothing while nobody has said."""
        sold_as = self._sellers.at(self.maker, seq)
        vat = sign * vat_cents(price_cents, sold_as.vat_permille) if sold_as else 0
        return {"sold_as": sold_as, "vat_cents": vat} if sold_as else {}

    def _others(self, shares: tuple[Share, ...]) -> tuple[Share, ...]:
        return tuple(share for share in shares if share.account != self.account and share.cents)

    def _piece(self, product: str) -> dict[str, str]:
        return {"product": product, "piece": self._names.get(product) or product}

    @cached_property
    def _sellers(self) -> Sellers:
        return sellers(self.db)

    @cached_property
    def _names(self) -> dict[str, str]:
        return dict(self.db.execute("SELECT product, name FROM product_words").fetchall())

    def _local(self, moment: Moment) -> datetime | None:
        try:
            return datetime.fromtimestamp(moment.wall_ms // 1_000, self.zone).replace(tzinfo=None)
        except (ValueError, OverflowError, OSError):
            return None
