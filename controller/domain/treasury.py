"""What people do with the money: decide claims, take a sale back, pay a maker, count and move cash.

Each wish is checked against the shop and the books and becomes a fact, or a refusal in plain words. Two people stand
behind every count and every payment, and who counts does not see what to expect.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from controller.domain import facts as f
from controller.domain.accounts import COINBOX, DOUBT, PLACES, SAFE, kind, natural
from controller.domain.catalog import Account, MakerId
from controller.domain.money import dollars
from controller.domain.shop import Shop
from controller.domain.stocking import Granted, Refusal, Wish


@dataclass(frozen=True, slots=True)
class SettleClaim(Wish):
    """Decide an open claim; a refund is paid by hand from `place`."""

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
    place: str = SAFE


@dataclass(frozen=True, slots=True)
class CountCash(Wish):
    """Empty a place into the safe; `counted_cents` is what two people found in it."""

    counted_cents: int
    by: str
    witness: str
    place: str = COINBOX


@dataclass(frozen=True, slots=True)
class MoveCash(Wish):
    """From one place to another, or money for change: `source` may be `float:museo` (lent) or `fund:comun` (given)."""

    cents: int
    source: str
    target: str
    by: str


@dataclass(frozen=True, slots=True)
class Books:
    """What a wish about money may look at: balances as stored, the sale it names, and whether that was taken back."""

    balances: Mapping[str, int] = field(default_factory=dict)
    sale: f.Sold | None = None
    refunded: bool = False

    def in_place(self, place: str) -> int:
        return natural(place, self.balances.get(place, 0))


def decide(wish: Wish, shop: Shop, books: Books) -> Granted | Refusal:
    """What becomes of a wish about money."""
    match wish:
        case SettleClaim():
            return _settle(wish, shop, books)
        case RefundSale():
            return _refund(wish, books)
        case PayMaker():
            return _pay(wish, shop, books)
        case CountCash(counted, by, witness, place):
            refusal = _pair(by, witness) or _place(place) or _amount(counted, least=0)
            return refusal or Granted((f.CashCounted(place, books.in_place(place), counted, by, witness),))
        case MoveCash():
            return _move(wish, books)
        case _:
            return Refusal("unknown-wish", f"{type(wish).__name__} is nothing the treasury can do")


def _settle(wish: SettleClaim, shop: Shop, books: Books) -> Granted | Refusal:
    claim = shop.claims.get(wish.claim.strip().upper())
    if claim is None:
        return Refusal(
            "unknown-claim", f"no claim {wish.claim!r} is open: it was settled already, or is not of this machine"
        )
    if wish.verdict is not f.Verdict.REFUNDED and claim.account != DOUBT:
        return Refusal("bad-verdict", f"claim {claim.code} is about money, not about a piece: it can only be refunded")
    if wish.verdict is f.Verdict.REFUNDED and (
        refusal := _place(wish.place) or _enough(wish.place, claim.cents, books)
    ):
        return refusal
    if not wish.by.strip():
        return Refusal("nobody", "say who decides it")
    place = wish.place if wish.verdict is f.Verdict.REFUNDED else ""
    settled = f.ClaimSettled(claim.code, claim.account, claim.cents, wish.verdict, place, claim.shares, wish.by)
    return Granted((settled,))


def _refund(wish: RefundSale, books: Books) -> Granted | Refusal:
    sale = books.sale
    if sale is None:
        return Refusal("unknown-sale", f"there is no sale {wish.vend_id}")
    if books.refunded:
        return Refusal("refunded", f"sale {wish.vend_id} was taken back already")
    if refusal := _place(wish.place) or _enough(wish.place, sale.price_cents, books):
        return refusal
    return Granted((f.SaleRefunded(sale.vend_id, sale.price_cents, sale.shares, wish.place, wish.by, wish.reason),))


def _pay(wish: PayMaker, shop: Shop, books: Books) -> Granted | Refusal:
    if wish.maker not in shop.makers:
        return Refusal("unknown-maker", f"no maker is called {wish.maker!r}")
    owed_cents = natural(f"maker:{wish.maker}", books.balances.get(f"maker:{wish.maker}", 0))
    if wish.cents > owed_cents:
        return Refusal("too-much", f"{wish.maker} is owed {dollars(owed_cents)}, not {dollars(wish.cents)}")
    refusal = _pair(wish.by, wish.witness) or _amount(wish.cents) or _place(wish.place)
    refusal = refusal or _enough(wish.place, wish.cents, books)
    return refusal or Granted((f.MakerPaid(wish.maker, wish.cents, wish.place, wish.by, wish.witness),))


def _move(wish: MoveCash, books: Books) -> Granted | Refusal:
    family, _, name = wish.source.partition(":")
    is_float = family in ("fund", "float") and name != ""
    if refusal := _amount(wish.cents) or _place(wish.target) or (None if is_float else _place(wish.source)):
        return refusal
    if not is_float and (refusal := _enough(wish.source, wish.cents, books)):
        return refusal
    return Granted((f.CashMoved(wish.cents, Account(wish.target), Account(wish.source), wish.by),))


def _pair(by: str, witness: str) -> Refusal | None:
    if not by.strip() or not witness.strip() or by.strip() == witness.strip():
        return Refusal("one-person", "this takes two people: say who does it and who watches")
    return None


def _amount(cents: int, least: int = 1) -> Refusal | None:
    return None if least <= cents <= 10_000_000 else Refusal("bad-amount", f"{cents} cents cannot be")


def _place(name: str) -> Refusal | None:
    try:
        known = kind(name) in PLACES
    except ValueError:
        known = False
    return (
        None
        if known
        else Refusal("unknown-place", f"{name!r} is no place for money: use coinbox, safe, bank, hopper:25 …")
    )


def _enough(place: str, cents: int, books: Books) -> Refusal | None:
    there_cents = books.in_place(place)
    if there_cents >= cents:
        return None
    return Refusal("not-enough", f"by the books there are {dollars(there_cents)} in {place}, not {dollars(cents)}")
