"""Two hundred machines on one broker, two hubs that share their facts, one PostgreSQL: nothing is missing."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fleet import arrived, facts_of, names
from rig import Process
from servers import Broker, Postgres, free_port, wait_for

from bench import history
from controller.domain.chain import HASHED
from lab.store import opened

COUNT, HALF = 200, 100
FACTS = 500
"""Each machine has about as many, waiting for the lab."""
PATIENCE_S = 400
pytestmark = [pytest.mark.system, pytest.mark.wide, pytest.mark.timeout(PATIENCE_S + 100)]


@pytest.fixture
def postgres() -> Iterator[Postgres]:
    server = Postgres()
    server.start()
    yield server
    server.remove()


def test_two_hundred_machines_arrive_whole(tmp_path: Path, postgres: Postgres) -> None:
    """Every machine's line is its books, though every second message went to the other hub and one of them died."""
    history.write(tmp_path, FACTS)
    books = tmp_path / "minga.db"
    store, port = postgres.database(), free_port()
    opened(store, make=True).close()
    hubs = []
    for name in ("hub-a", "hub-b"):
        file = tmp_path / f"{name}.toml"
        file.write_text(f'name = "{name}"\ngroup = "lab"\nstore = "{store}"\nbroker = "mqtt://127.0.0.1:{port}"\n')
        hubs.append(Process("-m", "controller", "hub", "run", "--config", str(file)))
    words = (str(Path(__file__).with_name("fleet.py")), str(books), str(tmp_path), str(port))
    fleets = [Process(*words, str(first), str(first + HALF - 1)) for first in (1, 1 + HALF)]
    with Broker(tmp_path / "broker", "allow_anonymous true", "max_queued_messages 20000", port=port):
        try:
            began_s = time.monotonic()
            for process in (*hubs, *fleets):
                process.start()
            lab = opened(store)
            wait_for(lambda: arrived(lab) > COUNT * FACTS // 4, lambda: said(*hubs, *fleets), PATIENCE_S)
            hubs[0].strike()
            hubs[0].start()
            whole = facts_of(books)
            wait_for(lambda: arrived(lab) >= COUNT * len(whole), lambda: said(*hubs, *fleets), PATIENCE_S)
            took_s = time.monotonic() - began_s
            with lab.reading() as reading:
                for name in names(1, COUNT):
                    rows = reading.rows(
                        f"SELECT {HASHED}, hash FROM facts WHERE machine = ? AND lost = 0 ORDER BY seq", name
                    )
                    assert rows == whole, name
                assert reading.rows("SELECT count(*) FROM strays") == [(0,)]
            print(f"{COUNT} machines, {COUNT * len(whole)} facts in {took_s:.0f} s with their start and a hub's death")
        finally:
            for process in (*fleets, *hubs):
                process.strike()


def said(*processes: Process) -> str:
    """What everybody said last."""
    return "\n".join(line for process in processes for line in process.lines[-10:])
