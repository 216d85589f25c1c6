"""The judge: compares the books with the world outside. It trusts nothing the program says of itself.

Money is compared with coins, sales with fallen pieces, payouts with coins that left, acknowledgements with what is still
there. The books' own consistency is the auditor's part (`controller.ledger.verify`).
"""

from collections import Counter
from typing import Any

from outside import World
from stories import C1

from controller.domain import facts as f
from controller.domain.stocking import Wish
from controller.domain.treasury import RefundSale, SettleClaim
from controller.ledger import reports
from controller.ledger.journal import load_cycle, read_fact
from controller.ledger.verify import verify


def complaints(db: Any, world: World) -> list[str]:
    """Everything that is not as it must be when the story is over."""
    facts = [read_fact(kind, body) for kind, body in db.execute("SELECT type, body FROM facts ORDER BY seq")]
    found = [str(complaint) for complaint in verify(db)]
    found += world.wrongs + _money(db, world) + _payouts(facts, world) + _cash(db, facts, world)
    return found + _pieces(db, facts, world) + _acknowledged(db, facts, world) + _alive(db, facts, world)


def _money(db: Any, world: World) -> list[str]:
    """1: every coin is somebody's, but for those that a power cut may have hidden."""
    books = reports.totals(db)
    hidden_cents = world.inserted_cents - books.inserted_cents
    found = [] if books.adds_up else [f"the totals do not add up: {books}"]
    if not 0 <= hidden_cents <= world.hidden_cents_max:
        found.append(f"{world.inserted_cents} cents were put in, {books.inserted_cents} are booked")
    if books.hold_cents:
        found.append(f"{books.hold_cents} cents are held though the machine is idle")
    return found


def _payouts(facts: list[f.Fact], world: World) -> list[str]:
    """6: one payout pays once, never without its order on disk, and the books say what left or that it is in doubt."""
    ordered = {fact.payout_id: fact.orders for fact in facts if isinstance(fact, f.PayoutOrdered)}
    booked, doubts = Counter[int](), Counter[int]()
    for fact in facts:
        if isinstance(fact, f.Refunded | f.Overpaid):
            booked[fact.payout_id] += fact.cents
        if isinstance(fact, f.PayoutInDoubt):
            doubts[fact.payout_id] += sum(one.cents for one in ordered[fact.payout_id] if one.place == fact.place)
    found = [f"payout {one} was ordered {times} times" for one, times in world.payouts.items() if times > 1]
    found += [f"payout {one} left without an order" for one in world.payouts if one not in ordered]
    for one in world.left_cents.keys() | booked.keys():
        if not booked[one] <= world.left_cents[one] <= booked[one] + doubts[one]:
            found.append(f"{world.left_cents[one]} cents of payout {one} left, {booked[one]} are booked")
    return found


def _cash(db: Any, facts: list[f.Fact], world: World) -> list[str]:
    """Cash lies where the books say: in the safe and the bank, in every hopper that is open, and in the box."""
    books = reports.balances(db)
    closed = {place for (place,) in db.execute("SELECT place FROM closed_hoppers")}
    counted = [fact for fact in facts if isinstance(fact, f.CashCounted) and fact.place == "coinbox"]
    surplus_cents = sum(fact.counted_cents - fact.expected_cents for fact in counted)
    hidden_cents = world.inserted_cents - reports.totals(db).inserted_cents
    should = {place: books.get(place, 0) for place in ("safe", "bank", *world.hoppers) if place not in closed}
    should["coinbox"] = books.get("coinbox", 0) + hidden_cents - surplus_cents
    return [
        f"{world.cash.lies_in(place)} cents lie in {place}, by the books {cents}"
        for place, cents in should.items()
        if world.cash.lies_in(place) != cents
    ]


def _pieces(db: Any, facts: list[f.Fact], world: World) -> list[str]:
    """3: every piece that fell has exactly one sale or one doubt, and one intent turned a motor at most once."""
    intents = {fact.vend_id for fact in facts if isinstance(fact, f.VendStarted)}
    sold = Counter(fact.vend_id for fact in facts if isinstance(fact, f.Sold))
    ended = sold + Counter(fact.vend_id for fact in facts if isinstance(fact, f.VendInDoubt))
    found = [f"vend {vend} turned its motor {turns} times" for vend, turns in world.turned.items() if turns > 1]
    found += [f"vend {vend} turned its motor without an intent" for vend in world.turned if vend not in intents]
    found += [f"vend {vend} ended {times} times" for vend, times in ended.items() if times > 1]
    found += [f"the piece of vend {vend} fell and nobody paid" for vend in world.fell if not ended[vend]]
    found += [f"vend {vend} was sold but nothing fell" for vend in sold if vend not in world.fell]
    unsold = Counter(slot for vend, slot in world.fell.items() if not sold[vend])
    for slot, quantity in db.execute("SELECT slot, quantity FROM slots"):
        if quantity - unsold[slot] != world.pieces[slot]:
            found.append(f"slot {slot} holds {world.pieces[slot]}, by the books {quantity - unsold[slot]}")
    return found


def _acknowledged(db: Any, facts: list[f.Fact], world: World) -> list[str]:
    """4, 7: whatever was told to anybody is still there, unchanged."""
    there = dict(db.execute("SELECT seq, hash FROM facts").fetchall())
    lost = [seq for seq, head in world.told.items() if seq and there.get(seq) != head]
    found = [f"acknowledged fact {seq} is gone or changed" for seq in lost[:3]]
    owed = (f.VendInDoubt, f.PayoutInDoubt, f.ClaimOwed, f.CreditAbandoned)
    codes = {fact.claim for fact in facts if isinstance(fact, owed)}
    found += [f"code {code} was shown and is unknown" for code in world.codes if code not in codes]
    done = Counter(_decided(fact) for fact in facts)
    for wish in world.cash.done:
        if done[_asked(wish)] != 1:
            found.append(f"{wish} was granted and stands {done[_asked(wish)]} times in the books")
    return found


def _decided(fact: f.Fact) -> object:
    """What names the wish that this fact was."""
    match fact:
        case f.SaleRefunded(vend_id=vend_id):
            return vend_id
        case f.ClaimSettled(claim=claim):
            return claim
        case _:
            return getattr(fact, "wish_id", None)


def _asked(wish: Wish) -> object:
    match wish:
        case RefundSale(vend_id):
            return vend_id
        case SettleClaim(claim):
            return claim
        case _:
            return getattr(wish, "wish_id", None)


def _alive(db: Any, facts: list[f.Fact], world: World) -> list[str]:
    """9: the story came to its end, and the last thing that happened is a sale from C1."""
    cycle = load_cycle(db)
    last = next((fact for fact in reversed(facts) if isinstance(fact, f.Sold)), None)
    sells = last is not None and last.slot == C1 == world.fell.get(cycle.last_vend_id)
    rests = not (cycle.vend or cycle.payout or world.acts)
    return [] if sells and rests else [f"the machine does not sell in the end: {cycle}, {len(world.acts)} acts left"]
