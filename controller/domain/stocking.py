"""What people do to the shop: join, bring products, fill and count slots, open a closed one, approve how prices split.

Each wish is checked against the shop and becomes facts, or a refusal in plain words. Names, words and photos are not
facts: they are kept beside them (`keeps`) and can be changed or forgotten without touching the books.
"""

import re
from dataclasses import dataclass

from controller.domain import effects as do
from controller.domain import facts as f
from controller.domain.accounts import kind
from controller.domain.catalog import ALL, Closed, MakerId, ProductId, SlotId
from controller.domain.cycle import Cycle
from controller.domain.money import dollars
from controller.domain.shop import Shop

NAME = re.compile(r"[a-z0-9-]{1,32}")
"""Ids stand in account names and records for ever; what people read is kept beside them."""
WORK_MINUTES_MAX = 60_000
MATERIALS_CENTS_MAX = 100_000


@dataclass(frozen=True, slots=True)
class Wish:
    """The base of everything a person asks of the shop."""


@dataclass(frozen=True, slots=True)
class PutMaker(Wish):
    """A maker joins, or changes what is shown of her. Without `consent` visitors see only her workshop."""

    maker: MakerId
    name: str
    workshop: str = ""
    words: str = ""
    photo: str = ""
    consent: bool = False


@dataclass(frozen=True, slots=True)
class PutProduct(Wish):
    """A product is offered, or changes. `photo` names a file in the media folder; `work_minutes` is her time, and what she
    paid for cloth, wool and thread is `materials_cents`; 0 where she did not say."""

    product: ProductId
    maker: MakerId
    name: str
    price_cents: int
    materials: str = ""
    work_minutes: int = 0
    photo: str = ""
    materials_cents: int = 0


@dataclass(frozen=True, slots=True)
class AssignSlot(Wish):
    slot: SlotId
    product: ProductId
    capacity: int


@dataclass(frozen=True, slots=True)
class CountSlot(Wish):
    """Somebody filled or counted a slot. `quantity_before` guards against acting on a stale screen; `why` is what she did."""

    slot: SlotId
    quantity_before: int
    quantity_after: int
    by: str
    why: f.Why = f.Why.UNSAID


@dataclass(frozen=True, slots=True)
class OpenSlot(Wish):
    """A person stands at the open door and found the slot good; its spiral is brought home if it stands in mid-turn."""

    slot: SlotId
    by: str


@dataclass(frozen=True, slots=True)
class CloseSlot(Wish):
    """Somebody wants this slot to sell nothing until a person opens it again."""

    slot: SlotId
    by: str


@dataclass(frozen=True, slots=True)
class ApproveRule(Wish):
    """How every price is shared from the next sale on: weights per recipient, `maker` for whoever made the piece.

    `bears` is the recipient who bears what a wallet's provider takes, or `all`.
    """

    weights: tuple[tuple[str, int], ...]
    bears: str = ALL


@dataclass(frozen=True, slots=True)
class AcceptVouchers(Wish):
    """Vouchers issued before the last restore may be taken from now on, although one or the other may be spent already."""

    by: str


@dataclass(frozen=True, slots=True)
class Granted:
    """The facts a wish becomes, what is kept beside them, and what is to be done once they are on disk.

    `cycle` is what the cycle becomes, of a wish that takes a claim's number; None leaves it as it is.
    """

    facts: tuple[f.Fact, ...]
    keeps: tuple[Wish, ...] = ()
    effects: tuple[do.Effect, ...] = ()
    cycle: Cycle | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A wish that cannot be: a code for programs, a sentence for people."""

    code: str
    words: str


def grant(wish: Wish, shop: Shop, wired: frozenset[SlotId]) -> Granted | Refusal:
    """What becomes of a wish. `wired` are the slots this machine has motors for."""
    match wish:
        case PutMaker(maker=name) | PutProduct(product=name) if not NAME.fullmatch(name):
            return Refusal("bad-name", f"{name!r} cannot be a name in the books: use a-z, 0-9 and dashes, at most 32")
        case PutMaker(maker):
            return Granted((f.MakerJoined(maker),) if maker not in shop.makers else (), (wish,))
        case PutProduct():
            return _product(wish, shop)
        case AssignSlot():
            return _assign(wish, shop, wired)
        case CountSlot():
            return _count(wish, shop)
        case OpenSlot(slot) | CloseSlot(slot) if slot not in shop.slots:
            return _unknown_slot(slot, frozenset(shop.slots))
        case CloseSlot(slot, by):
            open_now = shop.slots[slot].closed is None
            return Granted((f.SlotClosed(slot, Closed.BY_HAND, by),) if open_now else ())
        case OpenSlot(slot, by):
            if not shop.slots[slot].closed:
                return Granted(())
            return Granted((f.SlotOpened(slot, by),), effects=(do.BringHome(slot),))
        case ApproveRule(weights, bears):
            return _rule(weights, bears, shop)
        case AcceptVouchers(by) if not by.strip():
            return Refusal("nobody", "say who decides it")
        case AcceptVouchers(by):
            return Granted((f.VouchersAccepted(by),) if shop.vouchers_wait_min >= 0 else ())
        case _:
            return Refusal("unknown-wish", f"{type(wish).__name__} is not something the shop can do")


def _product(wish: PutProduct, shop: Shop) -> Granted | Refusal:
    if wish.maker not in shop.makers:
        return Refusal("unknown-maker", f"no maker is called {wish.maker!r}: let her join first")
    if not 5 <= wish.price_cents <= shop.policy.credit_max_cents:
        most = dollars(shop.policy.credit_max_cents)
        return Refusal("bad-price", f"a price of {wish.price_cents} cents is not between 5 cents and {most}")
    if not 0 <= wish.work_minutes <= WORK_MINUTES_MAX:
        return Refusal("bad-work", f"{wish.work_minutes} minutes of work cannot be: say 0 to {WORK_MINUTES_MAX}")
    if not 0 <= wish.materials_cents <= MATERIALS_CENTS_MAX:
        most = dollars(MATERIALS_CENTS_MAX)
        return Refusal("bad-materials", f"materials for {wish.materials_cents} cents cannot be: say 0 to {most}")
    known = shop.products.get(wish.product)
    same = known is not None and (known.maker, known.price_cents) == (wish.maker, wish.price_cents)
    least_cents = decided.least_cents if (decided := shop.governance.prices) else 0
    if not same and wish.price_cents < least_cents:
        return Refusal("too-cheap", f"the assembly decided that a piece costs at least {dollars(least_cents)}")
    facts = () if same else (f.ProductSet(wish.product, wish.maker, wish.price_cents),)
    return Granted(facts, (wish,))


def _assign(wish: AssignSlot, shop: Shop, wired: frozenset[SlotId]) -> Granted | Refusal:
    if wish.slot not in wired:
        return _unknown_slot(wish.slot, wired)
    if wish.product not in shop.products:
        return Refusal("unknown-product", f"no product is called {wish.product!r}")
    if not 1 <= wish.capacity <= 50:
        return Refusal("bad-capacity", f"a spiral holds between 1 and 50 pieces, not {wish.capacity}")
    held = shop.slots.get(wish.slot)
    if held and held.product == wish.product and held.capacity == wish.capacity:
        return Granted(())
    if held and held.quantity:
        return Refusal(
            "not-empty", f"slot {wish.slot} still holds {held.quantity} of {held.product}: count them out first"
        )
    return Granted((f.SlotAssigned(wish.slot, wish.product, wish.capacity),))


def _count(wish: CountSlot, shop: Shop) -> Granted | Refusal:
    slot = shop.slots.get(wish.slot)
    if slot is None:
        return _unknown_slot(wish.slot, frozenset(shop.slots))
    if slot.quantity != wish.quantity_before:
        words = (
            f"slot {wish.slot} holds {slot.quantity}, not {wish.quantity_before}: something sold meanwhile, look again"
        )
        return Refusal("stale-count", words)
    if not 0 <= wish.quantity_after <= slot.capacity:
        return Refusal("too-many", f"slot {wish.slot} holds at most {slot.capacity}, not {wish.quantity_after}")
    more = wish.quantity_after - wish.quantity_before
    if (wish.why is f.Why.PUT and more < 0) or (wish.why in (f.Why.TOOK, f.Why.DAMAGED) and more > 0):
        direction = "more" if more > 0 else "fewer"
        return Refusal("bad-why", f"{wish.why.value!r} does not leave {abs(more)} {direction} in slot {wish.slot}")
    return Granted((f.SlotCounted(wish.slot, wish.quantity_before, wish.quantity_after, wish.by, wish.why),))


def _rule(weights: tuple[tuple[str, int], ...], bears: str, shop: Shop) -> Granted | Refusal:
    names = [recipient for recipient, _ in weights]
    if bears not in (ALL, *names):
        return Refusal("bad-rule", f"{bears!r} cannot bear the fees: name one of the recipients, or `{ALL}`")
    if len(set(names)) != len(names) or "maker" not in names:
        return Refusal("bad-rule", "a rule names `maker` and every other recipient once")
    if min(weight for _, weight in weights) < 0 or sum(weight for _, weight in weights) == 0:
        return Refusal("bad-rule", "the parts of a rule are whole numbers of which none is negative and not all are 0")
    for name in names:
        try:
            if name != "maker" and kind(name) not in ("fund", "fee", "tax"):
                return Refusal(
                    "bad-rule", f"{name!r} cannot share in a price: use `maker`, `fund:…`, `fee:…` or `tax:…`"
                )
        except ValueError as error:
            return Refusal("bad-rule", str(error))
    if shop.rule and (shop.rule.weights, shop.rule.bears) == (weights, bears):
        return Granted(())
    return Granted((f.RuleApproved(shop.rule.rule_id + 1 if shop.rule else 1, weights, bears),))


def _unknown_slot(slot: SlotId, known: frozenset[SlotId]) -> Refusal:
    names = ", ".join(sorted(known)) or "none yet"
    return Refusal("unknown-slot", f"there is no slot {slot!r}; this machine has {names}")
