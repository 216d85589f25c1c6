"""Money on the simulated MDB bus by the hands of people and mishaps, over the world's control socket."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import serial

from controller.config import load
from hw_mocks.acts import Acts
from hw_mocks.client import CannotBe, WorldClient
from hw_mocks.host import WorldServer
from hw_mocks.mdb import FittedMdb
from hw_mocks.world import World

SETTINGS = """
[machine]
name = "museo-quito"
[coins]
kind = "mdb"
[mdb]
line = "qibixx"
port = "{folder}/run/mdb"
bills = true
reader = true
"""
TAKE_COINS, TAKE_BILLS = bytes.fromhex("0c000f000f"), bytes.fromhex("34 000f 0000")
ENABLE_CARDS = bytes.fromhex("1000"), bytes.fromhex("110002000000"), bytes.fromhex("1401")
SAY_NOTHING = b"\x12"
ANSWER_S = 10


class Table:
    """The world with its sockets, and a hand in it."""

    def __init__(self, folder: Path) -> None:
        (folder / "minga.toml").write_text(SETTINGS.format(folder=folder))
        config = load(folder / "minga.toml")
        self.world = World(config.motors, config.cabinet)
        self.mdb = FittedMdb(config, self.world)
        self.server = WorldServer(self.world, Acts(self.world, None, {}, self.mdb), folder)
        self.server.__enter__()
        self.hand = WorldClient(self.server.control_path)
        for command in (TAKE_COINS, TAKE_BILLS, *ENABLE_CARDS, SAY_NOTHING):
            self.say(command)

    def say(self, command: bytes) -> bytes:
        """What the machine hears in answer."""
        return self.mdb.bus.exchange(command, 1_000)

    def truth(self) -> dict[str, Any]:
        return dict(self.hand.truth()["mdb"])

    def close(self) -> None:
        self.hand.close()
        self.server.__exit__()


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Table]:
    table = Table(tmp_path)
    yield table
    table.close()


def test_a_coin_goes_where_the_changer_lets_it_fall(table: Table) -> None:
    """A quarter into its tube, a dollar into the box below; shut, the changer lets both fall into the tray."""
    assert [table.hand.insert(cents=25), table.hand.insert(cents=100)] == ["tube", "box"]
    table.say(bytes(5).replace(b"\0", b"\x0c", 1))
    assert table.hand.insert(cents=25) == "tray"

    truth = table.hand.truth()
    assert [(coin["cents"], coin["place"]) for coin in truth["coins"]] == [(25, "tube"), (100, "box"), (25, "tray")]
    assert (truth["mdb"]["tubes"], truth["open_coins"]) == ({"5": 20, "10": 20, "25": 21}, [])


def test_a_coin_that_leaves_a_tube_is_the_visitors(table: Table) -> None:
    """Two quarters by order of the machine: out of the tube, and in her hand."""
    table.say(b"\x0d\x22")
    table.mdb.bus.advance(2_000)

    assert [(coin["cents"], coin["place"]) for coin in table.hand.truth()["coins"]] == [(25, "out")] * 2
    assert (table.truth()["tubes"]["25"], table.truth()["paid_out_cents"]) == (18, 50)


def test_somebody_fills_a_tube(table: Table) -> None:
    """It holds what he put in, and the changer knows."""
    table.hand.fill_tube(cents=10, coins=3)
    assert table.say(b"\x0a")[2:6] == bytes((20, 3, 20, 0))


def test_a_jammed_tube_gives_nothing_until_it_is_cleared(table: Table) -> None:
    """The order is taken, no coin leaves, and another order after the repair pays."""
    table.hand.inject("tube-jam")
    table.say(b"\x0d\x12")
    table.mdb.bus.advance(2_000)
    assert table.truth()["paid_out_cents"] == 0

    table.hand.clear("tube-jam")
    table.say(b"\x0d\x12")
    table.mdb.bus.advance(3_000)
    assert table.truth()["paid_out_cents"] == 25


@pytest.mark.parametrize(
    ("fault", "silent"),
    [
        ("changer-cable", {b"\x0b"}),
        ("validator-cable", {b"\x33"}),
        ("reader-cable", {b"\x12"}),
        ("mdb-cable", {b"\x0b", b"\x33", b"\x12"}),
        ("power-cut", {b"\x0b", b"\x33", b"\x12"}),
    ],
)
def test_who_has_no_plug_says_nothing(table: Table, fault: str, silent: set[bytes]) -> None:
    """The others answer as before, and after the repair all do."""
    polls = {b"\x0b", b"\x33", b"\x12"}
    table.hand.inject(fault)
    assert {poll for poll in polls if not table.say(poll)} == silent

    table.hand.clear(fault)
    assert all(table.say(poll) for poll in polls)


def test_a_card_that_has_too_little_is_declined_and_one_with_enough_pays(table: Table) -> None:
    """Two dollars on the card: a price of 2.25 is denied, one of 1.50 is paid; taken away, the reader says so."""
    assert table.hand.show_card(funds_cents=200)
    assert table.say(SAY_NOTHING).startswith(b"\x03\x00\xc8")
    table.say(bytes.fromhex("1300 00E1 0001"))
    assert table.say(SAY_NOTHING)[:1] == b"\x06"
    table.say(bytes.fromhex("1300 0096 0001"))
    assert table.say(SAY_NOTHING)[:3] == b"\x05\x00\x96"
    table.say(bytes.fromhex("1302 0001"))
    assert table.truth()["card"] == {"paid_cents": 150, "held_cents": 0, "refunds": 0, "refunded_cents": 0}

    table.hand.remove_card()
    assert table.say(SAY_NOTHING)[:1] == b"\x04"


@pytest.mark.parametrize(("fault", "says"), [("bank-declines", b"\x06"), ("bank-silent", b"\x00")])
def test_a_bank_may_say_no_or_nothing(table: Table, fault: str, says: bytes) -> None:
    """A declined card is told; of a silent bank the reader has nothing to tell."""
    table.hand.inject(fault)
    assert table.hand.show_card()
    table.say(SAY_NOTHING)
    table.say(bytes.fromhex("1300 0096 0001"))
    assert table.say(SAY_NOTHING)[:1] == says


def test_what_a_card_gets_back_is_remembered(table: Table) -> None:
    """A vend that failed is given back by the reader, or, with a reader that cannot, it is not."""
    for fault, refunded_cents, paid_cents in (("", 150, 0), ("refund-fails", 150, 150)):
        if fault:
            table.hand.inject(fault)
        table.hand.show_card()
        for command in (SAY_NOTHING, bytes.fromhex("1300 0096 0001"), SAY_NOTHING, b"\x13\x03", SAY_NOTHING):
            table.say(command)
        assert (table.truth()["card"]["refunded_cents"], table.truth()["card"]["paid_cents"]) == (
            refunded_cents,
            paid_cents,
        )
        for command in (b"\x13\x04", SAY_NOTHING):
            table.say(command)


def test_a_bill_lies_in_the_stacker_or_comes_back(table: Table) -> None:
    """Five dollars are drawn in and stacked; with the validator shut they come back at once."""
    assert table.hand.insert_bill(cents=500) == "in"
    table.mdb.bus.advance(3_000)
    table.mdb.bus.advance(60_000)
    assert table.truth()["stacked_cents"] == 500
    assert table.hand.do("take_stacker")["cents"] == 500
    assert (table.truth()["stacked_cents"], table.truth()["bills_cents"]) == (0, 500)
    assert table.hand.insert_bill(cents=500) == "tray"
    table.hand.do("put_stacker")

    table.say(bytes.fromhex("34 0000 0000"))
    assert table.hand.insert_bill(cents=500) == "tray"


@pytest.mark.parametrize(
    ("act", "words"),
    [
        ({"act": "insert", "cents": 50}, "no coin of 50 cents"),
        ({"act": "insert_bill", "cents": 300}, "no bill of 300 cents"),
        ({"act": "fill_tube", "cents": 100, "coins": 5}, "no tube for 100 cents"),
        ({"act": "reset_board"}, "no I/O board"),
    ],
)
def test_what_cannot_be_is_answered_in_words(table: Table, act: dict[str, Any], words: str) -> None:
    """Whoever typed it learns what there is."""
    with pytest.raises(CannotBe, match=words):
        table.hand.do(**act)


def simulate(folder: Path, settings: str, *more: str) -> subprocess.Popen[str]:
    """The real command, on a machine with these settings."""
    (folder / "run").mkdir()
    (folder / "minga.toml").write_text(settings)
    code = "import typer; from hw_mocks.server import simulate; typer.run(simulate)"
    return subprocess.Popen(
        [sys.executable, "-c", code, "--config", str(folder / "minga.toml"), *more],
        cwd=Path(__file__).parents[2],
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )


def talk(process: subprocess.Popen[str], look: Callable[[str], None]) -> str:
    """What it printed when it had started, after `look` had looked round."""
    assert process.stdout
    said = ""
    try:
        while "for the controller" not in said:
            line = process.stdout.readline()
            assert line, said
            said += line
        look(said)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(ANSWER_S)
        finally:
            process.kill()
    return said


@pytest.mark.system
def test_simulate_puts_an_adapter_where_the_configuration_looks(tmp_path: Path) -> None:
    """The changer answers behind it in the adapter's own words, its tubes empty; no ccTalk acceptor is there."""

    def look(said: str) -> None:
        assert "coin acceptor" not in said
        with serial.Serial(str(tmp_path / "run" / "mdb"), 115_200, timeout=ANSWER_S) as port:
            port.write(b"M,1\nR,0A,\n")
            assert port.readline() == b"m,ACK\n"
            assert port.readline() == b"p,0000" + b"00" * 16 + b"\n"

    talk(simulate(tmp_path, SETTINGS.format(folder=tmp_path), "--tubes", "empty"), look)


@pytest.mark.system
def test_simulate_puts_the_devices_on_the_bus_of_its_board(tmp_path: Path) -> None:
    """With `mdb.line = "board"` a board lies at the board's port, and the hand reaches changer and board."""

    def look(said: str) -> None:
        assert str(tmp_path / "run" / "board") in said
        with WorldClient(tmp_path / "run" / "world.sock") as hand:
            assert hand.truth()["mdb"]["tubes"] == {"5": 20, "10": 20, "25": 20}
            hand.reset_board()
            assert hand.insert(cents=25) == "tray"

    settings = SETTINGS.replace('"qibixx"', '"board"') + '[board]\nport = "run/board"\n'
    talk(simulate(tmp_path, settings.format(folder=tmp_path)), look)
