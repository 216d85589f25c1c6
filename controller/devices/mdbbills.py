"""A bill validator beside the machine's coins: which bills come in, which are kept, and what was stacked.

A bill waits in the escrow until the books know that it is to be stacked; one that is not welcome goes back. It is money when
the validator says that it is stacked, and the account of that place is `stacker`, from where nothing is given back. Three
things keep it to one credit a bill: the number of the block it was told in, as with coins; the word in the books that a bill
is being stacked, which its one credit uses up; and for the next controller that word is the reason to ask what came of it.

A validator that is away, full or broken takes no bills. That is its own trouble, and coins come in as before.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from controller.devices.mdbline import Heard, Life
from controller.devices.mdbstation import Booked, Desk, Marks, Station
from controller.domain.accounts import STACKER
from controller.domain.events import CoinsSeen, Trouble
from controller.protocols import mdb

log = logging.getLogger(__name__)

NAME = "bills"
SOURCE = "mdb:bills"
"""The name of its marks: the number of the block booked last, in the line's life `/life`; what each type is worth,
`/values/1`; and in `/keeps` which bill is being stacked: its type and one, the same below zero once it is booked, or 0."""
LIFE, VALUES, KEEPS = (f"{SOURCE}/{name}" for name in ("life", "values", "keeps"))
VALIDATOR = 0x30
TYPES = 16
BILLS_CENTS = frozenset({100, 500})
TROUBLE = Trouble.NO_BILLS
"""Like a wallet's provider: without it the machine sells on for coins."""


@dataclass(frozen=True, slots=True)
class BillReading:
    """What block `number` of the line's life `life` says of bills, in its order: each bill, and its value in cents or None.

    A bill in escrow stands here only when it is to be stacked. Satisfies `controller.domain.events.Reading`.
    """

    life: int
    number: int
    bills: tuple[tuple[mdb.Bill, int | None], ...]

    def since(self, marks: Mapping[str, int]) -> CoinsSeen | None:
        """The news after `marks`. A bill of unknown value gives no credit: it is found at the cash count."""
        if is_booked(marks, self.life, self.number):
            return None
        keeps, taken = marks.get(KEEPS, 0), list[int | None]()
        for bill, cents in self.bills:
            keeps, is_money = _after(keeps, bill)
            taken += [cents] if is_money else []
        known = tuple(cents for cents in taken if cents)
        unknown, more = len(taken) - len(known), ((LIFE, self.life), (KEEPS, keeps))
        alarm = "unknown-coin" if unknown else None
        return CoinsSeen(NAME, SOURCE, self.number, known, alarm, unknown, more, (STACKER,) * len(known))


def _after(keeps: int, bill: mdb.Bill) -> tuple[int, bool]:
    """What is being stacked after this, and whether it is new money.

    A bill that was stacked by our word is told once more where an ACK was lost; a new one stands in the escrow first. A
    validator that has no escrow, or uses none, stacks without our word: what it tells is believed.
    """
    name = bill.bill_type + 1
    if not bill.credit:
        return (name if bill.routing is mdb.Routing.ESCROW else 0), False
    return (-name if keeps in (name, -name) else 0), keeps != -name


@dataclass(frozen=True, slots=True)
class Forgotten:
    """The validator was started anew: what it has not said of a bill by now, it never will.

    `in_escrow`: it was surely never told to stack it. Satisfies `controller.domain.events.Reading`.
    """

    in_escrow: bool = False

    def since(self, marks: Mapping[str, int]) -> CoinsSeen | None:
        """Nothing is being stacked any more. An alarm where a bill may be in the stacker that nobody was credited for."""
        if marks.get(KEEPS, 0) <= 0:
            return None
        alarm, lost = (None, 0) if self.in_escrow else ("lost", 1)
        return CoinsSeen(NAME, SOURCE, marks.get(SOURCE, 0), (), alarm, lost, ((KEEPS, 0),))


@dataclass(frozen=True, slots=True)
class LostBills:
    """A life began, and `lost` blocks of the one before were never told (None: nobody knows how many); bills may be among
    them. Satisfies `controller.domain.events.Reading`."""

    life: int
    lost: int | None

    def since(self, marks: Mapping[str, int]) -> CoinsSeen | None:
        """An alarm, once; books that knew no life before have lost nothing."""
        if marks.get(LIFE, self.life) == self.life:
            return None
        return CoinsSeen(NAME, SOURCE, 0, (), "reset", self.lost or 0, ((LIFE, self.life),))


@dataclass(frozen=True, slots=True)
class BillValues:
    """What each bill type of this validator is worth, remembered as a changer's coin types are.

    Satisfies `controller.domain.events.Reading`.
    """

    cents: Mapping[int, int]

    def since(self, marks: Mapping[str, int]) -> CoinsSeen | None:
        """Marks to commit, and no bill."""
        if self.cents == values_in(marks):
            return None
        more = tuple((f"{VALUES}/{kind}", self.cents.get(kind, 0)) for kind in range(TYPES))
        return CoinsSeen(NAME, VALUES, len(self.cents), more_marks=more)


def values_in(marks: Mapping[str, int]) -> dict[int, int]:
    """Bill type to cents, as the books remember it."""
    worth = {kind: marks.get(f"{VALUES}/{kind}", 0) for kind in range(TYPES)}
    return {kind: cents for kind, cents in worth.items() if cents}


def is_booked(marks: Mapping[str, int], life: int, number: int) -> bool:
    """Whether these books know what this block said."""
    return marks.get(LIFE) == life and marks.get(SOURCE, 0) >= number


@dataclass(slots=True)
class _Waiting:
    """A bill that is to be stacked as soon as the books know it: its value, and the block that told it."""

    cents: int
    life: int
    number: int
    is_decided: bool = False


class BillStation(Station):
    """One validator. `accept` may be called from any thread. No bill but one of `bills_cents` is ever let in."""

    host: mdb.BillHost

    def __init__(self, desk: Desk, marks: Marks, poll_ms: int, bills_cents: frozenset[int] = BILLS_CENTS) -> None:
        host = mdb.BillHost(poll_ms=poll_ms, unfinished=marks().get(KEEPS, 0) > 0)
        super().__init__(NAME, TROUBLE, host, VALIDATOR, desk)
        self._marks, self._bills_cents = marks, bills_cents
        self._wanted: frozenset[int] = frozenset()
        self._told: frozenset[int] = frozenset()
        self._values: dict[int, int] | None = None
        self._waiting: _Waiting | None = None
        self._left_in_escrow = False
        self.held_back = False
        """True while nobody could book a bill: none is let in, and one in escrow goes back."""

    @property
    def works(self) -> bool:
        return self.host.ready and not self.host.shut_by

    @property
    def wanted(self) -> frozenset[int]:
        """The values of the bills that may come in now: none before the books know what each type is worth."""
        readable = self._values is not None and self._values == values_in(self._marks())
        return self._wanted & self._bills_cents if readable and not self.held_back else frozenset()

    @property
    def busy(self) -> bool:
        """Whether a bill is in the escrow or on its way from it: no coin may be paid out then."""
        return self.host.ready and (self.host.in_escrow is not None or self._waiting is not None)

    def accept(self, cents: frozenset[int]) -> None:
        """Let bills of these values in from now on, and no others. A set-point: it holds through any loss and return."""
        self._wanted = cents

    def step(self, now_ms: int) -> None:  # noqa: ARG002 - the host knows the time
        wanted = self.wanted
        if wanted != self._told:
            self._told = wanted
            self.host.accept(wanted)
        if self._waiting and self.host.in_escrow is None:
            self._waiting = None
        if self._waiting and not self._waiting.is_decided:
            self._decide(self._waiting, wanted)

    def live(self, life: Life, now_ms: int) -> None:
        super().live(life, now_ms)
        if life.lost != 0:
            self.desk.offer(LostBills(life.life, life.lost))

    def act(self, event: mdb.Event, heard: Heard | None) -> Booked | None:
        if self.host.ready and self.host.shut_by:
            self._is(self.host.shut_by)
        match event:
            case mdb.Told() if heard:
                return self._took(event, heard)
            case mdb.Found(values_cents=values):
                self._values = dict(values)
                self.desk.offer(BillValues(self._values))
            case mdb.Ready():
                self.desk.offer(Forgotten(self._left_in_escrow))
                self._left_in_escrow = False
            case mdb.WasReset() | mdb.Gone():
                self._left_in_escrow |= self._waiting is not None and not self._waiting.is_decided
                self._waiting = None
        return None

    def status(self) -> dict[str, Any]:
        worth = self.host.setup.values_cents if self.host.setup else {}
        return {
            **super().status(),
            "wanted_cents": sorted(self._wanted & self._bills_cents),
            "bills": [{"type": kind, "value_cents": cents} for kind, cents in sorted(worth.items())],
            "in_stacker": self.host.stacker_bills,
            "in_escrow": self.busy,
        }

    # A bill

    def _took(self, told: mdb.Told, heard: Heard) -> Booked | None:
        """The bills in one block, as one reading. A block is kept for what became of them, not for one in the escrow."""
        worth = values_in(self._marks()) if self._values is None else self._values
        said = [item for item in told.items if isinstance(item, mdb.Bill)]
        bills = [(bill, worth.get(bill.bill_type)) for bill in said if self._matters(bill, worth, heard)]
        if not bills:
            return None
        self.desk.offer(BillReading(heard.life, heard.number, tuple(bills)))
        if all(bill.routing is mdb.Routing.ESCROW for bill, _ in bills):
            return None
        return lambda: is_booked(self._marks(), heard.life, heard.number)

    def _matters(self, bill: mdb.Bill, worth: Mapping[int, int], heard: Heard) -> bool:
        """Whether the books must know of this bill. One that stands in the escrow is judged here."""
        if bill.routing is mdb.Routing.ESCROW:
            return self._is_to_be_stacked(bill, worth, heard)
        waiting, self._waiting = self._waiting, None
        if bill.routing is mdb.Routing.RETURNED:
            return waiting is not None or self._marks().get(KEEPS, 0) > 0
        return bill.credit

    def _is_to_be_stacked(self, bill: mdb.Bill, worth: Mapping[int, int], heard: Heard) -> bool:
        if not self.host.ready or self.host.in_escrow != bill.bill_type or self._waiting:
            return False  # of a time before this start, gone already, or told again
        cents = worth.get(bill.bill_type, 0)
        if cents in self.wanted:
            self._waiting = _Waiting(cents, heard.life, heard.number)
            return True
        self.host.keep(False)
        return False

    def _decide(self, waiting: _Waiting, wanted: frozenset[int]) -> None:
        """Stack it when that is in the books, and give it back when it is not welcome any more."""
        booked = is_booked(self._marks(), waiting.life, waiting.number)
        if booked or waiting.cents not in wanted:
            waiting.is_decided = True
            self.host.keep(waiting.cents in wanted)
