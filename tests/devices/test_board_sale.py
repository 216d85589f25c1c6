"""A whole sale with the board in place of GPIO: real brain, real books, real firmware in a process of its own.

Keypad, pulses, motor and curtain go through the simulated chip; the books are checked as the machine checks them itself.
"""

import queue
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from controller import config as settings
from controller.brain import Brain
from controller.clock import Clock
from controller.config import Config, Machine
from controller.devices.board import Board
from controller.devices.boardcoins import SOURCE
from controller.devices.worker import Backoff
from controller.domain import effects as do
from controller.domain import facts as f
from controller.domain.catalog import MakerId, ProductId, SlotId
from controller.domain.cycle import Phase
from controller.domain.events import SlotChosen, Trouble
from controller.domain.health import Ill
from controller.domain.shop import Policy
from controller.domain.stocking import ApproveRule, AssignSlot, CountSlot, PutMaker, PutProduct
from controller.inbox import Asked
from controller.ledger import reports
from controller.ledger.journal import Journal
from controller.ledger.schema import create
from controller.ledger.verify import verify
from controller.setting import Setting
from hw_mocks.acts import Acts
from hw_mocks.board import SimulatedBoard
from hw_mocks.host import WorldServer
from hw_mocks.world import World

BOOT = f"{SOURCE}/boot"
WITHIN_S = 40.0
A3, B1 = SlotId("A3"), SlotId("B1")
STOCK = (
    ApproveRule((("maker", 80), ("fund:comun", 20))),
    PutMaker(MakerId("luz"), "Luz"),
    PutProduct(ProductId("chumpi-rojo"), MakerId("luz"), "Chumpi rojo", 100),
    AssignSlot(A3, ProductId("chumpi-rojo"), 6),
    CountSlot(A3, 0, 3, "luz"),
    AssignSlot(B1, ProductId("chumpi-rojo"), 6),
    CountSlot(B1, 0, 3, "luz"),
)

pytestmark = [pytest.mark.system, pytest.mark.timeout(180)]


class Museum:
    """One machine with a board. The test itself turns the brain, so that it can look at the books between messages."""

    def __init__(self, folder: Path) -> None:
        motors, cabinet = settings.Motors(), settings.Cabinet(slot_buttons={"A3": 22})
        self.world = World(motors, cabinet, stock={"A3": 3, "B1": 3})
        self.server = WorldServer(self.world, Acts(self.world, None, {}), folder)
        self.board = SimulatedBoard(self.world, motors, cabinet, folder / "board", window_ms=50)
        self.server.add(self.board)
        self.server.__enter__()
        self.books = folder / "minga.db"
        create(self.books)
        self.config = Config(
            machine=Machine(name="quito-museo-1"),
            motors={"drive": "board", "drop_ms": 1_000},  # type: ignore[arg-type]
            cabinet={"drive": "board"},  # type: ignore[arg-type]
            coins={"kind": "pulses"},  # type: ignore[arg-type]
            pulses={"settle_ms": 0},  # type: ignore[arg-type]
            board={"port": str(folder / "board"), "slot_keys": {"A3": 0}},  # type: ignore[arg-type]
        )
        self.start()
        for wish in STOCK:
            self.brain.handle(Asked(wish, lambda refusal: None))

    def start(self) -> None:
        """A controller on these books: what `app` does."""
        performers: dict[type[do.Effect], Callable[[Any], None]] = {}
        setting = Setting("quito-museo-1", "0", frozenset({A3, B1}))
        self.brain = brain = Brain(Journal(self.books, Policy()), Clock(), setting, performers)
        self.device = Board(
            self.config,
            brain.put,
            lambda: brain.journal.marks,
            lambda: brain.cycle.last_vend_id,
            brain.is_stuck,
            Backoff(0.05, 0.2),
        )
        motors = self.device.motors
        performers |= {
            do.Dispense: motors.dispense,
            do.QueryVend: motors.query,
            do.BringHome: motors.bring_home,
            do.AcceptCoins: lambda effect: self.device.accept(effect.cents),
        }
        brain.start()
        self.device.start()
        self.until(lambda: not self.device.reason and SOURCE in brain.journal.marks)

    def die(self) -> None:
        """The controller is gone; what is in its inbox is gone too."""
        self.device.stop()
        self.brain.journal.close()

    def until(self, condition: Callable[[], object]) -> None:
        """Let the brain take messages until this is so."""
        end_s = time.monotonic() + WITHIN_S
        while not condition():
            assert time.monotonic() < end_s, (self.brain.cycle, self.brain.health, self.device.status())
            try:
                self.brain.handle(self.brain.inbox.get(timeout=0.02))
            except queue.Empty:
                self.brain._show()

    def pay(self, quarters: int) -> None:
        """Coins go in one after another, as soon as the acceptor takes them."""
        for _ in range(quarters):
            credit_cents = self.brain.cycle.credit_cents
            self.until(lambda: self.server.call(lambda: self.board.chip.insert_coin(5)))
            self.until(lambda known=credit_cents: self.brain.cycle.credit_cents == known + 25)

    def choose(self) -> None:
        """Press the key of A3."""
        self.server.call(lambda: self.world.press("A3"))

    def facts(self, kind: type[f.Fact]) -> int:
        (many,) = self.brain.journal.db.execute("SELECT count(*) FROM facts WHERE type = ?", [kind.__name__]).fetchone()
        return int(many)

    def truth(self) -> Any:
        return self.server.call(lambda: self.world.truth())

    def close(self) -> None:
        self.device.stop()
        self.server.__exit__()


@pytest.fixture
def museum(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Museum]:
    monkeypatch.setattr("controller.devices.boardpanel.WAKING_MS", 0)  # nobody pressed anything before
    museum = Museum(tmp_path)
    yield museum
    assert not verify(museum.brain.journal.db)
    museum.close()


def test_a_sale_over_the_board(museum: Museum) -> None:
    """Four quarters as twenty pulses, a key, one turn, a piece behind the flap, and the sale in the books."""
    museum.pay(4)
    museum.choose()
    museum.until(lambda: museum.facts(f.Sold) == 1)
    assert museum.truth()["spirals"]["A3"]["turns"] == 1
    assert [piece["slot"] for piece in museum.truth()["pieces"]] == ["A3"]
    assert museum.brain.cycle.credit_cents == 0
    assert reports.balances(museum.brain.journal.db)["coinbox"] == 100
    assert museum.brain.journal.marks[SOURCE] == 20


def test_a_controller_that_dies_in_mid_turn_asks_the_board(museum: Museum) -> None:
    """The next controller on these books asks, the board answers how it ended: one turn, one sale."""
    museum.pay(4)
    museum.brain.handle(Asked(SlotChosen(A3), lambda refusal: None))
    museum.until(lambda: museum.truth()["spirals"]["A3"]["angle_deg"] > 90)
    museum.die()
    museum.start()
    museum.until(lambda: museum.facts(f.Sold) == 1)
    assert museum.truth()["spirals"]["A3"]["starts"] == 1
    assert museum.brain.cycle.phase is Phase.IDLE


def test_a_board_that_is_reset_in_mid_turn_leaves_a_doubt(museum: Museum) -> None:
    """Nobody knows what became of the piece: the money waits for a person, nothing turns again, coins go on."""
    museum.pay(5)
    life = museum.brain.journal.marks[BOOT]
    museum.brain.handle(Asked(SlotChosen(A3), lambda refusal: None))
    museum.until(lambda: museum.truth()["spirals"]["A3"]["angle_deg"] > 90)
    museum.server.call(museum.board.reset)
    museum.until(lambda: museum.facts(f.VendInDoubt) == 1)
    museum.until(lambda: museum.brain.journal.marks[BOOT] != life)
    museum.until(lambda: Ill(Trouble.NO_MOTORS, "motors") not in museum.brain.health)
    assert museum.facts(f.CoinsUnknown) == 1
    assert museum.truth()["spirals"]["A3"]["starts"] == 1
    museum.pay(1)
    assert reports.balances(museum.brain.journal.db)["coinbox"] == 150
