"""`minga catalogue`: one file of makers, products, slots and the rule, sent to the running machine."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import Outcome, minga

from controller.brain import Brain
from controller.client import Client
from controller.clock import Clock
from controller.commands.init import EXAMPLE
from controller.config import load
from controller.devices.control import ControlServer
from controller.domain import effects as do
from controller.domain import facts as f
from controller.domain.catalog import SlotId
from controller.domain.stocking import CountSlot
from controller.inbox import Asked
from controller.ledger import reports
from controller.ledger.connection import open_readonly
from controller.ledger.journal import Journal, read_fact
from controller.ledger.schema import create
from controller.ledger.verify import verify
from controller.setting import Setting

ROSA = '[[makers]]\nmaker = "rosa"\nname = "Rosa"\n'
BAG = '[[products]]\nproduct = "bolso"\nmaker = "rosa"\nname = "Bolso"\nprice_cents = 350\n'
SLOT = '[[slots]]\nslot = "A1"\nproduct = "bolso"\ncapacity = 8\nquantity = 6\n'


class Machine:
    """A running machine without devices: the real brain, books and control socket."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "minga.toml"
        self.file.write_text('[machine]\nname = "quito-museo-1"\n')
        self.config = load(self.file)
        create(self.config.machine.database)
        journal = Journal(self.config.machine.database)
        wired = frozenset(SlotId(slot) for slot in self.config.slots())
        nothing = dict.fromkeys(do.Effect.__subclasses__(), lambda effect: None)
        server: list[ControlServer] = []
        setting = Setting("quito-museo-1", "0.1.0", wired)
        self.brain = Brain(journal, Clock(), setting, nothing, lambda picture: server[0].publish(picture))
        server.append(ControlServer(self.config.machine.socket, lambda ask, reply: self.brain.put(Asked(ask, reply))))
        self.server = server[0]
        self.brain.start()
        self.server.start()
        self.thread = threading.Thread(target=self.brain.run)
        self.thread.start()

    def send(self, text: str) -> Outcome:
        """Send a catalogue with this text."""
        file = self.file.with_name("catalogue.toml")
        file.write_text(text)
        return minga("catalogue", file, "--config", self.file, "--by", "luz")

    def facts(self) -> list[f.Fact]:
        """Every fact in the books."""
        rows = open_readonly(self.config.machine.database).execute("SELECT type, body FROM facts ORDER BY seq")
        return [read_fact(kind, body) for kind, body in rows]

    def stop(self) -> None:
        self.brain.stop()
        self.thread.join(10)
        self.server.stop()
        self.brain.journal.close()


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    started = Machine(tmp_path)
    yield started
    started.stop()


def test_the_example_fills_a_new_machine(machine: Machine) -> None:
    """Every maker, product and slot of the shipped example is in the books, and they are whole."""
    done = machine.send(EXAMPLE.read_text())
    db = open_readonly(machine.config.machine.database)

    assert (done.status, done.err) == (0, "")
    assert set(reports.makers(db)) == {"rosa", "luz", "inti"}
    assert len(reports.products(db)) == 6
    assert [slot.quantity for slot in machine.brain.shop] == [8, 8, 12, 10, 6, 10, 10, 1]
    assert machine.brain.shop.selling
    assert verify(db) == []


def test_sending_it_twice_changes_nothing(machine: Machine) -> None:
    """The second time no fact is written at all."""
    machine.send(EXAMPLE.read_text())
    before = machine.facts()
    assert machine.send(EXAMPLE.read_text()).status == 0
    assert machine.facts() == before


def test_a_new_price_is_one_fact(machine: Machine) -> None:
    """Only what differs is written."""
    machine.send(ROSA + BAG + SLOT)
    before = len(machine.facts())
    machine.send(ROSA + BAG.replace("350", "375") + SLOT)

    assert machine.facts()[before:] == [f.ProductSet("bolso", "rosa", 375)]  # type: ignore[arg-type]


def test_who_fills_the_slots_stands_in_the_books(machine: Machine) -> None:
    """`--by luz`: the count names her."""
    machine.send(ROSA + BAG + SLOT)
    assert machine.facts()[-1] == f.SlotCounted(SlotId("A1"), 0, 6, "luz")


def test_a_slot_without_a_quantity_keeps_its_count(machine: Machine) -> None:
    """Leaving the number out means that nobody counted, not that the spiral is empty."""
    machine.send(ROSA + BAG + SLOT)
    done = machine.send(ROSA + BAG + SLOT.replace("quantity = 6\n", ""))

    assert done.status == 0
    assert machine.brain.shop.slots[SlotId("A1")].quantity == 6


def test_a_sale_between_two_sendings_stays_sold(machine: Machine) -> None:
    """The file says what was put in once; what people counted or bought since then is not undone by a new price."""
    machine.send(ROSA + BAG + SLOT)
    with Client(machine.config.machine.socket) as client:
        assert client.ask(CountSlot(SlotId("A1"), 6, 2, "rosa")).ok
    machine.send(ROSA + BAG.replace("350", "375") + SLOT)

    assert machine.brain.shop.slots[SlotId("A1")].quantity == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (BAG, "no maker is called 'rosa': let her join first"),
        (ROSA + BAG.replace("350", "2"), "not between 5 cents and"),
        (ROSA + BAG + SLOT.replace("A1", "Z9"), "there is no slot 'Z9'; this machine has A1, A2"),
        (ROSA + BAG + SLOT.replace("quantity = 6", "quantity = 9"), "holds at most 8, not 9"),
        (ROSA + BAG + SLOT.replace('"bolso"', '"bolsa"'), "no product is called 'bolsa'"),
        ('[rule]\nmaker = 80\n"maker:rosa" = 20\n', "cannot share in a price"),
        ('[[maker]]\nmaker = "rosa"\n', "not ['maker']"),
        ('[[makers]]\nmaker = "rosa"\n', "name"),
        (ROSA + 'foto = "rosa.jpg"\n', "foto"),
        (ROSA + BAG + SLOT.replace("quantity = 6", "cantidad = 6"), "cantidad"),
        (ROSA + BAG + SLOT.replace("quantity = 6", 'quantity = "some"'), "quantity"),
        ("makers = 5\n", "makers"),
        ("rule = 5\n", "rule"),
        ('[makers]\nmaker = "rosa"\n', "makers"),
        ("[[makers]\n", "this is not TOML"),
    ],
    ids=lambda value: value if len(value) < 24 else value[-24:],
)
def test_a_mistake_is_refused_in_words(machine: Machine, text: str, words: str) -> None:
    """What cannot be is told in one line with the word that is wrong, and status 1."""
    done = machine.send(text)

    assert done.status == 1
    assert words in done.err
    assert done.err.startswith("minga: ")
    assert "Wish" not in done.err
    assert "(maker=" not in done.err, "a sentence for people does not quote the program"
    assert verify(open_readonly(machine.config.machine.database)) == []


def test_a_file_in_the_wrong_encoding_is_one_clear_sentence(machine: Machine) -> None:
    """Saved by an old editor as Latin-1: said in words."""
    file = machine.file.with_name("catalogue.toml")
    file.write_bytes(ROSA.replace("Rosa", "Begoña").encode("latin-1"))
    done = minga("catalogue", file, "--config", machine.file)

    assert done.status == 1
    assert done.err.startswith(f"minga: {file}: ")


@pytest.mark.parametrize("missing", ["catalogue", "controller"])
def test_what_is_not_there_is_named(tmp_path: Path, missing: str) -> None:
    """No file, or no controller that runs: which one, and what to do."""
    (tmp_path / "minga.toml").write_text('[machine]\nname = "quito-museo-1"\n')
    file = tmp_path / "catalogue.toml"
    if missing == "controller":
        file.write_text(ROSA)
    done = minga("catalogue", file, "--config", tmp_path / "minga.toml")

    assert done.status == 1
    assert ("cannot be read" if missing == "catalogue" else "start it with `minga controller`") in done.err
