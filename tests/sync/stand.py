"""A machine that sells as fast as it may and carries its facts to the lab: the real brain, books and courier, no hardware.

`python stand.py CONFIG SALES SEED` is one life of it. It tells each sale on its standard output once that is on the disk, so
that whoever kills it knows what must never be lost; with all its sales done it goes on carrying until it is ended.
"""

import random
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

from controller.brain import Brain
from controller.clock import Clock
from controller.commands.catalogue import wishes
from controller.config import Config, load
from controller.courier import Courier
from controller.devices.broker import Broker
from controller.devices.worker import Backoff
from controller.domain import effects as do
from controller.domain.catalog import SlotId
from controller.domain.events import CoinsSeen, ItemDropped, SlotChosen
from controller.domain.stocking import CountSlot
from controller.inbox import Asked
from controller.ledger.journal import Journal
from controller.ledger.schema import create
from controller.protocols.sync.topics import of_machine
from controller.setting import Setting

PRICE_CENTS = 100
SLOTS = tuple(SlotId(f"A{column}") for column in range(1, 9))
CONTENT: dict[str, Any] = {
    "makers": [{"maker": maker, "name": maker.title()} for maker in ("rosa", "luz")],
    "products": [
        {"product": f"prenda-{slot.lower()}", "maker": maker, "name": slot, "price_cents": PRICE_CENTS}
        for slot, maker in zip(SLOTS, ("rosa", "luz") * 4, strict=True)
    ],
    "slots": [{"slot": slot, "product": f"prenda-{slot.lower()}", "capacity": 50} for slot in SLOTS],
    "rule": {"maker": 80, "fund:comun": 20},
}
PAUSE_S_MAX = 0.15
"""Between two sales, so that all of a line's mishaps fall into the middle of some."""


class Stand:
    """One life of the machine, on the books that its configuration names; every motor works, every piece falls."""

    def __init__(self, config: Config) -> None:
        database = config.machine.database
        fresh = not database.exists()
        if fresh:
            create(database)
        clock = Clock(config.clock.offset_file, config.clock.zone, config.clock.trust_rtc)
        performers = dict.fromkeys(do.Effect.__subclasses__(), lambda _: None)
        setting = Setting(config.machine.name, "0", frozenset(SLOTS), 0)
        self.brain = Brain(Journal(database, zone=config.clock.zone), clock, setting, performers, self._show)
        self.network = Broker(config.sync, config.machine.name, of_machine(config.machine.name), Backoff(0.05, 0.4))
        self.courier = Courier(config, clock, self.network, "0")
        self.brain.start()
        for wish in wishes(CONTENT, set(), "luz") if fresh else ():
            self._ask(wish)
        self._marked = self.brain.journal.marks.get("stand", 0)
        if self.brain.cycle.vend:  # a kill came in between, and the piece has fallen meanwhile
            self.brain.handle(ItemDropped(self.brain.cycle.vend.vend_id))

    def open(self) -> None:
        """Begin to carry."""
        self.courier.start()
        self.network.start(self.courier, self.courier.will)

    @property
    def sales(self) -> int:
        (row,) = self.brain.journal.db.execute("SELECT count(*) FROM facts WHERE type = 'Sold'").fetchall()
        return int(row[0])

    def sell(self, slot: SlotId) -> int:
        """One sale, on the disk when this returns: its vend's number."""
        brain = self.brain
        if brain.shop.slots[slot].quantity < 2:
            self._ask(CountSlot(slot, brain.shop.slots[slot].quantity, 50, "luz"))
        self._marked += PRICE_CENTS
        brain.handle(CoinsSeen("coins", "stand", self._marked, (PRICE_CENTS,)))
        brain.handle(SlotChosen(slot))
        vend = brain.cycle.vend
        assert vend is not None
        brain.handle(ItemDropped(vend.vend_id))
        return vend.vend_id

    def _ask(self, wish: Any) -> None:
        self.brain.handle(Asked(wish, partial(_granted, wish)))

    def _show(self, draw: Any) -> None:
        if hasattr(self, "courier"):
            self.courier.tell(self.brain.journal.seq, False, draw)


def _granted(wish: object, refusal: object) -> None:
    assert refusal is None, (wish, refusal)


def main(file: Path, sales: int, seed: int) -> None:
    chance, stand = random.Random(seed), Stand(load(file))
    stand.open()
    while (sold := stand.sales) < sales:
        print(f"sold {stand.sell(SLOTS[sold % len(SLOTS)])}", flush=True)
        time.sleep(chance.random() * PAUSE_S_MAX)
    print("done", flush=True)
    while True:
        time.sleep(1)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
