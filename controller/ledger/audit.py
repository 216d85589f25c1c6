"""What the facts mean together: one intent has one ending, ids never come back, money goes only where facts say it goes.

The auditor (`controller.ledger.verify`) feeds it every fact in order. It keeps what is open and what is counted, never the
past, so that ten years of books take no more memory than a day.
"""

from collections import Counter
from dataclasses import dataclass, field

from controller.domain import facts as f
from controller.domain import shop as shops
from controller.domain.accounts import DOUBT, HOLD, OVER_SHORT, PLACES, kind
from controller.domain.catalog import Share
from controller.domain.chain import GENESIS
from controller.domain.claims import code
from controller.domain.shop import Claim, Shop
from controller.domain.wallet import Stage

Claimed = f.VendInDoubt | f.PayoutInDoubt | f.ClaimOwed | f.CreditAbandoned | f.ReversalFailed
Reversal = f.ReversalDue | f.ReversalAccepted | f.ReversalBounced | f.Reversed | f.ReversalFailed
PaymentStep = f.PaymentTaken | f.PaymentDropped | f.PaymentLate | f.PaymentOver | Reversal


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing that does not agree. `seq` is the fact it was noticed at, None for the books as a whole."""

    invariant: str
    words: str
    seq: int | None = None

    def __str__(self) -> str:
        where = f" at fact {self.seq}" if self.seq is not None else ""
        return f"{self.invariant}{where}: {self.words}"


@dataclass(slots=True)
class Audit:
    """What the facts say so far. `taken_back` are the vends of which some later fact says that they were."""

    shop: Shop
    taken_back: frozenset[int] = frozenset()
    head: bytes = GENESIS
    prev: bytes = GENESIS
    seq: int = 0
    epoch: int = 1
    balances: Counter[str] = field(default_factory=Counter)
    claim_ids: int = 0
    claim_seqs: dict[str, int] = field(default_factory=dict)
    """Of each open claim the fact that made it."""
    joined: dict[str, int] = field(default_factory=dict)
    rules: dict[int, tuple[int, tuple[tuple[str, int], ...]]] = field(default_factory=dict)
    sales: dict[int, tuple[int, tuple[Share, ...]]] = field(default_factory=dict)
    """Sales that will be taken back, until they are."""
    vend: f.VendStarted | None = None
    trial: f.TrialStarted | None = None
    payout: f.PayoutStarted | None = None
    ordered: tuple[str, ...] = ()
    """The hoppers that were told to pay for the payout under way."""
    vend_ids: int = 0
    payout_ids: int = 0
    payment_ids: int = 0
    pairing_ids: int = 0
    voucher_seqs: dict[str, int] = field(default_factory=dict)
    """Of each spent voucher the fact that took it."""
    inserted_cents: int = 0
    gone_cents: int = 0
    complaints: list[Complaint] = field(default_factory=list)

    def complain(self, invariant: str, words: str) -> None:
        self.complaints.append(Complaint(invariant, words, self.seq))


def heed(audit: Audit, fact: f.Fact) -> None:
    """One more fact, already posted to `audit.balances`. Raises KeyError or ValueError when the shop cannot follow it."""
    shop = shops.after(audit.shop, fact)
    match fact:
        case f.CreditTaken(cents=cents):
            audit.inserted_cents += cents
        case f.VendStarted() | f.Sold() | f.VendFailed() | f.VendInDoubt():
            _vend(audit, fact)
        case f.TrialStarted() | f.TrialEnded():
            _trial(audit, fact)
        case f.PayoutStarted() | f.PayoutOrdered() | f.Refunded() | f.Overpaid() | f.PayoutInDoubt() | f.ClaimOwed():
            _payout(audit, fact)
        case f.PaymentAsked(payment_id):
            if payment_id <= audit.payment_ids:
                audit.complain("payments", f"payment {payment_id} is asked for again")
            audit.payment_ids = payment_id
        case f.PairingOpened(pairing_id):
            if pairing_id <= audit.pairing_ids:
                audit.complain("pairings", f"pairing {pairing_id} is opened again")
            audit.pairing_ids = pairing_id
        case f.VoucherTaken(voucher_id, _, cents):
            audit.inserted_cents += cents
            if audit.voucher_seqs.setdefault(voucher_id, audit.seq) != audit.seq:
                audit.complain("vouchers", f"voucher {voucher_id} is spent again")
        case f.Restored():
            _restored(audit, fact)
        case f.ClaimSettled():
            _settled(audit, fact)
        case f.SaleRefunded(vend_id, price_cents, shares):
            _taken_back(audit, vend_id, price_cents, shares)
        case f.HopperClosed(place):
            if kind(place) != "hopper":
                audit.complain("facts", f"{place} is closed, but it is no hopper")
        case f.MakerJoined(maker):
            audit.joined.setdefault(maker, audit.seq)
        case f.RuleApproved(rule_id, weights, _):
            audit.rules[rule_id] = audit.seq, weights
    if isinstance(fact, PaymentStep):
        _payment(audit, fact)
    if isinstance(fact, Claimed):
        _claim(audit, fact)
    audit.shop = shop


# Vends


def _vend(audit: Audit, fact: f.VendStarted | f.Sold | f.VendFailed | f.VendInDoubt) -> None:
    if isinstance(fact, f.VendStarted):
        _vend_starts(audit, fact)
        return
    vend = audit.vend
    if vend is None or (vend.vend_id, vend.price_cents) != (fact.vend_id, fact.price_cents):
        audit.complain("vends", f"vend {fact.vend_id} ends, but it is not under way at this price")
    else:
        audit.vend = None
        if fact.slot != vend.slot or (isinstance(fact, f.Sold | f.VendInDoubt) and fact.shares != vend.shares):
            audit.complain("vends", f"vend {fact.vend_id} ends otherwise than it was started")
    if isinstance(fact, f.Sold):
        if vend and (fact.product, fact.maker) != (vend.product, vend.maker):
            audit.complain("vends", f"vend {fact.vend_id} was sold otherwise than it was started")
        audit.gone_cents += fact.price_cents
        if fact.vend_id in audit.taken_back:
            audit.sales[fact.vend_id] = fact.price_cents, fact.shares


def _vend_starts(audit: Audit, vend: f.VendStarted) -> None:
    if audit.vend or vend.vend_id <= audit.vend_ids:
        audit.complain("vends", f"vend {vend.vend_id} starts while another is open, or again")
    audit.vend, audit.vend_ids = vend, vend.vend_id
    held = audit.shop.slots.get(vend.slot)
    if held is None or (held.product, held.maker, held.price_cents) != (vend.product, vend.maker, vend.price_cents):
        audit.complain("vends", f"vend {vend.vend_id} is not what slot {vend.slot} held, or not at its price")
    rule, fee = audit.shop.rule, _fee(audit, vend)
    if rule is None or vend.shares != rule.shares(vend.price_cents, vend.maker, vend.vend_id, fee):
        audit.complain("shares", f"vend {vend.vend_id} is not shared by the rule in force: {vend.shares}")
    if sum(share.cents for share in vend.shares) != vend.price_cents:
        audit.complain("shares", f"the parts of vend {vend.vend_id} do not add up to {vend.price_cents} cents")


def _trial(audit: Audit, fact: f.TrialStarted | f.TrialEnded) -> None:
    """One at a time, none twice, never beside a vend; its number is counted with the vends."""
    if isinstance(fact, f.TrialStarted):
        if audit.vend or audit.trial or fact.trial_id <= audit.vend_ids:
            audit.complain("trials", f"trial {fact.trial_id} starts while something is under way, or again")
        audit.trial, audit.vend_ids = fact, fact.trial_id
    elif audit.trial is None or (audit.trial.trial_id, audit.trial.slot) != (fact.trial_id, fact.slot):
        audit.complain("trials", f"trial {fact.trial_id} ends, but it is not under way")
    else:
        audit.trial = None


def _fee(audit: Audit, vend: f.VendStarted) -> Share | None:
    """The last part, where it is what the provider takes of a payment that is held for this vend."""
    paid = [payment for payment in audit.shop.payments.values() if payment.stage is Stage.TAKEN]
    last = vend.shares[-1] if vend.shares else None
    fits = paid and last and last.account == f"fee:{paid[-1].provider}" and 0 < last.cents <= paid[-1].cents
    more = audit.shop.rule is not None and len(vend.shares) > len(audit.shop.rule.weights)
    return last if fits and more else None


def _taken_back(audit: Audit, vend_id: int, price_cents: int, shares: tuple[Share, ...]) -> None:
    if audit.sales.pop(vend_id, None) != (price_cents, shares):
        audit.complain("refunds", f"sale {vend_id} is taken back otherwise than it was made, or twice")


# Payouts


def _payout(
    audit: Audit, fact: f.PayoutStarted | f.PayoutOrdered | f.Refunded | f.Overpaid | f.PayoutInDoubt | f.ClaimOwed
) -> None:
    payout = audit.payout
    under_way = payout is not None and payout.payout_id == fact.payout_id
    match fact:
        case f.PayoutStarted(payout_id):
            if payout or payout_id <= audit.payout_ids:
                audit.complain("payouts", f"payout {payout_id} starts while another is open, or again")
            audit.payout, audit.payout_ids, audit.ordered = fact, payout_id, ()
        case f.PayoutOrdered(payout_id, orders):
            if payout is None or not under_way or audit.ordered or sum(order.cents for order in orders) > payout.cents:
                audit.complain("payouts", f"payout {payout_id} is ordered, but not under way, again, or with too much")
            audit.ordered = tuple(order.place for order in orders)
        case f.Overpaid(payout_id):
            if payout_id != audit.payout_ids:
                audit.complain("payouts", f"payout {payout_id} paid too much, but it was not the last one")
        case f.Refunded(payout_id) | f.PayoutInDoubt(payout_id) | f.ClaimOwed(payout_id):
            audit.gone_cents += fact.cents if isinstance(fact, f.Refunded) else 0
            if isinstance(fact, f.PayoutInDoubt) and fact.place not in audit.ordered:
                audit.complain(
                    "payouts", f"payout {payout_id} is in doubt at {fact.place}, which was told to pay nothing"
                )
            if not under_way:
                audit.complain("payouts", f"payout {payout_id} ends, but it is not under way")
            elif not audit.balances[HOLD]:
                audit.payout = None


# Payments without coins

_FROM = {
    f.PaymentTaken: (Stage.ASKED,),
    f.PaymentDropped: (Stage.ASKED,),
    f.PaymentLate: (Stage.ASKED, Stage.DROPPED),
    f.PaymentOver: (Stage.DROPPED, Stage.TAKEN),
    f.ReversalDue: (Stage.TAKEN,),
    f.ReversalAccepted: (Stage.REVERSING,),
    f.ReversalBounced: (Stage.REVERSING,),
    f.Reversed: (Stage.REVERSING,),
    f.ReversalFailed: (Stage.REVERSING,),
}
"""How far a payment must have come before each of these."""


def _payment(audit: Audit, fact: PaymentStep) -> None:
    """A payment is taken once, and goes back once; what is believed of it is what was asked for."""
    payment = audit.shop.payments.get(fact.payment_id)
    if payment is None or payment.stage not in _FROM[type(fact)]:
        audit.complain("payments", f"{type(fact).__name__} of payment {fact.payment_id}, which is not so far, or over")
        return
    if isinstance(fact, f.PaymentDropped | f.PaymentOver):
        return
    if isinstance(fact, f.ReversalAccepted | f.ReversalBounced):
        if (fact.proof == payment.proof) is isinstance(fact, f.ReversalAccepted):
            audit.complain(
                "payments", f"the number {fact.proof} of payment {fact.payment_id} is accepted twice, or fails unheard"
            )
        return
    if fact.provider != payment.provider or (not isinstance(fact, f.PaymentLate) and fact.cents != payment.cents):
        audit.complain("payments", f"payment {fact.payment_id} is not by the provider, or not the sum, that was asked")
    if isinstance(fact, f.ReversalFailed) and fact.place not in ("", f"wallet:{fact.provider}"):
        audit.complain("payments", f"payment {fact.payment_id} is in doubt at {fact.place}, which it was not paid to")
    audit.inserted_cents += fact.cents if isinstance(fact, f.PaymentTaken | f.PaymentLate) else 0
    audit.gone_cents += fact.cents if isinstance(fact, f.Reversed) else 0


# Claims


def _claim(audit: Audit, fact: Claimed) -> None:
    audit.claim_ids += 1
    audit.claim_seqs[fact.claim] = audit.seq
    if fact.claim != code(audit.shop.claim_key, audit.claim_ids):
        audit.complain("claims", f"claim {fact.claim} is not this machine's next code")


def _settled(audit: Audit, fact: f.ClaimSettled) -> None:
    """A claim is settled once, with its own money, and a doubt that was a sale is shared as its vend said."""
    claim = audit.shop.claims.get(fact.claim)
    audit.claim_seqs.pop(fact.claim, None)
    audit.gone_cents += fact.cents
    if claim is None or (claim.account, claim.cents, claim.shares) != (fact.account, fact.cents, fact.shares):
        audit.complain("claims", f"claim {fact.claim} is settled, but it is not open like this")
    elif not _fits(fact, claim):
        words = f"claim {fact.claim} over {claim.cents} cents in {claim.account} cannot be {fact.verdict.value}"
        audit.complain("claims", f"{words} from {fact.place or 'nowhere'}")


def _fits(fact: f.ClaimSettled, claim: Claim) -> bool:
    """A refund is paid from a place. Money in doubt has left its place, a piece in doubt was sold from no place."""
    if fact.verdict is f.Verdict.REFUNDED:
        return bool(fact.place) and kind(fact.place) in PLACES
    if claim.place:
        return fact.verdict is f.Verdict.DELIVERED and fact.place in (claim.place, OVER_SHORT)
    return claim.account == DOUBT and not fact.place


# Restores


def _restored(audit: Audit, fact: f.Restored) -> None:
    """A restore goes on where its backup ended, and skips ids of every kind."""
    before = (audit.epoch, audit.seq - 1, audit.prev.hex())
    if (fact.epoch, fact.seq, fact.head) != before or fact.ids_skipped < 0:
        audit.complain("epoch", f"the restore says {fact}, but stands after {before}")
    audit.vend_ids += fact.ids_skipped
    audit.payout_ids += fact.ids_skipped
    audit.payment_ids += fact.ids_skipped
    audit.pairing_ids += fact.ids_skipped
    audit.claim_ids += fact.ids_skipped
