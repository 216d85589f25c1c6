"""The cash box in real books: the brain notes that it fills, keeps the next coin out, and the facts alone say how full it is.

The limit is set by hand here; that it comes from `coins.box_coins_max` is proven with a whole machine, in
`tests/system/test_stage_hand.py`.
"""

from dataclasses import replace
from pathlib import Path

import pytest
from builders import books, coins, stamp

from controller.brain import Brain
from controller.clock import Clock
from controller.domain import effects as do
from controller.domain import facts as f
from controller.domain.effects import AcceptCoins
from controller.domain.health import Ill
from controller.domain.shop import Policy
from controller.domain.treasury import CountCash
from controller.domain.view import View
from controller.inbox import Asked
from controller.ledger.journal import Journal
from controller.ledger.running import coins_in_box
from controller.ledger.verify import verify
from controller.rounds import cashbox
from controller.setting import Setting

BOX_COINS_MAX = 10


class Machine:
    """A brain whose cash box has room for ten coins, and an acceptor that only remembers what it was told."""

    def __init__(self, folder: Path) -> None:
        journal = books(folder)
        journal.shop = replace(journal.shop, policy=Policy(box_coins_max=BOX_COINS_MAX))
        self.let_in: list[frozenset[int]] = []
        self.pictures: list[View] = []
        performers = {do.AcceptCoins: self._accept}
        self.brain = Brain(journal, Clock(), Setting("prueba", "0", frozenset()), performers, self._show)
        self.brain.start()
        self.marks = 0

    def quarters(self, count: int) -> None:
        """Visitors put them in one by one, and a quiet second follows."""
        for _ in range(count):
            self.marks += 1
            self.brain.handle(coins(25, mark=self.marks))
        self.brain._tick()

    def count(self, cents: int) -> None:
        """Two people empty the box into the safe, and a quiet second follows."""
        answers: list[object] = []
        self.brain.handle(Asked(CountCash(cents, "rosa", "luz", f"retiro-{self.marks}"), answers.append))
        assert answers == [None]
        self.brain._tick()

    def noted(self) -> list[str]:
        """What the journal says of the box, in order."""
        rows = self.brain.journal.db.execute(
            "SELECT type || ' ' || (body ->> '$.trouble') FROM facts WHERE type LIKE 'Trouble%' ORDER BY seq"
        )
        return [words for (words,) in rows]

    def counted(self) -> int:
        """The coins in the box by the facts on the disk alone."""
        return coins_in_box(self.brain.journal.db, BOX_COINS_MAX)

    def _accept(self, effect: AcceptCoins) -> None:
        self.let_in.append(effect.cents)

    def _show(self, draw: object) -> None:
        assert callable(draw)
        self.pictures.append(draw())


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_the_acceptor_is_closed_with_the_coin_that_fills_the_box(machine: Machine) -> None:
    """The tenth quarter is booked, no eleventh is let in; after the count they are welcome again, without a restart."""
    machine.quarters(BOX_COINS_MAX - 1)
    assert machine.let_in[-1]
    machine.quarters(1)
    assert machine.let_in[-1] == frozenset()
    assert machine.pictures[-1].credit_cents == 250
    machine.count(250)
    assert machine.let_in[-1]


def test_the_journal_tells_how_the_box_fills_and_is_emptied(machine: Machine) -> None:
    """Nearly full at nine, full at ten, and over with the count: each once, for whoever looks after the machine."""
    for _ in range(BOX_COINS_MAX):
        machine.quarters(1)
    machine.brain._tick()
    machine.count(250)
    assert machine.noted() == [
        "TroubleSeen box-filling",
        "TroubleOver box-filling",
        "TroubleSeen box-full",
        "TroubleOver box-full",
    ]
    assert verify(machine.brain.journal.db) == []


def test_a_replay_of_the_facts_counts_the_same_coins(machine: Machine) -> None:
    """After each coin and each count what the disk's facts give is what the machine goes by."""
    for step in (1, 4, 3):
        machine.quarters(step)
        assert machine.counted() == machine.brain.journal.shop.box_coins
    machine.count(200)
    assert machine.counted() == machine.brain.journal.shop.box_coins == 0
    machine.quarters(2)
    assert machine.counted() == 2


def test_a_start_goes_on_from_the_coins_that_the_facts_tell_of(machine: Machine) -> None:
    """Switched off with eight in the box, the machine knows of eight when it is on again; where nobody counts, of none."""
    machine.quarters(8)
    path = machine.brain.journal.path
    machine.brain.journal.close()
    for most, known in ((BOX_COINS_MAX, 8), (0, 0)):
        again = Journal(path, Policy(box_coins_max=most))
        assert again.shop.box_coins == known
        again.close()


def test_only_the_boxs_own_count_and_its_own_coins_are_looked_at(machine: Machine) -> None:
    """A counted hopper empties no box, a coin in a tube fills none; one booked before places were told lies in the box."""
    machine.quarters(3)
    journal = machine.brain.journal
    beside = (f.CreditTaken(25, "changer", "mdb", 9, "tube:25"), f.CashCounted("hopper:25", 0, 0, "rosa", "luz", "v-1"))
    journal.append(stamp(), replace(journal.cycle, credit_cents=journal.cycle.credit_cents + 25), beside)
    assert machine.counted() == 3
    journal.db.execute("DROP TRIGGER facts_stay")
    journal.db.execute("UPDATE facts SET body = json_remove(body, '$.place') WHERE body ->> '$.place' = 'coinbox'")
    assert machine.counted() == 3


def test_looking_back_ends_at_a_full_box(machine: Machine) -> None:
    """However many coins went in since: more than the limit need not be known. Nobody looks where nobody watches."""
    machine.quarters(BOX_COINS_MAX + 5)
    assert machine.counted() == BOX_COINS_MAX
    assert coins_in_box(machine.brain.journal.db, 0) == 0


def test_what_was_noted_of_the_box_is_no_news_again(machine: Machine) -> None:
    """The brain's rounds come every quiet second, and say each thing once."""
    machine.quarters(BOX_COINS_MAX)
    shop, health = machine.brain.shop, machine.brain.health
    assert Ill(next(iter(shop.box_troubles))) in health
    assert cashbox(shop, health) == []
