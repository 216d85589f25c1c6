"""The technician at the open door of a real machine: one motor turned once, in the world's own truth; the door shut, nothing.

The museum's own processes; what is asked goes over the control socket and through the pages for phones, without a browser.
"""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from commands import run
from visitor import STEADY, eventually

from controller.client import Client
from controller.domain import facts as f
from controller.domain.catalog import SlotId
from controller.domain.facts import Found, Part
from controller.domain.membership import PutMember
from controller.domain.trials import TryPart
from controller.ledger import reports
from controller.ledger.connection import open_readonly
from controller.ledger.verify import verify
from controller.ledger.workshop import Tried, tried
from controller.protocols.control import BackUp, TellStatus
from hw_mocks.museum import Museum

A3 = SlotId("A3")
pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def museum(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Museum]:
    folder = tmp_path_factory.mktemp("taller")
    (folder / "stick").mkdir()
    with Museum(folder) as museum:
        museum.found()
        museum.open(STEADY, 1.0, phones=0)
        museum.fill_shelf()
        with museum.client() as client:
            assert client.ask(PutMember("diego", ("technician",), "asamblea", "Diego Simba")).ok
        yield museum
        print(museum.log("controller")[-4_000:], museum.log("phones")[-4_000:])


def door(museum: Museum, is_open: bool) -> None:
    """Open or shut, and seen by the machine."""
    museum.hand.door(is_open)
    with museum.client() as client:
        eventually(lambda: ("door-open" in client.watch().troubles) == is_open, "the machine sees its door")


def spiral(museum: Museum) -> dict[str, Any]:
    found: dict[str, Any] = museum.hand.truth()["spirals"][A3]
    return found


def newest(museum: Museum, part: Part = Part.MOTOR, slot: str = A3) -> Tried:
    with closing(open_readonly(museum.folder / "minga.db")) as db:
        return tried(db)[part, slot]


def test_with_the_door_shut_no_motor_turns(museum: Museum) -> None:
    """Over the socket and by the command: refused in words, and the spiral has not moved."""
    before = spiral(museum)["starts"]
    with museum.client() as client:
        assert client.ask(TryPart(Part.MOTOR, "diego", "shut-1", A3)).code == "door-shut"
    done = run("try", "motor", A3, "--by", "diego", "--config", museum.file)
    assert (done.returncode, "open the door first" in done.stderr) == (1, True)
    assert spiral(museum)["starts"] == before


def test_at_the_open_door_a_motor_turns_exactly_once(museum: Museum) -> None:
    """Asked three times with one number: one start, one turn, one piece fallen, no sale; and the books say what was seen."""
    before = spiral(museum)
    door(museum, True)
    with museum.client() as client:
        for _ in range(3):
            assert client.ask(TryPart(Part.MOTOR, "diego", "open-1", A3)).ok
        eventually(lambda: client.watch().trial is None, "the trial has ended")
    after = spiral(museum)
    assert (after["turns"] - before["turns"], after["starts"] - before["starts"], after["on"]) == (1, 1, False)
    ended = newest(museum).ended
    assert ended is not None
    assert (ended.found, ended.fault) == (Found.FELL, "")
    with closing(open_readonly(museum.folder / "minga.db")) as db:
        assert reports.totals(db).sales == 0
    door(museum, False)


def test_a_power_cut_in_the_middle_never_turns_it_again(museum: Museum) -> None:
    """The plug is pulled while it turns: after the start it is only asked, nobody knows, and the slot is closed."""
    door(museum, True)
    with museum.client() as client:
        assert client.ask(TryPart(Part.MOTOR, "diego", "cut-1", A3)).ok
    eventually(lambda: spiral(museum)["on"], "the motor turns")
    museum.cut_power()
    starts = spiral(museum)["starts"]
    museum.hand.power(True)
    museum.hand.door(False)
    museum.start_controller()
    eventually(lambda: newest(museum).ended, "what became of it")
    ended = newest(museum).ended
    assert ended is not None
    assert ended.found is Found.UNKNOWN
    assert spiral(museum)["starts"] == starts
    with museum.client() as client:
        eventually(lambda: [s.reason for s in client.watch().slots if s.slot == A3] == ["doubt"], "the slot is closed")


def test_a_coin_of_a_trial_is_money_and_goes_back(museum: Museum) -> None:
    """The door is open and one quarter comes in: it is credit, and the return button gives it back."""
    door(museum, True)
    with museum.client() as client:
        assert client.ask(TryPart(Part.COINS, "diego", "coin-1")).ok
        eventually(lambda: 25 in client.watch().coins_cents, "coins are welcome")
        eventually(lambda: museum.hand.truth()["open_coins"], "the acceptor lets them in")
        assert museum.hand.insert(cents=25) == "box"
        eventually(lambda: client.watch().credit_cents == 25, "the coin is credit")
        eventually(lambda: not client.watch().coins_welcome, "and no other coin comes in")
        museum.hand.press("return")
        eventually(lambda: not client.watch().credit_cents, "it is given back, or owed")
    assert newest(museum, Part.COINS, "").cents == 25
    door(museum, False)


def test_the_sensor_tells_whether_it_sees(museum: Museum) -> None:
    """Good, then blind."""
    door(museum, True)
    for fault, found, number in ((None, Found.WORKS, "1"), ("blind-sensor", Found.BLIND, "2")):
        if fault:
            museum.hand.inject(fault)
        done = run("try", "sensor", "--by", "diego", "--id", f"sensor-{number}", "--config", museum.file)
        ended = newest(museum, Part.SENSOR, "").ended
        assert ended is not None
        assert (ended.found, done.returncode) == (found, 0 if found is Found.WORKS else 1), done.stderr
    museum.hand.clear("blind-sensor")
    door(museum, False)


def test_the_devices_tell_how_they_are_and_the_bundle_holds_it(museum: Museum, tmp_path: Path) -> None:
    """Over the socket, and in the file that a command writes; nobody's name is in it."""
    with museum.client() as client:
        told = client.ask(TellStatus()).told
    assert told is not None
    assert told["coins"]["works"] is True
    assert {"motors", "backup"} <= told.keys()
    done = run("diagnose", "--to", tmp_path / "d.zip", "--config", museum.file)
    assert done.returncode == 0, done.stderr
    assert 1_000 < (tmp_path / "d.zip").stat().st_size < 200_000


def test_without_a_stick_a_backup_is_refused(museum: Museum) -> None:
    """The default folder is on no stick of this computer."""
    with museum.client() as client:
        assert client.ask(BackUp()).code == "no-stick"


def test_a_stranger_sees_nothing_of_the_room(museum: Museum) -> None:
    """The pages are served by the real process; a phone that nobody paired is shown how one comes in."""
    for path in ("/taller", "/taller/A3", "/taller/registro", "/taller/diagnostico.zip"):
        assert httpx.get(museum.phones + path).headers["location"] == "/entrar"


def test_the_books_are_true_after_all_that(museum: Museum) -> None:
    """Every trial has its end, the log of the process is kept and holds no traceback."""
    with closing(open_readonly(museum.folder / "minga.db")) as db:
        assert verify(db) == []
        kinds = dict(db.execute("SELECT type, count(*) FROM facts WHERE type LIKE 'Trial%' GROUP BY type").fetchall())
    assert kinds[f.TrialStarted.__name__] == kinds[f.TrialEnded.__name__]
    log = (museum.folder / "log" / "controller.log").read_text()
    assert re.search(r"^\d{4}-\d\d-\d\dT[\d:]{8}Z INFO minga: ", log, re.MULTILINE)
    assert "Traceback" not in log + museum.log("controller") + museum.log("phones")


def test_a_slot_is_closed_by_a_command(museum: Museum) -> None:
    """And opened again; both stand in the books with a name."""
    assert run("slot", "close", "A1", "--by", "diego", "--config", museum.file).returncode == 0
    with Client(museum.folder / "minga.sock") as client:
        eventually(lambda: [s.reason for s in client.watch().slots if s.slot == "A1"] == ["by-hand"], "A1 is closed")
    assert run("slot", "open", "A1", "--by", "diego", "--config", museum.file).returncode == 0
