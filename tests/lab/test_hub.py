"""The hub's real process at a real Mosquitto: whatever is killed in the middle, the lab's line is the machine's books."""

import contextlib
import json
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hubs import MINGA, Hub
from labbooks import MACHINE, Books
from servers import Broker, Postgres
from teller import Teller, told_of, until

from controller.protocols.sync.notes import Meta, Status, told
from lab.looking import proofs, refusals
from lab.store import Reading, opened

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    with Broker(tmp_path_factory.mktemp("broker")) as broker:
        yield broker


def sold(count: int, machine: str) -> Books:
    books = Books(machine)
    books.sell(count)
    return books


@contextlib.contextmanager
def look(store: str) -> Iterator[Reading]:
    with contextlib.closing(opened(store)) as lab, lab.reading() as reading:
        yield reading


def is_whole(store: str, *lives: Books) -> bool:
    """Every machine's line in this store is its books: all facts, the same head, each hash following."""
    with look(store) as reading:
        found = {proof.machine: (proof.facts, proof.last, proof.head, proof.is_whole) for proof in proofs(reading)}
    return all(found.get(one.machine) == (len(one.facts),) * 2 + (one.head.hex(), True) for one in lives)


def facts_in(store: str) -> int:
    with look(store) as reading:
        ((count,),) = reading.rows("SELECT count(*) FROM facts")
    return int(count)


def test_two_hubs_share_the_facts_and_one_is_killed(broker: Broker, postgres: Postgres, tmp_path: Path) -> None:
    """One shared subscription, one PostgreSQL, one hub killed in the middle: equal, gapless, and nothing refused."""
    store, lives = postgres.database(), [sold(1_500, f"casa-{number}") for number in range(3)]
    hubs = [Hub(tmp_path / name, broker, store, name, group="hubs") for name in ("sol", "luna")]
    with hubs[0], hubs[1], Teller(broker, lives[0]) as a, Teller(broker, lives[1]) as b, Teller(broker, lives[2]) as c:
        until(lambda: facts_in(store) > 900, "no facts come")
        hubs[0].kill()
        until(
            lambda: a.is_done and b.is_done and c.is_done,
            f"not everything came: {a.ack} {b.ack} {c.ack} {hubs[1].told}",
        )
        assert a.hubs | b.hubs | c.hubs == {"sol", "luna"}
    assert is_whole(store, *lives)
    with look(store) as reading:
        assert refusals(reading) == []
        assert reading.rows("SELECT count(*) FROM waiting") == [(0,)]


def test_a_hub_killed_between_its_commit_and_its_ack_loses_and_doubles_nothing(broker: Broker, tmp_path: Path) -> None:
    """The machine never heard that its facts lie there. A new hub says so, and stores none of them again."""
    store, books = str(tmp_path / "lab.db"), sold(300, "patio-1")
    hub = Hub(tmp_path, broker, store)
    code = "import lab.broker, os; lab.broker.Broker.say = lambda *a, **k: os.kill(os.getpid(), 9); "
    code += f"import sys; sys.argv = {hub.command[0:1] + hub.command[1:]!r}; from controller.cli import main; main()"
    doomed = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL)
    with Teller(broker, books) as teller:
        assert doomed.wait(60) == -signal.SIGKILL
        assert facts_in(store) > 0
        assert teller.ack is None
        with hub:
            until(lambda: teller.is_done, f"not everything came: {teller.ack} {hub.told}")
    assert is_whole(store, books)


def test_a_broker_that_dies_and_one_that_hangs_are_outlasted(tmp_path: Path) -> None:
    """The broker is killed and comes back with nothing: everything arrives. It hangs for good: the hub can be stopped."""
    store, books = str(tmp_path / "lab.db"), sold(2_000, "museo-norte")
    with (
        Broker(tmp_path / "broker") as broker,
        Hub(tmp_path, broker, store) as hub,
        Teller(broker, books, most=5) as teller,
    ):
        until(lambda: facts_in(store) > 200, "no facts come")
        broker.kill()
        broker.start()
        until(lambda: teller.is_done, f"not everything came: {teller.ack} {hub.told}")
        broker.pause()
        assert hub.stop() == 0
    assert is_whole(store, books)


def test_a_database_that_is_away_is_outlasted(broker: Broker, postgres: Postgres, tmp_path: Path) -> None:
    """While PostgreSQL is away no ack goes out, and the hub says so; when it is back everything arrives."""
    store, books = postgres.database(), sold(1_000, "museo-sur")
    with Hub(tmp_path, broker, store) as hub, Teller(broker, books) as teller:
        until(lambda: facts_in(store) > 100, "no facts come")
        postgres.stop(signal.SIGQUIT)
        books.sell(500)
        until(lambda: "no machine gets an ack" in hub.told, f"the hub does not complain: {hub.told}")
        assert not teller.is_done
        postgres.start()
        until(lambda: teller.is_done, f"not everything came: {teller.ack} {hub.told}")
    assert is_whole(store, books)


def test_a_full_disk_stops_no_hub(broker: Broker, tmp_path: Path) -> None:
    """No file may grow beyond 256 kB: the hub says so and acks nothing more; with room again, everything arrives."""
    store, books = str(tmp_path / "lab.db"), sold(3_000, "museo-este")
    with Hub(tmp_path, broker, store) as hub:
        assert hub.process is not None
        resource.prlimit(hub.process.pid, resource.RLIMIT_FSIZE, (256_000, resource.RLIM_INFINITY))
        with Teller(broker, books, most=100) as teller:
            until(lambda: "no machine gets an ack" in hub.told, f"the hub does not complain: {hub.told}")
            resource.prlimit(hub.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            until(lambda: teller.is_done, f"not everything came: {teller.ack} {hub.told}")
    assert is_whole(store, books)


def test_no_message_kills_a_hub(broker: Broker, tmp_path: Path) -> None:
    """Rubbish on every topic, and then an honest machine's facts: they are stored, and the rubbish is counted."""
    rng, store, books = random.Random(8), str(tmp_path / "lab.db"), sold(50, "museo-oeste")
    stems = [
        b"",
        b"[]",
        b"{",
        b"x\x9c",
        b'{"epoch":1e999}',
        b"[" * 90_000,
        b'{"online":true,"boot":' + b"9" * 5_000 + b"}",
    ]
    with Hub(tmp_path, broker, store) as hub:
        for number in range(60):
            what = rng.choice(["ev/Sold", "ev/batch", "status", "meta", "state", "result/7", "ack", "nothing"])
            told_of(broker, f"minga/v1/museo-malo/{what}", rng.choice(stems) + rng.randbytes(number))
        with Teller(broker, books) as teller:
            until(lambda: teller.is_done, f"not everything came: {teller.ack} {hub.told}")
        assert hub.process is not None
        assert hub.process.poll() is None
    assert is_whole(store, books)
    shown = subprocess.run(
        [MINGA, "hub", "status", "--json", "--config", hub.file], capture_output=True, text=True, check=True
    )
    standing = {one["machine"]: one for one in json.loads(shown.stdout)["machines"]}
    assert standing["museo-malo"]["seq"] == 0
    assert standing["museo-malo"]["unread"] > 10


def test_what_was_said_before_a_hub_began_is_heard(broker: Broker, tmp_path: Path) -> None:
    """A machine's retained notes reach a hub that comes later, and its facts reach the pages' tables."""
    store, books = str(tmp_path / "lab.db"), sold(20, MACHINE)
    told_of(broker, f"minga/v1/{MACHINE}/meta", told(Meta(MACHINE, "0.1.0", 3, "America/Guayaquil")), retain=True)
    told_of(broker, f"minga/v1/{MACHINE}/status", told(Status(True, 3, 5)), retain=True)
    with Hub(tmp_path, broker, store) as hub, Teller(broker, books) as teller:
        until(lambda: teller.is_done, f"not everything came: {teller.ack} {hub.told}")
        until(lambda: modelled(store) == 20, f"the model does not follow: {hub.told}")
        assert hub.stop() == 0
    with look(store) as reading:
        assert reading.rows("SELECT what FROM notes WHERE machine = ? ORDER BY what", MACHINE) == [
            ("meta",),
            ("status",),
        ]


def modelled(store: str) -> int:
    with look(store) as reading:
        found = reading.rows("SELECT seq FROM modelled WHERE machine = ?", MACHINE)
    return int(found[0][0]) if found else 0


@pytest.mark.wide
@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whatever_dies_whenever_the_lab_ends_with_the_books(seed: int, postgres: Postgres, tmp_path: Path) -> None:
    """Hubs, broker and database are killed or hang at random while machines sell: equal, gapless, none refused."""
    rng, store = random.Random(seed), postgres.database()
    lives = [sold(200, f"casa-{number}") for number in range(3)]
    with contextlib.ExitStack() as stack:
        broker = stack.enter_context(Broker(tmp_path / "broker"))
        hubs = [
            stack.enter_context(Hub(tmp_path / name, broker, store, name, group="hubs")) for name in ("sol", "luna")
        ]
        tellers = [stack.enter_context(Teller(broker, books, most=rng.choice([1, 7, 40]))) for books in lives]
        for _ in range(8):
            strike(rng, rng.choice(["hub", "hub", "broker", "hang", "database"]), broker, rng.choice(hubs), postgres)
            for books in lives:
                books.sell(rng.randint(1, 60))
        until(lambda: all(teller.is_done for teller in tellers), f"{[teller.ack for teller in tellers]}", 120)
    assert is_whole(store, *lives)
    with look(store) as reading:
        assert refusals(reading) == []


def strike(rng: random.Random, whom: str, broker: Broker, hub: Hub, postgres: Postgres) -> None:
    """One of them is gone for a moment, which begins at any time."""
    time.sleep(rng.uniform(0, 1))
    if whom == "hub":
        hub.kill()
        hub.start()
    elif whom == "broker":
        broker.kill()
        time.sleep(rng.uniform(0, 1))
        broker.start()
    elif whom == "hang":
        broker.pause()
        time.sleep(rng.uniform(0, 1))
        broker.go_on()
    else:
        postgres.stop(signal.SIGQUIT)
        time.sleep(rng.uniform(0, 1))
        postgres.start()
