"""The brain: write first, act then; a disk that refuses stops the selling and nothing else."""

import queue
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from controller import brain as brains
from controller.brain import STUCK_MS, Brain
from controller.client import View
from controller.clock import Clock
from controller.domain import effects as do
from controller.domain.catalog import Closed, MakerId, ProductId, SlotId
from controller.domain.cycle import Phase
from controller.domain.events import (
    CoinsSeen,
    DeviceReturned,
    ItemDropped,
    MotorFaulty,
    ReturnPressed,
    SlotChosen,
    Trouble,
    TroubleBegan,
    TroubleEnded,
    VendUnknown,
    VoucherShown,
)
from controller.domain.facts import SlotClosed
from controller.domain.health import Ill
from controller.domain.hours import hours
from controller.domain.money import COINS_CENTS
from controller.domain.shop import Policy
from controller.domain.stocking import ApproveRule, AssignSlot, CountSlot, OpenSlot, PutMaker, PutProduct, Refusal
from controller.domain.treasury import CountCash, MoveCash
from controller.inbox import INBOX_MAX, Asked
from controller.ledger import reports
from controller.ledger.journal import Journal, Stamp
from controller.ledger.schema import create
from controller.ledger.verify import verify
from controller.setting import Setting

CHUMPI_CENTS = 500
STAMP = Stamp(1, 0, 0, True)


@dataclass
class HandSet:
    """Clocks that move only when the test moves them."""

    week: int = 0
    mono: int = 1_000

    def mono_ms(self) -> int:
        return self.mono

    def wall_ms(self) -> int:
        return 1_795_275_000_000 + self.mono

    def trusted(self) -> bool:
        return True

    def week_min(self) -> int:
        return self.week


@dataclass(frozen=True)
class DollarsSoFar:
    """A reading of an acceptor that counts the dollars it took; the brain finds out which are new."""

    counter: int
    source: str = "cctalk:simulated:7"

    def since(self, marks: Mapping[str, int]) -> CoinsSeen | None:
        new = self.counter - marks.get(self.source, 0)
        return CoinsSeen("coins", self.source, self.counter, (100,) * new) if new else None


class Machine:
    """A brain with its books on a real disk, and devices that only remember what they were told."""

    def __init__(self, path: Path, hoppers: frozenset[str] = frozenset()) -> None:
        if not path.exists():
            create(path)
        self.done: list[do.Effect] = []
        self.pictures: list[View] = []
        kinds = (do.Dispense, do.QueryVend, do.BringHome, do.AskHoppers, do.AcceptCoins)
        performers = dict.fromkeys(kinds, self.done.append)
        setting = Setting("prueba", "0", frozenset({SlotId("A1")}), hoppers=hoppers)
        self.brain = Brain(Journal(path, Policy()), Clock(), setting, performers, self._show)
        self.brain.start()

    def _show(self, draw: Callable[[], View]) -> None:
        self.pictures.append(draw())

    def stock(self) -> None:
        wishes = (
            ApproveRule((("maker", 80), ("fund:comun", 20))),
            PutMaker(MakerId("luz"), "Luz"),
            PutProduct(ProductId("chumpi-rojo"), MakerId("luz"), "Chumpi rojo", CHUMPI_CENTS),
            AssignSlot(SlotId("A1"), ProductId("chumpi-rojo"), 6),
            CountSlot(SlotId("A1"), 0, 6, "luz"),
        )
        for wish in wishes:
            assert self.ask(wish) is None

    def ask(self, wish: object) -> Refusal | None:
        answers: list[Refusal | None] = []
        self.brain.handle(Asked(wish, answers.append))
        return answers[0] if answers else Refusal("no-answer", "")

    def coin(self, counter: int) -> None:
        self.brain.handle(DollarsSoFar(counter))

    def told(self, kind: type[do.Effect]) -> list[do.Effect]:
        return [effect for effect in self.done if isinstance(effect, kind)]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    machine = Machine(tmp_path / "minga.db")
    machine.stock()
    machine.done.clear()
    return machine


def test_the_motor_hears_of_a_vend_only_after_the_books_do(machine: Machine) -> None:
    """When `Dispense` reaches the motors, `VendStarted` is already committed, seen by another connection."""
    seen: list[int] = []
    reader = sqlite3.connect(machine.brain.journal.path)
    query = "SELECT count(*) FROM facts WHERE type = 'VendStarted'"
    machine.brain._performers[do.Dispense] = lambda _: seen.append(reader.execute(query).fetchone()[0])
    for mark in range(1, 6):
        machine.coin(mark)
    machine.brain.handle(SlotChosen(SlotId("A1")))
    assert seen == [1]


def test_an_unknown_slot_is_refused_in_words(machine: Machine) -> None:
    """A wish for a slot that is not there names the slots that are."""
    refusal = machine.ask(SlotChosen(SlotId("Z9")))
    assert refusal is not None
    assert refusal.code == "unknown-slot"
    assert "Z9" in refusal.words
    assert "A1" in refusal.words


def test_coins_are_told_to_stop_and_to_start_once_each(machine: Machine) -> None:
    """An open door stops the acceptor with one order, and closing it lets coins in again with one."""
    machine.brain.handle(TroubleBegan(Trouble.DOOR_OPEN))
    machine.brain.handle(TroubleBegan(Trouble.DOOR_OPEN))
    machine.brain.handle(TroubleEnded(Trouble.DOOR_OPEN))
    assert machine.told(do.AcceptCoins) == [do.AcceptCoins(frozenset()), do.AcceptCoins(frozenset(COINS_CENTS))]


def test_a_hopper_nobody_has_heard_of_yet_cannot_be_counted_on(tmp_path: Path) -> None:
    """The books say two dollars lie in it; until its worker has met it, no change is promised from them."""
    path = tmp_path / "minga.db"
    machine = Machine(path, hoppers=frozenset({"hopper:25"}))
    machine.stock()
    assert machine.ask(MoveCash(200, "float:comun", "hopper:25", "luz", "float-1")) is None
    assert machine.brain.shop.change_coins == {}
    machine.brain.handle(DeviceReturned("hopper:25", Trouble.NO_HOPPER))
    assert machine.brain.shop.change_coins == {25: 8}


def test_a_full_inbox_is_a_fault_and_not_a_wait(machine: Machine) -> None:
    """A device whose message does not fit is told so at once, and keeps it."""
    for _ in range(INBOX_MAX):
        machine.brain.put(ReturnPressed())
    with pytest.raises(queue.Full):
        machine.brain.put(ReturnPressed())


def test_a_second_start_asks_the_motors_and_turns_nothing(machine: Machine) -> None:
    """A vend that was under way when the controller died is asked for by its id."""
    for mark in range(1, 6):
        machine.coin(mark)
    machine.brain.handle(SlotChosen(SlotId("A1")))
    machine.brain.journal.close()
    again = Machine(machine.brain.journal.path)
    assert again.told(do.QueryVend) == [do.QueryVend(1, SlotId("A1"))]
    assert again.told(do.Dispense) == []
    again.brain.handle(VendUnknown(1, "forgotten"))
    assert again.brain.cycle.notice is not None
    assert again.brain.cycle.notice.claim is not None


class Stubborn:
    """Lets the disk refuse the N-th write to the journal, once, before or after it truly happened."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, nth: int, after: bool) -> None:
        self.calls = 0
        append = Journal.append

        def risky(journal: Journal, *args: object, **more: object) -> None:
            self.calls += 1
            if self.calls == nth and not after:
                raise sqlite3.OperationalError("disk I/O error")
            append(journal, *args, **more)
            if self.calls == nth:
                raise sqlite3.OperationalError("disk I/O error")

        monkeypatch.setattr(Journal, "append", risky)
        monkeypatch.setattr(brains, "DISK_RETRY_S", 0.0)


@pytest.mark.parametrize("after", [False, True], ids=["not-written", "written-but-denied"])
@pytest.mark.parametrize("nth", range(1, 9))
def test_a_refused_write_loses_no_coin_and_turns_no_motor_twice(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, nth: int, after: bool
) -> None:
    """Whichever write of a sale the disk refuses, and even if it lied, every coin stays booked and one motor turns once."""
    Stubborn(monkeypatch, nth, after)
    for mark in range(1, 6):
        machine.coin(mark)
    machine.brain.handle(SlotChosen(SlotId("A1")))
    if machine.brain.cycle.phase is Phase.CREDIT:
        machine.brain.handle(SlotChosen(SlotId("A1")))  # a visitor presses again
    for effect in machine.told(do.QueryVend):
        machine.brain.handle(VendUnknown(effect.vend_id, "forgotten"))
    machine.brain.handle(ItemDropped(1))
    books = machine.brain.journal.db
    totals = reports.totals(books)
    assert verify(books) == []
    assert totals.inserted_cents == CHUMPI_CENTS
    assert totals.adds_up
    assert len(machine.told(do.Dispense)) <= 1
    assert totals.sold_cents + totals.doubt_cents == CHUMPI_CENTS


@pytest.mark.parametrize("after", [False, True], ids=["not-written", "written-but-denied"])
def test_a_voucher_shown_to_a_refusing_disk_is_not_taken_later(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    """Nobody may stand there any more when the disk is back: it is spent only if the disk lied, and then it is credit."""
    Stubborn(monkeypatch, 1, after)
    machine.brain.handle(VoucherShown("000726f05ad1c0de", 500, 1, 468_720))
    assert machine.brain.cycle.credit_cents == (500 if after else 0)
    assert machine.brain.journal.shop.vouchers == ({"000726f05ad1c0de"} if after else set())
    assert verify(machine.brain.journal.db) == []


def test_while_the_disk_is_away_no_coin_is_welcome(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The screen says that the disk is the trouble and the acceptor is closed before the next coin."""
    Stubborn(monkeypatch, 1, after=False)
    machine.coin(1)
    away = [picture for picture in machine.pictures if "disk" in picture.troubles]
    assert away
    assert not any(picture.coins_welcome for picture in away)
    assert machine.told(do.AcceptCoins) == [do.AcceptCoins(frozenset()), do.AcceptCoins(frozenset(COINS_CENTS))]
    assert machine.brain.cycle.credit_cents == 100


def test_a_broken_rule_of_the_books_is_no_disk_fault(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A constraint that fails is a mistake of ours: the process must end, not try for ever."""

    def broken(*_: object, **__: object) -> None:
        raise sqlite3.IntegrityError("UNIQUE constraint failed")

    monkeypatch.setattr(Journal, "append", broken)
    with pytest.raises(sqlite3.IntegrityError):
        machine.coin(1)


def test_a_disk_without_room_stops_the_coins_and_room_brings_them_back(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With less free disk than the floor no coin is taken; with more the machine sells again by itself."""
    monkeypatch.setattr(brains, "disk_is_writable", lambda *_: False)
    machine.brain._tick()
    assert Ill(Trouble.DISK) in machine.brain.health
    monkeypatch.setattr(brains, "disk_is_writable", lambda *_: True)
    machine.brain._tick()
    assert machine.brain.health == frozenset()
    assert machine.told(do.AcceptCoins) == [do.AcceptCoins(frozenset()), do.AcceptCoins(frozenset(COINS_CENTS))]


def test_money_asked_for_twice_with_one_id_moves_once(machine: Machine) -> None:
    """After no answer a person asks again; the books have it once, and another wish cannot hide behind the id."""
    move = MoveCash(2_500, "float:museo", "hopper:25", "carmen", "sueltos-1")
    assert machine.ask(move) is None
    assert machine.ask(move) is None
    other = machine.ask(replace(move, cents=5_000))

    assert other is not None
    assert other.code == "used-id"
    assert reports.balances(machine.brain.journal.db)["hopper:25"] == 2_500


def test_a_count_asked_for_twice_is_one_count(machine: Machine) -> None:
    """The second time the box is empty by the books; the first count stands and nothing is short."""
    machine.coin(3)
    count = CountCash(300, "carmen", "luz", "conteo-1")
    assert machine.ask(count) is None
    assert machine.ask(count) is None

    balances = reports.balances(machine.brain.journal.db)
    assert (balances["safe"], balances["coinbox"], balances.get("over_short", 0)) == (300, 0, 0)


def test_an_opened_slot_has_its_spiral_brought_home(machine: Machine) -> None:
    """Opening is written down first; a slot that was open is left alone; a spiral that stays away closes it again."""
    machine.brain.journal.append(STAMP, machine.brain.cycle, [SlotClosed(SlotId("A1"), Closed.JAMMED)])
    assert machine.ask(OpenSlot(SlotId("A1"), "nina")) is None
    assert machine.ask(OpenSlot(SlotId("A1"), "nina")) is None
    assert machine.told(do.BringHome) == [do.BringHome(SlotId("A1"))]

    machine.brain.handle(MotorFaulty(SlotId("A1"), Closed.JAMMED))
    assert machine.brain.shop.slots[SlotId("A1")].closed is Closed.JAMMED


def test_closing_time_stops_the_coins_and_morning_brings_them_back(machine: Machine) -> None:
    """A quiet second is enough to notice either, and both are facts."""
    machine.brain._clock = HandSet(week=12 * 60)
    machine.brain._setting = replace(machine.brain._setting, hours=hours(("tue-sun 09:00-17:30",)))
    machine.brain._tick()
    assert machine.pictures[-1].troubles == ("closed",)
    assert not machine.pictures[-1].coins_welcome

    machine.brain._clock.week = 1_440 + 12 * 60
    machine.brain._tick()
    assert machine.pictures[-1].troubles == ()
    assert machine.pictures[-1].coins_welcome


def test_a_brain_that_is_busy_for_too_long_says_so(machine: Machine) -> None:
    """Half a second with one message is stuck; waiting for the next one never is."""
    stuck = []
    machine.brain._clock = clock = HandSet()

    def hang(_: object) -> None:
        clock.mono += STUCK_MS + 1
        stuck.append(machine.brain.is_stuck())

    machine.brain._performers[do.AcceptCoins] = hang
    machine.brain.put(TroubleBegan(Trouble.DOOR_OPEN))
    machine.brain.stop()
    machine.brain.run()

    assert stuck == [True]
    clock.mono += 60_000
    machine.brain._busy_since_ms = None
    assert not machine.brain.is_stuck()


def test_books_with_a_broken_end_are_opened_and_sell_nothing(machine: Machine) -> None:
    """Somebody changed the newest fact while the machine was off: it starts, says so, and takes no coin."""
    db = machine.brain.journal.db
    db.execute("DROP TRIGGER facts_stay")
    db.execute("UPDATE facts SET body = replace(body, '6', '9') WHERE seq = (SELECT max(seq) FROM facts)")
    machine.brain.journal.close()
    again = Machine(machine.brain.journal.path)
    again.brain._tick()

    assert again.pictures[-1].troubles == ("books",)
    assert again.told(do.AcceptCoins) == [do.AcceptCoins(frozenset())]
