"""What the lab tells a machine from afar, whole: a key on a person's disk, a hub, a broker, and the real controller."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hubs import MINGA, Hub
from servers import Broker, wait_for

from controller.domain import facts as f
from controller.errors import MingaError
from controller.ledger.connection import open_readonly
from controller.ledger.forms import read_fact
from controller.protocols.sync.command import Order
from controller.signing import make_pair, private_key
from hw_mocks.museum import MACHINE, Museum
from lab.config import load
from lab.telling import Key, tell

STEADY = '[coins]\nport = "run/coins"\npoll_ms = 20\n'
pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]


@dataclass(frozen=True, slots=True)
class Field:
    """A machine that is in touch with a lab, and the key of the one who may tell it something."""

    museum: Museum
    hub: Hub
    key: Path

    def tell(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [MINGA, "hub", "tell", MACHINE, *words, "--key", str(self.key), "--config", str(self.hub.file)]
        return subprocess.run(command, capture_output=True, text=True, timeout=60)

    def taken(self) -> list[f.CommandTaken]:
        """Every command in the machine's books."""
        db = open_readonly(self.museum.folder / "minga.db")
        rows = db.execute("SELECT type, body FROM facts WHERE type = 'CommandTaken' ORDER BY seq").fetchall()
        db.close()
        return [fact for fact in (read_fact(*row) for row in rows) if isinstance(fact, f.CommandTaken)]


@pytest.fixture(scope="module")
def field(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    folder = tmp_path_factory.mktemp("afar")
    private, public = make_pair(folder / "lab-1")
    with Broker(folder / "broker") as broker, Hub(folder / "lab", broker, str(folder / "lab.db")) as hub:
        sync = f'[sync]\nbroker = "mqtt://127.0.0.1:{broker.port}"\nkeys = {{ lab-1 = "{public}" }}\n'
        with Museum(folder / "museo") as museum:
            museum.found()
            museum.open(STEADY + sync, 4.0)
            museum.fill_shelf()
            wait_for(lambda: "none missing" in _status(hub), lambda: f"the lab has no facts: {hub.told}", 60)
            yield Field(museum, hub, private)
            print(museum.log("controller")[-3_000:])


def _status(hub: Hub) -> str:
    done = subprocess.run(
        [MINGA, "hub", "status", "--config", str(hub.file)], capture_output=True, text=True, timeout=60
    )
    return done.stdout


def test_a_message_stands_on_the_screen_until_it_is_taken_away(field: Field) -> None:
    """Told twice, two facts; each with the key's name for every member to read."""
    done = field.tell("message", "--text", "Hoy cosemos aquí.")
    assert re.search(rf"{MACHINE}: done \(message, lab-[0-9a-f]{{16}}\)", done.stdout), done.stdout + done.stderr
    with field.museum.client() as client:
        assert client.watch().board == "Hoy cosemos aquí."
    assert field.tell("message").returncode == 0
    with field.museum.client() as client:
        assert client.watch().board == ""
    assert [(fact.by, fact.text) for fact in field.taken()] == [("lab-1", "Hoy cosemos aquí."), ("lab-1", "")]


def test_a_slot_is_closed_once_and_stays_closed(field: Field) -> None:
    """The same command again is done already, and says so by being done."""
    for _ in range(2):
        assert field.tell("close-slot", "--slot", "A1", "--id", "cerrar-a1").returncode == 0
    with field.museum.client() as client:
        assert {slot.slot for slot in client.watch().slots if slot.status == "closed"} == {"A1"}
    assert [fact.command for fact in field.taken() if fact.wish_id == "cerrar-a1"] == [f.Command.CLOSE_SLOT]


def test_what_cannot_be_is_refused_with_the_machines_own_words(field: Field) -> None:
    """No such slot; and the words for whoever asked."""
    done = field.tell("close-slot", "--slot", "Z9")
    assert done.returncode == 1
    assert f"{MACHINE} refuses" in done.stderr
    assert "'Z9'" in done.stderr


def test_a_strangers_key_gets_no_answer(field: Field, tmp_path: Path) -> None:
    """Nothing is done, and nothing is said."""
    stranger = Key("lab-1", private_key(make_pair(tmp_path / "lab-1")[0]))
    before = field.taken()
    with pytest.raises(MingaError, match="has not answered"):
        tell(load(field.hub.file), stranger, Order(MACHINE, "robo-1", "restart", 10_000), answer_s=3)
    assert field.taken() == before


def test_a_restart_winds_the_machine_down(field: Field) -> None:
    """It answers first, then ends in order; what was told stands in the books, and told again starts nothing anew."""
    assert field.tell("restart", "--id", "vuelta-1").returncode == 0
    controller = field.museum._processes["controller"]
    assert controller.wait(30) == 0
    field.museum.start_controller()
    wait_for(
        lambda: field.tell("restart", "--id", "vuelta-1").returncode == 0, lambda: "the machine is in touch again", 60
    )
    assert controller is not field.museum._processes["controller"]
    assert field.museum._processes["controller"].poll() is None
    assert len([fact for fact in field.taken() if fact.command is f.Command.RESTART]) == 1
