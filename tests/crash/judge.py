"""The judge: compares the books with the world outside. It trusts nothing the program says of itself.

Money is compared with coins, sales with fallen pieces, payouts with coins that left, acknowledgements with what is still
there. The books' own consistency is the auditor's part (`controller.ledger.verify`).
"""

from collections import Counter
from typing import Any

from outside import World
from stories import C1

from controller.domain import facts as f
from controller.domain.treasury import RefundSale, SettleClaim
from controller.ledger import reports
from controller.ledger.journal import load_cycle, read_fact
from controller.ledger.verify import verify


def complaints(db: Any, world: World) -> list[str]:
    """Everything that is not as it must be when the story is over."""
    facts = [read_fact(kind, body) for kind, body in db.execute("SELECT type, body FROM facts ORDER BY seq")]
    found = [str(complaint) for complaint in verify(db)]
    found += world.wrongs + _money(db, world) + _payouts(facts, world)
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
    """6: one payout pays once, never without its order on disk, and the books say what left."""
    ordered = {fact.payout_id for fact in facts if isinstance(fact, f.PayoutOrdered)}
    booked: Counter[int] = Counter()
    for fact in facts:
        if isinstance(fact, f.Refunded | f.Overpaid):
            booked[fact.payout_id] += fact.cents
    found = [f"payout {one} was ordered {times} times" for one, times in world.payouts.items() if times > 1]
    found += [f"payout {one} left without an order" for one in world.payouts if one not in ordered]
    if booked != world.left_cents:
        found.append(f"coins that left: {dict(world.left_cents)}, by the books: {dict(booked)}")
    return found


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
    codes = {fact.claim for fact in facts if isinstance(fact, f.VendInDoubt | f.ClaimOwed | f.CreditAbandoned)}
    found += [f"code {code} was shown and is unknown" for code in world.codes if code not in codes]
    done = Counter(fact.vend_id if isinstance(fact, f.SaleRefunded) else fact.claim for fact in facts if _at_desk(fact))
    for wish in world.granted_wishes:
        if isinstance(wish, RefundSale | SettleClaim):
            key = wish.vend_id if isinstance(wish, RefundSale) else wish.claim
            found += [] if done[key] == 1 else [f"{wish} was granted once and stands {done[key]} times in the books"]
    return found


def _at_desk(fact: f.Fact) -> bool:
    return isinstance(fact, f.SaleRefunded | f.ClaimSettled)


def _alive(db: Any, facts: list[f.Fact], world: World) -> list[str]:
    """9: the story came to its end, and the last thing that happened is a sale from C1."""
    cycle = load_cycle(db)
    last = next((fact for fact in reversed(facts) if isinstance(fact, f.Sold)), None)
    sells = last is not None and last.slot == C1 == world.fell.get(cycle.last_vend_id)
    rests = not (cycle.vend or cycle.payout or world.acts)
    return [] if sells and rests else [f"the machine does not sell in the end: {cycle}, {len(world.acts)} acts left"]
