"""Vends: how each ended, what it was paid with, and what became of it later."""

from lab.model import shelf
from lab.model.draft import Columns, Draft, Piece, at
from lab.model.memory import Claim, Vend, room
from lab.model.tables import (
    ACCOUNT_DAYS,
    ANSWER_DAYS,
    CASH,
    CLAIMS,
    HOUR_DAYS,
    MACHINE_DAYS,
    MEANS_DAYS,
    PIECE_DAYS,
    SALES,
)
from lab.model.told import Told

OVER_SHORT = "over_short"
_BLANK: Columns = {"maker_cents": 0, "reason": "", "later": "", "later_ms": None, "later_loose": 0, "answer": ""}
"""What most vends have not: a share for nobody, a reason to fail, a later ending, an answer."""


def started(draft: Draft, told: Told) -> None:
    """The price leaves the purse; by which means it came is what the piece is paid with."""
    vend_id, price_cents = told.whole("vend_id"), told.cents("price_cents")
    slot, product, maker = told.text("slot"), told.text("product"), told.text("maker")
    retry_of = None if told.body.get("retry_of") is None else told.whole("retry_of")
    draft.memory.starts(vend_id, Vend(slot, product, maker, retry_of, draft.memory.take_out(price_cents)))


def sold(draft: Draft, told: Told) -> None:
    vend_id, price_cents, shares = told.whole("vend_id"), told.cents("price_cents"), told.shares()
    piece = Piece(told.seq, told.text("slot"), told.text("product"), told.text("maker"))
    vend = draft.memory.vends.pop(str(vend_id), None) or _unseen(draft, piece.slot)
    maker_cents = sum(cents for account, cents in shares if account == f"maker:{piece.maker}")
    _ended(draft, told, piece, vend, "sold", vend_id=vend_id, price_cents=price_cents, maker_cents=maker_cents)
    _is_sold(draft, told, piece, vend.means, price_cents, shares)
    draft.add(HOUR_DAYS, told, sold=1, sold_cents=price_cents)
    shelf.fell(draft, told, piece.slot)


def failed(draft: Draft, told: Told) -> None:
    """The price is the visitor's again."""
    vend_id, price_cents = told.whole("vend_id"), told.cents("price_cents")
    slot, reason = told.text("slot"), told.text("reason")
    vend = draft.memory.vends.pop(str(vend_id), None) or _unseen(draft, slot)
    for means, cents in vend.parts.items():
        draft.memory.put_in(means, cents)
    piece = Piece(told.seq, slot, vend.product, vend.maker)
    _ended(draft, told, piece, vend, "failed", vend_id=vend_id, price_cents=price_cents, reason=reason)
    draft.add(PIECE_DAYS, told, *piece[2:], slot, failed=1)
    draft.add(MACHINE_DAYS, told, failed=1)
    draft.add(HOUR_DAYS, told, failed=1)


def doubted(draft: Draft, told: Told) -> None:
    """Nobody knows whether it fell: the money waits, and a person decides."""
    vend_id, price_cents = told.whole("vend_id"), told.cents("price_cents")
    slot, reason, code = told.text("slot"), told.text("reason"), told.text("claim")
    room(draft.memory.claims, code)
    vend = draft.memory.vends.pop(str(vend_id), None) or _unseen(draft, slot)
    piece = Piece(told.seq, slot, vend.product, vend.maker)
    _ended(draft, told, piece, vend, "doubt", vend_id=vend_id, price_cents=price_cents, reason=reason)
    draft.memory.claims[code] = Claim(told.seq, told.seq, slot, vend.product, vend.maker, vend.means)
    owed(draft, told, "doubt", price_cents, vend_id=vend_id)
    draft.add(PIECE_DAYS, told, *piece[2:], slot, doubts=1)
    draft.add(MACHINE_DAYS, told, doubts=1, doubt_cents=price_cents)


def owed(draft: Draft, told: Told, what: str, cents: int, vend_id: int | None = None, place: str = "") -> None:
    """Money waits for a person from now on."""
    row: Columns = {"what": what, "vend_id": vend_id, "place": place, "cents": cents, "verdict": ""}
    draft.put(CLAIMS, told.seq, **row, **at("from", told.when), to_ms=None, to_loose=0)


def settled(draft: Draft, told: Told) -> None:
    """A person decided a claim: the money went back, or, without a place, the piece in doubt is sold after all."""
    code, cents, verdict = told.text("claim"), told.cents("cents"), told.text("verdict")
    place, shares = told.text("place"), told.shares()
    claim = draft.memory.claims.pop(code, Claim(0, 0))
    draft.change(CLAIMS, claim.seq, verdict=verdict, **at("to", told.when))
    if claim.sale:
        draft.change(SALES, claim.sale, later=verdict, **at("later", told.when))
    if not place:
        piece = Piece(claim.sale, claim.slot, claim.product, claim.maker)
        _is_sold(draft, told, piece, claim.means, cents, shares)
        return
    draft.add(MACHINE_DAYS, told, returned_cents=cents)
    if place == OVER_SHORT:  # the coins had left after all, and a count has found them missing before
        words = {"what": "settled", "place": place}
        draft.put(CASH, told.seq, **at("at", told.when), **words, expected_cents=0, counted_cents=cents)


def taken_back(draft: Draft, told: Told) -> None:
    """A finished sale was taken back: it counts against the day on which that happens."""
    vend_id, price_cents, shares = told.whole("vend_id"), told.cents("price_cents"), told.shares()
    piece = draft.past.get(vend_id, Piece(0, "", "", ""))
    draft.change(SALES, piece.seq, later="taken-back", **at("later", told.when))
    draft.add(PIECE_DAYS, told, piece.product, piece.maker, piece.slot, taken_back=1, taken_back_cents=price_cents)
    draft.add(MACHINE_DAYS, told, taken_back=1, taken_back_cents=price_cents)
    for account, cents in shares:
        draft.add(ACCOUNT_DAYS, told, account, pieces=-1, earned_cents=-cents)


def answered(draft: Draft, told: Told) -> None:
    """Whoever took the piece touched an answer; nothing is known of the person."""
    vend_id, product = told.whole("vend_id"), told.text("product")
    question, answer = told.text("question"), told.text("answer")
    draft.add(ANSWER_DAYS, told, product, question, answer, answers=1)
    if vend_id in draft.past:
        draft.change(SALES, draft.past[vend_id].seq, answer=answer)


def _ended(draft: Draft, told: Told, piece: Piece, vend: Vend, outcome: str, vend_id: int, **more: str | int) -> None:
    """The row of a vend that ended now."""
    at_ms, day, hour, loose, certain = told.when
    row = _BLANK.copy()
    row.update(vend_id=vend_id, epoch=told.epoch, at_ms=at_ms, at_loose=loose, certain=certain, day=day, hour=hour)
    row.update(slot=piece.slot, product=piece.product, maker=piece.maker, means=vend.means, outcome=outcome)
    row.update(more, retry_of=vend.retry_of)
    draft.put(SALES, told.seq, **row)
    draft.past[vend_id] = piece


def _is_sold(draft: Draft, told: Told, piece: Piece, means: str, cents: int, shares: list[tuple[str, int]]) -> None:
    """What a sale adds to the sums, made now or settled now."""
    draft.add(PIECE_DAYS, told, piece.product, piece.maker, piece.slot, sold=1, sold_cents=cents)
    draft.add(MACHINE_DAYS, told, sold=1, sold_cents=cents)
    draft.add(MEANS_DAYS, told, means, sold=1, sold_cents=cents)
    for account, part_cents in shares:
        draft.add(ACCOUNT_DAYS, told, account, pieces=1, earned_cents=part_cents)


def _unseen(draft: Draft, slot: str) -> Vend:
    """A vend whose beginning the lab does not have: what the slot holds is what it was about."""
    product = draft.memory.slots.get(slot, shelf.NOTHING).product
    return Vend(slot, product, draft.memory.products.get(product, shelf.NOBODY).maker, None, {})
