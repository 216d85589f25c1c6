"""A whole machine without threads or waiting: the real brain and books, a physical truth, and chance from one seed.

`Town` draws what visitors do and what goes wrong, with fault *rates* drawn per seed so that some towns are calm and some
are hell. It cuts the power before and after commits. What truly happened (coins in the box, pieces on the floor, turns of
motors) is kept here, outside the program, and `oracle.check` compares it with the books.
"""

import random
import shutil
import sqlite3
from pathlib import Path

from office import Office
from truth import (
    COINS_CENTS,
    FILL,
    MAKERS,
    POLICY,
    PRICES_CENTS,
    RULES,
    SHELF,
    Acceptor,
    PowerCut,
    Rates,
    SimulatedClock,
    SimulatedHopper,
    Truth,
)

from controller.brain import Brain, Setting
from controller.domain import effects as do
from controller.domain.catalog import Closed, MakerId, ProductId, SlotId
from controller.domain.change import Hopper, Paid
from controller.domain.events import (
    CoinsPaid,
    DeadlinePassed,
    DeviceGone,
    DeviceReturned,
    Event,
    HoppersAnswered,
    ItemDropped,
    ReturnPressed,
    SlotChosen,
    Trouble,
    TroubleBegan,
    TroubleEnded,
    VendRefused,
    VendUnknown,
)
from controller.domain.facts import Fact
from controller.domain.stocking import (
    ApproveRule,
    AssignSlot,
    CountSlot,
    Granted,
    OpenSlot,
    PutMaker,
    PutProduct,
    Wish,
    grant,
)
from controller.domain.treasury import MoveCash
from controller.ledger.journal import Journal
from controller.protocols import cctalk


class Town:
    """One seed's story. `run` plays it and leaves the machine quiet, ready for the oracle."""

    def __init__(self, seed: int, folder: Path, blank: Path) -> None:
        self.rng = random.Random(seed)
        self.seed, self.path = seed, folder / f"town-{seed}.db"
        shutil.copy(blank, self.path)
        self.rates, self.truth, self.clock = Rates.drawn(self.rng), Truth(), SimulatedClock()
        self.counter, self.buffer = self.rng.randrange(200), [cctalk.Entry(5, 0)] * 5  # a used acceptor remembers
        self.accepting = self.dangerous = False
        self.office = Office(self)
        self.pending: list[Event] = []
        self.late: list[Event] = []
        self.known: dict[int, Event] = {}
        self.hoppers = {hopper.place: hopper for hopper in (SimulatedHopper(25), SimulatedHopper(5))}
        self.brain = self._boot()

    # The machine's life

    def run(self, acts: int = 150) -> None:
        self._stock()
        self.dangerous = True
        for _ in range(acts):
            self._guarded(self._act)
        self.dangerous = False
        self._calm_down()

    def _boot(self) -> Brain:
        journal = Journal(self.path, POLICY)
        append = journal.append

        def risky(*args: object, **more: object) -> None:
            """Power may fail just before or just after a commit; what is told after it is acknowledged for ever."""
            self._maybe_cut()
            append(*args, **more)
            self.truth.acknowledged.append((journal.seq, journal.head))
            self._maybe_cut()

        journal.append = risky
        setting = Setting("simulada", "0", frozenset(SlotId(slot) for slot in SHELF))
        performers = {
            do.Dispense: self._dispense,
            do.QueryVend: self._query_vend,
            do.PayOut: self._ask_hoppers,
            do.QueryPayout: self._ask_hoppers,
            do.PayCoins: self._pay_coins,
            do.AskPaid: self._tell_paid,
            do.AcceptCoins: lambda effect: setattr(self, "accepting", effect.accept),
        }
        brain = Brain(journal, self.clock, setting, performers)
        self.brain = brain
        brain.start()
        self._read_coins()
        return brain

    def _maybe_cut(self) -> None:
        if self.dangerous and self.rng.random() < max(self.rates.cut, self.rates.kill):
            raise PowerCut

    def _guarded(self, act: object) -> None:
        try:
            act()
        except PowerCut:
            self.restart()

    def restart(self) -> None:
        """A cut takes the whole machine; a kill only the controller, while the acceptor keeps its memory."""
        self.truth.cuts += 1
        self.brain.journal.close()
        self.pending.clear()
        self.late.clear()
        self.known.clear()
        self.accepting = False
        if self.rng.random() * (self.rates.cut + self.rates.kill) < self.rates.cut:
            self._forget_coins()
            self.clock.wall += self.clock.now_ms
            self.clock.now_ms = 0
        try:
            self._boot()
        except PowerCut:
            self.restart()

    def _forget_coins(self) -> None:
        """The acceptor loses power. Coins it did not tell stay in the box; the cash count finds them.

        The reading that was under way is booked whole or not at all. Some acceptors keep stale events in the buffer.
        """
        truth, booked_cents = self.truth, self._booked_cents()
        untold_cents = truth.inserted_cents - truth.told_cents - truth.hidden_cents
        if booked_cents - truth.told_cents not in (0, untold_cents):
            truth.wrongs.append(f"{truth.told_cents} cents were told and {booked_cents} are booked")
        truth.hidden_cents += truth.told_cents + untold_cents - booked_cents
        truth.told_cents = booked_cents
        self.counter = 0
        if self.rng.random() < 0.5:
            self.buffer = [cctalk.Entry(0, 0)] * 5

    def _booked_cents(self) -> int:
        books = sqlite3.connect(self.path)
        query = "SELECT coalesce(sum(body ->> '$.cents'), 0) FROM facts WHERE type = 'CreditTaken'"
        (cents,) = books.execute(query).fetchone()
        books.close()
        return int(cents)

    # What people do

    def _act(self) -> None:
        self.clock.now_ms += int(self.rng.expovariate(1 / 4_000))
        self._deliver()
        self._let_time_pass()
        rng = self.rng
        do_this = rng.choices(
            (
                self._insert_some,
                self._choose,
                self._press_return,
                self._linger,
                self._visit,
                self._trouble,
                self._echo,
                self._brown_out,
                self.office.act,
            ),
            (50, 30, 4, 3, 5, 3, 12, 1, 4),
        )[0]
        do_this()
        self._deliver()

    def _insert_some(self) -> None:
        for _ in range(self.rng.randrange(1, 5)):
            self._insert()

    def _insert(self) -> None:
        position = self.rng.choices(list(COINS_CENTS), (1, 1, 3, 3, 6))[0]
        in_flight = self.rng.random() < 0.1  # it fell in just before the acceptor was told to stop
        if not self.accepting and not in_flight:
            return
        self.truth.inserted_cents += COINS_CENTS[position]
        self.truth.box_cents += COINS_CENTS[position]
        self.counter = self.counter % 255 + 1
        self.buffer = [cctalk.Entry(position, 0), *self.buffer[:4]]
        if self.rng.random() < 0.8 or self.counter % 4 == 0:
            self._read_coins()

    def _read_coins(self) -> None:
        self.brain.handle(Acceptor("cctalk:simulated:7", self.counter, tuple(self.buffer)))
        self.truth.told_cents = self.truth.inserted_cents - self.truth.hidden_cents
        if self.rng.random() < 0.2:
            self.brain.handle(Acceptor("cctalk:simulated:7", self.counter, tuple(self.buffer)))

    def _brown_out(self) -> None:
        """Only the acceptor loses power for a moment."""
        self._forget_coins()
        self._read_coins()

    def _choose(self) -> None:
        self.brain.handle(SlotChosen(SlotId(self.rng.choice(list(SHELF)))))

    def _press_return(self) -> None:
        self.brain.handle(ReturnPressed())

    def _linger(self) -> None:
        self.clock.now_ms += self.rng.choice((15_000, 61_000))

    def _visit(self) -> None:
        """Somebody refills, reopens slots, or brings a new rule."""
        for slot in self.brain.shop:
            if slot.closed and self.rng.random() < 0.7:
                self._wish(OpenSlot(slot.slot, "technician"))
            elif slot.quantity < 3:
                self.truth.pieces[slot.slot] += FILL - slot.quantity
                self._wish(CountSlot(slot.slot, slot.quantity, FILL, "rosa"))
        if self.rng.random() < 0.2:
            self._wish(ApproveRule(self.rng.choice(RULES)))

    def _trouble(self) -> None:
        began, ended = self.rng.choice(
            (
                (TroubleBegan(Trouble.DOOR_OPEN), TroubleEnded(Trouble.DOOR_OPEN)),
                (DeviceGone("coins", "cable", Trouble.NO_COINS), DeviceReturned("coins", Trouble.NO_COINS)),
            )
        )
        self.brain.handle(began)
        if self.rng.random() < 0.3:
            self._choose()
        self.brain.handle(ended)

    def _echo(self) -> None:
        """An old report comes again."""
        if self.late:
            self.brain.handle(self.rng.choice(self.late))

    def _let_time_pass(self) -> None:
        deadline_ms = self.brain.cycle.deadline_ms
        if deadline_ms is not None and self.clock.now_ms >= deadline_ms:
            self.brain.handle(DeadlinePassed())

    def _deliver(self) -> None:
        while self.pending:
            if self.rng.random() < 0.2:
                self._insert()
                self._read_coins()
            if self.rng.random() < 0.1:
                self._echo()
            self.brain.handle(self.pending.pop(0))

    # What devices do

    def _dispense(self, effect: do.Dispense) -> None:
        self.truth.turned[effect.vend_id] += 1
        self._report(self._turn(effect.vend_id, effect.slot))

    def _turn(self, vend_id: int, slot: SlotId) -> Event:
        rng, rates = self.rng, self.rates
        if rng.random() < rates.jam:
            reason = rng.choice((Closed.JAMMED, Closed.STUCK_HOME, Closed.NO_MOTOR, Closed.SENSOR))
            return VendRefused(vend_id, reason)
        if not self.truth.pieces[slot]:
            return VendUnknown(vend_id, "no-drop")
        self.truth.pieces[slot] -= 1
        self.truth.fell[vend_id] = slot
        if rng.random() < rates.missed_beam:
            return VendUnknown(vend_id, "no-drop")
        return ItemDropped(vend_id, Closed.JAMMED if rng.random() < rates.jam / 4 else None)

    def _report(self, result: Event) -> None:
        self.known[result.vend_id] = result
        if self.rng.random() < self.rates.repeated_answer:
            self.late.append(result)
        if not self.dangerous or self.rng.random() >= self.rates.lost_answer:
            self.pending.append(result)

    def _query_vend(self, effect: do.QueryVend) -> None:
        self.pending.append(self.known.get(effect.vend_id) or VendUnknown(effect.vend_id, "forgotten"))

    def _ask_hoppers(self, effect: do.PayOut | do.QueryPayout) -> None:
        hoppers = tuple(Hopper(h.place, h.coin_cents, 0, h.lifetime_coins) for h in self.hoppers.values())
        self._answer_payout(HoppersAnswered(effect.payout_id, hoppers))

    def _pay_coins(self, effect: do.PayCoins) -> None:
        """Coins leave one by one; the power may fail between two, a hopper may run empty, jam, or give one too many."""
        for order in effect.orders:
            hopper = self.hoppers[order.place]
            jams = self.rng.random() < self.rates.paid_part
            while hopper.missing(order) and hopper.coins and not (jams and self.rng.random() < 0.3):
                self._maybe_cut()
                hopper.pay_one()
            if self.rng.random() < self.rates.jam / 10 and hopper.coins:
                hopper.pay_one()
        self._tell_paid(effect)

    def _tell_paid(self, effect: do.PayCoins | do.AskPaid) -> None:
        paid = tuple(Paid(order.place, self.hoppers[order.place].paid_cents(order)) for order in effect.orders)
        self._answer_payout(CoinsPaid(effect.payout_id, tuple(part for part in paid if part.cents)))

    def _answer_payout(self, answer: Event) -> None:
        if self.rng.random() < self.rates.repeated_answer:
            self.late.append(answer)
        if not self.dangerous or self.rng.random() >= self.rates.lost_answer:
            self.pending.append(answer)

    # Before and after the storm

    def _wish(self, wish: Wish) -> None:
        granted = grant(wish, self.brain.shop, frozenset(SlotId(slot) for slot in SHELF))
        assert isinstance(granted, Granted), granted
        self.brain._grant(wish)

    def _stock(self) -> None:
        self._wish(ApproveRule(RULES[0]))
        for hopper in self.hoppers.values():
            self.office.decide(MoveCash(hopper.coins * hopper.coin_cents, "fund:comun", hopper.place, "carmen"))
        for product, maker in MAKERS.items():
            self._wish(PutMaker(MakerId(maker), maker.title()))
            self._wish(PutProduct(ProductId(product), MakerId(maker), product.title(), PRICES_CENTS[product]))
        for slot, product in SHELF.items():
            self._wish(AssignSlot(SlotId(slot), ProductId(product), FILL))
            self._wish(CountSlot(SlotId(slot), 0, FILL, "rosa"))
            self.truth.pieces[SlotId(slot)] = FILL
        self.brain.handle(TroubleEnded(Trouble.DOOR_OPEN))

    def _calm_down(self) -> None:
        """Faults are over: the machine must come to rest by itself and sell again."""
        for _ in range(6):
            self._read_coins()
            self._deliver()
            self.clock.now_ms += 120_000
            self._let_time_pass()
            self._deliver()
        for event in (TroubleBegan(Trouble.DOOR_OPEN), TroubleEnded(Trouble.DOOR_OPEN)):
            self.brain.handle(event)

    def facts(self) -> list[Fact]:
        from controller.ledger.journal import read_fact

        rows = self.brain.journal.db.execute("SELECT type, body FROM facts ORDER BY seq")
        return [read_fact(kind, body) for kind, body in rows]
