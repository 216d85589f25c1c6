"""What people do with the money: decide claims, take a sale back, pay a maker, count and move cash.

Each wish is checked against the shop and the books and becomes a fact, or a refusal in plain words. Two people stand
behind every count and every payment, and who counts does not see what to expect.

A wish that moves money carries an id of the asker's choice (`wish_id`): asked again with the same id it is done already.
Claims and sales need none: each is decided once by its own code or number. What waits to go back is in `reversals`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from controller.domain import facts as f
from controller.domain.accounts import COINBOX, DOUBT, OVER_SHORT, PLACES, SAFE, kind, natural
from controller.domain.catalog import Account, MakerId
from controller.domain.money import dollars
from controller.domain.shop import Claim, Shop
from controller.domain.stocking import Granted, Refusal, Wish


@dataclass(frozen=True, slots=True)
class SettleClaim(Wish):
    """Decide an open claim; a refund is paid by hand from `place`. `delivered` for money back: it had left after all."""

    claim: str
    verdict: f.Verdict
    by: str
    place: str = COINBOX


@dataclass(frozen=True, slots=True)
class RefundSale(Wish):
    """Take a finished sale back and pay the visitor from `place`."""

    vend_id: int
    by: str
    reason: str
    place: str = COINBOX


@dataclass(frozen=True, slots=True)
class PayMaker(Wish):
    maker: MakerId
    cents: int
    by: str
    witness: str
    wish_id: str
    place: str = SAFE


@dataclass(frozen=True, slots=True)
class CountCash(Wish):
    """Empty a place into the safe; `counted_cents` is what two people found in it."""

    counted_cents: int
    by: str
    witness: str
    wish_id: str
    place: str = COINBOX


@dataclass(frozen=True, slots=True)
class MoveCash(Wish):
    """From one place to another, or money for change: `source` may be `float:museo` (lent) or `fund:comun` (given)."""

    cents: int
    source: str
    target: str
    by: str
    wish_id: str


Numbered = PayMaker | CountCash | MoveCash
"""Wishes that carry an id of their own."""
WISH_ID_MAX = 64


@dataclass(frozen=True, slots=True)
class Books:
    """What a wish about money may look at: balances as stored, the sale it names and whether that was taken back, the fact
    that a wish with the same id has become, and the hoppers that are just paying out."""

    balances: Mapping[str, int] = field(default_factory=dict)
    sale: f.Sold | None = None
    refunded: bool = False
    done: f.Fact | None = None
    paying: frozenset[str] = frozenset()

    def in_place(self, place: str) -> int:
        return natural(place, self.balances.get(place, 0))


def decide(wish: Wish, shop: Shop, books: Books) -> Granted | Refusal:
    """What becomes of a wish about money."""
    match wish:
        case SettleClaim():
            return _settle(wish, shop, books)
        case RefundSale():
            return _refund(wish, books)
        case PayMaker() | CountCash() | MoveCash():
            return _once(wish, shop, books)
        case _:
            return Refusal("unknown-wish", f"{type(wish).__name__} is nothing the treasury can do")


def _once(wish: Numbered, shop: Shop, books: Books) -> Granted | Refusal:
    """A wish that is new is checked and becomes its fact; one that was done already changes nothing."""
    if not 1 <= len(wish.wish_id.strip()) <= WISH_ID_MAX:
        return Refusal("no-id", f"this wish needs an id of its own, of at most {WISH_ID_MAX} characters")
    fact = _fact(wish, books)
    if books.done is not None:
        expected = getattr(books.done, "expected_cents", 0)
        asked = replace(fact, expected_cents=expected) if isinstance(fact, f.CashCounted) else fact
        words = f"the id {wish.wish_id!r} was used for something else: take a new one"
        return Granted(()) if asked == books.done else Refusal("used-id", words)
    match wish:
        case PayMaker():
            refusal = _pay(wish, shop, books)
        case CountCash(counted, by, witness, _, place):
            refusal = pair(by, witness) or _place(place) or _amount(counted, least=0) or _still(place, books)
        case MoveCash():
            refusal = _move(wish, books)
    return refusal or Granted((fact,))


def _fact(wish: Numbered, books: Books) -> f.MakerPaid | f.CashCounted | f.CashMoved:
    """What the wish becomes when nothing speaks against it."""
    match wish:
        case PayMaker(maker, cents, by, witness, wish_id, place):
            return f.MakerPaid(maker, cents, place, by, witness, wish_id)
        case CountCash(counted, by, witness, wish_id, place):
            return f.CashCounted(place, books.in_place(place), counted, by, witness, wish_id)
        case MoveCash(cents, source, target, by, wish_id):
            return f.CashMoved(cents, Account(target), Account(source), by, wish_id)


def _settle(wish: SettleClaim, shop: Shop, books: Books) -> Granted | Refusal:
    claim = shop.claims.get(wish.claim.strip().upper())
    if claim is None:
        return Refusal(
            "unknown-claim", f"no claim {wish.claim!r} is open: it was settled already, or is not of this machine"
        )
    if wish.verdict not in verdicts(claim):
        known = " or ".join(verdict.value for verdict in verdicts(claim))
        return Refusal("bad-verdict", f"claim {claim.code} is about money, not about a piece: it can only be {known}")
    if wish.verdict is f.Verdict.REFUNDED and (
        refusal := _place(wish.place) or _enough(wish.place, claim.cents, books)
    ):
        return refusal
    if not wish.by.strip():
        return Refusal("nobody", "say who decides it")
    place = wish.place if wish.verdict is f.Verdict.REFUNDED else _left(claim, shop, books)
    settled = f.ClaimSettled(claim.code, claim.account, claim.cents, wish.verdict, place, claim.shares, wish.by)
    return Granted((settled,))


def verdicts(claim: Claim) -> tuple[f.Verdict, ...]:
    """What can be decided: about a piece in doubt anything, about money in doubt all but by hand, else only a refund."""
    if claim.account != DOUBT:
        return (f.Verdict.REFUNDED,)
    return (f.Verdict.REFUNDED, f.Verdict.DELIVERED) if claim.place else tuple(f.Verdict)


def _left(claim: Claim, shop: Shop, books: Books) -> str:
    """Where money in doubt has left from. A hopper that is open again was counted since: its coins stand in `over_short`."""
    if not claim.place:
        return ""
    counted = kind(claim.place) == "hopper" and claim.place not in shop.closed_hoppers
    return OVER_SHORT if counted or books.in_place(claim.place) < claim.cents else claim.place


def _refund(wish: RefundSale, books: Books) -> Granted | Refusal:
    sale = books.sale
    if sale is None:
        return Refusal("unknown-sale", f"there is no sale {wish.vend_id}")
    if books.refunded:
        return Refusal("refunded", f"sale {wish.vend_id} was taken back already")
    if refusal := _place(wish.place) or _enough(wish.place, sale.price_cents, books):
        return refusal
    return Granted((f.SaleRefunded(sale.vend_id, sale.price_cents, sale.shares, wish.place, wish.by, wish.reason),))


def _pay(wish: PayMaker, shop: Shop, books: Books) -> Refusal | None:
    if wish.maker not in shop.makers:
        return Refusal("unknown-maker", f"no maker is called {wish.maker!r}")
    owed_cents = natural(f"maker:{wish.maker}", books.balances.get(f"maker:{wish.maker}", 0))
    if wish.cents > owed_cents:
        return Refusal("too-much", f"{wish.maker} is owed {dollars(owed_cents)}, not {dollars(wish.cents)}")
    refusal = pair(wish.by, wish.witness) or _amount(wish.cents) or _place(wish.place)
    return refusal or _enough(wish.place, wish.cents, books)


def _move(wish: MoveCash, books: Books) -> Refusal | None:
    family, _, name = wish.source.partition(":")
    is_float = family in ("fund", "float") and name != ""
    if refusal := _amount(wish.cents) or _place(wish.target) or (None if is_float else _place(wish.source)):
        return refusal
    return None if is_float else _enough(wish.source, wish.cents, books)


def pair(by: str, witness: str) -> Refusal | None:
    """Refuses one who would do it alone."""
    if not by.strip() or not witness.strip() or by.strip() == witness.strip():
        return Refusal("one-person", "this takes two people: say who does it and who watches")
    return None


def _amount(cents: int, least: int = 1) -> Refusal | None:
    return None if least <= cents <= 10_000_000 else Refusal("bad-amount", f"{cents} cents cannot be")


def _still(place: str, books: Books) -> Refusal | None:
    """What a hopper pays while somebody counts it would be booked twice."""
    words = f"coins are just leaving {place}: count it when that has ended"
    return Refusal("paying", words) if place in books.paying else None


def _place(name: str) -> Refusal | None:
    try:
        known = kind(name) in PLACES
    except ValueError:
        known = False
    return (
        None
        if known
        else Refusal("unknown-place", f"{name!r} is no place for money: use coinbox, stacker, safe, bank, hopper:25 …")
    )


def _enough(place: str, cents: int, books: Books) -> Refusal | None:
    there_cents = books.in_place(place)
    if there_cents >= cents:
        return None
    return Refusal("not-enough", f"by the books there are {dollars(there_cents)} in {place}, not {dollars(cents)}")
