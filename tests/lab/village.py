"""A village for the tests of the open data and the indicators: three machines, written fact by fact, so that sums are known.

`plaza` has six makers, who sold 9, 8, 7, 6, 5 and 2 pieces at $3.50 each; `taller` has three. `nueva` has told nothing yet.
All of it begins at noon of Saturday, 21 November 2026, in Quito (simulated).
"""

from pathlib import Path

from bookread import fold, send
from bookwrite import DAY_MS, HOUR_MS, MINUTE_MS, NOON_MS, Pen

from controller.protocols.sync.notes import MakerTold, Meta, PlaceTold, told
from lab.model import prepare
from lab.store import opened
from lab.store.base import Arrival, Store

NOW_MS = NOON_MS + 6 * DAY_MS
PLAZA, TALLER, NEW = "plaza", "taller", "nueva"
PIECES = {"rosa": 9, "luz": 8, "inti": 7, "sisa": 6, "tamia": 5, "killa": 2}
FEW = {"carmen": 6, "nina": 5, "blanca": 5}
PRICE_CENTS, HERS_CENTS = 350, 280
ANSWERS = {"regalo": 8, "para-mi": 6, "recuerdo": 3, "otra-cosa": 1}
EVIL = '=HYPERLINK("http://evil")'
"""A place whose name looks like a formula."""
QUITO, OTAVALO = (-0.22010, -78.51200), (0.23456, -78.26248)


def village(store: Store) -> None:
    """Its machines arrive in the lab."""
    prepare(store)
    plaza, taller = _plaza(), _machine(FEW)
    rosa = MakerTold("rosa", "Rosa Caiza", "Taller La Tola")
    meta(store, PLAZA, PlaceTold("Museo de la Ciudad, Quito", *QUITO), rosa)
    meta(store, TALLER, PlaceTold(EVIL, *OTAVALO))
    meta(store, NEW, PlaceTold("Biblioteca"))
    for name, pen in ((PLAZA, plaza), (TALLER, taller)):
        send(store, pen.facts, name)
        fold(store, machine=name)


def meta(store: Store, machine: str, place: PlaceTold, *makers: MakerTold) -> None:
    """The machine says what it is."""
    said = told(Meta(machine, "0.1.0", 1, "America/Guayaquil", place=place, makers=makers))
    store.take([Arrival(machine, "meta", "", said, NOON_MS)])


def _machine(pieces: dict[str, int]) -> Pen:
    """Each maker has one slot with ten pieces, of which so many are sold, one every ten minutes."""
    pen, vend_id = Pen().starts(1, NOON_MS, trusted=True), 0
    for number, (maker, sold) in enumerate(pieces.items(), start=1):
        slot, product = f"A{number}", f"bolso-{maker}"
        pen.write(0, "MakerJoined", maker=maker)
        pen.write(0, "ProductSet", product=product, maker=maker, price_cents=PRICE_CENTS)
        pen.write(0, "SlotAssigned", slot=slot, product=product, capacity=10)
        pen.write(0, "SlotCounted", slot=slot, quantity_before=0, quantity_after=10, by=maker, why="put")
        shares = [{"account": f"maker:{maker}", "cents": HERS_CENTS}, {"account": "fund:comun", "cents": 70}]
        for _ in range(sold):
            vend_id += 1
            words = {"slot": slot, "product": product, "maker": maker, "price_cents": PRICE_CENTS, "shares": shares}
            pen.sells(vend_id * 10 * MINUTE_MS, vend_id, **words)
    return pen


def _plaza() -> Pen:
    """What else happens there: answers, a fault, an empty slot, pay, a count that misses a quarter, turns, two votes."""
    pen = _machine(PIECES)
    answers = [answer for answer, count in ANSWERS.items() for _ in range(count)]
    for vend_id, answer in enumerate(answers, start=1):
        pen.write(
            DAY_MS,
            "VisitorAnswered",
            vend_id=vend_id,
            slot="A1",
            product="bolso-rosa",
            question="para-quien",
            answer=answer,
        )
    pen.write(DAY_MS, "TroubleSeen", trouble="door-open", device="", reason="")
    pen.write(DAY_MS + 90 * MINUTE_MS, "TroubleOver", trouble="door-open", device="")
    pen.write(DAY_MS + 2 * HOUR_MS, "TroubleSeen", trouble="closed", device="", reason="")
    pen.write(DAY_MS + 4 * HOUR_MS, "TroubleOver", trouble="closed", device="")
    pen.write(DAY_MS, "SlotCounted", slot="A6", quantity_before=8, quantity_after=0, by="killa", why="put")
    pen.write(
        DAY_MS + 5 * HOUR_MS, "SlotCounted", slot="A6", quantity_before=0, quantity_after=8, by="killa", why="put"
    )
    for number, member in enumerate(("rosa", "luz"), start=1):
        pen.write(2 * DAY_MS, "TurnTaken", work="restock", number=number, member=member)
    _votes(pen)
    two = {"by": "rosa", "witness": "luz"}
    pen.write(4 * DAY_MS, "CashCounted", place="coinbox", expected_cents=12_950, counted_cents=12_925, **two)
    pen.write(4 * DAY_MS, "MakerPaid", maker="rosa", cents=9 * HERS_CENTS, place="safe", **two)
    return pen.write(5 * DAY_MS, "CreditAbandoned", cents=75, claim="UVN-WWX")


def _votes(pen: Pen) -> None:
    statutes = {"quorum": 1, "majority": "2/3", "open_days": 7, "notice_days": 7, "why": "hilo", "by": "luz"}
    for proposal_id, votes in ((1, 5), (2, 4)):
        terms = {"kind": "other", "text": "una feria"}
        pen.write(2 * DAY_MS, "ProposalOpened", proposal_id=proposal_id, terms=terms, voters=list(PIECES), **statutes)
        counts = {"yes": votes, "no": 0, "abstain": 0}
        pen.write(3 * DAY_MS, "ProposalDecided", proposal_id=proposal_id, outcome="passed", **counts)


def lab_of(folder: Path) -> Store:
    """The village in a lab of its own."""
    store = opened(str(folder / "lab.db"), make=True)
    village(store)
    return store
