"""Small worlds for tests: a shelf of three makers, a till that plays a visit, open books, and one command of `minga`.

The shelf: Rosa's bag in A1 and A2 (twins), Luz's belt in A3, Inti's scarf in B1. Of every price 80 parts are the maker's,
15 the common fund's and 5 the machine's.
"""

import io
import sys
from collections.abc import Iterable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field, replace
from pathlib import Path
from unittest.mock import patch

from controller.cli import main
from controller.domain import facts as f
from controller.domain import shop as shops
from controller.domain.catalog import Account, Closed, MakerId, ProductId, Share, SlotId
from controller.domain.change import Hopper, HopperOrder, Paid
from controller.domain.claims import code
from controller.domain.cycle import Cycle, Decision
from controller.domain.effects import Effect
from controller.domain.events import (
    CoinsPaid,
    CoinsSeen,
    DeadlinePassed,
    Event,
    HoppersAnswered,
    ItemDropped,
    ReturnPressed,
    SlotChosen,
    Trouble,
    VendRefused,
    VendUnknown,
)
from controller.domain.shop import Policy, Shop
from controller.domain.trials import step
from controller.ledger.journal import Journal, Stamp
from controller.ledger.schema import create

A1, A2, A3, B1 = (SlotId(name) for name in ("A1", "A2", "A3", "B1"))
ROSA, LUZ, INTI = (MakerId(name) for name in ("rosa", "luz", "inti"))
BAG, BELT, SCARF = (ProductId(name) for name in ("bolso-retazos", "chumpi-rojo", "panuelo-pajaro"))
KEY = bytes.fromhex("6d696e67612d656e2d717569746f2121")
CLAIM = code(KEY, 1)
WEIGHTS = (("maker", 80), ("fund:comun", 15), ("fund:maquina", 5))
SHELF: tuple[f.Fact, ...] = (
    *(f.MakerJoined(maker) for maker in (ROSA, LUZ, INTI)),
    f.ProductSet(BAG, ROSA, 350),
    f.ProductSet(BELT, LUZ, 500),
    f.ProductSet(SCARF, INTI, 225),
    f.RuleApproved(1, WEIGHTS),
    *(f.SlotAssigned(slot, product, 8) for slot, product in ((A1, BAG), (A2, BAG), (A3, BELT), (B1, SCARF))),
    *(f.SlotCounted(slot, 0, 5, "rosa") for slot in (A1, A2, A3, B1)),
)
"""The facts that make the shelf."""


def shelf(*more: f.Fact, troubles: Iterable[Trouble] = (), policy: Policy | None = None) -> Shop:
    """The shop with its full shelf, after `more` facts."""
    shop = Shop(policy=policy or Policy(), claim_key=KEY)
    for fact in (*SHELF, *more):
        shop = shops.after(shop, fact)
    return replace(shop, troubles=frozenset(troubles))


def coins(*cents: int, mark: int = 1, alarm: str | None = None, lost: int = 0) -> CoinsSeen:
    """These coins, as a ccTalk acceptor tells them."""
    return CoinsSeen("coins", "nri-1234", mark, cents, alarm, lost)


@dataclass
class Till:
    """A machine without devices: tell it events; with a journal it writes down what it decides."""

    shop: Shop = field(default_factory=shelf)
    journal: Journal | None = None
    cycle: Cycle = field(default_factory=Cycle)
    now_ms: int = 1_000
    facts: list[f.Fact] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)

    def tell(self, event: Event) -> Decision:
        """Decide, write down, and let the facts change the shop."""
        decision = step(self.cycle, event, self.now_ms, self.shop)
        marks = {event.source: event.mark} if isinstance(event, CoinsSeen) else {}
        if self.journal:
            self.journal.append(stamp(self.now_ms), decision.cycle, decision.facts, marks)
        for fact in decision.facts:
            self.shop = shops.after(self.shop, fact)
        self.cycle = decision.cycle
        self.facts += decision.facts
        self.effects += decision.effects
        return decision

    def tell_all(self, *events: Event) -> Decision:
        """The last decision of several."""
        decisions = [self.tell(event) for event in events]
        return decisions[-1]

    def written(self, kind: type[f.Fact]) -> list[f.Fact]:
        """The facts of this type, oldest first."""
        return [fact for fact in self.facts if isinstance(fact, kind)]


def dispensing(slot: SlotId = A1, paid: tuple[int, ...] = (100, 100, 100, 50), shop: Shop | None = None) -> Till:
    """A till in the middle of its first vend."""
    till = Till(shop or shelf())
    till.tell_all(coins(*paid), SlotChosen(slot))
    assert till.cycle.vend is not None
    return till


def refunding(cents: int = 125) -> Till:
    """A till that is just giving this much back."""
    till = Till()
    till.tell_all(coins(cents), ReturnPressed())
    return till


def pays(till: Till, cents: int, coin_cents: int = 25, unsure: bool = False) -> Decision:
    """The payout under way meets one full hopper of such coins, and this much of it truly leaves."""
    payout_id, place = till.cycle.last_payout_id, f"hopper:{coin_cents}"
    till.shop = replace(till.shop, floats={place: 100_000}, closed_hoppers={})
    decision = till.tell(HoppersAnswered(payout_id, (Hopper(place, coin_cents, 0, 1_000, 77),)))
    if not till.cycle.payout:
        return decision
    paid = () if unsure else (Paid(place, cents),)
    return till.tell(CoinsPaid(payout_id, paid, (place,) if unsure else ()))


def stamp(mono_ms: int = 1_000, boot_id: int = 1) -> Stamp:
    """Half past ten on a Saturday in Quito, by a clock that can be trusted."""
    return Stamp(boot_id, mono_ms, 1_795_275_000_000 + mono_ms, True)


def books(folder: Path, name: str = "minga.db") -> Journal:
    """New books with the full shelf in them."""
    create(folder / name)
    journal = Journal(folder / name)
    journal.append(stamp(), Cycle(), [f.Booted(1, "0.1.0"), *SHELF])
    return journal


def a_busy_day(journal: Journal) -> Till:
    """One of everything: a sale, a jam with its twin, a doubt, a payout from a hopper, a claim, an abandoned credit."""
    till = Till(shop=journal.shop, journal=journal)
    journal.append(stamp(), journal.cycle, [f.CashMoved(1_000, Account("hopper:25"), Account("fund:comun"), "carmen")])
    till.tell_all(coins(100, 100, 100, 100, mark=4), SlotChosen(A1), ItemDropped(1), ReturnPressed())
    pays(till, 50)
    till.tell_all(coins(100, 100, 100, 50, mark=8), SlotChosen(A1), VendRefused(2, Closed.JAMMED), ItemDropped(3))
    till.tell_all(coins(100, 100, 100, mark=11), SlotChosen(B1), VendUnknown(4, "no-drop"), ReturnPressed())
    pays(till, 50)
    till.tell_all(coins(25, mark=12, alarm="reset"), DeadlinePassed())
    return till


EVERY_FACT: tuple[f.Fact, ...] = (
    f.Booted(3, "0.1.0"),
    f.MakerJoined(ROSA),
    f.ProductSet(BAG, ROSA, 350),
    f.SlotAssigned(A1, BAG, 8),
    f.SlotCounted(A1, 2, 8, "rosa", f.Why.PUT),
    f.SlotClosed(A1, Closed.JAMMED),
    f.SlotOpened(A1, "luz"),
    f.RuleApproved(2, WEIGHTS),
    f.CreditTaken(25, "coins", "nri-1234", 7),
    f.CoinsUnknown("coins", "nri-1234", "lost", 3),
    f.VendStarted(9, A1, BAG, ROSA, 350, 1, (Share(Account("maker:rosa"), 280), Share(Account("fund:comun"), 70)), 8),
    f.Sold(9, A1, BAG, ROSA, 350, (Share(Account("maker:rosa"), 280), Share(Account("fund:comun"), 70))),
    f.VendFailed(9, A1, 350, Closed.STUCK_HOME),
    f.VendInDoubt(9, A1, 350, "no-drop", CLAIM, (Share(Account("maker:rosa"), 350),)),
    f.PayoutStarted(4, 175),
    f.PayoutOrdered(4, (HopperOrder("hopper:25", 25, 6, 1_234, 4_712),)),
    f.PayoutInDoubt(4, 150, "hopper:25", CLAIM),
    f.HopperClosed("hopper:25", "short"),
    f.Overpaid(4, 25, "hopper:25"),
    f.Refunded(4, 150, "hopper:25"),
    f.ClaimOwed(4, 25, CLAIM),
    f.CreditAbandoned(60, CLAIM),
    f.ClaimSettled(CLAIM, Account("doubt"), 350, f.Verdict.BY_HAND, "", (Share(Account("maker:rosa"), 350),), "carmen"),
    f.SaleRefunded(
        9, 350, (Share(Account("maker:rosa"), 280), Share(Account("fund:comun"), 70)), "coinbox", "carmen", "torn"
    ),
    f.MakerPaid(ROSA, 280, "safe", "carmen", "luz", "pago-7"),
    f.CashCounted("coinbox", 500, 475, "carmen", "luz", "conteo-3"),
    f.CashMoved(1000, Account("hopper:25"), Account("safe"), "carmen", "sueltos-1"),
    f.ClockSet(1_795_275_000_000, True),
    f.PaymentAsked(6, "deuna", "MCB3T6KQ2WZ7XH5L", 250, A1),
    f.PaymentTaken(6, "deuna", 250),
    f.PaymentDropped(6, "too-late"),
    f.PaymentLate(6, "deuna", 250),
    f.PaymentOver(6, "sold"),
    f.ReversalDue(6, "deuna", 250),
    f.ReversalAccepted(6, "rev-0041"),
    f.ReversalBounced(6, "rev-0041"),
    f.Reversed(6, "deuna", 250, "rev-0042"),
    f.ReversalFailed(6, "deuna", 250, "after 20:00", CLAIM),
    f.TroubleSeen("no-coins", "coins", "the port is gone"),
    f.TroubleOver("no-coins", "coins"),
    f.Restored(2, 41, "5a" * 32, "older", 10_000, 468_720),
    f.VoucherTaken("000727f05ad1c0de", 1, 500),
    f.VouchersAccepted("carmen"),
    f.VisitorAnswered(9, A1, BAG, "what-brought-you", "seen"),
    f.RolesSet("carmen", ("coordinator",), "asamblea"),
    f.PairingOpened(3),
    f.PhonePaired(3, "rosa", "k3m9x2qa"),
    f.PhoneRevoked("k3m9x2qa", "carmen"),
    f.SellerSet("rosa", f.Seller.MAKER, f.Regime.GENERAL, 150, "carmen"),
    f.PeriodClosed("2026-11", 48, "5a" * 32, "carmen", "luz", "falta contar", "cierre-2026-11"),
    f.ProposalOpened(
        1, f.FundTerms("fund:comun", 4_000, "by-hand"), "luz", "hilo", ("luz", "rosa"), 1, "1/2", 7, 0, "voto-1"
    ),
    f.ProposalDated(1, f.Date.CLOSES, 1_795_879_800_000),
    f.Voted(1, "rosa", f.Choice.YES),
    f.ProposalDecided(1, f.Outcome.PASSED, 1, 0, 0),
    f.ProposalWithdrawn(1, "luz"),
    f.DecisionCarriedOut(1, "carmen"),
    f.TurnTaken(f.Work.RESTOCK, 1, "rosa"),
    f.TurnPassed(f.Work.COUNT, 4, "rosa", "luz"),
    f.TrialStarted(12, f.Part.MOTOR, "diego", A1, "prueba-3"),
    f.TrialEnded(12, f.Part.MOTOR, f.Found.FAULT, A1, "jammed"),
    f.CommandTaken(f.Command.CLOSE_SLOT, "lab-1", "cerrar-3", A1),
)
"""One example of every type of fact."""


@dataclass(frozen=True)
class Outcome:
    """What one command left behind."""

    status: int
    out: str
    err: str


def minga(*words: object) -> Outcome:
    """Run one command of `minga` in this process, as its user would see it. A traceback stays a traceback."""
    out, err = io.StringIO(), io.StringIO()
    with patch.object(sys, "argv", ["minga", *map(str, words)]), redirect_stdout(out), redirect_stderr(err):
        try:
            main()
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else int(end.code is not None)
        else:
            status = 0
    return Outcome(status, out.getvalue(), err.getvalue())
