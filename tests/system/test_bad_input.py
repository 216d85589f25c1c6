"""What people and the world get wrong: each time a sentence that names the thing and the way out, and never a traceback."""

import random
import shutil
import sqlite3
import threading
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from builders import minga
from commands import Controller, fails_plainly, lines_of, run, settings
from visitor import Visitor, eventually, judged, page
from wide import once

from controller.client import Client
from controller.commands.init import EXAMPLE
from controller.domain.catalog import SlotId
from controller.domain.events import SlotChosen
from controller.ledger.schema import VERSION, create
from hw_mocks.acceptor import SimulatedAcceptor
from hw_mocks.museum import Museum
from hw_mocks.ptys import Pty

pytestmark = pytest.mark.system


# A wrong configuration


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[coins]\nprot = "run/coins"', ("`coins.prot`", "did you mean `coins.port`")),
        ("[motors]\nturn_ms = 0", ("`motors.turn_ms`", "greater than or equal to 1", "found 0")),
        ("[motors]\nhome = 12", ("line 12", "`motors.columns.1`", "`motors.home`")),
        ("[coins\n", ("not TOML", "line 3")),
    ],
    ids=["a key misspelt", "a value out of range", "a line used twice", "not TOML"],
)
def test_a_wrong_configuration_moves_nothing(tmp_path: Path, text: str, words: tuple[str, ...]) -> None:
    """The file, the key and the nearest right word are named, and no file is made or touched."""
    file = settings(tmp_path, text)
    said = minga("controller", "--config", file)
    assert (said.status, said.out) == (1, "")
    assert [word for word in (str(file), *words) if word not in said.err] == [], said.err
    assert list(tmp_path.iterdir()) == [file]


def test_a_missing_configuration_says_how_to_make_one(tmp_path: Path) -> None:
    """The way out is `minga init`, and what it writes is a configuration without fault."""
    fails_plainly(run("controller", "--config", tmp_path / "minga.toml"), "minga.toml", "`minga init")
    assert minga("init", tmp_path).status == 0
    without_lines = {"GPIOZERO_PIN_FACTORY": "minga-sim", "MINGA_SIM_SOCKET": str(tmp_path / "none.sock")}
    fails_plainly(
        run("controller", "--config", tmp_path / "minga.toml", env=without_lines),
        "GPIO",
        "`minga simulate`",
        "none.sock",
    )


# A wrong database


@pytest.mark.parametrize("command", once("controller", "ledger verify", "ledger show"))
def test_a_database_of_a_newer_version_is_left_alone(unattended: Museum, tmp_path: Path, command: str) -> None:
    """The file and both versions are named, and that the newer Minga or a backup is the way out; not a byte changes."""
    database = tmp_path / "minga.db"
    create(database)
    with sqlite3.connect(database) as db:
        db.execute(f"PRAGMA user_version = {VERSION + 1}")
    db.close()
    before = database.read_bytes()
    where = {"controller": ("--config", settings(tmp_path))}.get(command, ("--db", database))
    done = run(*command.split(), *where, env=lines_of(unattended))
    fails_plainly(done, str(database), f"form {VERSION + 1}", "install the newer Minga", "backup")
    assert database.read_bytes() == before


def test_a_file_that_is_no_database_is_left_alone(unattended: Museum, tmp_path: Path) -> None:
    """Whatever lies there may be somebody's: it is named and not overwritten."""
    (tmp_path / "minga.db").write_text("la lista de compras")
    done = run("controller", "--config", settings(tmp_path), env=lines_of(unattended))
    fails_plainly(done, str(tmp_path / "minga.db"), "no usable database")
    assert (tmp_path / "minga.db").read_text() == "la lista de compras"


def test_a_second_controller_on_the_same_database_is_refused(unattended: Museum) -> None:
    """It names the books, the process that has them, and how to stop it; the first one sells on."""
    with Controller(unattended) as first:
        first.until_selling()
        done = run("controller", "--config", unattended.file, env=lines_of(unattended))
        fails_plainly(done, str(unattended.folder / "minga.db"), f"process {first.process.pid}", "systemctl stop")
        first.until_selling()


# An unknown slot


def test_an_unknown_slot_is_refused_wherever_it_is_said(unattended: Museum, tmp_path: Path) -> None:
    """A catalogue, a program and a finger on the screen: each hears that there is no Z9, and who asks, what there is."""
    wrong = tmp_path / "catalogue.toml"
    wrong.write_text(EXAMPLE.read_text().replace('slot = "B4"', 'slot = "Z9"'))
    with Controller(unattended) as controller:
        controller.until_selling()
        fails_plainly(run("catalogue", wrong, "--config", unattended.file), "'Z9'", "A1, A2, A3, A4, B1, B2, B3, B4")
        with controller.client() as client:
            answer = client.ask(SlotChosen(SlotId("Z9")))
        assert (answer.code, "'Z9'" in answer.words, "A1, A2" in answer.words) == ("unknown-slot", True, True)
        eventually(lambda: "tile-A1" in page(unattended), "the shelf on the page")
        assert "Esa espiral no existe en esta máquina" in touched(unattended, "Z9")
        judged(unattended)


def touched(museum: Museum, slot: str) -> str:
    """The page that comes back when a form sends this slot."""
    form = urllib.parse.urlencode({"slot": slot}).encode()
    with urllib.request.urlopen(f"http://127.0.0.1:{museum.port}/choose", form, timeout=10) as answer:
        return str(answer.read().decode())


def test_a_hand_that_presses_no_button_hears_which_there_are(unattended: Museum) -> None:
    """`minga hand press button=Z9` lists the buttons of this machine."""
    done = run("hand", "press", "button=Z9", "--world", unattended.folder / "run" / "world.sock")
    fails_plainly(done, "Z9", "A1", "return")


# A wrong port


@contextmanager
def in_trouble(controller: Controller) -> Iterator[Client]:
    """The machine lives, says that the coins are away, and takes none."""
    with controller.client() as client:
        picture = client.watch()
        while picture.troubles != ("no-coins",):
            picture = client.picture()
        assert not picture.coins_welcome
        yield client


def test_a_missing_port_pauses_the_machine_until_it_is_there(unattended: Museum) -> None:
    """The log names the port and the key to look at, the page says that the coins are away; plugged in, it sells."""
    museum, port = unattended, unattended.folder / "run" / "plugged-in-later"
    acceptor = SimulatedAcceptor()
    with Controller(museum, coins__port=port) as controller, in_trouble(controller):
        controller.says(str(port), "is not there", "`coins.port`")
        eventually(lambda: "el monedero no responde" in page(museum), "the trouble on the page")
        assert museum.hand.insert(cents=25) == "tray"
        acceptor.open(port)
        controller.until_selling()
    acceptor.close()


def test_a_port_that_vanishes_keeps_the_credit_and_comes_back(unattended: Museum) -> None:
    """The cable is pulled with 35 cents in: they stay on the screen, and the coin that fell meanwhile joins them."""
    museum, port = unattended, unattended.folder / "run" / "loose"
    acceptor = SimulatedAcceptor()
    acceptor.open(port)
    quarter, dime = 3, 2
    with Controller(museum, coins__port=port) as controller:
        controller.until_selling()
        with Visitor(museum) as visitor:
            visitor.sees(lambda p: p.coins_welcome, "coins are welcome")
            for coin, credit_cents in ((quarter, 25), (dime, 35)):
                assert eventually(lambda coin=coin: acceptor.insert(coin), "the coin is let in")
                visitor.sees(lambda p, wanted=credit_cents: p.credit_cents == wanted, f"{credit_cents} cents")
            acceptor.close()
            assert acceptor.insert(quarter)  # it does not know yet that nobody asks
            picture = visitor.sees(lambda p: p.troubles == ("no-coins",), "the trouble")
            assert (picture.credit_cents, picture.coins_welcome) == (35, False)
            controller.says(str(port))
            acceptor.open(port)
            visitor.sees(lambda p: p.credit_cents == 60 and not p.troubles, "all three coins")
    acceptor.close()


def test_garbage_on_the_line_is_no_money_and_no_crash(unattended: Museum, tmp_path: Path) -> None:
    """Something that never stops talking hangs on the port: the machine pauses, says so, and still stops when told."""
    books = tmp_path / "minga.db"
    shutil.copy(unattended.folder / "minga.db", books)
    port = unattended.folder / "run" / "chatter"
    with chatter(port), Controller(unattended, coins__port=port, machine__database=books) as controller:
        with in_trouble(controller) as client:
            controller.says("coins:", "never quiet", "`coins.port`")
            credit_cents = client.picture().credit_cents
        assert controller.ends() == 0
    with Controller(unattended, machine__database=books) as controller:
        assert controller.until_selling().credit_cents == credit_cents


@contextmanager
def chatter(port: Path) -> Iterator[None]:
    """A device at `port` that sends bytes without rhyme or reason."""
    line, chance, quiet = Pty(port), random.Random(2026), threading.Event()
    line.plug()

    def talk() -> None:
        while not quiet.is_set():
            line.read(0.01)
            line.write(chance.randbytes(48))

    talker = threading.Thread(target=talk)
    talker.start()
    try:
        yield
    finally:
        quiet.set()
        talker.join()
        line.unplug()
