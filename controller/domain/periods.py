"""Closing a week or a month: two people say that the books up to a fact are as they are, and nobody changes that later.

A period goes from the fact after the last one closed to `to_seq`. It is not closed while the cash box waits to be counted, or
a piece or a sum is in doubt, unless they say why all the same. Nothing is undone by a close, and nothing hindered: what comes
to light later is a correction of the next period.
"""

import re
from dataclasses import dataclass

from controller.domain import facts as f
from controller.domain.accounts import COINBOX, DOUBT
from controller.domain.shop import Shop
from controller.domain.stocking import Granted, Refusal, Wish
from controller.domain.treasury import WISH_ID_MAX, pair

LABEL = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2]|W(0[1-9]|[1-4][0-9]|5[0-3]))")
"""A month (`2026-11`) or a week by its number (`2026-W47`, ISO 8601)."""
DESPITE_CHARS_MAX = 200


@dataclass(frozen=True, slots=True)
class ClosePeriod(Wish):
    """Close everything up to fact `to_seq`, the newest one that the two looked at; `despite` says why, if it is not whole."""

    label: str
    to_seq: int
    by: str
    witness: str
    wish_id: str
    despite: str = ""


@dataclass(frozen=True, slots=True)
class Stretch:
    """What a close may look at of the books: the hash of the fact it goes up to (empty if there is none), whether the cash
    box was counted since the last close or has nothing in it, and what a wish with the same id has become."""

    head: str
    counted: bool
    done: f.Fact | None = None


def first_seq(periods: tuple[f.PeriodClosed, ...]) -> int:
    """Where the period begins that is open now."""
    return periods[-1].to_seq + 1 if periods else 1


def hindrances(shop: Shop, counted: bool) -> tuple[str, ...]:
    """Why nobody should close now, as codes: `not-counted`, `doubts-open`. Two people may have a reason all the same."""
    doubted = any(claim.account == DOUBT for claim in shop.claims.values())
    found = {"not-counted": not counted, "doubts-open": doubted}
    return tuple(code for code, true in found.items() if true)


def grant(wish: ClosePeriod, shop: Shop, stretch: Stretch) -> Granted | Refusal:
    """What becomes of it. Asked again with the same id it is done already."""
    if not 1 <= len(wish.wish_id.strip()) <= WISH_ID_MAX:
        return Refusal("no-id", f"this wish needs an id of its own, of at most {WISH_ID_MAX} characters")
    fact = f.PeriodClosed(
        wish.label, wish.to_seq, stretch.head, wish.by, wish.witness, wish.despite.strip(), wish.wish_id
    )
    if stretch.done is not None:
        words = f"the id {wish.wish_id!r} was used for something else: take a new one"
        return Granted(()) if stretch.done == fact else Refusal("used-id", words)
    refusal = (
        _label(wish, shop) or _order(wish, shop, stretch) or pair(wish.by, wish.witness) or _open(wish, shop, stretch)
    )
    return refusal or Granted((fact,))


def _label(wish: ClosePeriod, shop: Shop) -> Refusal | None:
    if not LABEL.fullmatch(wish.label):
        return Refusal("bad-period", f"{wish.label!r} is no period: write a month like 2026-11 or a week like 2026-W47")
    known = [period.label for period in shop.assembly.periods]
    return Refusal("closed-already", f"{wish.label} is closed already") if wish.label in known else None


def _order(wish: ClosePeriod, shop: Shop, stretch: Stretch) -> Refusal | None:
    """Periods follow one another, and none goes further than the books."""
    first = first_seq(shop.assembly.periods)
    if wish.to_seq < first:
        return Refusal("nothing-new", f"everything up to fact {first - 1} is closed already")
    return None if stretch.head else Refusal("no-fact", f"there is no fact {wish.to_seq} yet")


def _open(wish: ClosePeriod, shop: Shop, stretch: Stretch) -> Refusal | None:
    if len(wish.despite) > DESPITE_CHARS_MAX:
        return Refusal("too-long", f"a reason has at most {DESPITE_CHARS_MAX} characters")
    told = {
        "not-counted": f"{COINBOX} was not counted since the last close: count it, or say why not",
        "doubts-open": "something is still in doubt: decide it first, or say why not",
    }
    found = () if wish.despite.strip() else hindrances(shop, stretch.counted)
    return Refusal(found[0], told[found[0]]) if found else None
