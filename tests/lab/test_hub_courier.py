"""Both ends as they are: a machine's courier with real books, a real broker, and hubs as processes."""

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import stamp
from hubs import Hub
from servers import Broker, Postgres, wait_for
from sync_rig import Carrying

from controller.domain import facts as f
from controller.domain.chain import HASHED
from controller.ledger.backup import back_up
from controller.ledger.journal import Journal
from controller.ledger.restore import restore
from lab.looking import Proof, proofs, refusals
from lab.store import Reading, opened

pytestmark = pytest.mark.system
WALL_MS = 1_795_275_000_000


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    with Broker(tmp_path_factory.mktemp("broker")) as broker:
        yield broker


@contextlib.contextmanager
def look(store: str) -> Iterator[Reading]:
    with contextlib.closing(opened(store)) as lab, lab.reading() as reading:
        yield reading


def is_held(machine: Carrying, hub: Hub) -> None:
    """The machine knows that the lab holds all its books."""
    newest = machine.journal.seq
    wait_for(lambda: machine.status()["held"] == newest, lambda: f"{machine.status()}, and the hub: {hub.told}", 60)


def is_the_same(machine: Carrying, store: str) -> Proof:
    """The lab's line is the machine's books, row by row, and every hash follows."""
    mine = machine.journal.db.execute(f"SELECT {HASHED}, hash FROM facts ORDER BY seq").fetchall()
    with look(store) as reading:
        lie = f"SELECT {HASHED}, hash FROM facts WHERE machine = ? AND lost = 0 ORDER BY seq"
        assert reading.rows(lie, machine.name) == [tuple(row) for row in mine]
        (proof,) = proofs(reading, machine.name)
    assert proof.is_whole
    return proof


def test_a_machine_s_books_lie_in_the_lab(broker: Broker, postgres: Postgres, tmp_path: Path) -> None:
    """A backlog through two hubs of a group, then single facts: the lab has the same rows, and has asked for none twice."""
    store = postgres.database()
    with contextlib.ExitStack() as stack:
        hubs = [stack.enter_context(Hub(tmp_path / name, broker, store, name, group="duo")) for name in ("sol", "luna")]
        machine = Carrying(tmp_path, broker.port)
        machine.writes(1_500)
        with machine:
            is_held(machine, hubs[0])
            machine.writes(3)
            is_held(machine, hubs[0])
            proof = is_the_same(machine, store)
    assert proof.facts == proof.last > 1_500
    with look(store) as reading:
        assert refusals(reading) == []


def test_a_restored_machine_goes_on_where_its_backup_ended(broker: Broker, tmp_path: Path) -> None:
    """What it lost stays in the lab and off its line; what it writes in the new epoch follows, with nothing refused."""
    store, stick = str(tmp_path / "lab.db"), tmp_path / "stick"
    stick.mkdir()
    with Hub(tmp_path / "hub", broker, store) as hub:
        with Carrying(tmp_path, broker.port) as machine:
            machine.writes(300)
            backup = back_up(tmp_path / "minga.db", stick, machine.name, WALL_MS)
            newest = machine.writes(200)
            is_held(machine, hub)
        restore(backup, tmp_path / "minga.db", machine.name, stamp(), anyway=True)
        with Carrying(tmp_path, broker.port, machine.name) as restored:
            restored.writes(40)
            is_held(restored, hub)
            proof = is_the_same(restored, store)
    assert proof.last < newest
    with look(store) as reading:
        assert refusals(reading) == []
        assert reading.rows("SELECT count(*), max(seq) FROM facts WHERE lost = 1") == [(200, newest)]


def test_an_old_card_put_back_overwrites_nothing_in_the_lab(broker: Broker, tmp_path: Path) -> None:
    """Without a restore the numbers come again: those facts are refused, the machine knows it, and what follows goes on."""
    store, old = str(tmp_path / "lab.db"), tmp_path / "old"
    old.mkdir()
    with Hub(tmp_path / "hub", broker, store) as hub:
        with Carrying(tmp_path, broker.port) as machine:
            machine.writes(300)
            copied(machine.journal, old / "minga.db")
            newest = machine.writes(100)
            is_held(machine, hub)
            before = lines(store, machine.name)
        with Carrying(old, broker.port, machine.name) as again:
            again.journal.append(stamp(), again.journal.cycle, [f.Booted(77, "0.1.1")])
            again.writes(149)
            is_held(again, hub)
            assert again.status()["refused"]
    assert lines(store, machine.name)[: len(before)] == before
    with look(store) as reading:
        assert {(one.why, one.last <= newest) for one in refusals(reading)} == {("reused", True)}
        (proof,) = proofs(reading, machine.name)
    assert proof.is_whole


def lines(store: str, machine: str) -> list[tuple[object, ...]]:
    with look(store) as reading:
        return reading.rows("SELECT seq, hash FROM facts WHERE machine = ? AND lost = 0 ORDER BY seq", machine)


def copied(journal: Journal, to: Path) -> None:
    """The card as it is now, with everything that is committed."""
    path = Path(journal.db.execute("PRAGMA database_list").fetchone()[2])
    for end in ("", "-wal"):
        shutil.copyfile(f"{path}{end}", f"{to}{end}")
