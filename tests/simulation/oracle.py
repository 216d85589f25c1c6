"""The oracle: knows what physically happened and says whether the books tell the same story.

It shares no arithmetic with the program: shares are checked against fractions, stock against pieces, money against coins.
"""

from collections import Counter
from fractions import Fraction

from calendars import times
from town import Town
from truth import MAKERS, PRICES_CENTS, SHELF

from controller.domain import facts as f
from controller.domain.change import HopperOrder
from controller.domain.cycle import Phase
from controller.domain.money import COINS_CENTS
from controller.domain.shop import Unreturnable
from controller.ledger import reports
from controller.ledger.verify import verify


class Violation(AssertionError):
    """An invariant is broken; the message names the seed that replays it."""


def check(town: Town) -> None:
    """Every invariant, after the storm and after a count of everything. Raises Violation."""
    complaints = [*_books(town), *_money(town), *_payouts(town), *_cash(town), *_pieces(town), *_shares(town)]
    complaints += [*_wishes(town), *_chain(town), *times(town), *_alive(town)]
    if complaints:
        raise Violation(f"seed {town.seed}: " + "; ".join(complaints))


def _books(town: Town) -> list[str]:
    return [str(complaint) for complaint in verify(town.brain.journal.db)]


def _money(town: Town) -> list[str]:
    """1: every coin in the box is somebody's, or is known to be hidden by a power cut."""
    books, truth = reports.totals(town.brain.journal.db), town.truth
    complaints = list(truth.wrongs)
    if truth.inserted_cents != books.inserted_cents + truth.hidden_cents:
        complaints.append(
            f"inserted {truth.inserted_cents}, booked {books.inserted_cents}, hidden {truth.hidden_cents}"
        )
    if truth.hidden_cents and not any(isinstance(fact, f.CoinsUnknown) for fact in town.facts()):
        complaints.append(f"{truth.hidden_cents} cents were hidden, and the books say nothing of it")
    if not books.adds_up:
        complaints.append(f"the totals do not add up: {books}")
    by_hand_cents = sum(_given_by_hand(fact) for fact in town.facts())
    if truth.by_hand_cents != by_hand_cents:
        complaints.append(f"{truth.by_hand_cents} cents were given by hand, {by_hand_cents} are booked")
    if books.hold_cents:
        complaints.append(f"{books.hold_cents} cents are held though the machine is idle")
    return complaints


def _given_by_hand(fact: f.Fact) -> int:
    match fact:
        case f.SaleRefunded(price_cents=cents) | f.ClaimSettled(cents=cents, verdict=f.Verdict.REFUNDED):
            return cents
        case _:
            return 0


def _payouts(town: Town) -> list[str]:
    """6: a payout ends once, and the books say what left; only what is in doubt may have left or not."""
    facts, left_cents = town.facts(), town.truth.left_cents
    started = {fact.payout_id: fact.cents for fact in facts if isinstance(fact, f.PayoutStarted)}
    orders = Counter(fact.payout_id for fact in facts if isinstance(fact, f.PayoutOrdered))
    booked, ended, doubts = Counter[int](), Counter[int](), _doubts(facts)
    for fact in facts:
        if isinstance(fact, f.Refunded | f.Overpaid):
            booked[fact.payout_id] += fact.cents
        if isinstance(fact, f.Refunded | f.ClaimOwed | f.PayoutInDoubt):
            ended[fact.payout_id] += fact.cents
    complaints = [f"payout {one} was ordered {times} times" for one, times in orders.items() if times > 1]
    complaints += [f"of payout {one} {ended[one]} cents ended" for one in started if ended[one] != started[one]]
    complaints += [
        f"{left_cents[one]} cents of payout {one} left, {booked[one]} are booked and {doubts[one]} in doubt"
        for one in started.keys() | left_cents.keys()
        if not booked[one] <= left_cents[one] <= booked[one] + doubts[one]
    ]
    return complaints


def _doubts(facts: list[f.Fact]) -> Counter[int]:
    """How many cents more than booked may have left for each payout: a whole order and one coin too many.

    Where others had paid all that was due already there is no claim, and the closed hopper's count will show it.
    """
    owed = {fact.payout_id for fact in facts if isinstance(fact, f.ClaimOwed)}
    doubtful, payout = set[tuple[int, HopperOrder]](), None
    for fact in facts:
        match fact:
            case f.PayoutOrdered():
                payout = fact
            case f.PayoutInDoubt(place=place) | f.HopperClosed(place, "unsure") if payout:
                if isinstance(fact, f.PayoutInDoubt) or payout.payout_id not in owed:
                    doubtful |= {(payout.payout_id, order) for order in payout.orders if order.place == place}
    doubts = Counter[int]()
    for payout_id, order in doubtful:
        doubts[payout_id] += order.cents + order.coin_cents
    return doubts


def _cash(town: Town) -> list[str]:
    """Everything was counted: each place holds what its books say, and `over_short` is what truly went astray."""
    books, truth, facts = reports.balances(town.brain.journal.db), town.truth, town.facts()
    there = {"safe": truth.safe_cents, "bank": truth.bank_cents, "coinbox": truth.box_cents}
    there |= {hopper.place: hopper.cents for hopper in town.hardware.hoppers.values()}
    told_cents = sum(
        fact.cents
        for fact in facts
        if isinstance(fact, f.Refunded)
        or (isinstance(fact, f.ClaimSettled) and fact.verdict is f.Verdict.DELIVERED and not fact.shares)
    )
    there["over_short"] = truth.left_cents.total() - told_cents - truth.found_cents
    if truth.found_cents != truth.hidden_cents:
        return [f"{truth.hidden_cents} cents were hidden, {truth.found_cents} were found"]
    return [
        f"{cents} cents in {name}, {books.get(name, 0)} by the books"
        for name, cents in there.items()
        if books.get(name, 0) != cents
    ]


def _wishes(town: Town) -> list[str]:
    """A wish with an id of its own was done once at most."""
    done = Counter(wish_id for fact in town.facts() if (wish_id := getattr(fact, "wish_id", "")))
    return [f"wish {wish_id} was done {times} times" for wish_id, times in done.items() if times > 1]


def _pieces(town: Town) -> list[str]:
    """3: every piece that fell has exactly one sale or one doubt, and one intent turned a motor at most once."""
    facts, truth = town.facts(), town.truth
    sold = Counter(fact.vend_id for fact in facts if isinstance(fact, f.Sold))
    doubted = Counter(fact.vend_id for fact in facts if isinstance(fact, f.VendInDoubt))
    complaints = [f"vend {vend} turned {turns} times" for vend, turns in truth.turned.items() if turns > 1]
    complaints += [f"vend {vend} ended {n} times" for vend, n in (sold + doubted).items() if n > 1]
    complaints += [
        f"the piece of vend {vend} fell and nobody paid" for vend in truth.fell if not sold[vend] + doubted[vend]
    ]
    complaints += [f"vend {vend} was sold but nothing fell" for vend in sold if vend not in truth.fell]
    fell_in_doubt = Counter(truth.fell[vend] for vend in doubted if vend in truth.fell)
    for slot in town.brain.shop:
        if slot.quantity - fell_in_doubt[slot.slot] > truth.pieces[slot.slot]:
            complaints.append(f"slot {slot.slot} should hold {slot.quantity}, there are {truth.pieces[slot.slot]}")
    return complaints + _retries(facts)


def _retries(facts: list[f.Fact]) -> list[str]:
    """A failed vend is tried in one other slot, once, and never after a doubt."""
    started = {fact.vend_id: fact for fact in facts if isinstance(fact, f.VendStarted)}
    failed = {fact.vend_id for fact in facts if isinstance(fact, f.VendFailed)}
    complaints = []
    for vend in started.values():
        if vend.retry_of is not None and (started[vend.retry_of].retry_of is not None or vend.retry_of not in failed):
            complaints.append(f"vend {vend.vend_id} is one retry too many")
    return complaints


def _shares(town: Town) -> list[str]:
    """5: parts add up to the price, each is right to within a cent, and the balances are their sums."""
    complaints, earned, weights = [], Counter(), {}
    for fact in town.facts():
        if isinstance(fact, f.RuleApproved):
            weights[fact.rule_id] = dict(fact.weights)
        if isinstance(fact, f.VendStarted):
            rule = weights[fact.rule_id]
        if isinstance(fact, f.Sold):
            product = SHELF[fact.slot]
            if (
                fact.price_cents != PRICES_CENTS[product]
                or sum(share.cents for share in fact.shares) != fact.price_cents
            ):
                complaints.append(f"the parts of vend {fact.vend_id} are not its price")
            for share in fact.shares:
                part = rule["maker"] if share.account == f"maker:{MAKERS[product]}" else rule[share.account]
                if abs(share.cents - Fraction(fact.price_cents * part, sum(rule.values()))) >= 1:
                    complaints.append(f"vend {fact.vend_id} gives {share.account} {share.cents}")
                earned[share.account] += share.cents
        if isinstance(fact, f.ClaimSettled) and fact.verdict is not f.Verdict.REFUNDED:
            earned.update({share.account: share.cents for share in fact.shares})
        if isinstance(fact, f.SaleRefunded):
            earned.subtract({share.account: share.cents for share in fact.shares})
        if isinstance(fact, f.MakerPaid):
            earned[f"maker:{fact.maker}"] -= fact.cents
        if isinstance(fact, f.CashMoved) and fact.credit not in ("safe", "coinbox"):
            earned[fact.credit] += fact.cents
    books = reports.balances(town.brain.journal.db)
    for account, cents in earned.items():
        if books.get(account, 0) != cents:
            complaints.append(f"{account} earned {cents}, the books owe {books.get(account, 0)}")
    return complaints


def _chain(town: Town) -> list[str]:
    """4, 7: everything that was acknowledged is still there, unchanged."""
    there = dict(town.brain.journal.db.execute("SELECT seq, hash FROM facts").fetchall())
    lost = [seq for seq, link in town.truth.acknowledged if seq and there.get(seq) != link]
    return [f"acknowledged fact {seq} is gone or changed" for seq in lost[:3]]


def _alive(town: Town) -> list[str]:
    """9: faults over, the machine is idle and takes every coin it may as soon as something can be sold."""
    brain = town.brain
    complaints = [] if brain.cycle.phase is Phase.IDLE else [f"the machine stays in {brain.cycle.phase}"]
    returnable = {
        cents for cents in COINS_CENTS if town.policy.unreturnable is not Unreturnable.REFUSE or cents % 5 == 0
    }
    welcome = returnable if brain.shop.selling else set()
    if welcome != town.hardware.accepting:
        complaints.append(f"selling is {brain.shop.selling}, but coins accepted are {set(town.hardware.accepting)}")
    return complaints
