"""The oracle: knows what physically happened and says whether the books tell the same story.

It shares no arithmetic with the program: shares are checked against fractions, stock against pieces, money against coins.
"""

from collections import Counter
from fractions import Fraction

from town import Town
from truth import MAKERS, PRICES_CENTS, SHELF

from controller.domain import facts as f
from controller.domain.cycle import Phase
from controller.ledger import reports
from controller.ledger.verify import verify


class Violation(AssertionError):
    """An invariant is broken; the message names the seed that replays it."""


def check(town: Town) -> None:
    """Every invariant, after the storm. Raises Violation."""
    complaints = [*_books(town), *_money(town), *_pieces(town), *_shares(town), *_chain(town), *_alive(town)]
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
    if not books.adds_up:
        complaints.append(f"the totals do not add up: {books}")
    left_cents = sum((hopper.lifetime_coins - 1_000) * hopper.coin_cents for hopper in town.hoppers.values())
    too_many_cents = sum(fact.cents for fact in town.facts() if isinstance(fact, f.Overpaid))
    if truth.returned_cents + left_cents != books.returned_cents + too_many_cents:
        complaints.append(
            f"{left_cents} cents left the hoppers, {truth.returned_cents} by hand: the books differ: {books}"
        )
    complaints += _cash(town)
    if books.hold_cents:
        complaints.append(f"{books.hold_cents} cents are held though the machine is idle")
    return complaints


def _cash(town: Town) -> list[str]:
    """What people counted and paid lies where the books say; a count finds exactly the coins that were hidden."""
    books, truth = reports.balances(town.brain.journal.db), town.truth
    in_box_cents = books.get("coinbox", 0) + truth.hidden_cents - truth.found_cents
    too_many_cents = sum(fact.cents for fact in town.facts() if isinstance(fact, f.Overpaid))
    there = {"safe": truth.safe_cents, "over_short": too_many_cents - truth.found_cents}
    there |= {hopper.place: hopper.coins * hopper.coin_cents for hopper in town.hoppers.values()}
    complaints = [f"{name}: {cents} by the books" for name, cents in books.items() if there.get(name, cents) != cents]
    if in_box_cents != truth.box_cents:
        complaints.append(f"{truth.box_cents} cents lie in the box, {in_box_cents} should")
    return complaints


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
        if isinstance(fact, f.CashMoved):
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
    """9: faults over, the machine is idle and takes coins as soon as something can be sold."""
    brain = town.brain
    complaints = [] if brain.cycle.phase is Phase.IDLE else [f"the machine stays in {brain.cycle.phase}"]
    if brain.shop.selling != town.accepting:
        complaints.append(f"selling is {brain.shop.selling}, but coins accepted is {town.accepting}")
    return complaints
