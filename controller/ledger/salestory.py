"""One vend from the first coin to the last cent: the visit it was part of, how it ended, where each part of its price is.

Nothing here writes. A visit is the stretch of facts over which `credit` was not empty; it is found by walking from the vend,
never far. A maker is paid her whole account at a time, oldest sales first: so her part of this sale was paid by the fact that
brought what she had been paid since to what she was owed right after it.
"""

import sqlite3
from dataclasses import dataclass

from controller.domain import facts as f
from controller.domain.accounts import CREDIT, HOLD, postings
from controller.domain.catalog import Share
from controller.ledger.forms import read_fact
from controller.ledger.receipt import TakenBack
from controller.ledger.vends import of_vend

VISIT_FACTS_MAX = 400
"""No visit has more; so many are looked at on either side of a vend."""
INTO = (f.CreditTaken, f.PaymentTaken, f.VoucherTaken)
OUT = (f.Refunded, f.ReversalDue)
WAITS = (f.ClaimOwed, f.CreditAbandoned, f.PayoutInDoubt)
_STRETCH = "SELECT seq, type, body FROM facts WHERE seq BETWEEN ? AND ? ORDER BY seq"
_SETTLED = (
    "SELECT seq, body FROM facts WHERE seq > ? AND seq <= ? AND type = 'ClaimSettled'"
    " AND body ->> '$.claim' = ? LIMIT 1"
)
_SINCE = "SELECT seq, cents FROM postings WHERE seq > ? AND account = ? ORDER BY seq"
Told = tuple[int, f.Fact]
"""A fact and its number."""


@dataclass(frozen=True, slots=True)
class Way:
    """One part of the price. Its owner was paid by fact `paid`; None while she was not, or for a fund, which nobody pays out.

    `ahead` when she had been paid more than she was owed before.
    """

    share: Share
    paid: Told | None = None
    ahead: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """A vend. `entered`, `given_back` and `waiting` are of its whole visit, with what was bought besides in `others`.

    `ending` is Sold, VendFailed or VendInDoubt, None while the motor turns; `settled` decided a doubt; fact
    `taken_back` undid a sale.
    """

    seq: int
    started: f.VendStarted
    ending: Told | None
    settled: Told | None
    taken_back: int | None
    entered: tuple[Told, ...]
    given_back: tuple[Told, ...]
    waiting: tuple[Told, ...]
    others: tuple[Told, ...]
    ways: tuple[Way, ...]

    @property
    def shares(self) -> tuple[Share, ...]:
        """The parts of the price, once it is divided."""
        return tuple(way.share for way in self.ways)


def story(db: sqlite3.Connection, vend_id: int, upto: int, back: TakenBack) -> Story | None:
    """The vend with this number, as told by the facts up to `upto`; None when they have none."""
    begun = of_vend(db, f.VendStarted, vend_id, upto + 1)
    if begun is None:
        return None
    seq, started = begun
    visit = _visit(db, seq, upto)
    ending = next((told for told in visit if _ends(told[1], vend_id)), None)
    settled = _settled(db, ending, upto)
    sold = ending if ending and isinstance(ending[1], f.Sold) else settled
    shares = getattr(sold[1], "shares", ()) if sold else ()
    returned = back.since(db, vend_id, ending[0]) if ending and isinstance(ending[1], f.Sold) else None
    taken_back = returned if returned and returned <= upto else None
    return Story(
        seq,
        started,
        ending,
        settled,
        taken_back,
        entered=_of(visit, INTO),
        given_back=_of(visit, OUT),
        waiting=_of(visit, WAITS),
        others=tuple(told for told in _of(visit, (f.Sold, f.VendInDoubt)) if told != ending),
        ways=tuple(_way(db, share, sold[0], upto) for share in shares if share.cents) if sold else (),
    )


def _visit(db: sqlite3.Connection, seq: int, upto: int) -> list[Told]:
    """The facts from the first coin of this visitor to the last one given back.

    Credit is never below nothing; so walking back, the most that was gained since any fact is what was there, and the visit
    began where that is reached. Walking on, it is over when neither credit nor hold has anything.
    """
    before = _stretch(db, max(1, seq - VISIT_FACTS_MAX), seq - 1)
    gained_cents, most_cents, first = 0, 0, seq
    for number, fact in reversed(before):
        gained_cents += _moved(fact, CREDIT)
        if gained_cents > most_cents:
            most_cents, first = gained_cents, number
    told = [one for one in before if one[0] >= first]
    credit_cents, hold_cents = most_cents, 0
    for number, fact in _stretch(db, seq, min(upto, seq + VISIT_FACTS_MAX)):
        told.append((number, fact))
        credit_cents, hold_cents = credit_cents + _moved(fact, CREDIT), hold_cents + _moved(fact, HOLD)
        if not credit_cents and not hold_cents:
            break
    return told


def _stretch(db: sqlite3.Connection, first: int, last: int) -> list[Told]:
    found = []
    for seq, kind, body in db.execute(_STRETCH, (first, last)):
        try:
            found.append((seq, read_fact(kind, body)))
        except ValueError:  # of a newer Minga: it moves nothing that we know of
            continue
    return found


def _moved(fact: f.Fact, account: str) -> int:
    """What this fact adds to an owner's account, in cents."""
    return -sum(line.cents for line in postings(fact) if line.account == account)


def _ends(fact: f.Fact, vend_id: int) -> bool:
    return isinstance(fact, f.Sold | f.VendFailed | f.VendInDoubt) and fact.vend_id == vend_id


def _of(visit: list[Told], kinds: tuple[type[f.Fact], ...]) -> tuple[Told, ...]:
    return tuple(told for told in visit if isinstance(told[1], kinds))


def _settled(db: sqlite3.Connection, ending: Told | None, upto: int) -> Told | None:
    """What a person decided about a piece in doubt."""
    if ending is None or not isinstance(ending[1], f.VendInDoubt):
        return None
    row = db.execute(_SETTLED, (ending[0], upto, ending[1].claim)).fetchone()
    return (row[0], read_fact("ClaimSettled", row[1])) if row else None


def _way(db: sqlite3.Connection, share: Share, seq: int, upto: int) -> Way:
    """When this part was paid to its maker: by the first fact that brought her even with what she was owed after the sale."""
    if not share.account.startswith("maker:"):
        return Way(share)
    row = db.execute("SELECT cents FROM balances WHERE account = ?", [share.account]).fetchone()
    since = [tuple(line) for line in db.execute(_SINCE, (seq, share.account))]
    owed_cents = -(row[0] if row else 0) + sum(cents for _, cents in since)
    if owed_cents <= 0:
        return Way(share, ahead=True)
    for number, cents in since:
        owed_cents -= max(0, cents)
        if cents > 0 and owed_cents <= 0 and number <= upto:
            kind, body = db.execute("SELECT type, body FROM facts WHERE seq = ?", [number]).fetchone()
            return Way(share, (number, read_fact(kind, body)))
    return Way(share)
