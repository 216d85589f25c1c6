"""Everything a decision may look at besides the visitor's cycle: the shelf, the rule in force, health and policy.

The shop changes only by facts (`after`), so it can be rebuilt from them at any time; troubles come from the devices and
are forgotten at a restart.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

from controller.domain import assembly as assemblies
from controller.domain import facts as f
from controller.domain import governance as governances
from controller.domain.accounts import CLAIMS, COINBOX, DOUBT, UNCLAIMED
from controller.domain.assembly import Assembly
from controller.domain.catalog import (
    Account,
    Closed,
    MakerId,
    Product,
    ProductId,
    Share,
    Slot,
    SlotId,
    SplitRule,
    on_the_glass,
)
from controller.domain.change import Hopper
from controller.domain.events import HARMLESS, Trouble
from controller.domain.fees import FREE, Fee
from controller.domain.governance import Governance
from controller.domain.money import COINS_CENTS
from controller.domain.statutes import Statutes
from controller.domain.wallet import Payment, Stage


class Unreturnable(StrEnum):
    """What to do with a coin that could be neither spent to the cent nor given back."""

    ACCEPT = "accept"
    """Let it in: what cannot go back becomes a claim code."""
    SPENDABLE = "spendable"
    """Let it in only while it can still buy something to the cent, or the hoppers can give the rest back."""
    REFUSE = "refuse"
    """Let it in only while the hoppers can give everything back."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The machine's own limits, from its configuration; times in milliseconds."""

    credit_idle_ms: int = 90_000
    dispense_ms: int = 12_000
    notice_ms: int = 20_000
    credit_max_cents: int = 2_000
    unreturnable: Unreturnable = Unreturnable.ACCEPT
    coins_cents: tuple[int, ...] = COINS_CENTS
    authorize_ms: int = 120_000
    wallets: tuple[str, ...] = ()
    """The providers one can pay with besides coins, in the order the screen offers them."""
    fees: tuple[tuple[str, Fee], ...] = ()
    """What providers take of a sale, by their names."""
    question: str = ""
    """What visitors are asked after a sale, by its word; empty when they are asked nothing."""
    answers: tuple[str, ...] = ()
    box_coins_max: int = 0
    """How many coins the cash box may hold; 0: nobody counts them."""
    statutes: Statutes = field(default_factory=Statutes)

    def fee_on(self, payment: Payment) -> Share | None:
        """What the provider takes when this payment is used; None when that is nothing."""
        cents = dict(self.fees).get(payment.provider, FREE).on(payment.cents)
        return Share(Account(f"fee:{payment.provider}"), cents) if cents else None


def _nothing() -> Mapping[SlotId, Slot]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Claim:
    """Money that waits for a person: in which account, for a vend in doubt the shares it would be sold by, and for money
    back that is in doubt the place it may have left: a hopper, a wallet."""

    code: str
    account: Account
    cents: int
    shares: tuple[Share, ...] = ()
    place: str = ""


@dataclass(frozen=True, slots=True)
class Shop:
    """`slots` stand in the order of the glass. `claim_key` is this machine's secret for claim codes."""

    slots: Mapping[SlotId, Slot] = field(default_factory=_nothing)
    products: Mapping[ProductId, Product] = field(default_factory=lambda: MappingProxyType({}))
    makers: frozenset[MakerId] = frozenset()
    rule: SplitRule | None = None
    claims: Mapping[str, Claim] = field(default_factory=lambda: MappingProxyType({}))
    """The open claims by their code."""
    payments: Mapping[int, Payment] = field(default_factory=lambda: MappingProxyType({}))
    """The payments without coins that are not over, by their number."""
    vouchers: frozenset[str] = frozenset()
    """The vouchers that are spent."""
    vouchers_wait_min: int = -1
    """Vouchers issued up to this minute may have been spent in the time that a restore has lost."""
    troubles: frozenset[Trouble] = frozenset()
    floats: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """What the books say lies in each hopper, in cents by its account."""
    closed_hoppers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """The hoppers that somebody must count before they pay again, and why."""
    box_coins: int = 0
    """The coins that came into the cash box since it was last counted, where the policy watches it."""
    away: frozenset[str] = frozenset()
    """The devices that do not answer right now, by name; a hopper's name is its account."""
    assembly: Assembly = field(default_factory=Assembly)
    governance: Governance = field(default_factory=Governance)
    policy: Policy = Policy()
    claim_key: bytes = b""

    def __iter__(self) -> Iterator[Slot]:
        return iter(self.slots.values())

    def coins_in(self, hopper: Hopper) -> int:
        """How many coins the books say this hopper can pay; none when it is closed."""
        closed = hopper.place in self.closed_hoppers
        return 0 if closed else max(0, self.floats.get(hopper.place, 0)) // hopper.coin_cents

    @property
    def change_coins(self) -> dict[int, int]:
        """What the hoppers that answer can pay right now: how many coins of each value in cents."""
        ready = {p: cents for p, cents in self.floats.items() if p not in self.closed_hoppers and p not in self.away}
        coins: Counter[int] = Counter()
        for place, cents in ready.items():
            coin_cents = int(place.partition(":")[2])
            coins[coin_cents] += max(0, cents) // coin_cents
        return dict(+coins)

    @property
    def gives_change(self) -> bool:
        """Whether there is anything in the hoppers to give back; without it only exact amounts make sense."""
        return bool(self.change_coins)

    @property
    def wallets(self) -> tuple[str, ...]:
        """The providers that answer right now."""
        return tuple(name for name in self.policy.wallets if name not in self.away)

    def twin(self, of: Slot) -> Slot | None:
        """Another slot that sells the same product at the same price, if there is one."""
        alike = (s for s in self if s.slot != of.slot and s.product == of.product and s.price_cents == of.price_cents)
        return next((s for s in alike if s.sells), None)

    @property
    def box_troubles(self) -> frozenset[Trouble]:
        """What is wrong with the cash box by the count of its coins; from nine tenths on it is nearly full."""
        most = self.policy.box_coins_max
        if not most or 10 * self.box_coins < 9 * most:
            return frozenset()
        return frozenset({Trouble.BOX_FULL if self.box_full else Trouble.BOX_FILLING})

    @property
    def box_full(self) -> bool:
        """No more coins find room in the cash box; where nobody counts them, nobody knows."""
        return 0 < self.policy.box_coins_max <= self.box_coins

    @property
    def selling(self) -> bool:
        """No trouble, a rule to share by, and something to sell: otherwise a coin could not be honoured."""
        return not self.troubles - HARMLESS and self.rule is not None and any(slot.sells for slot in self)


def after(shop: Shop, fact: f.Fact) -> Shop:
    """The shop once this fact is true. Facts about money only pass through unchanged."""
    match fact:
        case f.MakerJoined(maker):
            return replace(shop, makers=shop.makers | {maker})
        case f.ProductSet(product, maker, price_cents):
            return _with_product(shop, Product(product, maker, price_cents))
        case f.SlotAssigned(slot, product, capacity):
            known = shop.products[product]
            closed = shop.slots[slot].closed if slot in shop.slots else None
            return _with_slot(shop, Slot(slot, product, known.maker, known.price_cents, 0, capacity, closed))
        case f.SlotCounted(slot, _, quantity_after):
            return _with_slot(shop, replace(shop.slots[slot], quantity=quantity_after))
        case f.SlotClosed(slot, reason):
            return _with_slot(shop, replace(shop.slots[slot], closed=Closed(reason)))
        case f.SlotOpened(slot):
            return _with_slot(shop, replace(shop.slots[slot], closed=None))
        case f.Sold(slot=slot):
            held = shop.slots[slot]
            return _with_slot(shop, replace(held, quantity=max(0, held.quantity - 1)))
        case f.RuleApproved(rule_id, weights, bears):
            return replace(shop, rule=SplitRule(rule_id, weights, bears))
        case _ if isinstance(fact, f.AssemblyFact):
            return replace(shop, assembly=assemblies.after(shop.assembly, fact))
        case _ if isinstance(fact, f.GovernanceFact):
            return replace(shop, governance=governances.after(shop.governance, fact))
        case _:
            return _after_money(shop, fact)


def _after_money(shop: Shop, fact: f.Fact) -> Shop:
    """What money leaves behind: claims, a cash box that fills, hoppers that must be counted, payments that are not over."""
    match fact:
        case f.VendInDoubt(price_cents=cents, claim=claim, shares=shares):
            return _with_claim(shop, Claim(claim, DOUBT, cents, shares))
        case f.PayoutInDoubt(_, cents, place, claim):
            return _with_claim(shop, Claim(claim, DOUBT, cents, place=place))
        case f.CreditTaken(place=place) if place == COINBOX and shop.policy.box_coins_max:
            return replace(shop, box_coins=shop.box_coins + 1)
        case f.CashCounted(place) if place == COINBOX:
            return replace(shop, box_coins=0)
        case f.HopperClosed(place, reason):
            return replace(shop, closed_hoppers=MappingProxyType({**shop.closed_hoppers, place: reason}))
        case f.CashCounted(place) if place in shop.closed_hoppers:
            still = {other: reason for other, reason in shop.closed_hoppers.items() if other != place}
            return replace(shop, closed_hoppers=MappingProxyType(still))
        case f.ClaimOwed(cents=cents, claim=claim):
            return _with_claim(shop, Claim(claim, CLAIMS, cents))
        case f.CreditAbandoned(cents=cents, claim=claim):
            return _with_claim(shop, Claim(claim, UNCLAIMED, cents))
        case f.ClaimSettled(claim=claim):
            open_claims = {code: waiting for code, waiting in shop.claims.items() if code != claim}
            return replace(shop, claims=MappingProxyType(open_claims))
        case _:
            return _after_payment(shop, fact)


def _after_payment(shop: Shop, fact: f.Fact) -> Shop:
    match fact:
        case f.PaymentAsked(payment_id, provider, reference, cents, slot):
            return _with_payment(shop, Payment(payment_id, provider, reference, cents, slot))
        case f.PaymentTaken(payment_id):
            return _with_payment(shop, replace(shop.payments[payment_id], stage=Stage.TAKEN))
        case f.PaymentDropped(payment_id):
            return _with_payment(shop, replace(shop.payments[payment_id], stage=Stage.DROPPED))
        case f.PaymentLate(payment_id, _, cents) | f.ReversalDue(payment_id, _, cents):
            return _with_payment(shop, replace(shop.payments[payment_id], stage=Stage.REVERSING, cents=cents))
        case f.ReversalAccepted(payment_id, proof):
            return _with_payment(shop, replace(shop.payments[payment_id], proof=proof))
        case f.ReversalBounced(payment_id):
            return _with_payment(shop, replace(shop.payments[payment_id], proof=""))
        case f.PaymentOver(payment_id) | f.Reversed(payment_id):
            return _without_payment(shop, payment_id)
        case f.ReversalFailed(payment_id, cents=cents, claim=claim, place=place):
            owed = Claim(claim, DOUBT if place else CLAIMS, cents, place=place)
            return _with_claim(_without_payment(shop, payment_id), owed)
        case _:
            return _after_voucher(shop, fact)


def _after_voucher(shop: Shop, fact: f.Fact) -> Shop:
    match fact:
        case f.VoucherTaken(voucher_id):
            return replace(shop, vouchers=shop.vouchers | {voucher_id})
        case f.Restored(ids_skipped=skipped, vouchers_wait_min=minute):
            waits_min = max(minute, shop.vouchers_wait_min)
            return replace(shop, vouchers_wait_min=waits_min, governance=shop.governance.skipping(skipped))
        case f.VouchersAccepted():
            return replace(shop, vouchers_wait_min=-1)
        case _:
            return shop


def _with_payment(shop: Shop, payment: Payment) -> Shop:
    return replace(shop, payments=MappingProxyType({**shop.payments, payment.payment_id: payment}))


def _without_payment(shop: Shop, payment_id: int) -> Shop:
    others = {number: payment for number, payment in shop.payments.items() if number != payment_id}
    return replace(shop, payments=MappingProxyType(others))


def _with_claim(shop: Shop, claim: Claim) -> Shop:
    return replace(shop, claims=MappingProxyType({**shop.claims, claim.code: claim}))


def _with_slot(shop: Shop, slot: Slot) -> Shop:
    slots = {**shop.slots, slot.slot: slot}
    if slot.slot not in shop.slots:
        slots = {name: slots[name] for name in sorted(slots, key=on_the_glass)}
    return replace(shop, slots=MappingProxyType(slots))


def _with_product(shop: Shop, product: Product) -> Shop:
    """A product's price and maker hold in every slot that has it."""
    slots = {
        name: replace(slot, maker=product.maker, price_cents=product.price_cents)
        if slot.product == product.product
        else slot
        for name, slot in shop.slots.items()
    }
    products = {**shop.products, product.product: product}
    return replace(shop, products=MappingProxyType(products), slots=MappingProxyType(slots))
