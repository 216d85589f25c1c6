"""The real firmware as the master of the simulated MDB bus: coins, tubes and cards through a board that may die."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from link_bench import MICRO, Bench, wait

from controller.protocols.board import Block, BusAnswered, BusBreak, BusPay, BusPoll, BusSend, BusState, Reset, Unknown
from firmware import messages
from hw_mocks.mdb import SimulatedChanger, SimulatedReader

pytestmark = [pytest.mark.system, pytest.mark.timeout(180)]

CHANGER, READER = 0x08, 0x10
ALL_COINS = bytes.fromhex("0c000f000f")
FIFTEEN_DIMES = b"\x0d\xf1"
QUARTER = bytes((0x52, 21))
JUST_RESET = b"\x0b"
POLL_MS = 40


class Till(Bench):
    """A board with a changer that it polls, and a Pi that lets money in."""

    def __init__(self, folder: Path, run_by: list[str]) -> None:
        self.changer, self.reader = SimulatedChanger(), SimulatedReader()
        super().__init__(folder, run_by, self.changer, self.reader)
        self.wishes = messages.MONEY
        self._number = 0
        self.get_ready()
        self.until(lambda: self.heard(JUST_RESET) == 1)

    def get_ready(self) -> None:
        """What the Pi does with every new life of the board: poll the changer, let all coins in."""
        self.until(lambda: self.host.ready)
        self.ask(BusPoll(CHANGER, POLL_MS))
        self.ask(BusSend(3, ALL_COINS))
        self.until(lambda: self.here(lambda: self.changer.open_for(25)))

    def ask(self, order: Any) -> Any:
        """One order to its end."""
        self._number += 1
        self.order(self._number, order)
        return self.end(self._number)

    def here(self, look: Callable[[], Any]) -> Any:
        """Do this at the machine."""
        with self.bus.lock:
            return look()

    def heard(self, block: bytes) -> int:
        """How often these words of a device were told."""
        return [told.block for told in self.happened(Block)].count(block)

    @property
    def coins(self) -> list[Block]:
        """The blocks in which a coin was told."""
        return [block for block in self.happened(Block) if block.block[0] & 0xC0 == 0x40]


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    till = Till(tmp_path, MICRO)
    yield till
    till.close()


@pytest.mark.parametrize("run_by", [MICRO, [sys.executable]], ids=["MicroPython", "CPython"])
def test_a_coin_in_the_changer_is_an_event_of_the_board(tmp_path: Path, run_by: list[str]) -> None:
    """A quarter falls into its tube; the Pi hears of it once, in the changer's own words."""
    till = Till(tmp_path, run_by)
    try:
        assert till.here(lambda: till.changer.insert(25))
        till.until(lambda: till.coins)
        polls = till.bus.count(b"\x0b")
        till.until(lambda: till.bus.count(b"\x0b") > polls + 3)
        assert [(block.block, block.flags, block.asked) for block in till.coins] == [(QUARTER, 0, 0x0B)]
        assert till.changer.tubes[2] == 21
    finally:
        till.close()


def test_a_coin_whose_ack_was_lost_is_told_once_more_and_says_so(till: Till) -> None:
    """Two events, and the second is marked as what may be a repeat: the tube has one quarter more."""
    till.here(lambda: (till.changer.insert(25), setattr(till.bus, "lose_acks", 1)))
    till.until(lambda: len(till.coins) == 2)
    polls = till.bus.count(b"\x0b")
    till.until(lambda: till.bus.count(b"\x0b") > polls + 3)
    assert [(block.block, block.flags) for block in till.coins] == [(QUARTER, 0), (QUARTER, 1)]
    assert till.changer.tubes[2] == 21


def test_an_answer_that_arrives_damaged_is_one_event(till: Till) -> None:
    """The board asks for it again on the bus; the Pi hears of one quarter."""
    till.server.call(lambda: (till.changer.insert(25), setattr(till.board.chip.mdb, "damage", 1)))
    till.until(lambda: till.coins)
    assert [(block.block, block.flags) for block in till.coins] == [(QUARTER, 0)]


def test_a_dispense_empties_the_tube(till: Till) -> None:
    """Fifteen dimes by one order, five by another; the changer says so when it is asked."""
    assert till.ask(BusPay(1, FIFTEEN_DIMES)).answer == BusAnswered(messages.ACKED, 1, 0)
    till.until(lambda: till.here(lambda: till.changer.left[1]) == 15)
    assert till.ask(BusPay(1, b"\x0d\x51")).answer.bus_result == messages.ACKED
    till.until(lambda: till.here(lambda: till.changer.left[1]) == 20)
    answer = till.ask(BusSend(3, b"\x0a")).answer
    assert answer.bus_result == messages.BLOCK_CAME
    till.until(lambda: till.happened(Block)[-1].block_number == answer.block_number)
    assert till.happened(Block)[-1].block[2:6] == bytes((20, 0, 20, 0))


def test_a_board_that_is_reset_before_the_coin_was_told(till: Till) -> None:
    """It dies with the quarter still in the changer's memory: the next life hears of it, and it is told once."""
    till.server.call(lambda: (till.changer.insert(25), till.board.reset()))
    till.until(lambda: len(till.happened(Reset)) == 2)
    till.get_ready()
    till.until(lambda: till.coins)
    assert [(block.block, block.flags) for block in till.coins] == [(QUARTER, 0)]
    assert till.board.lives == 2


def test_a_board_that_is_reset_while_the_changer_pays(till: Till) -> None:
    """The order's end is unknown, the dimes go on leaving, and nobody orders them again."""
    till.until(lambda: till.host.ready)
    till.order(9_001, BusPay(1, FIFTEEN_DIMES))
    till.until(lambda: till.here(lambda: till.changer.left[1]) >= 3)
    till.server.call(till.board.reset)
    till.until(lambda: till.here(lambda: till.changer.left[1]) == 15)
    till.until(lambda: len(till.happened(Reset)) == 2 and till.host.ready)
    assert till.bus.count(b"\x0d") == 1
    assert till.changer.tubes[1] == 5


def test_an_order_that_died_with_the_board_is_unknown_and_pays_nothing(till: Till) -> None:
    """The bus's cable is out, so that the order is tried for long; a reset ends it for good."""
    till.here(lambda: setattr(till.bus, "cut", True))
    till.order(9_002, BusPay(200, FIFTEEN_DIMES))
    till.until(lambda: till.bus.count(b"\x0d"))
    till.server.call(till.board.reset)
    end = till.end(9_002)
    assert isinstance(end, Unknown)
    till.here(lambda: setattr(till.bus, "cut", False))
    till.get_ready()
    assert till.changer.left_cents == 0


def test_a_pi_that_falls_silent_shuts_the_changer(till: Till) -> None:
    """No word from the Pi for 800 ms: the board tells the changer to take no coin. The Pi speaks: it takes them again."""
    wait(lambda: not till.here(lambda: till.changer.open_for(25)))
    till.until(lambda: till.here(lambda: till.changer.open_for(25)))


def test_a_changer_without_its_plug_is_told(till: Till) -> None:
    """It falls silent and comes back, and says itself that it was reset."""
    till.until(lambda: BusState(CHANGER, 1, 0, 0) in till.happened(BusState))
    till.here(lambda: till.changer.set_power(False))
    till.until(lambda: [state.present for state in till.happened(BusState)] == [1, 0])
    till.here(lambda: till.changer.set_power(True))
    till.until(lambda: [state.present for state in till.happened(BusState)] == [1, 0, 1])
    till.until(lambda: till.heard(JUST_RESET) == 2)


def test_a_break_resets_the_changer(till: Till) -> None:
    """The line is held low by the board's state machine, and everybody on it begins anew."""
    till.ask(BusBreak())
    assert not till.changer.open_for(25)
    till.until(lambda: till.heard(JUST_RESET) == 2)


def test_a_card_pays_over_the_board(till: Till) -> None:
    """Reset, set-up, enable, a card, a price, approval, success: each answer is a block of the bus."""
    till.ask(BusPoll(READER, POLL_MS))
    for command in ("1000", "110002 0000 00", "1401"):
        assert till.ask(BusSend(3, bytes.fromhex(command))).answer.bus_result == messages.ACKED
        till.until(lambda: not till.here(lambda: till.reader._waiting))
    assert till.here(lambda: till.reader.show_card(500))
    till.until(lambda: any(block.block.startswith(b"\x03\x01\xf4") for block in till.happened(Block)))
    till.ask(BusPay(1, bytes.fromhex("1300 00E1 0001")))
    till.until(lambda: till.heard(b"\x05\x00\xe1"))
    till.ask(BusPay(1, bytes.fromhex("1302 0001")))
    assert till.reader.account.paid_cents == 225
