"""A town of machines for the lab's pages: real books by the real brain, sent as real letters into a real store.

It is Sunday, 22 November 2026, ten past four in Quito. Each machine has a story of its own: `museo-ciudad` sells, `yaku` has
been silent since the morning, `otavalo-plaza` waits with its door open, `biblioteca-epn` has had an old copy of its books put
back, of `terminal-cuenca` two hundred facts or fewer are missing. Names of makers come only from their `Meta`.
"""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from coop import MAKERS, SLOTS, Calendar, Coop

from controller.domain.catalog import Closed, SlotId
from controller.domain.chain import HASHED, Row, chain
from controller.domain.events import (
    DeviceGone,
    DeviceReturned,
    HoppersAnswered,
    ReturnPressed,
    Trouble,
    TroubleBegan,
    TroubleEnded,
    VendRefused,
)
from controller.domain.facts import Verdict
from controller.domain.stocking import CountSlot, OpenSlot
from controller.domain.treasury import SettleClaim
from controller.protocols.sync import letter
from controller.protocols.sync.letter import Letter
from controller.protocols.sync.notes import MakerTold, Meta, PlaceTold, ProductTold, SlotTold, State, Status, told
from controller.protocols.sync.topics import BATCH, EVENT, META, STATE, STATUS
from lab.model.catchup import catch_up, prepare
from lab.store.base import Arrival, Store

NOW_MS = int(datetime(2026, 11, 22, 21, 10, tzinfo=UTC).timestamp()) * 1_000
"""Ten past four in the afternoon in Quito."""
DAY_MS, HOUR_MS, MINUTE_MS = 86_400_000, 3_600_000, 60_000
TODAY_MS = NOW_MS - (16 * HOUR_MS + 10 * MINUTE_MS)
"""Midnight in Quito."""
SAID_YES = ("rosa", "luz", "inti", "sisa")
"""The makers who have agreed to be shown by their names."""


@dataclass
class Since(Calendar):
    """The museum's clock, counted from midnight of its first day."""

    first_ms: int = TODAY_MS

    def wall_ms(self) -> int:
        return self.first_ms + self.now_ms


@dataclass
class Stand:
    """One machine with its own luck; `days` up to today, with about `visits` a day."""

    name: str
    folder: Path
    days: int
    visits: int
    seed: int = 1
    coop: Coop = field(init=False)
    sent: int = 0
    """Facts that are in the lab already."""

    def __post_init__(self) -> None:
        clock = Since(first_ms=TODAY_MS - (self.days - 1) * DAY_MS)
        self.coop = Coop(self.folder / f"{self.name}.db", clock)
        self._luck = random.Random(self.seed)
        for day in range(self.days):
            self._day(day, is_today=day == self.days - 1)

    def _day(self, day: int, is_today: bool) -> None:
        luck, ends_h = self._luck, 16 if is_today else 18
        weekday = (datetime.fromtimestamp(TODAY_MS / 1_000, UTC).weekday() + day - self.days + 1) % 7
        visits = 0 if weekday == 0 else max(1, round(luck.gauss(self.visits * (1.7 if weekday >= 5 else 1), 3)))
        moments = sorted(int(luck.triangular(9, ends_h, 12.5) * HOUR_MS) for _ in range(visits))
        for moment in moments:
            self.coop.clock.now_ms = day * DAY_MS + moment
            self._visit()
        if day % 11 == 7:
            self._lamed(luck.choice((Trouble.NO_COINS, Trouble.NO_MOTORS)))
        if day % 14 == 9:
            self.coop.counts(f"{self.name}-{day}", luck.choice((0, 0, 25)))
            self.coop.pays_everybody(f"{self.name}-{day}")
        if day % 3 == 1 and not is_today:
            self._refill()

    def _visit(self) -> None:
        """Somebody buys a piece of a maker whose spiral has any; now and then it sticks, or nobody knows."""
        shelf = self.coop.brain.shop.slots
        there = [maker for maker, slot in SLOTS.items() if shelf[slot].quantity and shelf[slot].closed is None]
        if not there:
            return
        maker, draw = self._luck.choice([*there, *there[:3]]), self._luck.random()
        if draw < 0.02:
            self.coop.tell(VendRefused(self.coop.pays(maker, by_wallet=False), Closed.JAMMED), ReturnPressed())
            if self.coop.brain.cycle.payout is not None:
                self.coop.tell(HoppersAnswered(self.coop.brain.cycle.payout.payout_id, ()))
            for code in tuple(self.coop.brain.shop.claims):
                self.coop.ask(SettleClaim(code, Verdict.REFUNDED, "carmen"))
            self.coop.ask(OpenSlot(SLOTS[maker], "nina"))
        elif draw < 0.03:
            self.coop.doubts(maker, self._luck.choice((Verdict.DELIVERED, Verdict.REFUNDED)))
        else:
            self.coop.sells(maker, by_wallet=self._luck.random() < 0.3)

    def _lamed(self, trouble: Trouble) -> None:
        """A device is away for a while in the evening."""
        self.coop.tell(DeviceGone("coins" if trouble is Trouble.NO_COINS else "board", "no answer", trouble))
        self.coop.clock.now_ms += self._luck.randrange(20, 200) * MINUTE_MS
        self.coop.tell(DeviceReturned("coins" if trouble is Trouble.NO_COINS else "board", trouble))

    def _refill(self) -> None:
        for slot in self._luck.sample(list(SLOTS.values()), 9):
            there = self.coop.brain.shop.slots[slot].quantity
            if there < 8:
                self.coop.ask(CountSlot(slot, there, 8, "rosa"))

    def rows(self) -> list[tuple[Row, bytes]]:
        """Its books so far, each fact with its hash."""
        found = self.coop.journal.db.execute(f"SELECT {HASHED}, hash FROM facts ORDER BY seq").fetchall()
        return [(Row(*row[:-1]), row[-1]) for row in found]

    def close(self) -> None:
        self.coop.journal.close()

    # What it sends

    def letters(self) -> list[Letter]:
        """What is not in the lab yet."""
        rows = self.rows()[self.sent :]
        self.sent += len(rows)
        return letter.letters(self.name, rows)

    def meta(self, place: str, *agreed: str) -> bytes:
        makers = tuple(MakerTold(maker, MAKERS[maker][0], "La Tola") for maker in agreed or SAID_YES)
        products = tuple(ProductTold(product, maker, words) for maker, (_, product, words, _) in MAKERS.items())
        slots = tuple(SLOTS.values())
        where = PlaceTold(place)
        return told(
            Meta(
                *(self.name, "0.1.0", 1, "America/Guayaquil"),
                slots=slots,
                place=where,
                makers=makers,
                products=products,
            )
        )

    def state(self, at_ms: int, waits: int = 0, **more: object) -> bytes:
        """How it says it is; `waits` facts are still on the machine."""
        shop, (newest, head) = self.coop.brain.shop, self.rows()[-1]
        slots = tuple(
            SlotTold(slot, held.product, held.maker, held.price_cents, held.quantity, 8, _status(held.quantity))
            for slot, held in ((slot, shop.slots[slot]) for slot in SLOTS.values())
        )
        cash_cents = {"coinbox": self.coop.journal.balances.get("coinbox", 0), "safe": 0}
        usual = {"trusted": True, "phase": "IDLE", "slots": slots, "cash_cents": cash_cents, "disk_free_mb": 21_400}
        seqs = {"epoch": newest.epoch, "seq": newest.seq, "head": head.hex(), "acked_seq": newest.seq - waits}
        return told(State(as_of_ms=at_ms, quarantined=0, **seqs, **{**usual, **more}))  # type: ignore[arg-type]


def _status(quantity: int) -> str:
    return "ready" if quantity else "sold-out"


def forked(machine: str, rows: list[tuple[Row, bytes]], after: int, count: int, epoch: int = 1) -> Letter:
    """A message with other facts than these from number `after` + 1 on; it follows from fact `after` as it should."""
    head, found = rows[after - 1][1], []
    for row, _ in rows[after : after + count]:
        other = row._replace(epoch=epoch, mono_ms=row.mono_ms + 7)
        head = chain(head, other)
        found.append(other)
    return Letter(machine, tuple(found), head)


def posted(store: Store, machine: str, letters: Iterable[Letter], at_ms: int = NOW_MS - 20_000) -> None:
    """These letters arrive, and the lab works them in."""
    arrivals = [Arrival(machine, EVENT, BATCH, letter.written(each, fold=True), at_ms) for each in letters]
    store.take(arrivals)
    while catch_up(store, machine).waits:
        pass


def noted(store: Store, machine: str, at_ms: int, **notes: bytes) -> None:
    """Notes of this machine arrive: `meta`, `state`, `status`."""
    topics = {"meta": META, "state": STATE, "status": STATUS}
    store.take([Arrival(machine, topics[what], "", payload, at_ms) for what, payload in notes.items()])


def told_online(online: bool, at_ms: int) -> bytes:
    return told(Status(online, 1, at_ms))


def sell_out(stand: Stand, *slots: str) -> None:
    """Somebody took what was left out of these spirals."""
    for slot in map(SlotId, slots):
        stand.coop.ask(CountSlot(slot, stand.coop.brain.shop.slots[slot].quantity, 0, "rosa"))


def open_door(stand: Stand) -> None:
    stand.coop.tell(TroubleBegan(Trouble.DOOR_OPEN))


def shut_door(stand: Stand) -> None:
    stand.coop.tell(TroubleEnded(Trouble.DOOR_OPEN))


def town(store: Store, folder: Path, days: int = 40, visits: int = 14) -> dict[str, Stand]:
    """Five machines in the lab; see the head of this file."""
    prepare(store)
    stands = {}
    for seed, (name, place, share) in enumerate(PLACES, start=1):
        stands[name] = stand = Stand(name, folder, days, max(2, visits * share // 10), seed)
        noted(store, name, NOW_MS - 40_000, meta=stand.meta(place))
        _story(store, name, stand)
    return stands


PLACES = (
    ("museo-ciudad", "Museo de la Ciudad, Quito", 10),
    ("yaku", "Yaku, Parque Museo del Agua", 6),
    ("otavalo-plaza", "Plaza de los Ponchos, Otavalo", 12),
    ("biblioteca-epn", "Biblioteca, Escuela Politécnica Nacional", 5),
    ("terminal-cuenca", "Terminal terrestre, Cuenca", 8),
)


def _story(store: Store, name: str, stand: Stand) -> None:
    at_ms, online = NOW_MS - 20_000, True
    more: dict[str, object] = {}
    letters = None
    if name == "yaku":
        at_ms, online = NOW_MS - 9 * HOUR_MS, False
    elif name == "otavalo-plaza":
        open_door(stand)
        more = {"troubles": ("door-open",), "lacks": ("no-hopper",)}
    elif name == "biblioteca-epn":
        sell_out(stand, "A1", "A4", "B2")
        posted(store, name, stand.letters(), at_ms)
        posted(store, name, [forked(name, stand.rows(), after=20, count=12)], at_ms)
    elif name == "terminal-cuenca":
        every = stand.letters()
        letters = [*every[:-2], every[-1]]
        more = {"trusted": False}
    posted(store, name, stand.letters() if letters is None else letters, at_ms)
    noted(store, name, at_ms, state=stand.state(at_ms, **more), status=told_online(online, at_ms))  # type: ignore[arg-type]
