"""Three days of a machine, fact by fact, with every kind of thing that an audit asks for; the sums are in the margins.

Friday: a coin sale with change, a motor that is tried, the door. Then two people empty the cash box: a reset. Saturday, after
a power cut and on a clock that is set late: a wallet, a wallet with coins, a voucher, a jam with its twin, two doubts, a
second provider, credit that was left behind, a sale that is taken back.
"""

from collections.abc import Iterator

from builders import A1, A2, A3, B1, BAG, BELT, INTI, LUZ, ROSA, SCARF, SHELF

from controller.domain import facts as f
from controller.domain.catalog import Account, Closed, MakerId, ProductId, Share, SlotId
from controller.domain.chain import Stamp
from controller.domain.change import HopperOrder

FRIDAY_MS = 1_795_188_600_000
"""10:30 in Quito on 20 November 2026."""
SATURDAY_MS = FRIDAY_MS + 86_400_000
COOP = Account("fund:comun")
HELD: dict[SlotId, tuple[ProductId, MakerId, int]] = {
    A1: (BAG, ROSA, 350),
    A2: (BAG, ROSA, 350),
    A3: (BELT, LUZ, 500),
    B1: (SCARF, INTI, 225),
}


def coins(*cents: int, place: str = "coinbox") -> Iterator[f.Fact]:
    return (f.CreditTaken(each, "coins", "nri-1234", 1, place) for each in cents)


def start(vend_id: int, slot: SlotId, retry_of: int | None = None) -> f.VendStarted:
    product, maker, cents = HELD[slot]
    return f.VendStarted(vend_id, slot, product, maker, cents, 1, (Share(COOP, cents),), retry_of)


def sold(vend_id: int, slot: SlotId) -> Iterator[f.Fact]:
    product, maker, cents = HELD[slot]
    yield start(vend_id, slot)
    yield f.Sold(vend_id, slot, product, maker, cents, (Share(COOP, cents),))


def doubt(vend_id: int, slot: SlotId, claim: str, verdict: f.Verdict) -> Iterator[f.Fact]:
    """A piece of which nobody knew whether it had fallen, until a person said so."""
    _, _, cents = HELD[slot]
    shares, place = (Share(COOP, cents),), "coinbox" if verdict is f.Verdict.REFUNDED else ""
    yield start(vend_id, slot)
    yield f.VendInDoubt(vend_id, slot, cents, "no-drop", claim, shares)
    yield f.ClaimSettled(claim, Account("doubt"), cents, verdict, place, shares, "carmen")


def paid(payment_id: int, provider: str, cents: int, slot: SlotId) -> Iterator[f.Fact]:
    yield f.PaymentAsked(payment_id, provider, f"REF{payment_id}", cents, slot)
    yield f.PaymentTaken(payment_id, provider, cents)


def friday() -> Iterator[f.Fact]:
    yield f.Booted(1, "0.1.0")
    yield from SHELF
    yield f.CashMoved(1_000, Account("hopper:25"), COOP, "carmen")  # filled 10.00
    yield from coins(100, 100, 100, 100)  # in 4.00
    yield from sold(1, A1)  # sold 3.50 for cash
    yield f.PayoutStarted(1, 50)
    yield f.PayoutOrdered(1, (HopperOrder("hopper:25", 25, 2, 0),))
    yield f.Refunded(1, 50, "hopper:25")  # out 0.50
    yield f.TroubleSeen("door-open", "", "the door is open")
    yield f.TrialStarted(2, f.Part.MOTOR, "diego", A3)
    yield f.TrialEnded(2, f.Part.MOTOR, f.Found.FELL, A3)  # tried 5.00
    yield f.TrialStarted(3, f.Part.MOTOR, "diego", B1)
    yield f.TrialEnded(3, f.Part.MOTOR, f.Found.FAULT, B1, "no-motor")
    yield f.TroubleOver("door-open", "")
    yield f.CashCounted("coinbox", 400, 400, "carmen", "luz", "viernes")


def saturday() -> Iterator[f.Fact]:
    yield f.Booted(2, "0.2.0")
    yield from paid(1, "deuna", 225, B1)
    yield from sold(4, B1)  # 2.25 by deuna
    yield from coins(100)
    yield from paid(2, "deuna", 250, A1)
    yield from sold(5, A1)  # 1.00 cash and 2.50 by deuna
    yield f.VoucherTaken("000727f05ad1c0de", 1, 500)
    yield from sold(6, A3)  # 5.00 by voucher
    yield from coins(500, place="stacker")
    yield start(7, A1)
    yield f.VendFailed(7, A1, 350, Closed.JAMMED)
    yield f.SlotClosed(A1, Closed.JAMMED)
    product, maker, cents = HELD[A2]
    yield start(8, A2, retry_of=7)
    yield f.Sold(8, A2, product, maker, cents, (Share(COOP, cents),))  # 3.50 cash
    yield f.CreditAbandoned(150, "UVN-WWX")  # kept 1.50
    yield from coins(100, 100, 25)
    yield from doubt(9, B1, "AAA-AAA", f.Verdict.BY_HAND)  # 2.25 cash
    yield from coins(100, 100, 25, place="tube:25")
    yield from doubt(10, B1, "BBB-BBB", f.Verdict.REFUNDED)
    yield from paid(3, "pix", 225, B1)
    yield from sold(11, B1)  # 2.25 by pix
    yield f.ClockSet(SATURDAY_MS - 60_000, True)
    yield f.SaleRefunded(5, 350, (Share(COOP, 350),), "coinbox", "carmen", "torn")
    yield f.TroubleSeen("door-open", "", "the door is open")


def story() -> Iterator[tuple[Stamp, f.Fact]]:
    """All of it with its stamps. On Saturday nobody keeps the clock at first: it stands in 1970."""
    for number, fact in enumerate(friday()):
        yield Stamp(1, 1_000 + number, FRIDAY_MS + number, True), fact
    set_right = False
    for number, fact in enumerate(saturday()):
        set_right = set_right or isinstance(fact, f.ClockSet)
        mono_ms = 60_000 + number * 1_000
        yield Stamp(2, mono_ms, mono_ms + (SATURDAY_MS - 60_000 if set_right else 0), set_right), fact
